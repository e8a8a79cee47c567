//! `scaling frontier`.

use super::method::{self, Common};
use super::table::Reading;
use super::{Failure, Outcome, assignment};
use crate::methods::job::{JobTable, MethodJob};
use crate::work::given::{self, Given};
use serde_json::{Map, Value, json};
use std::io::Write;

/// Which table, and what is to be small or large.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling frontier wang2020-apq --minimise latency --maximise top1
         scaling frontier models.csv --minimise latency,memory --maximise score --by task --at latency=20")]
pub struct Args {
    /// A table or a built-in data set
    table: String,
    /// Columns of which less is better [default, with --maximise: those of the data set's card]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    minimise: Vec<String>,
    /// Columns of which more is better
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    maximise: Vec<String>,
    /// Column of names for the rows
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Column that parts the table; each part has a front of its own
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Bound on an objective: the best of the others within it is given
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = assignment)]
    at: Vec<Given>,
    /// Weight of an objective: the row of the least weighted sum is given
    #[arg(long = "weight", value_name = "COLUMN=VALUE", value_parser = assignment)]
    weights: Vec<Given>,
    /// Corner of the hypervolume [default: the worst of the rows]
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = assignment)]
    reference: Vec<Given>,
    /// Condition that picks one row, which the others are measured against
    #[arg(long, value_name = "CONDITION")]
    baseline: Option<String>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    common: Common,
}

/// Prints the rows that no other row betters.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    // A column of any table: numbers come without a unit.
    let map = |flag: &str, typed: &[Given]| -> Result<Map<String, Value>, Failure> {
        let values = given::values(typed, &|_| None).map_err(|error| Failure::request(format!("{flag} {error}")))?;
        Ok(values.into_iter().map(|(symbol, value)| (symbol, json!(value))).collect())
    };
    let mut job = MethodJob::new("frontier");
    job.tables = vec![JobTable { reading: args.reading.said(), ..JobTable::only(&args.table) }];
    job.settings = json!({
        "minimise": args.minimise,
        "maximise": args.maximise,
        "label": args.label,
        "by": args.by,
        "at": Value::Object(map("--at", &args.at)?),
        "weights": Value::Object(map("--weight", &args.weights)?),
        "reference": Value::Object(map("--reference", &args.reference)?),
        "baseline": args.baseline,
    });
    method::run(job, Vec::new(), &args.common, out)
}
