//! First derivatives.

use super::Real;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A value and its P partial derivatives.
#[derive(Clone, Copy, Debug)]
pub struct Dual<T, const P: usize> {
    /// The value.
    pub v: T,
    /// ∂/∂θ_i.
    pub d: [T; P],
}

impl<T: Real<Plain = T>, const P: usize> Dual<T, P> {
    /// Parameter number `i`, with derivative one in itself.
    #[inline(always)]
    pub fn variable(value: f64, i: usize) -> Self {
        let mut d = [T::constant(0.0); P];
        d[i] = T::constant(1.0);
        Self { v: T::constant(value), d }
    }
    #[inline(always)]
    fn each(self, f: impl Fn(T) -> T) -> [T; P] {
        let mut d = self.d;
        for item in &mut d {
            *item = f(*item);
        }
        d
    }
    #[inline(always)]
    fn pair(self, other: Self, f: impl Fn(T, T) -> T) -> [T; P] {
        let mut d = self.d;
        for i in 0..P {
            d[i] = f(d[i], other.d[i]);
        }
        d
    }
}

impl<T: Real<Plain = T>, const P: usize> Add for Dual<T, P> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        Self { v: self.v + o.v, d: self.pair(o, |a, b| a + b) }
    }
}
impl<T: Real<Plain = T>, const P: usize> Sub for Dual<T, P> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        Self { v: self.v - o.v, d: self.pair(o, |a, b| a - b) }
    }
}
impl<T: Real<Plain = T>, const P: usize> Mul for Dual<T, P> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        Self { v: self.v * o.v, d: self.pair(o, |a, b| a * o.v + b * self.v) }
    }
}
impl<T: Real<Plain = T>, const P: usize> Div for Dual<T, P> {
    type Output = Self;
    #[inline(always)]
    fn div(self, o: Self) -> Self {
        let inverse = o.v.recip();
        let v = self.v * inverse;
        Self { v, d: self.pair(o, |a, b| (a - b * v) * inverse) }
    }
}
impl<T: Real<Plain = T>, const P: usize> Neg for Dual<T, P> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { v: -self.v, d: self.each(|a| -a) }
    }
}

/// What [`Dual`] and [`Hyper`](super::Hyper) do alike: arithmetic with a fixed number, and every
/// elementary function by way of [`Real::chain`].
macro_rules! derived_real {
    ($type:ident) => {
        impl<T: Real<Plain = T>, const P: usize> Add<f64> for $type<T, P> {
            type Output = Self;
            #[inline(always)]
            fn add(mut self, o: f64) -> Self {
                self.v = self.v + o;
                self
            }
        }
        impl<T: Real<Plain = T>, const P: usize> Sub<f64> for $type<T, P> {
            type Output = Self;
            #[inline(always)]
            fn sub(mut self, o: f64) -> Self {
                self.v = self.v - o;
                self
            }
        }
        impl<T: Real<Plain = T>, const P: usize> Mul<f64> for $type<T, P> {
            type Output = Self;
            #[inline(always)]
            fn mul(self, o: f64) -> Self {
                self.scale(T::constant(o))
            }
        }
        impl<T: Real<Plain = T>, const P: usize> Div<f64> for $type<T, P> {
            type Output = Self;
            #[inline(always)]
            fn div(self, o: f64) -> Self {
                self.scale(T::constant(1.0 / o))
            }
        }
        impl<T: Real<Plain = T>, const P: usize> Real for $type<T, P> {
            type Plain = T;
            #[inline(always)]
            fn constant(value: f64) -> Self {
                Self::plain(T::constant(value))
            }
            #[inline(always)]
            fn plain(value: T) -> Self {
                Self::lift(value)
            }
            #[inline(always)]
            fn value(self) -> T {
                self.v
            }
            #[inline(always)]
            fn scale(self, factor: T) -> Self {
                self.scaled(factor)
            }
            #[inline(always)]
            fn chain(self, f: T, first: T, second: T) -> Self {
                self.chained(f, first, second)
            }
            #[inline(always)]
            fn below(self, limit: Self, yes: Self, no: Self) -> Self {
                Self::select(self.v, limit.v, yes, no)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                let f = self.v.exp();
                self.chain(f, f, f)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                let first = self.v.recip();
                self.chain(self.v.ln(), first, -(first * first))
            }
            #[inline(always)]
            fn exp_m1(self) -> Self {
                let f = self.v.exp_m1();
                self.chain(f, f + 1.0, f + 1.0)
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                let first = (self.v + 1.0).recip();
                self.chain(self.v.ln_1p(), first, -(first * first))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                let f = self.v.sqrt();
                let first = f.recip() * 0.5;
                self.chain(f, first, -(first * self.v.recip()) * 0.5)
            }
            #[inline(always)]
            fn sin(self) -> Self {
                let f = self.v.sin();
                self.chain(f, self.v.cos(), -f)
            }
            #[inline(always)]
            fn cos(self) -> Self {
                let f = self.v.cos();
                self.chain(f, -self.v.sin(), -f)
            }
            #[inline(always)]
            fn atan(self) -> Self {
                let first = (self.v * self.v + 1.0).recip();
                self.chain(self.v.atan(), first, -(self.v * first * first) * 2.0)
            }
        }
    };
}
pub(super) use derived_real;

impl<T: Real<Plain = T>, const P: usize> Dual<T, P> {
    #[inline(always)]
    fn lift(v: T) -> Self {
        Self { v, d: [T::constant(0.0); P] }
    }
    #[inline(always)]
    fn scaled(self, factor: T) -> Self {
        Self { v: self.v * factor, d: self.each(|a| a * factor) }
    }
    #[inline(always)]
    fn chained(self, f: T, first: T, _second: T) -> Self {
        Self { v: f, d: self.each(|a| a * first) }
    }
    #[inline(always)]
    fn select(a: T, limit: T, yes: Self, no: Self) -> Self {
        Self { v: a.below(limit, yes.v, no.v), d: yes.pair(no, |y, n| a.below(limit, y, n)) }
    }
}
derived_real!(Dual);
