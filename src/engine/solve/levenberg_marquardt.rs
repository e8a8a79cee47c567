//! Levenberg and Marquardt's method in a box: Gauss–Newton steps, damped as far as they have to be.
//!
//! Each iteration solves (M + λ D²) s = −g, M the majorant of the Hessian, which takes first
//! derivatives only: where those are cheap and second ones dear, as of dozens of parameters on
//! thousands of rows, many such steps cost less than one of Newton's. D² is the diagonal of the
//! majorant, with a memory. A variable whose step leaves the box stops at its bound, and the others
//! are solved for again, so that many active bounds cost no iterations. λ follows the ratio of the
//! actual decrease to the promised one (Nielsen 1999, *Damping parameter in Marquardt's method*).

use super::{Evaluation, Iteration, Options, Problem, Solution, Termination, cholesky};
use crate::base::real::Order;

/// Damping from which on a step is as good as undamped.
const FREE: f64 = 1e-4;
/// Damping at which no step is left.
const STUCK: f64 = 1e18;
/// Steps in a row that remove next to nothing, before giving up.
const CRAWL: usize = 8;

/// The state of one solve. [`Iteration::step`] does one iteration.
#[derive(Debug)]
pub struct LevenbergMarquardt {
    q: Vec<f64>,
    here: Evaluation,
    evaluations: usize,
    options: Options,
    damping: f64,
    growth: f64,
    crawled: usize,
    scale: Vec<f64>,
    trial: Vec<f64>,
    there: Evaluation,
    matrix: Vec<f64>,
    right: Vec<f64>,
    step: Vec<f64>,
    free: Vec<usize>,
}

impl LevenbergMarquardt {
    /// Room for n variables; [`Iteration::start`] sets it off.
    pub fn new(n: usize, options: Options) -> Self {
        Self {
            q: vec![0.0; n],
            here: Evaluation::new(n),
            evaluations: 0,
            options,
            damping: 0.0,
            growth: 2.0,
            crawled: 0,
            scale: vec![0.0; n],
            trial: vec![0.0; n],
            there: Evaluation::new(n),
            matrix: vec![0.0; n * n],
            right: vec![0.0; n],
            step: vec![0.0; n],
            free: Vec::with_capacity(n),
        }
    }

    /// D²: the diagonal of the majorant, fading by a tenth a step at most.
    fn rescale(&mut self) {
        let n = self.q.len();
        for (i, scale) in self.scale.iter_mut().enumerate() {
            *scale = (0.9 * *scale).max(self.here.majorant[i * n + i]);
        }
    }

    /// Solves for the step of the free variables, those that are held keeping theirs. False if the
    /// matrix is not positive definite.
    fn solve(&mut self) -> bool {
        let (n, m) = (self.q.len(), self.free.len());
        for (a, &i) in self.free.iter().enumerate() {
            for (b, &j) in self.free[..=a].iter().enumerate() {
                self.matrix[a * m + b] = self.here.majorant[i * n + j];
            }
            let scale = if self.scale[i] > 0.0 { self.scale[i] } else { 1.0 };
            self.matrix[a * m + a] += self.damping * scale;
            let held = (0..n).filter(|j| !self.free.contains(j) && self.step[*j] != 0.0);
            let moved: f64 = held.map(|j| self.here.majorant[i * n + j] * self.step[j]).sum();
            self.right[a] = -(self.here.gradient[i] + moved);
        }
        if !cholesky::factorise(&mut self.matrix, m) {
            return false;
        }
        cholesky::solve(&self.matrix, m, &mut self.right[..m]);
        for (a, &i) in self.free.iter().enumerate() {
            self.step[i] = self.right[a];
        }
        true
    }

    /// Puts the step within the box into `step`. False if it cannot be solved for.
    fn box_step(&mut self, problem: &dyn Problem) -> bool {
        let bounds = problem.bounds();
        self.free.clear();
        self.step.fill(0.0);
        for (i, &(low, high)) in bounds.iter().enumerate() {
            let g = self.here.gradient[i];
            if !((self.q[i] <= low && g > 0.0) || (self.q[i] >= high && g < 0.0)) {
                self.free.push(i);
            }
        }
        while !self.free.is_empty() {
            if !self.solve() {
                return false;
            }
            let before = self.free.len();
            let (q, step) = (&self.q, &mut self.step);
            self.free.retain(|&i| {
                let (low, high) = bounds[i];
                let inside = q[i] + step[i] >= low && q[i] + step[i] <= high;
                step[i] = (q[i] + step[i]).clamp(low, high) - q[i];
                inside
            });
            if self.free.len() == before {
                return true;
            }
        }
        true
    }

    /// The decrease that the model promises for the step.
    fn promise(&self) -> f64 {
        let n = self.q.len();
        let row = |i: usize| -> f64 { (0..n).map(|j| self.here.majorant[i * n + j] * self.step[j]).sum() };
        (0..n).map(|i| -self.step[i] * (self.here.gradient[i] + 0.5 * row(i))).sum()
    }
}

impl Iteration for LevenbergMarquardt {
    const NAME: &'static str = "Levenberg-Marquardt in a box";

    fn start(&mut self, problem: &dyn Problem, q: &[f64]) -> bool {
        for (i, &(low, high)) in problem.bounds().iter().enumerate() {
            self.q[i] = q[i].clamp(low, high);
        }
        self.evaluations = 1;
        self.damping = self.options.damping;
        (self.growth, self.crawled) = (2.0, 0);
        self.scale.fill(0.0);
        let finite = problem.evaluate(&self.q, Order::Majorant, &mut self.here);
        self.rescale();
        finite
    }

    /// Steps until one decreases the objective.
    fn step(&mut self, problem: &dyn Problem) -> Option<Termination> {
        if self.here.value.abs() <= self.options.exact {
            return Some(Termination::Exact);
        }
        loop {
            if self.evaluations >= self.options.budget {
                return Some(Termination::Budget);
            }
            let value = self.here.value.abs();
            let solved = self.box_step(problem);
            let promised = if solved { self.promise() } else { f64::NAN };
            let small = solved && promised <= self.options.tolerance * value;
            if small && self.damping <= FREE {
                return Some(Termination::Newton);
            }
            let mut actual = f64::NAN;
            if solved && promised > 0.0 {
                for (i, &(low, high)) in problem.bounds().iter().enumerate() {
                    self.trial[i] = (self.q[i] + self.step[i]).clamp(low, high);
                }
                self.evaluations += 1;
                if problem.evaluate(&self.trial, Order::Majorant, &mut self.there) {
                    actual = self.here.value - self.there.value;
                }
            }
            if actual > 0.0 {
                let ratio = actual / promised;
                self.damping *= (1.0 - (2.0 * ratio - 1.0).powi(3)).max(1.0 / 3.0);
                self.growth = 2.0;
                std::mem::swap(&mut self.q, &mut self.trial);
                std::mem::swap(&mut self.here, &mut self.there);
                self.rescale();
                self.crawled = if actual <= 1e-13 * value { self.crawled + 1 } else { 0 };
                return (self.crawled >= CRAWL).then_some(Termination::Rounding);
            }
            if self.damping > STUCK || (small && self.damping > 1.0) {
                return Some(if small { Termination::Rounding } else { Termination::Stalled });
            }
            self.damping = (self.damping * self.growth).max(1e-12);
            self.growth = (2.0 * self.growth).min(1e3);
        }
    }

    fn point(&self) -> (&[f64], f64) {
        (&self.q, self.here.value)
    }

    fn solution(&self, termination: Termination) -> Solution {
        Solution { q: self.q.clone(), value: self.here.value, termination, evaluations: self.evaluations }
    }
}
