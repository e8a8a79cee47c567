//! What follows from a growing density.

use crate::methods::density::{Line, Rule, envelope};
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_2;

/// Halving time of a price that fell by a factor in a time; in the unit of the time.
pub fn price_halving(ratio: f64, time: f64) -> f64 {
    time * LN_2 / ratio.ln()
}

/// Doubling time of the effective size that runs on chips of a fixed price: the rates of density
/// and of compute per price add up. All three times in one unit.
pub fn fixed_price_chip_doubling(density: f64, chip: f64) -> f64 {
    1.0 / (1.0 / density + 1.0 / chip)
}

/// The time law on either side of a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BeforeAfter {
    /// The day, since the release of Llama-1.
    pub day: f64,
    /// The line before it; none with too few points.
    pub before: Option<Line>,
    /// The line from it on.
    pub after: Option<Line>,
    /// Slope after, divided by slope before.
    pub ratio: Option<f64>,
}

/// Draws an envelope before and from a day.
pub fn before_and_after(rule: Rule, points: &[(f64, f64)], day: f64) -> BeforeAfter {
    let (early, late): (Vec<_>, Vec<_>) = points.iter().copied().partition(|p| p.0 < day);
    let (before, after) = (envelope(rule, &early), envelope(rule, &late));
    let ratio = before.as_ref().zip(after.as_ref()).map(|(before, after)| after.slope / before.slope);
    BeforeAfter { day, before, after, ratio: ratio.filter(|ratio| ratio.is_finite()) }
}
