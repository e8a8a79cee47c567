//! From a path to a reader: by what the file holds, not by what it is called.

use super::builtin;
use super::columnar::{self, Columnar};
use super::csv::Csv;
use super::error::Mistake;
use super::input;
use super::json::Json;
use super::reader::Reader;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

/// Bytes looked at to tell what a file is.
const LOOKED_AT: usize = 4096;
/// What a compressed JSON file may unpack to, which is held whole.
const LARGEST: u64 = 4 << 30;

/// How a file of another kind begins, and what it is called.
const OTHERS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a spreadsheet or a zip archive"),
    (b"\xD0\xCF\x11\xE0", "an old Excel workbook"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"BZh", "a bzip2-compressed file"),
    (b"\xFD7zXZ", "an xz-compressed file"),
    (b"\x04\x22\x4D\x18", "an lz4-compressed file"),
    (b"7z\xBC\xAF", "a 7z archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xFF\xD8\xFF", "a picture"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"RDX", "an R data file"),
    (b"FEA1", "a Feather file of version 1"),
];

/// What the file is, if its first bytes say that it is no table.
fn other(start: &[u8]) -> Option<&'static str> {
    let pickle = start.first() == Some(&0x80) && matches!(start.get(1), Some(2..=5));
    if pickle {
        return Some("a Python pickle");
    }
    if start.windows(11).any(|window| window == b"brain.Event") {
        return Some("a TensorBoard event file");
    }
    let markup = start.trim_ascii_start();
    if markup.len() > 5 && [&b"<!doct"[..], b"<html", b"<?xml"].iter().any(|tag| starts(markup, tag)) {
        return Some("a web page or an XML file");
    }
    OTHERS.iter().find(|(magic, _)| start.starts_with(magic)).map(|&(_, what)| what)
}

fn starts(text: &[u8], tag: &[u8]) -> bool {
    text.len() >= tag.len() && text[..tag.len()].eq_ignore_ascii_case(tag)
}

/// Opens a file, or standard input, by what it holds; the extension only sharpens the message. `comma` says that
/// decimals are written with a comma.
pub(super) fn open(path: &Path, comma: bool) -> Result<Reader<'static>, Mistake> {
    let mut file: Box<dyn Read> = match File::open(path) {
        _ if input::is(path) => Box::new(input::bytes()?),
        Ok(file) => Box::new(file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Mistake::MissingFile { near: builtin::similar(&path.to_string_lossy()) });
        }
        Err(error) => return Err(Mistake::Unreadable(error)),
    };
    let start = beginning(&mut file)?;
    let lower = path.to_string_lossy().to_lowercase();
    let unpacked = lower.strip_suffix(".gz").or_else(|| lower.strip_suffix(".zst")).unwrap_or(&lower);
    let named = |ends: &[&str]| ends.iter().any(|end| unpacked.ends_with(end));
    if start.starts_with(columnar::PARQUET) {
        return Columnar::parquet(path).map(Reader::Columnar);
    }
    if start.is_empty() {
        return Err(Mistake::EmptyFile);
    }
    let whole = Cursor::new(start.clone()).chain(file);
    let gzip = start.starts_with(b"\x1f\x8b");
    let zstd = start.starts_with(b"\x28\xb5\x2f\xfd");
    let (start, mut input): (Vec<u8>, Box<dyn Read>) = if gzip || zstd {
        let mut input: Box<dyn Read> = match gzip {
            true => Box::new(MultiGzDecoder::new(whole)),
            false => Box::new(zstd::Decoder::new(whole)?),
        };
        let start = beginning(&mut input).map_err(|error| match error {
            Mistake::Unreadable(error) => Mistake::BrokenCompression { detail: error.to_string() },
            other => other,
        })?;
        (start.clone(), Box::new(Cursor::new(start).chain(input)))
    } else {
        (start, Box::new(whole))
    };
    // The hash is of the file's bytes, not of what they unpack to.
    let packed = |reader: Reader<'static>| match gzip || zstd {
        true => Ok(Reader::Packed(Box::new(reader), columnar::hash(path)?)),
        false => Ok(reader),
    };
    if start.starts_with(columnar::PARQUET) {
        return Err(Mistake::NotATable { what: "a Parquet file compressed once more (unpack it)" });
    }
    if let Some(what) = other(&start) {
        return Err(Mistake::NotATable { what });
    }
    if named(&[".parquet", ".pq"]) && !gzip && !zstd {
        return Err(Mistake::NotParquet);
    }
    if let Some(opened) = Columnar::arrow(&start, &mut input) {
        return opened.map(Reader::Columnar).and_then(packed);
    }
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start).trim_ascii_start();
    let within = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    let objects = within.unwrap_or(text).starts_with(b"{") || within.is_some_and(|rest| rest.starts_with(b"["));
    let reader = if objects || named(&[".json", ".jsonl", ".ndjson"]) {
        let mut bytes = Vec::new();
        input.take(LARGEST).read_to_end(&mut bytes)?;
        Reader::Json(Json::open(bytes)?)
    } else {
        Reader::Csv(Csv::open(input, comma)?)
    };
    packed(reader)
}

fn beginning(input: &mut impl Read) -> Result<Vec<u8>, Mistake> {
    let mut start = Vec::new();
    input.by_ref().take(LOOKED_AT as u64).read_to_end(&mut start)?;
    Ok(start)
}
