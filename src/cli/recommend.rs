//! `scaling recommend`.

use super::table::Reading;
use super::{Failure, Outcome, parameters, print, print_json, tokens};
use crate::data::ingest::Source;
use crate::methods::recommend::sweep::{self, BatchUnit, Sweep, SweepError};
use crate::methods::recommend::{Recommendation, Run, published, recommend};
use crate::show::figure;
use crate::work::families;
use crate::work::given::Amount;
use crate::work::store::write_whole;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The run to advise on.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling recommend --N 7B --D 1.4T --sequence 2048
         scaling recommend --N 215M --D 20B --runs sweep.csv --batch-unit sequences --out sweep/")]
pub struct Args {
    /// Parameters
    #[arg(long = "N", value_name = "PARAMETERS", value_parser = parameters)]
    n: f64,
    /// Tokens
    #[arg(long = "D", value_name = "TOKENS", value_parser = tokens)]
    d: f64,
    /// Tokens per sequence
    #[arg(long, value_name = "TOKENS", value_parser = tokens, default_value = "2048")]
    sequence: f64,
    /// Loss expected at the end, for the rules that ask for it [default: with --runs, their best]
    #[arg(long, value_name = "L", value_parser = loss)]
    loss: Option<f64>,
    /// A sweep of your own: a table with columns of learning rate, batch and loss. Rows of other N
    /// and D are left out where it has these columns. Says what loss following each rule would have
    /// cost, interpolated between runs in the logarithms of learning rate and batch
    #[arg(long, value_name = "TABLE")]
    runs: Option<String>,
    #[command(flatten)]
    reading: Reading,
    /// What the sweep's batch counts, where its header does not say: tokens or sequences
    #[arg(long, value_name = "UNIT", value_parser = batch_unit, requires = "runs")]
    batch_unit: Option<BatchUnit>,
    /// Folder for the sweep as a record, and for its figure as SVG and PNG
    #[arg(long, value_name = "DIR", requires = "runs")]
    out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A loss: `2.1`, `3 bits`.
fn loss(text: &str) -> Result<f64, String> {
    Amount::parse(text)?.in_unit(Some("nat/token"))
}

fn batch_unit(text: &str) -> Result<BatchUnit, String> {
    match text {
        "tokens" => Ok(BatchUnit::Tokens),
        "sequences" => Ok(BatchUnit::Sequences),
        _ => Err(format!("`{text}`: write tokens or sequences")),
    }
}

impl From<SweepError> for Failure {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Ingest(mistake) => mistake.into(),
            other => Self::request(other),
        }
    }
}

/// Prints every published rule's answer side by side, and what following it would have cost on the
/// user's own runs.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    for (symbol, value) in [("N", args.n), ("D", args.d), ("sequence", args.sequence)] {
        if value.is_nan() || value <= 0.0 {
            return Err(Failure::request(format!("--{symbol} {value} must be positive")));
        }
        if !(1.0..=1e30).contains(&value) {
            return Err(Failure::request(format!(
                "--{symbol} {value:e} is no size of a run: it must lie between 1 and 1e30"
            )));
        }
    }
    if let Some(loss) = args.loss.filter(|loss| !(loss.is_finite() && *loss > 0.0)) {
        return Err(Failure::request(format!("--loss {loss} must be a positive number")));
    }
    args.reading.said_of(args.runs.as_deref(), "--runs")?;
    let rules = published().map_err(Failure::work)?;
    let mut wanted = Run { n: args.n, d: args.d, sequence: args.sequence, loss: args.loss };
    let mut sweep = args.runs.as_deref().map(|table| read(args, table, wanted)).transpose()?;
    wanted.loss = wanted.loss.or_else(|| sweep.as_ref().map(|sweep| sweep.best.loss));
    let answer = recommend(&rules, wanted);
    if let Some(sweep) = &mut sweep {
        sweep.run = wanted;
        sweep.judge(&answer);
    }
    if let (Some(sweep), Some(folder)) = (&sweep, &args.out) {
        write(sweep, folder)?;
    }
    if args.json {
        let mut value = json!(answer);
        if let (Some(sweep), Some(object)) = (&sweep, value.as_object_mut()) {
            object.insert("sweep".to_owned(), json!(sweep));
        }
        return print_json(out, &value);
    }
    side_by_side(out, &answer)?;
    if let Some(sweep) = &sweep {
        costs(out, sweep)?;
    }
    match &args.out {
        Some(folder) => Ok(writeln!(out, "\nfigure: {}", folder.join("sweep.svg").display())?),
        None => Ok(()),
    }
}

fn read(args: &Args, table: &str, run: Run) -> Result<Sweep, SweepError> {
    let reading = sweep::Reading { table: args.reading.said(), batch: args.batch_unit };
    Sweep::read(&Source::named(table), run, &reading)
}

/// The record, and the figure drawn from it.
fn write(sweep: &Sweep, folder: &Path) -> Outcome {
    let mut bytes = serde_json::to_vec_pretty(sweep).map_err(Failure::work)?;
    bytes.push(b'\n');
    write_whole(&folder.join("sweep.json"), &bytes)?;
    let svg = figure::svg(&figure::chart(&families::sweep::chart(sweep))).map_err(Failure::work)?;
    write_whole(&folder.join("sweep.svg"), svg.as_bytes())?;
    Ok(write_whole(&folder.join("sweep.png"), &figure::png(&svg).map_err(Failure::work)?)?)
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), print::number)
}

fn side_by_side(out: &mut dyn Write, answer: &Recommendation) -> Outcome {
    let mut table = print::table(&["rule", "recommends", "value", "sequences", "counts", "notes"]);
    for row in &answer.rows {
        let what = serde_json::to_value(row.what).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        table.add_row([
            row.source.clone(),
            what,
            number(row.value),
            number(row.sequences),
            row.units.clone(),
            row.notes.join("; "),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}

/// What following each rule would have cost on the sweep.
fn costs(out: &mut dyn Write, sweep: &Sweep) -> Outcome {
    writeln!(
        out,
        "\n{}: {} of {} rows kept: {}\n{} runs; the best has loss {:.4} at learning rate {} and a batch of {} tokens\n",
        sweep.source,
        sweep.rows_kept,
        sweep.rows_read,
        sweep.kept,
        sweep.runs.len(),
        sweep.best.loss,
        print::number(sweep.best.rate),
        print::number(sweep.best.batch)
    )?;
    print::warnings(out, &sweep.warnings)?;
    let bound = if sweep.edges.is_empty() { "" } else { "≥ " };
    let mut table = print::table(&["rules", "learning rate", "batch", "loss", "excess", "nearest run", "note"]);
    let percent = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), |v| format!("{bound}{:.2} %", 100.0 * v));
    for advice in &sweep.advice {
        table.add_row([
            advice.point.rules.join(", "),
            number(advice.point.rate),
            number(advice.point.batch),
            advice.loss.map_or_else(|| "—".to_owned(), |loss| format!("{loss:.4}")),
            percent(advice.excess),
            percent(advice.nearest),
            advice.note.clone(),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}
