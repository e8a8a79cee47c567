//! Domain mixtures: five proportions p, and the loss of one of the domains. Of [`FORMS`] the first
//! input is the loss's own domain, the others follow in order, and no parameter is shared between
//! domains; of [`JOINT`] the inputs stand in order, and the exponents are those of all five losses.

use super::{bent, forms, solved};
use crate::base::real::Real;

/// (p + ε), and the clamp of the benchmark below 1e-12.
#[inline(always)]
fn shifted<R: Real>(p: R, epsilon: R) -> R {
    (p + epsilon).max(R::constant(1e-12))
}

forms! { FORMS (p, a_1, a_2, a_3, a_4) {
    sl_1 {
        a: solved(-3.0, 6.0),
        b: solved(-10.0, 5.0),
        c_1: solved(-10.0, 10.0),
        c_2: solved(-10.0, 10.0),
        c_3: solved(-10.0, 10.0),
        c_4: solved(-10.0, 10.0),
    } a + p.times_ln(b) + a_1.times(c_1) + a_2.times(c_2) + a_3.times(c_3) + a_4.times(c_4)
    sl_2 {
        a: solved(0.0, 10.0),
        epsilon: bent(-0.03, 0.2),
        alpha: bent(0.0, 2.0).from(0.0, 0.5),
        w_1: bent(-5.0, 5.0).from(-0.2, 0.2),
        w_2: bent(-5.0, 5.0).from(-0.2, 0.2),
        w_3: bent(-5.0, 5.0).from(-0.2, 0.2),
        w_4: bent(-5.0, 5.0).from(-0.2, 0.2),
    } a * (a_1.times(w_1) + a_2.times(w_2) + a_3.times(w_3) + a_4.times(w_4)
        - alpha * shifted(p.value(), epsilon).ln()).exp()
    sl_3 {
        base: solved(-3.0, 6.0),
        c: solved(-20.0, 20.0),
        e: bent(-2.0, 4.0),
        w_1: solved(-10.0, 10.0),
        w_2: solved(-10.0, 10.0),
        w_3: solved(-10.0, 10.0),
        w_4: solved(-10.0, 10.0),
    } base + c * p.pow(e) + a_1.times(w_1) + a_2.times(w_2) + a_3.times(w_3) + a_4.times(w_4)
    sl_6 {
        c: solved(-3.0, 6.0),
        a: solved(0.0, 10.0),
        alpha: bent(0.0, 3.0).from(0.01, 1.5),
        t_1: bent(-5.0, 5.0).from(0.0, 1.0),
        t_2: bent(-5.0, 5.0).from(0.0, 1.0),
        t_3: bent(-5.0, 5.0).from(0.0, 1.0),
        t_4: bent(-5.0, 5.0).from(0.0, 1.0),
    } c + a * (-(alpha * shifted(p.value(), a_1.times(t_1) + a_2.times(t_2) + a_3.times(t_3) + a_4.times(t_4)).ln())).exp()
    sl_7 {
        a: solved(-5.0, 8.0),
        b: solved(-10.0, 15.0),
        c: solved(-5.0, 5.0),
        d_1: solved(-10.0, 10.0),
        d_2: solved(-10.0, 10.0),
        d_3: solved(-10.0, 10.0),
        d_4: solved(-10.0, 10.0),
        e: solved(-5.0, 5.0),
    } a + p.times(b) + p.times_ln(c) + a_1.times(d_1) + a_2.times(d_2) + a_3.times(d_3) + a_4.times(d_4)
        + e * (a_1.ln() + a_2.ln() + a_3.ln() + a_4.ln())
    sl_8 {
        c: solved(0.0, 6.0),
        a: solved(0.0, 5.0),
        b: bent(0.0, 3.0),
    } c - a * p.pow(b)
    sl_9 {
        a: solved(-3.0, 6.0),
        b: solved(-2.0, 1.0),
        c: solved(-1.0, 1.0),
    } a + p.times_ln(b + p.times_ln(c))
    sl_10 {
        a: solved(-3.0, 6.0),
        b: solved(-1.0, 1.0),
        epsilon: bent(-0.03, 0.3),
    } a + b / shifted(p.value(), epsilon)
} JOINT (p_1, p_2, p_3, p_4, p_5) {
    sl_4 {
        alpha_1: bent(-1.0, 3.0).from(0.1, 2.0),
        alpha_2: bent(-1.0, 3.0).from(0.1, 2.0),
        alpha_3: bent(-1.0, 3.0).from(0.1, 2.0),
        alpha_4: bent(-1.0, 3.0).from(0.1, 2.0),
        alpha_5: bent(-1.0, 3.0).from(0.1, 2.0),
        bias: solved(-3.0, 3.0),
        c_1: solved(-10.0, 10.0),
        c_2: solved(-10.0, 10.0),
        c_3: solved(-10.0, 10.0),
        c_4: solved(-10.0, 10.0),
        c_5: solved(-10.0, 10.0),
    } (bias + c_1 * p_1.pow(alpha_1) + c_2 * p_2.pow(alpha_2) + c_3 * p_3.pow(alpha_3) + c_4 * p_4.pow(alpha_4)
        + c_5 * p_5.pow(alpha_5)).exp()
    sl_5 {
        alpha_1: bent(-1.0, 3.0).from(0.1, 2.0),
        alpha_2: bent(-1.0, 3.0).from(0.1, 2.0),
        alpha_3: bent(-1.0, 3.0).from(0.1, 2.0),
        alpha_4: bent(-1.0, 3.0).from(0.1, 2.0),
        alpha_5: bent(-1.0, 3.0).from(0.1, 2.0),
        b: solved(-3.0, 6.0),
        w_1: solved(-25.0, 25.0),
        w_2: solved(-25.0, 25.0),
        w_3: solved(-25.0, 25.0),
        w_4: solved(-25.0, 25.0),
        w_5: solved(-25.0, 25.0),
    } b + w_1 * p_1.pow(alpha_1) + w_2 * p_2.pow(alpha_2) + w_3 * p_3.pow(alpha_3) + w_4 * p_4.pow(alpha_4)
        + w_5 * p_5.pow(alpha_5)
}}
