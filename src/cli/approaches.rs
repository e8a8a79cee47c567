//! `scaling approaches`.

use super::table::Reading;
use super::{Failure, Outcome, flop, print, print_json};
use crate::methods::allocation::{PowerLaw, approaches};
use crate::methods::job::{JobTable, MethodJob};
use serde_json::json;
use std::io::Write;

/// The runs.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling approaches hoffmann2022-figure4 --where 'L < 3.4469'")]
pub struct Args {
    /// A file or a built-in data set's id with N, D (or C) and L
    data: String,
    #[command(flatten)]
    reading: Reading,
    /// The budgets that were planned, in FLOP, where no column says: rows within 15 % of one belong to
    /// it [default: those of the column C, or of a built-in set's card, else found]
    #[arg(long, value_name = "C,...", value_delimiter = ',', value_parser = flop)]
    budgets: Vec<f64>,
    /// Bootstrap replicates of approach 3, or subsamples of all three
    #[arg(long, value_name = "N", default_value_t = 400)]
    bootstrap: usize,
    /// Make the intervals as Hoffmann et al. do, from subsamples of this share of the rows
    #[arg(long, value_name = "SHARE")]
    subsample: Option<f64>,
    /// Coverage of the intervals
    #[arg(long, value_name = "P", default_value_t = 0.95)]
    level: f64,
    /// Seed of every draw
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Approach 1 (envelope), 2 (IsoFLOP parabolas) and 3 (parametric) on the same rows.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let inside = |share: f64| share > 0.0 && share < 1.0;
    if !inside(args.level) {
        return Err(Failure::request(format!("--level {} must lie between 0 and 1", args.level)));
    }
    if let Some(share) = args.subsample.filter(|&share| !inside(share)) {
        return Err(Failure::request(format!("--subsample {share} must lie between 0 and 1")));
    }
    if let Some(bad) = args.budgets.iter().find(|c| !(**c > 0.0 && c.is_finite())) {
        return Err(Failure::request(format!("--budgets {bad} must be positive")));
    }
    let mut job = MethodJob::new("approaches");
    job.tables = vec![JobTable { reading: args.reading.said(), ..JobTable::only(&args.data) }];
    (job.level, job.seed) = (args.level, args.seed);
    job.settings = json!({ "bootstrap": args.bootstrap, "subsample": args.subsample, "budgets": args.budgets });
    let record = job.run(Vec::new())?;
    let found: approaches::Outcome = serde_json::from_value(record.outcome.clone()).map_err(Failure::work)?;
    if args.json {
        return print_json(
            out,
            &json!({
                "envelope": found.envelope,
                "isoflop": found.isoflop,
                "parametric": print::by_symbol(&found.parametric),
                "isoflop_bias": found.isoflop_bias,
            }),
        );
    }
    let interval = format!("{:.0} % interval", 100.0 * args.level);
    let mut table = print::table(&["approach", "a (N ∝ C^a)", &interval, "b (D ∝ C^b)", "points"]);
    let mut notes = Vec::new();
    match found.envelope.found() {
        Ok(e) => {
            table.add_row(line("1 envelope", &e.n, &e.d, e.points.len().to_string()));
            notes.extend(e.warnings.iter().map(|w| w.message.clone()));
        }
        Err(why) => notes.push(format!("approach 1: {why}")),
    }
    match found.isoflop.found() {
        Ok(e) => {
            let used = e.budgets.iter().filter(|b| b.optimum.is_some()).count();
            table.add_row(line("2 IsoFLOP", &e.n, &e.d, format!("{used} of {} budgets", e.budgets.len())));
            notes.extend(e.warnings.iter().map(|w| w.message.clone()));
        }
        Err(why) => notes.push(format!("approach 2: {why}")),
    }
    let value = |symbol: &str| found.parametric.iter().find(|e| e.symbol == symbol);
    if let (Some(a), Some(b)) = (value("a"), value("b")) {
        table.add_row([
            "3 parametric".to_owned(),
            format!("{:.4}", a.estimate),
            between(a.lower, a.upper),
            format!("{:.4}", b.estimate),
            found.rows.to_string(),
        ]);
    }
    writeln!(out, "{table}")?;
    if let Ok(bias) = found.isoflop_bias.found() {
        writeln!(
            out,
            "On the fitted surface of approach 3, parabolas on the same grids would find a = {:.4} where the truth is {:.4}.",
            bias.exponent_parabola, bias.exponent_true
        )?;
    }
    for note in notes {
        writeln!(out, "note: {note}")?;
    }
    print::warnings(out, &record.warnings)?;
    match (found.envelope.found().is_err(), found.isoflop.found().is_err()) {
        (true, true) => Err(Failure::work("neither approach 1 nor approach 2 could be read off these runs")),
        _ => Ok(()),
    }
}

/// A line of the table.
fn line(name: &str, n: &PowerLaw, d: &PowerLaw, points: String) -> [String; 5] {
    let exponent = |line: &PowerLaw| format!("{:.4}", line.exponent);
    [name.to_owned(), exponent(n), between(n.lower, n.upper), exponent(d), points]
}

fn between(low: Option<f64>, high: Option<f64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{low:.3} … {high:.3}"),
        _ => "—".to_owned(),
    }
}
