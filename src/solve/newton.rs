//! A damped Newton method in a box.
//!
//! Each step solves (K + λ D) s = −g, where K is the Hessian where that is positive definite and
//! the majorant M (reweighted Gauss–Newton) where it is not, and D is nine parts of M to one of its
//! diagonal. M shortens a step alike in all directions as the predictions see them, so that it may
//! be long along a ridge; its diagonal holds what M does not see. Either makes the iterates
//! independent of the units of the variables. With λ = 0 near the minimum the step is Newton's own,
//! so a warm start converges in a handful of evaluations; far away it is Levenberg and
//! Marquardt's. Variables at a bound that the gradient pushes outward are held.

use super::{Evaluation, Problem, Solution, Termination, cholesky};
use crate::law::Order;

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Evaluations allowed.
    pub budget: usize,
    /// Fraction of the objective that a further step must promise to go on.
    pub tolerance: f64,
    /// First damping: 1e-3 for a warm start, 0.1 from afar.
    pub damping: f64,
    /// Objective at which the data count as matched exactly.
    pub exact: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { budget: 400, tolerance: 1e-13, damping: 0.1, exact: 0.0 }
    }
}

/// The state of one solve. [`Newton::step`] does one iteration.
#[derive(Debug)]
pub struct Newton {
    /// Current point, the best so far.
    pub q: Vec<f64>,
    /// The problem there.
    pub here: Evaluation,
    /// Evaluations so far.
    pub evaluations: usize,
    options: Options,
    damping: f64,
    trial: Vec<f64>,
    there: Evaluation,
    matrix: Vec<f64>,
    step: Vec<f64>,
    free: Vec<usize>,
    finishing: bool,
    quadratic: bool,
}

/// The share of the majorant's diagonal in what damps; the rest is the majorant itself.
const DIAGONAL: f64 = 0.1;
/// Damping below this is none.
const NEGLIGIBLE: f64 = 1e-5;

impl Newton {
    /// Room for n variables; [`Newton::start`] sets it off.
    pub fn new(n: usize, options: Options) -> Self {
        Self {
            q: vec![0.0; n],
            here: Evaluation::new(n),
            evaluations: 0,
            options,
            damping: options.damping,
            trial: vec![0.0; n],
            there: Evaluation::new(n),
            matrix: vec![0.0; n * n],
            step: vec![0.0; n],
            free: Vec::with_capacity(n),
            finishing: false,
            quadratic: false,
        }
    }

    /// Evaluates the start, moved into the box. False if it is not finite there.
    pub fn start(&mut self, problem: &dyn Problem, q: &[f64]) -> bool {
        for (i, &(low, high)) in problem.bounds().iter().enumerate() {
            self.q[i] = q[i].clamp(low, high);
        }
        self.evaluations = 1;
        self.damping = self.options.damping;
        self.finishing = false;
        self.quadratic = false;
        problem.evaluate(&self.q, Order::Second, &mut self.here)
    }

    /// Twice the decrease that an undamped step promises, as a fraction of the objective; the
    /// scale-free size of the gradient. Infinite where the curvature is not positive definite.
    pub fn decrement(&mut self, problem: &dyn Problem) -> f64 {
        self.hold_bounds(problem);
        if self.factorise(true, 0.0) || self.factorise(false, 0.0) {
            self.solve_step();
            let promised: f64 = self.free.iter().zip(&self.step).map(|(&i, s)| -self.here.gradient[i] * s).sum();
            promised / self.here.value.abs().max(f64::MIN_POSITIVE)
        } else {
            f64::INFINITY
        }
    }

    /// The variables that may move: not at a bound that the gradient pushes against.
    fn hold_bounds(&mut self, problem: &dyn Problem) {
        self.free.clear();
        for (i, &(low, high)) in problem.bounds().iter().enumerate() {
            let g = self.here.gradient[i];
            if !((self.q[i] <= low && g > 0.0) || (self.q[i] >= high && g < 0.0)) {
                self.free.push(i);
            }
        }
    }

    /// Factorises curvature + damping on the free variables. False if not positive definite.
    fn factorise(&mut self, hessian: bool, damping: f64) -> bool {
        let (n, m) = (self.q.len(), self.free.len());
        let majorant = &self.here.majorant;
        let source = if hessian { &self.here.hessian } else { majorant };
        for (a, &i) in self.free.iter().enumerate() {
            for (b, &j) in self.free[..=a].iter().enumerate() {
                self.matrix[a * m + b] = source[i * n + j] + damping * (1.0 - DIAGONAL) * majorant[i * n + j];
            }
            let scale = majorant[i * n + i];
            self.matrix[a * m + a] += damping * DIAGONAL * if scale > 0.0 { scale } else { 1.0 };
        }
        cholesky::factorise(&mut self.matrix, m)
    }

    fn solve_step(&mut self) {
        let m = self.free.len();
        for (a, &i) in self.free.iter().enumerate() {
            self.step[a] = -self.here.gradient[i];
        }
        cholesky::solve(&self.matrix, m, &mut self.step[..m]);
    }

    /// One iteration: steps until one decreases the objective. `Some` when it is over.
    pub fn step(&mut self, problem: &dyn Problem) -> Option<Termination> {
        if self.here.value.abs() <= self.options.exact {
            return Some(Termination::Exact);
        }
        self.hold_bounds(problem);
        if self.free.is_empty() {
            return Some(Termination::Newton);
        }
        let n = self.q.len();
        let mut previous_trial_worse = false;
        loop {
            if self.evaluations >= self.options.budget {
                return Some(Termination::Budget);
            }
            let newton = self.factorise(true, self.damping);
            if !newton && !self.factorise(false, self.damping) {
                // A direction without any effect: the least damping makes the rest solvable.
                self.damping = (self.damping * 10.0).max(1e-10);
                if self.damping > 1e20 {
                    return Some(Termination::Flat);
                }
                continue;
            }
            self.solve_step();
            self.trial.copy_from_slice(&self.q);
            for (a, &i) in self.free.iter().enumerate() {
                let (low, high) = problem.bounds()[i];
                self.trial[i] = (self.q[i] + self.step[a]).clamp(low, high);
            }
            let promised = self.promise(newton, n);
            let value = self.here.value.abs();
            if promised.abs() <= self.options.tolerance * value && self.damping <= 1e-6 {
                // Quadratic convergence: this last step squares an error that is already small.
                self.finishing = true;
                if newton && self.quadratic {
                    // The model foretold the last step; what this one does is below rounding.
                    std::mem::swap(&mut self.q, &mut self.trial);
                    self.here.value -= promised;
                    return Some(Termination::Newton);
                }
            }
            self.evaluations += 1;
            let finite = problem.evaluate(&self.trial, Order::Second, &mut self.there);
            let actual = self.here.value - self.there.value;
            if finite && (actual > 0.0 || (self.finishing && actual >= -1e-13 * value)) {
                std::mem::swap(&mut self.q, &mut self.trial);
                std::mem::swap(&mut self.here, &mut self.there);
                if self.finishing {
                    return Some(Termination::Newton);
                }
                let ratio = actual / promised;
                self.quadratic = newton && self.damping == 0.0 && (0.9..1.1).contains(&ratio);
                if ratio > 0.7 && !previous_trial_worse {
                    self.damping *= 0.1;
                    if self.damping < NEGLIGIBLE {
                        self.damping = 0.0;
                    }
                } else if ratio < 0.2 {
                    self.damping = (self.damping * 4.0).max(NEGLIGIBLE);
                }
                return None;
            }
            // A step cut short by the box may promise an increase: that is no convergence.
            if self.finishing || promised.abs() <= 1e-15 * value {
                return Some(Termination::Rounding);
            }
            previous_trial_worse = true;
            self.damping = (self.damping * 8.0).max(1e-3);
            if self.damping > 1e14 {
                return Some(if promised.abs() <= 1e-10 * value {
                    Termination::Rounding
                } else {
                    Termination::Stalled
                });
            }
        }
    }

    /// The decrease that the quadratic model promises for the clamped step.
    fn promise(&self, newton: bool, n: usize) -> f64 {
        let source = if newton { &self.here.hessian } else { &self.here.majorant };
        let mut linear = 0.0;
        let mut quadratic = 0.0;
        for &i in &self.free {
            let si = self.trial[i] - self.q[i];
            linear -= self.here.gradient[i] * si;
            for &j in &self.free {
                let entry = if i >= j { source[i * n + j] } else { source[j * n + i] };
                quadratic += si * entry * (self.trial[j] - self.q[j]);
            }
        }
        linear - 0.5 * quadratic
    }

    /// The answer as it stands.
    pub fn solution(&self, termination: Termination) -> Solution {
        Solution { q: self.q.clone(), value: self.here.value, termination, evaluations: self.evaluations }
    }
}

/// Runs to the end from one start, reusing the room in `newton`: the loop that a bootstrap runs
/// thousands of times. [`super::executor`] runs the same step under argmin.
pub fn minimise(problem: &dyn Problem, q: &[f64], newton: &mut Newton) -> Termination {
    if !newton.start(problem, q) {
        return Termination::BadStart;
    }
    loop {
        if let Some(termination) = newton.step(problem) {
            return termination;
        }
    }
}
