//! What came out of a design.

use crate::record::Estimate;
use serde::{Deserialize, Serialize};

/// Runs to train next, beside other choices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The fit, as named.
    pub fit: String,
    /// Its law.
    pub law: String,
    /// What the runs are to tell, as asked.
    pub target: String,
    /// The numbers that this is about, as they are.
    pub asked: Vec<Now>,
    /// The budget.
    pub budget: f64,
    /// What the budget is counted in.
    pub unit: String,
    /// What the rows cost together, by the law's own cost.
    pub spent: Option<f64>,
    /// Symbols of the inputs, card order.
    pub inputs: Vec<String>,
    /// The rows, by input.
    pub rows: Vec<Vec<f64>>,
    /// Noise of a row, on the objective's scale.
    pub noise: f64,
    /// How many candidates there were.
    pub candidates: usize,
    /// Whether they were the user's.
    pub listed: bool,
    /// Coverage of the intervals.
    pub level: f64,
    /// Simulated outcomes of each choice.
    pub replicates: usize,
    /// Choices: the recommended one first, then others and habits.
    pub choices: Vec<Choice>,
    /// How far off the answer may be now: relative error, the law right and off by one per cent.
    pub error_now: (Option<f64>, Option<f64>),
    /// Share of draws around the fit that would be well determined as it is.
    pub determined_now: Option<f64>,
}

/// A number asked for, as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Now {
    /// What it is.
    pub name: String,
    /// Its value.
    pub estimate: f64,
    /// Factor between the ends of its interval (their difference if it is not positive); none if open.
    pub width: Option<f64>,
}

/// A choice of runs and what it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Kebab-case name.
    pub id: String,
    /// In words.
    pub name: String,
    /// The runs, equal ones counted.
    pub runs: Vec<Run>,
    /// What they cost together.
    pub cost: f64,
    /// Interval after them, of that now: by linear algebra.
    pub linear: Option<f64>,
    /// The same by simulated refits, the median.
    pub share: Option<f64>,
    /// Median factor between the ends of the first number's interval.
    pub width: Option<f64>,
    /// Root mean square relative error after them, the law right.
    pub error: Option<f64>,
    /// The same, the law off by one per cent.
    pub error_if_wrong: Option<f64>,
    /// Share of outcomes that are well determined.
    pub determined: Option<f64>,
}

/// A run, so many times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Inputs, card order.
    pub x: Vec<f64>,
    /// How many.
    pub count: usize,
    /// What one costs.
    pub cost: f64,
    /// Its row in the list of candidates.
    pub row: Option<usize>,
}

impl Outcome {
    /// The recommended choice; none if no affordable run says anything.
    pub fn recommended(&self) -> Option<&Choice> {
        self.choices.first()
    }

    /// The numbers that matter.
    pub fn quantities(&self) -> Vec<Estimate> {
        let mut out = Vec::new();
        let mut add = |symbol: &str, meaning: &str, unit: &str, value: Option<f64>| {
            out.extend(value.filter(|v| v.is_finite()).map(|v| Estimate::point(symbol, meaning, unit, v)));
        };
        if let Some(choice) = self.recommended() {
            let runs: usize = choice.runs.iter().map(|run| run.count).sum();
            add("cost", "of the runs", &self.unit, Some(choice.cost));
            add("runs", "how many", "1", Some(runs as f64));
            add("width", "factor between the ends of the interval after the runs", "1", choice.width);
        }
        let now = self.asked.first().and_then(|asked| asked.width);
        add("width_now", "factor between the ends of the interval as it is", "1", now);
        for choice in &self.choices {
            let of = |stem: &str| format!("{stem}.{}", choice.id);
            add(&of("share"), &format!("interval after {}, of that now", choice.name), "1", choice.share);
            add(&of("error"), &format!("relative error after {}", choice.name), "1", choice.error);
            add(&of("error_if_wrong"), "the same, the law off by one per cent", "1", choice.error_if_wrong);
            add(&of("determined"), "share of outcomes that are well determined", "1", choice.determined);
        }
        out
    }
}
