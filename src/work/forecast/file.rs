//! The files of forecasts: one each, `NAME.json` in a folder.

use super::{FORMAT, ForecastError, Frozen, is_name};
use crate::base::date::read_day;
use crate::work::store::{StoreError, write_whole};
use std::path::{Path, PathBuf};

/// A forecast as it lies in a folder.
#[derive(Debug)]
pub struct Kept {
    /// Its file.
    pub path: PathBuf,
    /// What it holds, or why that is not to be believed.
    pub frozen: Result<Frozen, StoreError>,
}

fn place(folder: &Path, name: &str) -> Result<PathBuf, ForecastError> {
    match is_name(name) {
        true => Ok(folder.join(format!("{name}.json"))),
        false => Err(ForecastError::Name(name.to_owned())),
    }
}

/// Writes a forecast, whole or not at all. One that lies there already may only have gained outcomes.
///
/// # Errors
/// [`ForecastError::Exists`] if another one has its name; [`ForecastError::Store`].
pub fn write(folder: &Path, frozen: &Frozen) -> Result<PathBuf, ForecastError> {
    let path = place(folder, &frozen.forecast.name)?;
    if path.exists() {
        let same = |found: &Frozen| found.sha256 == frozen.sha256 && frozen.outcomes.starts_with(&found.outcomes);
        if !open(&path).is_ok_and(|found| same(&found)) {
            return Err(ForecastError::Exists { path: path.display().to_string() });
        }
    }
    let mut bytes = serde_json::to_vec_pretty(frozen).map_err(|error| StoreError::unwritable(&path, &error))?;
    bytes.push(b'\n');
    write_whole(&path, &bytes)?;
    Ok(path)
}

/// Reads a forecast by its name.
///
/// # Errors
/// [`ForecastError::Missing`] if there is none; [`ForecastError::Store`] if it cannot be read or was
/// changed since it was written.
pub fn read(folder: &Path, name: &str) -> Result<Frozen, ForecastError> {
    let path = place(folder, name)?;
    if !path.exists() {
        let names: Vec<String> = names(folder).unwrap_or_default();
        let known = match names.is_empty() {
            true => "; make one with `scaling forecast new`".to_owned(),
            false => format!("; there are {}", names.join(", ")),
        };
        return Err(ForecastError::Missing { path: path.display().to_string(), known });
    }
    Ok(open(&path)?)
}

/// Every forecast of a folder, by name.
///
/// # Errors
/// [`StoreError::Unreadable`] if there is no such folder.
pub fn list(folder: &Path) -> Result<Vec<Kept>, StoreError> {
    let paths = names(folder)?.into_iter().map(|name| folder.join(format!("{name}.json")));
    Ok(paths.map(|path| Kept { frozen: open(&path), path }).collect())
}

fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let unreadable = |error: std::io::Error| StoreError::Unreadable {
        path: folder.display().to_string(),
        detail: format!("no folder of forecasts can be read there: {error}"),
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".json").filter(|name| is_name(name)).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Reads a file and believes it only if it is what was written.
fn open(path: &Path) -> Result<Frozen, StoreError> {
    let name = path.display().to_string();
    let refused = |detail: String| StoreError::Refused { path: name.clone(), detail };
    let bytes = std::fs::read(path)
        .map_err(|error| StoreError::Unreadable { path: name.clone(), detail: error.to_string() })?;
    let raw: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|error| refused(format!("not a forecast: {error}")))?;
    let format = &raw["forecast"]["format"];
    if format.as_u64().is_some_and(|format| format != u64::from(FORMAT)) {
        return Err(refused(format!("this forecast has layout {format}, and this program reads layout {FORMAT}")));
    }
    let frozen: Frozen = serde_json::from_slice(&bytes).map_err(|error| refused(format!("not a forecast: {error}")))?;
    // Numbers read back to the bit, so that only what was written can give what was read.
    let same = serde_json::to_value(&frozen).is_ok_and(|again| again == raw);
    if !same || !frozen.is_intact() {
        return Err(refused(
            "it was changed after it was written, and its hash does not hold; restore it from where it was committed"
                .to_owned(),
        ));
    }
    let forecast = &frozen.forecast;
    if path.file_stem().is_none_or(|stem| stem.to_string_lossy() != *forecast.name) {
        return Err(refused(format!("it holds the forecast `{}`: a forecast keeps its name", forecast.name)));
    }
    let ascend = forecast.quantiles.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
    let shares = forecast.quantiles.iter().all(|(p, _)| *p > 0.0 && *p < 1.0) && forecast.level > 0.0;
    if !(ascend && shares && forecast.level < 1.0 && read_day(&forecast.date).is_some()) {
        return Err(refused("its quantiles, its level or its day make no sense".to_owned()));
    }
    Ok(frozen)
}
