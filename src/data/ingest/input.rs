//! Standard input as a table. It can be read once, and a fit reads its table several times (the rows
//! to fit, those held out, the bytes for the record), so it is kept whole.

use super::error::Mistake;
use std::io::{Error, IsTerminal, Read};
use std::path::Path;
use std::sync::OnceLock;

/// The word for standard input in place of a file; a file of that name is `./-`.
pub(super) const WORD: &str = "-";
/// What it is called in messages and records.
pub(super) const NAME: &str = "standard input";
/// Bytes that are kept, at most.
const LARGEST: u64 = 4 << 30;

/// Whether a path means standard input.
pub(super) fn is(path: &Path) -> bool {
    path.as_os_str() == WORD
}

/// All that it holds.
pub(super) fn bytes() -> Result<&'static [u8], Mistake> {
    static HELD: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    let held = HELD.get_or_init(|| {
        let mut input = std::io::stdin().lock();
        if input.is_terminal() {
            return Err("it is a terminal; pipe a table into it, or name a file".to_owned());
        }
        let mut bytes = Vec::new();
        let read = input.by_ref().take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        match read as u64 > LARGEST {
            true => Err("it holds more than 4 GB; save it as a file and name that".to_owned()),
            false => Ok(bytes),
        }
    });
    held.as_deref().map_err(|why| Mistake::Unreadable(Error::other(why.as_str())))
}
