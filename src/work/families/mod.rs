//! What each family of laws looks like: a short account, a table and figures, all as plain data,
//! from published constants and the built-in data sets. One file a family; none draws.

pub mod compute;
pub mod constraints;
pub mod density;
pub mod hyperparameter;
pub mod kaplan;
pub mod layouts;
pub mod power;
pub mod precision;
pub mod sweep;
pub mod vocabulary;

use crate::base::units::si;
use crate::data::ingest::{self, IngestError, Needed, Source};
use crate::engine::fit::FitError;
use crate::law::Law;
use crate::published::reference::{self, ReferenceError};
use crate::record::chart::Section;
use crate::show::report::number::significant;

/// Why a family cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum FamilyError {
    /// Published constants are missing.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A data set cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A fit could not be posed.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// Densities could not be asked for.
    #[error(transparent)]
    Density(#[from] crate::methods::density::Error),
    /// A law does not have what is asked of it.
    #[error("{0}")]
    Missing(String),
}

/// Every family, in the order of a report.
///
/// # Errors
/// [`FamilyError`] of the first family that fails.
pub fn sections() -> Result<Vec<Section>, FamilyError> {
    Ok(vec![
        power::section()?,
        kaplan::section()?,
        compute::section()?,
        constraints::section()?,
        precision::section()?,
        vocabulary::section()?,
        density::section()?,
        hyperparameter::section()?,
    ])
}

/// A law at published constants.
struct Published {
    law: &'static dyn Law,
    theta: Vec<f64>,
}

impl Published {
    fn find(name: &str) -> Result<Self, FamilyError> {
        let fit = reference::find(name)?;
        let theta = fit.theta().ok_or_else(|| FamilyError::Missing(format!("{name} prints no full set")))?;
        Ok(Self { law: fit.law, theta })
    }
    /// A derived quantity; NaN where the law has none of that name.
    fn derived(&self, symbol: &str, at: &[f64]) -> f64 {
        self.law.card().derived(symbol).map_or(f64::NAN, |derived| (derived.value)(&self.theta, at))
    }
}

/// Columns of a built-in data set: text by header, numbers by header or role with the unit wanted.
fn columns(
    id: &str,
    labels: &[&str],
    numbers: &[(&str, &str)],
) -> Result<crate::data::measurements::Measurements, FamilyError> {
    let request = ingest::Request {
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        needed: numbers.iter().map(|(column, unit)| Needed { positive: false, ..Needed::new(column, unit) }).collect(),
        ..ingest::Request::default()
    };
    Ok(ingest::read(&Source::BuiltIn(id.to_owned()), &request)?)
}

/// Values from one to another by equal factors, both ends included.
fn spaced((low, high): (f64, f64), count: usize) -> Vec<f64> {
    let step = (high / low).ln() / (count - 1) as f64;
    (0..count).map(|k| low * (step * k as f64).exp()).collect()
}

/// A large number with its suffix, or a small one to some digits.
fn number(value: f64, digits: i32) -> String {
    if value.is_finite() && value.abs() >= 1e4 { si(value) } else { significant(value, digits) }
}

/// Both ends, all that a straight line between logarithms needs.
fn ends((low, high): (f64, f64)) -> [f64; 2] {
    [low, high]
}

fn dash(value: Option<String>) -> String {
    value.unwrap_or_else(|| "—".to_owned())
}
