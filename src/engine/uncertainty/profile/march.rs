//! From the minimum outwards until the profile has risen by what the interval allows, and back to
//! where exactly.

use super::price::Price;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The t that a level asks for on both sides together.
pub(super) fn student(freedom: f64, level: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom.max(1e-3)).map_or(f64::NAN, |t| t.inverse_cdf(0.5 * (1.0 + level)))
}

/// How far out is far enough, in reaches.
const FAR: f64 = 1_000.0;
/// How near the root of the rise must come to that allowed.
const NEAR: f64 = 2e-3;

/// Where a side ends, from the point estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reach {
    /// At this offset.
    At(f64),
    /// Not before the limit that was given.
    Limit,
    /// Nowhere.
    Open,
}

/// One side of an interval.
pub(super) struct March {
    reach: f64,
    allowed: f64,
    sign: f64,
    limit: f64,
}

impl March {
    /// `limit` is the offset, of the sign of the side, beyond which the quantity does not go.
    pub fn new(price: Price, level: f64, sign: f64, limit: f64) -> Self {
        let t = student(price.freedom, level);
        Self { reach: t * price.variance.sqrt(), allowed: 0.5 * t * t * price.variance / price.kappa, sign, limit }
    }

    /// `solve` aims at an offset with a stiffness, told whether it is drawing back, and gives the
    /// offset met and the rise there.
    pub fn run(&self, solve: &mut dyn FnMut(f64, f64, bool) -> Option<(f64, f64)>) -> Reach {
        if !(self.reach > 0.0 && self.allowed > 0.0 && self.reach.is_finite()) {
            return Reach::Open;
        }
        let target = self.allowed.sqrt();
        let stiffness = 100.0 * self.allowed / (self.reach * self.reach);
        let size = |offset: f64| offset * self.sign;
        let (mut inner, mut outer) = ((0.0, 0.0), None);
        let mut factor = 1.0;
        let mut rises: Vec<f64> = Vec::with_capacity(32);
        let mut failures = 0;
        while factor <= FAR {
            let wanted = 1.02 * self.reach * factor;
            let at_limit = wanted >= size(self.limit);
            let aim = if at_limit { size(self.limit) } else { wanted };
            let Some((met, rise)) = solve(self.sign * aim, stiffness, false) else {
                failures += 1;
                if failures > 3 || at_limit {
                    return Reach::Open;
                }
                factor *= 1.1;
                continue;
            };
            let root = rise.max(0.0).sqrt();
            if root >= target {
                outer = Some((size(met), root));
                break;
            }
            if at_limit {
                return Reach::Limit;
            }
            if size(met) > inner.0 {
                inner = (size(met), root);
            }
            // Three times as far and hardly higher: it has come to a level.
            rises.push(rise);
            if let [.., before, _, _, _, now] = rises.as_slice()
                && rises.len() >= 8
                && now - before < 0.01 * self.allowed
            {
                return Reach::Open;
            }
            factor = match factor {
                1.0 => 1.25,
                1.25 => 1.5,
                other => other * 1.35,
            };
        }
        let Some(mut outer) = outer else { return Reach::Open };
        for _ in 0..8 {
            let near = |(_, root): (f64, f64)| (root / target - 1.0).abs() < NEAR;
            if near(outer) || near(inner) || outer.0 <= inner.0 {
                break;
            }
            let t = ((target - inner.1) / (outer.1 - inner.1)).clamp(0.08, 0.92);
            let aim = inner.0 + t * (outer.0 - inner.0);
            let Some((met, rise)) = solve(self.sign * aim, 20.0 * stiffness, true) else { break };
            let found = (size(met), rise.max(0.0).sqrt());
            if found.1 >= target { outer = found } else { inner = found }
        }
        let t = (target - inner.1) / (outer.1 - inner.1);
        let end = if t.is_finite() { inner.0 + t * (outer.0 - inner.0) } else { outer.0 };
        Reach::At(self.sign * end)
    }
}
