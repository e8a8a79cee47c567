//! Measurements as the fitter sees them: typed columns of `f64` with row numbers, and where they
//! came from. No data frame gets past `ingest`.

use crate::law::Counts;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One column of numbers in the base unit of its role.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The role it plays: `N`, `D`, `C`, `L`, …
    pub symbol: String,
    /// One value per kept row, finite.
    pub values: Vec<f64>,
}

/// One column of text, for grouping rows (by run, by family).
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Header.
    pub name: String,
    /// One value per kept row.
    pub values: Vec<String>,
}

/// Rows ready to be fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurements {
    /// Numbers, by role.
    pub columns: Vec<Column>,
    /// Text, by header.
    pub labels: Vec<Label>,
    /// Row number in the source of each kept row (first data row = 1).
    pub rows: Vec<usize>,
    /// Where they came from and what was done to them.
    pub provenance: Provenance,
}

impl Measurements {
    /// Number of kept rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// No row kept.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// The values of a role.
    pub fn column(&self, symbol: &str) -> Option<&[f64]> {
        self.columns.iter().find(|column| column.symbol == symbol).map(|column| column.values.as_slice())
    }
    /// The text of a header.
    pub fn label(&self, name: &str) -> Option<&[String]> {
        self.labels.iter().find(|label| label.name == name).map(|label| label.values.as_slice())
    }
    /// Some of the rows, by position.
    pub fn select(&self, rows: &[usize]) -> Self {
        let column = |column: &Column| Column {
            symbol: column.symbol.clone(),
            values: rows.iter().map(|&row| column.values[row]).collect(),
        };
        let label = |label: &Label| Label {
            name: label.name.clone(),
            values: rows.iter().map(|&row| label.values[row].clone()).collect(),
        };
        Self {
            columns: self.columns.iter().map(column).collect(),
            labels: self.labels.iter().map(label).collect(),
            rows: rows.iter().map(|&row| self.rows[row]).collect(),
            provenance: Provenance { rows_used: rows.len(), ..self.provenance.clone() },
        }
    }
    /// Measurements made in memory, one column per role; rows are numbered from 1.
    pub fn from_columns(source: &str, columns: Vec<(&str, Vec<f64>)>) -> Self {
        let rows = columns.first().map_or(0, |(_, values)| values.len());
        Self {
            columns: columns.into_iter().map(|(symbol, values)| Column { symbol: symbol.to_owned(), values }).collect(),
            labels: Vec::new(),
            rows: (1..=rows).collect(),
            provenance: Provenance {
                source: source.to_owned(),
                rows_read: rows,
                rows_used: rows,
                ..Provenance::default()
            },
        }
    }
}

/// Where measurements came from and what was done to them: the filled-in half of the checklist
/// that every report carries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// Path as given, or a built-in data set's id.
    pub source: String,
    /// Title, for built-in sets.
    pub title: Option<String>,
    /// Citation keys, for built-in sets.
    pub cite: Vec<String>,
    /// Licence, for built-in sets.
    pub licence: Option<String>,
    /// Measurement error of the table itself, for built-in sets.
    pub precision: Option<String>,
    /// SHA-256 of the file's bytes, hexadecimal.
    pub sha256: Option<String>,
    /// Data rows in the source.
    pub rows_read: usize,
    /// Rows handed to the fit.
    pub rows_used: usize,
    /// Rows left out, by reason; the counts add up to `rows_read - rows_used`.
    pub dropped: Vec<Dropped>,
    /// How each role was filled.
    pub columns: Vec<ColumnUse>,
    /// What was noticed and let pass (duplicate rows, C that contradicts 6ND, …).
    pub warnings: Vec<Warning>,
}

/// Rows left out for one reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dropped {
    /// The condition or the card's reason.
    pub reason: String,
    /// How many.
    pub count: usize,
    /// Their row numbers in the source, the first hundred.
    pub rows: Vec<usize>,
}

/// How one role was filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnUse {
    /// Role: `N`.
    pub symbol: String,
    /// Header in the file; none for a derived column.
    pub header: Option<String>,
    /// Unit the values were converted to.
    pub unit: String,
    /// What it counts, where known.
    pub counts: Counts,
    /// The named conversion that made it: "D = C/(6N)".
    pub derived_by: Option<String>,
}

/// Something the reader must know before believing a number. Warnings are data: they are in the
/// record, on screen and in the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Kebab-case kind, stable: `bound-hit`.
    pub kind: String,
    /// One sentence.
    pub message: String,
}

impl Warning {
    /// A warning of a kind, in one sentence.
    pub fn new(kind: &str, message: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), message: message.into() }
    }
}
