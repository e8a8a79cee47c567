//! `scaling compare`: laws on one table, two recipes on a table each, or groups that share parameters.

use super::method::{self, Common};
use super::table::Reading;
use super::{Failure, Outcome, amount, assignment, flop, print_json};
use crate::methods::job::{JobTable, MethodJob};
use crate::record::method::MethodRecord;
use crate::work::given::{self, Amount, Given};
use serde_json::{Map, Value, json};
use std::io::Write;

/// Which rows, and what is compared on them.
#[derive(clap::Args)]
#[command(
    after_help = "Example: scaling compare hoffmann2022-figure4 --where 'L < 3.4469' --laws chinchilla,skaling,kaplan --at N=70B,D=1.4T
         scaling compare marin2025-moe marin2025-august --asymptote 1.6 --to 1e21
         scaling compare gadre2024-overtraining --laws chinchilla --group dataset --share alpha,beta"
)]
pub struct Args {
    /// A file or a built-in data set's id; of two recipes, the baseline
    table: String,
    /// The table of another recipe, to be compared with the first
    variant: Option<String>,
    /// Laws to compare on the rows of one table, by what they say of budgets that they have not seen;
    /// ids, or laws written down as for `scaling fit`
    #[arg(
        long,
        value_name = "ID,...",
        value_parser = listed,
        required_unless_present = "variant",
        conflicts_with = "variant"
    )]
    laws: Option<Listed>,
    /// Column that orders the rows: budgets are forecast from the smaller ones [default: C]
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// A run to predict by every law and by their average
    #[arg(long, value_name = "SYMBOL=VALUE,...", value_delimiter = ',', value_parser = assignment, requires = "laws")]
    at: Vec<Given>,
    /// Text column that parts the table into groups, which one law is fitted to together
    #[arg(long, value_name = "COLUMN", requires_all = ["laws", "share"])]
    group: Option<String>,
    /// Parameters of the law that all groups share
    #[arg(long, value_name = "PARAM,...", value_delimiter = ',', requires = "group")]
    share: Vec<String>,
    /// Loss that no compute takes away, which an effective speed-up rests on: it belongs to the
    /// evaluation set, and is chosen
    #[arg(long, value_name = "L", value_parser = amount, requires = "variant")]
    asymptote: Option<Amount>,
    /// Other asymptotes to show the speed-up at [default: 0, an eighth less, an eighth more]
    #[arg(long, value_name = "L,...", value_delimiter = ',', value_parser = amount, requires = "asymptote")]
    sensitivity: Vec<Amount>,
    /// Exponent of both recipes above the asymptote [default: that of least squares]
    #[arg(long, value_name = "X", value_parser = amount, requires = "asymptote")]
    alpha: Option<Amount>,
    /// Compute at which to project both recipes
    #[arg(long, value_name = "C,...", value_delimiter = ',', value_parser = flop, requires = "asymptote")]
    to: Vec<f64>,
    /// Tokens a second of baseline and variant, for the speed-up in time
    #[arg(long, value_name = "BASELINE,VARIANT", value_delimiter = ',', value_parser = amount, requires = "asymptote")]
    throughput: Vec<Amount>,
    #[command(flatten)]
    reading: Reading,
    /// Coverage of intervals
    #[arg(long, value_name = "P", default_value_t = 0.95)]
    level: f64,
    #[command(flatten)]
    common: Common,
}

/// Prints how well each law forecasts what it has not seen, or what one recipe gains over another.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    if !(args.level > 0.0 && args.level < 1.0) {
        return Err(Failure::request(format!("--level {} must lie between 0 and 1", args.level)));
    }
    let mut job = match &args.variant {
        Some(variant) => recipes(args, variant)?,
        None => laws(args)?,
    };
    job.level = args.level;
    method::run_as(job, Vec::new(), &args.common, out, &|record, out| print_json(out, &flat(record)))
}

/// Laws of one `--laws`: ids and written laws.
#[derive(Clone, Debug, Default)]
struct Listed(Vec<String>);

/// Splits at commas outside brackets, which belong to a written law.
#[allow(clippy::unnecessary_wraps, reason = "a parser of the command line returns a result")]
fn listed(text: &str) -> Result<Listed, String> {
    let (mut out, mut depth) = (vec![String::new()], 0i32);
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth <= 0 => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    Ok(Listed(out.into_iter().map(|law| law.trim().to_owned()).collect()))
}

fn table(args: &Args, name: &str, data: &str) -> JobTable {
    JobTable { name: name.to_owned(), reading: args.reading.said(), ..JobTable::only(data) }
}

fn laws(args: &Args) -> Result<MethodJob, Failure> {
    let named = args.laws.clone().unwrap_or_default().0;
    let unit = |symbol: &str| {
        let cards = named.iter().filter_map(|id| Some(crate::laws::find(id)?.card()));
        let mut inputs = cards.filter_map(|card| Some(card.inputs[card.input(symbol)?].unit.to_owned()));
        inputs.next()
    };
    let at = given::values(&args.at, &unit).map_err(|error| Failure::request(format!("--at {error}")))?;
    let at = at.into_iter().map(|(symbol, value)| (symbol, json!(value))).collect::<Map<String, Value>>();
    let (method, settings) = match (&args.group, &named[..]) {
        (None, laws) => ("compare", json!({ "laws": laws, "by": args.by, "at": at })),
        (Some(group), [law]) => {
            let share = &args.share;
            ("transfer", json!({ "law": law, "group": group, "share": share, "by": args.by, "at": at }))
        }
        (Some(_), _) => return Err(Failure::request("groups share the parameters of one law: name one with --laws")),
    };
    let mut job = MethodJob::new(method);
    job.tables = vec![table(args, "", &args.table)];
    job.settings = settings;
    Ok(job)
}

fn recipes(args: &Args, variant: &str) -> Result<MethodJob, Failure> {
    // A loss is in the unit of the tables, which are not read yet: typed without one.
    let plain =
        |flag: &str, typed: &Amount| typed.in_unit(None).map_err(|error| Failure::request(format!("{flag}: {error}")));
    let all = |flag: &str, typed: &[Amount]| typed.iter().map(|one| plain(flag, one)).collect::<Result<Vec<f64>, _>>();
    let throughput = all("--throughput", &args.throughput)?;
    if !matches!(throughput.len(), 0 | 2) {
        return Err(Failure::request(
            "--throughput takes two numbers, those of the baseline and of the variant: 434e3,410e3",
        ));
    }
    let mut job = MethodJob::new("recipes");
    job.tables = vec![table(args, "baseline", &args.table), table(args, "variant", variant)];
    job.settings = json!({
        "asymptote": args.asymptote.as_ref().map(|typed| plain("--asymptote", typed)).transpose()?,
        "sensitivity": all("--sensitivity", &args.sensitivity)?,
        "alpha": args.alpha.as_ref().map(|typed| plain("--alpha", typed)).transpose()?,
        "by": args.by,
        "to": args.to,
        "throughput": (!throughput.is_empty()).then_some(throughput),
    });
    Ok(job)
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
