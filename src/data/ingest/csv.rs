//! CSV and TSV, in pieces of a few megabytes: memory is that of the columns asked for. polars
//! reads the cells; records are counted here, so that every message can name its line.

use super::cells::{Cells, Lines, Table};
use super::error::Mistake;
use super::frame;
use polars::prelude::{CsvReadOptions, DataFrame, DataType, Field, PolarsResult, Schema, SerReader};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read};
use std::sync::Arc;

const PIECE: usize = 8 << 20;
/// A record longer than this has an open quotation mark.
const LONGEST_RECORD: usize = 8 * PIECE;

/// A text table whose header has been read.
pub(super) struct Csv<'a> {
    input: Box<dyn Read + 'a>,
    hash: Sha256,
    /// Bytes read and not yet consumed; the next byte is on line `line`.
    buffer: Vec<u8>,
    line: usize,
    ended: bool,
    delimiter: u8,
    pub headers: Vec<String>,
}

/// Complete records found in the buffer.
#[derive(Default)]
struct Scan {
    /// Start, end (without line break), line and number of fields of each record.
    records: Vec<(usize, usize, usize, usize)>,
    /// Bytes consumed.
    end: usize,
    /// Line after them.
    line: usize,
    /// Lines were passed over: blank ones.
    gaps: bool,
    open_quote: bool,
}

impl<'a> Csv<'a> {
    pub fn open(input: Box<dyn Read + 'a>) -> Result<Self, Mistake> {
        let mut csv = Self {
            input,
            hash: Sha256::new(),
            buffer: Vec::new(),
            line: 1,
            ended: false,
            delimiter: b',',
            headers: Vec::new(),
        };
        csv.fill(PIECE)?;
        if csv.buffer.starts_with(b"\xEF\xBB\xBF") {
            csv.buffer.drain(..3);
        }
        csv.skip_comments()?;
        if csv.buffer.is_empty() {
            return Err(Mistake::EmptyFile);
        }
        csv.read_header()?;
        Ok(csv)
    }

    fn fill(&mut self, target: usize) -> Result<(), Mistake> {
        let held = self.buffer.len();
        if !self.ended && held < target {
            let wanted = (target - held) as u64;
            self.input.by_ref().take(wanted).read_to_end(&mut self.buffer)?;
            self.hash.update(&self.buffer[held..]);
            self.ended = self.buffer.len() < target;
        }
        Ok(())
    }

    /// Passes over blank lines and `#` lines before the header.
    fn skip_comments(&mut self) -> Result<(), Mistake> {
        loop {
            let end = self.buffer.iter().position(|&b| b == b'\n');
            let first = &self.buffer[..end.unwrap_or(self.buffer.len())];
            if !(first.trim_ascii().is_empty() || first.starts_with(b"#")) || self.buffer.is_empty() {
                return Ok(());
            }
            self.buffer.drain(..end.map_or(self.buffer.len(), |end| end + 1));
            self.line += 1;
            self.fill(PIECE)?;
        }
    }

    fn read_header(&mut self) -> Result<(), Mistake> {
        let scan = scan(&self.buffer, self.line, self.ended, b',');
        let Some(&(start, end, line, _)) = scan.records.first() else {
            return Err(Mistake::OpenQuote { line: self.line });
        };
        let text = |start: usize, end: usize| -> Result<&str, Mistake> {
            std::str::from_utf8(&self.buffer[start..end])
                .ok()
                .filter(|text| !text.contains('\0'))
                .ok_or(Mistake::NotUtf8 { line })
        };
        let header = text(start, end)?;
        let first_row = match scan.records.get(1) {
            Some(&(start, end, line, _)) => {
                Some(std::str::from_utf8(&self.buffer[start..end]).map_err(|_| Mistake::NotUtf8 { line })?)
            }
            None => None,
        };
        self.delimiter = sniff(header, first_row);
        let headers: Vec<String> =
            split(header, self.delimiter as char).into_iter().map(|field| field.trim().to_owned()).collect();
        let numeric = |field: &String| field.parse::<f64>().is_ok();
        if headers.iter().all(|field| field.is_empty() || numeric(field)) && headers.iter().any(numeric) {
            return Err(Mistake::NoHeader { line });
        }
        let (rest, rest_line) = match scan.records.get(1) {
            Some(&(start, _, line, _)) => (start, line),
            None => (scan.end, scan.line),
        };
        self.headers = headers;
        self.buffer.drain(..rest);
        self.line = rest_line;
        Ok(())
    }

    /// Reads the columns asked for, by position.
    pub fn load(mut self, numbers: &[usize], texts: &[usize]) -> Result<Table, Mistake> {
        let mut table = Table {
            rows: 0,
            numbers: vec![Cells::default(); numbers.len()],
            texts: vec![Vec::new(); texts.len()],
            lines: Lines::default(),
            sha256: String::new(),
        };
        let mut target = PIECE;
        loop {
            self.fill(target)?;
            let scan = scan(&self.buffer, self.line, self.ended, self.delimiter);
            if scan.open_quote && (self.ended || self.buffer.len() > LONGEST_RECORD) {
                return Err(Mistake::OpenQuote { line: scan.line });
            }
            self.append(&scan, numbers, texts, &mut table)?;
            target = if scan.records.is_empty() { self.buffer.len() + PIECE } else { PIECE };
            self.buffer.drain(..scan.end);
            self.line = scan.line;
            if self.ended {
                break;
            }
        }
        if table.rows == 0 {
            return Err(Mistake::HeaderOnly);
        }
        table.sha256 = frame::hexadecimal(&self.hash.finalize());
        Ok(table)
    }

    fn append(&self, scan: &Scan, numbers: &[usize], texts: &[usize], table: &mut Table) -> Result<(), Mistake> {
        if scan.records.is_empty() {
            return Ok(());
        }
        for &(start, end, line, fields) in &scan.records {
            if fields > self.headers.len() {
                return Err(Mistake::RaggedLine { line, found: fields, expected: self.headers.len() });
            }
            debug_assert!(start <= end);
        }
        let bytes = &self.buffer[..scan.end];
        if std::str::from_utf8(bytes).is_err() {
            let damaged = |&&(start, end, ..): &&(usize, usize, usize, usize)| {
                std::str::from_utf8(&self.buffer[start..end]).is_err()
            };
            let line = scan.records.iter().find(damaged).map_or(self.line, |&(_, _, line, _)| line);
            return Err(Mistake::NotUtf8 { line });
        }
        let dense: Vec<u8>;
        let bytes = if scan.gaps {
            let records = scan.records.iter().map(|&(start, end, ..)| &self.buffer[start..end]);
            dense = records.flat_map(|record| record.iter().copied().chain([b'\n'])).collect();
            dense.as_slice()
        } else {
            bytes
        };
        let rows = scan.records.len();
        let as_numbers = self.parse(bytes, numbers, texts, false);
        let frame = match as_numbers {
            Ok(frame) if frame.height() == rows => frame,
            // Some cell is not a plain number: read all as text, and each with its unit.
            _ => self.parse(bytes, numbers, texts, true).map_err(|error| Mistake::Reader(error.to_string()))?,
        };
        if frame.height() != rows {
            return Err(Mistake::Reader(format!("{} rows where {rows} lines were counted", frame.height())));
        }
        for (&column, cells) in numbers.iter().zip(&mut table.numbers) {
            frame::append_numbers(frame::column(&frame, &column.to_string())?, cells)?;
        }
        for (&column, text) in texts.iter().zip(&mut table.texts) {
            frame::append_text(frame::column(&frame, &column.to_string())?, text)?;
        }
        for (i, &(_, _, line, _)) in scan.records.iter().enumerate() {
            table.lines.push(table.rows + i, line);
        }
        table.rows += rows;
        Ok(())
    }

    /// polars on some records; columns are named by position, because headers may repeat.
    fn parse(&self, bytes: &[u8], numbers: &[usize], texts: &[usize], as_text: bool) -> PolarsResult<DataFrame> {
        let kind = |column: usize| {
            let number = numbers.contains(&column) && !texts.contains(&column) && !as_text;
            if number { DataType::Float64 } else { DataType::String }
        };
        let schema: Schema =
            (0..self.headers.len()).map(|column| Field::new(column.to_string().into(), kind(column))).collect();
        let mut projection: Vec<usize> = numbers.iter().chain(texts).copied().collect();
        projection.sort_unstable();
        projection.dedup();
        let options = CsvReadOptions::default()
            .with_has_header(false)
            .with_schema(Some(Arc::new(schema)))
            .with_projection(Some(Arc::new(projection)))
            .with_infer_schema_length(Some(0))
            .map_parse_options(|options| options.with_separator(self.delimiter));
        options.into_reader_with_file_handle(Cursor::new(bytes)).finish()
    }
}

/// Finds the complete records; a quotation mark hides line breaks and separators until the next.
fn scan(bytes: &[u8], first_line: usize, ended: bool, delimiter: u8) -> Scan {
    let mut scan = Scan { line: first_line, ..Scan::default() };
    let (mut start, mut line, mut record_line, mut fields, mut quoted) = (0, first_line, first_line, 1, false);
    let finish = |start: usize, end: usize, next: usize, line: usize, next_line: usize, fields, scan: &mut Scan| {
        let end = if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end };
        if bytes[start..end].trim_ascii().is_empty() {
            scan.gaps = true;
        } else {
            scan.records.push((start, end, line, fields));
        }
        scan.end = next;
        scan.line = next_line;
    };
    for (i, &byte) in bytes.iter().enumerate() {
        if byte == b'\n' {
            line += 1;
            if !quoted {
                finish(start, i, i + 1, record_line, line, fields, &mut scan);
                (start, record_line, fields) = (i + 1, line, 1);
            }
        } else if byte == b'"' {
            quoted = !quoted;
        } else if byte == delimiter && !quoted {
            fields += 1;
        }
    }
    scan.open_quote = quoted;
    if ended && !quoted && start < bytes.len() {
        finish(start, bytes.len(), bytes.len(), record_line, line + 1, fields, &mut scan);
    }
    scan
}

/// The separator that splits header and first row alike, the most often.
fn sniff(header: &str, first_row: Option<&str>) -> u8 {
    let score = |delimiter: char| {
        let fields = split(header, delimiter).len();
        let alike = first_row.is_none_or(|row| split(row, delimiter).len() == fields);
        (fields > 1 && alike, fields)
    };
    [b'\t', b';', b','].into_iter().max_by_key(|&delimiter| score(delimiter as char)).unwrap_or(b',')
}

fn split(line: &str, delimiter: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.trim_end_matches('\r').chars() {
        match c {
            '"' => quoted = !quoted,
            c if c == delimiter && !quoted => fields.push(String::new()),
            c => fields.last_mut().expect("there is a first field").push(c),
        }
    }
    fields
}
