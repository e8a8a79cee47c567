//! Intervals: from a bootstrap where there is one, else from a covariance by the delta method. One
//! [`Uncertainty`] answers for parameters, derived quantities, predictions and optima alike, with
//! the same estimator for the point and for the interval.

pub mod bootstrap;
pub mod covariance;
pub mod interval;
pub mod subsample;

use crate::engine::fit::Fit;
use crate::law::{Card, Law, Transform};
use crate::record::{Estimate, Record};
use bootstrap::Bootstrap;
use covariance::Covariance;
use interval::{mean_and_sd, quantile};
use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Replicates used where every one costs a numeric optimisation or a whole curve.
pub const THINNED: usize = 400;
/// Fewer replicates than this give no interval.
const FEWEST: usize = 20;
/// Relative spread that is rounding, not variation.
const ROUNDING: f64 = 1e-12;

/// Parameters of a law and what is known about their uncertainty: of a fit in hand, of a saved
/// record, or of a published set (which has none).
#[derive(Clone)]
pub struct Uncertainty {
    /// The law.
    pub law: &'static dyn Law,
    /// Point estimate, card order.
    pub theta: Vec<f64>,
    /// Coverage aimed at.
    pub level: f64,
    /// Name of the method of the intervals.
    pub method: String,
    /// Bootstrap replicates of the parameters.
    pub replicates: Vec<Vec<f64>>,
    /// Replicates drawn and failed.
    pub drawn: (usize, usize),
    /// Covariance of the parameters, natural scale; used where there are no replicates.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// Parameters without a meaningful variance: at a bound, or along a flat direction.
    pub undetermined: Vec<usize>,
    /// n − p.
    pub degrees_of_freedom: usize,
    /// The unit of the output, where the rows have another than the law's card: bits/byte.
    pub output_unit: Option<String>,
}

/// What an estimate is of.
#[derive(Clone, Copy)]
pub struct Quantity<'a> {
    /// Symbol.
    pub symbol: &'a str,
    /// Meaning.
    pub meaning: &'a str,
    /// Unit.
    pub unit: &'a str,
}

impl Uncertainty {
    /// Of a fit, from a bootstrap, else from a covariance.
    pub fn of_fit(fit: &Fit, level: f64, bootstrap: Option<&Bootstrap>, covariance: Option<&Covariance>) -> Self {
        let undetermined = match covariance {
            Some(c) => fit.setup.parameters_of(&c.undetermined),
            None => Vec::new(),
        };
        Self {
            law: fit.setup.law,
            theta: fit.theta.clone(),
            level,
            method: match (bootstrap, covariance) {
                (Some(b), _) => format!("{}, percentile", b.method),
                (None, Some(c)) => format!("{}, delta method", c.kind.name()),
                (None, None) => "none".to_owned(),
            },
            replicates: bootstrap.map(|b| b.thetas.clone()).unwrap_or_default(),
            drawn: bootstrap.map_or((0, 0), |b| (b.drawn, b.failed)),
            covariance: covariance.map(|c| c.natural(fit)),
            undetermined,
            degrees_of_freedom: fit.setup.rows.len().saturating_sub(fit.setup.free()),
            output_unit: None,
        }
    }

    /// Of a saved record. `None` if its law is not registered.
    pub fn of_record(record: &Record) -> Option<Self> {
        Some(Self::of_record_of(crate::laws::find(&record.law.id)?, record))
    }

    /// Of a saved record of a given law, registered or a user's own.
    pub fn of_record_of(law: &'static dyn Law, record: &Record) -> Self {
        Self {
            law,
            theta: record.parameters.iter().map(|p| p.estimate).collect(),
            level: record.interval.level,
            method: record.interval.method.clone(),
            replicates: record.interval.sample.clone(),
            drawn: (record.interval.replicates, record.interval.failed),
            covariance: record.interval.covariance.clone(),
            undetermined: record.interval.undetermined.iter().filter_map(|s| law.card().param(s)).collect(),
            degrees_of_freedom: record.provenance.rows_used.saturating_sub(record.interval.free),
            output_unit: (record.law.output.unit != law.card().output.unit).then(|| record.law.output.unit.clone()),
        }
    }

    /// A parameter set without uncertainty.
    pub fn none(law: &'static dyn Law, theta: Vec<f64>) -> Self {
        Self {
            law,
            theta,
            level: 0.95,
            method: "none".to_owned(),
            replicates: Vec::new(),
            drawn: (0, 0),
            covariance: None,
            undetermined: Vec::new(),
            degrees_of_freedom: 0,
            output_unit: None,
        }
    }

    fn card(&self) -> &'static Card {
        self.law.card()
    }

    /// A unit of the card as these rows have it: what the law counts in its output's unit is in theirs.
    fn unit(&self, unit: &str) -> String {
        match &self.output_unit {
            Some(own) if unit == self.card().output.unit => own.clone(),
            _ => unit.to_owned(),
        }
    }

    /// At most [`THINNED`] replicates, evenly taken.
    pub fn thinned(&self) -> Vec<&Vec<f64>> {
        self.replicates.iter().step_by(self.replicates.len().div_ceil(THINNED).max(1)).collect()
    }

    /// The estimate of any function of the parameters.
    pub fn estimate(&self, quantity: Quantity, f: &(dyn Fn(&[f64]) -> f64 + Sync)) -> Estimate {
        let values: Vec<f64> = self.replicates.iter().map(|theta| f(theta)).collect();
        self.estimate_with(quantity, f(&self.theta), values, f)
    }

    /// The same for a function that is expensive: at most [`THINNED`] replicates, in parallel.
    pub fn estimate_thinned(&self, quantity: Quantity, f: &(dyn Fn(&[f64]) -> f64 + Sync)) -> Estimate {
        let values: Vec<f64> = self.thinned().par_iter().map(|theta| f(theta)).collect();
        self.estimate_with(quantity, f(&self.theta), values, f)
    }

    /// An estimate from its point, its replicates, and the function for the delta method.
    pub fn estimate_with(
        &self,
        quantity: Quantity,
        point: f64,
        mut values: Vec<f64>,
        f: &dyn Fn(&[f64]) -> f64,
    ) -> Estimate {
        let mut out = Estimate {
            symbol: quantity.symbol.to_owned(),
            meaning: quantity.meaning.to_owned(),
            unit: self.unit(quantity.unit),
            estimate: point,
            standard_error: None,
            lower: None,
            upper: None,
        };
        let tail = (1.0 - self.level) / 2.0;
        // A parameter held on a bound has replicates, but no interval that means anything.
        if self.card().param(quantity.symbol).is_some_and(|j| self.undetermined.contains(&j)) {
            return out;
        }
        values.retain(|v| v.is_finite());
        if values.len() >= FEWEST {
            values.sort_by(f64::total_cmp);
            let (mean, sd) = mean_and_sd(&values);
            // What is fixed does not vary beyond rounding.
            if sd > ROUNDING * mean.abs() {
                out.standard_error = Some(sd);
                out.lower = Some(quantile(&values, tail));
                out.upper = Some(quantile(&values, 1.0 - tail));
            }
        } else if let Some(se) = self.delta(f).filter(|se| *se > 0.0)
            && let Ok(t) = StudentsT::new(0.0, 1.0, self.degrees_of_freedom.max(1) as f64)
        {
            let reach = t.inverse_cdf(1.0 - tail) * se;
            out.standard_error = Some(se);
            let positive = self
                .card()
                .param(quantity.symbol)
                .map_or(point > 0.0, |j| self.card().params[j].transform == Transform::Log);
            // A positive quantity gets its interval on the log scale, as its parameter moves there.
            (out.lower, out.upper) = if positive {
                let factor = (reach / point).exp();
                (Some(point / factor), Some(point * factor))
            } else {
                (Some(point - reach), Some(point + reach))
            };
        }
        out
    }

    /// Standard error of a function of the parameters by the delta method, its gradient by central
    /// differences; `None` where it depends on an undetermined parameter or is not finite.
    pub fn delta(&self, f: &dyn Fn(&[f64]) -> f64) -> Option<f64> {
        let covariance = self.covariance.as_ref()?;
        let p = self.theta.len();
        let mut gradient = DVector::zeros(p);
        let mut size = DVector::zeros(p);
        let mut at = self.theta.clone();
        for j in 0..p {
            let sd = covariance[j][j].max(0.0).sqrt();
            let unknown = self.undetermined.contains(&j);
            if sd == 0.0 && !unknown {
                continue;
            }
            let h = if unknown { 1e-4 * at[j].abs().max(1e-12) } else { (1e-3 * sd).min(1e-3 * at[j].abs().max(sd)) };
            at[j] = self.theta[j] + h;
            let above = f(&at);
            at[j] = self.theta[j] - h;
            let below = f(&at);
            at[j] = self.theta[j];
            gradient[j] = (above - below) / (2.0 * h);
            size[j] = (gradient[j] * self.theta[j]).abs();
        }
        let largest = size.max();
        if self.undetermined.iter().any(|&j| size[j] > 1e-7 * largest) {
            return None;
        }
        let matrix = DMatrix::from_fn(p, p, |i, j| covariance[i][j]);
        let variance = gradient.dot(&(matrix * &gradient));
        (variance.is_finite() && variance >= 0.0).then(|| variance.sqrt())
    }

    /// Lower and upper percentiles of a whole curve, one f(θ) → ys per replicate.
    pub fn band(&self, f: &(dyn Fn(&[f64]) -> Vec<f64> + Sync)) -> (Vec<f64>, Vec<f64>) {
        let chosen = self.thinned();
        if chosen.len() < FEWEST {
            return (Vec::new(), Vec::new());
        }
        let curves: Vec<Vec<f64>> = chosen.par_iter().map(|theta| f(theta)).collect();
        let points = curves.first().map_or(0, Vec::len);
        let tail = (1.0 - self.level) / 2.0;
        (0..points)
            .map(|k| {
                let mut values: Vec<f64> = curves.iter().map(|c| c[k]).filter(|v| v.is_finite()).collect();
                values.sort_by(f64::total_cmp);
                (quantile(&values, tail), quantile(&values, 1.0 - tail))
            })
            .unzip()
    }

    /// Correlation of the parameters, card order; zero with fixed ones.
    pub fn correlation(&self) -> Option<Vec<Vec<f64>>> {
        let p = self.theta.len();
        let covariance = if self.replicates.len() >= FEWEST {
            sample_covariance(&self.replicates, p)
        } else {
            self.covariance.clone()?
        };
        let varies = |i: usize, sd: f64| if sd > ROUNDING * self.theta[i].abs() { sd } else { 0.0 };
        let size: Vec<f64> = (0..p).map(|i| varies(i, covariance[i][i].sqrt())).collect();
        let entry = |i: usize, j: usize| {
            if i == j {
                1.0
            } else if size[i] > 0.0 && size[j] > 0.0 {
                (covariance[i][j] / (size[i] * size[j])).clamp(-1.0, 1.0)
            } else {
                0.0
            }
        };
        Some((0..p).map(|i| (0..p).map(|j| entry(i, j)).collect()).collect())
    }
}

fn sample_covariance(sample: &[Vec<f64>], p: usize) -> Vec<Vec<f64>> {
    let n = sample.len() as f64;
    let mean: Vec<f64> = (0..p).map(|j| sample.iter().map(|t| t[j]).sum::<f64>() / n).collect();
    let entry =
        |i: usize, j: usize| sample.iter().map(|t| (t[i] - mean[i]) * (t[j] - mean[j])).sum::<f64>() / (n - 1.0);
    (0..p).map(|i| (0..p).map(|j| entry(i, j)).collect()).collect()
}
