//! SLDBench: eight tables of runs, each to be forecast beyond where its train rows end (Lin et al.).
//!
//! One form for all groups of a task, constants by group, fitted on train rows. The score is
//! R² = 1 − the mean over output columns of NMSE, predictions of all groups taken together. Form,
//! objective and rows are chosen by [`choose`] alone, on hold-outs inside the train rows.

mod candidate;
mod choose;
mod holdout;
mod tasks;

use super::rows::Rows;
use super::score::r_squared;
use super::table::{Table, find};
use super::{BenchError, Published, Suite, Task};
use crate::data::measurements::Warning;
use choose::{Choice, choose};
use std::path::{Path, PathBuf};
use tasks::{Spec, TASKS};

/// The suite.
pub(super) const SUITE: Suite = Suite {
    id: "sldbench",
    title: "Eight tables of runs forecast beyond their train rows; score: R² over all groups, clipped to [-1, 1]",
    cite: "Lin et al., SLDBench",
    tasks,
    run,
};

/// Systems whose mean scores by task were published (934 run records of PlanarG/active-sl
/// benchmark/laws at fd86e8c), in the order of [`Spec::published`].
const SYSTEMS: [&str; 5] = ["human laws", "SLDAgent GPT-5", "Goose GPT-5", "NAI v9", "SLDAgent o4-mini"];

fn tasks(folder: &Path) -> Result<Vec<String>, BenchError> {
    let here: Vec<String> =
        TASKS.iter().filter(|spec| place(folder, spec).is_some()).map(|spec| spec.id.to_owned()).collect();
    match here.is_empty() {
        false => Ok(here),
        true => Err(BenchError::NoTables {
            folder: folder.to_owned(),
            suite: SUITE.id,
            wanted: "folders as `parallel`, `vocab`, `sft`, each with `train.parquet`",
        }),
    }
}

/// The folder of a task, by any of its names, if it has train rows.
fn place(folder: &Path, spec: &Spec) -> Option<PathBuf> {
    std::iter::once(&spec.id)
        .chain(spec.also)
        .map(|name| folder.join(name))
        .find(|folder| find(folder, "train").is_some())
}

fn run(folder: &Path, task: &str) -> Result<Task, BenchError> {
    let absent =
        || BenchError::NoTables { folder: folder.to_owned(), suite: SUITE.id, wanted: "`train.parquet` in the task" };
    let spec = TASKS.iter().find(|spec| spec.id == task).ok_or_else(absent)?;
    let folder = place(folder, spec).ok_or_else(absent)?;
    let train = Rows::read(spec.inputs, spec.targets, &Table::read(&find(&folder, "train").ok_or_else(absent)?)?)?;
    let choice = choose(spec, &train)?;
    let mut warnings = choice.warnings.clone();
    let score = match find(&folder, "test") {
        Some(path) => {
            let test = Rows::read(spec.inputs, spec.targets, &Table::read(&path)?)?;
            Some(score(&choice, &train, &test, &mut warnings))
        }
        None => None,
    };
    let published = SYSTEMS.iter().zip(spec.published);
    Ok(Task {
        task: task.to_owned(),
        score,
        law: choice.law(),
        objective: choice.objective(),
        rows: choice.rows(),
        evidence: choice.evidence,
        published: published.map(|(system, &score)| Published { system: (*system).to_owned(), score }).collect(),
        warnings,
        ..Task::default()
    })
}

/// R² on test rows. A prediction that leaves what is plausible gives way to the nearest train row.
fn score(choice: &Choice, train: &Rows, test: &Rows, warnings: &mut Vec<Warning>) -> f64 {
    let all: Vec<usize> = (0..test.len()).collect();
    let (predicted, replaced) = choice.predict(train, test, &all);
    if replaced > 0 {
        warnings.push(Warning::new(
            "implausible-forecast",
            format!("{replaced} forecast(s) lay further outside the train values of their group than those spread, and were replaced by the value of the nearest train row."),
        ));
    }
    let unknown = test.group.iter().filter(|group| !train.group.contains(group)).count();
    if unknown > 0 {
        warnings.push(Warning::new(
            "unknown-group",
            format!("{unknown} test row(s) are of groups without train rows; they are forecast by the mean of the other groups' forecasts."),
        ));
    }
    let dimensions: Vec<_> = test.y.iter().cloned().zip(predicted).collect();
    r_squared(&dimensions).clamp(-1.0, 1.0)
}
