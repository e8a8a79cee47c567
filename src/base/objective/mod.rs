//! What a fit minimises: Σ w_i ρ(r_i), residual scale × loss × weights. Always a sum over rows,
//! so that the number of rows never decides when a solver stops.

pub mod words;

use crate::base::real::{Vector, elementary};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The scale on which a residual is taken, measured minus predicted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Loss {
    /// r²/2.
    Squared,
    /// r²/2 for |r| ≤ delta, delta(|r| − delta/2) beyond.
    Huber {
        /// Where the quadratic zone ends, in the residual's scale.
        delta: f64,
    },
    /// Huber's loss with delta found from the data: 1.345 s, where s is the standard deviation of the
    /// residuals by Huber's Proposal 2 with n − p ([`crate::engine::fit::adaptive`]).
    AdaptiveHuber,
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
    /// ln s + ln Z(delta) + huber_delta(r/s): Huber's density with its scale s free, found with the
    /// parameters. What is minimised is −ln likelihood ([`crate::engine::solve::free_scale`]).
    HuberLikelihood {
        /// Where the quadratic zone ends, in units of the scale.
        delta: f64,
    },
}

/// A loss on a residual scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Objective {
    /// Residual scale.
    pub residual: Residual,
    /// Loss.
    pub loss: Loss,
}

/// Half-width of the quadratic zone of [`Loss::AdaptiveHuber`] in units of s: 95 % efficient under
/// normal noise.
pub const ADAPTIVE: f64 = 1.345;

impl Objective {
    /// What is fitted where nothing else is asked for: Huber's loss on log residuals, its delta found
    /// from the data. Within 3 % of least squares' efficiency where noise is normal, and unmoved by
    /// failed runs.
    pub const DEFAULT: Self = Self { residual: Residual::Log, loss: Loss::AdaptiveHuber };
    /// Hoffmann et al. 2022: Huber's loss with delta 1e-3 on log residuals.
    pub const HOFFMANN: Self = Self { residual: Residual::Log, loss: Loss::Huber { delta: 1e-3 } };
}

/// ρ, ρ′, ρ″ and the reweighting curvature ρ′(r)/r of one residual (or one vector of them).
#[derive(Clone, Copy, Debug)]
pub struct Rho<V> {
    /// ρ(r).
    pub value: V,
    /// ρ′(r).
    pub slope: V,
    /// ρ″(r), zero where it does not exist.
    pub curvature: V,
    /// ρ′(r)/r: the curvature of the parabola that touches ρ at ±r and lies above it.
    pub majorant: V,
}

impl<V: Vector> Rho<V> {
    #[inline(always)]
    fn times(self, factor: V) -> Self {
        Self {
            value: self.value * factor,
            slope: self.slope * factor,
            curvature: self.curvature * factor,
            majorant: self.majorant * factor,
        }
    }
}

impl Loss {
    /// ρ and its derivatives at one residual, or at a vector of them.
    #[inline(always)]
    pub fn rho<V: Vector>(&self, r: V) -> Rho<V> {
        let c = V::splat;
        match *self {
            Self::Squared => Rho { value: c(0.5) * r * r, slope: r, curvature: c(1.0), majorant: c(1.0) },
            // At unit scale, up to a constant. A fit minimises it at the scale that it finds.
            Self::AdaptiveHuber => huber(r, ADAPTIVE),
            Self::Huber { delta } | Self::HuberLikelihood { delta } => huber(r, delta),
            Self::Absolute => kinked(r, 1.0, 1.0),
            Self::Quantile { tau } => kinked(r, tau, 1.0 - tau),
            Self::AsymmetricHuber { delta, factor } => huber(r, delta).times(r.if_below(c(0.0), c(factor), c(1.0))),
            Self::StudentT { nu, scale } => {
                let s2 = nu * scale * scale;
                let u = r * r / c(s2);
                let k = (nu + 1.0) / nu;
                let majorant = c(k) / (c(1.0) + u);
                Rho {
                    value: c(0.5 * k * s2) * elementary::ln_1p(u),
                    slope: majorant * r,
                    curvature: majorant * (c(1.0) - u) / (c(1.0) + u),
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
            Self::Huber { delta } | Self::AsymmetricHuber { delta, .. } | Self::HuberLikelihood { delta } => {
                r.abs() <= delta
            }
            Self::AdaptiveHuber => r.abs() <= ADAPTIVE,
            Self::Absolute | Self::Quantile { .. } => false,
            Self::StudentT { nu, scale } => r * r <= nu * scale * scale,
        }
    }

    /// Name as on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Squared => "squared",
            Self::Huber { .. } | Self::AdaptiveHuber => "huber",
            Self::Absolute => "absolute",
            Self::Quantile { .. } => "quantile",
            Self::AsymmetricHuber { .. } => "asymmetric-huber",
            Self::StudentT { .. } => "student-t",
            Self::HuberLikelihood { .. } => "huber-likelihood",
        }
    }

    /// Where the quadratic zone ends, for the losses that have one.
    pub fn delta(&self) -> Option<f64> {
        match *self {
            Self::Huber { delta } | Self::AsymmetricHuber { delta, .. } | Self::HuberLikelihood { delta } => {
                Some(delta)
            }
            _ => None,
        }
    }
}

#[inline(always)]
fn huber<V: Vector>(r: V, delta: f64) -> Rho<V> {
    let (d, zero) = (V::splat(delta), V::splat(0.0));
    let size = r.bits_and(!(1 << 63));
    let (low, high) = (zero - d, d);
    let clipped = r.if_below(low, low, high.if_below(r, high, r));
    Rho {
        value: d.if_below(size, d * (size - V::splat(0.5) * d), V::splat(0.5) * r * r),
        slope: clipped,
        curvature: d.if_below(size, zero, V::splat(1.0)),
        majorant: d.if_below(size, d / size, V::splat(1.0)),
    }
}

#[inline(always)]
fn kinked<V: Vector>(r: V, above: f64, below: f64) -> Rho<V> {
    let zero = V::splat(0.0);
    let slope = zero.if_below(r, V::splat(above), r.if_below(zero, V::splat(-below), zero));
    let size = r.bits_and(!(1 << 63));
    let tiny = V::splat(f64::MIN_POSITIVE);
    let floor = size.if_below(tiny, tiny, size);
    Rho { value: slope * r, slope, curvature: zero, majorant: slope.bits_and(!(1 << 63)) / floor }
}

impl Residual {
    /// The scale's value at y: residual = at(measured) − at(predicted). NaN where it does not exist.
    #[inline(always)]
    pub fn at<V: Vector>(&self, y: V) -> V {
        match *self {
            Self::Raw => y,
            Self::Log => elementary::ln(y),
            Self::Log1p => elementary::ln_1p(y),
            Self::LogMinus { offset } => elementary::ln(y - V::splat(offset)),
        }
    }
    /// First and second derivative of [`Self::at`].
    #[inline(always)]
    pub fn derivatives<V: Vector>(&self, y: V) -> (V, V) {
        let one = V::splat(1.0);
        let inverse = match *self {
            Self::Raw => return (one, V::splat(0.0)),
            Self::Log => one / y,
            Self::Log1p => one / (one + y),
            Self::LogMinus { offset } => one / (y - V::splat(offset)),
        };
        (inverse, -(inverse * inverse))
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
