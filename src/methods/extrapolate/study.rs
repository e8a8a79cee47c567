//! Many curves of one table, each with its forecast, what other rules say of it, and how forecasts
//! from its earlier part would have done.

use super::baseline::{Baseline, baselines};
use super::{Cut, ExtrapolateError, Outcome, Settings, backtest, extrapolate};
use crate::data::measurements::{Measurements, Warning};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A place to forecast at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// So many times the last x.
    Times(f64),
    /// At this x.
    At(f64),
}

impl Place {
    fn x(self, last: f64) -> f64 {
        match self {
            Self::Times(times) => times * last,
            Self::At(x) => x,
        }
    }
}

/// What y is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// A loss: falls towards a floor.
    Loss,
    /// A rate of error.
    Error,
    /// A rate of success, forecast as 1 − accuracy; in per cent where values exceed 1.
    Accuracy,
}

impl Measure {
    /// What a header says: accuracies are named so, everything else falls.
    pub fn of_header(header: &str) -> Self {
        let plain: String = header.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        if plain == "acc" || plain.contains("accuracy") || plain.ends_with("acc") || plain.ends_with("top1acc") {
            Self::Accuracy
        } else if plain.contains("error") || plain.ends_with("err") {
            Self::Error
        } else {
            Self::Loss
        }
    }
}

/// One curve of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its name; none where the table is one curve.
    pub group: Option<String>,
    /// Abscissae.
    pub x: Vec<f64>,
    /// Ordinates.
    pub y: Vec<f64>,
}

/// The curves of a table with columns x and y, by a text column, in the order of their first rows.
pub fn runs(rows: &Measurements, group: Option<&str>) -> Vec<Run> {
    let (x, y) = (rows.column("x").unwrap_or_default(), rows.column("y").unwrap_or_default());
    let labels = group.and_then(|group| rows.label(group));
    let mut at = std::collections::HashMap::new();
    let mut out: Vec<Run> = Vec::new();
    for i in 0..x.len() {
        let name = labels.map(|labels| labels[i].clone());
        let k = *at.entry(name.clone()).or_insert_with(|| {
            out.push(Run { group: name, x: Vec::new(), y: Vec::new() });
            out.len() - 1
        });
        out[k].x.push(x[i]);
        out[k].y.push(y[i]);
    }
    out
}

/// What is asked of every curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Where.
    pub to: Vec<Place>,
    /// What y is.
    pub measure: Measure,
    /// Levels, prior, target (as y is measured).
    pub settings: Settings,
    /// Rules to show beside the forecast, by the names of [`super::BASELINES`].
    pub beside: Vec<String>,
    /// Earlier cuts: the last x over each.
    pub cuts: Vec<f64>,
}

/// Everything said of one curve of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Its name.
    pub group: Option<String>,
    /// Its points, by x; accuracies as errors.
    pub points: Vec<(f64, f64)>,
    /// The forecast; none where the curve allows none, and a warning then says why.
    pub outcome: Option<Outcome>,
    /// What other rules say at the same places.
    pub baselines: Vec<Baseline>,
    /// How forecasts from its earlier part would have done.
    pub cuts: Vec<Cut>,
    /// What to know about it.
    pub warnings: Vec<Warning>,
}

/// Forecasts every curve of a table.
///
/// # Errors
/// The first curve's [`ExtrapolateError`] if no curve can be extrapolated.
pub fn study(runs: Vec<Run>, wish: &Wish) -> Result<Vec<Said>, ExtrapolateError> {
    let said: Vec<(Said, Option<ExtrapolateError>)> = runs.into_par_iter().map(|run| one(run, wish)).collect();
    if said.iter().all(|(_, error)| error.is_some())
        && let Some((_, Some(error))) = said.first()
    {
        return Err(error.clone());
    }
    Ok(said.into_iter().map(|(said, _)| said).collect())
}

fn one(run: Run, wish: &Wish) -> (Said, Option<ExtrapolateError>) {
    let Run { group, x, mut y } = run;
    let mut settings = wish.settings.clone();
    let mut warnings = Vec::new();
    if wish.measure == Measure::Accuracy {
        let whole = if y.iter().any(|y| *y > 1.0) { 100.0 } else { 1.0 };
        y.iter_mut().for_each(|y| *y = whole - *y);
        settings.target = settings.target.map(|target| whole - target);
        let message =
            format!("accuracy is forecast as the error {whole} - accuracy; every number is one of that error");
        warnings.push(Warning::new("accuracy-as-error", message));
    }
    let mut points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let last = points.last().map_or(f64::NAN, |point| point.0);
    let to: Vec<f64> = wish.to.iter().map(|place| place.x(last)).collect();
    let mut said = Said { group, points, outcome: None, baselines: Vec::new(), cuts: Vec::new(), warnings };
    match extrapolate(&x, &y, &to, &settings) {
        Ok(outcome) => {
            said.warnings.extend(outcome.warnings.iter().cloned());
            said.baselines = baselines(&said.points, &to, &wish.beside);
            // The whole curve was just extrapolated: its cuts can fail in no other way.
            said.cuts = backtest(&x, &y, &wish.cuts, &settings).unwrap_or_default();
            said.outcome = Some(outcome);
            (said, None)
        }
        Err(error) => {
            said.warnings.push(Warning::new(error.kind(), error.to_string()));
            (said, Some(error))
        }
    }
}
