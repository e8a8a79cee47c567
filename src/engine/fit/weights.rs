//! How much each row counts.

use super::FitError;
use crate::base::objective::Residual;
use crate::data::measurements::Measurements;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

/// How rows are weighted. As text: `w`, `inverse-variance:se`, `per-group:C`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub enum Weights {
    /// By a column, as it stands.
    Column(String),
    /// By one over the squared standard error of the measured value, which a column gives in its
    /// units; carried to the residual scale to first order, and scaled to mean one.
    InverseVariance(String),
    /// So that each distinct value of a column (a budget, a model family) has the same say, however
    /// many rows it has; scaled to mean one.
    PerGroup(String),
}

impl Weights {
    /// The column that is read.
    pub fn column(&self) -> &str {
        match self {
            Self::Column(name) | Self::InverseVariance(name) | Self::PerGroup(name) => name,
        }
    }

    /// A weight per row.
    ///
    /// # Errors
    /// [`FitError::MissingRole`] if there is no such column, [`FitError::BadWeight`] for a standard
    /// error that is not positive.
    pub fn of(
        &self,
        data: &Measurements,
        measured: &[f64],
        residual: &Residual,
        law: &str,
    ) -> Result<Vec<f64>, FitError> {
        let source_name = || data.provenance.source.clone();
        let missing = || FitError::MissingRole {
            source_name: source_name(),
            law: law.to_owned(),
            symbol: self.column().to_owned(),
        };
        let bad = |k: usize, value: f64| FitError::BadWeight {
            source_name: source_name(),
            row: data.rows[k],
            column: self.column().to_owned(),
            value,
        };
        let numbers = data.column(self.column());
        match self {
            Self::Column(_) => {
                let weights = numbers.ok_or_else(missing)?;
                match weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
                    Some(k) => Err(bad(k, weights[k])),
                    None => Ok(weights.to_vec()),
                }
            }
            Self::InverseVariance(_) => {
                let errors = numbers.ok_or_else(missing)?;
                if let Some(k) = errors.iter().position(|e| !(e.is_finite() && *e > 0.0)) {
                    return Err(bad(k, errors[k]));
                }
                let on_scale = |(&error, &y): (&f64, &f64)| (error * residual.derivatives(y).0).abs();
                let scaled: Vec<f64> = errors.iter().zip(measured).map(on_scale).collect();
                // Relative to the least of them, whose square then exists.
                let least = scaled.iter().copied().fold(f64::INFINITY, f64::min);
                let weights = to_mean_one(scaled.iter().map(|error| (least / error).powi(2)).collect());
                match weights.iter().position(|w| !w.is_finite()) {
                    Some(k) => Err(bad(k, errors[k])),
                    None => Ok(weights),
                }
            }
            Self::PerGroup(name) => {
                let groups: Vec<String> = match (numbers, data.label(name)) {
                    (Some(values), _) => values.iter().map(f64::to_string).collect(),
                    (None, Some(labels)) => labels.to_vec(),
                    (None, None) => return Err(missing()),
                };
                let mut count: HashMap<&str, f64> = HashMap::new();
                groups.iter().for_each(|group| *count.entry(group).or_default() += 1.0);
                Ok(to_mean_one(groups.iter().map(|group| 1.0 / count[group.as_str()]).collect()))
            }
        }
    }
}

fn to_mean_one(mut weights: Vec<f64>) -> Vec<f64> {
    let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
    weights.iter_mut().for_each(|w| *w /= mean);
    weights
}

impl FromStr for Weights {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = match text.split_once(':') {
            None => Self::Column(text.to_owned()),
            Some(("inverse-variance", name)) => Self::InverseVariance(name.to_owned()),
            Some(("per-group", name)) => Self::PerGroup(name.to_owned()),
            Some(_) => {
                return Err(format!("weights `{text}` are none of COLUMN, inverse-variance:COLUMN, per-group:COLUMN"));
            }
        };
        match known.column().is_empty() {
            true => Err(format!("weights `{text}` name no column")),
            false => Ok(known),
        }
    }
}

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(name) => write!(f, "{name}"),
            Self::InverseVariance(name) => write!(f, "inverse-variance:{name}"),
            Self::PerGroup(name) => write!(f, "per-group:{name}"),
        }
    }
}

impl TryFrom<String> for Weights {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Weights> for String {
    fn from(weights: Weights) -> Self {
        weights.to_string()
    }
}
