//! `scaling datasets`.

use super::{Failure, Outcome, print, print_json};
use crate::data::card::DatasetCard;
use crate::data::ingest;
use serde_json::{Value, json};
use std::io::Write;

/// Which data set.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling datasets hoffmann2022-figure4")]
pub struct Args {
    /// A data set's id [default: list all]
    id: Option<String>,
    /// Print one JSON array of all cards, or one card
    #[arg(long)]
    json: bool,
}

/// A card as data.
fn as_json(card: &DatasetCard) -> Value {
    let mut value = json!(card);
    // TOML's days have a type of their own, which JSON has not.
    value["source"]["retrieved"] = json!(card.source.retrieved.map(|day| day.to_string()));
    value
}

/// Lists the built-in data sets, or prints one card.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let Some(id) = &args.id else {
        if args.json {
            return print_json(out, &Value::Array(ingest::built_in().iter().map(as_json).collect()));
        }
        let mut table = print::table(&["data set", "rows", "roles", "title"]);
        for k in [2, 3] {
            if let Some(column) = table.column_mut(k) {
                column.set_cell_alignment(comfy_table::CellAlignment::Left);
            }
        }
        for card in ingest::built_in() {
            let roles = card.column.iter().filter_map(|c| c.is.clone()).collect::<Vec<_>>().join(" ");
            table.add_row([card.id, card.rows.to_string(), roles, card.title]);
        }
        return Ok(writeln!(out, "{table}")?);
    };
    let card = ingest::card(id).ok_or_else(|| {
        let hint = ingest::suggestion(id, ingest::built_in().iter().map(|c| c.id.as_str()));
        Failure::request(format!("there is no data set `{id}`{hint}; `scaling datasets` lists them"))
    })?;
    if args.json {
        return print_json(out, &as_json(&card));
    }
    writeln!(out, "{}: {}", card.id, card.title)?;
    writeln!(out, "rows       {}", card.rows)?;
    writeln!(out, "cite       {}", card.cite.join(", "))?;
    writeln!(out, "source     {} ({})", card.source.url, card.source.method)?;
    writeln!(out, "licence    {}", card.licence)?;
    if let Some(precision) = &card.precision {
        writeln!(out, "precision  {precision}")?;
    }
    for column in &card.column {
        let role = column.is.as_ref().map_or(String::new(), |is| format!(", role {is}"));
        writeln!(
            out,
            "column     {}: {}{role} {}",
            column.name,
            column.unit,
            column.meaning.as_deref().unwrap_or_default()
        )?;
    }
    for compute in &card.compute {
        writeln!(out, "derived    {} from {} by {}", compute.is, compute.from.join(", "), compute.using)?;
    }
    for exclude in &card.exclude {
        writeln!(out, "left out   {}: {}", exclude.condition, exclude.reason)?;
    }
    for reproduces in &card.reproduces {
        writeln!(out, "reproduces {reproduces}")?;
    }
    Ok(())
}
