//! The 65 laws of ScaleBench, most of them variants that nobody else publishes: a formula over the
//! inputs in raw units, and for each parameter the box of the benchmark (PlanarG/active-sl at
//! e0a58ff, `PARAM_BOUNDS`). A set is one file here.
//!
//! A parameter is `solved(low, high)` where the formula is linear in all such parameters together,
//! so that a start needs no value of it; `bent(low, high)` otherwise, with `.from(a, b)` where
//! starts are drawn from less than the box.
//!
//! The authors' code clamps: inputs to 1e-12 from below, intermediate results too, exponents to
//! ±50. Only clamps of inputs matter at a minimum (mixtures hold proportions of zero), and only
//! those are here; `data_constrained` 10 has a lower minimum without its other clamp.

mod data_constrained;
mod domain_mixture;
mod farseer;
mod jet;
mod lr_bsz;
mod moe;
mod parallel;
mod sparsity;
mod vocab;

pub(super) use data_constrained::FORMS as DATA_CONSTRAINED;
pub(super) use domain_mixture::{FORMS as DOMAIN_MIXTURE, JOINT as DOMAIN_MIXTURE_JOINT};
pub(super) use farseer::FORMS as FARSEER;
pub(super) use jet::{Columns, Jet, jet};
pub(super) use lr_bsz::FORMS as LR_BSZ;
pub(super) use moe::FORMS as MOE;
pub(super) use parallel::FORMS as PARALLEL;
pub(super) use sparsity::FORMS as SPARSITY;
pub(super) use vocab::FORMS as VOCAB;

use crate::base::real::Real;

/// A parameter of a form: its box, and where starts are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    /// Name, as in the formula.
    pub name: &'static str,
    /// The box.
    pub bounds: (f64, f64),
    /// Whether a start solves for it.
    pub solved: bool,
    /// Where starts are drawn; evenly in logarithms if both ends are positive and 100 times apart.
    pub starts: (f64, f64),
}

const fn solved(low: f64, high: f64) -> Parameter {
    Parameter { name: "", bounds: (low, high), solved: true, starts: (low, high) }
}

const fn bent(low: f64, high: f64) -> Parameter {
    Parameter { name: "", bounds: (low, high), solved: false, starts: (low, high) }
}

impl Parameter {
    /// The value at a share of the range of starts.
    pub fn start(&self, share: f64) -> f64 {
        let (low, high) = self.starts;
        match low > 0.0 && high >= 100.0 * low {
            true => low * (high / low).powf(share),
            false => low + (high - low) * share,
        }
    }
    const fn from(mut self, low: f64, high: f64) -> Self {
        self.starts = (low, high);
        self
    }
    const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }
}

/// One law of the suite.
pub(super) struct Shape {
    /// As the benchmark calls it: `sl_1`.
    pub id: &'static str,
    /// In the benchmark's order.
    pub parameters: &'static [Parameter],
    /// Values and derivatives at all rows.
    pub jet: fn(&Columns, &[f64], &mut Jet),
}

/// Declares forms: inputs, then for each law its parameters with their boxes, and its formula.
macro_rules! forms {
    ($($set:ident $inputs:tt { $($law:ident $parameters:tt $body:expr)* })*) => {$(
        $(super::form!($law $inputs $parameters $body);)*
        pub(in super::super) static $set: &[super::Shape] = &[$($law::SHAPE),*];
    )*};
}
use forms;

/// Declares one form.
macro_rules! form {
    ($law:ident ($($x:ident),*) { $($p:ident: $kind:expr),* $(,)? } $body:expr) => {
        #[allow(non_camel_case_types, reason = "the benchmark's name")]
        struct $law;
        impl $law {
            const INPUTS: usize = [$(stringify!($x)),*].len();
            const PARAMETERS: usize = [$(stringify!($p)),*].len();
            const SHAPE: super::Shape = super::Shape {
                id: stringify!($law),
                parameters: &[$({ let kind: super::Parameter = $kind; kind.named(stringify!($p)) }),*],
                jet: super::jet::<$law, { $law::PARAMETERS }>,
            };
        }
        impl $crate::law::Form<{ $law::PARAMETERS }> for $law {
            const INPUTS: usize = $law::INPUTS;
            #[inline(always)]
            #[allow(unused_variables, reason = "not every law of a set reads every input")]
            fn predict<R: $crate::base::real::Real>(x: &[$crate::base::real::X<R>], &[$($p),*]: &[R; $law::PARAMETERS]) -> R {
                let [$($x),*]: [$crate::base::real::X<R>; $law::INPUTS] = std::array::from_fn(|i| x[i]);
                $body
            }
        }
    };
}
use form;

/// ln(1 + e^x) without overflow.
#[inline(always)]
fn softplus<R: Real>(x: R) -> R {
    let size = x.max(-x);
    x.max(R::constant(0.0)) + (-size).exp().ln_1p()
}

/// Hyperbolic tangent.
#[inline(always)]
fn tanh<R: Real>(x: R) -> R {
    (x * 2.0).logistic() * 2.0 - 1.0
}

/// ln(e^a + e^b) without overflow.
#[inline(always)]
fn ln_sum<R: Real>(a: R, b: R) -> R {
    a + softplus(b - a)
}
