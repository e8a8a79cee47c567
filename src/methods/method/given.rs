//! What a method is given: tables that it reads as it needs them, fits, a seed.

use super::MethodError;
use super::card::{Card, Table};
use crate::data::ingest::{self, Needed, Reading, Request, Source};
use crate::data::measurements::{ColumnUse, Measurements, Provenance, Warning};
use crate::engine::analysis::Ranges;
use crate::engine::design::Fitted;
use crate::engine::uncertainty::Uncertainty;
use crate::law::Input;
use std::sync::{Mutex, PoisonError};

/// Where a table's rows are.
#[derive(Clone, Debug)]
enum Rows {
    /// A file or a built-in data set, and how it is read.
    Source { source: Source, reading: Reading },
    /// Rows in memory.
    Memory(Box<Measurements>),
}

/// A table of a source, as the user asked for it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Where it is.
    pub source: &'a Source,
    /// How it is read.
    pub reading: &'a Reading,
}

/// A fit that a method starts from.
#[derive(Clone)]
pub struct GivenFit {
    /// Name as given.
    pub name: String,
    /// Law, parameters and their uncertainty.
    pub known: Uncertainty,
    /// Where its data lie.
    pub ranges: Ranges,
    /// The problem with its rows; none for published constants, or where the rows show no noise.
    pub fitted: Option<Fitted>,
}

/// What a method is given. What it reads and what it warns of is kept, for the record.
pub struct Given {
    tables: Vec<(String, Rows)>,
    /// Fits to start from.
    pub fits: Vec<GivenFit>,
    /// Seed of every draw; draw i uses (seed, i).
    pub seed: u64,
    /// Coverage of intervals.
    pub level: f64,
    read: Mutex<Vec<Provenance>>,
    warnings: Mutex<Vec<Warning>>,
}

impl Default for Given {
    fn default() -> Self {
        Self {
            tables: Vec::new(),
            fits: Vec::new(),
            seed: 0,
            level: 0.95,
            read: Mutex::default(),
            warnings: Mutex::default(),
        }
    }
}

impl Given {
    /// Nothing but a seed and a coverage.
    pub fn new(seed: u64, level: f64) -> Self {
        Self { seed, level, ..Self::default() }
    }

    /// The same with a table of a source, and how it is read.
    #[must_use]
    pub fn table(mut self, name: &str, source: Source, reading: Reading) -> Self {
        self.tables.push((name.to_owned(), Rows::Source { source, reading }));
        self
    }

    /// The same with a table in memory, its columns by role.
    #[must_use]
    pub fn rows(mut self, name: &str, rows: Measurements) -> Self {
        self.tables.push((name.to_owned(), Rows::Memory(Box::new(rows))));
        self
    }

    /// The same with a fit.
    #[must_use]
    pub fn fit(mut self, fit: GivenFit) -> Self {
        self.fits.push(fit);
        self
    }

    /// Whether a table was given.
    pub fn has(&self, name: &str) -> bool {
        self.tables.iter().any(|(table, _)| table == name)
    }

    /// Reads the columns that the card says a table always has.
    ///
    /// # Errors
    /// [`MethodError`] if it was not given or cannot be read.
    pub fn read(&self, card: &'static Card, name: &str) -> Result<Measurements, MethodError> {
        let table = card.tables.iter().find(|table| table.name == name);
        let columns = table.map_or(&[][..], |table| table.columns);
        self.read_columns(card, name, Request { needed: columns.iter().map(needed).collect(), ..Request::default() })
    }

    /// Reads the columns and texts of a request of one's own; what the user said of roles and rows
    /// is added to it.
    ///
    /// # Errors
    /// [`MethodError`] if it was not given or cannot be read.
    pub fn read_columns(&self, card: &'static Card, name: &str, request: Request) -> Result<Measurements, MethodError> {
        let read = match self.find(card, name)? {
            Rows::Memory(rows) => in_memory(rows, &request, name)?,
            Rows::Source { source, reading } => ingest::read(source, &request.read_as(reading))?,
        };
        let mut seen = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let now = &read.provenance;
        // The same rows read again for other columns are still one table.
        match seen.iter_mut().find(|known| same_rows(known, now)) {
            Some(known) => {
                let new = |column: &&ColumnUse| known.columns.iter().all(|other| other.symbol != column.symbol);
                let columns: Vec<ColumnUse> = now.columns.iter().filter(new).cloned().collect();
                known.columns.extend(columns);
                let fresh: Vec<Warning> =
                    now.warnings.iter().filter(|warning| !known.warnings.contains(warning)).cloned().collect();
                known.warnings.extend(fresh);
            }
            None => seen.push(now.clone()),
        }
        drop(seen);
        Ok(read)
    }

    /// The headers of a table, or the roles of one in memory.
    ///
    /// # Errors
    /// [`MethodError`] if it was not given or cannot be read.
    pub fn headers(&self, card: &'static Card, name: &str) -> Result<Vec<String>, MethodError> {
        Ok(match self.find(card, name)? {
            Rows::Source { source, reading } => ingest::headers_as(source, reading)?,
            Rows::Memory(rows) => {
                let labels = rows.labels.iter().map(|label| label.name.clone());
                rows.columns.iter().map(|column| column.symbol.clone()).chain(labels).collect()
            }
        })
    }

    /// The source of a table, for methods that read it in a way of their own; none for rows in
    /// memory.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.tables.iter().find(|(table, _)| table == name).and_then(|(_, rows)| match rows {
            Rows::Source { source, .. } => Some(source),
            Rows::Memory(_) => None,
        })
    }

    /// The source of a table with how it is read, likewise.
    pub fn reading(&self, name: &str) -> Option<Asked<'_>> {
        self.tables.iter().find(|(table, _)| table == name).and_then(|(_, rows)| match rows {
            Rows::Source { source, reading } => Some(Asked { source, reading }),
            Rows::Memory(_) => None,
        })
    }

    fn find(&self, card: &'static Card, name: &str) -> Result<&Rows, MethodError> {
        self.tables.iter().find(|(table, _)| table == name).map(|(_, rows)| rows).ok_or_else(|| {
            let rows = card.tables.iter().find(|table| table.name == name).map_or("rows", |table| table.rows);
            MethodError::NoTable { method: card.id, table: name.to_owned(), rows: rows.to_owned() }
        })
    }

    /// Says something that a reader must know before believing a number.
    pub fn warn(&self, warning: Warning) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// What was warned of so far.
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every table that was read so far, and what was done to it.
    pub fn provenance(&self) -> Vec<Provenance> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tables and fits against the card: nothing missing, nothing that is not read.
    pub(super) fn check(&self, card: &'static Card) -> Result<(), MethodError> {
        if let Some((name, _)) = self.tables.iter().find(|(name, _)| card.tables.iter().all(|t| t.name != *name)) {
            let known: Vec<&str> = card.tables.iter().map(|table| table.name).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(MethodError::UnknownTable { method: card.id, table: name.clone(), known });
        }
        let missing = |table: &&Table| !table.optional && !self.has(table.name);
        if let Some(table) = card.tables.iter().find(missing) {
            let (table, rows) = (table.name.to_owned(), table.rows.to_owned());
            return Err(MethodError::NoTable { method: card.id, table, rows });
        }
        let (least, most) = card.fits;
        let given = self.fits.len();
        if (least..=most).contains(&given) {
            return Ok(());
        }
        let wanted = match (least, most) {
            (0, 0) => "no fit".to_owned(),
            (1, 1) => "one fit".to_owned(),
            (least, usize::MAX) => format!("{least} fits or more"),
            (least, most) => format!("{least} to {most} fits"),
        };
        Err(MethodError::Fits { method: card.id, wanted, given })
    }
}

fn same_rows(a: &Provenance, b: &Provenance) -> bool {
    (&a.source, &a.sha256, a.rows_read, a.rows_used, &a.dropped)
        == (&b.source, &b.sha256, b.rows_read, b.rows_used, &b.dropped)
}

fn needed(input: &Input) -> Needed {
    Needed {
        symbol: input.symbol.to_owned(),
        unit: input.unit.to_owned(),
        counts: input.counts,
        positive: input.domain.0 > 0.0,
    }
}

/// The columns of a request out of rows in memory.
fn in_memory(rows: &Measurements, request: &Request, name: &str) -> Result<Measurements, MethodError> {
    let missing = |what: &str| MethodError::refused(format!("the table `{name}` has no column `{what}`"));
    let mut out = Measurements { columns: Vec::new(), labels: Vec::new(), ..rows.clone() };
    for needed in &request.needed {
        let column = rows.columns.iter().find(|column| column.symbol == needed.symbol);
        let column = column.ok_or_else(|| missing(&needed.symbol))?;
        let sound = |value: f64| value.is_finite() && (value > 0.0 || !needed.positive);
        if let Some(at) = column.values.iter().position(|&value| !sound(value)) {
            let (value, row) = (column.values[at], rows.rows[at]);
            let what = if needed.positive { "a positive number" } else { "a number" };
            let why = format!("the table `{name}`, row {row}: {} = {value} must be {what}", needed.symbol);
            return Err(MethodError::Refused(why));
        }
        out.columns.push(column.clone());
    }
    for label in &request.labels {
        out.labels.push(rows.labels.iter().find(|l| l.name == *label).ok_or_else(|| missing(label))?.clone());
    }
    Ok(out)
}
