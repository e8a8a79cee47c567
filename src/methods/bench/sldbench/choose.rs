//! The choice of a task's forecast, by one rule for all tasks.
//!
//! Every candidate is fitted to the train rows of every hold-out and forecasts what was held out.
//! A candidate is as good as its worst hold-out (R², as the benchmark scores it): test rows lie
//! further out than any of them. Candidates whose worst miss, 1 − R², is within [`NEAR`] of the
//! least one are near-equal; their mean forecast is chosen if its own worst hold-out is no worse
//! than the best candidate's, else the best candidate alone. What is chosen is fitted again to all
//! train rows. No test row has a part in any of this.

use super::candidate::{Candidate, Hints, Model, fitted};
use super::holdout::HoldOut;
use super::tasks::Spec;
use crate::data::measurements::Warning;
use crate::methods::bench::rows::Rows;
use crate::methods::bench::score::r_squared;
use crate::methods::bench::{BenchError, Evidence};

/// How much more than the least one a near-equal candidate may miss by.
const NEAR: f64 = 1.25;
/// Near-equal candidates that are averaged, at most.
const AVERAGED: usize = 4;

/// What forecasts a task, and why.
pub(super) struct Choice {
    members: Vec<(Candidate, Model)>,
    /// Scores of all candidates on all hold-outs.
    pub evidence: Vec<Evidence>,
    /// What went wrong on the way.
    pub warnings: Vec<Warning>,
}

/// Distinct names, joined.
fn joined(names: impl Iterator<Item = String>) -> String {
    let mut out: Vec<String> = Vec::new();
    for name in names {
        if !out.contains(&name) {
            out.push(name);
        }
    }
    out.join(" + ")
}

impl Choice {
    /// The laws.
    pub fn law(&self) -> String {
        joined(self.members.iter().map(|(candidate, _)| candidate.law_name()))
    }
    /// The objectives.
    pub fn objective(&self) -> String {
        joined(self.members.iter().map(|(candidate, _)| candidate.objective_name()))
    }
    /// The rows.
    pub fn rows(&self) -> String {
        joined(self.members.iter().map(|(candidate, _)| candidate.rows_name()))
    }

    /// The mean forecast of the members at some rows, by target, and how many of its values were
    /// implausible and replaced. A value is plausible within the train values of its group widened
    /// by their spread to either side.
    pub fn predict(&self, train: &Rows, rows: &Rows, at: &[usize]) -> (Vec<Vec<f64>>, usize) {
        let mut predicted = mean(&self.members.iter().map(|(_, model)| model.predict(rows, at)).collect::<Vec<_>>());
        let mut replaced = 0;
        for (target, values) in predicted.iter_mut().enumerate() {
            for (value, &row) in values.iter_mut().zip(at) {
                let mine: Vec<usize> = (0..train.len()).filter(|&k| train.group[k] == rows.group[row]).collect();
                let known = || mine.iter().map(|&k| train.y[target][k]);
                let (low, high) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(y), h.max(y)));
                let spread = high - low;
                if !mine.is_empty() && !(low - spread..=high + spread).contains(value) {
                    *value = train.y[target][nearest(train, &mine, &rows.inputs(row))];
                    replaced += 1;
                }
            }
        }
        (predicted, replaced)
    }
}

/// The row whose inputs are nearest, each in units of its range over all train rows (in logarithms
/// where all of it is positive).
fn nearest(train: &Rows, mine: &[usize], x: &[f64]) -> usize {
    let distance = |row: usize| -> f64 {
        let part = |(column, &x): (&Vec<f64>, &f64)| {
            let positive = column.iter().all(|v| *v > 0.0) && x > 0.0;
            let scale = |v: f64| if positive { v.ln() } else { v };
            let (low, high) = column.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
            let range = (scale(high) - scale(low)).max(f64::MIN_POSITIVE);
            ((scale(column[row]) - scale(x)) / range).powi(2)
        };
        train.x.iter().zip(x).map(part).sum()
    };
    mine.iter().copied().min_by(|&a, &b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
}

/// Element by element, the mean of several forecasts.
fn mean(all: &[Vec<Vec<f64>>]) -> Vec<Vec<f64>> {
    let mut out = all[0].clone();
    for (target, values) in out.iter_mut().enumerate() {
        for (k, value) in values.iter_mut().enumerate() {
            *value = all.iter().map(|one| one[target][k]).sum::<f64>() / all.len() as f64;
        }
    }
    out
}

fn scored(rows: &Rows, holdout: &HoldOut, predicted: &[Vec<f64>]) -> f64 {
    let measured = rows.y.iter().map(|y| holdout.held.iter().map(|&k| y[k]).collect::<Vec<f64>>());
    r_squared(&measured.zip(predicted.iter().cloned()).collect::<Vec<_>>())
}

fn worst(scores: &[f64]) -> f64 {
    scores.iter().copied().fold(f64::INFINITY, f64::min)
}

/// What a candidate forecast on every hold-out, and its scores.
struct Trial {
    candidate: Candidate,
    forecasts: Vec<Vec<Vec<f64>>>,
    scores: Vec<f64>,
}

/// Chooses.
pub(super) fn choose(spec: &Spec, rows: &Rows) -> Result<Choice, BenchError> {
    let holdouts = spec.holdouts.apply(rows);
    let all: Vec<usize> = (0..rows.len()).collect();
    let mut hints = Hints::new();
    let (mut trials, mut evidence, mut why) = (Vec::new(), Vec::new(), String::new());
    let admitted = spec.candidates.iter().filter(|c| spec.cap.is_none_or(|cap| c.constants() * rows.y.len() <= cap));
    for candidate in admitted {
        match tried(spec, candidate, rows, &holdouts, &mut hints) {
            Ok(trial) => trials.push(trial),
            Err(error) => {
                evidence.push(Evidence { candidate: candidate.name(), note: error.clone(), ..Evidence::default() });
                why = error;
            }
        }
    }
    let failed = |why: String| BenchError::NothingFits { path: rows.source.clone(), rows: rows.len(), why };
    // A stable sort: among equals the first in the task's list.
    trials.sort_by(|a: &Trial, b| worst(&b.scores).total_cmp(&worst(&a.scores)));
    let least = trials.first().map(|trial| 1.0 - worst(&trial.scores)).ok_or_else(|| failed(why.clone()))?;
    let near = trials.iter().take(AVERAGED).take_while(|t| 1.0 - worst(&t.scores) <= NEAR * least).count().max(1);
    let together: Vec<f64> = holdouts
        .iter()
        .enumerate()
        .map(|(h, holdout)| {
            let forecasts: Vec<_> = trials[..near].iter().map(|trial| trial.forecasts[h].clone()).collect();
            scored(rows, holdout, &mean(&forecasts))
        })
        .collect();
    let averaged = near > 1 && worst(&together) >= worst(&trials[0].scores);
    let members = if averaged { near } else { 1 };
    if near > 1 {
        let name = format!("mean of the first {near} below");
        evidence.extend(lines(&name, &holdouts, &together, averaged));
    }
    for (k, trial) in trials.iter().enumerate() {
        evidence.extend(lines(&trial.candidate.name(), &holdouts, &trial.scores, k < members));
    }
    let mut fits = Vec::new();
    for trial in &trials[..members] {
        match fitted(spec, &trial.candidate, rows, &all, &mut hints) {
            Ok(model) => fits.push((trial.candidate, model)),
            Err(error) => why = error,
        }
    }
    if fits.is_empty() {
        return Err(failed(why));
    }
    Ok(Choice { members: fits, evidence, warnings: Vec::new() })
}

/// One line of evidence for each hold-out.
fn lines(name: &str, holdouts: &[HoldOut], scores: &[f64], chosen: bool) -> Vec<Evidence> {
    let line = |(holdout, &score): (&HoldOut, &f64)| Evidence {
        candidate: name.to_owned(),
        holdout: holdout.name.clone(),
        rows: holdout.held.len(),
        score: Some(score),
        chosen,
        note: String::new(),
    };
    let mut out: Vec<Evidence> = holdouts.iter().zip(scores).map(line).collect();
    if let Some(first) = out.first_mut().filter(|_| scores.len() > 1) {
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        first.note = format!("worst {:.4}, mean {mean:.4}", worst(scores));
    }
    out
}

fn tried(
    spec: &Spec,
    candidate: &Candidate,
    rows: &Rows,
    holdouts: &[HoldOut],
    hints: &mut Hints,
) -> Result<Trial, String> {
    let mut forecasts = Vec::new();
    // From the hold-out with the fewest train rows, so that no start has seen what is held out.
    let mut order: Vec<usize> = (0..holdouts.len()).collect();
    order.sort_by_key(|&h| holdouts[h].train.len());
    let mut found: Vec<(usize, Vec<Vec<f64>>)> = Vec::new();
    for h in order {
        let model = fitted(spec, candidate, rows, &holdouts[h].train, hints)?;
        found.push((h, model.predict(rows, &holdouts[h].held)));
    }
    found.sort_by_key(|(h, _)| *h);
    forecasts.extend(found.into_iter().map(|(_, forecast)| forecast));
    let scores = holdouts.iter().zip(&forecasts).map(|(holdout, forecast)| scored(rows, holdout, forecast)).collect();
    Ok(Trial { candidate: *candidate, forecasts, scores })
}
