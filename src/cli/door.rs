//! The way out to a terminal: whatever names, cells and records hold, nothing but text gets out.

use crate::base::text::visible;
use std::io::Write;

/// A writer of text that shows as escapes what a terminal would obey.
pub(super) struct Door<W: Write> {
    out: W,
    /// The beginning of a character whose end has not come yet.
    held: Vec<u8>,
}

impl<W: Write> Door<W> {
    pub fn new(out: W) -> Self {
        Self { out, held: Vec::new() }
    }
}

impl<W: Write> Write for Door<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let joined: Vec<u8>;
        let all = match self.held.is_empty() {
            true => bytes,
            false => {
                joined = [std::mem::take(&mut self.held).as_slice(), bytes].concat();
                &joined
            }
        };
        for chunk in all.utf8_chunks() {
            self.out.write_all(visible(chunk.valid()).as_bytes())?;
            let ends_here = std::ptr::eq(chunk.invalid().as_ptr_range().end, all.as_ptr_range().end);
            match chunk.invalid() {
                [] => {}
                // Fewer than four bytes at the end may be a character's beginning.
                begun if ends_here && begun.len() < 4 => self.held = begun.to_vec(),
                _ => self.out.write_all("\u{fffd}".as_bytes())?,
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// A line on standard error; that it cannot be written is no reason to do anything else.
pub(super) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_in_pieces_come_out_whole_and_escapes_visible() {
        let mut out = Vec::new();
        let text = "α\u{1b}[31m β\u{202e}\n".as_bytes();
        for size in 1..text.len() {
            out.clear();
            let mut door = Door::new(&mut out);
            text.chunks(size).for_each(|piece| door.write_all(piece).unwrap());
            assert_eq!(String::from_utf8_lossy(&out), "α\\u001b[31m β\\u202e\n");
        }
    }
}
