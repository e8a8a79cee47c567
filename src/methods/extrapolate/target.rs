//! What training longer buys: where a target is reached, and with what odds.

use super::curve::Curve;
use super::normal;
use super::posterior::Posterior;
use super::shapes::FARTHEST;
use serde::{Deserialize, Serialize};

/// Steps along the horizon at which the odds are looked up before a crossing is refined.
const STEPS: usize = 84;

/// A value of y and when it is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The value.
    pub y: f64,
    /// Whether a point already lies at or below it.
    pub reached: bool,
    /// How much longer for one chance in ten, even odds, and nine in ten.
    pub reach: Vec<Reach>,
}

/// How far one must train for given odds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// Probability that a measurement at x lies at or below the target.
    pub odds: f64,
    /// The first such x; none within 66 times the last x.
    pub x: Option<f64>,
    /// The same as a multiple of the last x.
    pub times: Option<f64>,
}

impl Target {
    pub(super) fn new(curve: &Curve, posterior: &Posterior, y: f64) -> Self {
        let log = y.ln();
        let odds = |u: f64| {
            let (mean, sd) = posterior.at(u);
            if sd > 0.0 { normal::cdf((log - mean) / sd) } else { f64::from(u8::from(mean <= log)) }
        };
        let grid: Vec<(f64, f64)> =
            (0..=STEPS).map(|i| FARTHEST * i as f64 / STEPS as f64).map(|u| (u, odds(u))).collect();
        let reach = [0.1, 0.5, 0.9].map(|wanted| {
            let first = grid.iter().position(|(_, odds)| *odds >= wanted);
            let times =
                first.map(|i| if i == 0 { 1.0 } else { crossing(&odds, wanted, grid[i - 1].0, grid[i].0).exp() });
            Reach { odds: wanted, x: times.map(|times| times * curve.last_x), times }
        });
        let reached = curve.raw.1.iter().any(|l| *l <= log);
        Self { y, reached, reach: reach.into() }
    }
}

/// Where the odds cross, by halving.
fn crossing(odds: &impl Fn(f64) -> f64, wanted: f64, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if odds(middle) >= wanted { high = middle } else { low = middle }
    }
    high
}
