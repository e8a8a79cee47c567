//! A table in memory: columns by header, as a program or a notebook holds them. It is read like a
//! file: roles are found, units settled, rows filtered, and what is wrong is named the same way.

use super::cells::Table;
use super::error::{IngestError, Mistake};
use super::frame;
use crate::data::measurements::Warning;
use sha2::{Digest, Sha256};

/// A column in memory.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Numbers; NaN is a missing one.
    Numbers(Vec<f64>),
    /// Texts, read as those of a file: `70B`, `3.2 PF-days`; an empty one is missing.
    Texts(Vec<String>),
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Texts(texts) => texts.len(),
        }
    }
}

/// A table in memory.
#[derive(Clone, Debug)]
pub struct Held {
    name: String,
    headers: Vec<String>,
    columns: Vec<Cells>,
    rows: usize,
    sha256: String,
    notes: Vec<Warning>,
}

/// Two are the same if they hold the same.
impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.sha256 == other.sha256
    }
}

impl Eq for Held {}

impl Held {
    /// A table of named columns of one length.
    ///
    /// # Errors
    /// [`IngestError`] if there are no rows, or columns differ in length.
    pub fn new(name: &str, columns: Vec<(String, Cells)>) -> Result<Self, IngestError> {
        Self::of(name, columns).map_err(|mistake| mistake.in_source(name))
    }

    fn of(name: &str, columns: Vec<(String, Cells)>) -> Result<Self, Mistake> {
        let rows = columns.first().map_or(0, |(_, cells)| cells.len());
        if rows == 0 {
            return Err(Mistake::HeaderOnly);
        }
        let mut hash = Sha256::new();
        for (header, cells) in &columns {
            if cells.len() != rows {
                let (first, others) = (&columns[0].0, cells.len());
                return Err(Mistake::RaggedColumns { first: first.clone(), rows, column: header.clone(), others });
            }
            // Lengths first, so that no two tables run together into the same bytes.
            hash.update((header.len() as u64).to_le_bytes());
            hash.update(header);
            match cells {
                Cells::Numbers(values) => values.iter().for_each(|value| hash.update(value.to_le_bytes())),
                Cells::Texts(texts) => texts.iter().for_each(|text| {
                    hash.update((text.len() as u64).to_le_bytes());
                    hash.update(text);
                }),
            }
        }
        let sha256 = frame::hexadecimal(&hash.finalize());
        let (headers, columns) = columns.into_iter().unzip();
        Ok(Self { name: name.to_owned(), headers, columns, rows, sha256, notes: Vec::new() })
    }

    /// The same, with what its readers must know.
    pub(super) fn noting(self, notes: Vec<Warning>) -> Self {
        Self { notes, ..self }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    pub(super) fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The columns asked for, by position.
    pub(super) fn load(&self, numbers: &[usize], texts: &[usize]) -> Table {
        let mut table = Table::new(numbers.len(), texts.len());
        table.rows = self.rows;
        table.notes.clone_from(&self.notes);
        table.sha256.clone_from(&self.sha256);
        for (&column, out) in numbers.iter().zip(&mut table.numbers) {
            match &self.columns[column] {
                Cells::Numbers(values) => {
                    values.iter().for_each(|&value| out.push_optional(Some(value).filter(|value| !value.is_nan())));
                }
                Cells::Texts(texts) => texts.iter().for_each(|text| out.push_text(text)),
            }
        }
        for (&column, out) in texts.iter().zip(&mut table.texts) {
            match &self.columns[column] {
                Cells::Numbers(values) => {
                    let text = |value: &f64| if value.is_nan() { String::new() } else { value.to_string() };
                    out.extend(values.iter().map(text));
                }
                Cells::Texts(texts) => out.extend(texts.iter().cloned()),
            }
        }
        table
    }
}
