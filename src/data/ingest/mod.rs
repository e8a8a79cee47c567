//! Tables in, measurements out: finds the columns, reads the numbers with their units, keeps or
//! drops rows by stated conditions only, and says what it did. The only module that names polars.

mod builtin;
mod cells;
mod check;
mod convert;
mod csv;
mod error;
mod expression;
mod frame;
mod json;
mod parquet;
mod plan;
mod roles;
mod table;

pub use builtin::{built_in, card, embedded};
pub use convert::is_conversion;
pub use error::{IngestError, Mistake, Place, nearest, suggestion};
pub use table::{TableColumn, may_replace, read_table, remove_file, replace_file, write_table};

use crate::data::card::DatasetCard;
use crate::data::measurements::{Column, ColumnUse, Dropped, Label, Measurements, Provenance};
use crate::law::{Counts, Law};
use cells::Table;
use csv::Csv;
use expression::{Expression, Values};
use json::Json;
use parquet::Parquet;
use plan::{Loaded, Plan};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where a table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// A built-in data set, or a part of one as `set/part`.
    BuiltIn(String),
}

impl Source {
    /// What a user's word means: a file if there is one, else a built-in data set, else a file
    /// that is missing.
    pub fn named(text: &str) -> Self {
        match Self::built_in(text) {
            Some(source) if !Path::new(text).exists() => source,
            _ => Self::File(PathBuf::from(text)),
        }
    }

    /// The built-in data set of this name, or part of one, if there is one.
    pub fn built_in(text: &str) -> Option<Self> {
        builtin::is_built_in(text).then(|| Self::BuiltIn(text.to_owned()))
    }

    /// The word again.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::BuiltIn(id) => id.clone(),
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
    /// Role, column: overrides what the headers suggest.
    pub map: Vec<(String, String)>,
    /// Rows to keep.
    pub filter: Option<String>,
    /// Rows to leave out: condition, reason.
    pub exclude: Vec<(String, String)>,
}

impl Request {
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

enum Reader<'a> {
    Csv(Csv<'a>),
    Json(Json),
    Parquet(Parquet),
}

impl Reader<'_> {
    fn headers(&self) -> &[String] {
        match self {
            Self::Csv(csv) => &csv.headers,
            Self::Json(json) => &json.headers,
            Self::Parquet(parquet) => &parquet.headers,
        }
    }

    fn load(self, numbers: &[usize], texts: &[usize]) -> Result<Table, Mistake> {
        match self {
            Self::Csv(csv) => csv.load(numbers, texts),
            Self::Json(json) => json.load(numbers, texts),
            Self::Parquet(parquet) => parquet.load(numbers, texts),
        }
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
        Source::File(path) => {
            let mistake = |mistake: Mistake| match mistake {
                Mistake::Unreadable(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    Mistake::MissingFile { near: builtin::similar(&name) }
                }
                other => other,
            };
            parquet::hash(path).map_err(|error| mistake(error).in_source(&name))
        }
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
        Source::File(_) => &[],
    }
}

/// Reads a table into measurements.
pub fn read(source: &Source, request: &Request) -> Result<Measurements, IngestError> {
    let name = source.name();
    let (reader, card) = match source {
        Source::File(path) => (open(path).map_err(|mistake| mistake.in_source(&name))?, None),
        Source::BuiltIn(id) => {
            let (card, bytes) = builtin::open(id)?;
            let csv = Csv::open(Box::new(bytes)).map_err(|mistake| mistake.in_source(&name))?;
            (Reader::Csv(csv), Some(card))
        }
    };
    measurements(&name, reader, card, request).map_err(|mistake| mistake.in_source(&name))
}

/// The headers of a table, for listings.
pub fn headers(source: &Source) -> Result<Vec<String>, IngestError> {
    let name = source.name();
    let reader = match source {
        Source::File(path) => open(path),
        Source::BuiltIn(id) => Csv::open(Box::new(builtin::open(id)?.1)).map(Reader::Csv),
    };
    reader.map(|reader| reader.headers().to_vec()).map_err(|mistake| mistake.in_source(&name))
}

/// Opens a file by what it holds; the extension only sharpens the message.
fn open(path: &Path) -> Result<Reader<'static>, Mistake> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Mistake::MissingFile { near: builtin::similar(&path.to_string_lossy()) });
        }
        Err(error) => return Err(Mistake::Unreadable(error)),
    };
    let mut start = Vec::new();
    file.by_ref().take(512).read_to_end(&mut start)?;
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    let named = |names: &[&str]| names.contains(&extension.as_str());
    if start.starts_with(parquet::MAGIC) {
        return Parquet::open(path).map(Reader::Parquet);
    }
    if start.is_empty() {
        return Err(Mistake::EmptyFile);
    }
    if named(&["parquet", "pq"]) {
        return Err(Mistake::NotParquet);
    }
    if start.starts_with(b"PK\x03\x04") {
        return Err(Mistake::NotATable { what: "a spreadsheet or a zip archive" });
    }
    if start.starts_with(b"\x1f\x8b") || start.starts_with(b"\x28\xb5\x2f\xfd") {
        return Err(Mistake::NotATable { what: "a compressed file" });
    }
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start).trim_ascii_start();
    let input = std::io::Cursor::new(start.clone()).chain(file);
    let objects = text.strip_prefix(b"[").map_or(text, <[u8]>::trim_ascii_start).starts_with(b"{");
    if objects || named(&["json", "jsonl", "ndjson"]) {
        let mut bytes = Vec::new();
        let mut input = input;
        input.read_to_end(&mut bytes)?;
        return Json::open(bytes).map(Reader::Json);
    }
    Csv::open(Box::new(input)).map(Reader::Csv)
}

fn measurements(
    name: &str,
    reader: Reader<'_>,
    card: Option<&DatasetCard>,
    request: &Request,
) -> Result<Measurements, Mistake> {
    let filter = request.filter.as_deref().map(Expression::parse).transpose()?;
    let exclusions = card.into_iter().flat_map(|card| &card.exclude).map(|e| (e.condition.as_str(), e.reason.as_str()));
    let exclusions = exclusions.chain(request.exclude.iter().map(|(condition, reason)| (&**condition, &**reason)));
    let exclusions: Vec<(Expression, &str)> =
        exclusions.map(|(text, reason)| Ok((Expression::parse(text)?, reason))).collect::<Result<_, Mistake>>()?;

    let mut plan = Plan::new(reader.headers(), card, request)?;
    for (expression, text) in filter.iter().map(|e| (e, request.filter.as_deref().unwrap_or_default())) {
        plan.add_names(expression, text)?;
    }
    for (expression, reason) in &exclusions {
        plan.add_names(expression, reason)?;
    }
    let (numbers, texts) = plan.columns();
    let table = reader.load(&numbers, &texts)?;
    let mut loaded = plan.fill(table)?;

    let (rows, dropped) = keep(&loaded, filter.as_ref(), request.filter.as_deref(), &exclusions)?;
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

/// Rows (from 0) that no exclusion takes out and the filter keeps, and an account of the others.
fn keep(
    loaded: &Loaded,
    filter: Option<&Expression>,
    filter_text: Option<&str>,
    exclusions: &[(Expression, &str)],
) -> Result<(Vec<usize>, Vec<Dropped>), Mistake> {
    let conditions: Vec<(&Expression, Vec<Values<'_>>)> =
        exclusions.iter().map(|(e, _)| e).chain(filter).map(|e| (e, loaded.values(e))).collect();
    let mut dropped: Vec<Dropped> = exclusions
        .iter()
        .map(|(_, reason)| (*reason).to_owned())
        .chain(filter_text.map(|text| format!("not {text}")))
        .map(|reason| Dropped { reason, count: 0, rows: Vec::new() })
        .collect();
    let mut rows = Vec::with_capacity(loaded.rows_read);
    for row in 0..loaded.rows_read {
        let out = conditions
            .iter()
            .enumerate()
            .position(|(i, (condition, values))| condition.holds(values, row) == (i < exclusions.len()));
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
                derived_by: series.conversion.map(|conversion| conversion.formula.to_owned()),
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
