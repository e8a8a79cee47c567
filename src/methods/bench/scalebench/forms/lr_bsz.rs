//! Learning rate and batch size: lr, batch size b, D tokens, N parameters without embeddings. In the
//! formulas u, v, s and n are their natural logarithms.

use super::{bent, forms, softplus, solved, tanh};
use crate::base::real::Real;

/// A full quadratic in four numbers: constant, four linear, four square and six mixed terms.
#[inline(always)]
fn quadratic<R: Real>(
    [u, v, s, n]: [R; 4],
    [c, c_u, c_v, c_s, c_n, c_uu, c_vv, c_ss, c_nn, c_uv, c_us, c_un, c_vs, c_vn, c_sn]: [R; 15],
) -> R {
    c + u * (c_u + u * c_uu + v * c_uv + s * c_us + n * c_un)
        + v * (c_v + v * c_vv + s * c_vs + n * c_vn)
        + s * (c_s + s * c_ss + n * c_sn)
        + n * (c_n + n * c_nn)
}

forms! { FORMS (lr, b, d, p) {
    sl_1 {
        c_1: bent(-15.0, 15.0).from(0.0, 0.0),
        c_u: bent(-0.35, 0.35).from(0.0, 0.0),
        c_v: bent(-0.35, 0.35).from(0.0, 0.0),
        c_s: bent(-0.35, 0.35).from(0.0, 0.0),
        c_n: bent(-0.35, 0.35).from(0.0, 0.0),
        c_uu: bent(-0.025, 0.025).from(0.0, 0.0),
        c_vv: bent(-0.025, 0.025).from(0.0, 0.0),
        c_ss: bent(-0.025, 0.025).from(0.0, 0.0),
        c_nn: bent(-0.025, 0.025).from(0.0, 0.0),
        c_uv: bent(-0.025, 0.025).from(0.0, 0.0),
        c_us: bent(-0.025, 0.025).from(0.0, 0.0),
        c_un: bent(-0.025, 0.025).from(0.0, 0.0),
        c_vs: bent(-0.025, 0.025).from(0.0, 0.0),
        c_vn: bent(-0.025, 0.025).from(0.0, 0.0),
        c_sn: bent(-0.025, 0.025).from(0.0, 0.0),
    } {
        let [u, v, s, n] = [lr.ln(), b.ln(), d.ln(), p.ln()];
        quadratic([u, v, s, n], [c_1, c_u, c_v, c_s, c_n, c_uu, c_vv, c_ss, c_nn, c_uv, c_us, c_un, c_vs, c_vn, c_sn]).exp()
    }
    sl_2 {
        l: solved(0.0, 3.0),
        c_p: bent(-5.0, 15.0).from(0.0, 12.0),
        a_p: bent(-5.0, 5.0).from(-3.0, 0.0),
        c_d: bent(-5.0, 15.0).from(0.0, 12.0),
        a_d: bent(-5.0, 5.0).from(-3.0, 0.0),
        c_dp: bent(-5.0, 15.0).from(-2.0, 12.0),
        a_dp: bent(-5.0, 5.0).from(-3.0, 0.0),
        k: bent(-5.0, 3.0).from(-1.0, 1.0),
        u_0: bent(-20.0, 2.0).from(-10.0, 2.0),
        u_p: bent(-3.0, 3.0).from(-0.4, 0.0),
        u_s: bent(-3.0, 3.0).from(-0.3, 0.3),
        u_v: bent(-3.0, 3.0).from(0.0, 0.8),
        v_0: bent(0.0, 20.0).from(0.0, 10.0),
        v_p: bent(-3.0, 3.0).from(-0.5, 0.5),
        v_s: bent(-3.0, 3.0).from(0.0, 0.5),
        l_0: bent(-12.0, 12.0).from(-5.0, 5.0),
        l_p: bent(-12.0, 12.0).from(-0.3, 0.3),
        l_s: bent(-12.0, 12.0).from(-0.3, 0.3),
        b_0: bent(-12.0, 12.0).from(-5.0, 5.0),
        b_p: bent(-12.0, 12.0).from(-0.3, 0.3),
        b_s: bent(-12.0, 12.0).from(-0.3, 0.3),
        rho: bent(-8.0, 8.0).from(-1.0, 1.0),
        l_v: bent(-12.0, 12.0).from(-0.3, 0.3),
        b_v: bent(-12.0, 12.0).from(-0.3, 0.3),
        c_b: bent(-5.0, 15.0).from(-3.0, 3.0),
        a_b: bent(-5.0, 5.0).from(-3.0, 2.0),
    } {
        let [u, v, s, n] = [lr.ln(), b.ln(), d.ln(), p.ln()];
        let base = l
            + softplus(c_p) * (-(softplus(a_p) * n)).exp()
            + softplus(c_d) * (-(softplus(a_d) * s)).exp()
            + softplus(c_dp) * (-(softplus(a_dp) * (s - k * n))).exp()
            + softplus(c_b) * (-(softplus(a_b) * v)).exp();
        let du = u - (u_0 + u_p * n + u_s * s + u_v * v);
        let dv = v - (v_0 + v_p * n + v_s * s);
        let along = softplus(l_0 + l_p * n + l_s * s + l_v * v);
        let across = softplus(b_0 + b_p * n + b_s * s + b_v * v);
        base + along * du.square() + across * dv.square() + tanh(rho) * (along * across).sqrt() * du * dv * 2.0
    }
    sl_3 {
        e: solved(0.5, 3.0),
        a: solved(0.0, 5e5),
        alpha: bent(0.05, 2.0).from(0.05, 0.8),
        b_0: solved(0.0, 5e5),
        beta: bent(0.05, 2.0).from(0.05, 0.8),
        f: solved(0.0, 2e7),
        w_n: bent(0.05, 2.0).from(0.05, 1.0),
        w_d: bent(0.05, 2.0).from(0.05, 1.0),
        c_0: solved(0.0, 3.0),
        c_n: bent(-3.0, 3.0).from(-0.2, 0.2),
        c_d: bent(-3.0, 3.0).from(-0.2, 0.2),
        c_b: bent(-3.0, 3.0).from(-0.2, 0.2),
        mu_0: bent(-20.0, 5.0).from(-10.0, 5.0),
        mu_n: bent(-10.0, 3.0).from(-0.5, 0.1),
        mu_d: bent(-10.0, 3.0).from(-0.3, 0.3),
        mu_b: bent(-10.0, 3.0).from(0.0, 0.8),
        mu_nd: bent(-10.0, 3.0).from(-0.01, 0.01),
        g_0: solved(0.0, 3.0),
        g_n: bent(-3.0, 3.0).from(-0.2, 0.2),
        g_d: bent(-3.0, 3.0).from(-0.2, 0.2),
        nu_0: bent(0.0, 15.0),
        nu_n: bent(-3.0, 3.0).from(-0.5, 0.5),
        nu_d: bent(-3.0, 3.0).from(-0.5, 0.5),
        nu_nd: bent(-3.0, 3.0).from(-0.01, 0.01),
    } {
        let [u, v, s, n] = [lr.ln(), b.ln(), d.ln(), p.ln()];
        let du = u - (mu_0 + mu_n * n + mu_d * s + mu_b * v + mu_nd * n * s);
        let dv = v - (nu_0 + nu_n * n + nu_d * s + nu_nd * n * s);
        e + a * p.pow(-alpha) + b_0 * d.pow(-beta) + f * (-(w_n * n + w_d * s)).exp()
            + c_0 * (c_n * n + c_d * s + c_b * v).exp() * du.square()
            + g_0 * (g_n * n + g_d * s).exp() * dv.square()
    }
    sl_4 {
        c_1: bent(-15.0, 15.0).from(0.0, 0.0),
        c_u: bent(-0.35, 0.35).from(0.0, 0.0),
        c_v: bent(-0.35, 0.35).from(0.0, 0.0),
        c_s: bent(-0.35, 0.35).from(0.0, 0.0),
        c_n: bent(-0.35, 0.35).from(0.0, 0.0),
        c_uu: bent(-0.025, 0.025).from(0.0, 0.0),
        c_vv: bent(-0.025, 0.025).from(0.0, 0.0),
        c_ss: bent(-0.025, 0.025).from(0.0, 0.0),
        c_nn: bent(-0.025, 0.025).from(0.0, 0.0),
        c_uv: bent(-0.025, 0.025).from(0.0, 0.0),
        c_us: bent(-0.025, 0.025).from(0.0, 0.0),
        c_un: bent(-0.025, 0.025).from(0.0, 0.0),
        c_vs: bent(-0.025, 0.025).from(0.0, 0.0),
        c_vn: bent(-0.025, 0.025).from(0.0, 0.0),
        c_sn: bent(-0.025, 0.025).from(0.0, 0.0),
        c_ratio: bent(-0.3, 0.3).from(0.0, 0.0),
        c_b: bent(-10.0, 10.0).from(0.0, 0.0),
        c_bb: bent(-200.0, 200.0).from(0.0, 0.0),
        c_d: bent(-1.5e9, 1.5e9).from(0.0, 0.0),
        c_p: bent(-5e7, 5e7).from(0.0, 0.0),
    } {
        let [u, v, s, n] = [lr.ln(), b.ln(), d.ln(), p.ln()];
        (quadratic([u, v, s, n], [c_1, c_u, c_v, c_s, c_n, c_uu, c_vv, c_ss, c_nn, c_uv, c_us, c_un, c_vs, c_vn, c_sn])
            + c_ratio * (s - n)
            + (c_b + c_bb / b.value()) / b.value()
            + c_d / d.value()
            + c_p / p.value()).exp()
    }
    sl_5 {
        l_0: solved(0.0, 3.0),
        a_n: solved(0.0, 2e4),
        e_n: bent(0.01, 2.0).from(0.05, 0.8),
        a_d: solved(0.0, 2e4),
        e_d: bent(0.01, 2.0).from(0.05, 0.8),
        a_b: solved(0.0, 20.0),
        e_b: bent(0.01, 2.0),
        c_0: solved(0.0, 200.0),
        u_0: bent(-12.0, 3.0),
        k_b: bent(-2.0, 2.0).from(0.0, 0.8),
        k_n: bent(-2.0, 2.0).from(-0.5, 0.1),
        k_d: bent(-2.0, 2.0).from(-0.3, 0.3),
        w_b: bent(-2.0, 2.0).from(-0.3, 0.3),
        w_n: bent(-2.0, 2.0).from(-0.3, 0.3),
        w_d: bent(-2.0, 2.0).from(-0.3, 0.3),
        a_r: solved(0.0, 5.0),
        e_r: bent(0.0, 2.0),
        a_x: solved(0.0, 2000.0),
        e_x: bent(0.0, 2.0).from(0.05, 1.0),
    } {
        let [u, v, s, n] = [lr.ln(), b.ln(), d.ln(), p.ln()];
        let du = u - (u_0 + k_b * v + k_n * n + k_d * s);
        l_0 + a_n * p.pow(-e_n) + a_d * d.pow(-e_d) + a_b * b.pow(-e_b)
            + a_r * (-(e_r * (s - n).square())).exp()
            + a_x * (-(e_x * (s - v))).exp()
            + c_0 * (-(w_b * v + w_n * n + w_d * s)).exp() * du.square()
    }
    sl_6 {
        l: bent(0.0, 3.0).from(0.0, 2.2),
        w_0: solved(-8.0, 8.0),
        w_d: solved(-0.5, 0.5),
        w_p: solved(-0.5, 0.5),
        w_dp: solved(-0.025, 0.025),
        w_u: solved(-0.6, 0.6),
        w_uu: solved(-0.6, 0.6),
        w_v: solved(-0.5, 0.5),
        w_vv: solved(-0.5, 0.5),
        w_uv: solved(-0.04, 0.04),
        w_us: solved(-0.02, 0.02),
        w_un: solved(-0.04, 0.04),
        w_vs: solved(-0.05, 0.05),
        w_vn: solved(-0.02, 0.02),
    } {
        let [u, v, s, n] = [lr.ln(), b.ln(), d.ln(), p.ln()];
        l + (w_0 + w_d * s + w_p * n + w_dp * s * n
            + u * (w_u + w_uu * u + w_uv * v + w_us * s + w_un * n)
            + v * (w_v + w_vv * v + w_vs * s + w_vn * n)).exp()
    }
    sl_7 {
        e: solved(0.0, 2.5),
        a_1: bent(-15.0, 15.0).from(-3.0, 6.0),
        a_u: bent(-0.35, 0.35).from(-0.1, 0.1),
        a_v: bent(-0.35, 0.35).from(-0.1, 0.1),
        a_s: bent(-0.35, 0.35).from(-0.1, 0.1),
        a_n: bent(-0.35, 0.35).from(-0.1, 0.1),
        a_uu: bent(-0.03, 0.03).from(-0.01, 0.01),
        a_vv: bent(-0.03, 0.03).from(-0.01, 0.01),
        a_ss: bent(-0.03, 0.03).from(-0.01, 0.01),
        a_nn: bent(-0.03, 0.03).from(-0.01, 0.01),
        a_uv: bent(-0.03, 0.03).from(-0.01, 0.01),
        a_us: bent(-0.03, 0.03).from(-0.01, 0.01),
        a_un: bent(-0.03, 0.03).from(-0.01, 0.01),
        a_vs: bent(-0.03, 0.03).from(-0.01, 0.01),
        a_vn: bent(-0.03, 0.03).from(-0.01, 0.01),
        a_sn: bent(-0.03, 0.03).from(-0.01, 0.01),
        b_1: bent(-15.0, 15.0).from(-3.0, 6.0),
        b_u: bent(-0.35, 0.35).from(-0.1, 0.1),
        b_v: bent(-0.35, 0.35).from(-0.1, 0.1),
        b_s: bent(-0.35, 0.35).from(-0.1, 0.1),
        b_n: bent(-0.35, 0.35).from(-0.1, 0.1),
        b_uu: bent(-0.03, 0.03).from(-0.01, 0.01),
        b_vv: bent(-0.03, 0.03).from(-0.01, 0.01),
        b_ss: bent(-0.03, 0.03).from(-0.01, 0.01),
        b_nn: bent(-0.03, 0.03).from(-0.01, 0.01),
        b_uv: bent(-0.03, 0.03).from(-0.01, 0.01),
        b_us: bent(-0.03, 0.03).from(-0.01, 0.01),
        b_un: bent(-0.03, 0.03).from(-0.01, 0.01),
        b_vs: bent(-0.03, 0.03).from(-0.01, 0.01),
        b_vn: bent(-0.03, 0.03).from(-0.01, 0.01),
        b_sn: bent(-0.03, 0.03).from(-0.01, 0.01),
    } {
        let [u, v, s, n] = [lr.ln(), b.ln(), d.ln(), p.ln()];
        e + quadratic([u, v, s, n], [a_1, a_u, a_v, a_s, a_n, a_uu, a_vv, a_ss, a_nn, a_uv, a_us, a_un, a_vs, a_vn, a_sn]).exp()
            + quadratic([u, v, s, n], [b_1, b_u, b_v, b_s, b_n, b_uu, b_vv, b_ss, b_nn, b_uv, b_us, b_un, b_vs, b_vn, b_sn]).exp()
    }
    sl_8 {
        l_0: solved(-1.0, 3.0),
        c_p: bent(-3.0, 12.0).from(0.0, 12.0),
        a_p: bent(-5.0, 5.0).from(-3.0, 0.0),
        c_d: bent(-3.0, 12.0).from(0.0, 12.0),
        a_d: bent(-5.0, 5.0).from(-3.0, 0.0),
        c_r: bent(-3.0, 12.0).from(-3.0, 3.0),
        a_r: bent(-5.0, 5.0).from(-3.0, 1.0),
        phi_0: bent(-20.0, 3.0).from(-10.0, 3.0),
        phi_b: bent(-5.0, 5.0).from(0.0, 0.8),
        phi_p: bent(-5.0, 5.0).from(-0.5, 0.1),
        phi_d: bent(-5.0, 5.0).from(-0.3, 0.3),
        k_lr: bent(-5.0, 10.0).from(-5.0, 0.0),
        a_lr: bent(-5.0, 5.0).from(-1.0, 1.0),
        psi_0: bent(-15.0, 5.0).from(-12.0, 0.0),
        psi_p: bent(-5.0, 5.0).from(-0.5, 0.1),
        psi_d: bent(-5.0, 5.0).from(-0.3, 0.3),
        k_ns: bent(-5.0, 10.0).from(-5.0, 0.0),
        a_ns: bent(-5.0, 5.0).from(-1.0, 1.0),
        delta_0: bent(-5.0, 10.0).from(0.0, 8.0),
        k_dp: bent(-5.0, 10.0).from(-5.0, 0.0),
    } {
        let [u, v, s, n] = [lr.ln(), b.ln(), d.ln(), p.ln()];
        let dev = u - (phi_0 + phi_b * v + phi_p * n + phi_d * s);
        let dev_ns = u - v * 0.5 - (psi_0 + psi_p * n + psi_d * s);
        l_0 + softplus(c_p) * (-(softplus(a_p) * n)).exp()
            + softplus(c_d) * (-(softplus(a_d) * s)).exp()
            + softplus(c_r) * (-(softplus(a_r) * (s - n))).exp()
            + softplus(k_lr) * dev.square() * (tanh(a_lr) * tanh(dev) + 1.0)
            + softplus(k_ns) * dev_ns.square() * (tanh(a_ns) * tanh(dev_ns) + 1.0)
            + softplus(k_dp) * (s - n - delta_0).square()
    }
    sl_9 {
        c_1: solved(-5.0, 30.0),
        c_u: solved(-4.0, 4.0),
        c_v: solved(-4.0, 4.0),
        c_s: solved(-4.0, 4.0),
        c_n: solved(-4.0, 4.0),
        c_uu: solved(-0.3, 0.3),
        c_vv: solved(-0.3, 0.3),
        c_ss: solved(-0.3, 0.3),
        c_nn: solved(-0.3, 0.3),
        c_uv: solved(-0.3, 0.3),
        c_us: solved(-0.3, 0.3),
        c_un: solved(-0.3, 0.3),
        c_vs: solved(-0.3, 0.3),
        c_vn: solved(-0.3, 0.3),
        c_sn: solved(-0.3, 0.3),
    } {
        let [u, v, s, n] = [lr.ln(), b.ln(), d.ln(), p.ln()].map(|x| x / std::f64::consts::LN_10);
        quadratic([u, v, s, n], [c_1, c_u, c_v, c_s, c_n, c_uu, c_vv, c_ss, c_nn, c_uv, c_us, c_un, c_vs, c_vn, c_sn])
    }
    sl_10 {
        c_1: solved(-5.0, 35.0),
        c_u: solved(-2.0, 2.0),
        c_v: solved(-2.0, 2.0),
        c_s: solved(-2.0, 2.0),
        c_n: solved(-2.0, 2.0),
        c_uu: solved(-0.1, 0.1),
        c_vv: solved(-0.1, 0.1),
        c_ss: solved(-0.1, 0.1),
        c_nn: solved(-0.1, 0.1),
        c_uv: solved(-0.1, 0.1),
        c_us: solved(-0.1, 0.1),
        c_un: solved(-0.1, 0.1),
        c_vs: solved(-0.1, 0.1),
        c_vn: solved(-0.1, 0.1),
        c_sn: solved(-0.1, 0.1),
        w_d: solved(-5e4, 5e4),
        w_p: solved(-2e4, 2e4),
        w_b: solved(-15.0, 15.0),
    } {
        let [u, v, s, n] = [lr.ln(), b.ln(), d.ln(), p.ln()];
        quadratic([u, v, s, n], [c_1, c_u, c_v, c_s, c_n, c_uu, c_vv, c_ss, c_nn, c_uv, c_us, c_un, c_vs, c_vn, c_sn]) + w_d * d.value().powf(-0.5) + w_p * p.value().powf(-0.5) + w_b / b.value()
    }
}}
