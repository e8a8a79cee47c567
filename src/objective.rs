//! What a fit minimises: Σ w_i ρ(r_i), residual scale × loss × weights. Always a sum over rows,
//! so that the number of rows never decides when a solver stops.

use serde::{Deserialize, Serialize};

/// The scale on which a residual is taken, measured minus predicted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "scale")]
pub enum Residual {
    /// L − L̂.
    Raw,
    /// ln L − ln L̂; both must be positive.
    Log,
    /// ln(1 + L) − ln(1 + L̂).
    Log1p,
    /// ln(L − offset) − ln(L̂ − offset).
    LogMinus {
        /// Subtracted before the logarithm.
        offset: f64,
    },
}

/// The loss of one residual, ρ(r).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Loss {
    /// r²/2.
    Squared,
    /// r²/2 for |r| ≤ delta, delta(|r| − delta/2) beyond.
    Huber {
        /// Where the quadratic zone ends, in the residual's scale.
        delta: f64,
    },
    /// |r|.
    Absolute,
    /// tau·r above zero, (tau − 1)·r below: the tau-quantile.
    Quantile {
        /// Between 0 and 1; 0.5 is half of [`Loss::Absolute`].
        tau: f64,
    },
    /// Huber with the loss of negative residuals (measured below predicted) multiplied by `factor`.
    AsymmetricHuber {
        /// Where the quadratic zone ends.
        delta: f64,
        /// Multiplier below zero.
        factor: f64,
    },
    /// (nu + 1)/2 · ln(1 + r²/(nu·scale²)) · scale²: Student's t, quadratic near zero.
    StudentT {
        /// Degrees of freedom; 1 is Cauchy.
        nu: f64,
        /// Scale of the residuals.
        scale: f64,
    },
}

/// A loss on a residual scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// Residual scale.
    pub residual: Residual,
    /// Loss.
    pub loss: Loss,
}

impl Objective {
    /// Hoffmann et al. 2022: Huber's loss with delta 1e-3 on log residuals.
    pub const HOFFMANN: Self = Self { residual: Residual::Log, loss: Loss::Huber { delta: 1e-3 } };
}

/// ρ, ρ′, ρ″ and the reweighting curvature ρ′(r)/r of one residual.
#[derive(Clone, Copy, Debug)]
pub struct Rho {
    /// ρ(r).
    pub value: f64,
    /// ρ′(r).
    pub slope: f64,
    /// ρ″(r), zero where it does not exist.
    pub curvature: f64,
    /// ρ′(r)/r: the curvature of the parabola that touches ρ at ±r and lies above it.
    pub majorant: f64,
}

impl Loss {
    /// ρ and its derivatives at one residual.
    #[inline(always)]
    pub fn rho(&self, r: f64) -> Rho {
        match *self {
            Self::Squared => Rho { value: 0.5 * r * r, slope: r, curvature: 1.0, majorant: 1.0 },
            Self::Huber { delta } => huber(r, delta),
            Self::Absolute => kinked(r, 1.0, 1.0),
            Self::Quantile { tau } => kinked(r, tau, 1.0 - tau),
            Self::AsymmetricHuber { delta, factor } => {
                let rho = huber(r, delta);
                let f = if r < 0.0 { factor } else { 1.0 };
                Rho {
                    value: f * rho.value,
                    slope: f * rho.slope,
                    curvature: f * rho.curvature,
                    majorant: f * rho.majorant,
                }
            }
            Self::StudentT { nu, scale } => {
                let s2 = nu * scale * scale;
                let u = r * r / s2;
                let k = (nu + 1.0) / nu;
                let majorant = k / (1.0 + u);
                Rho {
                    value: 0.5 * k * s2 * u.ln_1p(),
                    slope: majorant * r,
                    curvature: majorant * (1.0 - u) / (1.0 + u),
                    majorant,
                }
            }
        }
    }

    /// Whether ρ has a kink at zero, so that a minimum may sit on residuals that vanish.
    pub fn is_kinked(&self) -> bool {
        matches!(self, Self::Absolute | Self::Quantile { .. })
    }

    /// Whether a residual lies where the loss is quadratic.
    pub fn is_quadratic_at(&self, r: f64) -> bool {
        match *self {
            Self::Squared => true,
            Self::Huber { delta } | Self::AsymmetricHuber { delta, .. } => r.abs() <= delta,
            Self::Absolute | Self::Quantile { .. } => false,
            Self::StudentT { nu, scale } => r * r <= nu * scale * scale,
        }
    }

    /// Name as on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Squared => "squared",
            Self::Huber { .. } => "huber",
            Self::Absolute => "absolute",
            Self::Quantile { .. } => "quantile",
            Self::AsymmetricHuber { .. } => "asymmetric-huber",
            Self::StudentT { .. } => "student-t",
        }
    }

    /// Where the quadratic zone ends, for the losses that have one.
    pub fn delta(&self) -> Option<f64> {
        match *self {
            Self::Huber { delta } | Self::AsymmetricHuber { delta, .. } => Some(delta),
            _ => None,
        }
    }
}

#[inline(always)]
fn huber(r: f64, delta: f64) -> Rho {
    let size = r.abs();
    if size <= delta {
        Rho { value: 0.5 * r * r, slope: r, curvature: 1.0, majorant: 1.0 }
    } else {
        Rho { value: delta * (size - 0.5 * delta), slope: delta.copysign(r), curvature: 0.0, majorant: delta / size }
    }
}

#[inline(always)]
fn kinked(r: f64, above: f64, below: f64) -> Rho {
    let slope = if r > 0.0 {
        above
    } else if r < 0.0 {
        -below
    } else {
        0.0
    };
    let size = r.abs().max(f64::MIN_POSITIVE);
    Rho { value: slope * r, slope, curvature: 0.0, majorant: slope.abs() / size }
}

impl Residual {
    /// The scale's value at y: residual = at(measured) − at(predicted). NaN where it does not exist.
    #[inline(always)]
    pub fn at(&self, y: f64) -> f64 {
        match *self {
            Self::Raw => y,
            Self::Log => y.ln(),
            Self::Log1p => y.ln_1p(),
            Self::LogMinus { offset } => (y - offset).ln(),
        }
    }
    /// First and second derivative of [`Self::at`].
    #[inline(always)]
    pub fn derivatives(&self, y: f64) -> (f64, f64) {
        let inverse = match *self {
            Self::Raw => return (1.0, 0.0),
            Self::Log => 1.0 / y,
            Self::Log1p => 1.0 / (1.0 + y),
            Self::LogMinus { offset } => 1.0 / (y - offset),
        };
        (inverse, -inverse * inverse)
    }
    /// Back from the residual scale to the measured one.
    pub fn inverse(&self, z: f64) -> f64 {
        match *self {
            Self::Raw => z,
            Self::Log => z.exp(),
            Self::Log1p => z.exp_m1(),
            Self::LogMinus { offset } => z.exp() + offset,
        }
    }
    /// Name as on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Log => "log",
            Self::Log1p => "log1p",
            Self::LogMinus { .. } => "log-minus",
        }
    }
}
