//! From a score to the size of the reference model that reaches it.

use crate::methods::density::Sigmoid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A loss law E + A/N^alpha + B/D^beta of the reference models, published or fitted. E may be 0:
/// the sigmoid's midpoint absorbs it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[allow(non_snake_case)]
pub struct LossLaw {
    /// Irreducible loss.
    pub E: f64,
    /// Model-size coefficient.
    pub A: f64,
    /// Data coefficient.
    pub B: f64,
    /// Model-size exponent.
    pub alpha: f64,
    /// Data exponent.
    pub beta: f64,
}

impl LossLaw {
    /// Besiroglu et al. 2024 (arXiv 2404.10102), table 2: the default step 1.
    pub const BESIROGLU: Self = Self { E: 1.8172, A: 482.01, B: 2085.43, alpha: 0.3478, beta: 0.3658 };

    /// From the parameters of any law of this form, by symbol: `A` or `a`, `B` or `b`, `alpha`,
    /// `beta`, and `E` where the law has one.
    pub fn from_parameters(value: impl Fn(&str) -> Option<f64>) -> Option<Self> {
        Some(Self {
            E: value("E").unwrap_or(0.0),
            A: value("A").or_else(|| value("a"))?,
            B: value("B").or_else(|| value("b"))?,
            alpha: value("alpha")?,
            beta: value("beta")?,
        })
    }

    /// Loss of N parameters after D tokens.
    pub fn loss(&self, n: f64, d: f64) -> f64 {
        self.E + self.A * n.powf(-self.alpha) + self.B * d.powf(-self.beta)
    }

    /// Size that reaches a loss on given training data; none beyond the asymptote.
    pub fn size(&self, loss: f64, data: Data) -> Option<f64> {
        let n = match data {
            Data::Fixed { tokens } => {
                let above = loss - self.E - self.B * tokens.powf(-self.beta);
                if above > 0.0 { (above / self.A).powf(-1.0 / self.alpha) } else { f64::NAN }
            }
            Data::PerParameter { ratio } => self.size_on_path(loss - self.E, ratio),
        };
        n.is_finite().then_some(n)
    }

    /// Solves A N^-alpha + B (rN)^-beta = above for N. In ln N the left side is convex and falls,
    /// so Newton's method from a point left of the root climbs to it without overshooting; the
    /// root of either term alone is such a point.
    fn size_on_path(&self, above: f64, ratio: f64) -> f64 {
        if above <= 0.0 {
            return f64::NAN;
        }
        let b = self.B * ratio.powf(-self.beta);
        let mut u = ((self.A / above).ln() / self.alpha).max((b / above).ln() / self.beta);
        for _ in 0..200 {
            let (model, data) = (self.A * (-self.alpha * u).exp(), b * (-self.beta * u).exp());
            let step = (model + data - above) / (self.alpha * model + self.beta * data);
            u += step;
            if step.abs() <= 1e-15 * u.abs().max(1.0) {
                break;
            }
        }
        u.exp()
    }
}

/// The training data of the reference model that a score is traded for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Data {
    /// D0 tokens whatever the size: the definition. The inversion has a pole.
    Fixed {
        /// D0.
        tokens: f64,
    },
    /// Tokens in proportion to size: no pole above the irreducible loss.
    PerParameter {
        /// Tokens per parameter.
        ratio: f64,
    },
}

impl Data {
    /// Tokens that a reference model of N parameters sees.
    pub fn tokens(self, n: f64) -> f64 {
        match self {
            Self::Fixed { tokens } => tokens,
            Self::PerParameter { ratio } => ratio * n,
        }
    }
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed { tokens } => write!(f, "{}T", tokens / 1e12),
            Self::PerParameter { ratio } => write!(f, "{ratio}N"),
        }
    }
}

/// What became of one model's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Inverted, inside the guarded range.
    Ok,
    /// No score.
    Missing,
    /// At chance, or not far enough above it.
    BelowFloor,
    /// At the sigmoid's ceiling or above.
    AboveCeiling,
    /// Better than an infinite reference model on D0 tokens.
    BeyondAsymptote,
    /// The effective size is more than the guard above the largest reference model.
    ExtrapHigh,
    /// The effective size is more than the guard below the smallest reference model.
    ExtrapLow,
}

impl Status {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 7] = [
        Self::Ok,
        Self::Missing,
        Self::BelowFloor,
        Self::AboveCeiling,
        Self::BeyondAsymptote,
        Self::ExtrapHigh,
        Self::ExtrapLow,
    ];
    /// On which side the density is censored: 1 above, −1 below, 0 not at all.
    pub fn side(self) -> i8 {
        match self {
            Self::Ok | Self::Missing => 0,
            Self::BelowFloor | Self::ExtrapLow => -1,
            Self::AboveCeiling | Self::BeyondAsymptote | Self::ExtrapHigh => 1,
        }
    }
    /// Name in tables: `beyond_asymptote`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::BelowFloor => "below_floor",
            Self::AboveCeiling => "above_ceiling",
            Self::BeyondAsymptote => "beyond_asymptote",
            Self::ExtrapHigh => "extrap_high",
            Self::ExtrapLow => "extrap_low",
        }
    }
}

/// Which effective sizes are believed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// Smallest and largest reference model.
    pub range: (f64, f64),
    /// Factor beyond the range that is let pass; infinite for no guard.
    pub factor: f64,
}

/// A score turned into a size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inverted {
    /// What became of it.
    pub status: Status,
    /// Loss that goes with the score.
    pub loss: Option<f64>,
    /// Effective size; present outside the guarded range too, for the record.
    pub size: Option<f64>,
}

/// Inverts one score. `margin` is how far above the floor a score must lie to be inverted (0: any
/// distance).
pub fn invert(
    score: Option<f64>,
    margin: f64,
    sigmoid: &Sigmoid,
    law: &LossLaw,
    data: Data,
    guard: &Guard,
) -> Inverted {
    let stop = |status, loss| Inverted { status, loss, size: None };
    let Some(score) = score else { return stop(Status::Missing, None) };
    if score <= sigmoid.d + margin {
        return stop(Status::BelowFloor, None);
    }
    let Some(loss) = sigmoid.loss(score) else { return stop(Status::AboveCeiling, None) };
    let Some(size) = law.size(loss, data) else { return stop(Status::BeyondAsymptote, Some(loss)) };
    let status = if size > guard.range.1 * guard.factor {
        Status::ExtrapHigh
    } else if size < guard.range.0 / guard.factor {
        Status::ExtrapLow
    } else {
        Status::Ok
    };
    Inverted { status, loss: Some(loss), size: Some(size) }
}

/// The highest score that the inversion can turn into a size: that of an infinite reference model.
pub fn highest_invertible(sigmoid: &Sigmoid, law: &LossLaw, data: Data) -> f64 {
    match data {
        Data::Fixed { tokens } => sigmoid.score(law.loss(f64::INFINITY, tokens)),
        Data::PerParameter { .. } => sigmoid.score(law.E),
    }
}
