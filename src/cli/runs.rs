//! `scaling runs`.

use super::failure::Kind;
use super::{Failure, Outcome, print, print_json};
use crate::data::ingest::{self, Asked, Damaged, Harvest, write_table};
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;

/// Which folder, and what of each run.
#[derive(clap::Args)]
#[command(after_help = r"Example: scaling runs wandb/ --out runs.csv
         scaling runs sweeps/ --pattern 'n{params}_d{tokens}' --out runs.csv
         scaling runs logs/ --pattern 'iter {step}: loss {loss}' --every --out curves.csv")]
pub struct Args {
    /// A folder of runs: wandb's run folders and exports, trainer_state.json with config.json, results of
    /// lm-evaluation-harness, TensorBoard event files, JSON lines, CSV, text logs
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// File to write: .csv or .parquet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// One row per run, the last value of each column (the default)
    #[arg(long)]
    last: bool,
    /// One row per logged point
    #[arg(long, conflicts_with = "last")]
    every: bool,
    /// How a line of a text log, or the path of a run below DIR, reads: {name} is a number, perhaps with a
    /// suffix as in 125M; named groups (?<name>…) are anything. Several may be given
    #[arg(long, value_name = "REGEX")]
    pattern: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Names shown of a long list; `--json` has them all.
const SHOWN: usize = 20;

/// Harvests a folder into one table.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let asked = Asked { every: args.every, patterns: args.pattern.clone(), leave: Some(args.out.clone()) };
    let harvest = ingest::harvest(&args.folder, &asked)?;
    write_table(&harvest.columns(), &args.out).map_err(|error| Failure::work(error).of(Kind::Output))?;
    let file = args.out.display().to_string();
    let (rows, runs, headers) = (harvest.rows(), harvest.runs(), harvest.headers());
    if args.json {
        let Harvest { skipped, damaged, other, uncounted, .. } = &harvest;
        let value = json!({
            "file": file, "rows": rows, "runs": runs, "columns": headers, "skipped": skipped, "damaged": damaged,
            "of_no_known_kind": other, "not_counted": uncounted, "warnings": harvest.warnings(),
        });
        return print_json(out, &value);
    }
    writeln!(out, "{file}: {rows} rows of {runs} runs, {} columns", headers.len())?;
    let named = |all: &[Damaged]| all.iter().map(|one| format!("{}: {}", one.file, one.why)).collect::<Vec<_>>();
    listed(out, "skipped", &named(&harvest.skipped))?;
    listed(out, "read in part", &named(&harvest.damaged))?;
    listed(out, "of no known kind", &harvest.other)?;
    let shown = ["skipped-files", "damaged-files"];
    let rest: Vec<_> = harvest.warnings().into_iter().filter(|warning| !shown.contains(&&*warning.kind)).collect();
    Ok(print::warnings(out, &rest)?)
}

fn listed(out: &mut dyn Write, what: &str, lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{what}: {}", lines.len())?;
    for line in lines.iter().take(SHOWN) {
        writeln!(out, "  {line}")?;
    }
    match lines.len() > SHOWN {
        true => writeln!(out, "  and {} more, which --json lists", lines.len() - SHOWN),
        false => Ok(()),
    }
}
