//! A table that has been read: its series, its texts, and what filters ask of them.

use super::Needed;
use super::cells::{Bad, Cells, Lines};
use super::check;
use super::error::Place;
use super::expression::{Expression, Name, Values};
use crate::base::units::Unit;
use crate::data::measurements::Warning;
use crate::law::Counts;

/// What a name in a filter stands for.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Series(usize),
    Text(usize),
}

/// A series that has been read or made.
pub(super) struct Series {
    pub symbol: String,
    pub header: Option<String>,
    /// A bracket in the header that was not understood.
    pub bracket: Option<String>,
    pub unit_name: String,
    /// The unit that its values are in while filters look at them, where it is known.
    pub unit: Option<Unit>,
    pub counts: Counts,
    /// How it was made, if it is not a column.
    pub derived_by: Option<String>,
    pub wanted: Option<Needed>,
    pub checked: bool,
    pub positive: bool,
    pub cells: Cells,
}

/// Everything read.
pub(super) struct Loaded {
    pub series: Vec<Series>,
    /// Text: first the request's labels, then what filters name.
    pub texts: Vec<Vec<String>>,
    pub labels: usize,
    pub targets: Vec<(String, bool, Target)>,
    pub compute: Option<[usize; 3]>,
    pub lines: Lines,
    pub notes: Vec<Warning>,
    pub sha256: String,
    pub rows_read: usize,
}

impl Loaded {
    /// The series asked for, in order.
    pub fn needed(&self) -> impl Iterator<Item = &Series> {
        self.series.iter().filter(|series| series.wanted.is_some())
    }

    /// The values of each name in a filter.
    pub fn values(&self, expression: &Expression) -> Vec<Values<'_>> {
        let of = |name: &str, text: bool| {
            let found = self.targets.iter().find(|(known, is_text, _)| known == name && *is_text == text);
            match found.expect("every name was resolved before reading").2 {
                Target::Series(i) => Values::Numbers(&self.series[i].cells.values),
                Target::Text(i) => Values::Texts(&self.texts[i]),
            }
        };
        expression.names.iter().map(|name| of(&name.name, name.text)).collect()
    }

    /// The unit in which a filter's name is read, where that is known.
    pub fn unit_of(&self, name: &Name) -> Option<Unit> {
        match self.targets.iter().find(|(known, text, _)| *known == name.name && *text == name.text)?.2 {
            Target::Series(i) => self.series[i].unit,
            Target::Text(_) => None,
        }
    }

    /// By what a filter's column was multiplied, being counted in millions, say, by its header.
    pub fn multiplied(&self, name: &Name) -> Option<f64> {
        match self.targets.iter().find(|(known, text, _)| *known == name.name && *text == name.text)?.2 {
            Target::Series(i) => self.series[i].cells.multiplied,
            Target::Text(_) => None,
        }
    }

    /// Where a cell is in the file.
    pub fn place(&self, series: &Series, row: usize) -> Place {
        let column = series.header.clone().unwrap_or_else(|| series.symbol.clone());
        let made = series.derived_by.as_deref().filter(|_| series.header.is_none()).map(Box::from);
        let file = self.lines.file(row).map(str::to_owned);
        Place { file, line: self.lines.line(row), row: row + 1, column, made }
    }

    /// What is noticed before rows are dropped from memory: C against 6ND.
    pub fn warnings(&self, rows: &[usize]) -> Vec<Warning> {
        let mut notes = self.notes.clone();
        notes.extend(self.series.iter().filter(|series| series.checked).filter_map(check::per_cent_twice));
        let Some(at) = self.compute else { return notes };
        let [n, d, c] = at.map(|i| {
            let values = &self.series[i].cells.values;
            rows.iter().map(|&row| values[row]).collect::<Vec<f64>>()
        });
        let numbers: Vec<usize> = rows.iter().map(|row| row + 1).collect();
        notes.extend(super::convert::check_compute(&n, &d, &c, &numbers));
        notes
    }

    /// Keeps some rows of what was asked for, in the units asked for; lets go of the rest.
    pub fn retain(&mut self, rows: &[usize]) {
        self.series.retain(|series| series.wanted.is_some());
        self.texts.truncate(self.labels);
        for series in &mut self.series {
            let values = &mut series.cells.values;
            if rows.len() < values.len() {
                *values = rows.iter().map(|&row| values[row]).collect();
            }
            series.cells.bad = Vec::<(usize, Bad)>::new();
            // A loss per byte is kept in its own unit; everything else comes in base units.
            let own = series.unit.map_or(1.0, |unit| unit.scale);
            let scale = Unit::parse(&series.unit_name).map_or(1.0, |unit| unit.scale) / own;
            if scale != 1.0 {
                values.iter_mut().for_each(|value| *value /= scale);
            }
        }
        for label in &mut self.texts {
            if rows.len() < label.len() {
                *label = rows.iter().map(|&row| std::mem::take(&mut label[row])).collect();
            }
        }
        check::assert_same_length(self, rows.len());
    }
}
