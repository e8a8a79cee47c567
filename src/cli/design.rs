//! `scaling approaches`.

use super::{Failure, Outcome, flop, pair, print, print_json};
use crate::base::objective::Objective;
use crate::data::ingest::{self, Needed, Source};
use crate::data::measurements::Measurements;
use crate::engine::fit::{Spec, fit};
use crate::engine::uncertainty::Uncertainty;
use crate::engine::uncertainty::bootstrap::bootstrap;
use crate::engine::uncertainty::subsample::Subsample;
use crate::methods::allocation::{PowerLaw, envelope, isoflop, isoflops};
use crate::work::job::law;
use serde_json::json;
use std::io::Write;

/// The runs.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling approaches hoffmann2022-figure4 --where 'L < 3.4469'")]
pub struct Args {
    /// A file or a built-in data set's id with N, D (or C) and L
    data: String,
    /// Which column plays a role
    #[arg(long, value_name = "ROLE=COLUMN", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Rows to keep
    #[arg(long = "where", value_name = "EXPR")]
    filter: Option<String>,
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

/// Both lines with the intervals of their subsamples.
fn subsampled((n, d): (PowerLaw, PowerLaw), exponents: Vec<(f64, f64)>) -> (PowerLaw, PowerLaw) {
    let (of_n, of_d) = exponents.into_iter().unzip();
    (n.with_replicates(of_n, "subsamples"), d.with_replicates(of_d, "subsamples"))
}

/// The budgets asked for, else those that a built-in set's card knows.
fn planned(args: &Args, source: &Source) -> Result<Vec<f64>, Failure> {
    if let Some(bad) = args.budgets.iter().find(|c| !(**c > 0.0 && c.is_finite())) {
        return Err(Failure::request(format!("--budgets {bad} must be positive")));
    }
    match source {
        Source::BuiltIn(id) if args.budgets.is_empty() => {
            Ok(ingest::card(id.split('/').next().unwrap_or(id)).map(|card| card.budgets).unwrap_or_default())
        }
        _ => Ok(args.budgets.clone()),
    }
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
    let chinchilla = law("chinchilla")?;
    let mut wanted = ingest::Request::of(chinchilla);
    wanted.map.clone_from(&args.map);
    wanted.filter.clone_from(&args.filter);
    // A column of budgets counts as it stands; without one C is 6ND.
    wanted.needed.push(Needed::new("C", "FLOP"));
    let source = Source::named(&args.data);
    let data = ingest::read(&source, &wanted).map_err(crate::work::job::JobError::from)?;
    let (level, seed) = (args.level, args.seed);
    let by_envelope = envelope::Options { level, seed, ..Default::default() };
    let nominal = planned(args, &source)?;
    let by_parabola = isoflop::Options { level, seed, nominal, ..Default::default() };
    let mut first = envelope(&data, &by_envelope);
    let mut second = isoflops(&data, &by_parabola);
    let third = fit(&Spec::new(chinchilla, Objective::HOFFMANN), &data).map_err(crate::work::job::JobError::from)?;
    let draws = match args.subsample.map(|share| Subsample { share, count: args.bootstrap, seed }) {
        None => bootstrap(&third, args.bootstrap, seed, None, &|| {}),
        Some(draws) => {
            let unresampled = envelope::Options { replicates: 0, ..by_envelope };
            first = first.map(|mut e| {
                let again =
                    |part: &Measurements| envelope(part, &unresampled).ok().map(|e| (e.n.exponent, e.d.exponent));
                (e.n, e.d) = subsampled((e.n, e.d), draws.of_rows(&data, again));
                e
            });
            second = second.map(|mut e| {
                let again =
                    |part: &Measurements| isoflops(part, &by_parabola).ok().map(|e| (e.n.exponent, e.d.exponent));
                (e.n, e.d) = subsampled((e.n, e.d), draws.of_rows(&data, again));
                e
            });
            draws.of_fit(&third)
        }
    };
    let known = Uncertainty::of_fit(&third, level, Some(&draws), None);
    let derived = crate::engine::analysis::derived(&known);
    let bias = isoflop::bias(&data, &by_parabola, chinchilla, &third.theta);
    if args.json {
        let or_error = |r: Result<serde_json::Value, String>| r.unwrap_or_else(|e| json!({ "refused": e }));
        return print_json(
            out,
            &json!({
                "envelope": or_error(first.map(|e| json!(e)).map_err(|e| e.to_string())),
                "isoflop": or_error(second.map(|e| json!(e)).map_err(|e| e.to_string())),
                "parametric": print::by_symbol(&derived),
                "isoflop_bias": or_error(bias.map(|e| json!(e)).map_err(|e| e.to_string())),
            }),
        );
    }
    let interval = format!("{:.0} % interval", 100.0 * level);
    let mut table = print::table(&["approach", "a (N ∝ C^a)", &interval, "b (D ∝ C^b)", "points"]);
    let interval = |low: Option<f64>, high: Option<f64>| match (low, high) {
        (Some(low), Some(high)) => format!("{low:.3} … {high:.3}"),
        _ => "—".to_owned(),
    };
    let mut notes = Vec::new();
    match &first {
        Ok(e) => {
            table.add_row([
                "1 envelope".to_owned(),
                format!("{:.4}", e.n.exponent),
                interval(e.n.lower, e.n.upper),
                format!("{:.4}", e.d.exponent),
                e.points.len().to_string(),
            ]);
            notes.extend(e.warnings.iter().map(|w| w.message.clone()));
        }
        Err(error) => notes.push(format!("approach 1: {error}")),
    }
    match &second {
        Ok(e) => {
            let used = e.budgets.iter().filter(|b| b.optimum.is_some()).count();
            table.add_row([
                "2 IsoFLOP".to_owned(),
                format!("{:.4}", e.n.exponent),
                interval(e.n.lower, e.n.upper),
                format!("{:.4}", e.d.exponent),
                format!("{used} of {} budgets", e.budgets.len()),
            ]);
            notes.extend(e.warnings.iter().map(|w| w.message.clone()));
        }
        Err(error) => notes.push(format!("approach 2: {error}")),
    }
    let value = |symbol: &str| derived.iter().find(|e| e.symbol == symbol);
    if let (Some(a), Some(b)) = (value("a"), value("b")) {
        table.add_row([
            "3 parametric".to_owned(),
            format!("{:.4}", a.estimate),
            interval(a.lower, a.upper),
            format!("{:.4}", b.estimate),
            third.setup.rows.len().to_string(),
        ]);
    }
    writeln!(out, "{table}")?;
    if let Ok(bias) = bias {
        writeln!(
            out,
            "On the fitted surface of approach 3, parabolas on the same grids would find a = {:.4} where the truth is {:.4}.",
            bias.exponent_parabola, bias.exponent_true
        )?;
    }
    for note in notes {
        writeln!(out, "note: {note}")?;
    }
    print::warnings(out, &third.warnings)?;
    match (first.is_err(), second.is_err()) {
        (true, true) => Err(Failure::work("neither approach 1 nor approach 2 could be read off these runs")),
        _ => Ok(()),
    }
}
