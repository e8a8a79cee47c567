//! Words, numbers and signs of the language of `--where`, `--map` and written laws.

use super::Fault;
use crate::base::units::{self, Quantity, UnitError};

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Number(Quantity),
    Text(String),
    Truth(bool),
    Op(Op),
    Plus,
    Minus,
    Times,
    Over,
    Power,
    And,
    Or,
    Not,
    In,
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
}

/// Tokens and the characters (from 0) where they start.
pub(super) fn lex(text: &str, known: &dyn Fn(&str) -> bool) -> Result<Vec<(Token, usize)>, Fault> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        let start = i;
        let next = chars.get(i + 1).copied().unwrap_or(' ');
        if c.is_whitespace() {
            i += 1;
            continue;
        }
        let (token, end) = if c.is_ascii_digit() || (c == '.' && next.is_ascii_digit()) {
            number(&chars, i)?
        } else if c.is_alphabetic() || c == '_' {
            word(&chars, i, known)
        } else if matches!(c, '"' | '\'' | '`') {
            let close = chars[i + 1..].iter().position(|&d| d == c);
            let close = i + 1 + close.ok_or((i, format!("the {c} opened here is never closed")))?;
            let inside: String = chars[i + 1..close].iter().collect();
            (if c == '`' { Token::Name(inside) } else { Token::Text(inside) }, close + 1)
        } else {
            sign(c, next, i)?
        };
        tokens.push((token, start));
        i = end;
    }
    Ok(tokens)
}

fn sign(c: char, next: char, i: usize) -> Result<(Token, usize), Fault> {
    let token = match c {
        '(' => Token::Open,
        ')' => Token::Close,
        '[' => Token::OpenList,
        ']' => Token::CloseList,
        ',' => Token::Comma,
        '+' => Token::Plus,
        '-' | '−' => Token::Minus,
        '*' if next == '*' => return Ok((Token::Power, i + 2)),
        '*' | '×' | '·' => Token::Times,
        '/' => Token::Over,
        '^' => Token::Power,
        '<' if next == '=' => return Ok((Token::Op(Op::LessEqual), i + 2)),
        '>' if next == '=' => return Ok((Token::Op(Op::GreaterEqual), i + 2)),
        '=' if next == '=' => return Ok((Token::Op(Op::Equal), i + 2)),
        '!' if next == '=' => return Ok((Token::Op(Op::NotEqual), i + 2)),
        '<' => Token::Op(Op::Less),
        '>' => Token::Op(Op::Greater),
        '=' => return Err((i, "write == to compare".to_owned())),
        other => return Err((i, format!("`{}` has no meaning here", other.escape_debug()))),
    };
    Ok((token, i + 1))
}

fn keyword(word: &str) -> Option<Token> {
    match word {
        "and" | "AND" => Some(Token::And),
        "or" | "OR" => Some(Token::Or),
        "not" | "NOT" => Some(Token::Not),
        "in" | "IN" => Some(Token::In),
        _ => None,
    }
}

/// A word: letters, digits, `_`, `.`. With `-` and `/` inside it if that names something, the
/// longest that does: `throughput/total_tokens` is a column where there is one, else a quotient.
fn word(chars: &[char], start: usize, known: &dyn Fn(&str) -> bool) -> (Token, usize) {
    let mut ends = vec![end_of_word(chars, start)];
    while let Some(&end) = ends.last()
        && matches!(chars.get(end), Some('-' | '/'))
        && chars.get(end + 1).is_some_and(|c| c.is_alphanumeric() || *c == '_')
        && ends.len() < 16
    {
        ends.push(end_of_word(chars, end + 1));
    }
    let text = |end: usize| chars[start..end].iter().collect::<String>();
    let end = ends.iter().rev().copied().find(|&end| known(&text(end))).unwrap_or(ends[0]);
    let word = text(end);
    let token = match word.as_str() {
        _ if known(&word) => keyword(&word),
        "True" | "true" | "TRUE" => Some(Token::Truth(true)),
        "False" | "false" | "FALSE" => Some(Token::Truth(false)),
        _ => keyword(&word),
    };
    (token.unwrap_or(Token::Name(word)), end)
}

fn end_of_word(chars: &[char], mut i: usize) -> usize {
    let inside = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    while inside(chars.get(i)) || (chars.get(i) == Some(&'.') && inside(chars.get(i + 1))) {
        i += 1;
    }
    i
}

/// A number with the suffix and unit that follow it: the longest text that reads as a quantity.
fn number(chars: &[char], start: usize) -> Result<(Token, usize), Fault> {
    let bare = end_of_digits(chars, start);
    let text = |end: usize| chars[start..end].iter().collect::<String>();
    let mut best = None;
    let mut end = bare;
    // A suffix, a unit of a few words, `x10^23` before it: each step takes in one more piece.
    for _ in 0..8 {
        if let Ok(quantity) = units::parse(&text(end)) {
            best = Some((quantity, end));
        }
        let Some(next) = next_piece(chars, end) else { break };
        end = next;
    }
    let Some((quantity, end)) = best else {
        let written = text(end_of_word(chars, bare).max(bare));
        let error = units::parse(&written).err().unwrap_or(UnitError::NotANumber { text: written });
        return Err((start, error.to_string()));
    };
    // What is left of a word is no unit.
    let mut rest = end;
    while chars.get(rest).is_some_and(|c| c.is_whitespace()) {
        rest += 1;
    }
    if chars.get(rest).is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '.') || (rest == end && c.is_numeric())) {
        let word: String = chars[rest..end_of_word(chars, rest).max(rest + 1)].iter().collect();
        if keyword(&word).is_none() {
            return Err((rest, UnitError::UnknownUnit { unit: word }.to_string()));
        }
    }
    Ok((Token::Number(quantity), end))
}

fn end_of_digits(chars: &[char], mut i: usize) -> usize {
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    while digit(i) || (matches!(chars.get(i), Some('.' | '_')) && (digit(i + 1) || chars.get(i) == Some(&'.'))) {
        i += 1;
    }
    if matches!(chars.get(i), Some('e' | 'E')) {
        let sign = usize::from(matches!(chars.get(i + 1), Some('+' | '-')));
        if digit(i + 1 + sign) {
            i += 1 + sign;
            while digit(i) {
                i += 1;
            }
        }
    }
    i
}

/// The end of the next piece of a quantity: a word, `-days`, `/token`, `x10^23`, `%`.
fn next_piece(chars: &[char], end: usize) -> Option<usize> {
    let mut i = end;
    while chars.get(i).is_some_and(|c| c.is_whitespace()) {
        i += 1;
    }
    let c = *chars.get(i)?;
    if c == '%' {
        return Some(i + 1);
    }
    // `6x10^23`; a star is a product, which gives the same.
    if matches!(c, 'x' | 'X' | '×' | '·') && chars[i + 1..].iter().find(|c| !c.is_whitespace()) == Some(&'1') {
        let caret = i + chars[i..].iter().position(|&c| c == '^')?;
        let sign = usize::from(matches!(chars.get(caret + 1), Some('+' | '-')));
        return (caret - i < 6).then(|| end_of_digits(chars, caret + 1 + sign));
    }
    if c.is_alphabetic() {
        let word: String = chars[i..end_of_word(chars, i)].iter().collect();
        return keyword(&word).is_none().then(|| end_of_word(chars, i));
    }
    let joined = i == end && matches!(c, '-' | '/') && chars.get(i + 1).is_some_and(|c| c.is_alphabetic());
    joined.then(|| end_of_word(chars, i + 1))
}
