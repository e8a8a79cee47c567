//! What a comparison of laws came to, as plain data.

use crate::methods::compare::{Pair, Scores, Split};
use crate::record::Criteria;
use serde::{Deserialize, Serialize};

/// All that came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// One line a law, the best score first; laws that failed last.
    pub laws: Vec<Entry>,
    /// Which predicts better, in a sentence.
    pub verdict: String,
    /// The law that is shown to predict better than every other.
    pub winner: Option<String>,
    /// The best and those that are not shown to be worse.
    pub not_worse: Vec<String>,
    /// Every other law against the best.
    pub pairs: Vec<Pair>,
    /// The equal average of the forecasts of `not_worse`, where there are several.
    pub average: Option<Scores>,
    /// Origins, in order.
    pub origins: Vec<Held>,
    /// The run that was asked for.
    pub predictions: Vec<Predicted>,
    /// Where it is, by symbol.
    pub at: Vec<(String, f64)>,
    /// The column that orders rows.
    pub by: String,
    /// How rows were parted.
    pub split: Split,
    /// Rows of the table that were used.
    pub rows: usize,
    /// Where they came from.
    pub source: String,
    /// The output's symbol.
    pub output: String,
    /// Coverage aimed at.
    pub level: f64,
}

/// One law.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub law: String,
    /// Its held-out scores; none if it failed.
    #[serde(flatten)]
    pub scores: Option<Scores>,
    /// Why it has none.
    pub failed: Option<String>,
    /// Parameters.
    pub parameters: usize,
    /// Akaike's and Schwarz's criteria of the fit to all rows.
    pub criteria: Option<Criteria>,
    /// Parameters of that fit, by symbol.
    pub estimates: Vec<(String, f64)>,
    /// Held-out rows whose prediction the rows before do not determine.
    pub undetermined: usize,
}

/// One origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// Rows before it.
    pub before: usize,
    /// Rows forecast.
    pub held: usize,
    /// Least value of the ordering column among them.
    pub from: f64,
    /// Largest.
    pub to: f64,
}

/// A prediction of the run that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Predicted {
    /// The law, or `average`.
    pub law: String,
    /// Median of a new run.
    pub estimate: f64,
    /// Lower end of its interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}
