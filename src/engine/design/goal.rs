//! What runs are to tell about.

use super::belief::Linear;
use super::fitted::{Fitted, logarithms};
use super::select::Aim;
use crate::engine::optimum::{Choice, optimum, quick_optimum};
use crate::engine::uncertainty::identifiability::{EXPONENT, OPTIMUM, is_exponent};
use crate::law::Law;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Share of the allowed width that a design for identifiability aims at: the width found is not quite
/// the one foretold.
const MARGIN: f64 = 0.8;

/// A target.
#[derive(Clone, Debug, PartialEq)]
pub enum Goal {
    /// An input (card order) at the optimum of a budget, other inputs fixed by symbol.
    Optimum {
        /// Which input.
        input: usize,
        /// The budget, in the unit of the law's cost.
        budget: f64,
        /// Inputs that the optimum does not choose.
        fixed: Vec<(String, f64)>,
    },
    /// The output there.
    BestOutput {
        /// The budget.
        budget: f64,
        /// Inputs that the optimum does not choose.
        fixed: Vec<(String, f64)>,
    },
    /// The output at a point, card order.
    Output(Vec<f64>),
    /// A parameter, card order.
    Parameter(usize),
    /// All parameters together.
    Parameters,
    /// That the verdict on the fit becomes "well determined": exponents, and the first optimal input at
    /// this budget (ten times the dearest row's), other inputs fixed.
    Identifiability {
        /// The budget.
        budget: f64,
        /// Inputs that the optimum does not choose.
        fixed: Vec<(String, f64)>,
    },
}

/// A goal as linear quantities.
#[derive(Clone, Debug, PartialEq)]
pub struct Targets {
    /// On the logarithm where the quantity is positive.
    pub linear: Vec<Linear>,
    /// What is to become small.
    pub aim: Aim,
    /// Variances that are enough, if any are.
    pub enough: Option<Vec<f64>>,
}

impl Targets {
    /// Whether the variances are enough.
    pub fn is_met(&self, variance: &[f64]) -> bool {
        self.enough.as_ref().is_some_and(|enough| variance.iter().zip(enough).all(|(v, most)| v <= most))
    }
}

/// A number that a goal is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// An input at the optimum of a budget.
    Optimum(usize, f64, Vec<(String, f64)>),
    /// The output there.
    BestOutput(f64, Vec<(String, f64)>),
    /// The output at a point.
    Output(Vec<f64>),
    /// A parameter.
    Parameter(usize),
}

impl Asked {
    /// Its value; NaN where there is none.
    pub fn value(&self, law: &dyn Law, theta: &[f64]) -> f64 {
        let spent = |budget: f64, fixed: &[(String, f64)], of: &dyn Fn(Choice) -> f64| {
            quick_optimum(law, theta, None, budget, fixed).map_or(f64::NAN, of)
        };
        match self {
            Self::Optimum(input, budget, fixed) => spent(*budget, fixed, &|choice| choice.x[*input]),
            Self::BestOutput(budget, fixed) => spent(*budget, fixed, &|choice| choice.output),
            Self::Output(x) => law.predict(x, theta),
            Self::Parameter(j) => theta[*j],
        }
    }

    /// The same on the scale that intervals are measured on: its logarithm if it is positive at the
    /// answer.
    pub fn scaled(&self, fitted: &Fitted, theta: &[f64]) -> f64 {
        let value = self.value(fitted.law(), theta);
        if self.is_positive(fitted) { value.ln() } else { value }
    }

    /// Whether it is positive at the answer.
    pub fn is_positive(&self, fitted: &Fitted) -> bool {
        self.value(fitted.law(), fitted.theta()) > 0.0
    }

    /// Where the output is asked for, so that what the law leaves out counts.
    pub(super) fn place(&self, fitted: &Fitted) -> Option<Vec<f64>> {
        match self {
            Self::Output(x) => Some(x.clone()),
            Self::BestOutput(budget, fixed) => {
                Some(optimum(fitted.law(), fitted.theta(), None, *budget, fixed).ok()?.x)
            }
            _ => None,
        }
    }

    fn linear(&self, fitted: &Fitted) -> Option<Linear> {
        // At the optimum the output's slope in the inputs does not count.
        let at = self.place(fitted);
        let gradient = match &at {
            Some(x) => fitted.point(x)?.gradient,
            None => fitted.gradient(&|theta| self.scaled(fitted, theta))?,
        };
        let moves = gradient.iter().any(|v| *v != 0.0);
        moves.then(|| Linear { gradient, at: at.and_then(|x| logarithms(&x)) })
    }
}

impl Goal {
    /// The numbers that it is about, at a fit.
    pub fn asked(&self, fitted: &Fitted) -> Vec<Asked> {
        let card = fitted.law().card();
        let moving = || fitted.moving.1.0.iter().filter_map(|group| group.first().copied());
        match self {
            Self::Optimum { input, budget, fixed } => vec![Asked::Optimum(*input, *budget, fixed.clone())],
            Self::BestOutput { budget, fixed } => vec![Asked::BestOutput(*budget, fixed.clone())],
            Self::Output(x) => vec![Asked::Output(x.clone())],
            Self::Parameter(j) => vec![Asked::Parameter(*j)],
            Self::Parameters => moving().map(Asked::Parameter).collect(),
            Self::Identifiability { budget, fixed } => {
                let exponents = moving().filter(|&j| is_exponent(&card.params[j]) && fitted.theta()[j] > 0.0);
                let mut asked: Vec<Asked> = exponents.map(Asked::Parameter).collect();
                let first = card.allocation.as_ref().and_then(|a| a.free.first()).and_then(|s| card.input(s));
                let best = optimum(fitted.law(), fitted.theta(), None, *budget, fixed);
                if let (Some(input), Ok(choice)) = (first, best)
                    && !choice.at_edge
                {
                    asked.push(Asked::Optimum(input, *budget, fixed.clone()));
                }
                asked
            }
        }
    }

    /// The same as linear quantities. `None` where none of them depends on what the rows move.
    pub fn targets(&self, fitted: &Fitted) -> Option<Targets> {
        let asked = self.asked(fitted);
        let linear: Vec<Linear> = asked.iter().map(|one| one.linear(fitted)).collect::<Option<_>>()?;
        if linear.is_empty() {
            return None;
        }
        match self {
            Self::Parameters => Some(Targets { linear, aim: Aim::Determinant, enough: None }),
            Self::Identifiability { .. } => {
                let freedom = fitted.setup.rows.len().saturating_sub(fitted.setup.free()).max(1);
                let t = StudentsT::new(0.0, 1.0, freedom as f64).ok()?.inverse_cdf(0.975);
                let most = |one: &Asked| if matches!(one, Asked::Parameter(_)) { EXPONENT } else { OPTIMUM };
                let enough: Vec<f64> = asked.iter().map(|one| (MARGIN * most(one).ln() / (2.0 * t)).powi(2)).collect();
                let weights = enough.iter().map(|v| 1.0 / v).collect();
                Some(Targets { linear, aim: Aim::Variance(weights), enough: Some(enough) })
            }
            _ => Some(Targets { linear, aim: Aim::Variance(vec![1.0]), enough: None }),
        }
    }
}
