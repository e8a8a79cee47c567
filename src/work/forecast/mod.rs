//! Forecasts that are frozen before a run and scored after it.
//!
//! A forecast is one plain JSON file that can be committed beside a run's plan: what a new run at a
//! point will measure, as a median, an interval and quantiles; the law with its parameters; the
//! hashes of the fit and of its data; the day; who asked. Its own hash stands beside it, and each
//! outcome that is recorded later hashes what came before, so that no part can be changed unseen.
//! The hash cannot tell when a file was written: what proves a day is the commit.

mod calibration;
mod file;

pub use calibration::{Bias, Calibration, Coverage, LEVELS, Spread, calibrate};
pub use file::{Kept, list, read, write};

use crate::base::date::read_day;
use crate::data::measurements::Warning;
use crate::engine::analysis::{Beside, Ranges, predict};
use crate::engine::optimum::OptimumError;
use crate::engine::uncertainty::Uncertainty;
use crate::record::{Estimate, Record};
use crate::work::store::{StoreError, sha256};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

/// Version of the file's layout.
pub const FORMAT: u32 = 1;

/// Levels whose interval ends are frozen as quantiles.
const CENTRAL: [f64; 10] = [0.2, 0.4, 0.5, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.998];

/// What was said before a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// Version of this layout.
    pub format: u32,
    /// Name: the file's, without its ending.
    pub name: String,
    /// The day it was made: 2026-11-26.
    pub date: String,
    /// Who asked.
    pub asked_by: String,
    /// What else there is to say of the run.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The run: inputs by symbol.
    pub at: Vec<(String, f64)>,
    /// What it will measure: the median and an interval that allows the law to be wrong beyond its
    /// rows. Without ends where nothing can be said of them.
    pub prediction: Estimate,
    /// Coverage of that interval.
    pub level: f64,
    /// Probability and value, ascending: what the probability integral transform is taken from.
    pub quantiles: Vec<(f64, f64)>,
    /// The law's value there, with an interval that holds only if the law is exactly right.
    pub law_value: Estimate,
    /// The law's id.
    pub law: String,
    /// Its formula, LaTeX.
    pub formula: String,
    /// Its parameters.
    pub parameters: Vec<(String, f64)>,
    /// How the intervals were made.
    pub interval: String,
    /// The fit.
    pub fit: FitId,
    /// The rows behind it; absent for published constants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataId>,
    /// Per input, how far outside the rows.
    pub extrapolation: Vec<(String, f64)>,
    /// What to know about it.
    pub warnings: Vec<Warning>,
    /// Version of the program.
    pub program: String,
}

/// Which fit a forecast rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitId {
    /// As it was named: a path, or `besiroglu2024/main`.
    pub named: String,
    /// SHA-256 of the saved record's file; absent for published constants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The command that makes it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
}

/// Which rows a forecast rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataId {
    /// File or built-in data set.
    pub source: String,
    /// SHA-256 of its bytes, as far as the fit knew them.
    pub sha256: Option<String>,
    /// Rows used.
    pub rows: usize,
}

/// What a run measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The value, in the prediction's unit.
    pub measured: f64,
    /// The day it was recorded.
    pub date: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// An outcome with the hash of what it was appended to and of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The outcome.
    pub outcome: Outcome,
    /// SHA-256 of the hash before it, a line break and the outcome as compact JSON.
    pub sha256: String,
}

/// A forecast's file: the forecast, its hash, and what was measured. Of several outcomes the last one
/// counts, and those that it corrects stay to be seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// What was said.
    pub forecast: Forecast,
    /// SHA-256 of the forecast as compact JSON.
    pub sha256: String,
    /// What came of it.
    #[serde(default)]
    pub outcomes: Vec<Link>,
}

/// Why a forecast could not be made, read or scored.
#[derive(Debug, thiserror::Error)]
pub enum ForecastError {
    /// Not a name of a file.
    #[error(
        "`{0}` is no name for a forecast: use letters, digits, `-`, `_` and `.`, beginning with a letter or a digit, at most 100"
    )]
    Name(String),
    /// Not a day.
    #[error("`{0}` is not a day: write 2026-11-26")]
    Date(String),
    /// Nobody asked.
    #[error("nobody is named: say who asks or records with `--by`")]
    Nobody,
    /// A forecast is frozen.
    #[error("{path} holds another forecast already, and a forecast is never replaced: choose another name")]
    Exists {
        /// The file.
        path: String,
    },
    /// There is none of that name.
    #[error("there is no forecast {path}{known}")]
    Missing {
        /// The file.
        path: String,
        /// Those that there are.
        known: String,
    },
    /// The day of the outcome comes before the forecast's.
    #[error("the outcome is dated {outcome}, before its forecast of {forecast}: a forecast is made first")]
    Early {
        /// Day of the outcome.
        outcome: String,
        /// Day of the forecast.
        forecast: String,
    },
    /// It has an outcome.
    #[error(
        "`{name}` was scored on {date} with {measured}: a forecast is scored once; if that was a mistake, `--correct` records another outcome beside it"
    )]
    Scored {
        /// Name.
        name: String,
        /// The day.
        date: String,
        /// The outcome.
        measured: f64,
    },
    /// Not a value of that quantity.
    #[error("{symbol} = {measured} cannot be measured: it must be a {what} number")]
    Measured {
        /// The quantity.
        symbol: String,
        /// The value.
        measured: f64,
        /// What it must be.
        what: &'static str,
    },
    /// The law says nothing there.
    #[error(transparent)]
    Predict(#[from] OptimumError),
    /// The file cannot be read or written, or is not what was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a forecast is to rest on.
#[derive(Clone, Copy)]
pub struct Basis<'a> {
    /// The fit, as it was named.
    pub named: &'a str,
    /// Parameters and what is known of them.
    pub known: &'a Uncertainty,
    /// Where the rows lie.
    pub ranges: &'a Ranges,
    /// What the law leaves out.
    pub beside: Option<&'a Beside>,
    /// The saved record and the SHA-256 of its file; none for published constants.
    pub record: Option<(&'a Record, &'a str)>,
}

/// What is asked, when, and by whom.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Name of the forecast.
    pub name: String,
    /// The run: inputs by symbol.
    pub at: Vec<(String, f64)>,
    /// The day.
    pub date: String,
    /// Who asks.
    pub by: String,
    /// Anything else.
    pub note: String,
}

/// Whether a word may name a forecast.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.starts_with(char::is_alphanumeric) && name.len() <= 100 && name.chars().all(allowed)
}

fn day(date: &str) -> Result<i64, ForecastError> {
    // One way to write a day, so that days sort as text.
    let day = read_day(date).filter(|_| date.len() == "2026-11-26".len());
    day.ok_or_else(|| ForecastError::Date(date.to_owned()))
}

fn somebody(by: &str) -> Result<String, ForecastError> {
    match by.trim() {
        "" => Err(ForecastError::Nobody),
        by => Ok(by.to_owned()),
    }
}

/// Freezes what a fit says of one new run.
///
/// # Errors
/// [`ForecastError`] if the request is none, or the law says nothing there.
pub fn freeze(basis: &Basis, asked: &Asked) -> Result<Frozen, ForecastError> {
    if !is_name(&asked.name) {
        return Err(ForecastError::Name(asked.name.clone()));
    }
    day(&asked.date)?;
    let asked_by = somebody(&asked.by)?;
    let known = basis.known;
    let card = known.law.card();
    let said = predict(known, basis.ranges, basis.beside, &asked.at)?;
    let mut warnings = said.warnings;
    let prediction = said.new_run.unwrap_or_else(|| {
        let output = &said.output;
        Estimate::point(&output.symbol, &format!("{} of a new run", output.meaning), &output.unit, output.estimate)
    });
    if prediction.lower.is_none() && prediction.upper.is_none() {
        warnings.push(Warning::new(
            "no-interval",
            "Nothing is known of how far a new run may lie from this value: it has no interval, and its outcome says nothing of coverage.",
        ));
    }
    let forecast = Forecast {
        format: FORMAT,
        name: asked.name.clone(),
        date: asked.date.clone(),
        asked_by,
        note: asked.note.clone(),
        at: asked.at.clone(),
        level: known.level,
        quantiles: quantiles(basis, &asked.at, &prediction)?,
        prediction,
        law_value: said.output,
        law: card.id.to_owned(),
        formula: card.formula.to_owned(),
        parameters: card.params.iter().zip(&known.theta).map(|(p, v)| (p.symbol.to_owned(), *v)).collect(),
        interval: known.method.clone(),
        fit: FitId {
            named: basis.named.to_owned(),
            sha256: basis.record.map(|(_, sha256)| sha256.to_owned()),
            command: basis.record.map(|(record, _)| record.command.clone()).unwrap_or_default(),
        },
        data: basis.record.map(|(record, _)| DataId {
            source: record.provenance.source.clone(),
            sha256: record.provenance.sha256.clone(),
            rows: record.provenance.rows_used,
        }),
        extrapolation: said.extrapolation,
        warnings,
        program: concat!("scaling ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let sha256 = digest(&forecast);
    Ok(Frozen { forecast, sha256, outcomes: Vec::new() })
}

/// The ends of the intervals of many levels, by the same interval as the prediction's.
fn quantiles(basis: &Basis, at: &[(String, f64)], prediction: &Estimate) -> Result<Vec<(f64, f64)>, ForecastError> {
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for level in CENTRAL {
        let known = Uncertainty { level, ..basis.known.clone() };
        let Some(run) = predict(&known, basis.ranges, basis.beside, at)?.new_run else { return Ok(Vec::new()) };
        below.extend(run.lower.map(|v| (0.5 * (1.0 - level), v)));
        above.extend(run.upper.map(|v| (0.5 * (1.0 + level), v)));
    }
    below.reverse();
    below.push((0.5, prediction.estimate));
    below.append(&mut above);
    // Numeric ends may cross by rounding; what is frozen ascends.
    for k in 1..below.len() {
        below[k].1 = below[k].1.max(below[k - 1].1);
    }
    Ok(below)
}

fn digest(forecast: &Forecast) -> String {
    sha256(&serde_json::to_vec(forecast).unwrap_or_default())
}

fn link(before: &str, outcome: &Outcome) -> String {
    let outcome = serde_json::to_vec(outcome).unwrap_or_default();
    sha256(&[before.as_bytes(), b"\n", &outcome].concat())
}

/// How a forecast did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// What was measured.
    pub measured: f64,
    /// Whether it lies in the interval; none without one.
    pub inside: Option<bool>,
    /// Probability that the forecast gave to at most that value; none without an interval. Beyond the
    /// outermost quantiles it is theirs.
    pub pit: Option<f64>,
    /// ln(measured/predicted), where both are positive.
    pub log_error: Option<f64>,
}

impl Frozen {
    /// Whether every hash is that of what it stands beside.
    pub fn is_intact(&self) -> bool {
        let mut before = &self.sha256;
        let linked = self.outcomes.iter().all(|kept| {
            let same = link(before, &kept.outcome) == kept.sha256;
            before = &kept.sha256;
            same
        });
        linked && digest(&self.forecast) == self.sha256
    }

    /// The outcome that counts.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcomes.last().map(|kept| &kept.outcome)
    }

    /// Records what was measured; `correct` where it takes the place of an earlier outcome.
    ///
    /// # Errors
    /// [`ForecastError`] if the value, the day or the name is none, or there is an outcome already.
    pub fn record(&mut self, outcome: Outcome, correct: bool) -> Result<Score, ForecastError> {
        let outcome = Outcome { recorded_by: somebody(&outcome.recorded_by)?, ..outcome };
        let latest = self.outcome().map_or(&self.forecast.date, |before| &before.date);
        if day(&outcome.date)? < day(latest)? {
            return Err(ForecastError::Early { outcome: outcome.date, forecast: latest.clone() });
        }
        if let Some(before) = self.outcome().filter(|_| !correct) {
            let (date, measured) = (before.date.clone(), before.measured);
            return Err(ForecastError::Scored { name: self.forecast.name.clone(), date, measured });
        }
        let positive = self.forecast.prediction.estimate > 0.0;
        let measured = outcome.measured;
        if !measured.is_finite() || (positive && measured <= 0.0) {
            let what = if positive { "positive" } else { "finite" };
            return Err(ForecastError::Measured { symbol: self.forecast.prediction.symbol.clone(), measured, what });
        }
        let sha256 = link(self.outcomes.last().map_or(&self.sha256, |kept| &kept.sha256), &outcome);
        self.outcomes.push(Link { outcome, sha256 });
        Ok(self.forecast.score(measured))
    }

    /// How it did, if that is known.
    pub fn score(&self) -> Option<Score> {
        self.outcome().map(|outcome| self.forecast.score(outcome.measured))
    }
}

impl Forecast {
    /// How it does if this is measured.
    pub fn score(&self, measured: f64) -> Score {
        let Estimate { estimate, lower, upper, .. } = self.prediction;
        let inside = (lower.is_some() || upper.is_some())
            .then(|| lower.is_none_or(|end| measured >= end) && upper.is_none_or(|end| measured <= end));
        let log_error = (measured > 0.0 && estimate > 0.0).then(|| (measured / estimate).ln());
        Score { measured, inside, pit: self.pit(measured), log_error }
    }

    /// Between two quantiles the normal score is linear in the logarithm of a positive value, else in
    /// the value.
    fn pit(&self, measured: f64) -> Option<f64> {
        let knots = &self.quantiles;
        let (first, last) = (knots.first()?, knots.last()?);
        if knots.len() < 2 {
            return None;
        }
        if measured <= first.1 {
            return Some(first.0);
        }
        if measured >= last.1 {
            return Some(last.0);
        }
        let k = knots.partition_point(|(_, value)| *value <= measured);
        let ((p, a), (q, b)) = (knots[k - 1], knots[k]);
        let of = |value: f64| if first.1 > 0.0 { value.ln() } else { value };
        let share = (of(measured) - of(a)) / (of(b) - of(a));
        let normal = Normal::standard();
        let (low, high) = (normal.inverse_cdf(p), normal.inverse_cdf(q));
        Some(normal.cdf(low + share * (high - low)))
    }
}
