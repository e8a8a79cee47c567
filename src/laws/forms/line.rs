//! Straight lines in the logarithm of the input.

use crate::base::real::{Real, X};
use crate::law::Form;

/// y = a + b ln x.
pub struct LogLinear;

impl Form<2> for LogLinear {
    const INPUTS: usize = 1;
    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b]: &[R; 2]) -> R {
        a + x[0].times_ln(b)
    }
}
