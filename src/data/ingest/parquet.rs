//! Parquet, by polars, only the columns asked for.

use super::cells::Table;
use super::error::Mistake;
use super::frame;
use polars::prelude::{ParquetReader, PolarsResult, SerReader};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
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

impl Parquet {
    pub fn open(path: &Path) -> Result<Self, Mistake> {
        let mut file = File::open(path)?;
        let mut end = [0; MAGIC.len()];
        if file.metadata()?.len() < 12 {
            return Err(Mistake::BrokenParquet { detail: "it is too short".to_owned() });
        }
        file.seek(SeekFrom::End(-(MAGIC.len() as i64)))?;
        file.read_exact(&mut end)?;
        if end != MAGIC {
            return Err(Mistake::BrokenParquet { detail: "it does not end as one does".to_owned() });
        }
        file.seek(SeekFrom::Start(0))?;
        let schema = guarded(|| ParquetReader::new(file).schema())?;
        let foreign = schema.iter_values().map(|field| foreign(&format!("{:?}", field.dtype()))).collect();
        Ok(Self { path: path.to_owned(), headers: schema.iter_names().map(ToString::to_string).collect(), foreign })
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
        let file = File::open(&self.path)?;
        let frame = guarded(|| ParquetReader::new(file).with_columns(Some(names)).finish())?;
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
