//! Intervals: a law's formula evaluated on them encloses all its values over a box of parameters.

use super::{Real, elementary};
use std::f64::consts::{FRAC_PI_2, PI};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// All numbers between two ends. Every operation rounds outwards, so that the true range is always
/// inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Everything.
    pub const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// One number.
    pub fn point(value: f64) -> Self {
        Self { low: value, high: value }
    }
    /// What an elementary function came to, with its error.
    pub fn around(value: f64) -> Self {
        Self::loosely(value, value)
    }
    /// From one number to another.
    pub fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }
    /// The largest absolute value.
    pub fn magnitude(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }
    /// A result rounded outwards by one unit in the last place: arithmetic.
    fn outward(low: f64, high: f64) -> Self {
        if low.is_nan() || high.is_nan() { Self::ALL } else { Self { low: low.next_down(), high: high.next_up() } }
    }
    /// A result rounded outwards by four: our elementary functions are good to two.
    fn loosely(low: f64, high: f64) -> Self {
        let around = |v: f64| 4.0 * f64::EPSILON * v.abs() + f64::MIN_POSITIVE;
        if low.is_nan() || high.is_nan() {
            Self::ALL
        } else {
            Self {
                low: (low.min(f64::MAX)) - around(low.clamp(-f64::MAX, f64::MAX)),
                high: high.max(-f64::MAX) + around(high.clamp(-f64::MAX, f64::MAX)),
            }
        }
    }
    fn rising(self, f: impl Fn(f64) -> f64) -> Self {
        Self::loosely(f(self.low), f(self.high))
    }
    fn hull(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
    /// A wave of period 2π with its crests at `crest` and k·2π further on, given its values at the ends.
    fn wave(self, low: f64, high: f64, crest: f64) -> Self {
        if !(self.high - self.low).is_finite() || self.high - self.low >= 2.0 * PI || self.magnitude() > 1e9 {
            return Self { low: -1.0, high: 1.0 };
        }
        let ends = Self::loosely(low.min(high), low.max(high));
        // Whether a point k·2π + at lies between, a little widened.
        let slack = 1e-12 + f64::EPSILON * self.magnitude();
        let turns = |end: f64, at: f64| (end - at) / (2.0 * PI);
        let contains = |at: f64| (turns(self.high, at) + slack).floor() >= (turns(self.low, at) - slack).ceil();
        Self {
            low: if contains(crest + PI) { -1.0 } else { ends.low },
            high: if contains(crest) { 1.0 } else { ends.high },
        }
    }
}

/// A product in which zero times infinity is zero: the zero is exact, the infinity a bound.
fn times(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { 0.0 } else { a * b }
}

impl Add for Interval {
    type Output = Self;
    #[inline]
    fn add(self, o: Self) -> Self {
        // An exact zero, as most derivatives of a formula are, changes nothing.
        if o.low == 0.0 && o.high == 0.0 {
            return self;
        }
        if self.low == 0.0 && self.high == 0.0 {
            return o;
        }
        Self::outward(self.low + o.low, self.high + o.high)
    }
}
impl Sub for Interval {
    type Output = Self;
    #[inline]
    fn sub(self, o: Self) -> Self {
        self + (-o)
    }
}
impl Mul for Interval {
    type Output = Self;
    #[inline]
    fn mul(self, o: Self) -> Self {
        if self.low > 0.0 && o.low > 0.0 {
            return Self::outward(self.low * o.low, self.high * o.high);
        }
        let [a, b, c, d] =
            [times(self.low, o.low), times(self.low, o.high), times(self.high, o.low), times(self.high, o.high)];
        // An exact zero or a factor of one stays what it is: constants in a formula cost nothing.
        match (self.low == self.high, o.low == o.high) {
            (true, _) if self.low == 0.0 => self,
            (_, true) if o.low == 0.0 => o,
            (true, _) if self.low == 1.0 => o,
            (_, true) if o.low == 1.0 => self,
            _ => Self::outward(a.min(b).min(c.min(d)), a.max(b).max(c.max(d))),
        }
    }
}
impl Div for Interval {
    type Output = Self;
    #[inline]
    fn div(self, o: Self) -> Self {
        if o.low <= 0.0 && o.high >= 0.0 {
            return Self::ALL;
        }
        self * Self::outward(1.0 / o.high, 1.0 / o.low)
    }
}
impl Neg for Interval {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self { low: -self.high, high: -self.low }
    }
}
impl Add<f64> for Interval {
    type Output = Self;
    #[inline]
    fn add(self, o: f64) -> Self {
        if o == 0.0 { self } else { self + Self::point(o) }
    }
}
impl Sub<f64> for Interval {
    type Output = Self;
    #[inline]
    fn sub(self, o: f64) -> Self {
        self + (-o)
    }
}
impl Mul<f64> for Interval {
    type Output = Self;
    #[inline]
    fn mul(self, o: f64) -> Self {
        match () {
            () if o == 0.0 => Self::point(0.0),
            () if o == 1.0 => self,
            () if o > 0.0 => Self::outward(self.low * o, self.high * o),
            () => Self::outward(self.high * o, self.low * o),
        }
    }
}
impl Div<f64> for Interval {
    type Output = Self;
    #[inline]
    fn div(self, o: f64) -> Self {
        self / Self::point(o)
    }
}

impl Real for Interval {
    type Plain = Self;
    fn constant(value: f64) -> Self {
        Self::point(value)
    }
    fn plain(value: Self) -> Self {
        value
    }
    fn value(self) -> Self {
        self
    }
    fn scale(self, factor: Self) -> Self {
        self * factor
    }
    fn chain(self, f: Self, _: Self, _: Self) -> Self {
        f
    }
    fn below(self, limit: Self, yes: Self, no: Self) -> Self {
        match () {
            () if self.high < limit.low => yes,
            () if self.low >= limit.high => no,
            () => yes.hull(no),
        }
    }
    #[inline]
    fn exp(self) -> Self {
        let e = self.rising(elementary::exp);
        Self { low: e.low.max(0.0), high: e.high }
    }
    #[inline]
    fn ln(self) -> Self {
        if self.high <= 0.0 {
            return Self::ALL;
        }
        let low = if self.low > 0.0 { elementary::ln(self.low) } else { f64::NEG_INFINITY };
        Self::loosely(low, elementary::ln(self.high))
    }
    fn exp_m1(self) -> Self {
        self.rising(elementary::exp_m1)
    }
    fn ln_1p(self) -> Self {
        if self.high <= -1.0 {
            return Self::ALL;
        }
        let low = if self.low > -1.0 { elementary::ln_1p(self.low) } else { f64::NEG_INFINITY };
        Self::loosely(low, elementary::ln_1p(self.high))
    }
    fn sqrt(self) -> Self {
        if self.high < 0.0 {
            return Self::ALL;
        }
        let root = Self::loosely(self.low.max(0.0).sqrt(), self.high.sqrt());
        Self { low: root.low.max(0.0), high: root.high }
    }
    fn sin(self) -> Self {
        self.wave(self.low.sin(), self.high.sin(), FRAC_PI_2)
    }
    fn cos(self) -> Self {
        self.wave(self.low.cos(), self.high.cos(), 0.0)
    }
    fn atan(self) -> Self {
        self.rising(f64::atan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A formula with everything in it, on a box and on points of the box.
    fn formula<R: Real>(a: R, b: R) -> R {
        let x = (a * b - b / (a + 3.0)).exp() + (a + 2.0).ln() * b.sin() - a.cos() * 0.5;
        (x.square() + 1.0).sqrt() + (-a).exp_m1().atan() - b.square().ln_1p() + a.min(b) + (b - a).logistic()
    }

    #[test]
    fn a_box_encloses_its_points() {
        for k in 0..200 {
            let (a, b) = (-1.0 + 0.017 * f64::from(k), 2.0 - 0.03 * f64::from(k));
            let (width, height) = (0.01 * f64::from(k % 40), 0.3 * f64::from(k % 7));
            let whole = formula(Interval::new(a, a + width), Interval::new(b, b + height));
            for i in 0..=10 {
                for j in 0..=10 {
                    let (s, t) = (f64::from(i) / 10.0, f64::from(j) / 10.0);
                    let value = formula(a + s * width, b + t * height);
                    assert!(whole.low <= value && value <= whole.high, "{value} is outside {whole:?}");
                }
            }
        }
    }

    #[test]
    fn a_division_through_zero_knows_nothing() {
        assert_eq!(Interval::point(1.0) / Interval::new(-1.0, 1.0), Interval::ALL);
        assert_eq!(Interval::new(-2.0, -1.0).ln(), Interval::ALL);
        assert_eq!(Interval::new(0.0, 10.0).sin().high, 1.0);
    }
}
