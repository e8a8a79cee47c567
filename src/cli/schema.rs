//! `scaling schema`.

use super::{Failure, Outcome, answer, failure, print, print_json};
use crate::data::card::DatasetCard;
use crate::data::ingest::suggestion;
use crate::record::Record;
use crate::record::method::MethodRecord;
use crate::work::study;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};
use std::io::Write;

/// Which schema.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling schema record > record.schema.json")]
pub struct Args {
    /// What to describe [default: list all]
    name: Option<String>,
    /// Print one JSON object with every schema by name
    #[arg(long, conflicts_with = "name")]
    json: bool,
}

/// Name, what it describes, the schema (JSON Schema 2020-12).
type Entry = (&'static str, &'static str, fn() -> Schema);

const SCHEMAS: &[Entry] = &[
    ("fit", "what `scaling fit --json` prints", written::<answer::Fit>),
    ("predict", "what `scaling predict --json` prints", written::<answer::Predictions>),
    ("optimum", "what `scaling optimum --json` prints", written::<answer::Optima>),
    ("error", "a failure under --json, on standard error", written::<failure::Report>),
    ("record", "a fit: under `record` in record.json and in a study's fits/NAME.json", written::<Record>),
    ("method", "what a method came to: under `record` in a study's methods/NAME.json", written::<MethodRecord>),
    ("study", "a study file, as TOML or its JSON equivalent", study::schema),
    ("card", "the card of a data set, datasets/ID/card.toml", read::<DatasetCard>),
];

/// Of what the program writes. JSON has no word for what is not finite, and null stands for it.
fn written<T: JsonSchema>() -> Schema {
    let nullable = |schema: &mut Schema| {
        if schema.get("type") == Some(&json!("number")) {
            schema.insert("type".to_owned(), json!(["number", "null"]));
        }
    };
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(RecursiveTransform(nullable));
    settings.into_generator().into_root_schema_for::<T>()
}

/// Of what it reads.
fn read<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

/// Lists the schemas, or prints one.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    if args.json {
        let all: Map<String, Value> = SCHEMAS.iter().map(|(name, _, of)| ((*name).to_owned(), json!(of()))).collect();
        return print_json(out, &Value::Object(all));
    }
    let Some(wanted) = &args.name else {
        let mut table = print::table(&["schema", "describes"]);
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
        SCHEMAS.iter().for_each(|(name, about, _)| {
            table.add_row([*name, *about]);
        });
        return Ok(writeln!(out, "{table}")?);
    };
    let (_, _, of) = SCHEMAS.iter().find(|(name, ..)| name == wanted).ok_or_else(|| {
        let near = suggestion(wanted, SCHEMAS.iter().map(|(name, ..)| *name));
        Failure::request(format!("there is no schema `{wanted}`{near}; `scaling schema` lists them"))
    })?;
    print_json(out, &json!(of()))
}
