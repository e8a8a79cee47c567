//! `scaling bench`.

use super::{Failure, Outcome, print, print_json, progress};
use crate::methods::bench::{self, BenchError, SUITES, Suite, Task};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// Which benchmark, and where its tables are.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling bench tables/loss_to_loss --suite loss-to-loss")]
pub struct Args {
    /// Folder of the suite's tables: TASK/train.parquet and, to be scored, TASK/test.parquet
    folder: PathBuf,
    /// Which suite
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(SUITES.iter().map(|suite| suite.id)))]
    suite: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl From<BenchError> for Failure {
    fn from(error: BenchError) -> Self {
        match &error {
            BenchError::NoTables { .. } => Self::request(error),
            _ => Self::work(error),
        }
    }
}

/// Chooses on train rows, says why, and scores the test rows if the folder has them.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let suite = bench::find(&args.suite).ok_or_else(|| Failure::request(format!("no suite `{}`", args.suite)))?;
    let count = (suite.tasks)(&args.folder)?.len();
    let bar = progress(count, "tasks");
    let outcome = bench::run(suite, &args.folder, &|| bar.inc(1))?;
    bar.finish_and_clear();
    if args.json {
        return print_json(out, &json!(outcome));
    }
    summary(out, suite, &outcome)?;
    for task in &outcome.tasks {
        evidence(out, task)?;
    }
    Ok(())
}

fn score(value: Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), |value| format!("{value:.4}"))
}

fn summary(out: &mut dyn Write, suite: &Suite, outcome: &bench::Outcome) -> Outcome {
    writeln!(out, "{} ({})\n", suite.title, suite.cite)?;
    let mut table = print::table(&["task", "score", "law", "objective", "rows"]);
    for column in 2..5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    for task in &outcome.tasks {
        table.add_row([&task.task, &score(task.score), &task.law, &task.objective, &task.rows]);
    }
    table.add_row(["mean", &score(outcome.mean), "", "", ""]);
    writeln!(out, "{table}")?;
    if outcome.mean.is_none() {
        writeln!(out, "no mean: not every task has test rows")?;
    }
    let known: Vec<_> = outcome.tasks.iter().filter_map(|task| task.least).collect();
    if !known.is_empty() {
        let (reached, of) = known.iter().fold((0, 0), |(a, b), least| (a + least.reached, b + least.of));
        writeln!(out, "{reached} of {of} fits are at or below the least sum of squares known")?;
    }
    Ok(())
}

fn evidence(out: &mut dyn Write, task: &Task) -> Outcome {
    writeln!(out, "\n{}", task.task)?;
    let mut table = print::table(&["candidate", "score", "held out", "rows", "", "note"]);
    for column in [2, 4, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    for row in &task.evidence {
        let chosen = if row.chosen { "chosen" } else { "" };
        let score = row.score.map_or_else(|| "—".to_owned(), |value| format!("{value:.6}"));
        table.add_row([&row.candidate, &score, &row.holdout, &row.rows.to_string(), chosen, &row.note]);
    }
    writeln!(out, "{table}")?;
    for published in &task.published {
        writeln!(out, "published: {} {:.3}", published.system, published.score)?;
    }
    for warning in &task.warnings {
        writeln!(out, "warning: {}: {}", warning.kind, warning.message)?;
    }
    Ok(())
}
