//! First and second derivatives.

use super::{Real, dual::derived_real};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A value, its P partial derivatives, and its second derivatives (lower triangle: `h[i][j]` with
/// j ≤ i; the rest is unused).
#[derive(Clone, Copy, Debug)]
pub struct Hyper<T, const P: usize> {
    /// The value.
    pub v: T,
    /// ∂/∂θ_i.
    pub d: [T; P],
    /// ∂²/∂θ_i∂θ_j for j ≤ i.
    pub h: [[T; P]; P],
}

impl<T: Real<Plain = T>, const P: usize> Hyper<T, P> {
    /// Parameter number `i`, with derivative one in itself.
    #[inline(always)]
    pub fn variable(value: f64, i: usize) -> Self {
        let mut out = Self::lift(T::constant(value));
        out.d[i] = T::constant(1.0);
        out
    }
    #[inline(always)]
    fn lift(v: T) -> Self {
        Self { v, d: [T::constant(0.0); P], h: [[T::constant(0.0); P]; P] }
    }
    #[inline(always)]
    fn scaled(mut self, factor: T) -> Self {
        self.v = self.v * factor;
        for i in 0..P {
            self.d[i] = self.d[i] * factor;
            for j in 0..=i {
                self.h[i][j] = self.h[i][j] * factor;
            }
        }
        self
    }
    #[inline(always)]
    fn chained(self, f: T, first: T, second: T) -> Self {
        let mut out = self;
        out.v = f;
        for i in 0..P {
            let bent = second * self.d[i];
            out.d[i] = self.d[i] * first;
            for j in 0..=i {
                out.h[i][j] = self.h[i][j] * first + bent * self.d[j];
            }
        }
        out
    }
    #[inline(always)]
    fn select(a: T, limit: T, yes: Self, no: Self) -> Self {
        let mut out = yes;
        out.v = a.below(limit, yes.v, no.v);
        for i in 0..P {
            out.d[i] = a.below(limit, yes.d[i], no.d[i]);
            for j in 0..=i {
                out.h[i][j] = a.below(limit, yes.h[i][j], no.h[i][j]);
            }
        }
        out
    }
    #[inline(always)]
    fn pair(self, o: Self, f: impl Fn(T, T) -> T) -> Self {
        let mut out = self;
        out.v = f(self.v, o.v);
        for i in 0..P {
            out.d[i] = f(self.d[i], o.d[i]);
            for j in 0..=i {
                out.h[i][j] = f(self.h[i][j], o.h[i][j]);
            }
        }
        out
    }
}

impl<T: Real<Plain = T>, const P: usize> Add for Hyper<T, P> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        self.pair(o, |a, b| a + b)
    }
}
impl<T: Real<Plain = T>, const P: usize> Sub for Hyper<T, P> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        self.pair(o, |a, b| a - b)
    }
}
impl<T: Real<Plain = T>, const P: usize> Mul for Hyper<T, P> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        let mut out = self;
        out.v = self.v * o.v;
        for i in 0..P {
            out.d[i] = self.d[i] * o.v + o.d[i] * self.v;
            for j in 0..=i {
                out.h[i][j] = (self.h[i][j] * o.v + o.h[i][j] * self.v) + (self.d[i] * o.d[j] + self.d[j] * o.d[i]);
            }
        }
        out
    }
}
impl<T: Real<Plain = T>, const P: usize> Div for Hyper<T, P> {
    type Output = Self;
    #[inline(always)]
    fn div(self, o: Self) -> Self {
        let inverse = o.v.recip();
        let square = inverse * inverse;
        self * o.chained(inverse, -square, square * inverse * 2.0)
    }
}
impl<T: Real<Plain = T>, const P: usize> Neg for Hyper<T, P> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.scaled(T::constant(-1.0))
    }
}
derived_real!(Hyper);
