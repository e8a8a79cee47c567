//! Readers of one table, and of tables made of others: several files as one, one wide table as a
//! long one.

use super::cells::Table;
use super::columnar::Columnar;
use super::csv::Csv;
use super::error::{Mistake, nearest};
use super::frame;
use super::json::Json;
use super::memory::Held;
use super::roles;
use crate::data::measurements::Warning;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A table whose headers have been read.
pub(super) enum Reader<'a> {
    Csv(Csv<'a>),
    Json(Json),
    Columnar(Columnar),
    Memory(Arc<Held>),
    /// A compressed one, with the hash of the file itself.
    Packed(Box<Reader<'a>>, String),
    Many(Many<'a>),
    Stacked(Stacked<'a>),
}

impl<'a> Reader<'a> {
    pub fn headers(&self) -> &[String] {
        match self {
            Self::Csv(csv) => &csv.headers,
            Self::Json(json) => &json.headers,
            Self::Columnar(columnar) => &columnar.headers,
            Self::Memory(held) => held.headers(),
            Self::Packed(inner, _) => inner.headers(),
            Self::Many(many) => &many.headers,
            Self::Stacked(stacked) => &stacked.headers,
        }
    }

    /// The unit of a column, where a row of units gives it.
    pub fn unit(&self, column: usize) -> Option<&str> {
        match self {
            Self::Csv(csv) => csv.units.get(column)?.as_deref(),
            Self::Packed(inner, _) => inner.unit(column),
            Self::Many(many) => many.parts.iter().find_map(|part| {
                let own = part.reader.headers().iter().position(|header| *header == many.headers[column])?;
                part.reader.unit(own)
            }),
            Self::Stacked(stacked) => match stacked.kept.get(column) {
                Some(&column) => stacked.inner.unit(column),
                None if column == stacked.kept.len() => stacked.inner.unit(stacked.columns.first()?.0),
                None => None,
            },
            Self::Json(_) | Self::Columnar(_) | Self::Memory(_) => None,
        }
    }

    /// Reads the columns asked for, by position.
    pub fn load(self, numbers: &[usize], texts: &[usize]) -> Result<Table, Mistake> {
        match self {
            Self::Csv(csv) => csv.load(numbers, texts),
            Self::Json(json) => json.load(numbers, texts),
            Self::Columnar(columnar) => columnar.load(numbers, texts),
            Self::Memory(held) => Ok(held.load(numbers, texts)),
            Self::Packed(inner, sha256) => Ok(Table { sha256, ..inner.load(numbers, texts)? }),
            Self::Many(many) => many.load(numbers, texts),
            Self::Stacked(stacked) => stacked.load(numbers, texts),
        }
    }
}

/// The label column of tables read from several files.
const FILE: &str = "file";
/// The label column of a wide table made long.
const RUN: &str = "run";

/// One of several files.
pub(super) struct Part<'a> {
    pub name: String,
    pub reader: Reader<'a>,
}

/// Several files as one table: columns of one name are one column, and the files' names are another.
pub(super) struct Many<'a> {
    parts: Vec<Part<'a>>,
    headers: Vec<String>,
}

/// The hash of several files from those of each.
pub(super) fn joined<'h>(hashes: impl Iterator<Item = &'h str>) -> String {
    let mut hash = Sha256::new();
    hashes.for_each(|one| hash.update(one));
    frame::hexadecimal(&hash.finalize())
}

impl<'a> Many<'a> {
    pub fn new(parts: Vec<Part<'a>>) -> Self {
        let mut headers: Vec<String> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for header in parts.iter().flat_map(|part| part.reader.headers()) {
            if seen.insert(header.clone()) {
                headers.push(header.clone());
            }
        }
        headers.push(unused(FILE, &headers));
        Self { parts, headers }
    }

    fn load(self, numbers: &[usize], texts: &[usize]) -> Result<Table, Mistake> {
        let mut table = Table::new(numbers.len(), texts.len());
        let file = self.headers.len() - 1;
        let mut hashes = Vec::new();
        for part in self.parts {
            let of = |column: &usize| part.reader.headers().iter().position(|h| *h == self.headers[*column]);
            let numbers_of: Vec<Option<usize>> = numbers.iter().map(of).collect();
            let texts_of: Vec<Option<usize>> = texts.iter().map(of).collect();
            let present = |columns: &[Option<usize>]| columns.iter().flatten().copied().collect::<Vec<usize>>();
            let name = part.name;
            let read = part.reader.load(&present(&numbers_of), &present(&texts_of));
            let read = read.map_err(|mistake| Mistake::InFile { file: name.clone(), mistake: Box::new(mistake) })?;
            let (rows, base) = (read.rows, table.rows);
            let (mut found, mut words) = (read.numbers.into_iter(), read.texts.into_iter());
            for ((cells, own), &column) in table.numbers.iter_mut().zip(&numbers_of).zip(numbers) {
                match own {
                    Some(_) => cells.append(found.next().expect("one was read for each column present")),
                    None if column == file => (0..rows).for_each(|_| cells.push_text(&name)),
                    None => (0..rows).for_each(|_| cells.push_empty()),
                }
            }
            for ((text, own), &column) in table.texts.iter_mut().zip(&texts_of).zip(texts) {
                match own {
                    Some(_) => text.extend(words.next().expect("one was read for each column present")),
                    None => {
                        let filler = if column == file { name.as_str() } else { "" };
                        text.extend(std::iter::repeat_n(filler.to_owned(), rows));
                    }
                }
            }
            table.lines.append(base, &name, &read.lines, rows);
            table.notes.extend(read.notes);
            table.rows += rows;
            hashes.push(read.sha256);
        }
        table.sha256 = joined(hashes.iter().map(String::as_str));
        Ok(table)
    }
}

/// A name that no header has.
fn unused(name: &str, headers: &[String]) -> String {
    let mut name = name.to_owned();
    while headers.contains(&name) {
        name.push('_');
    }
    name
}

/// A wide table made long: each of some columns gives rows of its own, with the part of its header
/// that tells it from the others as a label.
pub(super) struct Stacked<'a> {
    inner: Box<Reader<'a>>,
    kept: Vec<usize>,
    /// Column and label.
    columns: Vec<(usize, String)>,
    headers: Vec<String>,
}

impl<'a> Stacked<'a> {
    /// Stacks the columns whose header matches a pattern with one `*`, under the name of a role.
    /// Columns that are mapped or have a role's name stay as they are.
    pub fn by_pattern(inner: Reader<'a>, role: &str, pattern: &str, mapped: &[String]) -> Result<Reader<'a>, Mistake> {
        let Some((before, after)) = pattern.split_once('*') else {
            return Err(Mistake::NoSuchColumn { column: pattern.to_owned(), near: Vec::new() });
        };
        let label = |header: &String| {
            let middle = header.strip_prefix(before)?.strip_suffix(after)?;
            let free =
                !before.is_empty() || !after.is_empty() || !(roles::is_a_role(header) || mapped.contains(header));
            (free && !middle.is_empty()).then(|| middle.trim().to_owned())
        };
        let headers = inner.headers();
        let columns: Vec<(usize, String)> =
            headers.iter().enumerate().filter_map(|(i, header)| Some((i, label(header)?))).collect();
        if columns.is_empty() {
            let mut near = nearest(pattern, headers.iter().map(String::as_str));
            if near.is_empty() {
                near = headers.to_vec();
            }
            return Err(Mistake::NoSuchColumn { column: pattern.to_owned(), near });
        }
        let kept = (0..headers.len()).filter(|i| columns.iter().all(|(column, _)| column != i)).collect();
        Ok(Self::of(inner, kept, columns, role.to_owned()))
    }

    /// A chart that wandb exported: columns `RUN - METRIC` of several runs, each with its least and
    /// greatest value beside it. Any other table is handed back.
    pub fn chart(inner: Reader<'a>) -> Reader<'a> {
        let headers = inner.headers();
        let has = |name: String| headers.contains(&name);
        let split =
            |header: &String| header.rsplit_once(" - ").map(|(run, metric)| (run.to_owned(), metric.to_owned()));
        let value = |header: &String| has(format!("{header}__MIN")) && has(format!("{header}__MAX"));
        let found: Vec<(usize, (String, String))> = headers
            .iter()
            .enumerate()
            .filter(|(_, header)| value(header))
            .filter_map(|(i, header)| Some((i, split(header)?)))
            .filter(|(_, (_, metric))| metric != "_step")
            .collect();
        let Some((_, (_, metric))) = found.first() else { return inner };
        let metric = metric.clone();
        if found.len() < 2 || found.iter().any(|(_, (_, other))| *other != metric) {
            return inner;
        }
        let of_run = |header: &String| found.iter().any(|(_, (run, _))| header.starts_with(&format!("{run} - ")));
        let kept = (0..headers.len()).filter(|&i| !of_run(&headers[i])).collect();
        let columns = found.into_iter().map(|(i, (run, _))| (i, run)).collect();
        Self::of(inner, kept, columns, metric)
    }

    fn of(inner: Reader<'a>, kept: Vec<usize>, columns: Vec<(usize, String)>, name: String) -> Reader<'a> {
        let mut headers: Vec<String> = kept.iter().map(|&i| inner.headers()[i].clone()).collect();
        headers.push(unused(&name, &headers));
        headers.push(unused(RUN, &headers));
        Reader::Stacked(Self { inner: Box::new(inner), kept, columns, headers })
    }

    fn load(self, numbers: &[usize], texts: &[usize]) -> Result<Table, Mistake> {
        let (value, label) = (self.kept.len(), self.kept.len() + 1);
        let inner_of = |columns: &[usize]| -> Vec<usize> {
            columns.iter().filter(|&&column| column < value).map(|&column| self.kept[column]).collect()
        };
        let mut wanted = inner_of(numbers);
        let plain = wanted.len();
        wanted.extend(self.columns.iter().map(|(column, _)| *column));
        let read = self.inner.load(&wanted, &inner_of(texts))?;
        let mut table = Table::new(numbers.len(), texts.len());
        table.sha256 = read.sha256;
        table.notes = read.notes;
        let mut empty = 0;
        for (cells, (_, run)) in read.numbers[plain..].iter().zip(&self.columns) {
            let rows: Vec<usize> = (0..read.rows).filter(|&row| !cells.is_empty_at(row)).collect();
            empty += read.rows - rows.len();
            let mut inner = read.numbers[..plain].iter();
            for (out, &column) in table.numbers.iter_mut().zip(numbers) {
                if column == value {
                    out.append(cells.pick(&rows));
                } else if column == label {
                    rows.iter().for_each(|_| out.push_text(run));
                } else {
                    out.append(inner.next().expect("one was read for each column kept").pick(&rows));
                }
            }
            let mut inner = read.texts.iter();
            for (out, &column) in table.texts.iter_mut().zip(texts) {
                if column == value {
                    out.extend(rows.iter().map(|&row| cells.values[row].to_string()));
                } else if column == label {
                    out.extend(std::iter::repeat_n(run.clone(), rows.len()));
                } else {
                    let words = inner.next().expect("one was read for each column kept");
                    out.extend(rows.iter().map(|&row| words[row].clone()));
                }
            }
            for (i, &row) in rows.iter().enumerate() {
                if let Some(line) = read.lines.line(row) {
                    table.lines.push(table.rows + i, line);
                }
            }
            table.rows += rows.len();
        }
        if table.rows == 0 {
            return Err(Mistake::HeaderOnly);
        }
        table.notes.push(Warning::new(
            "stacked",
            format!(
                "{} columns were stacked into rows of `{}`, named in `{}`; {empty} empty cells are no rows.",
                self.columns.len(),
                self.headers[value],
                self.headers[label]
            ),
        ));
        Ok(table)
    }
}
