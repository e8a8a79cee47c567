//! Quantising after training: loss of a 16-bit model reduced to P bits (Kumar et al. 2024).

use super::kumar::PARAMS;
use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Derived, Family, Formula, Input, Limit, Param, Role};

/// Chinchilla's law plus the degradation of post-training quantisation.
pub struct KumarPtq;

/// C_T (D^γ_D / N^γ_N) e^(−P/γ).
#[inline(always)]
pub(super) fn degradation<R: Real>(x: &[X<R>], [c_t, gamma_d, gamma_n, gamma]: [R; 4]) -> R {
    c_t * (x[1].times_ln(gamma_d) - x[0].times_ln(gamma_n) - x[2].value() / gamma).exp()
}

/// The degradation's parameters, in the order of both laws.
pub(super) const DEGRADATION: [Param; 4] = [
    Param::coefficient(
        "C_T",
        "C_T",
        "degradation coefficient",
        "nat/token·parameters^gamma_N/tokens^gamma_D",
        &[0.05, 0.5],
    ),
    Param::exponent("gamma_D", r"\gamma_D", "growth of the degradation with data", (0.0, 5.0), &[0.5]),
    Param::exponent("gamma_N", r"\gamma_N", "fall of the degradation with model size", (0.0, 5.0), &[0.3]),
    Param::coefficient("gamma_post", r"\gamma_{post}", "bits that divide the degradation by e", "bits", &[0.5, 1.0])
        .role(Role::Nonlinear),
];

/// N, D and the bits after training.
pub(super) const INPUTS: &[Input] = &[
    Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
    Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
    Input::new("P", "bits of the weights after training", "bits").within(1.0, 16.0).whole(),
];

impl Formula<9> for KumarPtq {
    const CARD: Card = Card {
        id: "kumar-ptq",
        family: Family::Precision,
        title: "Post-training quantisation: loss from N, D and the bits after training",
        formula: r"L = A N^{-\alpha} + B D^{-\beta} + E + C_T\frac{D^{\gamma_D}}{N^{\gamma_N}}e^{-P/\gamma_{post}}",
        cite: &["kumar2024"],
        inputs: INPUTS,
        output: Input::new("L", "loss after quantisation", "nat/token"),
        params: &[
            PARAMS[0],
            PARAMS[1],
            PARAMS[2],
            PARAMS[3],
            PARAMS[4],
            DEGRADATION[0],
            DEGRADATION[1],
            DEGRADATION[2],
            DEGRADATION[3],
        ],
        derived: &[
            Derived {
                symbol: "delta",
                meaning: "loss added by quantisation",
                formula: r"C_T D^{\gamma_D}N^{-\gamma_N}e^{-P/\gamma_{post}}",
                unit: "nat/token",
                needs: &["N", "D", "P"],
                value: |t, at| t[5] * (t[6] * at[1].ln() - t[7] * at[0].ln() - at[2] / t[8]).exp(),
            },
            Derived {
                symbol: "L_16",
                meaning: "loss before quantisation",
                formula: r"A N^{-\alpha}+B D^{-\beta}+E",
                unit: "nat/token",
                needs: &["N", "D"],
                value: |t, at| t[0] * at[0].powf(-t[3]) + t[1] * at[1].powf(-t[4]) + t[2],
            },
            Derived {
                symbol: "D_crit",
                meaning: "data beyond which more training makes the quantised model worse",
                formula: r"[\beta B N^{\gamma_N}e^{P/\gamma_{post}}/(\gamma_D C_T)]^{1/(\gamma_D+\beta)}",
                unit: "tokens",
                needs: &["N", "P"],
                value: |t, at| {
                    let ln = (t[4] * t[1] / (t[6] * t[5])).ln() + t[7] * at[0].ln() + at[1] / t[8];
                    (ln / (t[6] + t[4])).exp()
                },
            },
        ],
        reduces_to: &[Limit {
            law: "chinchilla",
            set: &[("C_T", 0.0)],
            theta: &["E", "A", "B", "alpha", "beta"],
            inputs: &["N", "D"],
        }],
        notes: "\
## Statement
A model trained in 16 bits and quantised to P bits afterwards loses C_T D^gamma_D / N^gamma_N \
e^(-P/gamma_post): more the longer it was trained. Beyond D_crit tokens further training makes the \
quantised model worse.

## Origin
Kumar et al. 2024, equation 2; the critical data is equation 13 (equation 12 drops a factor beta on \
the way; 13 is right).

## Assumptions
N counts parameters without embeddings; weights only, quantised by GPTQ (AWQ and rounding to \
nearest behave alike).

## Where it fails
Appendix K prints an offset b beside gamma_post. An offset in the exponent and C_T cannot be told \
apart, so this law has no b: with the offset, C_T is C_T e^b, three times as large, and the critical \
data a third. Which of the two the paper's figures use is not stated.

## References
kumar2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, e, alpha, beta, c_t, gamma_d, gamma_n, gamma]: &[R; 9]) -> R {
        a * x[0].pow(-alpha) + b * x[1].pow(-beta) + e + degradation(x, [c_t, gamma_d, gamma_n, gamma])
    }
}
