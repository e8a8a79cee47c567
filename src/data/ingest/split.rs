//! Records and cells of a text table. A quotation mark opens a quoted cell only where a cell begins:
//! the inch mark in `8" rack` is text.

use std::borrow::Cow;

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    Byte(u8),
    /// Spaces and tabs, however many.
    Blanks,
}

impl Delimiter {
    fn is(self, byte: u8) -> bool {
        match self {
            Self::Byte(delimiter) => byte == delimiter,
            Self::Blanks => matches!(byte, b' ' | b'\t'),
        }
    }
}

/// One record: its bytes without the line break, the line where it starts and how many it takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub start: usize,
    pub end: usize,
    pub line: usize,
    pub lines: usize,
}

/// Complete records found in a buffer.
#[derive(Default)]
pub(super) struct Scan {
    pub records: Vec<Record>,
    /// Bytes consumed.
    pub end: usize,
    /// Line after them.
    pub line: usize,
    pub open_quote: bool,
}

/// Finds the complete records; blank lines are passed over.
pub(super) fn scan(bytes: &[u8], first_line: usize, ended: bool, delimiter: Delimiter) -> Scan {
    let mut scan = Scan { line: first_line, ..Scan::default() };
    let (mut start, mut line, mut record_line) = (0, first_line, first_line);
    let (mut quoted, mut cell_start) = (false, true);
    let finish = |start: usize, end: usize, line: usize, next_line: usize, scan: &mut Scan| {
        let end = if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end };
        if !bytes[start..end].trim_ascii().is_empty() {
            scan.records.push(Record { start, end, line, lines: next_line - line });
        }
        scan.line = next_line;
    };
    let mut i = 0;
    while i < bytes.len() {
        let byte = bytes[i];
        if byte == b'\n' {
            line += 1;
            if !quoted {
                finish(start, i, record_line, line, &mut scan);
                scan.end = i + 1;
                (start, record_line, cell_start) = (i + 1, line, true);
            }
        } else if quoted {
            if byte == b'"' {
                match bytes.get(i + 1) {
                    Some(b'"') => i += 1,
                    _ => quoted = false,
                }
            }
        } else if byte == b'"' && cell_start {
            (quoted, cell_start) = (true, false);
        } else {
            cell_start = delimiter.is(byte);
        }
        i += 1;
    }
    scan.open_quote = quoted;
    if ended && !quoted && start < bytes.len() {
        finish(start, bytes.len(), record_line, line + 1, &mut scan);
        scan.end = bytes.len();
    }
    scan
}

/// The cells of a record, without their quotation marks.
pub(super) fn fields(record: &str, delimiter: Delimiter) -> Fields<'_> {
    let record = if delimiter == Delimiter::Blanks { record.trim() } else { record };
    Fields { rest: Some(record), delimiter }
}

pub(super) struct Fields<'a> {
    rest: Option<&'a str>,
    delimiter: Delimiter,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Cow<'a, str>> {
        let rest = self.rest?;
        let bytes = rest.as_bytes();
        // Behind a quoted part whatever follows up to the separator is text again.
        let (quoted, tail) = if bytes.first() == Some(&b'"') { unquoted(rest) } else { (None, rest) };
        let end = tail.bytes().position(|byte| self.delimiter.is(byte)).unwrap_or(tail.len());
        let (plain, after) = tail.split_at(end);
        self.rest = (!after.is_empty()).then(|| match self.delimiter {
            Delimiter::Byte(_) => &after[1..],
            Delimiter::Blanks => after.trim_start(),
        });
        Some(match quoted {
            None => Cow::Borrowed(plain),
            Some(cell) if plain.is_empty() => cell,
            Some(cell) => Cow::Owned(cell.into_owned() + plain),
        })
    }
}

/// The quoted part at the start of a text, and what follows it; none if it is never closed.
fn unquoted(text: &str) -> (Option<Cow<'_, str>>, &str) {
    let bytes = text.as_bytes();
    let mut i = 1;
    while i < bytes.len() {
        if bytes[i] == b'"' {
            if bytes.get(i + 1) != Some(&b'"') {
                let inside = &text[1..i];
                let inside =
                    if inside.contains("\"\"") { Cow::Owned(inside.replace("\"\"", "\"")) } else { inside.into() };
                return (Some(inside), &text[i + 1..]);
            }
            i += 1;
        }
        i += 1;
    }
    (None, text)
}

/// Whether a record of several lines is a quotation mark that ran on: every one of its lines would
/// be a row of the table by itself.
pub(super) fn swallows(record: &str, delimiter: Delimiter, columns: usize) -> bool {
    let fields = |line: &str| 1 + line.bytes().filter(|&byte| delimiter.is(byte)).count();
    columns > 2 && record.lines().all(|line| fields(line) == columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<String> {
        fields(line, Delimiter::Byte(b',')).map(Cow::into_owned).collect()
    }

    #[test]
    fn a_quotation_mark_opens_a_cell_only_where_one_begins() {
        assert_eq!(split("a,8\" rack,c"), ["a", "8\" rack", "c"]);
        assert_eq!(split("\"a, \"\"b\"\"\",c"), ["a, \"b\"", "c"]);
        assert_eq!(split("\"8\"\" rack\"x,"), ["8\" rackx", ""]);
        assert_eq!(split(""), [""]);
        let text = b"n,note\n1,8\" rack\n2,8\" rack\n3,\"two\nlines\"\n";
        let found = scan(text, 1, true, Delimiter::Byte(b','));
        assert_eq!(
            found.records.iter().map(|r| (r.line, r.lines)).collect::<Vec<_>>(),
            [(1, 1), (2, 1), (3, 1), (4, 2)]
        );
        assert!(!found.open_quote);
        let blanks: Vec<String> = fields("  1e8   2e9\t3.5 ", Delimiter::Blanks).map(Cow::into_owned).collect();
        assert_eq!(blanks, ["1e8", "2e9", "3.5"]);
    }

    #[test]
    fn a_mark_that_runs_over_rows_is_noticed() {
        assert!(swallows("1,2,\" rack\n3,4,\" rack", Delimiter::Byte(b','), 3));
        assert!(!swallows("\"a\nb\",1e8,2e9", Delimiter::Byte(b','), 3));
    }
}
