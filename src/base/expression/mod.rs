//! The grammar that filters, formulas over columns and written laws share: what it reads into. What
//! a formula means is said where it is used.

mod lexer;
mod parser;

use super::real::Real;
use super::units::Quantity;
pub use lexer::Op;
use lexer::{Token, lex};
use parser::Parser;
use std::f64::consts::{LN_2, LN_10};

/// No expression needs more characters.
const LONGEST: usize = 100_000;

/// Where (character from 0) and what.
pub type Fault = (usize, String);

/// A name in an expression, each time it stands there.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// As written.
    pub name: String,
    /// Compared with text.
    pub text: bool,
    /// Character where it stands, from 1.
    pub position: usize,
}

/// An expression as a tree.
#[derive(Clone, Debug)]
pub enum Node {
    // Conditions. Chains are lists, so that depth is only what brackets make it.
    /// All hold.
    And(Vec<Node>),
    /// One holds.
    Or(Vec<Node>),
    /// Does not hold.
    Not(Box<Node>),
    /// Two sides.
    Compare(Box<Node>, Op, Box<Node>),
    /// One of a list.
    In(Box<Node>, Vec<Node>),
    // Numbers.
    /// The name of this place in the list of names.
    Column(usize),
    /// A number and where it stands.
    Number(Quantity, usize),
    /// Terms with their signs.
    Sum(Vec<(f64, Node)>),
    /// Factors, and whether each divides.
    Product(Vec<(bool, Node)>),
    /// Base and exponent.
    Power(Box<Node>, Box<Node>),
    /// A function of as many numbers as its arity.
    Call(Function, Vec<Node>),
    // Texts.
    /// Quoted.
    Text(String),
    /// True or false.
    Truth(bool),
}

impl Node {
    /// Whether it holds or does not.
    pub fn is_condition(&self) -> bool {
        matches!(self, Self::And(_) | Self::Or(_) | Self::Not(_) | Self::Compare(..) | Self::In(..))
    }
    /// Whether it is a text.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Truth(_))
    }
    /// The parts it consists of.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::And(nodes) | Self::Or(nodes) | Self::Call(_, nodes) => nodes.iter().collect(),
            Self::Not(node) => vec![node],
            Self::Compare(a, _, b) | Self::Power(a, b) => vec![a, b],
            Self::In(a, list) => std::iter::once(&**a).chain(list).collect(),
            Self::Sum(terms) => terms.iter().map(|(_, term)| term).collect(),
            Self::Product(factors) => factors.iter().map(|(_, factor)| factor).collect(),
            Self::Column(_) | Self::Number(..) | Self::Text(_) | Self::Truth(_) => Vec::new(),
        }
    }
}

/// The functions of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Natural logarithm.
    Ln,
    /// Logarithm of base ten.
    Log10,
    /// Logarithm of base two.
    Log2,
    /// e^x.
    Exp,
    /// Square root.
    Sqrt,
    /// Absolute value.
    Abs,
    /// ln(1 + x).
    Log1p,
    /// e^x − 1.
    Expm1,
    /// Hyperbolic tangent.
    Tanh,
    /// 1/(1 + e^−x).
    Sigmoid,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// Inverse tangent.
    Atan,
    /// The smaller of two.
    Min,
    /// The larger of two.
    Max,
}

impl Function {
    const ALL: &[(&str, Self)] = &[
        ("ln", Self::Ln),
        ("log10", Self::Log10),
        ("log2", Self::Log2),
        ("exp", Self::Exp),
        ("sqrt", Self::Sqrt),
        ("abs", Self::Abs),
        ("log1p", Self::Log1p),
        ("expm1", Self::Expm1),
        ("tanh", Self::Tanh),
        ("sigmoid", Self::Sigmoid),
        ("sin", Self::Sin),
        ("cos", Self::Cos),
        ("atan", Self::Atan),
        ("min", Self::Min),
        ("max", Self::Max),
    ];

    /// The function of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|&(_, function)| function)
    }
    /// Every name.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|&(name, _)| name).collect()
    }
    /// The name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, function)| *function == self).map_or("", |&(name, _)| name)
    }
    /// How many numbers it takes.
    pub fn arity(self) -> usize {
        1 + usize::from(matches!(self, Self::Min | Self::Max))
    }
    /// Its value for one number, as the standard library has it; NaN for a function of two.
    pub fn of(self, x: f64) -> f64 {
        match self {
            Self::Ln => x.ln(),
            Self::Log10 => x.log10(),
            Self::Log2 => x.log2(),
            Self::Exp => x.exp(),
            Self::Sqrt => x.sqrt(),
            Self::Abs => x.abs(),
            Self::Log1p => x.ln_1p(),
            Self::Expm1 => x.exp_m1(),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Atan => x.atan(),
            Self::Min | Self::Max => f64::NAN,
        }
    }
    /// Its value for two numbers; NaN for a function of one, and if one of the two is NaN.
    pub fn of_two(self, x: f64, y: f64) -> f64 {
        match self {
            _ if x.is_nan() || y.is_nan() => f64::NAN,
            Self::Min => x.min(y),
            Self::Max => x.max(y),
            _ => f64::NAN,
        }
    }
    /// Its value over any scalar. A function of two takes the second number too.
    #[inline(always)]
    pub fn over<R: Real>(self, x: R, y: R) -> R {
        match self {
            Self::Ln => x.ln(),
            Self::Log10 => x.ln() / LN_10,
            Self::Log2 => x.ln() / LN_2,
            Self::Exp => x.exp(),
            Self::Sqrt => x.sqrt(),
            Self::Abs => x.max(-x),
            Self::Log1p => x.ln_1p(),
            Self::Expm1 => x.exp_m1(),
            // tanh x = 2 σ(2x) − 1, of which the sigmoid does not overflow.
            Self::Tanh => sigmoid(x * 2.0) * 2.0 - 1.0,
            Self::Sigmoid => sigmoid(x),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Atan => x.atan(),
            Self::Min => x.min(y),
            Self::Max => x.max(y),
        }
    }
}

/// 1/(1 + e^−x) whose derivatives stay numbers where e^−x overflows.
#[inline(always)]
fn sigmoid<R: Real>(x: R) -> R {
    let v = x.value();
    let small = (-v.max(-v)).exp();
    let upper = (small + 1.0).recip();
    let value = v.below(R::Plain::constant(0.0), small * upper, upper);
    let slope = small * upper * upper;
    x.chain(value, slope, slope * (value * -2.0 + 1.0))
}

/// Reads one expression whole: its tree, and the names at its leaves. `known` says whether a word
/// with a dash or a stroke is one name: `train-loss` is a difference otherwise.
///
/// # Errors
/// The first fault.
pub fn parse(text: &str, known: &dyn Fn(&str) -> bool) -> Result<(Node, Vec<Name>), Fault> {
    if text.len() > LONGEST {
        return Err((LONGEST, format!("an expression has at most {LONGEST} characters")));
    }
    let tokens = lex(text, known)?;
    let mut parser = Parser::new(tokens, text.chars().count());
    let root = parser.whole()?;
    if let Some(token) = parser.peek() {
        let detail = match (token, root.is_condition()) {
            (Token::Name(_) | Token::Number(..), false) => "an operator or a comparison should stand here",
            (_, true) => "this should have ended, or go on with `and` or `or`",
            (_, false) => "this should have ended, or go on with an operator or a comparison",
        };
        return Err(parser.fault(detail));
    }
    Ok((root, parser.names()))
}
