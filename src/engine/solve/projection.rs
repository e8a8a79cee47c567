//! Variable projection: a problem that is quadratic in some of its variables, as a function of the
//! others alone.
//!
//! Given the others, the quadratic ones have a best value (within their bounds), found exactly by
//! one solve of a linear system. The value there is the projected problem's; its gradient is the
//! full problem's in the others; its curvature is the Schur complement. No Golub–Pereyra
//! derivatives of pseudo-inverses are needed, since second derivatives are at hand.

use super::{Evaluation, Problem, cholesky};
use crate::base::real::Order;
use std::cell::RefCell;

/// Solves of the quadratic part at one point, at most: one finds it, others repair rounding, the last
/// confirms.
const ROUNDS: usize = 8;

/// A [`Problem`] with the variables in which it is quadratic projected out.
pub struct Projected<'a> {
    problem: &'a dyn Problem,
    quadratic: Vec<usize>,
    moved: Vec<usize>,
    bounds: Vec<(f64, f64)>,
    state: RefCell<State>,
}

struct State {
    full: Vec<f64>,
    here: Evaluation,
    evaluations: usize,
}

impl<'a> Projected<'a> {
    /// Projects out the variables `quadratic` of `problem`, whose values in `start` begin.
    pub fn new(problem: &'a dyn Problem, quadratic: Vec<usize>, start: &[f64]) -> Self {
        let n = problem.dimension();
        let moved: Vec<usize> = (0..n).filter(|i| !quadratic.contains(i)).collect();
        let bounds = moved.iter().map(|&i| problem.bounds()[i]).collect();
        let state = State { full: super::inside(problem, start), here: Evaluation::new(n), evaluations: 0 };
        Self { problem, quadratic, moved, bounds, state: RefCell::new(state) }
    }

    /// The moved variables out of a full point.
    pub fn outer(&self, full: &[f64]) -> Vec<f64> {
        self.moved.iter().map(|&i| full[i]).collect()
    }

    /// The full point over `q`: the projected variables at their best. `None` if it is not finite.
    pub fn full(&self, q: &[f64]) -> Option<Vec<f64>> {
        let mut out = Evaluation::new(q.len());
        self.evaluate(q, Order::First, &mut out).then(|| self.state.borrow().full.clone())
    }

    /// Evaluations of the full problem so far.
    pub fn evaluations(&self) -> usize {
        self.state.borrow().evaluations
    }

    /// Moves the quadratic variables to their best within bounds, by an active set; those free to
    /// move at the end, and the decrease that was promised. `None` if no finite step is found.
    fn settle(&self, full: &mut [f64], here: &Evaluation) -> Option<(Vec<usize>, f64)> {
        let n = full.len();
        let mut promised = 0.0;
        let mut gradient = here.gradient.clone();
        let pushed = |full: &[f64], gradient: &[f64], i: usize| {
            let (low, high) = self.problem.bounds()[i];
            (full[i] <= low && gradient[i] > 0.0) || (full[i] >= high && gradient[i] < 0.0)
        };
        let mut held: Vec<usize> = self.quadratic.iter().copied().filter(|&i| pushed(full, &gradient, i)).collect();
        for _ in 0..4 * self.quadratic.len() + 4 {
            let free: Vec<usize> = self.quadratic.iter().copied().filter(|i| !held.contains(i)).collect();
            let step = solve(&here.hessian, n, &free, &gradient)?;
            // As far as the first bound, which then holds its variable.
            let (mut share, mut blocked) = (1.0, None);
            for (&i, s) in free.iter().zip(&step) {
                let (low, high) = self.problem.bounds()[i];
                let room = if *s < 0.0 { low - full[i] } else { high - full[i] };
                if *s != 0.0 && room / s < share {
                    (share, blocked) = ((room / s).max(0.0), Some((i, if *s < 0.0 { low } else { high })));
                }
            }
            let slope: f64 = free.iter().zip(&step).map(|(&i, s)| gradient[i] * s).sum();
            promised -= slope * share * (1.0 - 0.5 * share);
            for (&i, s) in free.iter().zip(&step) {
                full[i] += share * s;
                for j in 0..n {
                    gradient[j] += here.hessian[j * n + i] * share * s;
                }
            }
            if let Some((i, bound)) = blocked {
                full[i] = bound;
                held.push(i);
                continue;
            }
            // At rest among the free ones: the held one that pulls inward most is let go.
            let inward = held.iter().copied().filter(|&i| !pushed(full, &gradient, i) && gradient[i] != 0.0);
            let scaled = |i: usize| gradient[i].abs() / here.hessian[i * n + i].max(f64::MIN_POSITIVE).sqrt();
            match inward.max_by(|&a, &b| scaled(a).total_cmp(&scaled(b))) {
                Some(i) => held.retain(|&k| k != i),
                None => return Some((free, promised)),
            }
        }
        let free = self.quadratic.iter().copied().filter(|i| !held.contains(i)).collect();
        Some((free, promised))
    }
}

/// The Newton step −A⁻¹ g on some variables, scaled to unit diagonal: columns in unlike units would
/// cost digits. A direction without effect gets the least damping that makes the rest solvable.
fn solve(full: &[f64], n: usize, free: &[usize], gradient: &[f64]) -> Option<Vec<f64>> {
    let m = free.len();
    let size: Vec<f64> = free.iter().map(|&i| full[i * n + i].max(f64::MIN_POSITIVE).sqrt()).collect();
    let factor = factorised(full, n, free, &size);
    let mut step: Vec<f64> = (0..m).map(|a| -gradient[free[a]] / size[a]).collect();
    cholesky::solve(&factor, m, &mut step);
    step.iter_mut().zip(&size).for_each(|(s, size)| *s /= size);
    step.iter().all(|s| s.is_finite()).then_some(step)
}

/// The triangular factor of the rows and columns `free` of a full matrix, scaled by `size`.
fn factorised(full: &[f64], n: usize, free: &[usize], size: &[f64]) -> Vec<f64> {
    let m = free.len();
    let mut matrix = vec![0.0; m * m];
    let mut damping = 0.0;
    loop {
        for a in 0..m {
            for b in 0..=a {
                matrix[a * m + b] = full[free[a] * n + free[b]] / (size[a] * size[b]);
            }
            matrix[a * m + a] += damping;
        }
        if cholesky::factorise(&mut matrix, m) || damping > 1.0 {
            return matrix;
        }
        damping = (damping * 100.0_f64).max(1e-15);
    }
}

/// M − C A⁻¹ Cᵀ in place of M: rows and columns `kept` of a full matrix, those in `free` out.
fn schur(full: &[f64], n: usize, kept: &[usize], free: &[usize], out: &mut [f64]) {
    let (k, m) = (kept.len(), free.len());
    let size: Vec<f64> = free.iter().map(|&i| full[i * n + i].max(f64::MIN_POSITIVE).sqrt()).collect();
    let a = factorised(full, n, free, &size);
    let columns: Vec<Vec<f64>> =
        kept.iter().map(|&i| (0..m).map(|b| full[i * n + free[b]] / size[b]).collect()).collect();
    for r in 0..k {
        let mut solved = columns[r].clone();
        cholesky::solve(&a, m, &mut solved);
        for c in 0..k {
            let inner: f64 = solved.iter().zip(&columns[c]).map(|(a, b)| a * b).sum();
            out[r * k + c] = full[kept[r] * n + kept[c]] - inner;
        }
    }
}

impl Problem for Projected<'_> {
    fn dimension(&self) -> usize {
        self.moved.len()
    }
    fn bounds(&self) -> &[(f64, f64)] {
        &self.bounds
    }
    fn evaluate(&self, q: &[f64], _: Order, out: &mut Evaluation) -> bool {
        let mut state = self.state.borrow_mut();
        let State { full, here, evaluations } = &mut *state;
        for (&i, &value) in self.moved.iter().zip(q) {
            full[i] = value;
        }
        let before = full.clone();
        let mut free = Vec::new();
        for round in 0..ROUNDS {
            *evaluations += 1;
            let at = full.clone();
            let settled = match self.problem.evaluate(full, Order::Second, here) {
                true => self.settle(full, here),
                false => None,
            };
            let Some((moving, promised)) = settled else {
                *full = before;
                return false;
            };
            free = moving;
            if promised <= 1e-15 * here.value.abs() || round + 1 == ROUNDS {
                // `here` belongs to the point before this last move, which is as good as none.
                *full = at;
                break;
            }
        }
        out.value = here.value;
        for (a, &i) in self.moved.iter().enumerate() {
            out.gradient[a] = here.gradient[i];
        }
        let n = full.len();
        schur(&here.hessian, n, &self.moved, &free, &mut out.hessian);
        schur(&here.majorant, n, &self.moved, &free, &mut out.majorant);
        true
    }
}
