//! Parquet, by polars, only the columns asked for.

use super::cells::Table;
use super::error::Mistake;
use super::frame;
use super::input;
use polars::prelude::{DataFrame, ParquetReader, PolarsResult, SerReader};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// First and last bytes of every Parquet file.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// A Parquet file whose schema has been read.
pub(super) struct Parquet {
    path: PathBuf,
    pub headers: Vec<String>,
    /// What a column holds, where this build of the reader has no word for it.
    foreign: Vec<Option<&'static str>>,
}

/// Types that the reader is built without. It would panic on them, though the file is sound.
fn foreign(kind: &str) -> Option<&'static str> {
    [("Decimal", "decimals"), ("Float16", "half-precision numbers"), ("Struct", "structs"), ("Map", "maps")]
        .into_iter()
        .find_map(|(name, words)| kind.starts_with(name).then_some(words))
}

/// Damaged pages may make the reader panic; that is an error of the file, not of the program.
pub(super) fn guarded<T>(read: impl FnOnce() -> PolarsResult<T>) -> Result<T, Mistake> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Mistake::BrokenParquet { detail: one_line(&error.to_string()) }),
        Err(_) => Err(Mistake::BrokenParquet { detail: "its pages make no sense".to_owned() }),
    }
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// The columns of a file: their names, and what of each this build of the reader has no word for.
fn schema(path: &Path) -> Result<(Vec<String>, Vec<Option<&'static str>>), Mistake> {
    let schema = match input::is(path) {
        true => {
            let bytes = input::bytes()?;
            guarded(|| ParquetReader::new(Cursor::new(bytes)).schema())?
        }
        false => {
            let file = File::open(path)?;
            guarded(|| ParquetReader::new(file).schema())?
        }
    };
    let foreign = schema.iter_values().map(|field| foreign(&format!("{:?}", field.dtype()))).collect();
    Ok((schema.iter_names().map(ToString::to_string).collect(), foreign))
}

/// Some columns of it.
fn columns(path: &Path, names: Vec<String>) -> Result<DataFrame, Mistake> {
    match input::is(path) {
        true => {
            let bytes = input::bytes()?;
            guarded(|| ParquetReader::new(Cursor::new(bytes)).with_columns(Some(names)).finish())
        }
        false => {
            let file = File::open(path)?;
            guarded(|| ParquetReader::new(file).with_columns(Some(names)).finish())
        }
    }
}

/// Its length and its last bytes, as many as it begins with.
fn ending(path: &Path) -> Result<(u64, [u8; MAGIC.len()]), Mistake> {
    let mut end = [0; MAGIC.len()];
    if input::is(path) {
        let bytes = input::bytes()?;
        if let Some(last) = bytes.last_chunk() {
            end = *last;
        }
        return Ok((bytes.len() as u64, end));
    }
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    if length >= MAGIC.len() as u64 {
        file.seek(SeekFrom::End(-(MAGIC.len() as i64)))?;
        file.read_exact(&mut end)?;
    }
    Ok((length, end))
}

impl Parquet {
    pub fn open(path: &Path) -> Result<Self, Mistake> {
        let (length, end) = ending(path)?;
        if length < 12 {
            return Err(Mistake::BrokenParquet { detail: "it is too short".to_owned() });
        }
        if end != MAGIC {
            return Err(Mistake::BrokenParquet { detail: "it does not end as one does".to_owned() });
        }
        let (headers, foreign) = schema(path)?;
        Ok(Self { path: path.to_owned(), headers, foreign })
    }

    /// Reads the columns asked for, by position.
    pub fn load(self, numbers: &[usize], texts: &[usize]) -> Result<Table, Mistake> {
        let mut wanted: Vec<usize> = numbers.iter().chain(texts).copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        if let Some((&column, kind)) = wanted.iter().find_map(|column| Some((column, self.foreign[*column]?))) {
            return Err(Mistake::ForeignType { column: self.headers[column].clone(), kind });
        }
        let names = wanted.iter().map(|&column| self.headers[column].clone()).collect();
        let before = hash(&self.path)?;
        let frame = columns(&self.path, names)?;
        let mut table = Table::new(numbers.len(), texts.len());
        table.rows = frame.height();
        table.sha256 = hash(&self.path)?;
        if table.sha256 != before {
            return Err(Mistake::Unreadable(std::io::Error::other("it changed while it was read; try again")));
        }
        if table.rows == 0 {
            return Err(Mistake::HeaderOnly);
        }
        for (&column, cells) in numbers.iter().zip(&mut table.numbers) {
            frame::append_numbers(frame::column(&frame, &self.headers[column])?, cells)?;
        }
        for (&column, text) in texts.iter().zip(&mut table.texts) {
            frame::append_text(frame::column(&frame, &self.headers[column])?, text)?;
        }
        Ok(table)
    }
}

pub(super) fn hash(path: &Path) -> Result<String, Mistake> {
    if input::is(path) {
        return Ok(frame::hexadecimal(&Sha256::digest(input::bytes()?)));
    }
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(frame::hexadecimal(&hash.finalize())),
            n => hash.update(&piece[..n]),
        }
    }
}
