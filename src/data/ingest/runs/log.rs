//! Text logs and names of folders by patterns that the user gives: `iter {step}: loss {loss}`,
//! `n{params}_lr(?<lr>[0-9.e-]+)`.

use super::super::json::Row;
use regex::Regex;
use serde_json::{Value, json};

/// How a line of a log, or the path of a run, reads.
pub(super) struct Pattern(Regex);

/// What `{name}` stands for: a number, perhaps with a suffix.
const NUMBER: &str = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[kKMGBT]?";

impl Pattern {
    /// A pattern with at least one named group.
    pub fn new(text: &str) -> Result<Self, String> {
        let regex = Regex::new(&spelt_out(text)).map_err(|error| {
            let lines = error.to_string();
            let last = lines.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("the pattern `{text}` does not read: {last}")
        })?;
        match regex.capture_names().flatten().next() {
            Some(_) => Ok(Self(regex)),
            None => {
                Err(format!("the pattern `{text}` names no column: write {{loss}} or (?<loss>[0-9.]+) for a number"))
            }
        }
    }

    /// The named parts of a text that reads so.
    pub fn row(&self, text: &str) -> Option<Row> {
        let found = self.0.captures(text)?;
        let group = |name: &str| Some((name.to_owned(), cell(found.name(name)?.as_str())));
        Some(self.0.capture_names().flatten().filter_map(group).collect())
    }
}

/// With `{name}` written as a named group; `{2,3}` is a repetition and stays.
fn spelt_out(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let inner = rest[at + 1..].split('}').next().unwrap_or_default();
        let starts = inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let named = starts && inner.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
        // `\p{L}` and `\x{7F}` are regular expressions' own.
        let own = at >= 2 && matches!(&rest.as_bytes()[at - 2..at], [b'\\', b'p' | b'P' | b'x' | b'u' | b'U']);
        if named && !own && rest.len() > at + 1 + inner.len() {
            out += &format!("{}(?<{inner}>{NUMBER})", &rest[..at]);
            rest = &rest[at + inner.len() + 2..];
        } else {
            out += &rest[..=at];
            rest = &rest[at + 1..];
        }
    }
    out + rest
}

/// A cell that was text: a number where it reads as one.
pub(super) fn cell(text: &str) -> Value {
    let text = text.trim();
    match text.parse::<f64>() {
        _ if text.is_empty() => Value::Null,
        Ok(number) if number.is_finite() => json!(number),
        _ => Value::String(text.to_owned()),
    }
}
