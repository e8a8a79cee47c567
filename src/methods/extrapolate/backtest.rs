//! The forecasts that the same curve would have got earlier, against what came.

use super::{ExtrapolateError, Settings, extrapolate};
use serde::{Deserialize, Serialize};

/// A forecast from the part of a curve up to a cut, of the doubling that followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    /// The last x is divided by this.
    pub divisor: f64,
    /// The last x seen.
    pub last_x: f64,
    /// Points seen.
    pub seen: usize,
    /// Where it was tested, ascending.
    pub x: Vec<f64>,
    /// Measured there.
    pub measured: Vec<f64>,
    /// Forecast there.
    pub estimate: Vec<f64>,
    /// Lower ends of the 90 % intervals.
    pub lower: Vec<f64>,
    /// Upper ends.
    pub upper: Vec<f64>,
    /// Root mean square of ln(forecast/measured).
    pub rmse_log: f64,
    /// The same of taking the last value.
    pub last_rmse_log: f64,
    /// Share of the points inside their interval.
    pub coverage: f64,
}

/// Cuts the curve at each `x_last/divisor` and forecasts up to twice the cut. Cuts that leave too
/// few points, or none to test, are left out.
///
/// # Errors
/// [`ExtrapolateError`] if the whole curve cannot be extrapolated.
pub fn backtest(x: &[f64], y: &[f64], divisors: &[f64], settings: &Settings) -> Result<Vec<Cut>, ExtrapolateError> {
    let mut points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let last = points.last().map_or(f64::NAN, |point| point.0);
    let settings = Settings { levels: vec![0.9], target: None, ..settings.clone() };
    let mut cuts = Vec::new();
    for &divisor in divisors {
        let at = last / divisor;
        let (seen, rest): (Vec<_>, Vec<_>) = points.iter().copied().partition(|point| point.0 <= at);
        let tested: Vec<(f64, f64)> = rest.into_iter().filter(|point| point.0 <= 2.0 * at).collect();
        if tested.is_empty() {
            continue;
        }
        let (x, y): (Vec<f64>, Vec<f64>) = seen.into_iter().unzip();
        let (to, measured): (Vec<f64>, Vec<f64>) = tested.into_iter().unzip();
        let outcome = match extrapolate(&x, &y, &to, &settings) {
            Ok(outcome) => outcome,
            Err(ExtrapolateError::TooFew { .. } | ExtrapolateError::Degenerate) => continue,
            Err(error) => return Err(error),
        };
        cuts.push(Cut::new(divisor, x.len(), &outcome, measured));
    }
    Ok(cuts)
}

impl Cut {
    fn new(divisor: f64, seen: usize, outcome: &super::Outcome, measured: Vec<f64>) -> Self {
        let of = |f: &dyn Fn(&super::Forecast) -> f64| outcome.forecasts.iter().map(f).collect::<Vec<f64>>();
        let estimate = of(&|forecast| forecast.estimate);
        let lower = of(&|forecast| forecast.intervals[0].lower);
        let upper = of(&|forecast| forecast.intervals[0].upper);
        let inside = measured.iter().zip(lower.iter().zip(&upper)).filter(|(m, (l, u))| *l <= m && m <= u).count();
        let last = vec![outcome.last_y; measured.len()];
        Self {
            divisor,
            last_x: outcome.last_x,
            seen,
            x: of(&|forecast| forecast.x),
            rmse_log: rmse_log(&estimate, &measured),
            last_rmse_log: rmse_log(&last, &measured),
            coverage: inside as f64 / measured.len() as f64,
            measured,
            estimate,
            lower,
            upper,
        }
    }
}

/// Root mean square of ln(estimate/measured).
pub fn rmse_log(estimate: &[f64], measured: &[f64]) -> f64 {
    let square = |(e, m): (&f64, &f64)| (e / m).ln() * (e / m).ln();
    (estimate.iter().zip(measured).map(square).sum::<f64>() / measured.len() as f64).sqrt()
}
