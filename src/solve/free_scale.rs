//! Maximum likelihood under Huber's density with its scale free:
//!
//! −ln likelihood = Σ w (ln s + ln Z(δ) + huber_δ(r/s)),  Z(δ) = ∫ exp(−huber_δ(z)) dz.
//!
//! The parameters and the scale s are improved in turn: given s the sum is Huber's objective with
//! δ·s as its half-width, given the residuals s solves one equation. Both go downhill. With a small
//! δ the scale collapses: hardly a row is left in the quadratic zone, the density is Laplace's and
//! the answer that of least absolute residuals.

use super::least_absolute::{Kinked, RowTable, least_absolute};
use super::{Iteration, Newton, Options, Solution, Termination, minimise};
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
        let middle = (low * high).sqrt();
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

/// Minimises −ln likelihood from `start`; the solution's value is that. `delta` is in units of the
/// scale.
pub fn free_scale(
    problem: &mut dyn Kinked,
    start: &[f64],
    delta: f64,
    options: Options,
    newton: &mut Newton,
) -> Solution {
    let mut rows = RowTable::default();
    let mut q = start.to_vec();
    let mut evaluations = 1;
    problem.rows(&q, &mut rows);
    if rows.residual.iter().any(|r| !r.is_finite()) {
        return Solution { q, value: f64::NAN, termination: Termination::BadStart, evaluations };
    }
    let mut s = scale(&rows, delta);
    let mut termination = Termination::Budget;
    for _ in 0..ROUNDS {
        if s <= 0.0 {
            termination = Termination::Exact;
            break;
        }
        if collapses(&rows, delta, s) {
            let end = least_absolute(problem, &q, options);
            q.clone_from(&end.q);
            evaluations += end.evaluations;
            termination = end.termination;
        } else {
            problem.smooth(delta * s);
            termination = minimise(problem, &q, newton);
            evaluations += newton.evaluations;
            q.copy_from_slice(newton.point().0);
        }
        problem.rows(&q, &mut rows);
        evaluations += 1;
        let next = scale(&rows, delta);
        let settled = (next / s).ln().abs() <= 1e-11;
        s = next;
        if settled || evaluations >= options.budget || collapses(&rows, delta, s) && termination.converged() {
            break;
        }
    }
    let value = if s > 0.0 { negative_log_likelihood(&rows, delta, s) } else { f64::NEG_INFINITY };
    let value = value.max(-f64::MAX);
    Solution { q, value, termination, evaluations }
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
