//! The answer of a study, as plain data.

use crate::data::measurements::Warning;
use crate::methods::density::{
    BeforeAfter, Data, Frontier, JointLogit, MatchedFrontier, Settings, Sigmoid, Status, TimeLaw,
};
use serde::{Deserialize, Serialize};

/// Everything that a report or a figure of capacity density needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DensityStudy {
    /// What was asked for.
    pub settings: Settings,
    /// The reference as printed.
    pub reference: String,
    /// Models read.
    pub models: usize,
    /// Models whose density was asked for.
    pub targets: usize,
    /// Draws of step 1 given; 0: its uncertainty is not in the intervals.
    pub law_draws: usize,
    /// One row per D0 and score, in the order of the settings, aggregates last.
    pub rows: Vec<Row>,
    /// Doubling time by score and D0 under the main rule: the data of that figure.
    pub doubling: Vec<Doubling>,
    /// The reference-free regression, by benchmark and for the composite.
    pub joint: Vec<JointLogit>,
    /// The matched frontiers that were asked for and have points.
    pub matched: Vec<MatchedFrontier>,
    /// Everything the reader must know about all of it; the rows have their own.
    pub warnings: Vec<Warning>,
}

impl DensityStudy {
    /// The row of a score at a D0.
    pub fn row(&self, score: &str, data: Data) -> Option<&Row> {
        self.rows.iter().find(|row| row.score == score && row.data == data)
    }
}

/// One score at one D0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Benchmark or aggregate.
    pub score: String,
    /// D0.
    pub data: Data,
    /// D0 as printed: "1T", "20N".
    pub label: String,
    /// Why there is no answer: the weak reference, a rising curve.
    pub refused: Option<String>,
    /// Step 2; none for the median and the geometric mean.
    pub sigmoid: Option<Sigmoid>,
    /// Highest score with an effective size: that of an infinite reference model.
    pub highest_invertible: Option<f64>,
    /// The reference models with a score.
    pub reference: Vec<ReferencePoint>,
    /// The targets, in the table's order.
    pub models: Vec<ModelDensity>,
    /// Targets by status.
    pub counts: Vec<StatusCount>,
    /// The time law by rule, the main one first.
    pub laws: Vec<TimeLaw>,
    /// The main rule's frontier with its band.
    pub frontier: Option<Frontier>,
    /// Score of the reference recipe against its size on D0: the curve of that figure.
    pub curve: Vec<(f64, f64)>,
    /// Months in which the effective size on fixed-price chips doubles, under the main rule.
    pub chip_doubling_months: Option<f64>,
    /// The main rule on either side of the settings' day.
    pub split: Option<BeforeAfter>,
    /// What to know about this row.
    pub warnings: Vec<Warning>,
}

/// A reference model on a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReferencePoint {
    /// Name.
    pub model: String,
    /// Parameters.
    pub size: f64,
    /// Loss, predicted or measured.
    pub loss: f64,
    /// Score.
    pub score: f64,
}

/// One target's density on one score at one D0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelDensity {
    /// Name.
    pub model: String,
    /// Family.
    pub family: String,
    /// Release date.
    pub date: String,
    /// Days since the release of Llama-1.
    pub day: f64,
    /// Parameters, as counted.
    pub size: f64,
    /// Score; none for aggregates of densities.
    pub score: Option<f64>,
    /// What became of it. For the median and the geometric mean, `extrap_high` and `extrap_low`
    /// say on which side it is censored.
    pub status: Status,
    /// Loss that goes with the score.
    pub loss: Option<f64>,
    /// Effective size, also where it is outside the guarded range and not believed.
    pub effective: Option<f64>,
    /// Effective size over size, where the status is ok.
    pub density: Option<f64>,
}

/// How many targets have a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCount {
    /// The status.
    pub status: Status,
    /// Targets.
    pub models: usize,
}

/// A doubling time, for the figure over benchmarks and D0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Doubling {
    /// Benchmark or aggregate.
    pub score: String,
    /// D0 as printed.
    pub data: String,
    /// The rule.
    pub rule: String,
    /// Months; none where it is withheld.
    pub months: Option<f64>,
    /// Lower end of the interval in months.
    pub faster: Option<f64>,
    /// Upper end; none: no limit, or no interval.
    pub slower: Option<f64>,
    /// The growth rate is a lower bound, so the months are an upper one.
    pub lower_bound: bool,
}
