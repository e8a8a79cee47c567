//! Where a learning curve goes on from here: a state-space model of the curve in log-log scale,
//! averaged over a bank of shapes.
//!
//! ln y = a + b H(u; ρ, κ) + δ(u) + noise, u = ln(x/x_last), H(u) = ∫₀ᵘ exp(−ρv − κv²/2) dv: the
//! log-log slope decays at a rate ρ that itself changes at a rate κ (ρ = 0 a pure power law, ρ > 0
//! flattening, ρ < 0 steepening); δ is an integrated random walk that starts at the last point, and
//! the noise is partly correlated. Slopes, drifts and noise levels are integrated out on a grid:
//! no optimiser, no start, no random number, so the same points give the same bits. A forecast and
//! its interval come from one posterior. Everything is said of the schedule that the curve has
//! followed so far; a learning rate that begins to decay after the last point bends the curve in
//! ways that no point has shown.
//!
//! Units: x and y in whatever units they come; the answer is the same in any. Noise-free exact laws
//! are recovered to a few tenths of a percent only, since the prior expects some flattening: where
//! the law is known, fit the law.

mod backtest;
mod baseline;
mod contract;
mod curve;
mod normal;
pub mod picture;
mod posterior;
mod shapes;
mod spectrum;
mod study;
mod target;
mod verdict;

pub use backtest::{Cut, backtest};
pub use baseline::{BASELINES, Baseline, rivals};
pub use contract::contract;
pub use normal::Distribution;
pub use posterior::{Posterior, Prior};
pub use study::{Measure, Place, Run, Said, Wish, runs, study};
pub use target::{Reach, Target};

use crate::data::measurements::Warning;
use curve::Curve;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What every forecast takes for granted.
pub const ASSUMES: &str = "the training goes on as before: same data, same batch, same learning-rate schedule";

/// How to extrapolate.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Levels of the intervals.
    pub levels: Vec<f64>,
    /// What is believed beforehand.
    pub prior: Prior,
    /// A value of y whose reach is asked for.
    pub target: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { levels: vec![0.5, 0.8, 0.9, 0.95], prior: Prior::shipped(), target: None }
    }
}

/// Why a curve cannot be extrapolated.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ExtrapolateError {
    /// Columns of different length.
    #[error("there are {x} values of x and {y} of y")]
    Lengths {
        /// Values of x.
        x: usize,
        /// Values of y.
        y: usize,
    },
    /// A value whose logarithm does not exist.
    #[error("{what} of point {point} is {value}; a curve needs positive finite values")]
    NotPositive {
        /// x or y.
        what: &'static str,
        /// From 1.
        point: usize,
        /// The value.
        value: f64,
    },
    /// Too few points.
    #[error("{points} points with different x are too few; a curve needs at least 5")]
    TooFew {
        /// How many differ in x.
        points: usize,
    },
    /// A forecast of what is already known.
    #[error("x = {x} lies before the last point, {last}; a forecast is made beyond it")]
    Inside {
        /// Asked for.
        x: f64,
        /// The last x.
        last: f64,
    },
    /// A forecast beyond the model.
    #[error("x = {x} is more than 66 times the last point, {last}; no curve says that much")]
    TooFar {
        /// Asked for.
        x: f64,
        /// The last x.
        last: f64,
    },
    /// A level that is no probability.
    #[error("an interval of level {0} does not exist; levels lie between 0 and 1")]
    Level(f64),
    /// A target that no curve of positive values reaches.
    #[error("a target of {0} is not a positive number")]
    BadTarget(f64),
    /// Points without a usable covariance.
    #[error("the points are too close together or too far apart in x to be told apart")]
    Degenerate,
}

impl ExtrapolateError {
    /// Kebab-case kind, for warnings on one curve of many.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TooFew { .. } | Self::Degenerate => "too-short",
            Self::Inside { .. } => "inside-data",
            Self::TooFar { .. } => "too-far",
            Self::NotPositive { .. } => "not-positive",
            Self::Lengths { .. } | Self::Level(_) | Self::BadTarget(_) => "bad-request",
        }
    }
}

/// An interval for one new measurement.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Coverage aimed at.
    pub level: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// The curve at one place beyond its last point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Where.
    pub x: f64,
    /// exp of the mean of ln y.
    pub estimate: f64,
    /// Mean of ln y.
    pub log_mean: f64,
    /// Standard deviation of a new ln y.
    pub sd_log: f64,
    /// Intervals, in the order of the levels asked for.
    pub intervals: Vec<Interval>,
}

/// What a curve does at its end, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Word {
    /// The log-log slope grows.
    #[serde(rename = "steepening")]
    Steepening,
    /// The log-log slope stays.
    #[serde(rename = "power law")]
    PowerLaw,
    /// The log-log slope decays.
    #[serde(rename = "flattening")]
    Flattening,
}

impl std::fmt::Display for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Steepening => "steepening",
            Self::PowerLaw => "power law",
            Self::Flattening => "flattening",
        })
    }
}

/// What a curve does at its end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// In words.
    pub word: Word,
    /// How fast the log-log slope decays at the last point: posterior mean under a wide prior.
    pub rho: f64,
    /// Its posterior standard deviation.
    pub rho_sd: f64,
    /// Log-log slope over the last factor 8 in x, as a size.
    pub slope: f64,
}

impl Stage {
    fn new(posterior: &Posterior, slope: f64) -> Self {
        // One step of the grid of ρ on either side of a pure power law.
        let word = match posterior.rho {
            rho if rho <= -0.1 => Word::Steepening,
            rho if rho < 0.1 => Word::PowerLaw,
            _ => Word::Flattening,
        };
        Self { word, rho: posterior.rho, rho_sd: posterior.rho_sd, slope }
    }
}

/// Everything said of one curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Points given.
    pub points: usize,
    /// The last x.
    pub last_x: f64,
    /// y there.
    pub last_y: f64,
    /// Root mean square of the noise of ln y.
    pub noise_log: f64,
    /// The stage.
    pub stage: Stage,
    /// One forecast per place asked for, in that order.
    pub forecasts: Vec<Forecast>,
    /// What training longer buys, if a target was given.
    pub target: Option<Target>,
    /// Ill-behaved in a way that has a name.
    pub warnings: Vec<Warning>,
}

/// Forecasts one curve at the places `to`, in the unit of x.
///
/// # Errors
/// [`ExtrapolateError`]: see there.
pub fn extrapolate(x: &[f64], y: &[f64], to: &[f64], settings: &Settings) -> Result<Outcome, ExtrapolateError> {
    if let Some(&level) = settings.levels.iter().find(|level| !(**level > 0.0 && **level < 1.0)) {
        return Err(ExtrapolateError::Level(level));
    }
    if let Some(target) = settings.target.filter(|target| !(target.is_finite() && *target > 0.0)) {
        return Err(ExtrapolateError::BadTarget(target));
    }
    let curve = Curve::new(x, y)?;
    for &x in to {
        // Not `x < last_x`: a NaN lies nowhere.
        if x.is_nan() || x < curve.last_x {
            return Err(ExtrapolateError::Inside { x, last: curve.last_x });
        }
        if (x / curve.last_x).ln() > shapes::FARTHEST {
            return Err(ExtrapolateError::TooFar { x, last: curve.last_x });
        }
    }
    let posterior = Posterior::new(&curve, &settings.prior)?;
    let forecasts = to.iter().map(|&x| forecast(&curve, &posterior, x, &settings.levels)).collect();
    Ok(Outcome {
        points: x.len(),
        last_x: curve.last_x,
        last_y: curve.last_l.exp(),
        noise_log: posterior.noise(),
        stage: Stage::new(&posterior, curve.slope),
        forecasts,
        target: settings.target.map(|target| Target::new(&curve, &posterior, target)),
        warnings: verdict::all(&curve),
    })
}

fn forecast(curve: &Curve, posterior: &Posterior, x: f64, levels: &[f64]) -> Forecast {
    let (mean, sd) = posterior.at((x / curve.last_x).ln());
    let interval = |&level: &f64| {
        // Three decimals, as everybody writes 1.645 and 1.96.
        let half = (1e3 * normal::two_sided(level)).round() / 1e3 * sd;
        Interval { level, lower: (mean - half).exp(), upper: (mean + half).exp() }
    };
    let intervals = levels.iter().map(interval).collect();
    Forecast { x, estimate: mean.exp(), log_mean: mean, sd_log: sd, intervals }
}
