//! Sparsity: P total over active parameters, N active parameters in billions.

use super::{bent, forms};

forms! { FORMS (p, n) {
    sl_1 {
        d_1: bent(-5.0, 5.0).from(-4.0, 2.0),
        a: bent(0.01, 3.0),
        b: bent(0.01, 3.0),
        c: bent(-1.0, 1.0).from(-0.3, 0.3),
        d_3: bent(-5.0, 5.0).from(-1.0, 1.0),
    } (d_1 - p.times_ln(a) - n.times_ln(b) + p.times_ln(n.times_ln(c))).exp() + d_3.exp()
    sl_2 {
        d_1: bent(-5.0, 5.0).from(-4.0, 2.0),
        a: bent(0.01, 3.0),
        b: bent(0.01, 3.0),
        d_3: bent(-5.0, 5.0).from(-1.0, 1.0),
    } (d_1 - p.times_ln(a) - n.times_ln(b)).exp() + d_3.exp()
    sl_3 {
        d_1: bent(-5.0, 5.0).from(-4.0, 2.0),
        a: bent(0.01, 3.0),
        d_2: bent(-5.0, 5.0).from(-4.0, 2.0),
        b: bent(0.01, 3.0),
        c: bent(-1.0, 1.0).from(-0.3, 0.3),
        d_3: bent(-5.0, 5.0).from(-1.0, 1.0),
    } (d_1 - p.times_ln(a)).exp() + (d_2 - n.times_ln(b) + p.times_ln(n.times_ln(c))).exp() + d_3.exp()
    sl_4 {
        d_1: bent(-5.0, 5.0).from(-4.0, 2.0),
        a: bent(0.01, 3.0),
        d_2: bent(-5.0, 5.0).from(-4.0, 2.0),
        b: bent(0.01, 3.0),
        d_3: bent(-5.0, 5.0).from(-1.0, 1.0),
    } (d_1 - p.times_ln(a)).exp() + (d_2 - n.times_ln(b)).exp() + d_3.exp()
}}
