//! A formula as a list of steps on a small stack: what can be run over any scalar without a call
//! in between.

use super::read::{Leaf, Parsed};
use crate::base::expression::{Fault, Function, Node};
use crate::base::real::{Real, X};
use crate::law::{MAX_INPUTS, MAX_PARAMS};

/// Numbers that wait at one time, at most.
const DEPTH: usize = 16;
/// Steps at most.
const STEPS: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Constant(f64),
    Input(usize),
    InputLn(usize),
    Param(usize),
    /// The input to the power on the stack, from the logarithm that was taken once.
    InputPower(usize),
    Add,
    Sub,
    Mul,
    Div,
    Neg,
    /// A whole power, by multiplication: the base may be negative.
    Whole(i32),
    Fixed(f64),
    Power,
    Call(Function),
}

/// The steps.
#[derive(Debug)]
pub(super) struct Tape(Vec<Step>);

impl Tape {
    /// The steps of a formula.
    pub fn of(parsed: &Parsed) -> Result<Self, Fault> {
        let mut writer = Writer { parsed, steps: Vec::new() };
        writer.node(&parsed.body)?;
        let steps = writer.steps;
        if steps.len() > STEPS {
            return Err((parsed.start, format!("the formula takes {} steps, and {STEPS} are the most", steps.len())));
        }
        let mut waiting = 0usize;
        let mut deepest = 0;
        for step in &steps {
            match step {
                Step::Constant(_) | Step::Input(_) | Step::InputLn(_) | Step::Param(_) => waiting += 1,
                Step::Add | Step::Sub | Step::Mul | Step::Div | Step::Power => waiting -= 1,
                Step::Call(function) => waiting -= function.arity() - 1,
                Step::InputPower(_) | Step::Neg | Step::Whole(_) | Step::Fixed(_) => {}
            }
            deepest = deepest.max(waiting);
        }
        match deepest <= DEPTH {
            true => Ok(Self(steps)),
            false => {
                Err((parsed.start, format!("more than {DEPTH} numbers have to wait for others: write it less nested")))
            }
        }
    }

    /// The formula's value.
    #[inline(always)]
    pub fn run<R: Real>(&self, x: &[X<R>; MAX_INPUTS], theta: &[R; MAX_PARAMS]) -> R {
        // No step reads an empty stack or fills it: `of` has counted.
        let mut stack = [R::constant(0.0); DEPTH];
        let mut top = 0;
        for &step in &self.0 {
            match step {
                Step::Constant(value) => push(&mut stack, &mut top, R::constant(value)),
                Step::Input(i) => push(&mut stack, &mut top, x[i].value()),
                Step::InputLn(i) => push(&mut stack, &mut top, x[i].ln()),
                Step::Param(j) => push(&mut stack, &mut top, theta[j]),
                Step::InputPower(i) => stack[top - 1] = x[i].pow(stack[top - 1]),
                Step::Add => two(&mut stack, &mut top, |a, b| a + b),
                Step::Sub => two(&mut stack, &mut top, |a, b| a - b),
                Step::Mul => two(&mut stack, &mut top, |a, b| a * b),
                Step::Div => two(&mut stack, &mut top, |a, b| a / b),
                Step::Power => two(&mut stack, &mut top, |a, b| a.pow(b)),
                Step::Neg => stack[top - 1] = -stack[top - 1],
                Step::Whole(power) => stack[top - 1] = whole(stack[top - 1], power),
                Step::Fixed(power) => stack[top - 1] = stack[top - 1].powf(power),
                Step::Call(function) if function.arity() == 2 => two(&mut stack, &mut top, |a, b| function.over(a, b)),
                Step::Call(function) => stack[top - 1] = function.over(stack[top - 1], stack[top - 1]),
            }
        }
        stack[0]
    }
}

#[inline(always)]
fn push<R: Real>(stack: &mut [R; DEPTH], top: &mut usize, value: R) {
    stack[*top] = value;
    *top += 1;
}

#[inline(always)]
fn two<R: Real>(stack: &mut [R; DEPTH], top: &mut usize, f: impl Fn(R, R) -> R) {
    *top -= 1;
    stack[*top - 1] = f(stack[*top - 1], stack[*top]);
}

#[inline(always)]
fn whole<R: Real>(base: R, power: i32) -> R {
    let mut out = R::constant(1.0);
    let mut square = base;
    let mut left = power.unsigned_abs();
    let mut first = true;
    while left > 0 {
        if left & 1 == 1 {
            out = if first { square } else { out * square };
            first = false;
        }
        left >>= 1;
        if left > 0 {
            square = square * square;
        }
    }
    if power < 0 { out.recip() } else { out }
}

struct Writer<'a> {
    parsed: &'a Parsed,
    steps: Vec<Step>,
}

impl Writer<'_> {
    fn input(&self, node: &Node) -> Option<usize> {
        match self.parsed.leaf(node) {
            Some(Leaf::Input(i)) => Some(i),
            _ => None,
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), Fault> {
        match node {
            Node::Column(i) => self.steps.push(match self.parsed.leaves[*i] {
                Leaf::Input(i) => Step::Input(i),
                Leaf::Param(j) => Step::Param(j),
            }),
            Node::Number(quantity, position) => {
                if quantity.unit.is_some_and(|unit| unit.dimension != crate::base::units::Dimension::NUMBER) {
                    return Err((self.parsed.start + position, "a number in a law has no unit".to_owned()));
                }
                self.steps.push(Step::Constant(quantity.value));
            }
            Node::Sum(terms) => {
                for (k, (sign, term)) in terms.iter().enumerate() {
                    self.node(term)?;
                    match (k, *sign < 0.0) {
                        (0, true) => self.steps.push(Step::Neg),
                        (0, false) => {}
                        (_, true) => self.steps.push(Step::Sub),
                        (_, false) => self.steps.push(Step::Add),
                    }
                }
            }
            Node::Product(factors) => {
                for (k, (divides, factor)) in factors.iter().enumerate() {
                    self.factor(k == 0, *divides, factor)?;
                }
            }
            Node::Power(base, exponent) => self.power(base, exponent, false)?,
            Node::Call(Function::Ln, arguments) if self.input(&arguments[0]).is_some() => {
                let i = self.input(&arguments[0]).unwrap_or_default();
                self.steps.push(Step::InputLn(i));
            }
            Node::Call(function, arguments) => {
                for argument in arguments {
                    self.node(argument)?;
                }
                self.steps.push(Step::Call(*function));
            }
            _ => return Err((self.parsed.start, "a formula has no comparisons and no texts".to_owned())),
        }
        Ok(())
    }

    fn factor(&mut self, first: bool, divides: bool, factor: &Node) -> Result<(), Fault> {
        // A/N^alpha as A · N^−alpha: the division would cost more than the sign.
        if let (true, Node::Power(base, exponent)) = (divides && !first, factor)
            && self.input(base).is_some()
            && self.fixed(exponent).is_none()
        {
            self.power(base, exponent, true)?;
            self.steps.push(Step::Mul);
            return Ok(());
        }
        self.node(factor)?;
        match (first, divides) {
            (true, _) => {}
            (false, true) => self.steps.push(Step::Div),
            (false, false) => self.steps.push(Step::Mul),
        }
        Ok(())
    }

    /// The number an exponent is, if it is one.
    fn fixed(&self, node: &Node) -> Option<f64> {
        match node {
            Node::Number(quantity, _) => Some(quantity.value),
            Node::Sum(terms) => terms.iter().map(|(sign, term)| Some(sign * self.fixed(term)?)).sum(),
            Node::Product(factors) => factors.iter().try_fold(1.0, |product, (divides, factor)| {
                let factor = self.fixed(factor)?;
                Some(if *divides { product / factor } else { product * factor })
            }),
            _ => None,
        }
    }

    fn power(&mut self, base: &Node, exponent: &Node, negated: bool) -> Result<(), Fault> {
        match (self.fixed(exponent), self.input(base)) {
            (Some(power), _) if power.fract() == 0.0 && power.abs() <= 64.0 && power != 0.0 => {
                self.node(base)?;
                self.steps.push(Step::Whole(power as i32));
            }
            (Some(power), Some(i)) => self.steps.extend([Step::Constant(power), Step::InputPower(i)]),
            (Some(power), None) => {
                self.node(base)?;
                self.steps.push(Step::Fixed(power));
            }
            (None, Some(i)) => {
                self.node(exponent)?;
                if negated {
                    self.steps.push(Step::Neg);
                }
                self.steps.push(Step::InputPower(i));
            }
            (None, None) => {
                self.node(base)?;
                self.node(exponent)?;
                self.steps.push(Step::Power);
            }
        }
        Ok(())
    }
}
