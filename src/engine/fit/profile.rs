//! How far a parameter can move before the data object: the profile of the objective, at two
//! points a side. Curvature at the minimum cannot tell, where the objective is nearly flat over
//! decades or has several minima.

use super::Setup;
use super::problem::{Binding, FitProblem};
use crate::base::real::Order;
use crate::engine::solve::{Evaluation, Newton, Options, Problem, Termination, minimise};
use crate::record::Basin;
use std::sync::Arc;

/// A parameter that may be multiplied or divided by this within its profile interval is weakly
/// identified.
const FACTOR: f64 = 3.0;
/// More rows than this are thinned to it: whether a parameter is determined within a factor does not
/// take a million rows to tell.
const ROWS: usize = 4_096;
/// 95 % point of χ² with one degree of freedom.
const CHI_SQUARED: f64 = 3.841_458_820_694_124;

/// The problem with one variable held.
struct Held<'a> {
    problem: &'a FitProblem,
    bounds: Vec<(f64, f64)>,
}

impl Problem for Held<'_> {
    fn dimension(&self) -> usize {
        self.problem.dimension()
    }
    fn bounds(&self) -> &[(f64, f64)] {
        &self.bounds
    }
    fn evaluate(&self, q: &[f64], order: Order, out: &mut Evaluation) -> bool {
        self.problem.evaluate(q, order, out)
    }
}

/// What χ² of one costs in the objective: E ψ²/E ψ′ of the loss's slope ψ at the residuals, which
/// is the variance for squared loss. ψ′ is a difference quotient over a kernel's width, so that it
/// exists for kinked losses too.
fn unit(setup: &Setup, problem: &FitProblem, q: &[f64]) -> f64 {
    let rows = problem.row_derivatives(q);
    let mut sizes: Vec<f64> = rows.iter().map(|(r, ..)| r.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let spread = 1.4826 * sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
    let width = (1.06 * spread * (rows.len() as f64).powf(-0.2)).max(f64::MIN_POSITIVE);
    let loss = setup.objective.loss;
    let (mut variance, mut bend) = (0.0, 0.0);
    for (r, w, _) in &rows {
        variance += (w * loss.rho(*r).slope).powi(2);
        bend += w * (loss.rho(r + width).slope - loss.rho(r - width).slope) / (2.0 * width);
    }
    let freedom = rows.len().saturating_sub(q.len()).max(1) as f64;
    variance / bend * rows.len() as f64 / freedom
}

/// Positive parameters that can be multiplied or divided by [`FACTOR`], the others refitted,
/// without leaving the 95 % profile region; other minima inside it count too.
pub fn weakly_identified(
    setup: &Setup,
    problem: &FitProblem,
    q: &[f64],
    basins: &[Basin],
    likelihood: bool,
) -> Vec<usize> {
    let rows = setup.rows.len();
    if rows > ROWS {
        let step = rows.div_ceil(ROWS);
        let sample = Setup { rows: Arc::new(setup.rows.thinned(step)), ..setup.clone() };
        let problem = sample.problem();
        // The sample has its own minimum, near the answer; other basins' objectives are of all rows.
        let mut newton = Newton::new(q.len(), Options { budget: 60, ..Options::default() });
        minimise(&problem, q, &mut newton);
        return within(&sample, &problem, &newton.q, &[], step as f64, likelihood);
    }
    within(setup, problem, q, basins, 1.0, likelihood)
}

/// The same, where each row stands for `share` of them.
fn within(
    setup: &Setup,
    problem: &FitProblem,
    q: &[f64],
    basins: &[Basin],
    share: f64,
    likelihood: bool,
) -> Vec<usize> {
    let mut here = Evaluation::new(q.len());
    if !problem.evaluate(q, Order::First, &mut here) {
        return Vec::new();
    }
    let value = here.value;
    // Another basin's objective is told from the best one's, whatever unit that is in.
    let best = basins.first().map_or(value, |basin| basin.objective);
    let allowed = 0.5 * CHI_SQUARED * unit(setup, problem, q) / share;
    if !allowed.is_finite() {
        return Vec::new();
    }
    // Basins of a likelihood are told apart in nats.
    let near = if likelihood { 0.5 * CHI_SQUARED } else { allowed };
    let theta = problem.theta(q);
    let mut newton = Newton::new(q.len(), Options { budget: 60, ..Options::default() });
    let mut reaches = |i: usize, target: f64| {
        let (low, high) = setup.bounds[i];
        if target <= low || target >= high {
            return false;
        }
        let mut held = Held { problem, bounds: setup.bounds.to_vec() };
        held.bounds[i] = (target, target);
        let mut start = q.to_vec();
        start[i] = target;
        minimise(&held, &start, &mut newton) != Termination::BadStart && newton.here.value - value < allowed
    };
    (0..theta.len())
        .filter(|&j| {
            let Binding::Free(i, _) = setup.bindings[j] else { return false };
            if theta[j] <= 0.0 {
                return false;
            }
            let far = |other: f64| other >= theta[j] * FACTOR || other <= theta[j] / FACTOR;
            basins.iter().any(|basin| basin.objective - best < near && far(basin.theta[j]))
                || [FACTOR, 1.0 / FACTOR].into_iter().any(|factor| {
                    let mut moved = theta.clone();
                    for k in setup.parameters_of(&[i]) {
                        moved[k] *= factor;
                    }
                    reaches(i, problem.variables(&moved)[i])
                })
        })
        .collect()
}
