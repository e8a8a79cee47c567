//! Power laws: in one input or two, with and without a floor.

use crate::base::real::{Real, X};
use crate::law::{Derived, Form, named};

/// y = c x^k.
pub struct Power;

impl Form<2> for Power {
    const INPUTS: usize = 1;
    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, k]: &[R; 2]) -> R {
        c * x[0].pow(k)
    }
}

/// y = c / x^k.
pub struct InversePower;

impl Form<2> for InversePower {
    const INPUTS: usize = 1;
    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, k]: &[R; 2]) -> R {
        c * x[0].pow(-k)
    }
}

/// y = (s/x)^k: the scale s is where y is one.
pub struct ScaledPower;

impl Form<2> for ScaledPower {
    const INPUTS: usize = 1;
    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[scale, k]: &[R; 2]) -> R {
        (k * (scale.ln() - x[0].ln())).exp()
    }
}

/// y = (x/s)^k: the same, growing.
pub struct ScaledGrowth;

impl Form<2> for ScaledGrowth {
    const INPUTS: usize = 1;
    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[scale, k]: &[R; 2]) -> R {
        (k * (x[0].ln() - scale.ln())).exp()
    }
}

/// y = c / x^(1/k).
pub struct RootPower;

impl Form<2> for RootPower {
    const INPUTS: usize = 1;
    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, k]: &[R; 2]) -> R {
        c * x[0].pow(-k.recip())
    }
}

/// y = e + c / x^k.
pub struct PowerOffset;

impl Form<3> for PowerOffset {
    const INPUTS: usize = 1;
    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, c, k]: &[R; 3]) -> R {
        e + c * x[0].pow(-k)
    }
}

/// y = c u^a v^b.
pub struct PowerPair;

impl Form<3> for PowerPair {
    const INPUTS: usize = 2;
    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, a, b]: &[R; 3]) -> R {
        c * (x[0].times_ln(a) + x[1].times_ln(b)).exp()
    }
}

/// A batch of tokens c x^k in sequences of S tokens; `needs` names x and S.
pub const fn batch_in_sequences(needs: &'static [&'static str]) -> Derived {
    sequences(needs, named!(|[c, k], [x, s]| c * x.powf(k) / s))
}

/// The same of a batch c / x^k.
pub const fn falling_batch_in_sequences(needs: &'static [&'static str]) -> Derived {
    sequences(needs, named!(|[c, k], [x, s]| c * x.powf(-k) / s))
}

const fn sequences(needs: &'static [&'static str], value: fn(&[f64], &[f64]) -> f64) -> Derived {
    Derived::new("sequences", "batch in sequences of S tokens", "B/S", "sequences", needs, value)
}
