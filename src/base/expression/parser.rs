//! The grammar of the language of `--where`, `--map` and written laws: a recursive descent of bounded depth.

use super::lexer::{Op, Token};
use super::{Fault, Function, Name, Node};
use crate::base::units::Quantity;

/// Brackets, signs and powers may stand within each other this deep.
const DEEPEST: usize = 64;

pub(super) struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    end: usize,
    depth: usize,
    names: Vec<Name>,
}

impl Parser {
    pub fn new(tokens: Vec<(Token, usize)>, end: usize) -> Self {
        Self { tokens, at: 0, end, depth: 0, names: Vec::new() }
    }

    /// Reads one expression, as far as it goes.
    pub fn whole(&mut self) -> Result<Node, Fault> {
        self.or()
    }

    /// The columns named.
    pub fn names(self) -> Vec<Name> {
        self.names
    }

    pub fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |&(_, position)| position)
    }

    pub fn fault(&self, detail: &str) -> Fault {
        (self.position(), detail.to_owned())
    }

    fn accept(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    /// One level further down, if there is one.
    fn deeper<T>(&mut self, part: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth >= DEEPEST {
            return Err(self.fault(&format!("brackets and signs stand more than {DEEPEST} deep within each other")));
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    /// A part that must be a condition, or must be a number.
    fn of(&self, node: Node, condition: bool, position: usize) -> Result<Node, Fault> {
        match (condition, node.is_condition()) {
            (true, false) => {
                Err((self.position(), "a comparison (<, <=, >, >=, ==, != or in) should stand here".to_owned()))
            }
            (false, true) => Err((position, "a number should stand here, not a comparison".to_owned())),
            _ => Ok(node),
        }
    }

    fn or(&mut self) -> Result<Node, Fault> {
        self.chain(&Token::Or, Self::and, Node::Or)
    }

    fn and(&mut self) -> Result<Node, Fault> {
        self.chain(&Token::And, Self::not, Node::And)
    }

    fn chain(
        &mut self,
        link: &Token,
        part: fn(&mut Self) -> Result<Node, Fault>,
        join: fn(Vec<Node>) -> Node,
    ) -> Result<Node, Fault> {
        let position = self.position();
        let first = part(self)?;
        if self.peek() != Some(link) {
            return Ok(first);
        }
        let mut all = vec![self.of(first, true, position)?];
        while self.accept(link) {
            let position = self.position();
            let next = part(self)?;
            all.push(self.of(next, true, position)?);
        }
        Ok(join(all))
    }

    fn not(&mut self) -> Result<Node, Fault> {
        if self.accept(&Token::Not) {
            let position = self.position();
            let inner = self.deeper(Self::not)?;
            return Ok(Node::Not(Box::new(self.of(inner, true, position)?)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Node, Fault> {
        let position = self.position();
        let mut left = self.sum()?;
        if self.accept(&Token::In) {
            return self.membership(left);
        }
        let mut links: Vec<Node> = Vec::new();
        while let Some(&Token::Op(op)) = self.peek() {
            left = self.of(left, false, position)?;
            let here = self.position();
            self.at += 1;
            let start = self.position();
            let right = self.sum()?;
            let right = self.of(right, false, start)?;
            links.push(self.typed(left, op, right.clone(), here)?);
            left = right;
        }
        Ok(match links.len() {
            0 => left,
            1 => links.remove(0),
            _ => Node::And(links),
        })
    }

    /// Checks that both sides are numbers or both text.
    fn typed(&mut self, left: Node, op: Op, right: Node, position: usize) -> Result<Node, Fault> {
        let text = left.is_text() || right.is_text();
        let either = |node: &Node| node.is_text() || matches!(node, Node::Column(_));
        if text && !matches!(op, Op::Equal | Op::NotEqual) {
            return Err((position, "text can only be compared with == or !=".to_owned()));
        }
        if text && !(either(&left) && either(&right)) {
            return Err((position, "a number is compared with text".to_owned()));
        }
        Ok(Node::Compare(Box::new(self.retyped(left, text)), op, Box::new(self.retyped(right, text))))
    }

    /// A column read as text if it is compared with text.
    fn retyped(&mut self, node: Node, text: bool) -> Node {
        let Node::Column(i) = node else { return node };
        if self.names[i].text == text {
            return node;
        }
        let name = Name { text, ..self.names[i].clone() };
        self.names.push(name);
        Node::Column(self.names.len() - 1)
    }

    fn membership(&mut self, left: Node) -> Result<Node, Fault> {
        if !self.accept(&Token::OpenList) {
            return Err(self.fault("a list in [ ] should follow `in`"));
        }
        let mut list = Vec::new();
        let position = self.position();
        loop {
            list.push(self.sum()?);
            if self.accept(&Token::CloseList) {
                break;
            }
            if !self.accept(&Token::Comma) {
                return Err(self.fault("a `,` or the closing `]` is missing"));
            }
        }
        let texts = list.iter().filter(|item| item.is_text()).count();
        let constant = |item: &Node| item.is_text() || matches!(item, Node::Number(..) | Node::Sum(_));
        if !list.iter().all(constant) || !(texts == 0 || texts == list.len()) {
            return Err((position, "a list holds only numbers or only quoted text".to_owned()));
        }
        if left.is_text() || left.is_condition() || (texts > 0 && !matches!(left, Node::Column(_))) {
            return Err((position, "a column should stand before `in`".to_owned()));
        }
        Ok(Node::In(Box::new(self.retyped(left, texts > 0)), list))
    }

    fn sum(&mut self) -> Result<Node, Fault> {
        let position = self.position();
        let first = self.product()?;
        let sign = |token: Option<&Token>| match token {
            Some(Token::Plus) => Some(1.0),
            Some(Token::Minus) => Some(-1.0),
            _ => None,
        };
        let Some(mut next) = sign(self.peek()) else { return Ok(first) };
        let mut terms = vec![(1.0, self.numeric(first, position)?)];
        loop {
            self.at += 1;
            let position = self.position();
            let term = self.product()?;
            terms.push((next, self.numeric(term, position)?));
            match sign(self.peek()) {
                Some(sign) => next = sign,
                None => return Ok(Node::Sum(terms)),
            }
        }
    }

    fn product(&mut self) -> Result<Node, Fault> {
        let position = self.position();
        let first = self.signed()?;
        let divides = |token: Option<&Token>| match token {
            Some(Token::Times) => Some(false),
            Some(Token::Over) => Some(true),
            _ => None,
        };
        let Some(mut next) = divides(self.peek()) else { return Ok(first) };
        let mut factors = vec![(false, self.numeric(first, position)?)];
        loop {
            self.at += 1;
            let position = self.position();
            let factor = self.signed()?;
            factors.push((next, self.numeric(factor, position)?));
            match divides(self.peek()) {
                Some(divide) => next = divide,
                None => return Ok(Node::Product(factors)),
            }
        }
    }

    /// A number: neither a comparison nor a text.
    fn numeric(&self, node: Node, position: usize) -> Result<Node, Fault> {
        match node.is_text() {
            true => Err((position, "text cannot be reckoned with".to_owned())),
            false => self.of(node, false, position),
        }
    }

    fn signed(&mut self) -> Result<Node, Fault> {
        let minus = self.peek() == Some(&Token::Minus);
        if !minus && self.peek() != Some(&Token::Plus) {
            return self.power();
        }
        self.at += 1;
        let position = self.position();
        let inner = self.deeper(Self::signed)?;
        Ok(match self.numeric(inner, position)? {
            Node::Number(q, at) if minus => Node::Number(Quantity { value: -q.value, number: -q.number, ..q }, at),
            inner => Node::Sum(vec![(if minus { -1.0 } else { 1.0 }, inner)]),
        })
    }

    fn power(&mut self) -> Result<Node, Fault> {
        let position = self.position();
        let base = self.atom()?;
        if !self.accept(&Token::Power) {
            return Ok(base);
        }
        let base = self.numeric(base, position)?;
        let position = self.position();
        let exponent = self.deeper(Self::signed)?;
        Ok(Node::Power(Box::new(base), Box::new(self.numeric(exponent, position)?)))
    }

    fn atom(&mut self) -> Result<Node, Fault> {
        let position = self.position();
        let node = match self.peek() {
            Some(Token::Open) => {
                self.at += 1;
                let inner = self.deeper(Self::or)?;
                return if self.accept(&Token::Close) {
                    Ok(inner)
                } else {
                    Err(self.fault("a closing `)` is missing"))
                };
            }
            Some(Token::Name(name)) => {
                let name = name.clone();
                if self.tokens.get(self.at + 1).is_some_and(|(token, _)| *token == Token::Open) {
                    return self.call(&name);
                }
                self.names.push(Name { name, text: false, position: position + 1 });
                Node::Column(self.names.len() - 1)
            }
            Some(Token::Number(quantity)) => Node::Number(*quantity, position),
            Some(Token::Text(text)) => Node::Text(text.clone()),
            Some(Token::Truth(truth)) => Node::Truth(*truth),
            _ => return Err(self.fault("a column, a number or a quoted text should stand here")),
        };
        self.at += 1;
        Ok(node)
    }

    fn call(&mut self, name: &str) -> Result<Node, Fault> {
        let Some(function) = Function::named(name) else {
            let detail = match name {
                "log" => "`log` may be natural or of base ten; write ln or log10".to_owned(),
                _ => format!("there is no function `{name}`; there is {}", Function::names().join(", ")),
            };
            return Err(self.fault(&detail));
        };
        self.at += 2;
        let mut arguments = Vec::new();
        loop {
            let position = self.position();
            let inner = self.deeper(Self::sum)?;
            arguments.push(self.numeric(inner, position)?);
            let full = arguments.len() == function.arity();
            match self.peek() {
                Some(Token::Comma) if !full => self.at += 1,
                Some(Token::Comma) => return Err(self.fault(&format!("`{name}` takes {} of these", function.arity()))),
                _ if full => break,
                _ => {
                    return Err(self.fault(&format!("`{name}` takes {} numbers, with a `,` between", function.arity())));
                }
            }
        }
        match self.accept(&Token::Close) {
            true => Ok(Node::Call(function, arguments)),
            false => Err(self.fault("a closing `)` is missing")),
        }
    }
}
