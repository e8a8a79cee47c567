//! Which learning rate and which batch for N parameters, D tokens and a sequence length: every
//! published rule side by side, none averaged, and what following one would have cost on a grid
//! of finished runs.

mod guest;
pub mod sweep;

pub use guest::{Outcome, Recommend, Settings};

use crate::costs::six_n_d;
use crate::law::Law;
use crate::published::reference::{self, Recommends, ReferenceError};
use serde::{Deserialize, Serialize};

/// A law with published constants, as a rule.
#[derive(Clone)]
pub struct Rule {
    /// Where the constants are from: "steplaw2025/rounded-lr".
    pub source: String,
    /// The form.
    pub law: &'static dyn Law,
    /// The constants, card order.
    pub theta: Vec<f64>,
    /// What it recommends.
    pub what: Recommends,
    /// How its authors count N, D, C, batch; what else they held fixed.
    pub units: String,
}

/// Every published fit that is a rule for training, by name.
///
/// # Errors
/// [`ReferenceError`] when a reference file does not read.
pub fn published() -> Result<Vec<Rule>, ReferenceError> {
    let fits = reference::all()?.into_iter().flat_map(|reference| reference.fits);
    let rules = fits.filter_map(|fit| {
        let (what, theta) = (fit.recommends?, fit.theta()?);
        Some(Rule { source: fit.name, law: fit.law, theta, what, units: fit.units })
    });
    Ok(rules.collect())
}

/// The run to advise on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Parameters.
    pub n: f64,
    /// Tokens.
    pub d: f64,
    /// Tokens per sequence.
    pub sequence: f64,
    /// Loss expected at the end, for the rules that ask for it.
    pub loss: Option<f64>,
}

/// Every rule's answer for one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// The run.
    pub run: Run,
    /// One row per rule, in the rules' order.
    pub rows: Vec<Row>,
}

/// One rule's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Where the constants are from.
    pub source: String,
    /// The law's id.
    pub law: String,
    /// What is recommended.
    pub what: Recommends,
    /// Learning rate, or batch in tokens; none where the rule has no answer, and a note says why.
    pub value: Option<f64>,
    /// Batch in sequences.
    pub sequences: Option<f64>,
    /// How its authors count.
    pub units: String,
    /// What was assumed, or why there is no answer.
    pub notes: Vec<String>,
}

/// Every rule's answer for one run.
pub fn recommend(rules: &[Rule], run: Run) -> Recommendation {
    Recommendation { run, rows: rules.iter().map(|rule| answer(rule, run)).collect() }
}

impl Recommendation {
    /// Lowest and highest answer of one kind, if any rule has one.
    pub fn range(&self, what: Recommends) -> Option<(f64, f64)> {
        let values = self.rows.iter().filter(|row| row.what == what).filter_map(|row| row.value);
        values.fold(None, |range, value| match range {
            None => Some((value, value)),
            Some((low, high)) => Some((value.min(low), value.max(high))),
        })
    }
}

/// One paper's learning rate and batch together, as a point for a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Where the constants are from, up to the slash: "steplaw2025".
    pub paper: String,
    /// The rules: "steplaw2025/rounded-lr" and so on.
    pub rules: Vec<String>,
    /// Peak learning rate, if the paper has a rule that gives one here.
    pub rate: Option<f64>,
    /// Batch in tokens, likewise.
    pub batch: Option<f64>,
}

impl Recommendation {
    /// Rates and batches of one paper paired in the order of its file; what is left over stands
    /// alone. Rules without an answer are left out.
    pub fn points(&self) -> Vec<Point> {
        let paper = |row: &Row| row.source.split('/').next().unwrap_or_default().to_owned();
        let mut points: Vec<Point> = Vec::new();
        for row in self.rows.iter().filter(|row| row.value.is_some()) {
            let fill = |point: &mut Point| match row.what {
                Recommends::LearningRate => fill_once(&mut point.rate, row.value),
                Recommends::BatchTokens => fill_once(&mut point.batch, row.value),
            };
            if let Some(point) = points.iter_mut().find_map(|p| (p.paper == paper(row) && fill(p)).then_some(p)) {
                point.rules.push(row.source.clone());
            } else {
                let mut point = Point { paper: paper(row), rules: vec![row.source.clone()], rate: None, batch: None };
                fill(&mut point);
                points.push(point);
            }
        }
        points
    }
}

/// Fills an empty place; false if it was taken.
fn fill_once(place: &mut Option<f64>, value: Option<f64>) -> bool {
    let empty = place.is_none();
    if empty {
        *place = value;
    }
    empty
}

/// No rule was fitted to runs of fewer parameters and tokens, nor of more.
const SMALLEST: (f64, f64) = (1e6, 1e8);
const LARGEST: (f64, f64) = (1e12, 1e14);
/// A peak learning rate above this is none.
const FASTEST: f64 = 1.0;

fn answer(rule: &Rule, run: Run) -> Row {
    let card = rule.law.card();
    let mut notes = Vec::new();
    let mut known = |symbol: &str| match symbol {
        "N" => Some(run.n),
        "D" => Some(run.d),
        "C" => {
            notes.push(format!("C = 6ND = {:.3e} FLOP", six_n_d(run.n, run.d)));
            Some(six_n_d(run.n, run.d))
        }
        "L" => {
            if run.loss.is_none() {
                notes.push("asks for the loss that the run will reach, and none was given".to_owned());
            }
            run.loss
        }
        other => {
            notes.push(format!("asks for {other}, which is not known of the run"));
            None
        }
    };
    let inputs: Option<Vec<f64>> = card.inputs.iter().map(|input| known(input.symbol)).collect();
    let value = inputs.map(|x| rule.law.predict(&x, &rule.theta)).filter(|value| {
        let sound = value.is_finite() && *value > 0.0;
        if !sound {
            notes.push(format!("gives {value:.3e} here, outside the range where it means anything"));
        }
        sound
    });
    let value = value.filter(|value| {
        let rate = rule.what == Recommends::LearningRate;
        let sound = !rate || *value <= FASTEST;
        if !sound {
            notes.push(format!("gives a learning rate of {value:.3e}, at which nothing trains: outside its range"));
        }
        sound
    });
    if run.n < SMALLEST.0 || run.d < SMALLEST.1 {
        notes.push("far below the smallest run that any rule was fitted to".to_owned());
    }
    if run.n > LARGEST.0 || run.d > LARGEST.1 {
        notes.push("far above the largest run that any rule was fitted to".to_owned());
    }
    let sequences = value.filter(|_| rule.what == Recommends::BatchTokens).map(|tokens| tokens / run.sequence);
    Row {
        source: rule.source.clone(),
        law: card.id.to_owned(),
        what: rule.what,
        value,
        sequences,
        units: rule.units.clone(),
        notes,
    }
}

/// One finished run of a grid over learning rate and batch at one N and D.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridRun {
    /// Peak learning rate.
    pub rate: f64,
    /// Batch in tokens.
    pub batch: f64,
    /// Loss at the end.
    pub loss: f64,
}

/// What following a rule would have cost on a grid: the relative excess over the grid's best loss
/// of the run nearest to the advice, distance taken in (ln rate, ln batch). None for an empty grid.
pub fn excess(grid: &[GridRun], rate: f64, batch: f64) -> Option<f64> {
    let distance = |run: &GridRun| (run.rate / rate).ln().hypot((run.batch / batch).ln());
    let nearest = grid.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    let best = grid.iter().map(|run| run.loss).fold(f64::INFINITY, f64::min);
    Some(nearest.loss / best - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::find;

    fn rule(law: &str, theta: &[f64], what: Recommends) -> Rule {
        let law = find(law).expect("registered");
        Rule { source: "test".to_owned(), law, theta: theta.to_vec(), what, units: String::new() }
    }

    #[test]
    fn rules_without_an_answer_say_why() {
        let rules = [
            rule("kaplan-lr", &[0.003239, -0.0001395], Recommends::LearningRate),
            rule("batch-at-loss", &[2.1e8, 1.0 / 0.21], Recommends::BatchTokens),
        ];
        let run = Run { n: 7e10, d: 1.4e12, sequence: 4096.0, loss: None };
        let rows = recommend(&rules, run).rows;
        assert!(rows.iter().all(|row| row.value.is_none() && row.notes.len() == 1), "{rows:?}");
        let rows = recommend(&rules, Run { n: 1e9, loss: Some(3.0), ..run }).rows;
        assert!(rows.iter().all(|row| row.value.is_some() && row.notes.is_empty()), "{rows:?}");
        assert_eq!(rows[1].sequences.map(|s| s * 4096.0), rows[1].value);
    }

    #[test]
    fn nearest_run_is_nearest_in_logarithms() {
        let run = |rate, batch, loss| GridRun { rate, batch, loss };
        let grid = [run(1e-3, 1e6, 2.0), run(1e-2, 1e6, 3.0)];
        assert_eq!(excess(&grid, 4e-3, 1e6), Some(0.5));
        assert_eq!(excess(&grid, 3e-3, 1e6), Some(0.0));
        assert_eq!(excess(&[], 1.0, 1.0), None);
    }
}
