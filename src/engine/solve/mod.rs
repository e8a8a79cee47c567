//! Minimisation, knowing no law and no data.
//!
//! A [`Problem`] gives its value, gradient, Hessian and a positive semidefinite majorant of the
//! Hessian in one evaluation. Solvers end with a named [`Termination`], always within their
//! evaluation budget, and never return a point worse than the one they were given.

pub mod cholesky;
pub mod executor;
pub mod free_scale;
pub mod least_absolute;
pub mod levenberg_marquardt;
pub mod newton;
pub mod projection;
pub mod quasi_newton;

pub use levenberg_marquardt::LevenbergMarquardt;
pub use newton::{Newton, Options};
pub use quasi_newton::QuasiNewton;

use crate::base::real::Order;
use crate::base::word::Word;
use serde::{Deserialize, Serialize};

/// A function to be minimised within a box.
pub trait Problem {
    /// Number of variables.
    fn dimension(&self) -> usize;
    /// Lower and upper bounds; infinite where there is none.
    fn bounds(&self) -> &[(f64, f64)];
    /// Evaluates at `q` up to `order` into `out`; the Hessian means something at
    /// [`Order::Second`] only, the majorant not at [`Order::First`]. False if anything that was asked for is not
    /// finite; `out` then means nothing.
    fn evaluate(&self, q: &[f64], order: Order, out: &mut Evaluation) -> bool;
}

/// A problem at one point.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// The objective.
    pub value: f64,
    /// Its gradient.
    pub gradient: Vec<f64>,
    /// Its Hessian, n × n row by row.
    pub hessian: Vec<f64>,
    /// A positive semidefinite matrix that stands in for the Hessian where that is indefinite:
    /// Gauss–Newton, reweighted.
    pub majorant: Vec<f64>,
}

impl Evaluation {
    /// Room for n variables.
    pub fn new(n: usize) -> Self {
        Self { value: f64::NAN, gradient: vec![0.0; n], hessian: vec![0.0; n * n], majorant: vec![0.0; n * n] }
    }
}

/// A method that goes from point to point, none worse than the one before.
pub trait Iteration {
    /// Name in words.
    const NAME: &'static str;
    /// Evaluates the start, moved into the box. False if it is not finite there.
    fn start(&mut self, problem: &dyn Problem, q: &[f64]) -> bool;
    /// One iteration. `Some` when it is over.
    fn step(&mut self, problem: &dyn Problem) -> Option<Termination>;
    /// The point in hand and the objective there.
    fn point(&self) -> (&[f64], f64);
    /// The answer as it stands.
    fn solution(&self, termination: Termination) -> Solution;
}

/// Runs to the end from one start, reusing the room in `method`: the loop that a bootstrap runs
/// thousands of times. [`executor::run`] runs the same steps under argmin.
pub fn minimise(problem: &dyn Problem, q: &[f64], method: &mut impl Iteration) -> Termination {
    if !method.start(problem, q) {
        return Termination::BadStart;
    }
    loop {
        if let Some(termination) = method.step(problem) {
            return termination;
        }
    }
}

/// A point moved into the box.
fn inside(problem: &dyn Problem, q: &[f64]) -> Vec<f64> {
    q.iter().zip(problem.bounds()).map(|(v, (low, high))| v.clamp(*low, *high)).collect()
}

/// Which method minimises a smooth objective.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// [`Newton`]: second derivatives in a trust region.
    #[default]
    Newton,
    /// [`QuasiNewton`]: gradients, the curvature learnt on the way.
    QuasiNewton,
    /// The parameters in which the law is linear are eliminated, [`Newton`] moves the others.
    VariableProjection,
}

impl Method {
    /// Every method, the default first.
    pub const ALL: [Self; 3] = [Self::Newton, Self::QuasiNewton, Self::VariableProjection];
    /// Name as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Newton => "newton",
            Self::QuasiNewton => "quasi-newton",
            Self::VariableProjection => "variable-projection",
        }
    }
}

impl Word for Method {
    const WHAT: &'static str = "solver";
    const ALL: &'static [Self] = &Self::ALL;
    fn name(self) -> &'static str {
        self.name()
    }
}

impl std::str::FromStr for Method {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::read(text)
    }
}

/// Which criterion ended a solve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Termination {
    /// One more Newton step would remove less than 1e-13 of the objective; it was taken.
    Newton,
    /// No decrease is representable any more, and the gradient is as small as rounding lets it be.
    Rounding,
    /// The objective is zero to rounding: the data are matched exactly.
    Exact,
    /// Optimality of a nonsmooth problem: multipliers within their bounds.
    Multipliers,
    /// Within 1e-8 of a minimum of the absolute loss, by the bound that its smoothing gives.
    Gap,
    /// No step decreases the objective, yet the gradient is not small.
    Stalled,
    /// The evaluation budget is used up.
    Budget,
    /// The start itself cannot be evaluated.
    BadStart,
    /// The curvature vanishes in some direction and the variables run away.
    Flat,
}

impl Termination {
    /// Whether it is a criterion of convergence.
    pub fn converged(self) -> bool {
        matches!(self, Self::Newton | Self::Rounding | Self::Exact | Self::Multipliers | Self::Gap)
    }
    /// In words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Newton => "converged: one more Newton step would remove less than 1e-13 of the objective",
            Self::Rounding => "converged: no further decrease is representable",
            Self::Exact => "converged: the data are matched exactly",
            Self::Multipliers => "converged: optimality conditions of the absolute loss hold",
            Self::Gap => "converged: within 1e-8 of a minimum of the absolute loss",
            Self::Stalled => "stalled: no step decreases the objective, yet the gradient is not small",
            Self::Budget => "stopped: evaluation budget used up",
            Self::BadStart => "not started: the objective is not finite at the start",
            Self::Flat => "ran away: the objective is flat in some direction",
        }
    }
}

/// Where a solve ended.
#[derive(Clone, Debug)]
pub struct Solution {
    /// The best point met.
    pub q: Vec<f64>,
    /// The objective there.
    pub value: f64,
    /// Why it ended.
    pub termination: Termination,
    /// Evaluations of the objective with derivatives.
    pub evaluations: usize,
}
