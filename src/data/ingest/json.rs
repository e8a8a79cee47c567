//! JSON: an array of objects, or one object per line. Read by serde_json, not by polars, which
//! may replace a value of an unexpected type by null without a word.

use super::cells::{Cells, Lines, Table};
use super::error::Mistake;
use super::frame;
use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::fmt;

/// A JSON table whose keys have been collected.
pub(super) struct Json {
    bytes: Vec<u8>,
    pub headers: Vec<String>,
}

type Row = Map<String, Value>;

impl Json {
    pub fn open(bytes: Vec<u8>) -> Result<Self, Mistake> {
        if let Err(error) = std::str::from_utf8(&bytes) {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&b| b == b'\n').count();
            return Err(Mistake::NotUtf8 { line });
        }
        let mut json = Self { bytes, headers: Vec::new() };
        let mut headers: Vec<String> = Vec::new();
        let mut rows = 0;
        json.each_row(|row| {
            rows += 1;
            for key in row.keys() {
                if !headers.iter().any(|header| header == key) {
                    headers.push(key.clone());
                }
            }
        })?;
        if rows == 0 {
            return Err(Mistake::HeaderOnly);
        }
        json.headers = headers;
        Ok(json)
    }

    fn each_row(&self, mut row: impl FnMut(Row)) -> Result<(), Mistake> {
        let text = self.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.bytes);
        let broken = |error: serde_json::Error| Mistake::BrokenJson { detail: error.to_string() };
        if text.trim_ascii_start().starts_with(b"[") {
            let mut reader = serde_json::Deserializer::from_slice(text);
            reader.deserialize_seq(Rows(&mut row)).map_err(broken)?;
            return reader.end().map_err(broken);
        }
        for object in serde_json::Deserializer::from_slice(text).into_iter::<Row>() {
            row(object.map_err(broken)?);
        }
        Ok(())
    }

    /// Reads the columns asked for, by position.
    pub fn load(self, numbers: &[usize], texts: &[usize]) -> Result<Table, Mistake> {
        let mut table = Table {
            rows: 0,
            numbers: vec![Cells::default(); numbers.len()],
            texts: vec![Vec::new(); texts.len()],
            lines: Lines::default(),
            sha256: frame::hexadecimal(&Sha256::digest(&self.bytes)),
        };
        self.each_row(|row| {
            table.rows += 1;
            for (&column, cells) in numbers.iter().zip(&mut table.numbers) {
                match row.get(&self.headers[column]) {
                    None | Some(Value::Null) => cells.push_empty(),
                    Some(Value::Number(number)) => cells.push_optional(number.as_f64()),
                    Some(Value::String(text)) => cells.push_text(text),
                    Some(other) => cells.push_text(&other.to_string()),
                }
            }
            for (&column, text) in texts.iter().zip(&mut table.texts) {
                text.push(match row.get(&self.headers[column]) {
                    None | Some(Value::Null) => String::new(),
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                });
            }
        })?;
        Ok(table)
    }
}

/// Hands the objects of an array on, one at a time.
struct Rows<'a, F>(&'a mut F);

impl<'de, F: FnMut(Row)> Visitor<'de> for Rows<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(row) = seq.next_element::<Row>()? {
            (self.0)(row);
        }
        Ok(())
    }
}
