//! What laws with breaks share: one smooth change of slope in log-log scale.

use crate::base::real::{Real, X};

/// ln (1 + (x/d)^(1/f))^(-c f): 0 well before x = d, -c ln(x/d) well after it; f says how slowly the
/// one becomes the other.
#[inline(always)]
pub fn ln_break<R: Real>(x: X<R>, [c, d, f]: [R; 3]) -> R {
    let z = (x.ln() - d.ln()) / f;
    // ln(1 + e^z) without overflow.
    let size = z.max(-z);
    let softplus = z.max(R::constant(0.0)) + (-size).exp().ln_1p();
    -(c * f * softplus)
}
