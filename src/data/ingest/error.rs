//! What can be wrong with a file, a request or a card: one clear sentence each, naming the place
//! and the remedy.

use crate::base::units::UnitError;
use std::fmt;
use std::path::PathBuf;

/// A mistake in a source of data.
#[derive(Debug, thiserror::Error)]
#[error("{source_name}: {mistake}")]
pub struct IngestError {
    /// The file or data set, as the user named it.
    pub source_name: String,
    /// What is wrong with it.
    pub mistake: Box<Mistake>,
}

impl IngestError {
    /// Whether the request is at fault (a role, a column or a condition that makes no sense) rather
    /// than the data.
    pub fn is_request(&self) -> bool {
        matches!(
            *self.mistake,
            Mistake::RoleTwice { .. }
                | Mistake::RoleMissing { .. }
                | Mistake::NoSuchColumn { .. }
                | Mistake::Expression { .. }
                | Mistake::Twice { .. }
                | Mistake::Constant { .. }
                | Mistake::Circle { .. }
                | Mistake::PartNeeded { .. }
        )
    }
}

/// A cell: where to look in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, where several were read.
    pub file: Option<String>,
    /// Line of the file, where it has lines (1 is the first).
    pub line: Option<usize>,
    /// Data row (1 is the first after the header).
    pub row: usize,
    /// Header, or the role where no column holds it.
    pub column: String,
    /// How it was made, where no column holds it.
    pub made: Option<Box<str>>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        match self.line {
            Some(line) => write!(f, "line {line} (data row {}), ", self.row)?,
            None => write!(f, "data row {}, ", self.row)?,
        }
        match &self.made {
            Some(made) => write!(f, "{made}, which no column holds,"),
            None => write!(f, "column `{}`", self.column),
        }
    }
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Mistake {
    /// No such file, and no built-in data set of that name.
    #[error("no such file, and no built-in data set has this name{}", did_you_mean(near))]
    MissingFile {
        /// Built-in data sets with similar names.
        near: Vec<String>,
    },
    /// The file exists but cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// Nothing in it.
    #[error("the file is empty")]
    EmptyFile,
    /// A header without data.
    #[error("the file has a header and no data rows")]
    HeaderOnly,
    /// The first line holds numbers.
    #[error(
        "line {line} holds only numbers where the header should stand; put the column names (for example N,D,L) on the first line"
    )]
    NoHeader {
        /// The line.
        line: usize,
    },
    /// One column where several are needed.
    #[error(
        "only one column was found, `{header}`; separate columns by commas, semicolons or tabs (the separator is recognised from the header)"
    )]
    WrongDelimiter {
        /// The whole header line.
        header: String,
    },
    /// Columns in memory of different lengths.
    #[error(
        "column `{first}` has {rows} values and column `{column}` has {others}; a table's columns are of one length"
    )]
    RaggedColumns {
        /// The first column.
        first: String,
        /// Its length.
        rows: usize,
        /// Another.
        column: String,
        /// Its length.
        others: usize,
    },
    /// A line with more fields than the header.
    #[error(
        "line {line} has {found} fields where the header has {expected}; quote cells that hold the separator, and write decimals with a point"
    )]
    RaggedLine {
        /// The line.
        line: usize,
        /// Its fields.
        found: usize,
        /// The header's.
        expected: usize,
    },
    /// A quotation mark that is never closed.
    #[error("the quotation mark opened in the record at line {line} is never closed")]
    OpenQuote {
        /// Where the record starts.
        line: usize,
    },
    /// A quotation mark that ran over rows.
    #[error(
        "the quotation mark opened in line {first} goes on to line {last}, and each of these lines looks like a row; close it, or double the marks that belong to the text"
    )]
    SwallowedRows {
        /// Where it was opened.
        first: usize,
        /// Where it was closed.
        last: usize,
    },
    /// Lines of a training log.
    #[error(
        "not a table: line {line} looks like a training log (`{text}`); write its numbers as columns under a header, as CSV or JSON"
    )]
    TrainingLog {
        /// The line.
        line: usize,
        /// How it begins.
        text: String,
    },
    /// Bytes that are not UTF-8.
    #[error("line {line} is not UTF-8 text; save the file as UTF-8")]
    NotUtf8 {
        /// The line.
        line: usize,
    },
    /// A compressed file or a spreadsheet.
    #[error("this is {what}, which is not read here; save the table as CSV, JSON, Parquet or Feather")]
    NotATable {
        /// What it looks like.
        what: &'static str,
    },
    /// A compressed file that breaks off or is damaged.
    #[error("the compressed file is truncated or damaged ({detail})")]
    BrokenCompression {
        /// What the reader said.
        detail: String,
    },
    /// A folder or a pattern without tables.
    #[error(
        "no table was found there (files that end in .csv, .tsv, .txt, .json, .jsonl or .parquet, perhaps with .gz or .zst)"
    )]
    NoTables,
    /// A folder holds no run that can be read.
    #[error("no runs to read: {detail}")]
    NoRuns {
        /// What was found instead.
        detail: String,
    },
    /// A mistake in one of several files.
    #[error("{file}: {mistake}")]
    InFile {
        /// The file.
        file: String,
        /// What is wrong with it.
        mistake: Box<Mistake>,
    },
    /// A name ending in `.parquet` on something else.
    #[error(
        "the name says Parquet but the contents are not; if it is text, give it its own extension (.csv, .tsv, .json)"
    )]
    NotParquet,
    /// A file of columns that breaks off or is damaged.
    #[error("the {format} file is truncated or damaged ({detail})")]
    Damaged {
        /// What the file is.
        format: &'static str,
        /// What the reader said.
        detail: String,
    },
    /// JSON that does not parse or is not a table.
    #[error("not a JSON array of objects or one object per line ({detail})")]
    BrokenJson {
        /// What the reader said, with line and column.
        detail: String,
    },
    /// Two columns for one role.
    #[error("two columns could be {role}, `{first}` and `{second}`; say which with --map {role}=COLUMN")]
    RoleTwice {
        /// The role.
        role: String,
        /// A header.
        first: String,
        /// Another.
        second: String,
    },
    /// No column for a role.
    #[error(
        "no column for {} among {}; say which with {}, or give a constant with --set {}=VALUE",
        wanted(roles),
        list(headers),
        maps(roles),
        roles[0].0
    )]
    RoleMissing {
        /// Each role, and what would do in its place.
        roles: Vec<(String, String)>,
        /// The headers there are.
        headers: Vec<String>,
    },
    /// A role or constant given twice.
    #[error("{role} is given twice, by {first} and by {second}; leave one out")]
    Twice {
        /// The role.
        role: String,
        /// Where first.
        first: String,
        /// Where again.
        second: String,
    },
    /// Two roles made from each other.
    #[error("{role} and {other} are made from each other by --map; one of them must be a column or a constant")]
    Circle {
        /// A role.
        role: String,
        /// The other.
        other: String,
    },
    /// A constant that is no quantity of its role.
    #[error("--set {role}={text}: {detail}")]
    Constant {
        /// The role.
        role: String,
        /// As given.
        text: String,
        /// What is wrong.
        detail: String,
    },
    /// A column asked for by name is not there.
    #[error("there is no column `{column}`{}", did_you_mean(near))]
    NoSuchColumn {
        /// As asked for.
        column: String,
        /// Similar headers, or all of them.
        near: Vec<String>,
    },
    /// Text where a number must stand.
    #[error("{place}: {error}; correct the cell or leave the row out with --where")]
    NotANumber {
        /// The cell.
        place: Place,
        /// Why it does not read as a number.
        error: Box<UnitError>,
    },
    /// An empty cell where a number must stand.
    #[error("{place} is empty; fill it in or leave the row out, for example with --where '{role} > 0'")]
    EmptyCell {
        /// The cell.
        place: Place,
        /// The role it fills.
        role: String,
    },
    /// NaN or an infinity.
    #[error("{place} is {value}, not a finite number; leave the row out, for example with --where '{role} < 1e99'")]
    NotFinite {
        /// The cell.
        place: Place,
        /// The role it fills.
        role: String,
        /// The value.
        value: f64,
    },
    /// A fraction above one.
    #[error(
        "{place} is {value}, and {role} is a fraction between 0 and 1; if it is per cent, say so as --map '{role}={} (%)'",
        place.column
    )]
    NotAFraction {
        /// The cell.
        place: Place,
        /// The role it fills.
        role: String,
        /// The value.
        value: f64,
    },
    /// Zero or less where the law needs a positive number.
    #[error(
        "{place} is {value}, and {role} must be positive; leave the row out, for example with --where '{role} > 0'"
    )]
    NotPositive {
        /// The cell.
        place: Place,
        /// The role it fills.
        role: String,
        /// The value.
        value: f64,
    },
    /// Cells of one column written in units that do not go together.
    #[error(
        "column `{column}` mixes units: `{first}` (data row {first_row}) and `{second}` (data row {second_row}); write the whole column in one unit"
    )]
    MixedUnits {
        /// Header.
        column: String,
        /// A cell.
        first: String,
        /// Its row.
        first_row: usize,
        /// A cell of another unit.
        second: String,
        /// Its row.
        second_row: usize,
    },
    /// A cell that contradicts the unit of its column.
    #[error(
        "column `{column}`: its header (or --map) and its cell `{cell}` (data row {row}) name different units; keep one of the two"
    )]
    HeaderAndCell {
        /// Header.
        column: String,
        /// The cell.
        cell: String,
        /// Its row.
        row: usize,
    },
    /// A column in the unit of something else.
    #[error(
        "column `{column}` is in {found}, and {role} counts {needed}; choose another column with --map {role}=COLUMN"
    )]
    WrongUnit {
        /// Header.
        column: String,
        /// The role.
        role: String,
        /// Dimension found.
        found: String,
        /// Dimension needed.
        needed: String,
    },
    /// A column of dates, lists or other things.
    #[error("column `{column}` holds {kind}, not numbers")]
    ColumnKind {
        /// Header.
        column: String,
        /// The type found.
        kind: String,
    },
    /// A type of a sound file that the reader does not know.
    #[error("column `{column}` is of a type that is not read here; write the column as float64 or as text")]
    ForeignType {
        /// Header.
        column: String,
    },
    /// Every row is the same.
    #[error("all {rows} rows are alike in every column used; nothing can be fitted to them")]
    AllAlike {
        /// How many.
        rows: usize,
    },
    /// The filter or the exclusions left nothing.
    #[error("no row is left of {rows}: {reason}")]
    NoRowsLeft {
        /// Rows read.
        rows: usize,
        /// What left them out.
        reason: String,
    },
    /// A filter that does not parse or names what is not there.
    #[error("in `{text}` at character {position}: {detail}")]
    Expression {
        /// The filter.
        text: String,
        /// Where, 1 is the first character.
        position: usize,
        /// What is wrong.
        detail: String,
    },
    /// A built-in data set made of parts was named as a whole.
    #[error("this data set has parts; name one of {}", list(parts))]
    PartNeeded {
        /// The parts.
        parts: Vec<String>,
    },
    /// A malformed card.
    #[error(transparent)]
    Card(#[from] crate::data::card::CardError),
    /// A table that could not be written.
    #[error("cannot write {path}: {detail}")]
    Unwritable {
        /// Where to.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A reader failed in a way of its own.
    #[error("the reader failed ({0})")]
    Reader(String),
}

impl Mistake {
    /// The mistake, in a source.
    pub(super) fn in_source(self, name: &str) -> IngestError {
        IngestError { source_name: name.to_owned(), mistake: Box::new(self) }
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `D, or C to make it from (D = C/(6N)); L`.
fn wanted(roles: &[(String, String)]) -> String {
    roles.iter().map(|(role, instead)| format!("{role}{instead}")).collect::<Vec<_>>().join("; ")
}

fn maps(roles: &[(String, String)]) -> String {
    roles.iter().map(|(role, _)| format!("--map {role}=COLUMN")).collect::<Vec<_>>().join(" ")
}

fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; there is {}", list(near)) }
}

/// A question to put behind a name that nothing has: which of the candidates was meant. Nothing if
/// none is like it.
pub fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(name, candidates).as_slice() {
        [] => String::new(),
        near => format!(" (did you mean {}?)", near.join(" or ")),
    }
}

/// The candidates most like a name, best first: at most three, none that is mostly different.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let plain = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<Vec<char>>();
    let name = plain(name);
    let mut scored: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = plain(candidate);
            let contained = !name.is_empty() && other.windows(name.len()).any(|window| window == name);
            let distance = if contained { 1 } else { edit_distance(&name, &other) };
            (distance <= 1 + name.len().max(other.len()) / 3).then_some((distance, candidate))
        })
        .collect();
    scored.sort_by_key(|&(distance, _)| distance);
    let best = scored.first().map_or(0, |&(distance, _)| distance);
    scored
        .into_iter()
        .filter(|&(distance, _)| distance <= 2 * best + 1)
        .take(3)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
