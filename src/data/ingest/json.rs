//! JSON: an array of objects, one object per line, or one object that holds a table in any of the
//! shapes that pandas, wandb, trainers and evaluation harnesses write. Read by serde_json, not by
//! polars, which may replace a value of an unexpected type by null without a word.

use super::cells::Table;
use super::error::Mistake;
use super::frame;
use super::shape;
use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// A JSON table whose keys have been collected.
pub(super) struct Json {
    bytes: Vec<u8>,
    sha256: String,
    /// The rows of a table that is one object or a list of lists.
    rows: Option<Vec<Row>>,
    pub headers: Vec<String>,
}

pub(super) type Row = Map<String, Value>;

impl Json {
    pub fn open(bytes: Vec<u8>) -> Result<Self, Mistake> {
        if let Err(error) = std::str::from_utf8(&bytes) {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&b| b == b'\n').count();
            return Err(Mistake::NotUtf8 { line });
        }
        let sha256 = frame::hexadecimal(&Sha256::digest(&bytes));
        let bytes = match quoted_specials(&bytes) {
            Cow::Borrowed(_) => bytes,
            Cow::Owned(bytes) => bytes,
        };
        let mut json = Self { bytes, sha256, rows: None, headers: Vec::new() };
        json.rows = json.single()?;
        let mut headers: Vec<String> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        let mut rows = 0;
        json.each_row(|row, _| {
            rows += 1;
            for key in row.keys() {
                if !seen.contains(key) {
                    seen.insert(key.clone());
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

    fn text(&self) -> &[u8] {
        self.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.bytes).trim_ascii()
    }

    /// The rows of a file that is one object, or a list of lists; none of one that is a list of
    /// objects or one object per line.
    fn single(&self) -> Result<Option<Vec<Row>>, Mistake> {
        let text = self.text();
        let inner = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
        if inner.is_some_and(|inner| inner.starts_with(b"[")) {
            return shape::of_lists(serde_json::from_slice(text).map_err(|error| broken(&error, text))?).map(Some);
        }
        if !text.starts_with(b"{") {
            return Ok(None);
        }
        let mut objects = serde_json::Deserializer::from_slice(text).into_iter::<Row>();
        let Some(first) = objects.next() else { return Ok(None) };
        let first = first.map_err(|error| broken(&error, text))?;
        let more = !text[objects.byte_offset()..].trim_ascii().is_empty();
        if more { Ok(None) } else { shape::of_object(first).map(Some) }
    }

    /// Hands every row on, with its line where there is one row per line.
    fn each_row(&self, mut row: impl FnMut(Row, Option<usize>)) -> Result<(), Mistake> {
        if let Some(rows) = &self.rows {
            rows.iter().for_each(|held| row(held.clone(), None));
            return Ok(());
        }
        let text = self.text();
        let mut row = |object: Row, line| row(shape::flat(object), line);
        if text.starts_with(b"[") {
            let mut reader = serde_json::Deserializer::from_slice(text);
            let mut hand_on = |object| row(object, None);
            reader.deserialize_seq(Rows(&mut hand_on)).map_err(|error| broken(&error, text))?;
            return reader.end().map_err(|error| broken(&error, text));
        }
        let mut objects = serde_json::Deserializer::from_slice(text).into_iter::<Row>();
        let (mut line, mut counted) = (1, 0);
        while let Some(object) = objects.next() {
            let object = object.map_err(|error| broken(&error, text))?;
            let end = objects.byte_offset();
            let breaks = |bytes: &[u8]| bytes.iter().filter(|&&b| b == b'\n').count();
            let blanks = text[counted..end].iter().take_while(|b| b.is_ascii_whitespace()).count();
            let start = line + breaks(&text[counted..counted + blanks]);
            line += breaks(&text[counted..end]);
            counted = end;
            row(object, Some(start));
        }
        Ok(())
    }

    /// Reads the columns asked for, by position.
    pub fn load(self, numbers: &[usize], texts: &[usize]) -> Result<Table, Mistake> {
        let mut table = Table::new(numbers.len(), texts.len());
        table.sha256.clone_from(&self.sha256);
        self.each_row(|row, line| {
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
            if let Some(line) = line {
                table.lines.push(table.rows, line);
            }
            table.rows += 1;
        })?;
        Ok(table)
    }
}

/// What serde_json says, in a sentence that says what the file is.
fn broken(error: &serde_json::Error, text: &[u8]) -> Mistake {
    let python = text.starts_with(b"{'") || text.windows(3).take(10_000).any(|w| w == b"{'l" || w == b", '");
    match python && error.is_syntax() {
        true => Mistake::NotATable { what: "Python's notation for a dictionary, not JSON (write it with json.dumps)" },
        false => Mistake::BrokenJson { detail: error.to_string() },
    }
}

/// Python writes NaN and infinities bare, which JSON has no words for: they become texts, and are
/// then read as CSV reads them.
pub(super) fn quoted_specials(bytes: &[u8]) -> Cow<'_, [u8]> {
    const SPECIAL: [&[u8]; 3] = [b"NaN", b"-Infinity", b"Infinity"];
    let mut out: Vec<u8> = Vec::new();
    let (mut copied, mut i, mut quoted) = (0, 0, false);
    while i < bytes.len() {
        match bytes[i] {
            b'\\' if quoted => i += 1,
            b'"' => quoted = !quoted,
            b'N' | b'-' | b'I' if !quoted => {
                if let Some(word) = SPECIAL.iter().find(|word| bytes[i..].starts_with(word)) {
                    out.extend_from_slice(&bytes[copied..i]);
                    out.push(b'"');
                    out.extend_from_slice(word);
                    out.push(b'"');
                    i += word.len();
                    copied = i;
                    continue;
                }
            }
            _ => {}
        }
        i += 1;
    }
    if copied == 0 {
        return Cow::Borrowed(bytes);
    }
    out.extend_from_slice(&bytes[copied..]);
    Cow::Owned(out)
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
