//! Text tables (CSV, TSV and their kin), in pieces of a few megabytes: memory is that of the columns
//! asked for. Records are counted as they are split, so that every message can name its line.

use super::cells::Table;
use super::error::Mistake;
use super::frame;
use super::preamble::{self, Start};
use super::split::{Delimiter, Record, fields, scan, swallows};
use crate::base::units::Decimal;
use sha2::{Digest, Sha256};
use std::io::Read;

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
    delimiter: Delimiter,
    decimal: Decimal,
    pub headers: Vec<String>,
    /// Units that stand in a row of their own under the header.
    pub units: Vec<Option<String>>,
}

impl<'a> Csv<'a> {
    /// Reads the header; `comma` says that decimals are written with one.
    pub fn open(input: Box<dyn Read + 'a>, comma: bool) -> Result<Self, Mistake> {
        let mut csv = Self {
            input,
            hash: Sha256::new(),
            buffer: Vec::new(),
            line: 1,
            ended: false,
            delimiter: Delimiter::Byte(b','),
            decimal: Decimal::Point,
            headers: Vec::new(),
            units: Vec::new(),
        };
        csv.fill(PIECE)?;
        if csv.buffer.starts_with(b"\xEF\xBB\xBF") {
            csv.buffer.drain(..3);
        }
        let Start { delimiter, headers, units, decimal, bytes, lines } = preamble::read(&csv.buffer, csv.ended)?;
        csv.buffer.drain(..bytes);
        csv.line += lines;
        (csv.delimiter, csv.headers, csv.units) = (delimiter, headers, units);
        csv.decimal = if comma { Decimal::Comma } else { decimal };
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

    /// Reads the columns asked for, by position.
    pub fn load(mut self, numbers: &[usize], texts: &[usize]) -> Result<Table, Mistake> {
        let mut table = Table::new(numbers.len(), texts.len());
        table.numbers.iter_mut().for_each(|cells| cells.decimal = self.decimal);
        // What becomes of each column: positions among the numbers and among the texts.
        let uses = |wanted: &[usize], column| (0..wanted.len()).filter(|&k| wanted[k] == column).collect::<Vec<_>>();
        let uses: Vec<(Vec<usize>, Vec<usize>)> =
            (0..self.headers.len()).map(|column| (uses(numbers, column), uses(texts, column))).collect();
        let mut target = PIECE;
        loop {
            self.fill(target)?;
            let scan = scan(&self.buffer, self.line, self.ended, self.delimiter);
            if scan.open_quote && (self.ended || self.buffer.len() > LONGEST_RECORD) {
                return Err(Mistake::OpenQuote { line: scan.line });
            }
            self.append(&scan.records, &uses, &mut table)?;
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

    fn append(&self, records: &[Record], uses: &[(Vec<usize>, Vec<usize>)], table: &mut Table) -> Result<(), Mistake> {
        for record in records {
            let bytes = &self.buffer[record.start..record.end];
            let text = std::str::from_utf8(bytes).map_err(|_| Mistake::NotUtf8 { line: record.line })?;
            if record.lines > 1 && swallows(text, self.delimiter, self.headers.len()) {
                return Err(Mistake::SwallowedRows { first: record.line, last: record.line + record.lines - 1 });
            }
            let mut cells = fields(text, self.delimiter);
            for (numbers, texts) in uses {
                let cell = cells.next().unwrap_or_default();
                numbers.iter().for_each(|&k| table.numbers[k].push_text(&cell));
                texts.iter().for_each(|&k| table.texts[k].push(cell.to_string()));
            }
            // Separators at the end of a line are no cells.
            if cells.any(|cell| !cell.trim().is_empty()) {
                let found = fields(text, self.delimiter).count();
                return Err(Mistake::RaggedLine { line: record.line, found, expected: self.headers.len() });
            }
            table.lines.push(table.rows, record.line);
            table.rows += 1;
        }
        Ok(())
    }
}
