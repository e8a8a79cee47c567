//! Tables in, measurements out: finds the columns, reads the numbers with their units, keeps or
//! drops rows by stated conditions only, and says what it did. The only module that names polars.

mod builtin;
mod cells;
mod check;
mod columnar;
mod convert;
mod csv;
mod error;
mod expression;
mod files;
mod fill;
mod frame;
mod input;
mod json;
mod loaded;
mod memory;
mod names;
mod open;
mod plan;
mod preamble;
mod reader;
mod roles;
mod runs;
mod shape;
mod split;
mod table;

pub use builtin::{built_in, card, embedded};
pub use convert::is_conversion;
pub use error::{IngestError, Mistake, Place, nearest, suggestion};
pub use memory::{Cells as HeldCells, Held};
pub use runs::{Asked, Damaged, Harvest, harvest};
pub use table::{
    TableColumn, cells_mark, clear_unfinished, csv as csv_text, may_replace, read_table, remove_file, replace_file,
    write_table,
};

use crate::data::card::DatasetCard;
use crate::data::measurements::{Column, ColumnUse, Dropped, Label, Measurements, Provenance};
use crate::law::{Counts, Law};
use csv::Csv;
use expression::{Expression, Values};
use loaded::Loaded;
use plan::Plan;
use reader::{Many, Part, Reader, Stacked};
use roles::Headers;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Several files, read as one table with their names in a column `file`: as given, and which.
    Files(String, Vec<PathBuf>),
    /// A built-in data set, or a part of one as `set/part`.
    BuiltIn(String),
    /// A folder of runs as labs leave them, one row for each: see [`harvest`].
    Runs(PathBuf),
    /// A table in memory.
    Memory(Arc<Held>),
}

impl Source {
    /// What a user's word means: standard input for `-`, a file if there is one, else a built-in data set, else the runs or tables
    /// of a folder or of a pattern (`runs/*.csv`), else a file that is missing. Several words make
    /// several files, see [`Source::list`].
    pub fn named(text: &str) -> Self {
        let path = Path::new(text);
        if input::is(path) {
            return Self::File(path.to_owned());
        }
        match Self::built_in(text) {
            Some(source) if !path.exists() => source,
            _ if path.is_dir() && runs::is_folder(path) => Self::Runs(path.to_owned()),
            _ if path.is_dir() => Self::Files(text.to_owned(), files::of_folder(path)),
            _ if path.exists() => Self::File(path.to_owned()),
            _ => match serde_json::from_str::<Vec<String>>(text) {
                Ok(list) => {
                    let name = format!("{} files", list.len());
                    Self::Files(name, list.iter().flat_map(|word| Self::named(word).paths()).collect())
                }
                Err(_) if files::is_pattern(text) => Self::Files(text.to_owned(), files::matching(path)),
                Err(_) => Self::File(path.to_owned()),
            },
        }
    }

    /// Several words as one, for [`Source::named`].
    pub fn list(words: &[String]) -> String {
        match words {
            [only] => only.clone(),
            several => serde_json::to_string(several).unwrap_or_default(),
        }
    }

    fn paths(self) -> Vec<PathBuf> {
        match self {
            Self::File(path) | Self::Runs(path) => vec![path],
            Self::Files(_, paths) => paths,
            Self::BuiltIn(id) => vec![PathBuf::from(id)],
            Self::Memory(_) => Vec::new(),
        }
    }

    /// The built-in data set of this name, or part of one, if there is one.
    pub fn built_in(text: &str) -> Option<Self> {
        builtin::is_built_in(text).then(|| Self::BuiltIn(text.to_owned()))
    }

    /// What it is called in messages and records.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) if input::is(path) => input::NAME.to_owned(),
            Self::File(path) | Self::Runs(path) => path.display().to_string(),
            Self::Files(text, _) => text.clone(),
            Self::BuiltIn(id) => id.clone(),
            Self::Memory(held) => held.name().to_owned(),
        }
    }
}

/// Whether a path that a file names leads to a place beside that file or below: neither from the
/// root nor upwards.
pub fn is_beside(path: &str) -> bool {
    use std::path::Component::{CurDir, Normal};
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, CurDir | Normal(_)))
}

/// A role that must be filled.
#[derive(Clone, Debug, PartialEq)]
pub struct Needed {
    /// Symbol: `N`.
    pub symbol: String,
    /// Unit that the values are wanted in, as [`crate::base::units::Unit::parse`] reads it.
    pub unit: String,
    /// What must be counted.
    pub counts: Counts,
    /// Zero and negative values are mistakes.
    pub positive: bool,
}

impl Needed {
    /// A positive quantity with no rival conventions.
    pub fn new(symbol: &str, unit: &str) -> Self {
        Self { symbol: symbol.to_owned(), unit: unit.to_owned(), counts: Counts::Any, positive: true }
    }
}

/// What to read, and which rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// Numbers, in the order of the answer.
    pub needed: Vec<Needed>,
    /// Text columns to carry along, by header.
    pub labels: Vec<String>,
    /// Role, column or formula of columns: overrides what the headers suggest.
    pub map: Vec<(String, String)>,
    /// Rows to keep.
    pub filter: Option<String>,
    /// Rows to leave out: condition, reason.
    pub exclude: Vec<(String, String)>,
    /// Role, quantity: holds in every row.
    pub set: Vec<(String, String)>,
    /// Columns of a wide table to make rows of: role, pattern with one `*`.
    pub stack: Option<(String, String)>,
    /// Decimals are written with a comma.
    pub decimal_comma: bool,
}

/// What a user says of how a table is read, the same for all that read one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Role, column or formula of columns.
    #[serde(default)]
    pub map: Vec<(String, String)>,
    /// Rows to keep.
    #[serde(default)]
    pub filter: Option<String>,
    /// Role, quantity: holds in every row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<(String, String)>,
    /// Columns of a wide table to make rows of: role, pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<(String, String)>,
    /// Decimals are written with a comma.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decimal_comma: bool,
}

impl Reading {
    /// Roles and rows alone.
    pub fn of(map: Vec<(String, String)>, filter: Option<String>) -> Self {
        Self { map, filter, ..Self::default() }
    }

    /// The word of a study for the decimal mark.
    ///
    /// # Errors
    /// One sentence, if it is none.
    pub fn is_comma(mark: &str) -> Result<bool, String> {
        match mark {
            "," | "comma" => Ok(true),
            "." | "point" => Ok(false),
            other => Err(format!("`{other}` is no decimal mark; write , or .")),
        }
    }
}

impl Request {
    /// The same, read as a user says: roles and constants are added, rows must meet both conditions.
    #[must_use]
    pub fn read_as(mut self, reading: &Reading) -> Self {
        self.map.extend(reading.map.iter().cloned());
        self.set.extend(reading.set.iter().cloned());
        self.filter = match (self.filter.take(), &reading.filter) {
            (Some(ours), Some(theirs)) => Some(format!("({ours}) and ({theirs})")),
            (ours, theirs) => ours.or_else(|| theirs.clone()),
        };
        self.stack = self.stack.or_else(|| reading.stack.clone());
        self.decimal_comma |= reading.decimal_comma;
        self
    }

    /// What a law needs read: its inputs and its output, in its units.
    pub fn of(law: &dyn Law) -> Self {
        let card = law.card();
        let needed = card
            .inputs
            .iter()
            .chain([&card.output])
            .map(|input| Needed {
                symbol: input.symbol.to_owned(),
                unit: input.unit.to_owned(),
                counts: input.counts,
                positive: input.domain.0 > 0.0,
            })
            .collect();
        Self { needed, ..Self::default() }
    }
}

/// SHA-256 of the bytes that a source stands for, as [`Provenance::sha256`] gives it: those of the
/// file, or of the built-in table.
///
/// # Errors
/// [`IngestError`] if there is no such source or it cannot be read.
pub fn fingerprint(source: &Source) -> Result<String, IngestError> {
    let name = source.name();
    match source {
        Source::Files(_, paths) => {
            let hashes = paths.iter().map(|path| columnar::hash(path)).collect::<Result<Vec<_>, _>>();
            let hashes = hashes.map_err(|error| error.in_source(&name))?;
            Ok(reader::joined(hashes.iter().map(String::as_str)))
        }
        Source::File(path) => {
            let mistake = |mistake: Mistake| match mistake {
                Mistake::Unreadable(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    Mistake::MissingFile { near: builtin::similar(&name) }
                }
                other => other,
            };
            columnar::hash(path).map_err(|error| mistake(error).in_source(&name))
        }
        Source::Runs(folder) => Ok(harvest(folder, &Asked::default())?.held(&name)?.sha256().to_owned()),
        Source::Memory(held) => Ok(held.sha256().to_owned()),
        Source::BuiltIn(id) => Ok(frame::hexadecimal(&Sha256::digest(builtin::open(id)?.1))),
    }
}

/// The bytes of a built-in data set's card, by which its table is read; none for a file.
pub fn card_of(source: &Source) -> &'static [u8] {
    match source {
        Source::BuiltIn(id) => builtin::open(id)
            .ok()
            .and_then(|(card, _)| builtin::embedded(&format!("{}/card.toml", card.id)))
            .unwrap_or_default(),
        Source::File(_) | Source::Files(..) | Source::Runs(_) | Source::Memory(_) => &[],
    }
}

/// Reads a table into measurements.
///
/// # Errors
/// [`IngestError`]: one sentence that names the place and the remedy.
pub fn read(source: &Source, request: &Request) -> Result<Measurements, IngestError> {
    let name = source.name();
    let (reader, card) = open_source(source, request.decimal_comma)?;
    measurements(&name, reader, card, request).map_err(|mistake| mistake.in_source(&name))
}

/// The headers of a table, for listings.
///
/// # Errors
/// [`IngestError`].
pub fn headers(source: &Source) -> Result<Vec<String>, IngestError> {
    headers_as(source, &Reading::default())
}

/// The same of a table read as a user says: the headers of a wide one made long.
///
/// # Errors
/// [`IngestError`] if it cannot be opened, or has no columns to stack.
pub fn headers_as(source: &Source, reading: &Reading) -> Result<Vec<String>, IngestError> {
    let (reader, card) = open_source(source, reading.decimal_comma)?;
    if reading.stack.is_none() {
        return Ok(reader.headers().to_vec());
    }
    let reader = shaped(reader, card, &Request::default().read_as(reading));
    Ok(reader.map_err(|mistake| mistake.in_source(&source.name()))?.headers().to_vec())
}

fn open_source(source: &Source, comma: bool) -> Result<(Reader<'static>, Option<&'static DatasetCard>), IngestError> {
    let name = source.name();
    let placed = |mistake: Mistake| mistake.in_source(&name);
    match source {
        Source::File(path) => Ok((open::open(path, comma).map_err(placed)?, None)),
        Source::Files(_, paths) => {
            let part = |path: &PathBuf| {
                let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
                match open::open(path, comma) {
                    Ok(reader) => Ok(Part { name: file, reader }),
                    Err(mistake) => Err(placed(Mistake::InFile { file, mistake: Box::new(mistake) })),
                }
            };
            let parts = paths.iter().map(part).collect::<Result<Vec<_>, _>>()?;
            if parts.is_empty() {
                return Err(placed(Mistake::NoTables));
            }
            Ok((Reader::Many(Many::new(parts)), None))
        }
        Source::Runs(folder) => {
            let held = harvest(folder, &Asked::default())?.held(&name)?;
            Ok((Reader::Memory(Arc::new(held)), None))
        }
        Source::Memory(held) => Ok((Reader::Memory(Arc::clone(held)), None)),
        Source::BuiltIn(id) => {
            let (card, bytes) = builtin::open(id)?;
            Ok((Reader::Csv(Csv::open(Box::new(bytes), false).map_err(placed)?), Some(card)))
        }
    }
}

/// The table as asked for: a wide one made long.
fn shaped<'a>(reader: Reader<'a>, card: Option<&DatasetCard>, request: &Request) -> Result<Reader<'a>, Mistake> {
    match &request.stack {
        Some((role, pattern)) => {
            let mapped: Vec<String> = request.map.iter().map(|(_, column)| column.clone()).collect();
            Stacked::by_pattern(reader, role, pattern, &mapped)
        }
        None if card.is_none() => Ok(Stacked::chart(reader)),
        None => Ok(reader),
    }
}

fn measurements(
    name: &str,
    reader: Reader<'_>,
    card: Option<&DatasetCard>,
    request: &Request,
) -> Result<Measurements, Mistake> {
    let reader = shaped(reader, card, request)?;
    let headers = Headers::new(reader.headers(), &|column| reader.unit(column), card);
    let mut plan = Plan::new(headers, card, request)?;
    let exclusions = card.into_iter().flat_map(|card| &card.exclude).map(|e| (e.condition.as_str(), e.reason.as_str()));
    let exclusions = exclusions.chain(request.exclude.iter().map(|(condition, reason)| (&**condition, &**reason)));
    // Exclusions, and the filter last.
    let mut conditions: Vec<(Expression, &str, String)> = Vec::new();
    let filter = request.filter.as_deref().map(|text| (text, format!("not {text}")));
    let filter = filter.as_ref().map(|(text, reason)| (*text, reason.as_str()));
    for (text, reason) in exclusions.chain(filter) {
        let expression = Expression::condition(text, &|word| plan.is_known(word))?;
        plan.add_names(&expression, text)?;
        conditions.push((expression, text, reason.to_owned()));
    }
    let (numbers, texts) = plan.columns();
    let table = reader.load(&numbers, &texts)?;
    let mut loaded = plan.fill(table)?;
    for (expression, text, _) in &mut conditions {
        expression.settle(text, &|name| loaded.unit_of(name))?;
    }
    for (expression, text, _) in &conditions {
        expression.as_meant(text, &loaded.values(expression), &|name| loaded.multiplied(name))?;
    }
    let conditions: Vec<(Expression, String)> =
        conditions.into_iter().map(|(expression, _, reason)| (expression, reason)).collect();

    let (rows, dropped) = keep(&loaded, &conditions, request.filter.is_some())?;
    check::cells(&loaded, &rows)?;
    let mut warnings = loaded.warnings(&rows);
    loaded.retain(&rows);
    warnings.extend(check::rows(&loaded, &rows)?);

    let columns_used = loaded.columns_used();
    let provenance = Provenance {
        source: name.to_owned(),
        title: card.map(|card| card.title.clone()),
        cite: card.map(|card| card.cite.clone()).unwrap_or_default(),
        licence: card.map(|card| card.licence.clone()),
        precision: card.and_then(|card| card.precision.clone()),
        sha256: Some(loaded.sha256.clone()),
        rows_read: loaded.rows_read,
        rows_used: rows.len(),
        dropped,
        columns: columns_used,
        warnings,
    };
    let (columns, labels) = loaded.into_columns(request);
    Ok(Measurements { columns, labels, rows: rows.into_iter().map(|row| row + 1).collect(), provenance })
}

/// Rows (from 0) that no exclusion takes out and the filter, the last of the conditions if there is
/// one, keeps; and an account of the others.
fn keep(
    loaded: &Loaded,
    conditions: &[(Expression, String)],
    filtered: bool,
) -> Result<(Vec<usize>, Vec<Dropped>), Mistake> {
    let exclusions = conditions.len() - usize::from(filtered);
    let columns: Vec<Vec<Values<'_>>> = conditions.iter().map(|(e, _)| loaded.values(e)).collect();
    let mut dropped: Vec<Dropped> =
        conditions.iter().map(|(_, reason)| Dropped { reason: reason.clone(), count: 0, rows: Vec::new() }).collect();
    let mut rows = Vec::with_capacity(loaded.rows_read);
    for row in 0..loaded.rows_read {
        let out = conditions
            .iter()
            .zip(&columns)
            .enumerate()
            .position(|(i, ((condition, _), values))| condition.holds(values, row) == (i < exclusions));
        match out {
            Some(i) => {
                dropped[i].count += 1;
                if dropped[i].rows.len() < 100 {
                    dropped[i].rows.push(row + 1);
                }
            }
            None => rows.push(row),
        }
    }
    dropped.retain(|dropped| dropped.count > 0);
    if rows.is_empty() {
        let reasons: Vec<String> =
            dropped.iter().map(|dropped| format!("{} left out by `{}`", dropped.count, dropped.reason)).collect();
        return Err(Mistake::NoRowsLeft { rows: loaded.rows_read, reason: reasons.join(", ") });
    }
    Ok((rows, dropped))
}

impl Loaded {
    fn columns_used(&self) -> Vec<ColumnUse> {
        self.needed()
            .map(|series| ColumnUse {
                symbol: series.symbol.clone(),
                header: series.header.clone(),
                unit: series.unit_name.clone(),
                counts: series.counts,
                derived_by: series.derived_by.clone(),
            })
            .collect()
    }

    fn into_columns(self, request: &Request) -> (Vec<Column>, Vec<Label>) {
        let labels = request.labels.iter().cloned().zip(self.texts).map(|(name, values)| Label { name, values });
        let columns = self.series.into_iter().filter(|series| series.wanted.is_some());
        let columns = columns.map(|series| Column { symbol: series.symbol, values: series.cells.values });
        (columns.collect(), labels.collect())
    }
}
