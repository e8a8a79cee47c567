//! A trust-region Newton method in a box.
//!
//! Each step minimises a quadratic model within an ellipsoid ‖D s‖ ≤ Δ: it solves
//! (K + λ D²) s = −g with the least λ ≥ 0 that keeps the step inside. K is the Hessian or its
//! majorant (reweighted Gauss–Newton), whichever foretold the last change better. D² is the diagonal
//! of the majorant, with a memory, which makes the iterates independent of the units of the
//! variables. Near the minimum λ is 0 and the step is Newton's own, so a warm start converges in a
//! handful of evaluations; far away it is Levenberg and Marquardt's. Variables at a bound that the
//! gradient pushes outward are held.

use super::{Evaluation, Iteration, Problem, Solution, Termination, cholesky};
use crate::base::real::Order;

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Evaluations allowed.
    pub budget: usize,
    /// Fraction of the objective that a further step must promise to go on.
    pub tolerance: f64,
    /// Damping of the first step, whose length is the first radius: 0 for a warm start, which is not
    /// restricted, 1e-3 from afar.
    pub damping: f64,
    /// Objective at which the data count as matched exactly.
    pub exact: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { budget: 1_000, tolerance: 1e-13, damping: 1e-3, exact: 0.0 }
    }
}

/// The state of one solve. [`Iteration::step`] does one iteration.
#[derive(Debug)]
pub struct Newton {
    /// Current point, the best so far.
    pub q: Vec<f64>,
    /// The problem there.
    pub here: Evaluation,
    /// Evaluations so far.
    pub evaluations: usize,
    options: Options,
    radius: Option<f64>,
    scale: Vec<f64>,
    majorised: bool,
    collapses: usize,
    released: bool,
    trial: Vec<f64>,
    there: Evaluation,
    matrix: Vec<f64>,
    step: Vec<f64>,
    work: Vec<f64>,
    free: Vec<usize>,
    finishing: bool,
}

impl Newton {
    /// Room for n variables; [`Iteration::start`] sets it off.
    pub fn new(n: usize, options: Options) -> Self {
        Self {
            q: vec![0.0; n],
            here: Evaluation::new(n),
            evaluations: 0,
            options,
            radius: None,
            scale: vec![0.0; n],
            majorised: false,
            collapses: 0,
            released: false,
            trial: vec![0.0; n],
            there: Evaluation::new(n),
            matrix: vec![0.0; n * n],
            step: vec![0.0; n],
            work: vec![0.0; n],
            free: Vec::with_capacity(n),
            finishing: false,
        }
    }

    /// Allows so many evaluations from the next start on.
    pub fn restrict(&mut self, budget: usize) {
        self.options.budget = budget;
    }

    /// The options it was made with.
    pub fn options(&self) -> Options {
        self.options
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

    /// D² at the point in hand: the diagonal of the majorant, but fading by a tenth a step at most,
    /// so that a variable that is losing its effect is not sent off to infinity.
    fn rescale(&mut self) {
        let n = self.q.len();
        for (i, scale) in self.scale.iter_mut().enumerate() {
            *scale = (0.9 * *scale).max(self.here.majorant[i * n + i]);
        }
    }

    /// D² of a variable; a variable without any effect so far is as good as any.
    fn scale(&self, i: usize) -> f64 {
        if self.scale[i] > 0.0 { self.scale[i] } else { 1.0 }
    }

    /// Factorises curvature + λ D² on the free variables. False if not positive definite.
    fn factorise(&mut self, hessian: bool, damping: f64) -> bool {
        let (n, m) = (self.q.len(), self.free.len());
        let source = if hessian { &self.here.hessian } else { &self.here.majorant };
        for (a, &i) in self.free.iter().enumerate() {
            for (b, &j) in self.free[..=a].iter().enumerate() {
                self.matrix[a * m + b] = source[i * n + j];
            }
        }
        if damping > 0.0 {
            for a in 0..m {
                self.matrix[a * m + a] += damping * self.scale(self.free[a]);
            }
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

    /// ‖D s‖.
    fn length(&self) -> f64 {
        self.free.iter().zip(&self.step).map(|(&i, s)| self.scale(i) * s * s).sum::<f64>().sqrt()
    }

    /// ‖L⁻¹ D² s‖², by which the length of the step falls with λ.
    fn steepness(&mut self) -> f64 {
        let m = self.free.len();
        for a in 0..m {
            let mut value = self.scale(self.free[a]) * self.step[a];
            for b in 0..a {
                value -= self.matrix[a * m + b] * self.work[b];
            }
            self.work[a] = value / self.matrix[a * m + a];
        }
        self.work[..m].iter().map(|w| w * w).sum()
    }

    /// Puts the minimiser of the model within the radius into `step`. Whether the radius restricts
    /// it; `None` if no damping makes the model convex.
    fn restricted_step(&mut self, hessian: bool) -> Option<bool> {
        let mut damping = if self.radius.is_none() { self.options.damping } else { 0.0 };
        while !self.factorise(hessian, damping) {
            // A direction without any effect: the least damping makes the rest solvable.
            damping = (damping * 10.0).max(1e-12);
            if damping > 1e20 {
                return None;
            }
        }
        self.solve_step();
        let mut length = self.length();
        let Some(radius) = self.radius else {
            self.radius = Some(length);
            return Some(true);
        };
        if length <= radius {
            return Some(false);
        }
        let (mut low, mut high) = (damping, f64::INFINITY);
        for _ in 0..16 {
            let next = damping + length * length / self.steepness() * (length - radius) / radius;
            damping = match () {
                () if next > low && next < high => next,
                () if high.is_finite() => (low.max(1e-3 * high) * high).sqrt(),
                () => (low * 10.0).max(1e-12),
            };
            if self.factorise(hessian, damping) {
                self.solve_step();
                length = self.length();
                if (length - radius).abs() <= 0.1 * radius {
                    break;
                }
            }
            if length > radius { low = damping } else { high = damping }
        }
        Some(true)
    }

    /// Whether the trial takes away nearly all effect of a variable. From there no gradient leads
    /// back, however much the objective fell, so a shorter step is taken first.
    fn collapses(&self) -> bool {
        let n = self.q.len();
        self.free.iter().any(|&i| self.there.majorant[i * n + i] < 1e-6 * self.here.majorant[i * n + i])
    }

    /// What rounding of the data alone does to an objective of this size, by Cauchy and Schwarz.
    fn noise(&self) -> f64 {
        2.0 * (self.here.value.abs() * self.options.exact).sqrt()
    }

    /// ‖D⁻¹ g‖² on the free variables.
    fn slope(&self, at: &Evaluation) -> f64 {
        self.free.iter().map(|&i| at.gradient[i] * at.gradient[i] / self.scale(i)).sum()
    }

    /// A shorter radius, from the parabola through the value and slope here and the value there.
    fn shortened(&self, length: f64, actual: f64) -> f64 {
        let slope: f64 = self.free.iter().map(|&i| -self.here.gradient[i] * (self.trial[i] - self.q[i])).sum();
        // In this order NaN becomes the shorter.
        let factor = 0.5 * slope / (slope - actual);
        length * if factor.is_nan() { 0.1 } else { factor.clamp(0.1, 0.5) }
    }

    /// The decrease that the quadratic model promises for the clamped step.
    fn promise(&self, newton: bool) -> f64 {
        let n = self.q.len();
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
}

impl Iteration for Newton {
    const NAME: &'static str = "damped Newton in a box";

    fn start(&mut self, problem: &dyn Problem, q: &[f64]) -> bool {
        for (i, &(low, high)) in problem.bounds().iter().enumerate() {
            self.q[i] = q[i].clamp(low, high);
        }
        self.evaluations = 1;
        self.radius = if self.options.damping > 0.0 { None } else { Some(f64::INFINITY) };
        self.majorised = false;
        self.collapses = 0;
        self.released = false;
        self.finishing = false;
        self.scale.fill(0.0);
        let finite = problem.evaluate(&self.q, Order::Second, &mut self.here);
        self.rescale();
        finite
    }

    /// Steps until one decreases the objective.
    fn step(&mut self, problem: &dyn Problem) -> Option<Termination> {
        /// Steps at a time, and in one solve, that are shortened before giving up on it.
        const FAILURES: usize = 60;
        const COLLAPSES: usize = 20;
        if self.here.value.abs() <= self.options.exact {
            return Some(Termination::Exact);
        }
        self.hold_bounds(problem);
        if self.free.is_empty() {
            return Some(Termination::Newton);
        }
        let mut failures = 0;
        loop {
            if self.evaluations >= self.options.budget {
                return Some(Termination::Budget);
            }
            let newton = !self.majorised && self.factorise(true, 0.0);
            let Some(restricted) = self.restricted_step(newton) else { return Some(Termination::Flat) };
            let length = self.length();
            self.trial.copy_from_slice(&self.q);
            for (a, &i) in self.free.iter().enumerate() {
                let (low, high) = problem.bounds()[i];
                self.trial[i] = (self.q[i] + self.step[a]).clamp(low, high);
            }
            let promised = self.promise(newton);
            let value = self.here.value.abs();
            if promised <= self.options.tolerance * value && promised >= 0.0 && !restricted {
                if self.majorised {
                    // The last step is Newton's, wherever the Hessian allows it.
                    self.majorised = false;
                    if self.factorise(true, 0.0) {
                        continue;
                    }
                    self.majorised = true;
                }
                // Quadratic convergence: this last step squares an error that is already small.
                self.finishing = true;
            }
            self.evaluations += 1;
            let finite = problem.evaluate(&self.trial, Order::Second, &mut self.there);
            let actual = self.here.value - self.there.value;
            // Close to the minimum of small residuals the objective is mostly rounding; the
            // gradient still tells.
            let noise = self.noise();
            let near = !restricted && promised.abs() <= noise.max(1e-9 * value) && actual >= -noise.max(1e-10 * value);
            let flatter = near && self.slope(&self.there) < 0.25 * self.slope(&self.here);
            if finite && (actual > 0.0 || flatter || (self.finishing && actual >= -1e-13 * value)) {
                if !self.finishing && self.collapses < COLLAPSES && self.collapses() {
                    self.collapses += 1;
                    self.radius = Some(0.25 * length);
                    continue;
                }
                let other = self.promise(!newton);
                std::mem::swap(&mut self.q, &mut self.trial);
                std::mem::swap(&mut self.here, &mut self.there);
                if self.finishing {
                    return Some(Termination::Newton);
                }
                self.rescale();
                let [foretold, otherwise] = [promised, other].map(|promise| (promise - actual).abs());
                if otherwise < 0.3 * foretold {
                    self.majorised = newton;
                }
                let ratio = actual / promised;
                let radius = self.radius.unwrap_or(length);
                self.radius = Some(match ratio {
                    _ if ratio < 0.05 && !flatter => 0.5 * length,
                    _ if ratio > 0.75 && restricted => radius.max(3.0 * length),
                    _ => radius,
                });
                return None;
            }
            failures += 1;
            if self.finishing {
                return Some(Termination::Rounding);
            }
            if (0.0..=1e-15 * value).contains(&promised) || failures > FAILURES {
                let small = self.decrement(problem) * value <= self.noise().max(1e-10 * value);
                if small && !self.released {
                    // Near, but short of Newton's own step: that one has the last digits.
                    self.released = true;
                    self.majorised = false;
                    self.radius = Some(f64::INFINITY);
                    continue;
                }
                return Some(if small { Termination::Rounding } else { Termination::Stalled });
            }
            self.radius = Some(if finite { self.shortened(length, actual) } else { 0.1 * length });
        }
    }

    fn point(&self) -> (&[f64], f64) {
        (&self.q, self.here.value)
    }

    fn solution(&self, termination: Termination) -> Solution {
        Solution { q: self.q.clone(), value: self.here.value, termination, evaluations: self.evaluations }
    }
}
