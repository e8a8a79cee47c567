//! Result tables: columns out to CSV or Parquet, and back in.

use super::columnar::{PARQUET, guarded};
use super::error::{IngestError, Mistake};
use super::frame;
use crate::base::text::MADE_BY;
use polars::prelude::{
    Column, CsvReadOptions, CsvWriter, DataFrame, KeyValueMetadata, ParquetReader, ParquetWriter, SerReader, SerWriter,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::Path;

/// A column of a result table.
#[derive(Clone, Debug, PartialEq)]
pub enum TableColumn {
    /// Numbers, some missing.
    Numbers(Vec<Option<f64>>),
    /// Text.
    Text(Vec<String>),
}

impl TableColumn {
    /// Numbers, none missing.
    pub fn numbers(values: impl IntoIterator<Item = f64>) -> Self {
        Self::Numbers(values.into_iter().map(Some).collect())
    }
}

/// Writes a table as Parquet if the name ends in `.parquet`, else as CSV. The file appears whole
/// or not at all: it is written beside its place, flushed to disk and renamed. A file that holds
/// the same already is left alone.
pub fn write_table(columns: &[(String, TableColumn)], path: &Path) -> Result<(), IngestError> {
    let name = path.display().to_string();
    let unwritable = |detail: String| Mistake::Unwritable { path: path.to_owned(), detail }.in_source(&name);
    let bytes = encode(columns, is_parquet(path)).map_err(&unwritable)?;
    replace_file(path, &bytes).map_err(|error| unwritable(error.to_string()))
}

/// Writes bytes beside their place, flushes them to disk and renames: the file appears whole or
/// not at all, even if the program is killed. A file that holds them already is left alone, and so
/// is one that this program did not make.
///
/// # Errors
/// What the system says, or that the file is somebody else's.
pub fn replace_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|found| found == bytes) {
        return Ok(());
    }
    may_replace(path, bytes)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut tries = 0;
    loop {
        match write_beside(path, bytes, folder) {
            // Somebody tidied the folder in between: what is not whole yet is taken for a dead worker's.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && tries < 3 => tries += 1,
            done => return done,
        }
    }
}

/// How names begin of files that are not whole yet.
const UNFINISHED: &str = ".tmp-scaling-";

fn write_beside(path: &Path, bytes: &[u8], folder: &Path) -> std::io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    // Readable by whom the user's umask allows, as any other file is.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// Removes from a folder what was left half written by a program that was killed.
///
/// # Errors
/// What the system says; a folder that is not there holds nothing.
pub fn clear_unfinished(folder: &Path) -> std::io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        match fs::remove_file(entry.path()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Removes a file that this program made; one that is not there is no error.
///
/// # Errors
/// What the system says, or that the file is somebody else's.
pub fn remove_file(path: &Path, like: &[u8]) -> std::io::Result<()> {
    may_replace(path, like)?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether a file like this may stand at a place: nothing is there, or one that this program made.
///
/// # Errors
/// That the file is somebody else's.
pub fn may_replace(path: &Path, like: &[u8]) -> std::io::Result<()> {
    match fs::read(path) {
        Ok(found) if !is_ours(path, &found, like) => Err(std::io::Error::new(
            std::io::ErrorKind::AlreadyExists,
            "a file of that name is there which this program did not make, and it is left alone",
        )),
        _ => Ok(()),
    }
}

/// How a harvest of runs begins: the two columns that say where a row is from.
const HARVEST: &[u8] = b"run,file,";

/// Whether a file is one that this program made, by what it holds, so that a folder can be copied
/// or kept under version control. Damaged ones count, as far as they can be told; `new` is what is
/// to stand there.
fn is_ours(path: &Path, found: &[u8], new: &[u8]) -> bool {
    let until = |end: u8| new.iter().position(|byte| *byte == end).map_or(new, |at| &new[..=at]);
    let says = |mark: &str, within: usize| {
        found[..found.len().min(within)].windows(mark.len()).any(|window| window == mark.as_bytes())
    };
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    match &*extension {
        _ if found.is_empty() => true,
        // The same columns; the same first key.
        // A harvest of runs has more columns when there are more runs; it is of the same runs, perhaps of fewer.
        "csv" if new.starts_with(HARVEST) => found.starts_with(HARVEST) && are_among(found, new),
        "csv" => found.starts_with(until(b'\n')),
        "json" => found.starts_with(until(b':')),
        "parquet" => {
            found.starts_with(PARQUET) && (found.len() < 12 || !found.ends_with(PARQUET) || says(MADE_BY, usize::MAX))
        }
        // As every figure of ours begins, and no other.
        "svg" => says(FIGURE_MARK, 4_096),
        // Run and saved again it is still ours; with a cell that somebody wrote it is not.
        "ipynb" => serde_json::from_slice(found).is_ok_and(|notebook| cells_mark(&notebook) == marked(&notebook)),
        _ => says(MADE_BY, 4_096),
    }
}

/// Whether every row of a harvest stands in another: by the run and the file that it begins with.
fn are_among(found: &[u8], new: &[u8]) -> bool {
    rows_of(found).is_subset(&rows_of(new))
}

/// How the rows of a harvest begin: up to the second comma that no quotes hold.
fn rows_of(text: &[u8]) -> HashSet<&[u8]> {
    let lines = text.split(|byte| *byte == b'\n').skip(1).map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty());
    let start = |line: &'_ [u8]| {
        let (mut quoted, mut commas) = (false, 0);
        line.iter().position(|byte| {
            quoted ^= *byte == b'"';
            commas += usize::from(*byte == b',' && !quoted);
            commas == 2
        })
    };
    lines.map(|line| &line[..start(line).unwrap_or(line.len())]).collect()
}

/// What the root of every figure holds.
const FIGURE_MARK: &str = "font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\" stroke-linejoin=\"round\"";

/// The mark of a notebook that this program wrote: its name, and a digest of the cells' sources.
pub fn cells_mark(notebook: &Value) -> Option<String> {
    let mut digest = Sha256::new();
    for cell in notebook["cells"].as_array()? {
        // One string or its lines: the format allows both.
        match &cell["source"] {
            Value::Array(lines) => lines.iter().filter_map(Value::as_str).for_each(|line| digest.update(line)),
            source => digest.update(source.as_str()?),
        }
        digest.update([0]);
    }
    Some(format!("{MADE_BY}, cells {}", frame::hexadecimal(&digest.finalize())))
}

/// The mark that a notebook bears.
fn marked(notebook: &Value) -> Option<String> {
    notebook["metadata"]["scaling"].as_str().map(str::to_owned)
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "parquet")
}

/// Columns as CSV.
///
/// # Errors
/// That they are not of one length.
pub fn csv(columns: &[(String, TableColumn)]) -> Result<String, String> {
    encode(columns, false).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn encode(columns: &[(String, TableColumn)], parquet: bool) -> Result<Vec<u8>, String> {
    let rows = columns.first().map_or(0, |(_, column)| match column {
        TableColumn::Numbers(values) => values.len(),
        TableColumn::Text(values) => values.len(),
    });
    let columns = columns.iter().map(|(name, column)| match column {
        TableColumn::Numbers(values) => Column::new(name.as_str().into(), values),
        // A spreadsheet takes a cell that begins so for a formula.
        TableColumn::Text(values) if !parquet => {
            let plain = values.iter().map(|text| match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                true => format!("'{text}"),
                false => text.clone(),
            });
            Column::new(name.as_str().into(), plain.collect::<Vec<_>>())
        }
        TableColumn::Text(values) => Column::new(name.as_str().into(), values),
    });
    let mut frame = DataFrame::new(rows, columns.collect()).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    if parquet {
        let mark = KeyValueMetadata::from_static(vec![("scaling".to_owned(), MADE_BY.to_owned())]);
        let writer = ParquetWriter::new(&mut bytes).with_key_value_metadata(Some(mark));
        writer.finish(&mut frame).map_err(|error| error.to_string())?;
    } else {
        CsvWriter::new(&mut bytes).finish(&mut frame).map_err(|error| error.to_string())?;
    }
    Ok(bytes)
}

/// Reads a table that [`write_table`] wrote, every column.
pub fn read_table(path: &Path) -> Result<Vec<(String, TableColumn)>, IngestError> {
    let name = path.display().to_string();
    read_all(path).map_err(|mistake| mistake.in_source(&name))
}

fn read_all(path: &Path) -> Result<Vec<(String, TableColumn)>, Mistake> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Mistake::MissingFile { near: Vec::new() });
        }
        Err(error) => return Err(Mistake::Unreadable(error)),
    };
    let frame = if is_parquet(path) {
        guarded("Parquet", || ParquetReader::new(Cursor::new(&bytes)).finish())?
    } else {
        let options = CsvReadOptions::default().with_infer_schema_length(None);
        let frame = options.into_reader_with_file_handle(Cursor::new(&bytes)).finish();
        frame.map_err(|error| Mistake::Reader(error.to_string()))?
    };
    let read = frame.columns().iter().map(|column| {
        let name = column.name().to_string();
        if column.dtype().is_primitive_numeric() {
            let mut cells = super::cells::Cells::default();
            frame::append_numbers(column, &name, &mut cells)?;
            let missing: Vec<usize> = cells.bad.iter().map(|&(row, _)| row).collect();
            let value = |(row, value)| missing.binary_search(&row).is_err().then_some(value);
            let values = cells.values.into_iter().enumerate().map(value).collect();
            Ok((name, TableColumn::Numbers(values)))
        } else {
            let mut texts = Vec::new();
            frame::append_text(column, &name, &mut texts)?;
            Ok((name, TableColumn::Text(texts)))
        }
    });
    read.collect()
}
