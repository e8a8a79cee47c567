//! Training precision and post-training quantisation in one law (Kumar et al. 2024, equation 9).

use super::kumar::{PARAMS, kept, loss, width};
use super::kumar_ptq::DEGRADATION;
use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Limit, Param, Role};

/// Effective size in training, and a degradation that shrinks as training comes closer to the
/// precision served.
pub struct KumarUnified;

/// 1 − e^(−C (P_x − P)): how much of the degradation a tensor trained at P_x bits still suffers.
#[inline(always)]
fn exposed<R: Real>(bits: X<R>, after: X<R>, rate: R) -> R {
    -(rate * (after.value() - bits.value())).exp_m1()
}

const fn rate(symbol: &'static str, tex: &'static str, meaning: &'static str) -> Param {
    Param::coefficient(symbol, tex, meaning, "1/bits", &[0.3, 1.0]).role(Role::Nonlinear)
}

impl Formula<15> for KumarUnified {
    const CARD: Card = Card {
        id: "kumar-unified",
        family: Family::Precision,
        title: "Integer-precision training, then quantisation to fewer bits",
        formula: r"L = A N_{eff}^{-\alpha} + B D^{-\beta} + E + C_T\frac{D^{\gamma_D}}{N_{eff}^{\gamma_N}}e^{-P/\gamma_{post}}\prod_{x\in\{w,a,kv\}}[1-e^{-C_x(P_x-P)}]",
        cite: &["kumar2024"],
        inputs: &[
            Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
            Input::new("P_w", "bits of the weights in training", "bits").within(1.0, 16.0).whole(),
            Input::new("P_a", "bits of the activations in training", "bits").within(1.0, 16.0).whole(),
            Input::new("P_kv", "bits of the KV cache in training", "bits").within(1.0, 16.0).whole(),
            Input::new("P", "bits after training", "bits").within(1.0, 16.0).whole(),
        ],
        output: Input::new("L", "loss after quantisation", "nat/token"),
        params: &[
            PARAMS[0],
            PARAMS[1],
            PARAMS[2],
            PARAMS[3],
            PARAMS[4],
            width("gamma_w", r"\gamma_w", "saturation width of the weights"),
            width("gamma_a", r"\gamma_a", "saturation width of the activations"),
            width("gamma_kv", r"\gamma_{kv}", "saturation width of the KV cache"),
            DEGRADATION[0],
            DEGRADATION[1],
            DEGRADATION[2],
            DEGRADATION[3],
            rate("C_w", "C_w", "how fast training closer to P bits makes the weights robust"),
            rate("C_a", "C_a", "the same for the activations"),
            rate("C_kv", r"C_{kv}", "the same for the KV cache"),
        ],
        reduces_to: &[Limit {
            law: "kumar",
            set: &[("C_T", 0.0)],
            theta: &["A", "B", "E", "alpha", "beta", "gamma_w", "gamma_a", "gamma_kv"],
            inputs: &["N", "D", "P_w", "P_a", "P_kv"],
        }],
        notes: "\
## Statement
Low-precision training shrinks the effective model, as in `kumar`, and makes it robust: what \
quantisation to P bits then adds is multiplied by 1-e^(-C_x (P_x-P)) for weights, activations and KV \
cache, which is 0 when training was already at P bits.

## Origin
Kumar et al. 2024, equations 9 and 11, with R² = 0.90 on more than 1000 points of 465 runs.

## Assumptions
Training precisions are not below the precision after training.

## Where it fails
The rates C_w, C_a and C_kv are not published, so the law has no reference values. Where a training \
precision is below P the product changes sign and means nothing. Fifteen parameters need a wide grid \
of precisions.

## References
kumar2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], t: &[R; 15]) -> R {
        let &[a, b, e, alpha, beta, g_w, g_a, g_kv, c_t, gamma_d, gamma_n, gamma, c_w, c_a, c_kv] = t;
        let none = R::constant(0.0);
        let kept = kept(x[2], g_w, none) * kept(x[3], g_a, none) * kept(x[4], g_kv, none);
        let exposed = exposed(x[2], x[5], c_w) * exposed(x[3], x[5], c_a) * exposed(x[4], x[5], c_kv);
        let ln_size = x[0].ln() + kept.ln();
        let added = c_t * (x[1].times_ln(gamma_d) - gamma_n * ln_size - x[5].value() / gamma).exp();
        loss(x, kept, [a, b, e, alpha, beta]) + added * exposed
    }
}
