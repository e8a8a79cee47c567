//! Exact minimisation of Σ w |r(q)| and its quantile relatives.
//!
//! A least-absolute minimum sits where some residuals vanish, and no gradient method gets there:
//! the last digits belong to an active set. The solver follows Huber's loss with a shrinking
//! quadratic zone until the rows left in that zone are the active set, then solves the optimality
//! conditions — those residuals zero, the gradient of the rest balanced by multipliers — by
//! Newton's method to machine precision, and checks that every multiplier is within its bounds.

use super::{Evaluation, Iteration, Newton, Options, Problem, Solution, Termination, minimise};
use crate::base::real::Order;
use nalgebra::{DMatrix, DVector};

/// Rows of a problem at one point.
#[derive(Clone, Debug, Default)]
pub struct RowTable {
    /// Residuals.
    pub residual: Vec<f64>,
    /// Weights.
    pub weight: Vec<f64>,
    /// Gradients of the residuals, row by row, n numbers each.
    pub gradient: Vec<f64>,
}

/// A problem of the form Σ w ρ(r), ρ(r) = above·r for r > 0 and −below·r for r < 0.
pub trait Kinked: Problem {
    /// Slopes above and below zero.
    fn slopes(&self) -> (f64, f64);
    /// Replaces the kink by a parabola of half-width `delta`; the objective becomes that of
    /// Huber's loss, `delta` times as steep. Zero restores the kink.
    fn smooth(&self, delta: f64);
    /// Residuals, weights and gradients of all rows, replacing what `rows` held.
    fn rows(&self, q: &[f64], rows: &mut RowTable);
    /// The gradient of what the objective has besides the rows: priors.
    fn smooth_gradient(&self, q: &[f64]) -> Vec<f64>;
    /// The Hessian of Σ w_k s_k r_k for given slopes s_k, and of what there is besides the rows.
    fn lagrangian_hessian(&self, q: &[f64], slope: &[f64]) -> Vec<f64>;
}

/// Where the shrinking stops, in units of the median residual. Huber's loss over delta lies within
/// delta/2 of the kinked loss in every row, so a minimum of one is a minimum of the other to this.
const LAST: f64 = 1e-9;

/// The state of one solve. [`Iteration::step`] shrinks the zone once.
pub struct LeastAbsolute<'a> {
    problem: &'a dyn Kinked,
    options: Options,
    newton: Newton,
    rows: RowTable,
    here: Evaluation,
    best: Solution,
    q: Vec<f64>,
    scale: f64,
    delta: f64,
}

impl<'a> LeastAbsolute<'a> {
    /// A solve of a problem; [`Iteration::start`] sets it off.
    pub fn new(problem: &'a dyn Kinked, options: Options) -> Self {
        let n = problem.dimension();
        Self {
            problem,
            options,
            // Of a smoothed objective the square of a residual is the unit.
            newton: Newton::new(n, Options { exact: 0.5 * options.exact.powi(2), ..options }),
            rows: RowTable::default(),
            here: Evaluation::new(n),
            best: Solution { q: Vec::new(), value: f64::NAN, termination: Termination::BadStart, evaluations: 0 },
            q: Vec::new(),
            scale: 0.0,
            delta: 0.0,
        }
    }

    /// Takes a candidate that is no worse than the best to rounding.
    fn keep(&mut self, q: &[f64], termination: Termination) {
        let finite = self.problem.evaluate(q, Order::First, &mut self.here);
        if finite && self.here.value <= self.best.value * (1.0 + 1e-14) {
            self.best.q = q.to_vec();
            self.best.value = self.here.value;
            self.best.termination = termination;
        }
    }
}

/// The problem is the one that it was made for, which knows how to be smoothed.
impl Iteration for LeastAbsolute<'_> {
    const NAME: &'static str = "least absolute residuals by an active set";

    fn start(&mut self, problem: &dyn Problem, q: &[f64]) -> bool {
        self.problem.smooth(0.0);
        let q = &super::inside(problem, q);
        self.q = q.clone();
        self.best = Solution { q: q.clone(), value: f64::NAN, termination: Termination::BadStart, evaluations: 1 };
        if !problem.evaluate(q, Order::First, &mut self.here) {
            return false;
        }
        self.best.value = self.here.value;
        self.best.termination = Termination::Stalled;
        self.problem.rows(q, &mut self.rows);
        let mut sizes: Vec<f64> = self.rows.residual.iter().map(|r| r.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        self.scale = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0).max(1e-12);
        // A warm start (no damping asked for) is near: its active set shows at a small delta.
        self.delta = if self.options.damping == 0.0 { 0.1 * self.scale } else { self.scale };
        true
    }

    fn step(&mut self, _: &dyn Problem) -> Option<Termination> {
        if self.delta <= self.scale * LAST {
            return Some(self.best.termination);
        }
        // The zones share one budget.
        let left = self.options.budget.saturating_sub(self.best.evaluations);
        if left == 0 {
            let converged = self.best.termination.converged();
            return Some(if converged { self.best.termination } else { Termination::Budget });
        }
        self.newton.restrict(left);
        self.problem.smooth(self.delta);
        let smooth = minimise(self.problem, &self.q, &mut self.newton);
        self.best.evaluations += self.newton.evaluations;
        self.q.clone_from(&self.newton.q);
        self.problem.smooth(0.0);
        let q = self.q.clone();
        self.keep(&q, Termination::Stalled);
        let near = self.delta <= self.scale * 1e-8 && self.here.value <= self.best.value * (1.0 + 1e-8);
        if smooth.converged() && near {
            self.best.termination = Termination::Gap;
        }
        if let Some((polished, steps)) = polish(self.problem, &q, self.delta, &mut self.rows) {
            self.best.evaluations += steps;
            self.keep(&polished, Termination::Multipliers);
            if self.best.termination == Termination::Multipliers {
                return Some(Termination::Multipliers);
            }
        }
        self.delta *= 0.1;
        None
    }

    fn point(&self) -> (&[f64], f64) {
        (&self.best.q, self.best.value)
    }

    fn solution(&self, termination: Termination) -> Solution {
        Solution { termination, ..self.best.clone() }
    }
}

/// Minimises from `start` by [`LeastAbsolute`]. The problem's own (kinked) objective is restored.
pub fn least_absolute(problem: &dyn Kinked, start: &[f64], options: Options) -> Solution {
    let mut method = LeastAbsolute::new(problem, options);
    let termination = minimise(problem, start, &mut method);
    method.solution(termination)
}

/// Newton's method on the optimality conditions with the rows inside `delta` as active set: the
/// point and the steps it took. `None` unless it converges to where the conditions hold.
fn polish(problem: &dyn Kinked, start: &[f64], delta: f64, rows: &mut RowTable) -> Option<(Vec<f64>, usize)> {
    const STEPS: usize = 12;
    let n = start.len();
    let (above, below) = problem.slopes();
    let side = |r: f64| if r > 0.0 { above } else { -below };
    problem.rows(start, rows);
    let near: Vec<usize> = (0..rows.residual.len()).filter(|&k| rows.residual[k].abs() <= delta).collect();
    // More rows than variables can vanish together only where rows repeat one another. Those that do
    // are one row of their joint weight.
    let mut active: Vec<usize> = Vec::new();
    let mut repeats: Vec<(usize, usize)> = Vec::new();
    for &k in &near {
        let gradient = |k: usize| &rows.gradient[k * n..(k + 1) * n];
        match active.iter().find(|&&a| rows.residual[a] == rows.residual[k] && gradient(a) == gradient(k)) {
            Some(&first) => repeats.push((k, first)),
            None => active.push(k),
        }
        if active.len() > 2 * n {
            return None;
        }
    }
    if active.is_empty() {
        return None;
    }
    let joined = |rows: &mut RowTable| {
        for &(k, first) in &repeats {
            rows.weight[first] += rows.weight[k];
            rows.weight[k] = 0.0;
        }
    };
    joined(rows);
    let m = active.len();
    let mut slope: Vec<f64> = rows.residual.iter().map(|&r| side(r)).collect();
    let signs = slope.clone();
    for &k in &active {
        let r = rows.residual[k];
        slope[k] = if r > 0.0 { above * r / delta } else { below * r / delta };
    }
    let mut q = start.to_vec();
    let mut taken = 0;
    for _ in 0..STEPS {
        taken += 1;
        let hessian = problem.lagrangian_hessian(&q, &slope);
        let mut matrix = DMatrix::zeros(n + m, n + m);
        let mut right = DVector::zeros(n + m);
        for (i, g) in problem.smooth_gradient(&q).into_iter().enumerate() {
            right[i] = -g;
        }
        for i in 0..n {
            for j in 0..n {
                matrix[(i, j)] = hessian[i * n + j];
            }
        }
        for (k, s) in slope.iter().enumerate() {
            for i in 0..n {
                right[i] -= rows.weight[k] * s * rows.gradient[k * n + i];
            }
        }
        for (a, &k) in active.iter().enumerate() {
            for i in 0..n {
                let entry = rows.weight[k] * rows.gradient[k * n + i];
                matrix[(i, n + a)] = entry;
                matrix[(n + a, i)] = entry;
            }
            right[n + a] = -rows.weight[k] * rows.residual[k];
        }
        let step = solve(matrix, &right)?;
        let mut moved: f64 = 0.0;
        for i in 0..n {
            let (low, high) = problem.bounds()[i];
            q[i] += step[i];
            if q[i] <= low || q[i] >= high {
                return None;
            }
            moved = moved.max(step[i].abs() / (1.0 + q[i].abs()));
        }
        for (a, &k) in active.iter().enumerate() {
            slope[k] += step[n + a];
        }
        problem.rows(&q, rows);
        joined(rows);
        if moved < 1e-14 {
            break;
        }
        // Newton that has not come near by now starts from a wrong active set.
        if taken > 6 && moved > 1e-3 {
            return None;
        }
    }
    let in_bounds = active.iter().all(|&k| slope[k] <= above * (1.0 + 1e-9) && slope[k] >= -below * (1.0 + 1e-9));
    let signs_hold = (0..signs.len()).all(|k| near.contains(&k) || side(rows.residual[k]) == signs[k]);
    let vanish = active.iter().all(|&k| rows.residual[k].abs() <= 1e-12);
    (in_bounds && signs_hold && vanish).then_some((q, taken))
}

/// Solves the optimality conditions. Two equal rows make them singular: the least-norm multipliers
/// serve then.
fn solve(matrix: DMatrix<f64>, right: &DVector<f64>) -> Option<DVector<f64>> {
    let finite = |v: &DVector<f64>| v.iter().all(|x| x.is_finite());
    if !finite(right) || !matrix.iter().all(|v| v.is_finite()) {
        return None;
    }
    let lu = matrix.clone().lu();
    if let Some(step) = lu.solve(right).filter(finite)
        && (&matrix * &step - right).amax() <= 1e-9 * right.amax().max(f64::MIN_POSITIVE)
    {
        return Some(step);
    }
    let svd = matrix.svd(true, true);
    let largest = svd.singular_values.max();
    svd.solve(right, largest * 1e-13).ok().filter(finite)
}
