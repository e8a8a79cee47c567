//! What a formula can be over a box of two variables: its range and those of its derivatives.

use super::{Hyper, Interval, Real};
use std::ops::{Add, Div, Mul, Neg, Sub};

type Ranges = Hyper<Interval, 2>;

/// A quantity over a box. A product of powers and exponentials is kept as its logarithm, in which
/// most formulas are linear in their exponents: nothing is lost to rounding outwards until a sum
/// asks for the quantity itself.
#[derive(Clone, Copy, Debug)]
pub enum Enclosure {
    /// The quantity.
    Plain(Ranges),
    /// The logarithm of a positive quantity.
    Logarithm(Ranges),
}

use Enclosure::{Logarithm, Plain};

impl Enclosure {
    /// A number that does not vary.
    pub fn constant(value: f64) -> Self {
        Plain(Hyper::constant(value))
    }
    /// Variable `k` between two ends.
    pub fn variable(k: usize, low: f64, high: f64) -> Self {
        let mut value = Hyper::variable(0.0, k);
        value.v = Interval::new(low, high);
        Plain(value)
    }
    /// The quantity itself.
    pub fn plain(self) -> Ranges {
        match self {
            Plain(value) => value,
            Logarithm(ln) => ln.exp(),
        }
    }
    /// The fixed number it is, if it is one.
    fn fixed(self) -> Option<f64> {
        match self {
            Plain(d)
                if d.v.low == d.v.high
                    && d.d.iter().chain(d.h.iter().flatten()).all(|d| *d == Interval::point(0.0)) =>
            {
                Some(d.v.low)
            }
            _ => None,
        }
    }
    /// The logarithm, where it is as good as at hand.
    fn logarithm(self) -> Option<Ranges> {
        match (self, self.fixed()) {
            (Logarithm(ln), _) => Some(ln),
            (_, Some(value)) if value > 0.0 => Some(Hyper::plain(Interval::point(value).ln())),
            _ => None,
        }
    }
    fn apply(self, f: impl Fn(Ranges) -> Ranges) -> Self {
        Plain(f(self.plain()))
    }
}

impl Add for Enclosure {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        match (self.fixed(), o.fixed()) {
            (Some(0.0), _) => o,
            (_, Some(0.0)) => self,
            _ => Plain(self.plain() + o.plain()),
        }
    }
}
impl Sub for Enclosure {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        if o.fixed() == Some(0.0) { self } else { Plain(self.plain() - o.plain()) }
    }
}
impl Mul for Enclosure {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        match (self.fixed(), o.fixed()) {
            (Some(0.0), _) | (_, Some(0.0)) => return Self::constant(0.0),
            (Some(1.0), _) => return o,
            (_, Some(1.0)) => return self,
            _ => {}
        }
        match (self, o, self.logarithm(), o.logarithm()) {
            (Plain(a), Plain(b), _, _) => Plain(a * b),
            (_, _, Some(a), Some(b)) => Logarithm(a + b),
            _ => Plain(self.plain() * o.plain()),
        }
    }
}
impl Div for Enclosure {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        if self.fixed() == Some(0.0) || o.fixed() == Some(1.0) {
            return self;
        }
        match (self, o, self.logarithm(), o.logarithm()) {
            (Plain(a), Plain(b), _, _) => Plain(a / b),
            (_, _, Some(a), Some(b)) => Logarithm(a - b),
            _ => Plain(self.plain() / o.plain()),
        }
    }
}
impl Neg for Enclosure {
    type Output = Self;
    fn neg(self) -> Self {
        self.apply(|d| -d)
    }
}
impl Add<f64> for Enclosure {
    type Output = Self;
    fn add(self, o: f64) -> Self {
        self + Self::constant(o)
    }
}
impl Sub<f64> for Enclosure {
    type Output = Self;
    fn sub(self, o: f64) -> Self {
        self - Self::constant(o)
    }
}
impl Mul<f64> for Enclosure {
    type Output = Self;
    fn mul(self, o: f64) -> Self {
        self * Self::constant(o)
    }
}
impl Div<f64> for Enclosure {
    type Output = Self;
    fn div(self, o: f64) -> Self {
        self / Self::constant(o)
    }
}

impl Real for Enclosure {
    type Plain = Interval;
    fn constant(value: f64) -> Self {
        Self::constant(value)
    }
    fn plain(value: Interval) -> Self {
        Plain(Hyper::plain(value))
    }
    fn value(self) -> Interval {
        self.plain().v
    }
    fn scale(self, factor: Interval) -> Self {
        match self {
            Plain(d) => Plain(d.scale(factor)),
            Logarithm(ln) if factor.low > 0.0 => Logarithm(ln + Hyper::plain(factor.ln())),
            Logarithm(_) => Plain(self.plain().scale(factor)),
        }
    }
    fn chain(self, f: Interval, first: Interval, second: Interval) -> Self {
        self.apply(|d| d.chain(f, first, second))
    }
    fn below(self, limit: Self, yes: Self, no: Self) -> Self {
        let (value, other) = (self.value(), limit.value());
        let mut hull = self.plain().below(limit.plain(), yes.plain(), no.plain());
        if value.high >= other.low && value.low < other.high {
            // The slope may jump where the sides meet, which no second derivative of either shows.
            hull.h = [[Interval::ALL; 2]; 2];
        }
        Plain(hull)
    }
    fn exp(self) -> Self {
        Logarithm(self.plain())
    }
    fn ln(self) -> Self {
        match self {
            Logarithm(ln) => Plain(ln),
            Plain(d) => Plain(d.ln()),
        }
    }
    fn exp_m1(self) -> Self {
        self.apply(Real::exp_m1)
    }
    fn ln_1p(self) -> Self {
        self.apply(Real::ln_1p)
    }
    fn sqrt(self) -> Self {
        match self {
            Logarithm(ln) => Logarithm(ln * 0.5),
            Plain(d) => Plain(d.sqrt()),
        }
    }
    fn sin(self) -> Self {
        self.apply(Real::sin)
    }
    fn cos(self) -> Self {
        self.apply(Real::cos)
    }
    fn atan(self) -> Self {
        self.apply(Real::atan)
    }
}
