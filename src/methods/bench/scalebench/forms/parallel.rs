//! Parallel streams: N parameters, P streams.

use super::{bent, forms, solved};

forms! { FORMS (n, p) {
    sl_1 {
        c_0: solved(-5.0, 5.0),
        c_n: solved(0.0, 500.0),
        alpha: bent(0.0, 2.0),
        c_p: solved(-50.0, 50.0),
        beta: bent(0.0, 2.0),
        c_np: solved(-100.0, 100.0),
    } c_0 + c_n * n.pow(-alpha) + c_p * p.pow(-beta) + c_np * n.pow(-alpha) * p.pow(-beta)
    sl_2 {
        c_0: solved(-5.0, 5.0),
        c_n: solved(0.0, 500.0),
        alpha: bent(0.0, 2.0),
        c_p: solved(-50.0, 50.0),
        beta: bent(0.0, 2.0),
    } c_0 + c_n * n.pow(-alpha) + c_p * p.pow(-beta)
    sl_3 {
        a: solved(0.0, 500.0),
        b: bent(-2.0, 0.0),
        c: solved(-5.0, 5.0),
        d: solved(-5.0, 5.0),
    } a * n.pow(b) + c / (p.value() + 1.0) + d
    sl_4 {
        a: solved(0.0, 500.0),
        b: bent(-2.0, 0.0),
        c: solved(-5.0, 5.0),
        d: solved(-5.0, 5.0),
    } a * n.pow(b) + c * p.value().powf(-0.5) + d
    sl_5 {
        a: bent(0.0, 1e9).from(1e4, 1e9),
        k: bent(-100.0, 100.0).from(0.01, 2.0),
        alpha: bent(0.0, 3.0).from(0.05, 1.0),
        e: solved(-5.0, 5.0),
    } (alpha * (a.ln() - n.ln() - (p.times_ln(k) + 1.0).ln())).exp() + e
    sl_6 {
        c_0: solved(-200.0, 200.0),
        c_1: solved(-200.0, 200.0),
        alpha: bent(0.0, 2.0),
        beta: bent(0.0, 2.0),
    } c_0 + c_1 * (n.pow(-alpha) + p.pow(-beta))
    sl_7 {
        l_0: solved(-5.0, 5.0),
        a: solved(0.0, 500.0),
        alpha: bent(0.0, 2.0),
        k: bent(-50.0, 50.0).from(0.0, 2.0),
    } l_0 + a * n.pow(-alpha) / (p.times_ln(k) + 1.0)
    sl_8 {
        a: solved(0.0, 500.0),
        b: bent(-2.0, 0.0),
        c: solved(-5.0, 5.0),
        d: bent(-10.0, 10.0).from(0.0, 2.0),
    } (a * n.pow(b) + c) / (p.times_ln(d) + 1.0)
    sl_9 {
        a: solved(0.0, 5000.0),
        alpha: bent(0.0, 2.0),
        beta: bent(0.0, 2.0),
    } a * n.pow(-alpha) * p.pow(-beta)
    sl_10 {
        a: solved(0.0, 500.0),
        alpha: bent(0.0, 2.0),
        e: solved(-5.0, 5.0),
        beta: bent(0.0, 2.0),
    } (a * n.pow(-alpha) + e) * p.pow(-beta)
}}
