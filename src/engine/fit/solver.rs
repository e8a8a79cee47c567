//! Which solver a problem is given to, and what each needs of it.

use super::problem::{Binding, FitProblem};
use super::seeds::linear_parameters;
use super::{FitError, Setup, Spec};
use crate::base::objective::{Loss, Residual};
use crate::engine::solve::free_scale::FreeScale;
use crate::engine::solve::least_absolute::{Kinked, LeastAbsolute, RowTable};
use crate::engine::solve::projection::Projected;
use crate::engine::solve::{
    Iteration, Method, Newton, Options, Problem, QuasiNewton, Solution, Termination, executor, minimise,
};
use crate::law::Transform;
use nalgebra::DMatrix;
use std::sync::Arc;

/// Evaluations of the full problem that finish a projected one, at most.
const POLISH: usize = 12;

fn finished(problem: &dyn Problem, q: &[f64], mut method: impl Iteration) -> Solution {
    let termination = minimise(problem, q, &mut method);
    method.solution(termination)
}

/// What a search may cost, all starts together: evaluations times rows times pairs of parameters. A few
/// seconds at the most.
const SEARCH: usize = 30_000_000;
/// Second derivatives of this many parameters are taken at once, at a sixth of the price.
const AT_ONCE: usize = 6;
/// Evaluations that every start gets.
const FEWEST: usize = 200;

impl Setup {
    /// Evaluations for each of so many starts: as many as one solve gets, unless they are dear.
    pub(super) fn share(&self, starts: usize) -> usize {
        let parameters = self.bindings.len();
        let pairs = parameters * (parameters + 1) / 2;
        let price = self.rows.len() * if parameters <= AT_ONCE { pairs.div_ceil(6) } else { pairs };
        (SEARCH / (starts * price).max(1)).clamp(FEWEST, Options::default().budget)
    }

    /// Solves from one point in variables, on a problem made by [`Setup::problem`].
    pub fn solve(&self, problem: &FitProblem, q: &[f64], options: Options) -> Solution {
        let options = Options { exact: self.exact(), ..options };
        match (self.free_scale, self.method) {
            (Some(delta), _) => executor::free_scale(problem, q, delta, options),
            _ if self.objective.loss.is_kinked() => executor::least_absolute(problem, q, options),
            (_, Method::Newton) => executor::newton(problem, q, options),
            (_, Method::QuasiNewton) => executor::quasi_newton(problem, q, options),
            (_, Method::VariableProjection) => {
                self.project(problem, q, |projected, outer| executor::newton(projected, outer, options))
            }
        }
    }

    /// The same by the lean loop, reusing room.
    pub fn solve_in(&self, problem: &FitProblem, q: &[f64], newton: &mut Newton) -> Solution {
        if let Some(delta) = self.free_scale {
            return finished(problem, q, FreeScale::new(problem, delta, newton.options()));
        }
        if self.objective.loss.is_kinked() {
            return finished(problem, q, LeastAbsolute::new(problem, newton.options()));
        }
        let options = newton.options();
        match self.method {
            Method::Newton => {
                let termination = minimise(problem, q, newton);
                newton.solution(termination)
            }
            Method::QuasiNewton => finished(problem, q, QuasiNewton::new(q.len(), options)),
            Method::VariableProjection => self
                .project(problem, q, |projected, outer| finished(projected, outer, Newton::new(outer.len(), options))),
        }
    }

    /// Whether the loss brings its own solver.
    fn special(&self) -> bool {
        self.free_scale.is_some() || self.objective.loss.is_kinked()
    }

    /// Solves with the linear parameters projected out. They are moved on their natural scale, on
    /// which a squared objective is quadratic in them.
    fn project(&self, problem: &FitProblem, q: &[f64], solve: impl Fn(&dyn Problem, &[f64]) -> Solution) -> Solution {
        let mut bindings = self.bindings.to_vec();
        let mut bounds = self.bounds.to_vec();
        let mut quadratic = Vec::new();
        for j in linear_parameters(self) {
            if let Binding::Free(i, transform) = bindings[j] {
                if transform == Transform::Log {
                    let (low, high) = bounds[i];
                    bounds[i] = (
                        if low <= -690.0 { 0.0 } else { low.exp() },
                        if high >= 690.0 { f64::INFINITY } else { high.exp() },
                    );
                    bindings[j] = Binding::Free(i, Transform::Identity);
                }
                quadratic.push(i);
            }
        }
        let theta = problem.theta(q);
        let natural = problem.bound_otherwise(Arc::from(bindings), Arc::from(bounds));
        let start = natural.variables(&theta);
        let projected = Projected::new(&natural, quadratic, &start);
        let end = solve(&projected, &projected.outer(&start));
        let failed = || Solution { q: q.to_vec(), value: f64::NAN, termination: Termination::BadStart, evaluations: 1 };
        let Some(full) = projected.full(&end.q) else { return failed() };
        let back = problem.variables(&natural.theta(&full));
        let q: Vec<f64> = back.iter().zip(self.bounds.iter()).map(|(v, (low, high))| v.clamp(*low, *high)).collect();
        let end = Solution { q, evaluations: projected.evaluations(), ..end };
        // Coefficients that are only as good as one linear solve leave rounding in the gradient;
        // Newton's last steps on all variables take it out.
        let mut newton = Newton::new(
            self.free(),
            Options { damping: 0.0, budget: POLISH, exact: self.exact(), ..Options::default() },
        );
        let termination = minimise(problem, &end.q, &mut newton);
        let polished = newton.solution(termination);
        let evaluations = end.evaluations + polished.evaluations;
        let better = polished.termination.converged() && polished.value <= end.value * (1.0 + 1e-12);
        Solution { evaluations, ..if better { polished } else { end } }
    }

    /// Whether a chosen method applies.
    pub(super) fn check_method(&self, spec: &Spec) -> Result<(), FitError> {
        let refuse = |why: &str| {
            Err(FitError::SolverDoesNotApply {
                solver: self.method.name(),
                law: self.law.card().id.to_owned(),
                why: why.to_owned(),
            })
        };
        let squared = spec.objective.loss == Loss::Squared && spec.objective.residual == Residual::Raw;
        match self.method {
            Method::Newton => Ok(()),
            _ if self.special() => {
                refuse(&format!("the loss `{}` has a solver of its own", spec.objective.loss.name()))
            }
            Method::QuasiNewton => Ok(()),
            Method::VariableProjection if !squared => refuse("it needs squared loss on raw residuals"),
            Method::VariableProjection if !self.priors.is_empty() => refuse("it takes no priors"),
            Method::VariableProjection if linear_parameters(self).is_empty() => refuse("no free parameter is linear"),
            Method::VariableProjection => Ok(()),
        }
    }
}

/// Rounds of [`Setup::around`].
const ROUNDS: usize = 4;
/// Evaluations of one of its solves, which starts next to a minimum, and of all of them.
const NEXT: usize = 300;
const AROUND: usize = 12_000;

impl Setup {
    /// The absolute loss of a curved law has minima side by side, each held by as many rows as there
    /// are variables. From the best one found, each of those rows is let go of in turn, to either
    /// side, and the loss minimised from there; as long as that finds better.
    pub(super) fn around(&self, problem: &FitProblem, best: Solution) -> Solution {
        let n = best.q.len();
        let mut best = best;
        let spent = best.evaluations;
        for _ in 0..ROUNDS {
            let mut rows = RowTable::default();
            Kinked::rows(problem, &best.q, &mut rows);
            let mut order: Vec<usize> = (0..rows.residual.len()).collect();
            order.sort_by(|&a, &b| rows.residual[a].abs().total_cmp(&rows.residual[b].abs()));
            let typical = order.get(order.len() / 2).map_or(0.0, |&k| rows.residual[k].abs());
            let Some(held) = order.get(..n) else { return best };
            let matrix = DMatrix::from_fn(n, n, |a, i| rows.gradient[held[a] * n + i]);
            let Some(inverse) = matrix.try_inverse().filter(|m| m.iter().all(|v| v.is_finite())) else { return best };
            let before = best.value;
            for a in 0..n {
                for step in [typical, -typical] {
                    if best.evaluations > spent + AROUND {
                        return best;
                    }
                    let moved = best.q.iter().zip(self.bounds.iter()).enumerate();
                    let start: Vec<f64> =
                        moved.map(|(i, (q, (low, high)))| (q + step * inverse[(i, a)]).clamp(*low, *high)).collect();
                    let end = executor::least_absolute(
                        problem,
                        &start,
                        Options { exact: self.exact(), budget: NEXT, ..Options::default() },
                    );
                    let evaluations = best.evaluations + end.evaluations;
                    let better = end.termination.converged() && end.value < best.value;
                    best = Solution { evaluations, ..if better { end } else { best } };
                }
            }
            if best.value >= before * (1.0 - 1e-12) {
                break;
            }
        }
        best
    }
}
