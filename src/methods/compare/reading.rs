//! The rows of a law with the column that orders them.

use crate::data::ingest::{Needed, Request};
use crate::data::measurements::Measurements;
use crate::law::Law;
use crate::methods::method::{Card, Given, MethodError};

/// The one table.
const TABLE: &str = "runs";

/// The column that orders rows: without a word, compute; where the table has none, the first input.
pub(super) fn ordering(given: &Given, card: &'static Card, law: &dyn Law, by: Option<&str>) -> String {
    match by {
        Some(by) => by.to_owned(),
        None if rows_of(given, card, law, "C", &[]).is_ok() => "C".to_owned(),
        None => law.card().inputs[0].symbol.to_owned(),
    }
}

/// The rows as a law reads them, its output positive, with the column that orders them and labels.
pub(super) fn rows_of(
    given: &Given,
    card: &'static Card,
    law: &dyn Law,
    by: &str,
    labels: &[String],
) -> Result<Measurements, MethodError> {
    let output = law.card().output.symbol;
    let mut request = Request { labels: labels.to_vec(), ..Request::of(law) };
    if let Some(output) = request.needed.iter_mut().find(|needed| needed.symbol == output) {
        output.positive = true;
    }
    if request.needed.iter().all(|needed| needed.symbol != by) {
        let unit = if by == "C" { "FLOP" } else { "1" };
        request.needed.push(Needed { positive: false, ..Needed::new(by, unit) });
        // A header by its own name, whatever role it plays besides.
        let mapped = given.reading(TABLE).is_some_and(|asked| asked.reading.map.iter().any(|(role, _)| role == by));
        if by != "C" && !mapped && given.headers(card, TABLE)?.iter().any(|header| header == by) {
            request.map.push((by.to_owned(), by.to_owned()));
        }
    }
    given.read_columns(card, TABLE, request)
}
