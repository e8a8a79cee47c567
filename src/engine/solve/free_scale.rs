//! Maximum likelihood under Huber's density with its scale free:
//!
//! −ln likelihood = Σ w (ln s + ln Z(δ) + huber_δ(r/s)),  Z(δ) = ∫ exp(−huber_δ(z)) dz.
//!
//! The parameters and the scale s are improved in turn: given s the sum is Huber's objective with
//! δ·s as its half-width, given the residuals s solves one equation. Both go downhill. With a small
//! δ the scale collapses: hardly a row is left in the quadratic zone, the density is Laplace's and
//! the answer that of least absolute residuals.

use super::least_absolute::{Kinked, RowTable, least_absolute};
use super::{Iteration, Newton, Options, Problem, Solution, Termination, minimise};
use statrs::function::erf::erf;

/// Below this fraction of the median residual the quadratic zone is as good as none.
const COLLAPSED: f64 = 1e-4;
/// Rounds of scale and parameters at most.
const ROUNDS: usize = 100;

/// ln Z(δ), the logarithm of what Huber's density integrates to at unit scale.
pub fn log_normaliser(delta: f64) -> f64 {
    let inside = (2.0 * std::f64::consts::PI).sqrt() * erf(delta / std::f64::consts::SQRT_2);
    (inside + 2.0 * (-0.5 * delta * delta).exp() / delta).ln()
}

/// The scale at which the likelihood of residuals is largest: Σ w ψ(r/s) r/s = Σ w. Zero if they
/// all vanish.
pub fn scale(rows: &RowTable, delta: f64) -> f64 {
    let pairs = || rows.residual.iter().zip(&rows.weight);
    let total: f64 = rows.weight.iter().sum();
    let excess = |s: f64| {
        let terms = pairs().map(|(r, w)| {
            let z = (r / s).abs();
            w * (z * z).min(delta * z)
        });
        terms.sum::<f64>() - total
    };
    // ψ(z)z lies below z² and below δ|z|, and above one of them: the root is below both bounds.
    let square = (pairs().map(|(r, w)| w * r * r).sum::<f64>() / total).sqrt();
    let mut high = square.min(delta * pairs().map(|(r, w)| w * r.abs()).sum::<f64>() / total);
    if high.is_nan() || high <= 0.0 {
        return 0.0;
    }
    let mut low = 0.5 * high;
    while excess(low) < 0.0 && low > f64::MIN_POSITIVE {
        (low, high) = (0.5 * low, low);
    }
    while high > low * (1.0 + 4.0 * f64::EPSILON) {
        let middle = low + 0.5 * (high - low);
        if middle <= low || middle >= high {
            break;
        }
        if excess(middle) > 0.0 { low = middle } else { high = middle }
    }
    high
}

/// −ln likelihood of residuals at a scale.
pub fn negative_log_likelihood(rows: &RowTable, delta: f64, scale: f64) -> f64 {
    let each = scale.ln() + log_normaliser(delta);
    let huber = |z: f64| if z <= delta { 0.5 * z * z } else { delta * (z - 0.5 * delta) };
    rows.residual.iter().zip(&rows.weight).map(|(r, w)| w * (each + huber((r / scale).abs()))).sum()
}

/// Whether so few residuals are left in the quadratic zone that the density is Laplace's.
pub fn collapses(rows: &RowTable, delta: f64, scale: f64) -> bool {
    delta * scale < COLLAPSED * median(rows)
}

fn median(rows: &RowTable) -> f64 {
    let mut sizes: Vec<f64> = rows.residual.iter().map(|r| r.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(0.0)
}

/// The state of one solve. [`Iteration::step`] improves the parameters and then the scale.
pub struct FreeScale<'a> {
    problem: &'a dyn Kinked,
    delta: f64,
    options: Options,
    newton: Newton,
    rows: RowTable,
    q: Vec<f64>,
    scale: f64,
    rounds: usize,
    evaluations: usize,
}

impl<'a> FreeScale<'a> {
    /// A solve of a problem; `delta` is in units of the scale. [`Iteration::start`] sets it off.
    pub fn new(problem: &'a dyn Kinked, delta: f64, options: Options) -> Self {
        Self {
            problem,
            delta,
            options,
            newton: Newton::new(problem.dimension(), Options { exact: 0.5 * options.exact.powi(2), ..options }),
            rows: RowTable::default(),
            q: Vec::new(),
            scale: 0.0,
            rounds: 0,
            evaluations: 0,
        }
    }

    fn collapses(&self) -> bool {
        collapses(&self.rows, self.delta, self.scale)
    }

    fn value(&self) -> f64 {
        if !self.rows.residual.iter().all(|r| r.is_finite()) {
            return f64::INFINITY;
        }
        let least = if self.scale > 0.0 {
            negative_log_likelihood(&self.rows, self.delta, self.scale)
        } else {
            f64::NEG_INFINITY
        };
        least.max(-f64::MAX)
    }
}

/// The problem is the one that it was made for, which knows how to be smoothed.
impl Iteration for FreeScale<'_> {
    const NAME: &'static str = "parameters and scale in turn";

    fn start(&mut self, problem: &dyn Problem, q: &[f64]) -> bool {
        self.q = super::inside(problem, q);
        self.problem.rows(&self.q, &mut self.rows);
        (self.rounds, self.evaluations) = (0, 1);
        self.scale = scale(&self.rows, self.delta);
        self.rows.residual.iter().all(|r| r.is_finite())
    }

    fn step(&mut self, _: &dyn Problem) -> Option<Termination> {
        if self.scale <= 0.0 {
            return Some(Termination::Exact);
        }
        let before = (self.q.clone(), self.value());
        let termination = if self.collapses() {
            let end = least_absolute(self.problem, &self.q, self.options);
            self.q.clone_from(&end.q);
            self.evaluations += end.evaluations;
            end.termination
        } else {
            self.problem.smooth(self.delta * self.scale);
            let termination = minimise(self.problem, &self.q, &mut self.newton);
            self.evaluations += self.newton.evaluations;
            self.q.copy_from_slice(&self.newton.q);
            termination
        };
        self.problem.rows(&self.q, &mut self.rows);
        self.evaluations += 1;
        self.rounds += 1;
        let next = scale(&self.rows, self.delta);
        let settled = (next / self.scale).ln().abs() <= 1e-11;
        self.scale = next;
        let value = self.value();
        if value.is_nan() || value > before.1 + 1e-9 * (before.1.abs() + self.rows.weight.iter().sum::<f64>()) {
            // Both halves of a round go downhill, unless the sums overflow on the way.
            self.q = before.0;
            self.problem.rows(&self.q, &mut self.rows);
            self.scale = scale(&self.rows, self.delta);
            return Some(Termination::Stalled);
        }
        let collapsed = termination.converged() && self.collapses();
        match () {
            () if settled || collapsed => Some(termination),
            () if self.rounds >= ROUNDS || self.evaluations >= self.options.budget => Some(Termination::Budget),
            () => None,
        }
    }

    fn point(&self) -> (&[f64], f64) {
        (&self.q, self.value())
    }

    fn solution(&self, termination: Termination) -> Solution {
        Solution { q: self.q.clone(), value: self.value(), termination, evaluations: self.evaluations }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normaliser_is_the_normal_one_for_wide_and_laplaces_for_narrow_zones() {
        assert!((log_normaliser(40.0) - 0.5 * (2.0 * std::f64::consts::PI).ln()).abs() < 1e-14);
        assert!((log_normaliser(1e-6) - (2.0 / 1e-6_f64).ln()).abs() < 1e-6);
    }

    #[test]
    fn scale_maximises_the_likelihood() {
        let residual: Vec<f64> = (1..40).map(|k| (f64::from(k) * 0.7).sin() * f64::from(k % 7)).collect();
        let rows = RowTable { weight: vec![1.0; residual.len()], residual, gradient: Vec::new() };
        for delta in [1e-3, 0.5, 1.345, 10.0] {
            let s = scale(&rows, delta);
            let at = |factor: f64| negative_log_likelihood(&rows, delta, s * factor);
            assert!(at(1.0) < at(1.001) && at(1.0) < at(0.999), "delta {delta}: {s}");
        }
    }
}
