//! A column while it is read: values in base units, and what would not become one.

use super::error::Mistake;
use crate::base::units::{self, Decimal, Dimension, Unit, UnitError};
use crate::data::measurements::Warning;

/// Why a cell has no value. Its value is NaN, so that no comparison keeps the row by accident.
#[derive(Clone, Debug)]
pub(super) enum Bad {
    Empty,
    Text(Box<UnitError>),
}

/// The first cell written in some way.
#[derive(Clone, Debug)]
struct Seen {
    unit: Option<Unit>,
    /// With a power of ten of its own: `0.41M`.
    scaled: bool,
    row: usize,
    text: Box<str>,
}

/// Bare numbers below this beside `50M` may have lost their power of ten.
const BARE: f64 = 1e4;

/// A column of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub values: Vec<f64>,
    /// Rows (from 0) without a value, ascending.
    pub bad: Vec<(usize, Bad)>,
    seen: Vec<Seen>,
    /// The least number written without power of ten and unit that is not zero, and its row.
    least: Option<(f64, usize)>,
    /// How decimals are written.
    pub decimal: Decimal,
    /// What the header's powers of ten multiplied all of them by.
    pub multiplied: Option<f64>,
}

impl Cells {
    pub fn push(&mut self, value: f64) {
        let size = value.abs();
        if size > 0.0 && self.least.is_none_or(|(least, _)| size < least) {
            self.least = Some((size, self.values.len()));
        }
        if !self.seen.iter().any(|seen| seen.unit.is_none() && !seen.scaled) {
            self.seen.push(Seen { unit: None, scaled: false, row: self.values.len(), text: value.to_string().into() });
        }
        self.values.push(value);
    }

    pub fn push_empty(&mut self) {
        self.bad.push((self.values.len(), Bad::Empty));
        self.values.push(f64::NAN);
    }

    pub fn push_optional(&mut self, value: Option<f64>) {
        match value {
            Some(value) => self.push(value),
            None => self.push_empty(),
        }
    }

    /// Reads a number with suffix and unit.
    pub fn push_text(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return self.push_empty();
        }
        // "NaN" and "inf" are numbers, though never acceptable ones. Where commas are decimal a point
        // may separate thousands.
        if (self.decimal == Decimal::Point || !text.contains('.'))
            && let Ok(value) = text.parse::<f64>()
        {
            return self.push(value);
        }
        let row = self.values.len();
        match units::parse_with(text, self.decimal) {
            Ok(quantity) => {
                if quantity.unit.is_none() && !quantity.scaled {
                    return self.push(quantity.value);
                }
                if !self.seen.iter().any(|seen| seen.unit == quantity.unit && seen.scaled == quantity.scaled) {
                    self.seen.push(Seen { unit: quantity.unit, scaled: quantity.scaled, row, text: text.into() });
                }
                self.values.push(quantity.value);
            }
            Err(error) => {
                self.bad.push((row, Bad::Text(Box::new(error))));
                self.values.push(f64::NAN);
            }
        }
    }

    /// Checks that all cells are in one unit and brings numbers without one to base units by
    /// the unit that the header or the card names. Returns the unit, where one was written.
    pub fn settle(&mut self, column: &str, named: Option<Unit>) -> Result<Option<Unit>, Mistake> {
        let clash = |a: &Seen, b: &Seen| {
            let (first, second) = if a.row <= b.row { (a, b) } else { (b, a) };
            Mistake::MixedUnits {
                column: column.to_owned(),
                first: first.text.to_string(),
                first_row: first.row + 1,
                second: second.text.to_string(),
                second_row: second.row + 1,
            }
        };
        let bare = self.seen.iter().find(|seen| seen.unit.is_none() && !seen.scaled);
        let named_scale = named.map_or(1.0, |unit| unit.scale);
        for second in &self.seen {
            let Some(unit) = second.unit else { continue };
            if let Some(first) = self.seen.iter().find(|s| s.unit.is_some_and(|u| u.dimension != unit.dimension)) {
                return Err(clash(first, second));
            }
            // A bare number beside `12.5 PF-days` may be in either unit.
            if let Some(first) = bare
                && (unit.scale != 1.0 || named_scale != 1.0)
            {
                return Err(clash(first, second));
            }
            if let Some(named) = named
                && (named.dimension != Dimension::NUMBER && named.dimension != unit.dimension
                    || named.scale != 1.0 && unit.scale == 1.0 && !second.scaled)
            {
                return Err(Mistake::HeaderAndCell {
                    column: column.to_owned(),
                    cell: second.text.to_string(),
                    row: second.row + 1,
                });
            }
        }
        // A cell with a power of ten of its own is complete; a bare one beside it is either in the
        // header's powers of ten or has lost its own.
        if let (Some(bare), Some(scaled)) = (bare, self.seen.iter().find(|seen| seen.scaled)) {
            if named_scale != 1.0 {
                return Err(clash(bare, scaled));
            }
            if let Some((value, row)) = self.least.filter(|&(value, _)| value < BARE) {
                let text = value.to_string().into();
                return Err(clash(&Seen { unit: None, scaled: false, row, text }, scaled));
            }
        }
        if let Some(unit) = self.seen.iter().find_map(|seen| seen.unit) {
            return Ok(Some(unit));
        }
        if named_scale != 1.0 && !self.seen.iter().any(|seen| seen.scaled) {
            self.values.iter_mut().for_each(|value| *value *= named_scale);
            self.multiplied = Some(named_scale);
        }
        Ok(named.filter(|unit| unit.dimension != Dimension::NUMBER))
    }

    /// Whether a row has nothing in it.
    pub fn is_empty_at(&self, row: usize) -> bool {
        matches!(self.bad_at(row), Some(Bad::Empty))
    }

    /// Puts the rows of another column of the same kind behind these.
    pub fn append(&mut self, other: Self) {
        let base = self.values.len();
        self.values.extend(other.values);
        self.bad.extend(other.bad.into_iter().map(|(row, why)| (base + row, why)));
        for seen in other.seen {
            if !self.seen.iter().any(|known| known.unit == seen.unit && known.scaled == seen.scaled) {
                self.seen.push(Seen { row: base + seen.row, ..seen });
            }
        }
        let least = other.least.map(|(size, row)| (size, base + row));
        self.least = match (self.least, least) {
            (Some(own), Some(other)) => Some(if other.0 < own.0 { other } else { own }),
            (own, other) => own.or(other),
        };
    }

    /// Some of the rows, ascending.
    pub fn pick(&self, rows: &[usize]) -> Self {
        let place = |row: usize| rows.binary_search(&row).unwrap_or(0);
        let bad = self.bad.iter().filter_map(|(row, why)| Some((rows.binary_search(row).ok()?, why.clone())));
        Self {
            values: rows.iter().map(|&row| self.values[row]).collect(),
            bad: bad.collect(),
            seen: self.seen.iter().map(|seen| Seen { row: place(seen.row), ..seen.clone() }).collect(),
            least: self.least.map(|(size, row)| (size, place(row))),
            decimal: self.decimal,
            multiplied: self.multiplied,
        }
    }

    /// Why a row has no value.
    pub fn bad_at(&self, row: usize) -> Option<&Bad> {
        self.bad.binary_search_by_key(&row, |&(row, _)| row).ok().map(|i| &self.bad[i].1)
    }
}

/// Lines of a text file by data row, for messages: consecutive but for the stated exceptions.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    /// (first row, its line) of each consecutive run.
    runs: Vec<(usize, usize)>,
    /// (first row, name) of each file, where there are several.
    files: Vec<(usize, String)>,
}

impl Lines {
    pub fn push(&mut self, row: usize, line: usize) {
        match self.runs.last() {
            Some(&(first, at)) if at + (row - first) == line => {}
            _ => self.runs.push((row, line)),
        }
    }

    pub fn line(&self, row: usize) -> Option<usize> {
        let run = self.runs.partition_point(|&(first, _)| first <= row).checked_sub(1)?;
        let (first, line) = self.runs[run];
        Some(line + row - first)
    }

    /// The file of a row, where there are several.
    pub fn file(&self, row: usize) -> Option<&str> {
        let file = self.files.partition_point(|(first, _)| *first <= row).checked_sub(1)?;
        Some(&self.files[file].1)
    }

    /// Puts the lines of another file behind these.
    pub fn append(&mut self, base: usize, name: &str, other: &Self, rows: usize) {
        self.files.push((base, name.to_owned()));
        for row in 0..rows {
            if let Some(line) = other.line(row) {
                self.push(base + row, line);
            }
        }
    }
}

/// What a reader was asked for: columns by position, as numbers and as text.
pub(super) struct Table {
    pub rows: usize,
    pub numbers: Vec<Cells>,
    pub texts: Vec<Vec<String>>,
    pub lines: Lines,
    pub sha256: String,
    /// What was noticed while reading.
    pub notes: Vec<Warning>,
}

impl Table {
    pub fn new(numbers: usize, texts: usize) -> Self {
        Self {
            rows: 0,
            numbers: vec![Cells::default(); numbers],
            texts: vec![Vec::new(); texts],
            lines: Lines::default(),
            sha256: String::new(),
            notes: Vec::new(),
        }
    }
}
