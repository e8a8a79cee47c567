//! Laws that a user writes down: `L(N, D) = E + A/N^alpha + B/D^beta`. The text is the law's id; the
//! arithmetic is read off it, and so is what can be of the card. Derivatives are exact, as for
//! every law.
//!
//! Names in the brackets are inputs, all others in the formula are parameters. After a `;` a
//! parameter may be bounded, `alpha in [0, 2]`, or told where to start, `alpha from 0.1, 0.5`.

mod card;
mod read;
mod roles;
mod sweep;
mod tape;
mod tex;

use crate::law::{Card, Law};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use tape::Tape;

/// A law as text.
pub struct Written {
    card: &'static Card,
    tape: Tape,
}

/// No written law needs more characters.
pub const LONGEST: usize = 4_000;
/// The most laws written in one process: each is kept as long as the process lives.
const MOST: usize = 10_000;

/// Whether a text is meant as a written law: no id has an equals sign.
pub fn is_written(text: &str) -> bool {
    text.contains('=')
}

/// The law that a text says; the same text, spaces aside, is the same law.
///
/// # Errors
/// One sentence: what is wrong, and at which character.
pub fn law(text: &str) -> Result<&'static dyn Law, String> {
    static KNOWN: OnceLock<Mutex<HashMap<String, &'static Written>>> = OnceLock::new();
    let id = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let known = KNOWN.get_or_init(Mutex::default);
    // Nobody panics between the two halves of a change to the table, so a poisoned one is sound.
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(&law) = known.get(&id) {
        return Ok(law);
    }
    if id.len() > LONGEST {
        return Err(format!("a written law has at most {LONGEST} characters"));
    }
    if known.len() >= MOST {
        return Err(format!("one run may write {MOST} laws, and this would be one more"));
    }
    let said =
        |(position, detail): (usize, String)| format!("in the law `{id}`, at character {}: {detail}", position + 1);
    let parsed = read::read(&id).map_err(said)?;
    let tape = Tape::of(&parsed).map_err(said)?;
    let law: &'static Written = Box::leak(Box::new(Written { card: card::of(&id, &parsed), tape }));
    known.insert(id, law);
    Ok(law)
}
