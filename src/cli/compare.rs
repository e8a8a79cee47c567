//! `scaling compare`.

use super::method::{self, Common};
use super::{Failure, Outcome, assignment, pair, print_json};
use crate::methods::job::{JobTable, MethodJob};
use crate::record::method::MethodRecord;
use crate::work::given::{self, Given};
use serde_json::{Map, Value, json};
use std::io::Write;

/// Which rows, and what is compared on them.
#[derive(clap::Args)]
#[command(
    after_help = "Example: scaling compare hoffmann2022-figure4 --where 'L < 3.4469' --laws chinchilla,skaling,kaplan --at N=70B,D=1.4T"
)]
pub struct Args {
    /// A file or a built-in data set's id
    table: String,
    /// Laws to compare on its rows, by what they say of budgets that they have not seen
    #[arg(long, value_name = "ID,...", value_delimiter = ',', required = true)]
    laws: Vec<String>,
    /// Column that orders the rows: budgets are forecast from the smaller ones [default: C]
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// A run to predict by every law and by their average
    #[arg(long, value_name = "SYMBOL=VALUE,...", value_delimiter = ',', value_parser = assignment)]
    at: Vec<Given>,
    /// Which column plays a role
    #[arg(long, value_name = "ROLE=COLUMN", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Rows to keep
    #[arg(long = "where", value_name = "EXPR")]
    filter: Option<String>,
    /// Coverage of intervals
    #[arg(long, value_name = "P", default_value_t = 0.95)]
    level: f64,
    #[command(flatten)]
    common: Common,
}

/// Prints how well each law forecasts what it has not seen.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    if !(args.level > 0.0 && args.level < 1.0) {
        return Err(Failure::request(format!("--level {} must lie between 0 and 1", args.level)));
    }
    let unit = |symbol: &str| {
        let input =
            args.laws.iter().filter_map(|id| crate::laws::find(id)?.card().input(symbol).map(|i| (id, i))).next();
        let (id, i) = input?;
        Some(crate::laws::find(id)?.card().inputs[i].unit.to_owned())
    };
    let at = given::values(&args.at, &unit).map_err(|error| Failure::request(format!("--at {error}")))?;
    let mut job = MethodJob::new("compare");
    job.level = args.level;
    job.tables = vec![JobTable { map: args.map.clone(), filter: args.filter.clone(), ..JobTable::only(&args.table) }];
    job.settings = json!({
        "laws": args.laws,
        "by": args.by,
        "at": at.into_iter().map(|(symbol, value)| (symbol, json!(value))).collect::<Map<String, Value>>(),
    });
    method::run_as(job, Vec::new(), &args.common, out, &|record, out| print_json(out, &flat(record)))
}

/// The outcome itself, with what a record keeps beside it; a law without scores has null ones.
fn flat(record: &MethodRecord) -> Value {
    let mut value = record.outcome.clone();
    if let Some(laws) = value.get_mut("laws").and_then(Value::as_array_mut) {
        for law in laws.iter_mut().filter_map(Value::as_object_mut) {
            for key in ["crps", "log_score", "relative_error", "coverage"] {
                law.entry(key).or_insert(Value::Null);
            }
        }
    }
    value["warnings"] = json!(record.warnings);
    value["provenance"] = json!(record.provenance);
    value["command"] = json!(record.command);
    value["program"] = json!(record.program);
    value
}
