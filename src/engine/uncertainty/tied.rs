//! How well groups that share parameters determine what they share, what is their own, and what
//! their next run may measure: by the classical price of all rows together, to first order.

use super::discrepancy::NewRun;
use super::mixture::Mixture;
use super::profile::{Pricer, classical};
use crate::base::objective::Residual;
use crate::engine::fit::certificate::at_bound;
use crate::engine::fit::problem::Binding;
use crate::engine::fit::tied::Tied;
use crate::law::Transform;
use nalgebra::DVector;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Step of central differences, in the solver's variables.
const STEP: f64 = 1e-5;

/// Prices of a tied fit.
pub struct TiedSpread<'a> {
    tied: &'a Tied,
    pricer: Pricer,
    /// Parameters of each group that stand on a bound.
    bound: Vec<Vec<usize>>,
}

impl<'a> TiedSpread<'a> {
    /// `None` without degrees of freedom.
    pub fn new(tied: &'a Tied) -> Option<Self> {
        let loss = tied.setups.first()?.objective.loss;
        let pricer = classical(&tied.derivatives(), loss, tied.free())?;
        let bound = tied.setups.iter().zip(&tied.theta).map(|(setup, theta)| at_bound(setup, theta)).collect();
        Some(Self { tied, pricer, bound })
    }

    /// The t that covers `level`, of n − p degrees of freedom.
    fn t(&self, level: f64) -> Option<f64> {
        Some(StudentsT::new(0.0, 1.0, self.pricer.freedom()).ok()?.inverse_cdf(0.5 * (1.0 + level)))
    }

    /// The interval of a group's parameter, on the scale that the solver moves it on. `None` if it is
    /// held, stands on a bound, or is not determined.
    pub fn parameter(&self, group: usize, j: usize, level: f64) -> Option<(f64, f64)> {
        let Binding::Free(v, transform) = self.tied.setups[group].bindings[j] else { return None };
        if self.bound[group].contains(&j) {
            return None;
        }
        let at = self.tied.places[group][v];
        let mut g = DVector::zeros(self.tied.free());
        g[at] = 1.0;
        let reach = self.t(level)? * self.pricer.price(&g)?.variance.sqrt();
        let back = |q: f64| match transform {
            Transform::Identity => q,
            Transform::Log => q.exp(),
        };
        let ends = (back(self.tied.q[at] - reach), back(self.tied.q[at] + reach));
        (ends.0.is_finite() && ends.1.is_finite()).then_some(ends)
    }

    /// ln of a group's next measurement at inputs in card order: N(ln ŷ, V + s²). `None` if residuals
    /// are not logarithms, or the rows do not determine it.
    pub fn forecast(&self, group: usize, x: &[f64]) -> Option<Mixture> {
        let setup = &self.tied.setups[group];
        if !matches!(setup.objective.residual, Residual::Log) {
            return None;
        }
        let problem = setup.problem();
        let ln = |q: &[f64]| self.tied.law.predict(x, &problem.theta(&self.tied.own(group, q))).ln();
        let centre = Some(ln(&self.tied.q)).filter(|v| v.is_finite())?;
        let mut g = DVector::zeros(self.tied.free());
        let mut q = self.tied.q.clone();
        let held: Vec<usize> = self.bound[group].iter().filter_map(|&j| self.variable(group, j)).collect();
        for &i in self.tied.places[group].iter().filter(|i| !held.contains(i)) {
            let h = STEP * q[i].abs().max(1.0);
            let middle = q[i];
            q[i] = middle + h;
            let above = ln(&q);
            q[i] = middle - h;
            g[i] = (above - ln(&q)) / (2.0 * h);
            q[i] = middle;
        }
        let variance = self.pricer.price(&g)?.variance;
        let noise = self.tied.noise.unwrap_or(0.0);
        Some(Mixture::normal(centre, variance.sqrt().hypot(noise)))
    }

    /// The same as an interval, by Student's t.
    pub fn new_run(&self, group: usize, x: &[f64], level: f64) -> Option<NewRun> {
        let ln = self.forecast(group, x)?;
        let part = ln.0.first()?;
        let reach = self.t(level)? * part.sd;
        Some(NewRun { median: part.mean.exp(), lower: (part.mean - reach).exp(), upper: (part.mean + reach).exp() })
    }

    fn variable(&self, group: usize, j: usize) -> Option<usize> {
        match self.tied.setups[group].bindings[j] {
            Binding::Free(v, _) => Some(self.tied.places[group][v]),
            Binding::Fixed(_) => None,
        }
    }
}
