//! Mixtures of experts: N parameters without the experts, E experts.

use super::{bent, forms, solved};

forms! { FORMS (n, e) {
    sl_1 {
        l: solved(0.0, 3.0),
        b: solved(0.1, 500.0),
        alpha: bent(0.0, 1.5),
        beta: bent(-0.5, 1.5),
    } l + b * n.pow(-alpha) * e.pow(-beta)
    sl_2 {
        l: solved(0.0, 3.0),
        k: solved(0.0, 500.0),
        alpha: bent(0.0, 2.0),
        beta: bent(0.0, 2.0),
        gamma: bent(0.0, 2.0),
    } l + k * (-(gamma * (n.times_ln(alpha) + e.times_ln(beta)))).exp()
    sl_3 {
        a: solved(0.0, 5000.0),
        alpha: bent(-1.5, 0.0).from(-1.0, -0.02),
        b: bent(0.0, 20.0).from(0.01, 20.0),
        beta: bent(0.0, 2.0),
        c: solved(-10_000.0, 10_000.0),
        d: solved(-5.0, 5.0),
    } a * n.pow(alpha) / (b * e.pow(beta) + 1.0) + c * n.pow(alpha * 0.6) + d
    sl_4 {
        a: solved(0.1, 500.0),
        alpha: bent(0.0, 1.5),
        b: bent(0.0, 20.0).from(0.01, 20.0),
        gamma: bent(0.0, 1.5),
        c: solved(-5.0, 5.0),
        d: solved(-1.0, 1.0),
    } a * n.pow(-alpha) * (e.times(b) + 1.0).pow(-gamma) + c + d * (n.ln() - (e.value() + 1.0).ln() * 0.4)
    sl_5 {
        p_0: solved(0.0, 3.0),
        p_1: bent(-5.0, 10.0),
        p_2: bent(-1.0, 1.0),
        p_3: bent(-1.0, 1.0).from(-0.5, 0.0),
        p_4: bent(-0.1, 0.1).from(-0.02, 0.02),
        p_5: solved(-1.0, 1.0),
    } p_0 + (p_1 + e.times_ln(p_2) + n.times_ln(p_3) + e.times_ln(n.times_ln(p_4))).exp() + e.times_ln(p_5)
    sl_6 {
        a: solved(0.0, 200.0),
        b: bent(0.0, 1.5),
        c: bent(-5.0, 20.0),
        d: bent(-0.5, 2.0),
        e_0: solved(-5.0, 5.0),
        f: solved(-20.0, 20.0),
    } a * n.pow(-b) * (c * e.pow(-d) + 1.0) + e_0 + f / e.value() * n.value().powf(-0.05)
    sl_7 {
        p_0: solved(-500.0, 500.0),
        p_1: bent(-1.0, 0.5),
        p_2: bent(-1.5, 0.5).from(-1.0, 0.0),
        p_3: solved(-500.0, 500.0),
        p_4: bent(-1.5, 0.5).from(-1.0, 0.0),
        p_5: solved(-5.0, 5.0),
    } p_0 * e.pow(p_1) * n.pow(p_2) + p_3 * n.pow(p_4) + p_5
    sl_8 {
        a: solved(0.0, 500.0),
        b: bent(-1.5, 0.5).from(-1.0, 0.0),
        c: bent(-1.5, 0.5),
        d: solved(0.0, 3.0),
    } a * n.pow(b) * e.pow(c) + d
    sl_9 {
        c_0: solved(0.0, 3.0),
        a: solved(0.0, 500.0),
        g: bent(-1.0, 2.0),
        alpha: bent(0.0, 2.0),
    } c_0 + a * (-(alpha * (e.times_ln(g) + n.ln()))).exp()
    sl_10 {
        bias: solved(0.0, 3.0),
        a: solved(0.0, 15.0),
        alpha: bent(0.0, 2.0),
        b: bent(0.0, 100.0).from(1e-3, 100.0),
        gamma: bent(0.0, 6.0),
        beta: bent(0.0, 2.0),
    } bias + a * (alpha * (1e9f64.ln()) - n.times_ln(alpha)).exp() * ((b * e.pow(gamma) + 1.0) / (b + 1.0)).pow(-beta)
}}
