//! Files of columns (Parquet, Feather, Arrow's file and stream), by polars, only the columns asked for.

use super::cells::Table;
use super::error::Mistake;
use super::frame::{self, Leaf};
use super::input;
use polars::prelude::{
    ArrowField, DataFrame, DataType, Field, IpcReader, IpcStreamReader, ParquetReader, PolarsError, PolarsResult,
    SerReader,
};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// First and last bytes of every Parquet file.
pub(super) const PARQUET: &[u8] = b"PAR1";
/// First bytes of an Arrow file, which is also what Feather's second version is.
const ARROW: &[u8] = b"ARROW1";
/// First bytes of an Arrow stream: the mark that a message follows.
const STREAM: &[u8] = b"\xFF\xFF\xFF\xFF";
/// Last bytes of an Arrow stream. Without them rows may be missing, and the reader would not say so.
const STREAM_END: &[u8] = b"\xFF\xFF\xFF\xFF\0\0\0\0";
/// What an Arrow file may hold, which is kept whole.
const LARGEST: u64 = 4 << 30;

/// A file of columns whose schema has been read.
pub(super) struct Columnar {
    held: Held,
    leaves: Vec<Leaf>,
    pub headers: Vec<String>,
}

/// Parquet is read from its file column by column; Arrow's formats are read once.
enum Held {
    Parquet(PathBuf),
    Arrow(Vec<u8>),
    Stream(Vec<u8>),
}

impl Held {
    fn name(&self) -> &'static str {
        match self {
            Self::Parquet(_) => "Parquet",
            Self::Arrow(_) => "Feather (Arrow)",
            Self::Stream(_) => "Arrow stream",
        }
    }

    /// The columns of the file, each with its type where the reader has a word for it.
    fn schema(&self) -> PolarsResult<Vec<(String, Option<DataType>)>> {
        // Decimals of more digits than 38 have a type, and no reader.
        let readable = |kind: &DataType| !matches!(kind, DataType::Decimal(precision, _) if *precision > 38);
        let known =
            |field: &ArrowField| catch_unwind(AssertUnwindSafe(|| Field::from(field).dtype)).ok().filter(readable);
        let schema = match self {
            Self::Parquet(path) => match input::is(path) {
                true => ParquetReader::new(Cursor::new(input::bytes().map_err(unreadable)?)).schema()?,
                false => ParquetReader::new(File::open(path)?).schema()?,
            },
            Self::Arrow(bytes) => IpcReader::new(Cursor::new(bytes.as_slice())).schema()?,
            Self::Stream(bytes) => IpcStreamReader::new(Cursor::new(bytes.as_slice())).arrow_schema()?.into(),
        };
        Ok(schema.iter_values().map(|field| (field.name.to_string(), known(field))).collect())
    }

    /// Some of its columns.
    fn columns(&self, names: Vec<String>) -> PolarsResult<DataFrame> {
        match self {
            Self::Parquet(path) => match input::is(path) {
                true => {
                    let bytes = input::bytes().map_err(unreadable)?;
                    ParquetReader::new(Cursor::new(bytes)).with_columns(Some(names)).finish()
                }
                false => ParquetReader::new(File::open(path)?).with_columns(Some(names)).finish(),
            },
            Self::Arrow(bytes) => IpcReader::new(Cursor::new(bytes.as_slice())).with_columns(Some(names)).finish(),
            Self::Stream(bytes) => {
                IpcStreamReader::new(Cursor::new(bytes.as_slice())).with_columns(Some(names)).finish()
            }
        }
    }

    fn hash(&self) -> Result<String, Mistake> {
        match self {
            Self::Parquet(path) => hash(path),
            Self::Arrow(bytes) | Self::Stream(bytes) => Ok(frame::hexadecimal(&Sha256::digest(bytes))),
        }
    }
}

fn unreadable(mistake: Mistake) -> PolarsError {
    PolarsError::IO { error: std::io::Error::other(mistake.to_string()).into(), msg: None }
}

/// Damaged pages may make a reader panic; that is an error of the file, not of the program.
pub(super) fn guarded<T>(format: &'static str, read: impl FnOnce() -> PolarsResult<T>) -> Result<T, Mistake> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Mistake::Damaged { format, detail: one_line(&error.to_string()) }),
        Err(_) => Err(Mistake::Damaged { format, detail: "its pages make no sense".to_owned() }),
    }
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// The length of a Parquet file and its last bytes, as many as it begins with.
fn ending(path: &Path) -> Result<(u64, [u8; PARQUET.len()]), Mistake> {
    let mut end = [0; PARQUET.len()];
    if input::is(path) {
        let bytes = input::bytes()?;
        if let Some(last) = bytes.last_chunk() {
            end = *last;
        }
        return Ok((bytes.len() as u64, end));
    }
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    if length >= PARQUET.len() as u64 {
        file.seek(SeekFrom::End(-(PARQUET.len() as i64)))?;
        file.read_exact(&mut end)?;
    }
    Ok((length, end))
}

impl Columnar {
    /// Opens a Parquet file.
    pub fn parquet(path: &Path) -> Result<Self, Mistake> {
        let broken = |detail: &str| Mistake::Damaged { format: "Parquet", detail: detail.to_owned() };
        let (length, end) = ending(path)?;
        if length < 12 {
            return Err(broken("it is too short"));
        }
        if end != PARQUET {
            return Err(broken("it does not end as one does"));
        }
        Self::of(Held::Parquet(path.to_owned()))
    }

    /// Opens one of Arrow's formats, packed or not, if that is what begins so.
    pub fn arrow(start: &[u8], input: &mut dyn Read) -> Option<Result<Self, Mistake>> {
        let held = match start {
            _ if start.starts_with(ARROW) => Held::Arrow,
            _ if start.starts_with(STREAM) => Held::Stream,
            _ => return None,
        };
        let mut bytes = Vec::new();
        Some(match input.take(LARGEST).read_to_end(&mut bytes) {
            Ok(_) if start.starts_with(STREAM) && !bytes.ends_with(STREAM_END) => {
                let detail = "it does not end as one does".to_owned();
                Err(Mistake::Damaged { format: "Arrow stream", detail })
            }
            Ok(_) => Self::of(held(bytes)),
            Err(error) => Err(Mistake::Unreadable(error)),
        })
    }

    fn of(held: Held) -> Result<Self, Mistake> {
        let schema = guarded(held.name(), || held.schema())?;
        let leaves = frame::leaves(schema);
        let headers = leaves.iter().map(Leaf::header).collect();
        Ok(Self { held, leaves, headers })
    }

    /// Reads the columns asked for, by position.
    pub fn load(self, numbers: &[usize], texts: &[usize]) -> Result<Table, Mistake> {
        let wanted = || numbers.iter().chain(texts).map(|&column| &self.leaves[column]);
        if let Some(leaf) = wanted().find(|leaf| !leaf.known) {
            return Err(Mistake::ForeignType { column: leaf.header() });
        }
        let mut names: Vec<String> = wanted().map(|leaf| leaf.root().to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        let before = self.held.hash()?;
        let frame = guarded(self.held.name(), || self.held.columns(names))?;
        let mut table = Table::new(numbers.len(), texts.len());
        table.rows = frame.height();
        table.sha256 = self.held.hash()?;
        if table.sha256 != before {
            return Err(Mistake::Unreadable(std::io::Error::other("it changed while it was read; try again")));
        }
        if table.rows == 0 {
            return Err(Mistake::HeaderOnly);
        }
        for (&column, cells) in numbers.iter().zip(&mut table.numbers) {
            frame::append_numbers(&self.leaves[column].of(&frame)?, &self.headers[column], cells)?;
        }
        for (&column, text) in texts.iter().zip(&mut table.texts) {
            frame::append_text(&self.leaves[column].of(&frame)?, &self.headers[column], text)?;
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
