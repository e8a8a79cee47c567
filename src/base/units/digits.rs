//! The digits of a number: where they end, which marks separate thousands, which one decimals.

use super::{Decimal, UnitError};
use std::borrow::Cow;

/// At most eighty characters of a cell, for messages.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Spaces and marks that only separate thousands.
const THOUSANDS: [char; 6] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '’'];

/// A text in the spelling read here: `10⁶` and `10**6` as `10^6`, a true minus sign as `-`.
pub(super) fn spelled(text: &str) -> Cow<'_, str> {
    const SUPERSCRIPTS: [char; 12] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', '⁺', '⁻'];
    if text.is_ascii() && !text.contains("**") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut raised = false;
    for c in text.chars() {
        let superscript = SUPERSCRIPTS.iter().position(|&s| s == c);
        if superscript.is_some() && !raised {
            out.push('^');
        }
        raised = superscript.is_some();
        match superscript {
            Some(digit) => out.push(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '-'][digit]),
            None => out.push(if c == '−' { '-' } else { c }),
        }
    }
    Cow::Owned(out.replace("**", "^"))
}

/// The longest prefix that reads as a number, and what follows it.
pub(super) fn split_number(text: &str, decimal: Decimal) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let comma = decimal != Decimal::Point;
    // A mark of thousands has three digits behind it, and no fourth.
    let thousands = |i: usize| {
        let mark = text.get(i..).and_then(|rest| rest.chars().next()).filter(|c| THOUSANDS.contains(c))?;
        let next = i + mark.len_utf8();
        (digit(next) && digit(next + 1) && digit(next + 2) && !digit(next + 3)).then_some(next)
    };
    let mut i = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let start = i;
    loop {
        let mark = matches!(bytes.get(i), Some(b'_' | b',')) || (comma && bytes.get(i) == Some(&b'.'));
        if digit(i) || (i > start && mark && digit(i + 1)) {
            i += 1;
        } else if let Some(next) = thousands(i).filter(|_| i > start) {
            i = next;
        } else {
            break;
        }
    }
    let whole = i > start;
    if matches!(bytes.get(i), Some(b'.')) && (whole || digit(i + 1)) || comma && bytes.get(i) == Some(&b',') && whole {
        i += 1;
        while digit(i) || (bytes.get(i) == Some(&b'_') && digit(i + 1)) {
            i += 1;
        }
    } else if comma && !whole && bytes.get(i) == Some(&b',') && digit(i + 1) {
        i += 1;
        while digit(i) {
            i += 1;
        }
    } else if !whole {
        return None;
    }
    if matches!(bytes.get(i), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(i + 1), Some(b'+' | b'-')));
        if digit(i + 1 + sign) {
            i += 1 + sign;
            while digit(i) {
                i += 1;
            }
        }
    }
    Some(text.split_at(i))
}

/// Whether marks separate thousands: one to three digits, then groups of three.
fn grouped(whole: &str, mark: char) -> bool {
    let mut groups = whole.trim_start_matches(['+', '-']).split(mark);
    let head = groups.next().map_or(0, str::len);
    (1..=3).contains(&head) && groups.all(|group| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit()))
}

/// Digits without marks of thousands and with a decimal point; an error where a mark could be either.
pub(super) fn without_separators(digits: &str, text: &str, decimal: Decimal) -> Result<String, UnitError> {
    let plain: String = digits.chars().filter(|c| *c != '_' && !THOUSANDS.contains(c)).collect();
    let ambiguous = || UnitError::AmbiguousComma { text: shown(text) };
    let (point, comma) = (plain.matches('.').count(), plain.matches(',').count());
    if decimal == Decimal::Point {
        if comma == 0 {
            return Ok(plain);
        }
        let whole = plain.split(['.', 'e', 'E']).next().unwrap_or_default();
        let unambiguous = (comma >= 2 || point > 0) && grouped(whole, ',');
        return if unambiguous { Ok(plain.replace(',', "")) } else { Err(ambiguous()) };
    }
    let whole = plain.split([',', 'e', 'E']).next().unwrap_or_default();
    match (point, comma) {
        (0, 0) => Ok(plain),
        (0, 1) => Ok(plain.replace(',', ".")),
        (_, 0 | 1) if grouped(whole, '.') && (point > 1 || comma == 1 || decimal == Decimal::Comma) => {
            Ok(plain.replace('.', "").replace(',', "."))
        }
        // Three digits behind a single point could be thousands in a table that writes decimal commas.
        (1, 0) if grouped(whole, '.') && !plain.contains(['e', 'E']) => Err(ambiguous()),
        (1, 0) if decimal == Decimal::CommaSeen => Ok(plain),
        _ => Err(ambiguous()),
    }
}
