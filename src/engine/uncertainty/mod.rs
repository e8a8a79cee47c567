//! Intervals: by the profile of the objective unless a bootstrap or a covariance is asked for. One
//! [`Uncertainty`] answers for parameters, derived quantities, predictions and optima alike, with
//! the same estimator for the point and for the interval.

pub mod bootstrap;
pub mod covariance;
pub mod discrepancy;
pub mod identifiability;
pub mod interval;
pub mod mixture;
pub mod profile;
pub mod subsample;
pub mod tied;
pub mod wild;

use crate::base::objective::Residual;
use crate::data::measurements::Warning;
use crate::engine::fit::Fit;
use crate::engine::fit::repose;
use crate::law::{Card, Law, Transform};
use crate::record::identifiability::Identifiability;
use crate::record::{Estimate, Estimator, Noise, Record};
use bootstrap::Bootstrap;
use covariance::Covariance;
use identifiability::{along_flat, identifiability};
use interval::{mean_and_sd, proposal_2, quantile};
use nalgebra::{DMatrix, DVector};
use profile::{Interval, Profiler};
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::sync::Arc;

/// Replicates used where every one costs a numeric optimisation or a whole curve.
pub const THINNED: usize = 400;
/// Fewer replicates than this give no interval.
pub const FEWEST: usize = 20;
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
    /// What the rows determine: nothing that depends on a flat direction has an interval.
    pub identifiability: Option<Identifiability>,
    /// n − p.
    pub degrees_of_freedom: usize,
    /// The unit of the output, where the rows have another than the law's card: bits/byte.
    pub output_unit: Option<String>,
    /// The profile, where intervals come from it.
    pub profile: Option<Arc<Profiler>>,
    /// The residual scale and the noise on it, for what a new run may measure.
    pub noise: Option<(Residual, Noise)>,
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
                (Some(b), _) => percentile(b.method, b.failed, b.drawn),
                (None, Some(c)) => format!("{}, delta method", c.kind.name()),
                (None, None) => "none".to_owned(),
            },
            replicates: bootstrap.map(|b| b.thetas.clone()).unwrap_or_default(),
            drawn: bootstrap.map_or((0, 0), |b| (b.drawn, b.failed)),
            covariance: covariance.map(|c| c.natural(fit)),
            undetermined,
            identifiability: identifiability(fit, proposal_2(&fit.residuals(), fit.setup.free()), level),
            degrees_of_freedom: fit.setup.rows.len().saturating_sub(fit.setup.free()),
            output_unit: None,
            profile: None,
            noise: fit.noise.map(|noise| (fit.spec.objective.residual, noise)),
        }
    }

    /// Of a fit, by its profile.
    pub fn of_profile(fit: &Fit, level: f64, profile: Profiler) -> Self {
        let adaptive = fit.noise.is_some();
        Self { method: profile.describe(adaptive), ..Self::of_fit(fit, level, None, None) }.with(profile)
    }

    fn with(self, profile: Profiler) -> Self {
        Self {
            covariance: Some(profile.covariance()),
            undetermined: profile.undetermined(),
            noise: self.noise.map(|(residual, noise)| (residual, Noise { scale: profile.noise, ..noise })),
            profile: Some(Arc::new(profile)),
            ..self
        }
    }

    /// Of a saved record, by the estimator that made it. `None` if its law is not registered.
    pub fn of_record(record: &Record) -> Option<Self> {
        Some(Self::of_record_of(crate::laws::find(&record.law.id)?, record))
    }

    /// Of a saved record of a given law, registered or a user's own.
    pub fn of_record_of(law: &'static dyn Law, record: &Record) -> Self {
        let known = Self::as_kept(law, record);
        if record.interval.estimator != Some(Estimator::Profile) {
            return known;
        }
        let runs = record.posed.as_ref().map(|posed| posed.runs.as_slice()).filter(|runs| !runs.is_empty());
        let posed =
            repose::repose(law, record).and_then(|(setup, q)| Profiler::new(&setup, &q, record.noise, runs).ok());
        match posed {
            Some(profile) => known.with(profile),
            None => known,
        }
    }

    fn as_kept(law: &'static dyn Law, record: &Record) -> Self {
        let kept = record.interval.sample.len();
        let drawn = record.interval.replicates - record.interval.failed.min(record.interval.replicates);
        let thinned = if kept < drawn { format!(" ({kept} of them)") } else { String::new() };
        Self {
            law,
            theta: record.parameters.iter().map(|p| p.estimate).collect(),
            level: record.interval.level,
            method: format!("{}{thinned}", record.interval.method),
            replicates: record.interval.sample.clone(),
            drawn: (record.interval.replicates, record.interval.failed),
            covariance: record.interval.covariance.clone(),
            undetermined: record.interval.undetermined.iter().filter_map(|s| law.card().param(s)).collect(),
            identifiability: record.identifiability.clone(),
            degrees_of_freedom: record.provenance.rows_used.saturating_sub(record.interval.free),
            output_unit: (record.law.output.unit != law.card().output.unit).then(|| record.law.output.unit.clone()),
            profile: None,
            noise: record.noise.map(|noise| (record.objective.residual, noise)),
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
            identifiability: None,
            degrees_of_freedom: 0,
            output_unit: None,
            profile: None,
            noise: None,
        }
    }

    fn card(&self) -> &'static Card {
        self.law.card()
    }

    /// A unit of the card as these rows have it: what the law counts in its output's unit is in theirs.
    fn unit(&self, unit: &str) -> String {
        let counted = self.card().output.unit;
        match &self.output_unit {
            Some(own) if unit == counted => own.clone(),
            // A coefficient's unit is the output's times powers of the inputs'.
            Some(own) if counted != "1" => unit.replacen(counted, own, 1),
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

    /// The law's output at a point of its inputs, card order, and whether it depends on what the rows
    /// do not determine.
    pub fn estimate_at(&self, quantity: Quantity, x: &[f64]) -> (Estimate, bool) {
        let output = |theta: &[f64]| self.law.predict(x, theta);
        // Where all rows lie on a line, what lies on it too is determined.
        let seen = |known: &Identifiability| known.line.as_ref().is_some_and(|line| line.holds(x));
        if self.identifiability.as_ref().is_some_and(seen) {
            let off_line = |known: &Identifiability| Identifiability { line: None, ..known.clone() };
            let on_line = Self { identifiability: self.identifiability.as_ref().map(off_line), ..self.clone() };
            return (on_line.estimate(quantity, &output), on_line.is_free(&output));
        }
        (self.estimate(quantity, &output), self.is_free(&output))
    }

    /// The same for a function that is expensive: at most [`THINNED`] replicates, in parallel.
    pub fn estimate_thinned(&self, quantity: Quantity, f: &(dyn Fn(&[f64]) -> f64 + Sync)) -> Estimate {
        let values: Vec<f64> = self.thinned().par_iter().map(|theta| f(theta)).collect();
        self.estimate_with(quantity, f(&self.theta), values, f)
    }

    /// The estimate of a parameter, card order.
    pub fn parameter(&self, j: usize) -> Estimate {
        let param = &self.card().params[j];
        let quantity = Quantity { symbol: param.symbol, meaning: param.meaning, unit: param.unit };
        match &self.profile {
            Some(profile) => {
                let out = Estimate::point(param.symbol, param.meaning, &self.unit(param.unit), self.theta[j]);
                if self.is_free(&|theta| theta[j]) {
                    return out;
                }
                filled(out, profile.parameter(j, self.level))
            }
            None => self.estimate(quantity, &|theta| theta[j]),
        }
    }

    /// What one new run may measure where the law's value is `mean`: on the residual scale, the
    /// interval of the mean and the noise of a single row, squared and added.
    pub fn new_run(&self, mean: &Estimate) -> Option<Estimate> {
        let (residual, noise) = self.noise?;
        let spread = match &self.profile {
            Some(profile) => profile.spread(self.level),
            None => student(self.degrees_of_freedom.max(1) as f64, self.level) * noise.scale,
        };
        let centre = residual.at(mean.estimate);
        let end = |end: Option<f64>, sign: f64| {
            let reach = (residual.at(end?) - centre).hypot(spread);
            Some(residual.inverse(centre + sign * reach)).filter(|v| v.is_finite())
        };
        let (lower, upper) = (end(mean.lower, -1.0), end(mean.upper, 1.0));
        let meaning = format!("{}, of one new run", mean.meaning);
        let some = lower.is_some() || upper.is_some();
        some.then(|| Estimate { meaning, standard_error: None, lower, upper, ..mean.clone() })
    }

    /// An estimate from its point, its replicates, and the function for the delta method.
    pub fn estimate_with(
        &self,
        quantity: Quantity,
        point: f64,
        mut values: Vec<f64>,
        f: &dyn Fn(&[f64]) -> f64,
    ) -> Estimate {
        let mut out = Estimate::point(quantity.symbol, quantity.meaning, &self.unit(quantity.unit), point);
        if self.is_free(f) {
            return out;
        }
        if let Some(profile) = &self.profile {
            return filled(out, point.is_finite().then(|| profile.interval(f, self.level)).flatten());
        }
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
                out.standard_error = self.said(quantity.symbol, point, sd);
                out.lower = Some(quantile(&values, tail));
                out.upper = Some(quantile(&values, 1.0 - tail));
            }
        } else if let Some(se) = self.delta(f).filter(|se| *se > 0.0)
            && let Ok(t) = StudentsT::new(0.0, 1.0, self.degrees_of_freedom.max(1) as f64)
        {
            let reach = t.inverse_cdf(1.0 - tail) * se;
            out.standard_error = self.said(quantity.symbol, point, se);
            let positive = self.is_positive(quantity.symbol, point);
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

    /// Whether a quantity depends on a direction that the rows do not determine: within one interval
    /// it could be three times larger or smaller.
    pub fn is_free(&self, f: &dyn Fn(&[f64]) -> f64) -> bool {
        let Some(known) = &self.identifiability else { return false };
        if known.line.is_some() {
            return true;
        }
        // A profile finds out by itself where an interval has no end.
        if self.profile.is_some() {
            return false;
        }
        let t = StudentsT::new(0.0, 1.0, self.degrees_of_freedom.max(1) as f64)
            .map_or(2.0, |t| t.inverse_cdf(0.5 * (1.0 + self.level)));
        t * along_flat(self.card(), known, &self.theta, f) > 3.0_f64.ln()
    }

    /// The warning that such a quantity deserves.
    pub fn free_warning(&self, symbols: &[&str]) -> Option<Warning> {
        let known = self.identifiability.as_ref().filter(|_| !symbols.is_empty())?;
        let message = format!(
            "{} depends on what the rows do not determine ({}): it could be anything, and has no interval.",
            symbols.join(", "),
            known.words()
        );
        Some(Warning::new("not-identified", message))
    }

    fn is_positive(&self, symbol: &str, point: f64) -> bool {
        self.card().param(symbol).map_or(point > 0.0, |j| self.card().params[j].transform == Transform::Log)
    }

    /// A standard error, unless it is that of a positive number and larger than the number: a
    /// symmetric ± then says what cannot be.
    fn said(&self, symbol: &str, point: f64, error: f64) -> Option<f64> {
        (!self.is_positive(symbol, point) || error < point.abs()).then_some(error)
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
        if self.profile.is_some() {
            return self.band_by_delta(f);
        }
        let chosen = self.thinned();
        if chosen.len() < FEWEST {
            return (Vec::new(), Vec::new());
        }
        let length = f(&self.theta).len();
        let free = |k: usize| self.is_free(&|theta| f(theta).get(k).copied().unwrap_or(f64::NAN));
        if length > 0 && [0, length / 2, length - 1].into_iter().any(free) {
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

    /// The band of a whole curve where intervals are profiles: the parabola of the same price, on the
    /// log scale where the curve is positive. A profile at every point of every curve of a figure would
    /// cost more than the fit, and the numbers beside the figure have theirs.
    fn band_by_delta(&self, f: &(dyn Fn(&[f64]) -> Vec<f64> + Sync)) -> (Vec<f64>, Vec<f64>) {
        let line = self.identifiability.as_ref().is_some_and(|known| known.line.is_some());
        let Some(covariance) = self.covariance.as_ref().filter(|_| !line) else { return (Vec::new(), Vec::new()) };
        let p = self.theta.len();
        let middle = f(&self.theta);
        let slope = |j: usize| -> Vec<f64> {
            let sd = covariance[j][j].max(0.0).sqrt();
            if sd == 0.0 || !sd.is_finite() {
                return vec![0.0; middle.len()];
            }
            let step = (1e-3 * sd).min(1e-3 * self.theta[j].abs().max(sd));
            let moved = |by: f64| {
                let mut theta = self.theta.clone();
                theta[j] += by;
                f(&theta)
            };
            moved(step).iter().zip(moved(-step)).map(|(above, below)| (above - below) / (2.0 * step)).collect()
        };
        let slopes: Vec<Vec<f64>> = (0..p).map(slope).collect();
        let t = student(self.degrees_of_freedom.max(1) as f64, self.level);
        let end = |(k, &y): (usize, &f64)| {
            let pair = |i: usize| (0..p).map(|j| slopes[i][k] * covariance[i][j] * slopes[j][k]).sum::<f64>();
            let reach = t * (0..p).map(pair).sum::<f64>().max(0.0).sqrt();
            if y > 0.0 { (y * (-reach / y).exp(), y * (reach / y).exp()) } else { (y - reach, y + reach) }
        };
        middle.iter().enumerate().map(end).unzip()
    }

    /// Correlation of the parameters, card order; zero with fixed ones.
    pub fn correlation(&self) -> Option<Vec<Vec<f64>>> {
        if let Some(profile) = &self.profile {
            return Some(profile.correlation());
        }
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

/// An estimate with its interval.
fn filled(mut out: Estimate, interval: Option<Interval>) -> Estimate {
    if let Some(interval) = interval {
        // Beside an interval without a number at either end, a standard error would be one.
        let ended = interval.lower.1.is_closed() || interval.upper.1.is_closed();
        out.standard_error = interval.standard_error.filter(|_| ended);
        (out.lower, out.lower_end) = interval.lower;
        (out.upper, out.upper_end) = interval.upper;
    }
    out
}

/// The t that a level asks for on both sides together.
fn student(freedom: f64, level: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |t| t.inverse_cdf(0.5 * (1.0 + level)))
}

/// The name of a bootstrap's intervals, with what was lost.
fn percentile(method: &str, failed: usize, drawn: usize) -> String {
    match failed {
        0 => format!("{method}, percentile"),
        _ => format!("{method}, percentile; {failed} of {drawn} replicates lost"),
    }
}

fn sample_covariance(sample: &[Vec<f64>], p: usize) -> Vec<Vec<f64>> {
    let n = sample.len() as f64;
    let mean: Vec<f64> = (0..p).map(|j| sample.iter().map(|t| t[j]).sum::<f64>() / n).collect();
    let entry =
        |i: usize, j: usize| sample.iter().map(|t| (t[i] - mean[i]) * (t[j] - mean[j])).sum::<f64>() / (n - 1.0);
    (0..p).map(|i| (0..p).map(|j| entry(i, j)).collect()).collect()
}
