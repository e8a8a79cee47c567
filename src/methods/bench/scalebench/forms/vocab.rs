//! Vocabulary: N parameters outside it, V its size, D characters.

use super::{bent, forms, ln_sum, solved};

forms! { FORMS (n, v, d) {
    sl_1 {
        c_0: solved(-100.0, 100.0),
        a: solved(-1e4, 1e4),
        b: bent(-5.0, 5.0).from(-0.5, 0.5),
        e: bent(-5.0, 5.0).from(-0.7, 0.1),
        g: bent(-5.0, 5.0).from(-0.7, 0.1),
    } c_0 + a * v.pow(b) * n.pow(e) * d.pow(g)
    sl_2 {
        l: solved(-100.0, 100.0),
        a: solved(-1e4, 1e4),
        alpha: bent(-5.0, 5.0).from(0.05, 1.0),
        beta: bent(-5.0, 5.0).from(0.05, 1.0),
        c: bent(-100.0, 100.0).from(-0.1, 0.1),
        v_0: bent(-10.0, 30.0).from(4.0, 14.0),
        r: bent(0.1, 10.0).from(0.3, 5.0),
    } l + a * ((ln_sum(-(n.times_ln(alpha) * r), -(d.times_ln(beta) * r)) - std::f64::consts::LN_2) / r).exp()
        * (c * (v.ln() - v_0).square() + 1.0)
    sl_3 {
        l_0: solved(-100.0, 100.0),
        a: bent(-1e4, 1e4).from(1.0, 1e4),
        alpha: bent(-5.0, 5.0).from(0.02, 0.6),
        b: bent(-1e4, 1e4).from(1.0, 1e4),
        beta: bent(-5.0, 5.0).from(0.05, 0.6),
        phi: bent(-5.0, 5.0).from(-1.0, 1.0),
        q: bent(0.1, 10.0).from(0.3, 10.0),
    } {
        let (first, second) = (a.ln() - n.times_ln(alpha), b.ln() - beta * (d.ln() + v.times_ln(phi)));
        l_0 + (ln_sum(q * first, q * second) / q).exp()
    }
    sl_4 {
        l: solved(-100.0, 100.0),
        a: solved(-1e4, 1e4),
        alpha: bent(-5.0, 5.0).from(0.1, 3.0),
        beta: bent(-5.0, 5.0).from(0.1, 3.0),
        delta: bent(-5.0, 5.0).from(0.05, 1.0),
        lambda: bent(1e-6, 1e4),
        g: bent(-5.0, 5.0).from(-0.5, 0.5),
    } l + a * (-(delta * n.times_ln(alpha).max(lambda.ln() + d.times_ln(beta))) - v.times_ln(g)).exp()
    sl_5 {
        p_0: solved(-1e4, 1e4),
        p_1: bent(-5.0, 5.0).from(-0.7, 0.3),
        p_2: bent(-5.0, 5.0).from(-0.5, 0.5),
        p_3: bent(-5.0, 5.0).from(-0.7, 0.1),
        p_4: solved(-1e4, 1e4),
        p_5: bent(-5.0, 5.0).from(-0.7, 0.1),
        p_6: solved(-100.0, 100.0),
    } p_0 * n.pow(p_1) * v.pow(p_2) * d.pow(p_3) + p_4 * n.pow(p_5) + p_6
    sl_6 {
        a: solved(-1e4, 1e4),
        alpha: bent(-5.0, 5.0).from(0.02, 0.7),
        k_1: bent(-5.0, 5.0).from(-1.0, 1.0),
        b: solved(-1e4, 1e4),
        beta: bent(-5.0, 5.0).from(0.05, 0.7),
        k_2: bent(-5.0, 5.0).from(-1.0, 1.0),
        c_0: solved(-100.0, 100.0),
    } a * (-(alpha * (n.ln() + v.times_ln(k_1)))).exp() + b * (-(beta * (d.ln() + v.times_ln(k_2)))).exp() + c_0
    sl_7 {
        a: solved(-1e4, 1e4),
        alpha: bent(-5.0, 5.0).from(-0.3, 0.7),
        beta: bent(-5.0, 5.0).from(-0.7, 0.7),
        b: solved(-1e4, 1e4),
        gamma: bent(-5.0, 5.0).from(-0.5, 0.5),
        delta: bent(-5.0, 5.0).from(-0.1, 0.7),
        c_0: solved(-100.0, 100.0),
    } a * n.pow(-alpha) * d.pow(-beta) + b * v.pow(gamma) * d.pow(-delta) + c_0
    sl_8 {
        c_0: solved(-100.0, 100.0),
        c_1: solved(-100.0, 100.0),
        c_2: solved(-1e4, 1e4),
        alpha: bent(-5.0, 5.0).from(0.02, 0.7),
        c_3: solved(-1e4, 1e4),
        gamma: bent(-5.0, 5.0).from(0.05, 0.7),
        beta: bent(-5.0, 5.0).from(-0.5, 0.5),
    } c_0 + v.times_ln(c_1) + v.pow(beta) * (c_2 * n.pow(-alpha) + c_3 * d.pow(-gamma))
    sl_9 {
        a: solved(-1e4, 1e4),
        alpha: bent(-5.0, 5.0).from(0.01, 0.5),
        beta: bent(-5.0, 5.0).from(0.05, 0.7),
        gamma: bent(-100.0, 100.0).from(-0.2, 20.0),
        delta: solved(-1e4, 1e4),
        epsilon: bent(-5.0, 5.0).from(-1.5, 0.5),
        l: solved(-100.0, 100.0),
    } a * n.pow(-alpha) * d.pow(-beta) * (v.times_ln(gamma) + 1.0) + delta * v.pow(epsilon) + l
    sl_10 {
        l: solved(-100.0, 100.0),
        a: bent(-20.0, 20.0).from(0.0, 10.0),
        b_n: bent(-2.0, 2.0).from(-0.3, 0.0),
        b_v: bent(-2.0, 2.0).from(-0.5, 0.5),
        b_vv: bent(-0.1, 0.1).from(-0.02, 0.02),
        b_d: bent(-2.0, 2.0).from(-0.5, 0.0),
        b_vd: bent(-0.1, 0.1).from(-0.02, 0.02),
    } l + (a + n.times_ln(b_n) + v.times_ln(b_v + v.times_ln(b_vv) + d.times_ln(b_vd)) + d.times_ln(b_d)).exp()
}}
