//! What a user's FIT means: a saved record, or published constants by reference.

use super::failure::{Failure, Kind};
use crate::data::ingest::suggestion;
use crate::engine::analysis::{Beside, Ranges};
use crate::engine::design::Fitted;
use crate::engine::uncertainty::Uncertainty;
use crate::published::reference;
use crate::record::Record;
use crate::work::given::{Given, unit_of, values};
use crate::work::store::read_record;
use std::path::{Path, PathBuf};

/// A fit to predict from.
pub struct Saved {
    /// Name as given.
    pub name: String,
    /// Parameters and their uncertainty.
    pub known: Uncertainty,
    /// Where the data lie.
    pub ranges: Ranges,
    /// Units of inputs and output where they are not the law's: symbol, unit.
    units: Vec<(String, String)>,
    /// What the law leaves out beside the data.
    pub beside: Option<Beside>,
    /// The problem with its rows, if it kept them and they show noise.
    pub fitted: Option<Fitted>,
}

impl Saved {
    /// Numbers by symbol in the units of this fit.
    pub fn values(&self, given: &[Given]) -> Result<Vec<(String, f64)>, Failure> {
        let unit = |symbol: &str| {
            let own = self.units.iter().find(|(known, _)| known == symbol).map(|(_, unit)| unit.clone());
            own.or_else(|| unit_of(self.known.law.card(), symbol).map(str::to_owned))
        };
        values(given, &unit).map_err(Failure::request)
    }
}

/// The record of a path: the file, or `record.json` in a folder.
pub fn record(fit: &str) -> Result<(Record, PathBuf), Failure> {
    let path = Path::new(fit);
    let file = if path.is_dir() { path.join("record.json") } else { path.to_owned() };
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    if !file.exists() {
        return Err(unknown(fit, ""));
    }
    Ok((read_record(&file)?, folder))
}

fn unknown(fit: &str, suggestion: &str) -> Failure {
    let why = format!(
        "`{fit}`{suggestion} is neither a saved fit (make one with `scaling fit … --out DIR`) nor a published one (as `besiroglu2024/main`; `scaling reproduce` lists them)"
    );
    Failure::request(why).of(Kind::UnknownFit)
}

/// A saved record or published constants.
pub fn open(fit: &str) -> Result<Saved, Failure> {
    if !Path::new(fit).exists() {
        let published = reference::find(fit).map_err(|_| unknown(fit, &similar(fit)))?;
        let theta = published.theta().ok_or_else(|| {
            Failure::request(format!("`{fit}` does not print every parameter of {}", published.law.card().id))
        })?;
        return Ok(Saved {
            name: fit.to_owned(),
            known: Uncertainty::none(published.law, theta),
            ranges: Ranges::unknown(),
            units: published.input_units.clone(),
            beside: None,
            fitted: None,
        });
    }
    let (record, _) = record(fit)?;
    let known = Uncertainty::of_record(&record).ok_or_else(|| {
        Failure::work(format!("`{fit}` was fitted with the law `{}`, which this program lacks", record.law.id))
    })?;
    let axes = record.law.inputs.iter().chain([&record.law.output]);
    let units = axes.map(|axis| (axis.symbol.clone(), axis.unit.clone())).collect();
    let (ranges, beside) = (Ranges::of_record(&record), Beside::of_record(&record));
    let fitted = Fitted::of_record(known.law, &record);
    Ok(Saved { name: fit.to_owned(), known, ranges, units, beside, fitted })
}

/// The published constants that may have been meant, of those that can be opened.
fn similar(fit: &str) -> String {
    let references = reference::all().unwrap_or_default();
    let fits = references.iter().flat_map(|reference| &reference.fits);
    suggestion(fit, fits.filter(|fit| fit.theta().is_some()).map(|fit| fit.name.as_str()))
}
