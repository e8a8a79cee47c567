//! argmin, behind a guard: solvers run under its `Executor`, but cannot hang, panic or lose the
//! answer. Every objective call is counted against a budget; values that are not finite become a
//! large finite number before argmin's solvers, which do not check, can see them.

use super::free_scale::FreeScale;
use super::least_absolute::{Kinked, LeastAbsolute};
use super::{Iteration, Newton, Options, Problem, QuasiNewton, Solution, Termination};
use argmin::core::{
    CostFunction, Error, Executor, IterState, KV, Problem as Counted, Solver, State, TerminationReason,
    TerminationStatus,
};
use argmin::solver::brent::BrentOpt;
use argmin::solver::neldermead::NelderMead;
use std::cell::Cell;

/// Stands in for a value that is not finite: larger than any objective, small enough to average.
const WALL: f64 = 1e100;

struct Borrowed<'a>(&'a dyn Problem);

/// An [`Iteration`] as an argmin solver: each of argmin's iterations is one step of it.
struct Stepping<M> {
    method: M,
    start: Vec<f64>,
    ended: Option<Termination>,
}

type Steps = IterState<Vec<f64>, (), (), (), (), f64>;

impl<M: Iteration> Stepping<M> {
    fn report(&self, state: Steps) -> Steps {
        let (q, value) = self.method.point();
        state.param(q.to_vec()).cost(value)
    }
}

impl<'a, M: Iteration> Solver<Borrowed<'a>, Steps> for Stepping<M> {
    fn name(&self) -> &str {
        M::NAME
    }
    fn init(&mut self, problem: &mut Counted<Borrowed<'a>>, state: Steps) -> Result<(Steps, Option<KV>), Error> {
        let Self { method, start, .. } = self;
        if !problem.problem("evaluations", |p| Ok(method.start(p.0, start)))? {
            self.ended = Some(Termination::BadStart);
        }
        Ok((self.report(state), None))
    }
    fn next_iter(&mut self, problem: &mut Counted<Borrowed<'a>>, state: Steps) -> Result<(Steps, Option<KV>), Error> {
        let method = &mut self.method;
        self.ended = problem.problem("steps", |p| Ok(method.step(p.0)))?;
        Ok((self.report(state), None))
    }
    fn terminate(&mut self, _state: &Steps) -> TerminationStatus {
        match self.ended {
            None => TerminationStatus::NotTerminated,
            Some(t) if t.converged() => TerminationStatus::Terminated(TerminationReason::SolverConverged),
            Some(t) => TerminationStatus::Terminated(TerminationReason::SolverExit(t.describe().to_owned())),
        }
    }
}

/// Minimises by a method under argmin's executor. The same steps, hence the same bits, as
/// [`super::minimise`].
pub fn run(problem: &dyn Problem, start: &[f64], method: impl Iteration, options: Options) -> Solution {
    let solver = Stepping { method, start: start.to_vec(), ended: None };
    let run = Executor::new(Borrowed(problem), solver)
        .configure(|state| state.max_iters(options.budget as u64))
        .timer(false)
        .run();
    match run {
        Ok(result) => result.solver.method.solution(result.solver.ended.unwrap_or(Termination::Budget)),
        Err(_) => Solution { q: start.to_vec(), value: f64::NAN, termination: Termination::BadStart, evaluations: 0 },
    }
}

/// [`Newton`] by [`run`].
pub fn newton(problem: &dyn Problem, start: &[f64], options: Options) -> Solution {
    run(problem, start, Newton::new(start.len(), options), options)
}

/// [`QuasiNewton`] by [`run`].
pub fn quasi_newton(problem: &dyn Problem, start: &[f64], options: Options) -> Solution {
    run(problem, start, QuasiNewton::new(start.len(), options), options)
}

/// [`LeastAbsolute`] by [`run`].
pub fn least_absolute(problem: &dyn Kinked, start: &[f64], options: Options) -> Solution {
    run(problem, start, LeastAbsolute::new(problem, options), options)
}

/// [`FreeScale`] by [`run`].
pub fn free_scale(problem: &dyn Kinked, start: &[f64], delta: f64, options: Options) -> Solution {
    run(problem, start, FreeScale::new(problem, delta, options), options)
}

struct Guarded<F> {
    f: F,
    left: Cell<usize>,
}

impl<F> Guarded<F> {
    fn call<X: ?Sized>(&self, x: &X) -> f64
    where
        F: Fn(&X) -> f64,
    {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        let value = if left == 0 { WALL } else { (self.f)(x) };
        if value.is_finite() { value.min(WALL) } else { WALL }
    }
}

struct OneDimension<F>(Guarded<F>);
impl<F: Fn(&f64) -> f64> CostFunction for OneDimension<F> {
    type Param = f64;
    type Output = f64;
    fn cost(&self, x: &f64) -> Result<f64, Error> {
        Ok(self.0.call(x))
    }
}

struct ManyDimensions<F>(Guarded<F>);
impl<F: Fn(&[f64]) -> f64> CostFunction for ManyDimensions<F> {
    type Param = Vec<f64>;
    type Output = f64;
    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.0.call(x.as_slice()))
    }
}

/// Brent's method for a function of one variable between `low` and `high`: the point and the value
/// at a local minimum. `None` if nothing finite was met.
pub fn brent(f: impl Fn(f64) -> f64, low: f64, high: f64) -> Option<(f64, f64)> {
    let problem = OneDimension(Guarded { f: |x: &f64| f(*x), left: Cell::new(400) });
    let solver = BrentOpt::new(low, high).set_tolerance(f64::EPSILON.sqrt(), 1e-12);
    let result = Executor::new(problem, solver).configure(|s| s.max_iters(200)).timer(false).run().ok()?;
    let x = *result.state().get_best_param()?;
    let value = result.state().get_best_cost();
    (value < WALL).then_some((x, value))
}

/// Nelder and Mead's simplex from `start` with edges `scale`, restarted at its own answer until
/// that stops improving. `None` if nothing finite was met.
pub fn nelder_mead(f: impl Fn(&[f64]) -> f64, start: &[f64], scale: f64) -> Option<(Vec<f64>, f64)> {
    let mut best: Option<(Vec<f64>, f64)> = None;
    for round in 0..20 {
        let centre = best.as_ref().map_or_else(|| start.to_vec(), |(x, _)| x.clone());
        let edge = scale / f64::from(1 << (2 * round.min(8)));
        let mut simplex = vec![centre.clone()];
        for i in 0..centre.len() {
            let mut corner = centre.clone();
            corner[i] += edge;
            simplex.push(corner);
        }
        let problem = ManyDimensions(Guarded { f: |x: &[f64]| f(x), left: Cell::new(4_000) });
        let result = Executor::new(problem, NelderMead::new(simplex))
            .configure(|s| s.max_iters(2_000))
            .timer(false)
            .run()
            .ok()?;
        let (x, value) = (result.state().get_best_param()?.clone(), result.state().get_best_cost());
        if value >= WALL {
            return best;
        }
        let gain = best.as_ref().map_or(f64::INFINITY, |(_, old)| old - value);
        let size = value.abs();
        if gain > 0.0 {
            best = Some((x, value));
        }
        if gain <= 1e-15 * size {
            break;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brent_finds_the_minimum_and_survives_values_that_are_not_finite() {
        let (x, value) = brent(|x| (x - 2.0).powi(2) + 1.0, -10.0, 10.0).unwrap();
        assert!((x - 2.0).abs() < 1e-7 && (value - 1.0).abs() < 1e-14);
        assert!(brent(|_| f64::NAN, 0.0, 1.0).is_none());
        let (x, _) = brent(|x| if x < 1.0 { f64::NAN } else { x }, 0.0, 4.0).unwrap();
        assert!(x < 1.1);
    }

    #[test]
    fn nelder_mead_finds_rosenbrocks_minimum_and_survives_values_that_are_not_finite() {
        let f = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let (x, _) = nelder_mead(f, &[-1.2, 1.0], 0.5).unwrap();
        assert!((x[0] - 1.0).abs() < 1e-6 && (x[1] - 1.0).abs() < 1e-6);
        assert!(nelder_mead(|_| f64::INFINITY, &[0.0, 0.0], 1.0).is_none());
    }
}
