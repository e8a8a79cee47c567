//! Folders of runs as labs leave them, made into one table: wandb's run folders, Hugging Face's
//! `trainer_state.json`, results of lm-evaluation-harness, TensorBoard's event files, JSON lines, CSV
//! logs, and text logs by a pattern that the user gives.
//!
//! Every row says which run and which file it is from. What cannot be read is named and counted.

mod events;
mod find;
mod formats;
mod log;
mod wandb;

pub(super) use find::is_folder;

use super::error::{IngestError, Mistake};
use super::json::Row;
use super::memory::{Cells, Held};
use super::roles::Headers;
use super::table::TableColumn;
use crate::data::measurements::Warning;
use find::{Kind, Place};
use log::Pattern;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What to take of each run.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Every logged point instead of the last value of each column.
    pub every: bool,
    /// How a line of a text log, or the path of a run, reads: with named groups or `{name}` for a number.
    pub patterns: Vec<String>,
    /// A file that is none of the runs': where the table is written.
    pub leave: Option<PathBuf>,
}

/// A file that could not be read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damaged {
    /// Its path below the folder.
    pub file: String,
    /// What is wrong with it.
    pub why: String,
}

/// What a pattern was good for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Use {
    pattern: String,
    runs: usize,
    /// The first run that it took nothing from.
    missed: Option<String>,
}

/// What a folder of runs came to.
#[derive(Clone, Debug, Default)]
pub struct Harvest {
    headers: Vec<String>,
    rows: Vec<Row>,
    runs: usize,
    uses: Vec<Use>,
    /// Files of a known kind that nothing was read from.
    pub skipped: Vec<Damaged>,
    /// Files that were read in part.
    pub damaged: Vec<Damaged>,
    /// Files of no known kind.
    pub other: Vec<String>,
    /// Configurations whose parameters are not counted, and why.
    pub uncounted: Vec<Damaged>,
}

/// The columns that say where a row is from.
const RUN: &str = "run";
const FILE: &str = "file";

/// One run, or one file of several rows: its label, its file, and what was logged in order.
struct Found {
    run: String,
    file: String,
    /// What holds for the whole run.
    config: Row,
    points: Vec<Row>,
    /// Whether the points are measurements by themselves, not moments of one run.
    separate: bool,
    /// The patterns that its lines read by.
    patterns: Vec<usize>,
}

impl Harvest {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// How many runs, or files of rows, they are from.
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// The names of the columns.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    fn skip(&mut self, place: &Place, why: &str) {
        let skipped = |file: &PathBuf| Damaged { file: place.shown(file), why: why.to_owned() };
        self.skipped.extend(place.files.iter().map(skipped));
    }

    /// Takes fields from the path of a run. A pattern that reads lines of its log is none of its path.
    fn name(&mut self, found: &mut Found, patterns: &[Pattern]) {
        for (k, (pattern, used)) in patterns.iter().zip(&mut self.uses).enumerate() {
            let read = found.patterns.contains(&k);
            match pattern.row(&found.file).filter(|_| !read) {
                Some(fields) => found.config.extend(fields),
                None if !read => {
                    used.missed.get_or_insert_with(|| found.file.clone());
                    continue;
                }
                None => {}
            }
            used.runs += 1;
        }
    }

    fn take(&mut self, found: Found, every: bool) {
        let Found { run, file, config, points, separate, .. } = found;
        let points = if every || separate { points } else { vec![folded(points)] };
        self.runs += 1;
        for point in points {
            let mut row = Row::new();
            row.insert(RUN.to_owned(), Value::String(run.clone()));
            row.insert(FILE.to_owned(), Value::String(file.clone()));
            for (key, value) in config.iter().chain(&point) {
                // A table's own labels stand beside ours.
                let key = if key == FILE || (key == RUN && !separate) { format!("{key}_") } else { key.clone() };
                if is_cell(value) {
                    row.insert(key, value.clone());
                }
            }
            self.rows.push(row);
        }
    }

    fn settle(&mut self) {
        let mut seen: HashSet<&String> = HashSet::new();
        let first = self.rows.iter().flat_map(|row| row.keys()).filter(|key| seen.insert(key));
        self.headers = first.cloned().collect();
        let first = |name: &String| (name != RUN, name != FILE);
        self.headers.sort_by_key(first);
    }

    fn cells(&self, header: &str) -> Cells {
        let values = || self.rows.iter().map(|row| row.get(header));
        let number = |value: Option<&Value>| matches!(value, None | Some(Value::Null | Value::Number(_)));
        if values().all(number) {
            return Cells::Numbers(values().map(|value| value.and_then(Value::as_f64).unwrap_or(f64::NAN)).collect());
        }
        Cells::Texts(values().map(text).collect())
    }

    /// The columns, to be written.
    pub fn columns(&self) -> Vec<(String, TableColumn)> {
        let column = |header: &String| match self.cells(header) {
            Cells::Texts(texts) => TableColumn::Text(texts),
            Cells::Numbers(values) => {
                TableColumn::Numbers(values.into_iter().map(|value| Some(value).filter(|v| !v.is_nan())).collect())
            }
        };
        self.headers.iter().map(|header| (header.clone(), column(header))).collect()
    }

    /// What a reader must know of the table.
    pub fn warnings(&self) -> Vec<Warning> {
        let list = |all: &[Damaged]| {
            let shown: Vec<String> = all.iter().take(3).map(|d| format!("{}: {}", d.file, d.why)).collect();
            let more = all.len().saturating_sub(3);
            shown.join("; ") + &if more > 0 { format!("; and {more} more") } else { String::new() }
        };
        let mut out = Vec::new();
        if !self.skipped.is_empty() {
            let list = list(&self.skipped);
            out.push(Warning::new(
                "skipped-files",
                format!("{} skipped: {list}.", counted(self.skipped.len(), "file")),
            ));
        }
        if !self.damaged.is_empty() {
            let list = list(&self.damaged);
            let files = counted(self.damaged.len(), "file");
            out.push(Warning::new("damaged-files", format!("{files} read in part: {list}.")));
        }
        for Use { pattern, runs, missed } in &self.uses {
            if let Some(missed) = missed {
                let message = format!("The pattern `{pattern}` fits {runs} of {} runs, and not {missed}.", self.runs);
                out.push(Warning::new("pattern-missed", message));
            }
        }
        if !self.uncounted.is_empty() {
            let (models, list) = (counted(self.uncounted.len(), "model"), list(&self.uncounted));
            out.push(Warning::new("not-counted", format!("Parameters of {models} are not counted: {list}.")));
        }
        out
    }

    /// The same as a table in memory.
    pub(super) fn held(&self, name: &str) -> Result<Held, IngestError> {
        let columns = self.headers.iter().map(|header| (header.clone(), self.cells(header))).collect();
        Ok(Held::new(name, columns)?.noting(self.warnings()))
    }
}

/// `1 file`, `2 files`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What a cell may hold.
fn is_cell(value: &Value) -> bool {
    !value.is_array() && !value.is_object() && !value.is_null()
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The last value of each column.
fn folded(points: Vec<Row>) -> Row {
    let mut last = Row::new();
    for (key, value) in points.into_iter().flatten().filter(|(_, value)| is_cell(value)) {
        last.insert(key, value);
    }
    last
}

/// Whether a header is known as a role.
fn plays(header: &str, role: &str) -> bool {
    let header = [header.to_owned()];
    matches!(Headers::new(&header, &|_| None, None).role(role, &[role]), Ok(Some(_)))
}

/// Reads a folder of runs.
///
/// # Errors
/// [`IngestError`] if the pattern is none, or there is no run that can be read.
pub fn harvest(folder: &Path, asked: &Asked) -> Result<Harvest, IngestError> {
    let name = folder.display().to_string();
    let placed = |mistake: Mistake| mistake.in_source(&name);
    if !folder.is_dir() {
        return Err(placed(Mistake::NoRuns { detail: "there is no such folder".to_owned() }));
    }
    let patterns: Result<Vec<_>, _> = asked.patterns.iter().map(|text| log::Pattern::new(text)).collect();
    let patterns = patterns.map_err(|detail| placed(Mistake::NoRuns { detail }))?;
    let unused = |text: &String| Use { pattern: text.clone(), runs: 0, missed: None };
    let mut harvest = Harvest { uses: asked.patterns.iter().map(unused).collect(), ..Harvest::default() };
    let left = find::each(folder, &mut |place| match place.kind {
        _ if asked.leave.as_ref().is_some_and(|leave| place.files.contains(leave)) => {}
        Kind::Other => harvest.other.extend(place.files.iter().map(|file| place.shown(file))),
        Kind::Skipped(why) => harvest.skip(&place, why),
        _ => {
            if let Some(mut found) = formats::read(&place, &patterns, &mut harvest) {
                harvest.name(&mut found, &patterns);
                harvest.take(found, asked.every);
            }
        }
    });
    if left == 0 {
        let why = "holds more files than are looked at; the rest is left out".to_owned();
        harvest.damaged.push(Damaged { file: name.clone(), why });
    }
    harvest.settle();
    if harvest.rows.is_empty() {
        let warnings = harvest.warnings();
        let detail = match warnings.first() {
            Some(warning) => warning.message.trim_end_matches('.').to_owned(),
            None => "it holds no run of wandb, Hugging Face, lm-evaluation-harness or TensorBoard, and no log that is JSON lines or CSV".to_owned(),
        };
        return Err(placed(Mistake::NoRuns { detail }));
    }
    Ok(harvest)
}
