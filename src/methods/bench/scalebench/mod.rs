//! ScaleBench: eight sets of runs, and 65 laws to be fitted to them by plain least squares, each
//! within its box and to each group by itself (PlanarG/active-sl).
//!
//! It is a benchmark of fitters before it is one of laws: the sum of squares on the train rows must
//! be the least there is. Each law is searched from many starts (see [`search`]) and comes with
//! what is known of its minimum (see [`certificate`]). Nothing is chosen: where the folder has test
//! rows, the score of a set is the mean over its laws of R², all groups together, clipped to [-1, 1].

mod certificate;
mod forms;
mod search;
mod sets;
mod squares;

use super::rows::Rows;
use super::score::r_squared;
use super::table::{Table, find};
use super::{BenchError, Evidence, Published, Reached, Suite, Task};
use crate::data::measurements::Warning;
use certificate::{Certificate, certify, describe};
use forms::{Columns, Shape};
use rayon::prelude::*;
use search::{Found, SAME, Search};
use sets::{SETS, Set};
use squares::{Part, Squares};
use std::path::{Path, PathBuf};

/// The suite.
pub(super) const SUITE: Suite = Suite {
    id: "scalebench",
    title: "65 laws fitted by least squares to eight sets of runs; evidence: sum of squares on train rows; score: mean over laws of R² on test rows",
    cite: "ScaleBench, github.com/PlanarG/active-sl",
    tasks,
    run,
};

/// Whose scores were published (README of PlanarG/active-sl at e0a58ff, table 2), in the order of
/// [`Set::published`].
const SYSTEMS: [&str; 2] =
    ["all train rows, 64 starts of L-BFGS-B", "runs chosen at 10 % of cost (domain_mixture, sparsity 50 %)"];

/// Of six of the sets SLDBench has the rows: they may lie in its folder, inside this one or beside it.
const PLACES: [&str; 4] = ["", "scalebench", "sldbench", "../sldbench"];

fn place(folder: &Path, set: &Set) -> Option<PathBuf> {
    let names = || std::iter::once(&set.id).chain(set.also);
    let folders = PLACES.iter().flat_map(|place| names().map(move |name| folder.join(place).join(name)));
    folders.into_iter().find(|folder| find(folder, "train").is_some())
}

fn absent(folder: &Path) -> BenchError {
    let wanted = "folders as `parallel`, `moe`, `farseer`, each with `train.parquet`";
    BenchError::NoTables { folder: folder.to_owned(), suite: SUITE.id, wanted }
}

fn tasks(folder: &Path) -> Result<Vec<String>, BenchError> {
    let here: Vec<String> =
        SETS.iter().filter(|set| place(folder, set).is_some()).map(|set| set.id.to_owned()).collect();
    if here.is_empty() { Err(absent(folder)) } else { Ok(here) }
}

/// One fit: a law on a group, to one target or, jointly, to all.
struct Job<'a> {
    shape: &'static Shape,
    group: &'a str,
    targets: Vec<usize>,
    parts: Vec<Part>,
}

/// What came of it.
struct Fitted {
    found: Found,
    certificate: Certificate,
    names: Vec<&'static str>,
}

impl Job<'_> {
    fn run(&self) -> Option<Fitted> {
        let search = Search::new(self.shape, &self.parts);
        let found = search.run()?;
        let certificate = certify(&search.problem(), &found);
        Some(Fitted { found, certificate, names: search.variables.iter().map(|v| v.name).collect() })
    }
}

/// The fits of a law: every group by itself, and every target where they share nothing.
fn jobs<'a>(set: &Set, shape: &'static Shape, joint: bool, rows: &'a Rows) -> Vec<Job<'a>> {
    let all: Vec<usize> = (0..rows.len()).collect();
    let parameters = shape.parameters.len();
    let shared = if joint { set.inputs.len() } else { 0 };
    let part = |group: &str, target: usize| {
        let mine: Vec<usize> = all.iter().copied().filter(|&k| rows.group[k] == group).collect();
        let own = if joint { shared + target * (parameters - shared) } else { 0 };
        Part {
            columns: columns(set, rows, &mine, target, joint),
            target: mine.iter().map(|&k| rows.y[target][k]).collect(),
            variable: (0..shared).chain(own..own + parameters - shared).collect(),
        }
    };
    let targets: Vec<Vec<usize>> = match joint {
        true => vec![(0..set.targets.len()).collect()],
        false => (0..set.targets.len()).map(|target| vec![target]).collect(),
    };
    let groups = rows.groups(&all).into_iter();
    let each = groups.flat_map(|group| targets.iter().map(move |targets| (group, targets.clone())));
    each.map(|(group, targets)| {
        let parts = targets.iter().map(|&target| part(group, target)).collect();
        Job { shape, group, targets, parts }
    })
    .collect()
}

fn columns(set: &Set, rows: &Rows, which: &[usize], target: usize, joint: bool) -> Columns {
    let take = |i: usize| which.iter().map(|&k| rows.x[i][k]).collect();
    Columns::new(&set.inputs_of(target, joint).into_iter().map(take).collect::<Vec<Vec<f64>>>())
}

/// R² of a law on test rows: predictions of all groups together. A group without train rows is
/// predicted by the mean of the others.
fn score(set: &Set, joint: bool, jobs: &[Job<'_>], fits: &[Fitted], test: &Rows) -> f64 {
    let dimension = |target: usize| {
        let predict = |job: &Job<'_>, fit: &Fitted, which: &[usize]| {
            let at = job.targets.iter().position(|&t| t == target)?;
            let part = Part {
                columns: columns(set, test, which, target, joint),
                target: vec![0.0; which.len()],
                variable: job.parts[at].variable.clone(),
            };
            let parts = [part];
            Some(Squares::new(job.shape, &parts, Vec::new()).predict(0, &fit.found.best.q))
        };
        let mut predicted = vec![0.0; test.len()];
        for group in test.groups(&(0..test.len()).collect::<Vec<_>>()) {
            let which: Vec<usize> = (0..test.len()).filter(|&k| test.group[k] == group).collect();
            let known = jobs.iter().any(|job| job.group == group);
            let mine = jobs.iter().zip(fits).filter(|(job, _)| !known || job.group == group);
            let all: Vec<Vec<f64>> = mine.filter_map(|(job, fit)| predict(job, fit, &which)).collect();
            for (i, &k) in which.iter().enumerate() {
                predicted[k] = all.iter().map(|one| one[i]).sum::<f64>() / all.len() as f64;
            }
        }
        (test.y[target].clone(), predicted)
    };
    r_squared(&(0..set.targets.len()).map(dimension).collect::<Vec<_>>()).clamp(-1.0, 1.0)
}

/// What is said of one law: its line, and its score if there are test rows.
fn law(set: &Set, shape: &'static Shape, joint: bool, train: &Rows, test: Option<&Rows>) -> (Evidence, Option<f64>) {
    let jobs = jobs(set, shape, joint, train);
    let fits: Option<Vec<Fitted>> = jobs.par_iter().map(Job::run).collect();
    let mut line = Evidence {
        candidate: shape.id.to_owned(),
        holdout: "nothing: sum of squares on train rows".to_owned(),
        rows: train.len() * set.targets.len(),
        score: None,
        chosen: false,
        note: "no start is finite".to_owned(),
    };
    let Some(fits) = fits else { return (line, test.map(|_| -1.0)) };
    line.score = Some(fits.iter().map(|fit| 2.0 * fit.found.best.value).sum());
    let tested = test.map(|test| score(set, joint, &jobs, &fits, test));
    line.note = describe(&fits.into_iter().map(|fit| (fit.certificate, fit.names)).collect::<Vec<_>>());
    if let Some(tested) = tested {
        line.note += &format!("; R² on test rows {tested:.4}");
    }
    (line, tested)
}

/// How many laws are at or below the least sum of squares known; none on rows other than the benchmark's.
fn reached(set: &Set, train: &Rows, sums: &[Option<f64>]) -> Option<Reached> {
    let total: f64 = train.y.iter().flatten().sum();
    let at = |(sum, least): &(&Option<f64>, &f64)| sum.is_some_and(|sum| sum <= **least * (1.0 + SAME));
    ((total / set.total - 1.0).abs() < 1e-9)
        .then(|| Reached { reached: sums.iter().zip(set.least).filter(at).count(), of: set.least.len() })
}

fn run(folder: &Path, task: &str) -> Result<Task, BenchError> {
    let set = SETS.iter().find(|set| set.id == task).ok_or_else(|| absent(folder))?;
    let place = place(folder, set).ok_or_else(|| absent(folder))?;
    let read = |path: &Path| Rows::read(set.inputs, set.targets, &Table::read(path)?);
    let train = read(&find(&place, "train").ok_or_else(|| absent(folder))?)?;
    let test = find(&place, "test").map(|path| read(&path)).transpose()?;
    let laws = set.laws();
    let lines: Vec<(Evidence, Option<f64>)> =
        laws.par_iter().map(|&(shape, joint)| law(set, shape, joint, &train, test.as_ref())).collect();
    let scores: Option<Vec<f64>> = lines.iter().map(|(_, score)| *score).collect();
    let unknown = test.iter().flat_map(|test| &test.group).filter(|group| !train.group.contains(group)).count();
    let mut warnings = Vec::new();
    if unknown > 0 {
        let message = format!(
            "{unknown} test row(s) are of groups without train rows; they are predicted by the mean of the other groups' predictions."
        );
        warnings.push(Warning::new("unknown-group", message));
    }
    let least = reached(set, &train, &lines.iter().map(|(line, _)| line.score).collect::<Vec<_>>());
    let published = SYSTEMS.iter().zip(set.published);
    Ok(Task {
        task: task.to_owned(),
        score: scores.map(|scores| scores.iter().sum::<f64>() / scores.len() as f64),
        law: match laws.len() {
            1 => laws[0].0.id.to_owned(),
            count => format!("all {count}, none chosen: {} to {}", laws[0].0.id, laws[count - 1].0.id),
        },
        objective: "squared on L, each group by itself".to_owned(),
        rows: "all rows".to_owned(),
        least,
        evidence: lines.into_iter().map(|(line, _)| line).collect(),
        published: published.map(|(system, score)| Published { system: (*system).to_owned(), score }).collect(),
        warnings,
    })
}
