//! What a transfer came to, as plain data.

use crate::methods::compare::{Pair, Scores};
use crate::record::Criteria;
use serde::{Deserialize, Serialize};

/// All that came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// The law.
    pub law: String,
    /// The column of groups.
    pub group: String,
    /// Parameters that all groups share.
    pub shared: Vec<Parameter>,
    /// Every group.
    pub groups: Vec<Group>,
    /// Whether to share, in a sentence.
    pub verdict: String,
    /// Parameters tied, alone and pooled, the best score first.
    pub ways: Vec<Way>,
    /// Every other way against the best.
    pub pairs: Vec<Pair>,
    /// Noise of ln y that all groups have.
    pub noise: Option<f64>,
    /// Symbol of the column that orders rows.
    pub by: String,
    /// Rows used.
    pub rows: usize,
    /// Where they came from.
    pub source: String,
    /// The output's symbol.
    pub output: String,
    /// The run asked for, by symbol.
    pub at: Vec<(String, f64)>,
    /// Coverage aimed at.
    pub level: f64,
}

/// A way to fit the groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// `tied`, `alone` or `pooled`.
    pub way: String,
    /// Held-out scores, over groups; none where no group could be scored.
    pub scores: Option<Scores>,
    /// Of the fit to all rows.
    pub criteria: Option<Criteria>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Rows.
    pub rows: usize,
    /// Its own parameters.
    pub own: Vec<Parameter>,
    /// Rows kept and rows held out of the check; none of a group too small for it.
    pub held: Option<(usize, usize)>,
    /// The run that was asked for.
    pub prediction: Option<Value>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its symbol.
    pub symbol: String,
    /// With the others tied.
    pub tied: Value,
    /// From a group's rows alone: of each group for a shared one (in their order), of its own group
    /// for another.
    pub alone: Vec<Option<Value>>,
}

/// An estimate and its interval; none where it is not determined.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// Estimate.
    pub estimate: f64,
    /// Lower end.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}
