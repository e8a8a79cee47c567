//! Farseer: N parameters, D tokens.

use super::{bent, forms};

forms! { FORMS (n, d) {
    sl_1 {
        e: bent(1.0, 6.0),
        s: bent(-1.0, 0.3),
        q: bent(0.01, 0.5),
        s_0: bent(-1.0, 1.0),
        b_0: bent(10.0, 1000.0),
        b: bent(-0.6, -0.01),
        q_0: bent(-5.0, 1.0),
        a_0: bent(-5.0, 1.0),
        a: bent(0.001, 0.25),
    } (s * n.pow(q) + s_0).exp() + (b_0 * n.pow(b) + q_0 - d.times_ln((a_0 * n.pow(a) + e).exp())).exp()
}}
