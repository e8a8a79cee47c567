//! A quasi-Newton method in a box: Broyden, Fletcher, Goldfarb and Shanno's update, Powell's
//! damping, steps along the projected path.
//!
//! It asks for gradients only, except where it starts and where it believes to have arrived. It starts
//! from the reweighted Gauss–Newton matrix, so that the first step does not depend on the units of the
//! variables; on arrival the Hessian itself judges, and the last step is Newton's: what was learnt on
//! the way would leave half the digits. Variables at a bound that the gradient pushes outward are
//! held.

use super::{Evaluation, Iteration, Options, Problem, Solution, Termination, cholesky};
use crate::base::real::Order;

/// Decrease demanded of a step, as a fraction of the slope times its length.
const ARMIJO: f64 = 1e-4;
/// A step is lengthened while this much of the slope is left at its end.
const STEEP: f64 = 0.9;
/// Times in one solve that the curvature is taken afresh.
const RENEWALS: usize = 40;

/// The state of one solve. [`Iteration::step`] does one iteration.
#[derive(Debug)]
pub struct QuasiNewton {
    /// Current point.
    pub q: Vec<f64>,
    /// The problem there.
    pub here: Evaluation,
    options: Options,
    evaluations: usize,
    curvature: Vec<f64>,
    /// The curvature is that of this very point.
    fresh: bool,
    renewals: usize,
    trial: Vec<f64>,
    there: Evaluation,
    best: (Vec<f64>, Evaluation),
    matrix: Vec<f64>,
    direction: Vec<f64>,
    free: Vec<usize>,
}

impl QuasiNewton {
    /// Room for n variables; [`Iteration::start`] sets it off.
    pub fn new(n: usize, options: Options) -> Self {
        Self {
            q: vec![0.0; n],
            here: Evaluation::new(n),
            options,
            evaluations: 0,
            curvature: vec![0.0; n * n],
            fresh: false,
            renewals: 0,
            trial: vec![0.0; n],
            there: Evaluation::new(n),
            best: (vec![0.0; n], Evaluation::new(n)),
            matrix: vec![0.0; n * n],
            direction: vec![0.0; n],
            free: Vec::with_capacity(n),
        }
    }

    /// Takes the curvature afresh: the Gauss–Newton matrix or, on arrival, the Hessian where that is
    /// positive definite. False if it is not finite.
    fn renew(&mut self, problem: &dyn Problem, arrived: bool) -> bool {
        self.renewals += 1;
        self.evaluations += 1;
        let finite = problem.evaluate(&self.q, Order::Second, &mut self.here);
        self.curvature.copy_from_slice(&self.here.majorant);
        self.fresh = true;
        if arrived && finite {
            let (n, m) = (self.q.len(), self.free.len());
            for (a, &i) in self.free.iter().enumerate() {
                for (b, &j) in self.free[..=a].iter().enumerate() {
                    self.matrix[a * m + b] = self.here.hessian[i * n + j];
                }
            }
            if cholesky::factorise(&mut self.matrix, m) {
                self.curvature.copy_from_slice(&self.here.hessian);
            }
        }
        finite
    }

    /// The descent direction on the variables that may move, and the slope along it.
    fn descend(&mut self, problem: &dyn Problem) -> f64 {
        self.free.clear();
        for (i, &(low, high)) in problem.bounds().iter().enumerate() {
            let g = self.here.gradient[i];
            if !((self.q[i] <= low && g > 0.0) || (self.q[i] >= high && g < 0.0)) {
                self.free.push(i);
            }
        }
        loop {
            self.solve_direction();
            // A variable on its bound that the step, though not the gradient, pushes outward stays.
            let outward = self.free.iter().zip(&self.direction).position(|(&i, d)| {
                let (low, high) = problem.bounds()[i];
                (self.q[i] <= low && *d < 0.0) || (self.q[i] >= high && *d > 0.0)
            });
            match outward {
                Some(a) if self.free.len() > 1 => drop(self.free.remove(a)),
                _ => break,
            }
        }
        self.free.iter().zip(&self.direction).map(|(&i, d)| self.here.gradient[i] * d).sum()
    }

    /// Solves for the direction on the free variables.
    fn solve_direction(&mut self) {
        let n = self.q.len();
        let m = self.free.len();
        let mut damping = 0.0;
        loop {
            for (a, &i) in self.free.iter().enumerate() {
                for (b, &j) in self.free[..=a].iter().enumerate() {
                    self.matrix[a * m + b] = self.curvature[i * n + j];
                }
                let diagonal = self.curvature[i * n + i];
                self.matrix[a * m + a] += damping * if diagonal > 0.0 { diagonal } else { 1.0 };
            }
            if cholesky::factorise(&mut self.matrix, m) || damping > 1e10 {
                break;
            }
            damping = (damping * 10.0).max(1e-12);
        }
        for (a, &i) in self.free.iter().enumerate() {
            self.direction[a] = -self.here.gradient[i];
        }
        cholesky::solve(&self.matrix, m, &mut self.direction[..m]);
    }

    /// Evaluates the projection of q + t·d. The slope along d there, `None` if it is not finite.
    fn try_step(&mut self, problem: &dyn Problem, t: f64) -> Option<f64> {
        self.trial.copy_from_slice(&self.q);
        for (&i, d) in self.free.iter().zip(&self.direction) {
            let (low, high) = problem.bounds()[i];
            self.trial[i] = (self.q[i] + t * d).clamp(low, high);
        }
        self.evaluations += 1;
        let finite = problem.evaluate(&self.trial, Order::First, &mut self.there);
        finite.then(|| self.free.iter().zip(&self.direction).map(|(&i, d)| self.there.gradient[i] * d).sum())
    }

    /// A step that decreases the objective enough, into `best`. False if there is none.
    fn search(&mut self, problem: &dyn Problem, slope: f64) -> bool {
        // The Gauss–Newton step has a natural length; what updates have made of it is trusted too.
        let mut t = 1.0;
        let mut found = false;
        for _ in 0..60 {
            if self.evaluations >= self.options.budget {
                break;
            }
            let Some(there) = self.try_step(problem, t) else {
                if found {
                    break;
                }
                t *= 0.1;
                continue;
            };
            let change = self.there.value - self.here.value;
            // Where rounding hides the decrease, the slope at the end still shows it.
            let hidden = change.abs() <= 4.0 * f64::EPSILON * self.here.value.abs() && there.abs() <= 0.8 * slope.abs();
            let enough = change <= ARMIJO * t * slope || hidden;
            if found && (!enough || self.there.value >= self.best.1.value) {
                break;
            }
            if enough {
                std::mem::swap(&mut self.best.0, &mut self.trial);
                std::mem::swap(&mut self.best.1, &mut self.there);
                found = true;
                if there >= STEEP * slope || t > 1e6 {
                    break;
                }
                t *= 3.0;
            } else {
                // The parabola through value and slope here and the value there.
                let factor = 0.5 * slope / (slope - change / t);
                t *= if factor.is_nan() { 0.1 } else { factor.clamp(0.1, 0.5) };
            }
        }
        found
    }

    /// Moves to `best` and updates the curvature by the change of the gradient.
    fn accept(&mut self) {
        let n = self.q.len();
        let (to, there) = &mut self.best;
        let s: Vec<f64> = to.iter().zip(&self.q).map(|(a, b)| a - b).collect();
        let mut y: Vec<f64> = there.gradient.iter().zip(&self.here.gradient).map(|(a, b)| a - b).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let bs: Vec<f64> = (0..n).map(|i| dot(&self.curvature[i * n..(i + 1) * n], &s)).collect();
        let (sbs, sy) = (dot(&s, &bs), dot(&s, &y));
        if sbs > 0.0 && sbs.is_finite() {
            if sy < 0.2 * sbs {
                let share = 0.8 * sbs / (sbs - sy);
                y.iter_mut().zip(&bs).for_each(|(y, b)| *y = share * *y + (1.0 - share) * b);
            }
            let sy = dot(&s, &y);
            for i in 0..n {
                for j in 0..n {
                    self.curvature[i * n + j] += y[i] * y[j] / sy - bs[i] * bs[j] / sbs;
                }
            }
        }
        std::mem::swap(&mut self.q, to);
        std::mem::swap(&mut self.here, there);
        self.fresh = false;
    }
}

impl Iteration for QuasiNewton {
    const NAME: &'static str = "projected BFGS";

    fn start(&mut self, problem: &dyn Problem, q: &[f64]) -> bool {
        for (i, &(low, high)) in problem.bounds().iter().enumerate() {
            self.q[i] = q[i].clamp(low, high);
        }
        (self.evaluations, self.renewals) = (0, 0);
        self.renew(problem, false)
    }

    fn step(&mut self, problem: &dyn Problem) -> Option<Termination> {
        if self.here.value.abs() <= self.options.exact {
            return Some(Termination::Exact);
        }
        if self.evaluations >= self.options.budget {
            return Some(Termination::Budget);
        }
        let slope = self.descend(problem);
        if self.free.is_empty() {
            return Some(Termination::Newton);
        }
        let arrived = -0.5 * slope <= self.options.tolerance * self.here.value.abs();
        if arrived && !self.fresh && self.renewals < RENEWALS {
            return if self.renew(problem, true) { None } else { Some(Termination::Stalled) };
        }
        if slope.is_nan() || slope >= 0.0 {
            return Some(if slope == 0.0 { Termination::Rounding } else { Termination::Flat });
        }
        if arrived {
            // Too small for the objective to tell, but the gradient's digits are in it.
            let finite = self.try_step(problem, 1.0).is_some();
            if finite && self.there.value <= self.here.value + 1e-13 * self.here.value.abs() {
                std::mem::swap(&mut self.q, &mut self.trial);
                std::mem::swap(&mut self.here, &mut self.there);
                return Some(Termination::Newton);
            }
            return Some(Termination::Rounding);
        }
        if self.search(problem, slope) {
            self.accept();
            return None;
        }
        if self.evaluations >= self.options.budget {
            return Some(Termination::Budget);
        }
        if self.fresh || self.renewals >= RENEWALS {
            // What rounding of the data alone does to the objective, by Cauchy and Schwarz.
            let noise = 2.0 * (self.here.value.abs() * self.options.exact).sqrt();
            let small = -0.5 * slope <= noise.max(1e-10 * self.here.value.abs());
            return Some(if small { Termination::Rounding } else { Termination::Stalled });
        }
        if self.renew(problem, false) { None } else { Some(Termination::Stalled) }
    }

    fn point(&self) -> (&[f64], f64) {
        (&self.q, self.here.value)
    }

    fn solution(&self, termination: Termination) -> Solution {
        Solution { q: self.q.clone(), value: self.here.value, termination, evaluations: self.evaluations }
    }
}
