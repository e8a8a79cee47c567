//! Public benchmarks of fitting and extrapolation, run on their authors' tables where they lie.
//!
//! A suite reads the tables of a folder, makes every choice (law, objective, which rows) by
//! hold-outs inside the train rows that mirror the direction of the test rows, says why, and scores
//! the test rows if the folder has any. A suite is one file and one line of [`SUITES`].

mod curves;
mod loss_to_loss;
mod rows;
mod scalebench;
pub mod score;
mod sldbench;
pub mod table;

use crate::data::ingest::IngestError;
use crate::data::measurements::Warning;
use crate::engine::fit::FitError;
use crate::published::reference::ReferenceError;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A benchmark.
pub struct Suite {
    /// Kebab-case name, as on the command line.
    pub id: &'static str,
    /// One line: what is forecast, and how it is scored.
    pub title: &'static str,
    /// Where it is from.
    pub cite: &'static str,
    /// Names of the tasks that the folder holds, in order: what a progress bar counts.
    pub tasks: fn(&Path) -> Result<Vec<String>, BenchError>,
    /// Runs one of those tasks.
    pub run: fn(&Path, &str) -> Result<Task, BenchError>,
}

/// Every suite, in alphabetical order.
pub static SUITES: &[Suite] =
    &[curves::CURVES, loss_to_loss::SUITE, curves::NSLPFN, scalebench::SUITE, sldbench::SUITE];

/// A suite by name.
pub fn find(id: &str) -> Option<&'static Suite> {
    SUITES.iter().find(|suite| suite.id == id)
}

/// What came of a suite.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// The suite's name.
    pub suite: String,
    /// Mean of the scores of all tasks; none unless every task has one.
    pub mean: Option<f64>,
    /// One per task, in the suite's order.
    pub tasks: Vec<Task>,
}

/// What came of one task.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Task {
    /// Name of the task, which is that of its folder.
    pub task: String,
    /// Score on the test rows; none where the folder has none.
    pub score: Option<f64>,
    /// The law that was chosen: its id, or several with ` + ` if their predictions are averaged.
    pub law: String,
    /// The objective it was fitted by.
    pub objective: String,
    /// Which train rows it was fitted to.
    pub rows: String,
    /// Why: what each candidate scored on the rows held out inside the train rows.
    pub evidence: Vec<Evidence>,
    /// How many fits are at or below the least value known of their objective; none where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<Reached>,
    /// Scores that others published, for the table beside ours.
    pub published: Vec<Published>,
    /// What to know about it.
    pub warnings: Vec<Warning>,
}

/// One candidate on one hold-out, or a published number beside ours.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// The law, the objective and the row filter, in words.
    pub candidate: String,
    /// What was held out: "largest N", or which quantity is compared.
    pub holdout: String,
    /// How many rows were held out.
    pub rows: usize,
    /// The score there; none if the candidate could not be fitted.
    pub score: Option<f64>,
    /// Whether it is the choice.
    pub chosen: bool,
    /// More on it, if there is more to say.
    pub note: String,
}

/// How many fits reached the least value known of their objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// Those at or below it, up to a millionth.
    pub reached: usize,
    /// All of which one is known.
    pub of: usize,
}

/// What somebody published for a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Published {
    /// Who or which system.
    pub system: String,
    /// Their score.
    pub score: f64,
}

/// Why a suite could not be run.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A table that does not read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A folder without the tables of the suite.
    #[error("{}: no table of the suite `{suite}` is here: it wants {wanted}", folder.display())]
    NoTables {
        /// The folder.
        folder: PathBuf,
        /// The suite.
        suite: &'static str,
        /// What it looks for.
        wanted: &'static str,
    },
    /// A table without a column.
    #[error("{}: the column `{column}` is missing; the table has {found}", path.display())]
    NoColumn {
        /// The table.
        path: PathBuf,
        /// What it lacks.
        column: String,
        /// What it has.
        found: String,
    },
    /// A cell that is not a number.
    #[error("{}: row {row}, column `{column}`: {what}", path.display())]
    BadCell {
        /// The table.
        path: PathBuf,
        /// Data row, 1 is the first.
        row: usize,
        /// Header.
        column: String,
        /// What is wrong, and what to do.
        what: &'static str,
    },
    /// A fit that could not be posed.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// A reference file that does not read.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// No candidate of a task can be fitted to its rows.
    #[error("{}: no law of the task can be fitted to its {rows} rows: {why}", path.display())]
    NothingFits {
        /// The table.
        path: PathBuf,
        /// Train rows.
        rows: usize,
        /// What the last candidate said.
        why: String,
    },
}

/// Runs all tasks of a suite that a folder holds; `tick` is called after each.
///
/// # Errors
/// [`BenchError`] when the folder has no table of the suite, or one of them does not read. A law
/// that does not fit is no error: it is not chosen.
pub fn run(suite: &Suite, folder: &Path, tick: &dyn Fn()) -> Result<Outcome, BenchError> {
    let names = (suite.tasks)(folder)?;
    let tasks = names.iter().map(|name| {
        let task = (suite.run)(folder, name);
        tick();
        task
    });
    let tasks: Vec<Task> = tasks.collect::<Result<_, _>>()?;
    let scores: Option<Vec<f64>> = tasks.iter().map(|task| task.score).collect();
    let mean =
        scores.filter(|scores| !scores.is_empty()).map(|scores| scores.iter().sum::<f64>() / scores.len() as f64);
    Ok(Outcome { suite: suite.id.to_owned(), mean, tasks })
}
