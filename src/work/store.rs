//! Saved fits: written whole or not at all, with a digest of what they hold and of the program that
//! made them, and looked at closely when they are read. A record is believed only if it is what was
//! written, in this layout, and makes sense for its law.

use crate::data::ingest::{TableColumn, remove_file, replace_file, write_table};
use crate::engine::analysis::{Analysis, FORMAT};
use crate::record::{Band, Record};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::Path;

/// What is wrong with a file that is read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be read.
    #[error("{path}: {detail}")]
    Unreadable {
        /// File.
        path: String,
        /// Why.
        detail: String,
    },
    /// It is not a saved fit, or not one to be believed.
    #[error("{path}: {detail}")]
    Refused {
        /// File.
        path: String,
        /// What is wrong with it.
        detail: String,
    },
    /// It cannot be written.
    #[error("cannot write {path}: {detail}; choose another folder with `--out`")]
    Unwritable {
        /// Folder or file.
        path: String,
        /// Why.
        detail: String,
    },
}

impl StoreError {
    /// That something cannot be written.
    pub fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> Self {
        Self::Unwritable { path: path.display().to_string(), detail: error.to_string() }
    }
}

/// A stored record: who made it, the hash of what determined it, that of its replicates' file if
/// there is one, its own, the record.
#[derive(Serialize, Deserialize)]
struct Stored {
    made_by: String,
    key: String,
    replicates: Option<String>,
    sha256: String,
    record: Record,
}

/// The program: its version and the digest of the sources that determine a record.
pub fn maker() -> String {
    format!("scaling {} {}", env!("CARGO_PKG_VERSION"), env!("SCALING_SOURCES"))
}

/// The SHA-256 of bytes, in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Stored {
    /// Of all but itself. A record reads back to the bit, so that the layout of the file (spaces,
    /// line breaks) does not matter.
    fn digest(&self) -> Result<String, serde_json::Error> {
        let record = serde_json::to_vec(&self.record)?;
        let replicates = self.replicates.as_deref().unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [self.made_by.as_bytes(), self.key.as_bytes(), replicates.as_bytes(), &record] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Ok(hexadecimal(&hash.finalize()))
    }
}

/// Writes a fit, whole or not at all: its replicates, one column per parameter (if there are none, no
/// file is left), then its record, which is what says that the fit is done. `key` is the hash of what
/// determined it.
///
/// # Errors
/// [`StoreError::Unwritable`].
pub fn write(analysis: &Analysis, key: &str, record_path: &Path, replicates_path: &Path) -> Result<(), StoreError> {
    let replicates = write_replicates(analysis, replicates_path)?;
    write_stored(&analysis.record, key, replicates, record_path)
}

/// Writes a record alone, of a fit that no study knows.
///
/// # Errors
/// [`StoreError`] if the file cannot be written.
pub fn write_record(record: &Record, path: &Path) -> Result<(), StoreError> {
    write_stored(record, "", None, path)
}

fn write_stored(record: &Record, key: &str, replicates: Option<String>, record_path: &Path) -> Result<(), StoreError> {
    let unwritable = |error: serde_json::Error| StoreError::unwritable(record_path, &error);
    let record = record.clone();
    let mut stored = Stored { made_by: maker(), key: key.to_owned(), replicates, sha256: String::new(), record };
    stored.sha256 = stored.digest().map_err(unwritable)?;
    let mut bytes = serde_json::to_vec(&stored).map_err(unwritable)?;
    bytes.push(b'\n');
    write_whole(record_path, &bytes)
}

/// Reads a record that [`write()`] wrote.
///
/// # Errors
/// [`StoreError`] if it cannot be read, is none, was changed since, or does not fit its law.
pub fn read_record(path: &Path) -> Result<Record, StoreError> {
    read_stored(path).map(|stored| stored.record)
}

/// The record that [`write()`] wrote, if it was made from what has this hash, and its replicates are
/// still beside it.
pub fn unchanged(key: &str, record_path: &Path, replicates_path: &Path) -> Option<Record> {
    let stored = read_stored(record_path).ok().filter(|stored| stored.key == key)?;
    let beside = std::fs::read(replicates_path).ok().map(|bytes| sha256(&bytes));
    (beside == stored.replicates).then_some(stored.record)
}

fn read_stored(path: &Path) -> Result<Stored, StoreError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path)
        .map_err(|error| StoreError::Unreadable { path: name.clone(), detail: error.to_string() })?;
    let refused = |detail: String| StoreError::Refused { path: name.clone(), detail };
    let stored: Stored = serde_json::from_slice(&bytes).map_err(|error| refused(unlike(&bytes, &error)))?;
    let raw: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
    if stored.record.format != FORMAT {
        return Err(refused(other_format(stored.record.format)));
    }
    // A key that is not one of ours is no part of the hash, but it was not written by us either.
    let same = serde_json::to_value(&stored.record).is_ok_and(|record| record == raw["record"]);
    if !same || stored.digest().ok().as_ref() != Some(&stored.sha256) {
        return Err(refused("this saved fit was changed after it was written; fit again".to_owned()));
    }
    check(&stored.record).map_err(|detail| refused(format!("this saved fit makes no sense: {detail}; fit again")))?;
    Ok(stored)
}

/// Why a file is no record of this layout.
fn unlike(bytes: &[u8], error: &serde_json::Error) -> String {
    #[derive(Deserialize)]
    struct Probe {
        record: Format,
    }
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    match serde_json::from_slice::<Probe>(bytes) {
        Ok(probe) if probe.record.format != FORMAT => other_format(probe.record.format),
        _ => format!("not a saved fit: {error}"),
    }
}

fn other_format(found: u32) -> String {
    format!("this saved fit has layout {found}, and this program reads layout {FORMAT}; fit again")
}

/// Whether a record makes sense by itself and for its law, which it names its parameters by.
///
/// # Errors
/// What does not, in words.
pub fn check(record: &Record) -> Result<(), String> {
    let count = record.parameters.len();
    if let Some(law) = crate::laws::find(&record.law.id) {
        let card = law.card();
        let symbols = |of: &[crate::record::Axis]| of.iter().map(|axis| axis.symbol.clone()).collect::<Vec<_>>();
        let wanted: Vec<&str> = card.params.iter().map(|param| param.symbol).collect();
        let found: Vec<&str> = record.parameters.iter().map(|param| param.symbol.as_str()).collect();
        if wanted != found {
            return Err(format!("`{}` has the parameters {}, not {}", card.id, wanted.join(", "), found.join(", ")));
        }
        let inputs: Vec<&str> = card.inputs.iter().map(|input| input.symbol).collect();
        if symbols(&record.law.inputs) != inputs || record.law.output.symbol != card.output.symbol {
            return Err(format!("it does not have the inputs and the output of `{}`", card.id));
        }
    }
    if let Some(param) = record.parameters.iter().find(|param| !param.estimate.is_finite()) {
        return Err(format!("its {} is not finite", param.symbol));
    }
    let interval = &record.interval;
    if !(interval.level > 0.0 && interval.level < 1.0) || interval.failed > interval.replicates {
        return Err("its intervals have no level, or more replicates failed than were drawn".to_owned());
    }
    let square = |matrix: &Option<Vec<Vec<f64>>>| {
        matrix.as_ref().is_none_or(|rows| rows.len() == count && rows.iter().all(|row| row.len() == count))
    };
    let thetas = record.certificate.basins.iter().map(|basin| &basin.theta).chain(&interval.sample);
    if !(square(&interval.covariance) && square(&record.correlation) && thetas.into_iter().all(|t| t.len() == count)) {
        return Err(format!("not all that it says of its {count} parameters is of that size"));
    }
    lengths(record)
}

/// Whether what belongs together is of one length.
fn lengths(record: &Record) -> Result<(), String> {
    let points = &record.points;
    let rows = points.rows.len();
    let mut columns = [&points.measured, &points.predicted, &points.residual].into_iter();
    let inputs = points.inputs.iter().all(|(_, values)| values.len() == rows);
    if !(columns.all(|column| column.len() == rows) && inputs) {
        return Err(format!("its columns are not all of its {rows} rows"));
    }
    if record.provenance.rows_used > record.provenance.rows_read {
        return Err("it uses more rows than were read".to_owned());
    }
    let curves = &record.curves;
    let band = |band: &Band| {
        let ends = [&band.lower, &band.upper];
        band.y.len() == band.x.len() && ends.iter().all(|end| end.is_empty() || end.len() == band.x.len())
    };
    let bands = curves.line.iter().chain(&curves.frontier).chain(curves.allocation.iter().map(|(_, b)| b)).all(band);
    let isoflops = curves
        .isoflops
        .iter()
        .all(|curve| curve.n.len() == curve.loss.len() && curve.points.iter().all(|point| *point < rows));
    let surface = curves
        .surface
        .as_ref()
        .is_none_or(|s| s.loss.len() == s.d.len() && s.loss.iter().all(|line| line.len() == s.n.len()));
    let held_out = record
        .validation
        .as_ref()
        .is_none_or(|v| v.measured.len() == v.rows.len() && v.predicted.len() == v.rows.len());
    match bands && isoflops && surface && held_out {
        true => Ok(()),
        false => Err("its curves have points without a place".to_owned()),
    }
}

/// Writes the replicates of a fit, and gives the hash of their file.
fn write_replicates(analysis: &Analysis, path: &Path) -> Result<Option<String>, StoreError> {
    if analysis.replicates.is_empty() {
        return discard(path).map(|()| None);
    }
    let columns: Vec<(String, TableColumn)> = analysis
        .record
        .parameters
        .iter()
        .enumerate()
        .map(|(j, p)| (p.symbol.clone(), TableColumn::numbers(analysis.replicates.iter().map(|theta| theta[j]))))
        .collect();
    write_table(&columns, path).map_err(|error| StoreError::unwritable(path, &error.mistake))?;
    let bytes = std::fs::read(path).map_err(|error| StoreError::unwritable(path, &error))?;
    Ok(Some(sha256(&bytes)))
}

/// Removes a file of a fit that is no longer true.
///
/// # Errors
/// [`StoreError::Unwritable`] if it is somebody else's or cannot be removed.
pub fn discard(path: &Path) -> Result<(), StoreError> {
    remove_file(path, b"{\"made_by\":").map_err(|error| StoreError::unwritable(path, &error))
}

/// Writes bytes beside their place, flushes and renames: the file appears whole or not at all. A
/// file that holds them already is left alone, and so is one that this program did not make.
///
/// # Errors
/// [`StoreError::Unwritable`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    replace_file(path, bytes).map_err(|error| StoreError::unwritable(path, &error))
}
