//! The filter language: `L < 3.4 and N >= 1e7`, `family in ["a", "b"]`, `not (C > 6 ZFLOP)`.
//!
//! A bare word is a role or a column; a column whose name is not one word stands in backticks.
//! Text stands in quotes. Comparisons may be chained: `1e7 <= N < 1e9`. A comparison with a
//! missing value or NaN is false.

use super::error::Mistake;
use crate::base::units;

/// A parsed filter.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    root: Node,
    /// The columns it names, by [`Operand::Column`] index.
    pub names: Vec<Name>,
}

/// A column named by a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name {
    pub name: String,
    /// Compared with text.
    pub text: bool,
    /// Character where it stands, from 1.
    pub position: usize,
}

/// The values of a named column.
#[derive(Clone, Copy)]
pub(super) enum Values<'a> {
    Numbers(&'a [f64]),
    Texts(&'a [String]),
}

#[derive(Clone, Debug)]
enum Node {
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Compare(Operand, Op, Operand),
    In(Operand, Vec<Operand>),
}

#[derive(Clone, Debug)]
enum Operand {
    Column(usize),
    Number(f64),
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Op {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Number(f64),
    Text(String),
    Op(Op),
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

impl Expression {
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let error =
            |(position, detail): Fault| Mistake::Expression { text: text.to_owned(), position: position + 1, detail };
        let tokens = lex(text).map_err(error)?;
        let mut parser = Parser { tokens, at: 0, end: text.chars().count(), names: Vec::new() };
        let root = parser.or().map_err(error)?;
        if parser.peek().is_some() {
            return Err(error(parser.fault("this should have ended, or go on with `and` or `or`")));
        }
        Ok(Self { root, names: parser.names })
    }

    /// Whether a row passes.
    pub fn holds(&self, columns: &[Values<'_>], row: usize) -> bool {
        self.root.holds(columns, row)
    }
}

impl Node {
    fn holds(&self, columns: &[Values<'_>], row: usize) -> bool {
        match self {
            Self::And(a, b) => a.holds(columns, row) && b.holds(columns, row),
            Self::Or(a, b) => a.holds(columns, row) || b.holds(columns, row),
            Self::Not(a) => !a.holds(columns, row),
            Self::Compare(a, op, b) => compare(a.value(columns, row), *op, b.value(columns, row)),
            Self::In(a, list) => list.iter().any(|b| compare(a.value(columns, row), Op::Equal, b.value(columns, row))),
        }
    }
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Number(f64),
    Text(&'a str),
}

impl Operand {
    fn value<'a>(&'a self, columns: &[Values<'a>], row: usize) -> Value<'a> {
        match self {
            Self::Number(value) => Value::Number(*value),
            Self::Text(text) => Value::Text(text),
            Self::Column(i) => match columns[*i] {
                Values::Numbers(values) => Value::Number(values[row]),
                Values::Texts(values) => Value::Text(&values[row]),
            },
        }
    }
}

fn compare(a: Value<'_>, op: Op, b: Value<'_>) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) if a.is_nan() || b.is_nan() => false,
        (Value::Number(a), Value::Number(b)) => match op {
            Op::Less => a < b,
            Op::LessEqual => a <= b,
            Op::Greater => a > b,
            Op::GreaterEqual => a >= b,
            Op::Equal => a == b,
            Op::NotEqual => a != b,
        },
        (Value::Text(a), Value::Text(b)) => (a == b) == (op == Op::Equal),
        _ => false,
    }
}

/// Where (character from 0) and what.
type Fault = (usize, String);

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    end: usize,
    names: Vec<Name>,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |&(_, position)| position)
    }

    fn fault(&self, detail: &str) -> Fault {
        (self.position(), detail.to_owned())
    }

    fn accept(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Node, Fault> {
        let mut node = self.and()?;
        while self.accept(&Token::Or) {
            node = Node::Or(Box::new(node), Box::new(self.and()?));
        }
        Ok(node)
    }

    fn and(&mut self) -> Result<Node, Fault> {
        let mut node = self.not()?;
        while self.accept(&Token::And) {
            node = Node::And(Box::new(node), Box::new(self.not()?));
        }
        Ok(node)
    }

    fn not(&mut self) -> Result<Node, Fault> {
        if self.accept(&Token::Not) {
            return Ok(Node::Not(Box::new(self.not()?)));
        }
        if self.accept(&Token::Open) {
            let node = self.or()?;
            return if self.accept(&Token::Close) { Ok(node) } else { Err(self.fault("a closing `)` is missing")) };
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Node, Fault> {
        let mut left = self.operand()?;
        if self.accept(&Token::In) {
            return self.membership(left);
        }
        let mut node: Option<Node> = None;
        while let Some(&Token::Op(op)) = self.peek() {
            let position = self.position();
            self.at += 1;
            let right = self.operand()?;
            let link = self.typed(left, op, right.clone(), position)?;
            node = Some(match node {
                Some(chain) => Node::And(Box::new(chain), Box::new(link)),
                None => link,
            });
            left = right;
        }
        node.ok_or_else(|| self.fault("a comparison (<, <=, >, >=, ==, != or in) should stand here"))
    }

    /// Checks that both sides are numbers or both text.
    fn typed(&mut self, left: Operand, op: Op, right: Operand, position: usize) -> Result<Node, Fault> {
        let text = matches!(left, Operand::Text(_)) || matches!(right, Operand::Text(_));
        if text && !matches!(op, Op::Equal | Op::NotEqual) {
            return Err((position, "text can only be compared with == or !=".to_owned()));
        }
        if text && (matches!(left, Operand::Number(_)) || matches!(right, Operand::Number(_))) {
            return Err((position, "a number is compared with text".to_owned()));
        }
        Ok(Node::Compare(self.retyped(left, text), op, self.retyped(right, text)))
    }

    /// A column read as text if it is compared with text.
    fn retyped(&mut self, operand: Operand, text: bool) -> Operand {
        let Operand::Column(i) = operand else { return operand };
        if self.names[i].text == text {
            return operand;
        }
        let name = Name { text, ..self.names[i].clone() };
        self.names.push(name);
        Operand::Column(self.names.len() - 1)
    }

    fn membership(&mut self, left: Operand) -> Result<Node, Fault> {
        if !self.accept(&Token::OpenList) {
            return Err(self.fault("a list in [ ] should follow `in`"));
        }
        let mut list = Vec::new();
        let position = self.position();
        loop {
            list.push(self.operand()?);
            if self.accept(&Token::CloseList) {
                break;
            }
            if !self.accept(&Token::Comma) {
                return Err(self.fault("a `,` or the closing `]` is missing"));
            }
        }
        let texts = list.iter().filter(|item| matches!(item, Operand::Text(_))).count();
        if list.iter().any(|item| matches!(item, Operand::Column(_))) || !(texts == 0 || texts == list.len()) {
            return Err((position, "a list holds only numbers or only quoted text".to_owned()));
        }
        let left = self.retyped(left, texts > 0);
        Ok(Node::In(left, list))
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        let position = self.position();
        let operand = match self.peek() {
            Some(Token::Name(name)) => {
                let name = Name { name: name.clone(), text: false, position: position + 1 };
                self.names.push(name);
                Operand::Column(self.names.len() - 1)
            }
            Some(Token::Number(value)) => Operand::Number(*value),
            Some(Token::Text(text)) => Operand::Text(text.clone()),
            _ => return Err(self.fault("a column, a number or a quoted text should stand here")),
        };
        self.at += 1;
        Ok(operand)
    }
}

fn lex(text: &str) -> Result<Vec<(Token, usize)>, Fault> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        let start = i;
        let next = chars.get(i + 1).copied().unwrap_or(' ');
        let token = match c {
            c if c.is_whitespace() => {
                i += 1;
                continue;
            }
            '(' => Token::Open,
            ')' => Token::Close,
            '[' => Token::OpenList,
            ']' => Token::CloseList,
            ',' => Token::Comma,
            '<' if next == '=' => Token::Op(Op::LessEqual),
            '>' if next == '=' => Token::Op(Op::GreaterEqual),
            '=' if next == '=' => Token::Op(Op::Equal),
            '!' if next == '=' => Token::Op(Op::NotEqual),
            '<' => Token::Op(Op::Less),
            '>' => Token::Op(Op::Greater),
            '=' => return Err((i, "write == to compare".to_owned())),
            '"' | '\'' | '`' => {
                let end = chars[i + 1..].iter().position(|&d| d == c);
                let end = i + 1 + end.ok_or((i, format!("the {c} opened here is never closed")))?;
                let inside: String = chars[i + 1..end].iter().collect();
                i = end + 1;
                tokens.push((if c == '`' { Token::Name(inside) } else { Token::Text(inside) }, start));
                continue;
            }
            c if c.is_ascii_digit() || (matches!(c, '.' | '-' | '+') && (next.is_ascii_digit() || next == '.')) => {
                i = end_of_number(&chars, i);
                let written: String = chars[start..i].iter().collect();
                let quantity = units::parse(&written).map_err(|error| (start, error.to_string()))?;
                tokens.push((Token::Number(quantity.value), start));
                continue;
            }
            c if c.is_alphabetic() || c == '_' => {
                i = end_of_word(&chars, i);
                let word: String = chars[start..i].iter().collect();
                tokens.push((keyword(&word).unwrap_or(Token::Name(word)), start));
                continue;
            }
            other => return Err((i, format!("`{other}` has no meaning here"))),
        };
        i += if matches!(token, Token::Op(op) if !matches!(op, Op::Less | Op::Greater)) { 2 } else { 1 };
        tokens.push((token, start));
    }
    Ok(tokens)
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

/// A word: letters, digits, `_`, `.`, and `-` or `/` inside it.
fn end_of_word(chars: &[char], mut i: usize) -> usize {
    let inside = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    while inside(chars.get(i)) || (matches!(chars.get(i), Some('.' | '-' | '/')) && inside(chars.get(i + 1))) {
        i += 1;
    }
    i
}

/// A number, with the suffix and unit that follow it.
fn end_of_number(chars: &[char], mut i: usize) -> usize {
    i += 1;
    while let Some(&c) = chars.get(i) {
        let exponent_sign = matches!(c, '+' | '-')
            && matches!(chars[i - 1], 'e' | 'E')
            && chars.get(i + 1).is_some_and(char::is_ascii_digit);
        if !(c.is_alphanumeric() || matches!(c, '_' | '.' | '%' | '^') || exponent_sign) {
            break;
        }
        i += 1;
    }
    if matches!(chars.get(i), Some('-' | '/')) && chars.get(i + 1).is_some_and(|c| c.is_alphabetic()) {
        i = end_of_word(chars, i + 1);
    }
    loop {
        let mut word = i;
        while chars.get(word).is_some_and(|c| c.is_whitespace()) {
            word += 1;
        }
        if word == i || !chars.get(word).is_some_and(|c| c.is_alphabetic()) {
            return i;
        }
        let end = end_of_word(chars, word);
        if keyword(&chars[word..end].iter().collect::<String>()).is_some() {
            return i;
        }
        i = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str, columns: &[(&str, Values<'_>)]) -> Vec<usize> {
        let expression = Expression::parse(text).unwrap();
        let values: Vec<Values<'_>> = expression
            .names
            .iter()
            .map(|name| columns.iter().find(|(column, _)| *column == name.name).unwrap().1)
            .collect();
        (0..4).filter(|&row| expression.holds(&values, row)).collect()
    }

    #[test]
    fn comparisons_combine() {
        let n = [1e6, 1e7, 1e8, 1e9];
        let l = [5.0, 4.0, f64::NAN, 2.0];
        let family = ["a", "b", "a", "c"].map(str::to_owned);
        let columns =
            [("N", Values::Numbers(&n)), ("val loss", Values::Numbers(&l)), ("family", Values::Texts(&family))];
        assert_eq!(kept("N >= 10M", &columns), [1, 2, 3]);
        assert_eq!(kept("N >= 10 M and `val loss` < 3", &columns), [3]);
        assert_eq!(kept("1e7 <= N < 1e9", &columns), [1, 2]);
        assert_eq!(kept("`val loss` != 4", &columns), [0, 3]);
        assert_eq!(kept("family == 'a' or N > 500M", &columns), [0, 2, 3]);
        assert_eq!(kept("family in [\"a\", 'c'] and not (N in [1e6, 1e8])", &columns), [3]);
        assert_eq!(kept("not family != \"b\"", &columns), [1]);
    }

    #[test]
    fn mistakes_are_placed() {
        let message = |text: &str| Expression::parse(text).unwrap_err().to_string();
        assert_eq!(message("L < "), "in `L < ` at character 5: a column, a number or a quoted text should stand here");
        assert_eq!(message("L = 3"), "in `L = 3` at character 3: write == to compare");
        assert_eq!(message("(L < 3"), "in `(L < 3` at character 7: a closing `)` is missing");
        assert_eq!(
            message("L < 3 N > 2"),
            "in `L < 3 N > 2` at character 5: `N` is not a unit known here (write parameters, tokens, FLOP, PF-days, nat/token, bits, days, …)"
        );
        assert_eq!(message("a < 'x'"), "in `a < 'x'` at character 3: text can only be compared with == or !=");
        assert_eq!(message("a == 'x"), "in `a == 'x` at character 6: the ' opened here is never closed");
        assert_eq!(message("a & b"), "in `a & b` at character 3: `&` has no meaning here");
        assert!(message("L").contains("a comparison"));
        assert!(message("L < 3)").contains("should have ended"));
    }
}
