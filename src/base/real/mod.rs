//! The scalar a law is written over.
//!
//! A law is one formula over a generic [`Real`]. Evaluated on `f64` it gives a value; on
//! [`Lanes`] the values of several rows at once; on [`Dual`] the value and the gradient in the
//! parameters; on [`Hyper`] the second derivatives too; on [`Enclosure`] the range of
//! value and gradient over a box of parameters. Nobody writes a derivative by hand, so
//! nobody can write a wrong one.
//!
//! No operation here uses a fused multiply-add, and every elementary function is our own
//! branch-free code: the same bits come out of every instruction set.

mod dual;
pub mod elementary;
mod enclosure;
mod hyper;
mod interval;
mod lanes;

pub use dual::Dual;
pub use enclosure::Enclosure;
pub use hyper::Hyper;
pub use interval::Interval;
#[cfg(target_arch = "x86_64")]
pub use lanes::x86;
pub use lanes::{Lanes, Vector};

use std::ops::{Add, Div, Mul, Neg, Sub};

/// How many derivatives to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// Values and gradients: the exponentials cost as much as the derivatives, so that values
    /// alone would hardly be cheaper.
    First,
    /// And what second derivatives of a sum of squares are without those of its terms.
    Majorant,
    /// And second derivatives.
    Second,
}

/// Arithmetic that a law's formula may use.
pub trait Real:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// The scalar without derivatives: `f64` or eight lanes of it.
    type Plain: Real<Plain = Self::Plain>;

    /// A number, the same in every lane, that depends on no parameter.
    fn constant(value: f64) -> Self;
    /// Row values that depend on no parameter.
    fn plain(value: Self::Plain) -> Self;
    /// The value, without its derivatives.
    fn value(self) -> Self::Plain;
    /// `self * factor`, where the factor depends on no parameter.
    fn scale(self, factor: Self::Plain) -> Self;
    /// The chain rule: `f(self)`, given f, f′ and f″ at the value.
    fn chain(self, f: Self::Plain, first: Self::Plain, second: Self::Plain) -> Self;
    /// Lane by lane: `self` where its value is below `limit`'s, else `other`.
    fn below(self, limit: Self, yes: Self, no: Self) -> Self;

    /// e^self.
    fn exp(self) -> Self;
    /// Natural logarithm; NaN below zero.
    fn ln(self) -> Self;
    /// e^self − 1 without cancellation near zero.
    fn exp_m1(self) -> Self;
    /// ln(1 + self) without cancellation near zero.
    fn ln_1p(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Sine.
    fn sin(self) -> Self;
    /// Cosine.
    fn cos(self) -> Self;
    /// Inverse tangent.
    fn atan(self) -> Self;

    /// 1 / self.
    #[inline(always)]
    fn recip(self) -> Self {
        Self::constant(1.0) / self
    }
    /// self^exponent, as e^(exponent · ln self).
    #[inline(always)]
    fn pow(self, exponent: Self) -> Self {
        (exponent * self.ln()).exp()
    }
    /// self^exponent for a fixed exponent.
    #[inline(always)]
    fn powf(self, exponent: f64) -> Self {
        (self.ln() * exponent).exp()
    }
    /// self².
    #[inline(always)]
    fn square(self) -> Self {
        self * self
    }
    /// The smaller of two values.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.below(other, self, other)
    }
    /// The larger of two values.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.below(other, other, self)
    }
    /// 1 / (1 + e^−self).
    #[inline(always)]
    fn logistic(self) -> Self {
        ((-self).exp() + 1.0).recip()
    }
}

/// One input of a law (N, D, …) at the rows in hand: its value and natural logarithm, both taken
/// once per data set and constant in the parameters.
#[derive(Clone, Copy, Debug)]
pub struct X<R: Real> {
    value: R::Plain,
    ln: R::Plain,
}

impl<R: Real> X<R> {
    /// An input from its value and the natural logarithm of it.
    #[inline(always)]
    pub fn new(value: R::Plain, ln: R::Plain) -> Self {
        Self { value, ln }
    }
    /// The input itself.
    #[inline(always)]
    pub fn value(self) -> R {
        R::plain(self.value)
    }
    /// The input's natural logarithm.
    #[inline(always)]
    pub fn ln(self) -> R {
        R::plain(self.ln)
    }
    /// input^exponent.
    #[inline(always)]
    pub fn pow(self, exponent: R) -> R {
        exponent.scale(self.ln).exp()
    }
    /// factor · input.
    #[inline(always)]
    pub fn times(self, factor: R) -> R {
        factor.scale(self.value)
    }
    /// factor · ln(input).
    #[inline(always)]
    pub fn times_ln(self, factor: R) -> R {
        factor.scale(self.ln)
    }
}
