//! Text from elsewhere on its way to a reader. Names of files, cells, headers and records may hold
//! anything; what a terminal, a page or a figure would obey instead of show becomes visible here.

use std::borrow::Cow;

/// What every file says that the program makes and may make again.
pub const MADE_BY: &str = "made by scaling";

/// Characters of a message, at most.
const MESSAGE: usize = 500;
/// Of a longer one, how much of its beginning is kept; the rest is its end, where the remedy stands.
const BEGINNING: usize = 300;

/// Whether a character is an instruction rather than a sign: control characters, and those that
/// turn the direction of what follows or take no room.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
}

/// One character, hidden ones as `\u001b`: the escape that JSON reads too.
fn push_visible(out: &mut String, c: char) {
    match c {
        _ if !is_hidden(c) => out.push(c),
        _ => out.push_str(&format!("\\u{:04x}", u32::from(c))),
    }
}

/// The text with hidden characters as escapes; line breaks and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    let stays = |c: char| matches!(c, '\n' | '\t');
    if text.chars().all(|c| stays(c) || !is_hidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if stays(c) { out.push(c) } else { push_visible(&mut out, c) }
    }
    Cow::Owned(out)
}

/// The text on one line.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !is_hidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ => push_visible(&mut out, c),
        }
    }
    Cow::Owned(out)
}

/// At most so many characters; of more, the beginning and a mark that something is missing.
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(most.saturating_sub(1)).chain(['…']).collect()),
    }
}

/// A message as it is shown: on one line, hidden characters as escapes, at most 500 characters. Of
/// a longer one the middle is left out.
pub fn message(text: &str) -> String {
    let text = one_line(text);
    let count = text.chars().count();
    if count <= MESSAGE {
        return text.into_owned();
    }
    let end = count - (MESSAGE - BEGINNING - 3);
    let kept = |(k, _): &(usize, char)| *k < BEGINNING || *k >= end;
    let mut out = String::with_capacity(2 * MESSAGE);
    for (k, c) in text.chars().enumerate().filter(kept) {
        if k == end {
            out.push_str(" … ");
        }
        out.push(c);
    }
    out
}

/// How a clause begins that says what to do.
const ORDERS: &[&str] = &[
    "add", "ask", "check", "choose", "close", "correct", "double", "drop", "fill", "fit", "give", "keep", "leave",
    "look", "make", "name", "pipe", "put", "quote", "raise", "read", "run", "save", "say", "see", "separate", "take",
    "try", "unpack", "use", "write",
];

/// What a message says to do: a question about what was meant, or the last of its clauses that is an
/// order or shows a command. Nothing if it says what is wrong and no more.
pub fn remedy(message: &str) -> Option<&str> {
    let meant = message.find("(did you mean ").map(|at| &message[at + 1..]);
    let meant = meant.and_then(|rest| Some(&rest[..=rest.find("?)")?]));
    meant.or_else(|| message.split("; ").skip(1).filter(|clause| is_order(clause)).last())
}

fn is_order(clause: &str) -> bool {
    let clause = match clause.strip_prefix("if ").and_then(|rest| rest.split_once(", ")) {
        Some((_, then)) => then,
        None => clause,
    };
    let first = clause.split([' ', ',']).next().unwrap_or_default();
    ORDERS.contains(&first) || clause.starts_with("`scaling ") || clause.starts_with("there is `")
}

/// Whether a name is of a pattern: `*` for any text, `?` for one character.
pub fn is_like(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Where the last star stood and how much of the name it has taken so far.
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some('?') => (p, n) = (p + 1, n + 1),
            Some(c) if *c == name[n] => (p, n) = (p + 1, n + 1),
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, n) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(visible("a\u{1b}[2Jb\u{7}\u{202e}c"), "a\\u001b[2Jb\\u0007\\u202ec");
        assert_eq!(visible("two\nlines\tand a tab"), "two\nlines\tand a tab");
        assert_eq!(one_line("two\nlines"), "two\\nlines");
        assert!(matches!(visible("α ≤ 10⁻³"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_remedy_is_the_clause_that_says_what_to_do() {
        for (message, expected) in [
            ("there is no law `x`; `scaling laws` lists them", Some("`scaling laws` lists them")),
            ("there is no law `chinchila` (did you mean chinchilla?); `x`", Some("did you mean chinchilla?")),
            ("runs.csv: line 3 is empty; fill it in or leave the row out", Some("fill it in or leave the row out")),
            ("not Parquet; if it is text, give it its own name", Some("give it its own name")),
            ("E is in bits; the two do not convert", None),
            ("a plain sentence", None),
        ] {
            let found = remedy(message).map(|text| text.trim_start_matches("if it is text, "));
            assert_eq!(found, expected, "{message}");
        }
    }

    #[test]
    fn a_long_message_keeps_its_end() {
        let long = format!("`{}` is not a number; correct the cell", "x".repeat(100_000));
        let short = message(&long);
        assert_eq!(short.chars().count(), 500);
        assert!(short.starts_with("`xxx") && short.ends_with("correct the cell"), "{short}");
        assert_eq!(message("short"), "short");
        assert_eq!(shortened("abcdef", 4), "abc…");
    }

    #[test]
    fn stars_and_question_marks_stand_for_names() {
        for (pattern, name, expected) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.gz", false),
            ("run?_*.csv", "run1_a_b.csv", true),
            ("run?_*.csv", "run10_a.csv", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "ab_", false),
        ] {
            assert_eq!(is_like(pattern, name), expected, "{pattern} {name}");
        }
    }
}
