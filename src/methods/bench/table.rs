//! The tables of a suite's folder: `<task>/train.parquet` and perhaps `<task>/test.parquet`, or
//! the same as CSV.

use super::BenchError;
use crate::data::ingest::{TableColumn, read_table};
use std::path::{Path, PathBuf};

/// A table as it lies in the file.
pub struct Table {
    /// Where.
    pub path: PathBuf,
    columns: Vec<(String, TableColumn)>,
}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// [`BenchError::Ingest`] if it does not read.
    pub fn read(path: &Path) -> Result<Self, BenchError> {
        Ok(Self { path: path.to_owned(), columns: read_table(path)? })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| match column {
            TableColumn::Numbers(values) => values.len(),
            TableColumn::Text(values) => values.len(),
        })
    }

    /// Whether there is a column of this name.
    pub fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|(header, _)| header == name)
    }

    fn column(&self, name: &str) -> Result<&TableColumn, BenchError> {
        let found = self.columns.iter().find(|(header, _)| header == name);
        found.map(|(_, column)| column).ok_or_else(|| BenchError::NoColumn {
            path: self.path.clone(),
            column: name.to_owned(),
            found: self.columns.iter().map(|(header, _)| header.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// A column of numbers, none where a cell is empty.
    ///
    /// # Errors
    /// [`BenchError`] if there is no such column, or it holds text.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, BenchError> {
        match self.column(name)? {
            TableColumn::Numbers(values) => Ok(values.clone()),
            TableColumn::Text(_) => Err(self.bad(name, 1, "numbers are wanted, and the column holds text")),
        }
    }

    /// A column of numbers that must all be there and finite.
    ///
    /// # Errors
    /// [`BenchError`] if there is no such column, it holds text, or a cell is empty or not finite.
    pub fn all_numbers(&self, name: &str) -> Result<Vec<f64>, BenchError> {
        let cell = |(row, value): (usize, Option<f64>)| {
            value
                .filter(|v| v.is_finite())
                .ok_or_else(|| self.bad(name, row + 1, "a finite number is wanted; fill the cell or drop the row"))
        };
        self.numbers(name)?.into_iter().enumerate().map(cell).collect()
    }

    /// A column of text; numbers are written out.
    ///
    /// # Errors
    /// [`BenchError`] if there is no such column.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, BenchError> {
        Ok(match self.column(name)? {
            TableColumn::Text(values) => values.clone(),
            TableColumn::Numbers(values) => {
                values.iter().map(|value| value.map_or_else(String::new, |v| v.to_string())).collect()
            }
        })
    }

    fn bad(&self, column: &str, row: usize, what: &'static str) -> BenchError {
        BenchError::BadCell { path: self.path.clone(), row, column: column.to_owned(), what }
    }
}

/// The table of this stem in a folder, as Parquet or CSV, if there is one.
pub fn find(folder: &Path, stem: &str) -> Option<PathBuf> {
    ["parquet", "csv"].iter().map(|extension| folder.join(stem).with_extension(extension)).find(|path| path.is_file())
}
