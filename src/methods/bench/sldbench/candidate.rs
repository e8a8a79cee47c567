//! What a forecast may be made by, and how it is fitted: a registered law under an objective on some
//! of the rows, or a plain average.

use super::tasks::Spec;
use crate::base::objective::{Loss, Objective, Residual};
use crate::data::measurements::Measurements;
use crate::engine::fit::{self, Starts, minimum, promising};
use crate::engine::solve::Method;
use crate::law::Law;
use crate::laws;
use crate::methods::bench::rows::Rows;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// What is fitted.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// A law by id, and which of the task's inputs are the law's, in card order.
    Law(&'static str, &'static [usize]),
    /// The mean of the targets of the last rows in the first input.
    Last(usize),
    /// The mean of the largest targets.
    Best(usize),
    /// The mean of all targets.
    Mean,
}

/// Which rows are fitted.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Keep {
    /// All.
    All,
    /// Those at most this many times the least target of their cell.
    Near(f64),
}

/// A candidate.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    /// What is fitted.
    pub form: Form,
    /// How; of no account to an average.
    pub objective: Objective,
    /// To which rows.
    pub keep: Keep,
}

/// Least squares on the residuals as they are.
pub(super) const RAW: Objective = Objective { residual: Residual::Raw, loss: Loss::Squared };
/// Least squares on log residuals.
pub(super) const LOG: Objective = Objective { residual: Residual::Log, loss: Loss::Squared };
/// Huber's loss with delta 1e-3 on log residuals.
pub(super) const HUBER: Objective = Objective::HOFFMANN;
/// Huber's loss with delta 1e-2 on log residuals.
pub(super) const WIDE: Objective = Objective { residual: Residual::Log, loss: Loss::Huber { delta: 1e-2 } };

impl Candidate {
    /// A law on all rows.
    pub const fn law(id: &'static str, inputs: &'static [usize], objective: Objective) -> Self {
        Self { form: Form::Law(id, inputs), objective, keep: Keep::All }
    }
    /// The same on rows near the best of their cell.
    pub const fn near(mut self, factor: f64) -> Self {
        self.keep = Keep::Near(factor);
        self
    }
    /// An average.
    pub const fn average(form: Form) -> Self {
        Self { form, objective: RAW, keep: Keep::All }
    }
    /// The form, in words.
    pub fn law_name(&self) -> String {
        match self.form {
            Form::Law(id, _) => id.to_owned(),
            Form::Last(1) => "last value".to_owned(),
            Form::Last(k) => format!("mean of the last {k}"),
            Form::Best(k) => format!("mean of the best {k}"),
            Form::Mean => "mean".to_owned(),
        }
    }
    /// The objective, in words.
    pub fn objective_name(&self) -> String {
        if !matches!(self.form, Form::Law(..)) {
            return "none: an average".to_owned();
        }
        let scale = match self.objective.residual {
            Residual::Log => "ln L",
            _ => "L",
        };
        match self.objective.loss.delta() {
            Some(delta) => format!("Huber({delta:e}) on {scale}"),
            None => format!("{} on {scale}", self.objective.loss.name()),
        }
    }
    /// The rows, in words.
    pub fn rows_name(&self) -> String {
        match self.keep {
            Keep::All => "all rows".to_owned(),
            Keep::Near(factor) => format!("rows at most {factor} times the best of their cell"),
        }
    }
    /// Everything, in words.
    pub fn name(&self) -> String {
        match (self.form, self.keep) {
            (Form::Law(..), Keep::All) => format!("{}, {}", self.law_name(), self.objective_name()),
            (Form::Law(..), _) => format!("{}, {}, {}", self.law_name(), self.objective_name(), self.rows_name()),
            _ => self.law_name(),
        }
    }
    /// How many constants a group has.
    pub fn constants(&self) -> usize {
        match self.form {
            Form::Law(id, _) => laws::find(id).map_or(0, |law| law.card().params.len()),
            _ => 1,
        }
    }
}

/// One group's constants for one target.
enum Constants {
    Law { law: &'static dyn Law, inputs: &'static [usize], theta: Vec<f64> },
    Value(f64),
}

impl Constants {
    fn predict(&self, x: &[f64]) -> f64 {
        match self {
            Self::Law { law, inputs, theta } => law.predict(&inputs.iter().map(|&i| x[i]).collect::<Vec<_>>(), theta),
            Self::Value(value) => *value,
        }
    }
}

/// A candidate fitted: constants by group, then by target.
pub(super) struct Model(BTreeMap<String, Vec<Constants>>);

impl Model {
    /// Predictions at some rows, by target. A group that was not fitted gets the mean of the others.
    pub fn predict(&self, rows: &Rows, at: &[usize]) -> Vec<Vec<f64>> {
        let one = |target: usize, row: usize| -> f64 {
            let x = rows.inputs(row);
            match self.0.get(&rows.group[row]) {
                Some(constants) => constants[target].predict(&x),
                None => self.0.values().map(|c| c[target].predict(&x)).sum::<f64>() / self.0.len() as f64,
            }
        };
        (0..rows.y.len()).map(|target| at.iter().map(|&row| one(target, row)).collect()).collect()
    }
}

/// Starts of a search, and where many fits are asked for at once.
const STARTS: [usize; 2] = [4, 2];
/// What counts as many.
const MANY: usize = 16;
/// More rows than this are searched on every k-th of them first.
const SEARCHED: usize = 400;

/// Where to start by law, once it was searched for on some hold-out: later fits of the same law to
/// other rows of a large table begin there. Only a start: every fit is solved to its own minimum.
pub(super) type Hints = HashMap<String, Vec<f64>>;

/// Fits a candidate to some rows. In words why not, where it does not fit.
pub(super) fn fitted(
    spec: &Spec,
    candidate: &Candidate,
    rows: &Rows,
    train: &[usize],
    hints: &mut Hints,
) -> Result<Model, String> {
    let kept = keep(spec, candidate, rows, train);
    let jobs: Vec<(&str, usize)> =
        rows.groups(&kept).into_iter().flat_map(|group| (0..rows.y.len()).map(move |target| (group, target))).collect();
    let large = kept.len() > SEARCHED && jobs.len() == 1;
    if large
        && !hints.contains_key(&candidate.law_name())
        && let Form::Law(id, inputs) = candidate.form
    {
        let few: Vec<usize> = kept.iter().copied().step_by(kept.len().div_ceil(SEARCHED)).collect();
        let start = solve(id, inputs, candidate.objective, rows, &few, 0, Search::Best(STARTS[0]))?;
        hints.insert(candidate.law_name(), start);
    }
    let most = STARTS[usize::from(jobs.len() > MANY)];
    let hint = hints.get(&candidate.law_name()).filter(|_| large);
    let search = hint.map_or(Search::Best(most), |theta| Search::From(theta));
    let constants = |&(group, target): &(&str, usize)| -> Result<Constants, String> {
        let mine: Vec<usize> = kept.iter().copied().filter(|&k| rows.group[k] == group).collect();
        let y = &rows.y[target];
        let mean = |rows: &[usize]| Constants::Value(rows.iter().map(|&k| y[k]).sum::<f64>() / rows.len() as f64);
        let ordered = |by: &[f64], count: usize| {
            let mut order = mine.clone();
            order.sort_by(|&a, &b| by[b].total_cmp(&by[a]));
            order.truncate(count);
            order
        };
        Ok(match candidate.form {
            Form::Law(id, inputs) => {
                let theta = solve(id, inputs, candidate.objective, rows, &mine, target, search)?;
                let law = laws::find(id).ok_or_else(|| format!("no law `{id}`"))?;
                Constants::Law { law, inputs, theta }
            }
            Form::Last(count) => mean(&ordered(&rows.x[0], count)),
            Form::Best(count) => mean(&ordered(y, count)),
            Form::Mean => mean(&mine),
        })
    };
    let solved: Vec<Result<Constants, String>> = jobs.par_iter().map(constants).collect();
    let mut model: BTreeMap<String, Vec<Constants>> = BTreeMap::new();
    for ((group, _), constants) in jobs.iter().zip(solved) {
        model.entry((*group).to_owned()).or_default().push(constants?);
    }
    match model.is_empty() {
        true => Err("no rows".to_owned()),
        false => Ok(Model(model)),
    }
}

/// Where a fit starts.
#[derive(Clone, Copy)]
enum Search<'a> {
    /// From known parameters.
    From(&'a [f64]),
    /// From this many of the most promising ones.
    Best(usize),
}

/// Parameters of a law on some rows of one target.
fn solve(
    id: &str,
    inputs: &[usize],
    objective: Objective,
    rows: &Rows,
    which: &[usize],
    target: usize,
    search: Search<'_>,
) -> Result<Vec<f64>, String> {
    let law = laws::find(id).ok_or_else(|| format!("no law `{id}`"))?;
    let card = law.card();
    let take = |column: &[f64]| which.iter().map(|&k| column[k]).collect::<Vec<f64>>();
    let mut columns: Vec<(&str, Vec<f64>)> =
        card.inputs.iter().zip(inputs).map(|(input, &i)| (input.symbol, take(&rows.x[i]))).collect();
    columns.push((card.output.symbol, take(&rows.y[target])));
    let data = Measurements::from_columns(&rows.source.display().to_string(), columns);
    let mut spec = fit::Spec::new(law, objective);
    if which.len() > SEARCHED {
        // Second derivatives of many parameters on thousands of rows cost more than they save.
        spec.method = Method::QuasiNewton;
    }
    let starts = match search {
        Search::From(theta) => vec![theta.to_vec()],
        Search::Best(most) => promising(&spec, &data, most).map_err(|error| error.to_string())?,
    };
    spec.starts = Starts::Only(starts);
    minimum(&spec, &data).map(|(theta, _)| theta).map_err(|error| error.to_string())
}

/// The rows that a candidate is fitted to.
fn keep(spec: &Spec, candidate: &Candidate, rows: &Rows, train: &[usize]) -> Vec<usize> {
    let Keep::Near(factor) = candidate.keep else { return train.to_vec() };
    let mut best: HashMap<Vec<u64>, f64> = HashMap::new();
    let y = &rows.y[0];
    for &k in train {
        let least = best.entry(rows.cell(spec.cell, k)).or_insert(f64::INFINITY);
        *least = least.min(y[k]);
    }
    train.iter().copied().filter(|&k| y[k] <= factor * best[&rows.cell(spec.cell, k)]).collect()
}
