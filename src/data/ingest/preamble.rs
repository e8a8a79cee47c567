//! What stands before the rows of a text table: `sep=;`, comments, the header (which may itself be a
//! comment, as NumPy writes it) and a row of units; and which separator and decimal mark it uses.

use super::error::Mistake;
use super::split::{Delimiter, fields, scan};
use crate::base::units::{Decimal, Unit, parse};

/// Rows looked at to see how decimals are written.
const LOOKED_AT: usize = 10_000;

/// Everything before the first row.
pub(super) struct Start {
    pub delimiter: Delimiter,
    pub headers: Vec<String>,
    pub units: Vec<Option<String>>,
    pub decimal: Decimal,
    /// Bytes and lines taken up.
    pub bytes: usize,
    pub lines: usize,
}

/// One line, with where the next begins.
fn line_at(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let end = bytes[at..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |end| at + end);
    (bytes[at..end].trim_ascii_end(), (end + 1).min(bytes.len()))
}

fn utf8(bytes: &[u8], line: usize) -> Result<&str, Mistake> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).ok_or(Mistake::NotUtf8 { line })
}

/// Reads the beginning of a table.
pub(super) fn read(buffer: &[u8], ended: bool) -> Result<Start, Mistake> {
    let (mut at, mut line) = (0, 1);
    let mut stated = None;
    let mut comment: Option<String> = None;
    loop {
        if at >= buffer.len() {
            return Err(Mistake::EmptyFile);
        }
        let (text, next) = line_at(buffer, at);
        let plain = text.trim_ascii();
        if plain.len() == 5 && plain[..4].eq_ignore_ascii_case(b"sep=") {
            stated = Some(Delimiter::Byte(plain[4]));
        } else if plain.starts_with(b"#") {
            let words = String::from_utf8_lossy(plain).trim_start_matches('#').trim().to_owned();
            comment = (!words.is_empty()).then_some(words).or(comment);
        } else if !plain.is_empty() {
            break;
        }
        (at, line) = (next, line + 1);
    }
    // The separator must be known before records can be told apart, and is told from whole lines.
    let (first, next) = line_at(buffer, at);
    let first = utf8(first, line)?;
    let second = (next < buffer.len()).then(|| line_at(buffer, next).0).map(|text| utf8(text, line + 1)).transpose();
    let second = second.unwrap_or(None).filter(|text| !text.trim().is_empty());
    let has_number = |text: &str, delimiter| fields(text, delimiter).any(|field| is_number(&field));
    if let Some(comment) = &comment {
        let delimiter = stated.unwrap_or_else(|| sniff(comment, Some(first)));
        let names: Vec<String> = fields(comment, delimiter).map(|field| field.trim().to_owned()).collect();
        let alike = names.len() == fields(first, delimiter).count() && names.len() > 1;
        if alike && has_number(first, delimiter) && names.iter().all(|name| !name.is_empty() && !is_number(name)) {
            let decimal = decimal(&buffer[at..], ended, delimiter);
            return Ok(Start {
                delimiter,
                units: vec![None; names.len()],
                headers: names,
                decimal,
                bytes: at,
                lines: line - 1,
            });
        }
    }
    let delimiter = stated.unwrap_or_else(|| sniff(first, second));
    let scan = scan(&buffer[at..], line, ended, delimiter);
    let Some(header) = scan.records.first() else { return Err(Mistake::OpenQuote { line }) };
    let record = |k: usize| scan.records.get(k).map(|r| (&buffer[at + r.start..at + r.end], r.line));
    let text = utf8(&buffer[at + header.start..at + header.end], header.line)?;
    let headers: Vec<String> = fields(text, delimiter).map(|field| field.trim().to_owned()).collect();
    refuse(&headers, first, header.line)?;
    let row = |k: usize| match record(k) {
        Some((bytes, line)) => {
            utf8(bytes, line).map(|text| fields(text, delimiter).map(|f| f.trim().to_owned()).collect())
        }
        None => Ok(Vec::new()),
    };
    let units = units_row(&row(1)?, &row(2)?, headers.len());
    let taken = 1 + usize::from(units.is_some());
    let (bytes, rest_line) = match scan.records.get(taken) {
        Some(record) => (record.start, record.line),
        None => (scan.end, scan.line),
    };
    let units = units.unwrap_or_else(|| vec![None; headers.len()]);
    let decimal = decimal(&buffer[at + bytes..], ended, delimiter);
    Ok(Start { delimiter, headers, units, decimal, bytes: at + bytes, lines: rest_line - 1 })
}

/// A first line that is no header: only numbers, or the lines of a log.
fn refuse(headers: &[String], line_text: &str, line: usize) -> Result<(), Mistake> {
    let number = |field: &String| field.parse::<f64>().is_ok();
    let numbers = headers.iter().filter(|field| number(field)).count();
    let real = headers.iter().any(|field| number(field) && field.contains(['.', 'e', 'E']));
    if numbers > 0 && headers.iter().all(|field| field.is_empty() || number(field))
        || real && 2 * numbers >= headers.len()
    {
        return Err(Mistake::NoHeader { line });
    }
    if headers.iter().filter(|field| is_log_item(field)).count() * 2 > headers.len()
        || line_text.split_whitespace().filter(|word| is_log_item(word.trim_end_matches(','))).count() > 1
    {
        return Err(Mistake::TrainingLog { line, text: line_text.chars().take(60).collect() });
    }
    Ok(())
}

/// `loss: 3.2`, `step=100`, `tel:4.95`: what a program prints while it trains.
fn is_log_item(text: &str) -> bool {
    let item = text.split_once([':', '=']).filter(|(key, _)| !key.is_empty() && !key.contains(char::is_whitespace));
    item.is_some_and(|(key, value)| {
        key.starts_with(char::is_alphabetic) && value.trim().trim_end_matches(',').parse::<f64>().is_ok()
    })
}

fn is_number(field: &str) -> bool {
    let field = field.trim();
    field.parse::<f64>().is_ok() || (field.starts_with(|c: char| c.is_ascii_digit()) && parse(field).is_ok())
}

/// The separator that splits header and first row alike, the most often.
fn sniff(header: &str, first_row: Option<&str>) -> Delimiter {
    let count = |text: &str, delimiter: Delimiter| fields(text, delimiter).count();
    let score = |&delimiter: &Delimiter| {
        let fields = count(header, delimiter);
        let alike = first_row.is_none_or(|row| count(row, delimiter) == fields);
        (fields > 1 && alike, fields)
    };
    let bytes = [b'|', b'\t', b';', b','].map(Delimiter::Byte);
    let best = bytes.into_iter().max_by_key(score).expect("there are four");
    if count(header, best) > 1 {
        return best;
    }
    // Spaces separate only where a row of numbers says so.
    let numbers = |row: &str| fields(row, Delimiter::Blanks).filter(|field| field.parse::<f64>().is_ok()).count();
    let blanks = first_row
        .is_some_and(|row| count(row, Delimiter::Blanks) == count(header, Delimiter::Blanks) && numbers(row) > 1);
    if blanks { Delimiter::Blanks } else { Delimiter::Byte(b',') }
}

/// The units in a row under the header, if it is one: nothing but units, and numbers below it.
fn units_row(row: &[String], next: &[String], columns: usize) -> Option<Vec<Option<String>>> {
    if row.len() > columns || next.is_empty() {
        return None;
    }
    let mut units = vec![None; columns];
    for (unit, cell) in units.iter_mut().zip(row) {
        let inside =
            cell.strip_prefix(['(', '[']).and_then(|rest| rest.strip_suffix([')', ']'])).unwrap_or(cell).trim();
        if matches!(inside, "" | "-" | "–" | "1") {
            continue;
        }
        if is_number(inside) {
            return None;
        }
        Unit::parse(inside).ok()?;
        *unit = Some(inside.to_owned());
    }
    let sound = units.iter().zip(next).any(|(unit, cell)| unit.is_some() && is_number(cell));
    sound.then_some(units)
}

/// Whether commas are decimal: some cell has one that cannot separate thousands, and none has any
/// that must.
fn decimal(rows: &[u8], ended: bool, delimiter: Delimiter) -> Decimal {
    let rows = &rows[..rows.len().min(1 << 20)];
    let (mut decimal, mut thousands, mut either) = (false, false, false);
    for record in scan(rows, 1, ended, delimiter).records.iter().take(LOOKED_AT) {
        let Ok(text) = std::str::from_utf8(&rows[record.start..record.end]) else { continue };
        for cell in fields(text, delimiter).filter(|cell| cell.contains(',')) {
            match comma(cell.trim()) {
                Some(Comma::Decimal) => decimal = true,
                Some(Comma::Thousands) => thousands = true,
                Some(Comma::Either) => either = true,
                None => {}
            }
        }
    }
    // Whoever separates cells by semicolons does so because the comma is taken.
    let semicolons = delimiter == Delimiter::Byte(b';') && either;
    if (decimal || semicolons) && !thousands { Decimal::CommaSeen } else { Decimal::Point }
}

enum Comma {
    Decimal,
    Thousands,
    Either,
}

/// What the commas of a number are, if it is one.
fn comma(cell: &str) -> Option<Comma> {
    let digits: &str = &cell[..cell.find(|c: char| !(c.is_ascii_digit() || ",.+-".contains(c))).unwrap_or(cell.len())];
    let (whole, rest) = digits.trim_start_matches(['+', '-']).split_once(',')?;
    if !whole.bytes().all(|b| b.is_ascii_digit() || b == b'.') || rest.is_empty() {
        return None;
    }
    let three = |group: &str| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
    let grouped = (1..=3).contains(&whole.len()) && !whole.starts_with('0') && !whole.contains('.');
    let (integer, decimals) = rest.split_once('.').map_or((rest, None), |(a, b)| (a, Some(b)));
    Some(match (grouped && integer.split(',').all(three), rest.contains(',') || decimals.is_some()) {
        (true, true) => Comma::Thousands,
        (true, false) => Comma::Either,
        (false, false) => Comma::Decimal,
        (false, true) => return None,
    })
}
