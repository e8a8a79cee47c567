//! What a comparison of two recipes came to, as plain data.

use serde::{Deserialize, Serialize};

/// All that came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipes {
    /// The recipe that the other is measured against.
    pub baseline: Side,
    /// The other.
    pub variant: Side,
    /// Which is better, in a sentence.
    pub verdict: String,
    /// What runs are paired by.
    pub paired_by: String,
    /// Runs of both recipes at the same place.
    pub pairs: Vec<Pair>,
    /// Mean over pairs of the variant's loss less the baseline's.
    pub difference: Option<Ends>,
    /// Whether its interval leaves zero out, from three pairs or more.
    pub shown: bool,
    /// Effective speed-up at the asymptote that was chosen.
    pub speed: Option<Speed>,
    /// The same at other asymptotes.
    pub sensitivity: Vec<Speed>,
    /// The asymptote that the baseline's own points would choose.
    pub free_asymptote: Option<Ends>,
    /// Where the two lines meet.
    pub crossing: Option<Crossing>,
    /// What was asked of larger budgets.
    pub projections: Vec<Projection>,
    /// Symbol of what runs are ordered by.
    pub by: String,
    /// Unit of the loss.
    pub unit: String,
    /// Coverage aimed at.
    pub level: f64,
}

/// A recipe's table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// Where its rows came from.
    pub source: String,
    /// Rows.
    pub rows: usize,
    /// Its best run at each budget: compute and loss.
    pub frontier: Vec<(f64, f64)>,
}

/// A run of each recipe at the same place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Where, in the order of `paired_by`.
    pub at: Vec<f64>,
    /// Loss of the baseline.
    pub baseline: f64,
    /// Loss of the variant.
    pub variant: f64,
    /// Compute that the baseline needs for the variant's loss, over that of the pair.
    pub speed_up: Option<f64>,
}

/// An estimate and its interval, an end of which may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ends {
    /// Estimate.
    pub estimate: f64,
    /// Lower end.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

/// The speed-up at one asymptote.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// The asymptote.
    pub asymptote: f64,
    /// The exponent that both recipes share.
    pub alpha: Ends,
    /// Whether it was given.
    pub alpha_given: bool,
    /// The amplitude of the baseline at that exponent.
    pub amplitude: f64,
    /// Compute that the baseline needs for the same loss, over the variant's.
    pub speed_up: Ends,
    /// The same in time, where throughputs are given.
    pub wall_clock: Option<Ends>,
}

/// Where the two lines meet, each with its own exponent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// Compute there; its interval is missing where the exponents are not shown to differ.
    pub compute: Ends,
    /// Whether it lies within the budgets of both tables.
    pub inside: bool,
    /// Whether the variant is better above it.
    pub variant_above: bool,
    /// Exponent of the baseline.
    pub baseline: f64,
    /// Exponent of the variant.
    pub variant: f64,
}

/// Both recipes at one compute.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// Compute.
    pub compute: f64,
    /// Loss of a new run of the baseline, by its own line.
    pub baseline: Ends,
    /// Of the variant.
    pub variant: Ends,
    /// Compute that the baseline needs for the variant's loss there, over this.
    pub speed_up: Ends,
}
