//! Repeated data: U unique tokens, N parameters, D tokens seen.

use super::{bent, forms, ln_sum, solved};
use crate::base::real::Real;

/// What passes of the data beyond the first are worth: u (1 + τ (1 − e^(−r/τ))).
#[inline(always)]
fn worn<R: Real>(u: R, tau: R, r: R) -> R {
    u * (tau * (-(-r / tau).exp_m1()) + 1.0)
}

forms! { FORMS (u, n, d) {
    sl_1 {
        a: solved(1e-3, 1e9),
        alpha: bent(0.05, 2.0),
        b: solved(1e-3, 1e8),
        beta: bent(0.05, 2.0),
        e: solved(-100.0, 200.0),
        gamma: bent(-0.5, 0.5),
        delta: bent(-0.5, 0.5),
    } a * n.pow(-alpha) + b * d.pow(-beta) + e * u.pow(gamma) * n.pow(delta)
    sl_2 {
        a: solved(-3.0, 10.0),
        b: solved(-1e6, 1e6),
        c: solved(-1e6, 1e6),
        d_0: solved(-1e7, 1e7),
        p: bent(-1.5, 0.5),
        q: bent(-1.5, 0.5),
        r: bent(-1.5, 0.5),
    } a + b * u.pow(p) + c * n.pow(q) + d_0 * d.pow(r)
    sl_3 {
        a: solved(1e-3, 1e7),
        tau_n: bent(1e-3, 500.0),
        b: solved(1e-3, 1e7),
        tau_d: bent(1e-3, 500.0),
        alpha: bent(0.05, 2.0).from(0.1, 1.0),
        c: solved(-3.0, 10.0),
        rho: bent(1e-3, 100.0),
    } {
        let u_n = u.times(rho).min(n.value());
        let r_n = (n.value() / u_n - 1.0).max(R::constant(0.0));
        let seen = worn(u.value(), tau_d, d.value() / u.value() - 1.0);
        a * worn(u_n, tau_n, r_n).pow(-alpha) + b * seen.pow(-alpha) + c
    }
    sl_4 {
        l_0: solved(-3.0, 8.0),
        a: solved(1e-3, 1e11),
        alpha: bent(0.05, 2.5).from(0.1, 1.0),
        b: solved(1e-3, 1e9),
        beta: bent(0.05, 2.5).from(0.1, 1.0),
        s: bent(1e-5, 1e7),
        delta: bent(-2.0, 1.5).from(-1.0, 1.0),
    } {
        let scale = s.ln() + u.ln() + n.times_ln(delta);
        l_0 + a * n.pow(-alpha) + b * (beta * ln_sum(-d.ln(), -scale)).exp()
    }
    sl_5 {
        a: solved(1e-3, 1e10),
        alpha: bent(0.05, 2.0),
        b: solved(1e-3, 1e10),
        beta: bent(0.05, 2.0),
        e: solved(-3.0, 10.0),
        gamma: bent(0.0, 1.0),
    } a * n.pow(-alpha) + b * (-(beta * (u.times_ln(gamma) + d.ln() - d.times_ln(gamma)))).exp() + e
    sl_6 {
        e: solved(-3.0, 10.0),
        a: solved(1e-3, 1e11),
        alpha: bent(0.05, 2.0).from(0.1, 1.0),
        b: solved(1e-3, 1e12),
        beta: bent(0.05, 2.0).from(0.1, 1.0),
        c_0: bent(0.0, 1e4).from(1e-12, 1e2),
        c: bent(0.0, 2.0).from(0.2, 1.5),
        delta: bent(-1.0, 1.0),
    } {
        // No pass beyond the first, no penalty, whatever the exponent.
        let excess = d.value() / u.value() - 1.0;
        let none = R::constant(1e-9);
        let power = excess.below(none, R::constant(0.0), (c * excess.max(none).ln()).exp());
        e + a * n.pow(-alpha) + b * (beta * ((c_0 * power * n.pow(delta)).ln_1p() - d.ln())).exp()
    }
    sl_7 {
        l_0: solved(-3.0, 10.0),
        a: solved(1e-3, 1e9),
        alpha: bent(-2.0, 0.5).from(-1.0, 0.1),
        b: solved(1e-3, 1e9),
        beta: bent(-2.0, 0.5).from(-1.0, 0.1),
        c: solved(-1e13, 1e13),
        gamma: bent(-2.5, 0.5).from(-2.0, 0.1),
    } l_0 + a * (alpha * (n.ln() + u.ln())).exp() + b * d.pow(beta) + c * n.pow(gamma)
    sl_8 {
        a: solved(-3.0, 10.0),
        b: solved(-1e8, 1e8),
        c: solved(-1e8, 1e8),
        d_0: solved(-200.0, 200.0),
        alpha: bent(0.05, 2.0).from(0.1, 1.0),
        beta: bent(0.05, 2.0).from(0.1, 1.0),
        gamma: bent(0.05, 5.0).from(0.05, 2.0),
    } a + b * d.pow(-alpha) + c * n.pow(-beta) + d_0 * (gamma * (u.value() / d.value()).ln_1p().ln()).exp()
    sl_9 {
        a: solved(1e-3, 1e7),
        alpha: bent(0.05, 2.0),
        b: bent(1e-3, 1e7),
        beta: bent(0.05, 2.0),
        c: bent(0.0, 1e11).from(1e-3, 1e11),
        gamma: bent(0.05, 2.0),
        l: solved(-3.0, 10.0),
    } a * n.pow(-alpha) + b * d.pow(-beta) * (c * u.pow(-gamma) + 1.0) + l
    sl_10 {
        l_0: solved(-3.0, 8.0),
        a: solved(1e-3, 1e9),
        b: solved(1e-3, 1e9),
        alpha: bent(0.05, 2.0).from(0.1, 1.0),
        beta: bent(0.05, 2.0).from(0.1, 1.0),
        k: bent(1e-3, 1e4),
        q: bent(0.1, 50.0),
    } l_0 + a * n.pow(-alpha) + b * (ln_sum(-(beta * q * d.ln()), -(beta * q * (k.ln() + u.ln()))) / q).exp()
}}
