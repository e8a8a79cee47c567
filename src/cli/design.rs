//! `scaling design`.

use super::method::{self, Common};
use super::{Failure, Outcome, amount, assignment, print_json, saved};
use crate::data::ingest::Reading;
use crate::methods::job::{JobTable, MethodJob};
use crate::methods::method::GivenFit;
use crate::record::method::MethodRecord;
use crate::work::given::{Amount, Given};
use serde_json::{Map, Value, json};
use std::io::Write;

/// What the next runs are to tell, and what they may cost.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling design runs/ --budget 1e21 --target N_opt@1e24
         scaling design runs/ --budget 1e21 --target L@N=70B,D=1.4T --candidates feasible.csv
         scaling design runs/ --for identifiability")]
pub struct Args {
    /// A saved fit
    fit: String,
    /// What the runs may cost together, in the unit of the law's cost, or of the candidates' costs
    #[arg(long, value_name = "BUDGET", value_parser = amount)]
    budget: Option<Amount>,
    /// What they are to tell: N_opt@1e24, L_opt@1e24, L@N=70B,D=1.4T, alpha, parameters
    #[arg(long, value_name = "TARGET", required_unless_present = "aim", conflicts_with = "aim")]
    target: Option<String>,
    /// What they are for: identifiability turns a ridge into a well determined law
    #[arg(long = "for", id = "aim", value_name = "AIM", value_parser = ["identifiability"])]
    aim: Option<String>,
    /// Take the law for exactly right: c-optimal for one number, D-optimal for parameters
    #[arg(long)]
    trust_law: bool,
    /// A table of runs that could be trained, each once, with their cost if it is not the law's
    #[arg(long, value_name = "TABLE")]
    candidates: Option<String>,
    /// Column of the candidates that plays a role: cost=gpu_hours
    #[arg(long, value_name = "ROLE=COLUMN", value_parser = super::pair, requires = "candidates")]
    map: Vec<(String, String)>,
    /// Candidates to keep
    #[arg(long = "where", value_name = "CONDITION", requires = "candidates")]
    filter: Option<String>,
    /// Runs at most
    #[arg(long, value_name = "COUNT", default_value_t = 8)]
    runs: usize,
    /// Inputs that the choice is not over
    #[arg(long, value_name = "SYMBOL=VALUE,...", value_delimiter = ',', value_parser = assignment)]
    at: Vec<Given>,
    /// Simulated outcomes of each choice
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    replicates: usize,
    /// Seed of every draw
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Coverage of intervals [default: the fit's]
    #[arg(long, value_name = "P", value_parser = super::predict::level)]
    level: Option<f64>,
    #[command(flatten)]
    common: Common,
}

/// Prints which runs to train next, and what they and other choices do to the interval.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let saved = saved::open(&args.fit)?;
    let at = saved.values(&args.at)?;
    let at: Map<String, Value> = at.into_iter().map(|(symbol, value)| (symbol, json!(value))).collect();
    let own_cost = args.candidates.is_some() && !args.map.is_empty();
    let unit = saved.known.law.card().allocation.as_ref().map(|allocation| allocation.cost.unit);
    // Where the list says what runs cost, the budget is in its unit, which may be none that is known.
    let typed = |budget: &Amount| {
        let plain = budget.in_unit(None);
        if own_cost { plain } else { budget.in_unit(unit).or(plain) }
    };
    let budget = args.budget.as_ref().map(typed).transpose();
    let budget = budget.map_err(|error| Failure::request(format!("--budget: {error}")))?;
    let mut job = MethodJob::new("design");
    job.fits = vec![saved.name.clone()];
    job.seed = args.seed;
    job.level = args.level.unwrap_or(saved.known.level);
    if let Some(table) = &args.candidates {
        let map = args.map.clone();
        let reading = Reading::of(map, args.filter.clone());
        let named = JobTable { name: "candidates".to_owned(), reading, ..JobTable::only(table) };
        job.tables = vec![named];
    }
    job.settings = json!({
        "target": args.target.as_ref().or(args.aim.as_ref()),
        "budget": budget,
        "trust_law": args.trust_law,
        "runs": args.runs,
        "at": at,
        "replicates": args.replicates,
    });
    let fit = GivenFit { name: saved.name, known: saved.known, ranges: saved.ranges, fitted: saved.fitted };
    method::run_as(job, vec![fit], &args.common, out, &|record, out| print_json(out, &flat(record)))
}

/// The outcome itself, with what a record keeps beside it.
fn flat(record: &MethodRecord) -> Value {
    let mut value = record.outcome.clone();
    value["seed"] = json!(record.seed);
    value["warnings"] = json!(record.warnings);
    value["command"] = json!(record.command);
    value["program"] = json!(record.program);
    value
}
