//! Huber's loss with delta found from the data: the estimate and the noise around it, in turn.
//!
//! The noise s is Huber's Proposal 2 with n − p: the fixed point of
//!
//! s² = Σ w min(r², (k s)²) / ((n − p) κ),  k = 1.345,  κ = E min(z², k²) of a standard normal z,
//!
//! weights scaled to mean one. With n in place of n − p it would be 20 to 40 % too small at 12 to 20
//! rows. From the least-squares fit, s and the parameters are found in turn until s stands still.

use super::problem::FitProblem;
use super::{MANY_ROWS, Setup};
use crate::base::objective::{ADAPTIVE, Loss};
use crate::engine::solve::least_absolute::{Kinked, RowTable};
use crate::engine::solve::{Method, Newton, Options, Solution, Termination};
use crate::record::Noise;
use rayon::prelude::*;

/// E min(z², k²) of a standard normal z.
const KAPPA: f64 = 0.710_16;
/// Rounds at most, and the relative change of s that ends them; of many rows, each round is dear.
const ROUNDS: (usize, f64) = (30, 1e-7);
const ROUNDS_OF_MANY: (usize, f64) = (12, 1e-4);
/// How often a better minimum at the scale found sends the search back.
const RETURNS: usize = 3;
/// Distinct ends of a search that are followed.
const FOLLOWED: usize = 24;

/// The noise of residuals by Proposal 2. `None` if there are no degrees of freedom, or no residual.
pub fn noise(rows: &RowTable, free: usize) -> Option<f64> {
    let freedom = rows.residual.len().checked_sub(free).filter(|left| *left > 0)? as f64;
    let unit = rows.residual.len() as f64 / rows.weight.iter().sum::<f64>();
    let clipped = |limit: f64| {
        let terms = rows.residual.iter().zip(&rows.weight).map(|(r, w)| w * (r * r).min(limit));
        unit * terms.sum::<f64>() / freedom
    };
    let mut square = clipped(f64::INFINITY);
    // Monotone from the mean square on, to whichever side.
    for _ in 0..500 {
        let next = clipped(ADAPTIVE * ADAPTIVE * square) / KAPPA;
        let moved = (next / square - 1.0).abs();
        square = next;
        if moved.is_nan() || moved < 1e-12 {
            break;
        }
    }
    Some(square.sqrt()).filter(|s| s.is_finite() && *s > 0.0)
}

/// The noise of the residuals at one point.
pub fn noise_at(problem: &FitProblem, q: &[f64]) -> Option<f64> {
    let mut rows = RowTable::default();
    Kinked::rows(problem, q, &mut rows);
    noise(&rows, q.len())
}

/// The noise that an adaptive fit of the same rows finds, from the answer under another loss on.
pub fn noise_around(setup: &Setup, q: &[f64]) -> Option<f64> {
    let mut other = Setup { free_scale: None, method: Method::Newton, ..setup.clone() };
    let mut best = Solution { q: q.to_vec(), value: f64::NAN, termination: Termination::Stalled, evaluations: 0 };
    if setup.objective.loss == Loss::Squared {
        other.objective.loss = Loss::Squared;
    }
    rounds(&mut other, &mut best)
}

/// From a point near: the estimate under delta = 1.345 s and s there, in turn. `setup` is left with
/// Huber's loss at the delta of the last refit.
fn rounds(setup: &mut Setup, best: &mut Solution) -> Option<f64> {
    let (most, tolerance) = if setup.rows.len() > MANY_ROWS { ROUNDS_OF_MANY } else { ROUNDS };
    let mut newton = Newton::new(setup.free(), Options { damping: 0.0, exact: setup.exact(), ..Options::default() });
    let mut scale = noise_at(&setup.problem(), &best.q)?;
    for _ in 0..most {
        setup.objective.loss = Loss::Huber { delta: ADAPTIVE * scale };
        let problem = setup.problem();
        let end = setup.solve_in(&problem, &best.q, &mut newton);
        if !end.value.is_finite() {
            break;
        }
        *best = Solution { evaluations: best.evaluations + end.evaluations, ..end };
        let next = noise_at(&problem, &best.q)?;
        let moved = (next / scale - 1.0).abs();
        scale = next;
        if moved < tolerance {
            break;
        }
    }
    Some(scale)
}

/// Finds the noise from the best least-squares solution on, and moves every end of the search to the
/// minimum it leads to at that delta. If one of them is better, the noise is found again from there.
/// `None` where the rows are matched exactly or leave no degrees of freedom: the loss stays squared.
pub(super) fn settle(setup: &mut Setup, solved: &mut [(Vec<f64>, Solution)], best: &mut Solution) -> Option<Noise> {
    if best.value <= setup.exact() {
        return None;
    }
    for _ in 0..RETURNS {
        let scale = rounds(setup, best)?;
        follow(setup, solved);
        let better = solved.iter().map(|(_, s)| s).filter(|s| s.value < best.value * (1.0 - 1e-9));
        let better = better.min_by(|a, b| a.value.total_cmp(&b.value));
        match better {
            Some(better) => *best = better.clone(),
            None => return Some(Noise { scale, delta: setup.objective.loss.delta() }),
        }
    }
    let scale = rounds(setup, best)?;
    Some(Noise { scale, delta: setup.objective.loss.delta() })
}

/// Solves again from every distinct end, under the loss that `setup` now has.
fn follow(setup: &Setup, solved: &mut [(Vec<f64>, Solution)]) {
    let mut order: Vec<usize> = (0..solved.len()).collect();
    order.sort_by(|&a, &b| solved[a].1.value.total_cmp(&solved[b].1.value));
    let mut distinct: Vec<f64> = Vec::new();
    let group: Vec<(usize, usize)> = order
        .into_iter()
        .map(|k| {
            let value = solved[k].1.value;
            if distinct.last().is_none_or(|last| value > last * (1.0 + 1e-9)) {
                distinct.push(value);
            }
            (k, distinct.len() - 1)
        })
        .collect();
    let firsts: Vec<Vec<f64>> = (0..distinct.len().min(FOLLOWED))
        .filter_map(|g| group.iter().find(|(_, of)| *of == g).map(|(k, _)| solved[*k].1.q.clone()))
        .collect();
    let ends: Vec<Solution> = firsts
        .par_iter()
        .map_init(
            || setup.problem(),
            |problem, q| setup.solve(problem, q, Options { damping: 0.0, ..Options::default() }),
        )
        .collect();
    for (k, g) in group {
        let evaluations = solved[k].1.evaluations;
        solved[k].1 = match ends.get(g) {
            Some(end) => Solution { evaluations: evaluations + end.evaluations, ..end.clone() },
            None => Solution { value: f64::INFINITY, termination: Termination::Stalled, ..solved[k].1.clone() },
        };
    }
}
