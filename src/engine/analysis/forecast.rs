//! What a fit says of a measurement that it has not seen, as a distribution: if the law is right, and
//! with what it leaves out beside it. For scoring forecasts; what a person asks for is a
//! [`predict`](super::predict).

use super::beside::around;
use super::diagnostics::matched;
use crate::base::objective::Residual;
use crate::engine::fit::Fit;
use crate::engine::uncertainty::Uncertainty;
use crate::engine::uncertainty::covariance::{Kind, covariance};
use crate::engine::uncertainty::discrepancy::Discrepancy;
use crate::engine::uncertainty::mixture::Mixture;
use crate::engine::uncertainty::profile::{Profiler, noise_of};

/// Least standard deviation of a forecast of ln y: that of rows which a law meets to rounding.
const LEAST: f64 = 1e-9;

/// A fit on log residuals, ready to forecast.
pub struct Forecaster {
    known: Uncertainty,
    /// The same without the directions that the rows do not determine.
    rest: Uncertainty,
    noise: f64,
    process: Option<Discrepancy>,
}

/// The logarithm of a new measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The law's prediction, in the output's unit.
    pub law: f64,
    /// N(ln ŷ, V + s²): V the variance of the law's prediction by the delta method, s the noise of a row.
    pub if_right: Mixture,
    /// The same with what the law leaves out beside it; as `if_right` where that cannot be said.
    pub beside: Mixture,
    /// Whether the rows determine the prediction; its spread is understated where they do not.
    pub determined: bool,
}

impl Forecaster {
    /// Of a fit. `None` if its residuals are not logarithms.
    pub fn new(fit: &Fit, level: f64) -> Option<Self> {
        if !matches!(fit.spec.objective.residual, Residual::Log) {
            return None;
        }
        let noise = noise_of(fit);
        let profiled = if matched(fit) { None } else { Profiler::new(&fit.setup, &fit.q, noise, None).ok() };
        let known = match profiled {
            Some(profiler) => Uncertainty::of_profile(fit, level, profiler),
            None => Uncertainty::of_fit(fit, level, None, covariance(fit, Kind::Sandwich, None).as_ref()),
        };
        let rows = &fit.setup.rows;
        let seen = known.identifiability.as_ref();
        let process = seen.and_then(|seen| around(fit.setup.law, seen, &fit.theta, &rows.inputs, &rows.measured));
        let rest = Uncertainty { undetermined: Vec::new(), ..known.clone() };
        Some(Self { known, rest, noise: noise.map_or(0.0, |noise| noise.scale), process })
    }

    /// Whether what the law leaves out is known.
    pub fn has_process(&self) -> bool {
        self.process.is_some()
    }

    /// At inputs in card order. `None` where the law says nothing.
    pub fn at(&self, x: &[f64]) -> Option<Forecast> {
        let law = self.known.law.predict(x, &self.known.theta);
        let centre = Some(law.ln()).filter(|centre| centre.is_finite())?;
        let ln = |theta: &[f64]| self.known.law.predict(x, theta).ln();
        let spread = self.known.delta(&ln);
        let determined = spread.is_some();
        let sd = spread.or_else(|| self.rest.delta(&ln)).unwrap_or(0.0).hypot(self.noise).max(LEAST);
        let if_right = Mixture::normal(centre, sd);
        let beside = self.process.as_ref().and_then(|process| process.forecast(x));
        Some(Forecast { law, beside: beside.unwrap_or_else(|| if_right.clone()), if_right, determined })
    }
}
