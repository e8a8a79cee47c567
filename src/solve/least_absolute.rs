//! Exact minimisation of Σ w |r(q)| and its quantile relatives.
//!
//! A least-absolute minimum sits where some residuals vanish, and no gradient method gets there:
//! the last digits belong to an active set. The solver follows Huber's loss with a shrinking
//! quadratic zone until the rows left in that zone are the active set, then solves the optimality
//! conditions — those residuals zero, the gradient of the rest balanced by multipliers — by
//! Newton's method to machine precision, and checks that every multiplier is within its bounds.

use super::{Evaluation, Newton, Options, Problem, Solution, Termination, minimise};
use crate::law::Order;
use nalgebra::{DMatrix, DVector};

/// A problem of the form Σ w ρ(r), ρ(r) = above·r for r > 0 and −below·r for r < 0.
pub trait Kinked: Problem {
    /// Slopes above and below zero.
    fn slopes(&self) -> (f64, f64);
    /// Replaces the kink by a parabola of half-width `delta`; the objective becomes that of
    /// Huber's loss, `delta` times as steep. Zero restores the kink.
    fn smooth(&mut self, delta: f64);
    /// Per row: residual, weight, gradient of the residual.
    fn row_derivatives(&self, q: &[f64]) -> Vec<(f64, f64, Vec<f64>)>;
    /// The Hessian of Σ w_k s_k r_k for given slopes s_k.
    fn lagrangian_hessian(&self, q: &[f64], slope: &[f64]) -> Vec<f64>;
}

/// Minimises from `start`. The problem's own (kinked) objective is restored on return.
pub fn least_absolute(problem: &mut dyn Kinked, start: &[f64], options: Options) -> Solution {
    let n = problem.dimension();
    let mut newton = Newton::new(n, options);
    let mut here = Evaluation::new(n);
    problem.smooth(0.0);
    if !problem.evaluate(start, Order::First, &mut here) {
        return Solution { q: start.to_vec(), value: f64::NAN, termination: Termination::BadStart, evaluations: 1 };
    }
    let mut best = Solution { q: start.to_vec(), value: here.value, termination: Termination::Stalled, evaluations: 1 };
    let mut sizes: Vec<f64> = problem.row_derivatives(start).iter().map(|row| row.0.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let scale = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0).max(1e-12);
    let mut delta = scale;
    let mut q = start.to_vec();
    while delta > scale * 1e-8 {
        problem.smooth(delta);
        minimise(problem, &q, &mut newton);
        best.evaluations += newton.evaluations;
        q.clone_from(&newton.q);
        problem.smooth(0.0);
        keep(problem, &q, &mut best, &mut here, Termination::Stalled);
        if let Some(polished) = polish(problem, &q, delta) {
            best.evaluations += 12;
            keep(problem, &polished, &mut best, &mut here, Termination::Multipliers);
            if best.termination == Termination::Multipliers {
                return best;
            }
        }
        delta *= 0.2;
    }
    best
}

/// Takes a candidate that is no worse than the best to rounding.
fn keep(problem: &dyn Problem, q: &[f64], best: &mut Solution, here: &mut Evaluation, termination: Termination) {
    if problem.evaluate(q, Order::First, here) && here.value <= best.value * (1.0 + 1e-14) {
        best.q = q.to_vec();
        best.value = here.value;
        best.termination = termination;
    }
}

/// Newton's method on the optimality conditions with the rows inside `delta` as active set. `None`
/// unless it converges to a point where the conditions hold.
fn polish(problem: &dyn Kinked, start: &[f64], delta: f64) -> Option<Vec<f64>> {
    let n = start.len();
    let (above, below) = problem.slopes();
    let side = |r: f64| if r > 0.0 { above } else { -below };
    let rows = problem.row_derivatives(start);
    let active: Vec<usize> = (0..rows.len()).filter(|&k| rows[k].0.abs() <= delta).collect();
    if active.is_empty() || active.len() > 4 * n {
        return None;
    }
    let mut multiplier: Vec<f64> = active
        .iter()
        .map(|&k| if rows[k].0 > 0.0 { above * rows[k].0 / delta } else { below * rows[k].0 / delta })
        .collect();
    let signs: Vec<f64> = rows.iter().map(|row| side(row.0)).collect();
    let mut q = start.to_vec();
    for _ in 0..12 {
        let rows = problem.row_derivatives(&q);
        let mut slope = signs.clone();
        for (a, &k) in active.iter().enumerate() {
            slope[k] = multiplier[a];
        }
        let hessian = problem.lagrangian_hessian(&q, &slope);
        let m = active.len();
        let mut matrix = DMatrix::zeros(n + m, n + m);
        let mut right = DVector::zeros(n + m);
        for i in 0..n {
            for j in 0..n {
                matrix[(i, j)] = hessian[i * n + j];
            }
            right[i] = -rows.iter().zip(&slope).map(|((_, w, g), s)| w * s * g[i]).sum::<f64>();
        }
        for (a, &k) in active.iter().enumerate() {
            let (r, w, g) = &rows[k];
            for i in 0..n {
                matrix[(i, n + a)] = w * g[i];
                matrix[(n + a, i)] = w * g[i];
            }
            right[n + a] = -w * r;
        }
        // Two equal rows make the conditions singular: the least-norm multipliers serve.
        let svd = matrix.svd(true, true);
        let largest = svd.singular_values.max();
        let step = svd.solve(&right, largest * 1e-13).ok()?;
        if step.iter().any(|v| !v.is_finite()) {
            return None;
        }
        let mut moved: f64 = 0.0;
        for i in 0..n {
            let (low, high) = problem.bounds()[i];
            q[i] += step[i];
            if q[i] <= low || q[i] >= high {
                return None;
            }
            moved = moved.max(step[i].abs() / (1.0 + q[i].abs()));
        }
        for a in 0..m {
            multiplier[a] += step[n + a];
        }
        if moved < 1e-15 {
            break;
        }
    }
    let rows = problem.row_derivatives(&q);
    let in_bounds = multiplier.iter().all(|&s| s <= above * (1.0 + 1e-9) && s >= -below * (1.0 + 1e-9));
    let signs_hold = (0..rows.len()).all(|k| active.contains(&k) || side(rows[k].0) == signs[k]);
    let vanish = active.iter().all(|&k| rows[k].0.abs() <= 1e-12 * (1.0 + delta));
    (in_bounds && signs_hold && vanish).then_some(q)
}
