//! L = [(N_c/N)^(alpha_N/alpha_D) + D_c/D]^alpha_D (Kaplan et al. 2020).

use crate::base::real::{Real, X};
use crate::costs::{SIX_N_D, tokens_of};
use crate::law::{Allocation, Card, Counts, Derived, Family, Formula, Input, Param, Role};

/// Kaplan's joint law in model size and data.
pub struct Kaplan;

/// N where the marginal gains of N and D per FLOP meet: with r = alpha_N/alpha_D,
/// N^(1+r) = r N_c^r (C/6) / D_c.
fn n_opt(t: &[f64], c: f64) -> f64 {
    let r = t[0] / t[1];
    ((r.ln() + r * t[2].ln() + tokens_of(c, 1.0).ln() - t[3].ln()) / (1.0 + r)).exp()
}
fn d_opt(t: &[f64], c: f64) -> f64 {
    tokens_of(c, n_opt(t, c))
}
/// (N/N_c)^(alpha_N/alpha_D) D_c: the data size at which the bracket has doubled.
fn d_scale(t: &[f64], n: f64) -> f64 {
    (n / t[2]).powf(t[0] / t[1]) * t[3]
}

impl Formula<4> for Kaplan {
    const CARD: Card = Card {
        id: "kaplan",
        family: Family::Compute,
        title: "Loss from model size and data, joint (Kaplan's L(N, D))",
        formula: r"L = \left[\left(\frac{N_c}{N}\right)^{\alpha_N/\alpha_D} + \frac{D_c}{D}\right]^{\alpha_D}",
        cite: &["kaplan2020"],
        inputs: &[
            Input::new("N", "model size without embeddings", "parameters").counting(Counts::NonEmbedding),
            Input::new("D", "training data", "tokens").counting(Counts::UniqueTokens),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::exponent("alpha_N", r"\alpha_N", "model-size exponent", (0.0, 3.0), &[0.05, 0.1, 0.3]),
            Param::exponent("alpha_D", r"\alpha_D", "data exponent", (0.0, 3.0), &[0.05, 0.1, 0.3]),
            Param::coefficient(
                "N_c",
                "N_c",
                "model size at which L = 1 with ample data",
                "parameters",
                &[1e9, 1e12, 1e15],
            )
            .role(Role::Nonlinear),
            Param::coefficient("D_c", "D_c", "data at which L = 1 with an ample model", "tokens", &[1e9, 1e12, 1e15])
                .role(Role::Nonlinear),
        ],
        derived: &[
            Derived {
                symbol: "D_exponent",
                meaning: "exponent of the data that keeps a growing model from overfitting, D ∝ N^(alpha_N/alpha_D)",
                formula: r"\alpha_N/\alpha_D",
                unit: "1",
                needs: &[],
                value: |t, _| t[0] / t[1],
            },
            Derived {
                symbol: "a",
                meaning: "exponent of the compute-optimal model size under C = 6ND, N_opt ∝ C^a",
                formula: r"\alpha_D/(\alpha_N+\alpha_D)",
                unit: "1",
                needs: &[],
                value: |t, _| t[1] / (t[0] + t[1]),
            },
            Derived {
                symbol: "b",
                meaning: "exponent of the compute-optimal data under C = 6ND, D_opt ∝ C^b",
                formula: r"\alpha_N/(\alpha_N+\alpha_D)",
                unit: "1",
                needs: &[],
                value: |t, _| t[0] / (t[0] + t[1]),
            },
            Derived {
                symbol: "overfit",
                meaning: "relative excess of the loss over that with unlimited data",
                formula: r"\left(1 + (N/N_c)^{\alpha_N/\alpha_D} D_c/D\right)^{\alpha_D} - 1",
                unit: "1",
                needs: &["N", "D"],
                value: |t, at| (t[1] * (d_scale(t, at[0]) / at[1]).ln_1p()).exp_m1(),
            },
            Derived {
                symbol: "D_enough",
                meaning: "data at which the loss exceeds that with unlimited data by the fraction delta",
                formula: r"(N/N_c)^{\alpha_N/\alpha_D} D_c / \left((1+\delta)^{1/\alpha_D} - 1\right)",
                unit: "tokens",
                needs: &["N", "delta"],
                value: |t, at| d_scale(t, at[0]) / (at[1].ln_1p() / t[1]).exp_m1(),
            },
            Derived {
                symbol: "N_opt",
                meaning: "compute-optimal model size under C = 6ND",
                formula: r"\left(\frac{\alpha_N}{\alpha_D} N_c^{\alpha_N/\alpha_D} \frac{C}{6 D_c}\right)^a",
                unit: "parameters",
                needs: &["C"],
                value: |t, at| n_opt(t, at[0]),
            },
            Derived {
                symbol: "D_opt",
                meaning: "compute-optimal data under C = 6ND",
                formula: r"C/(6 N_{opt})",
                unit: "tokens",
                needs: &["C"],
                value: |t, at| d_opt(t, at[0]),
            },
        ],
        allocation: Some(Allocation {
            free: &["N", "D"],
            cost: SIX_N_D,
            closed_form: Some(|t, _, c| Some(vec![n_opt(t, c), d_opt(t, c)])),
        }),
        notes: "\
## Statement
With ample data the loss is (N_c/N)^alpha_N, with an ample model (D_c/D)^alpha_D, and one bracket joins \
the two. Overfitting, the excess over unlimited data, depends on N^(alpha_N/alpha_D)/D alone.

## Origin
Kaplan et al. 2020, equations 1.5 and 4.1; equation 4.3 is the excess and 4.4 its threshold in D. The \
paper prints three sets of constants, fitted to different runs (tables 2, 3 and 5): the joint law's are \
those of table 2.

## Assumptions
Models are trained to convergence or stopped early on a data set of D tokens that may be passed over \
repeatedly; N leaves the embeddings out; nothing is irreducible.

## Where it fails
There is no floor, so losses below about 2 nats per token come out too low. D counts the data set, not \
the tokens seen: the optimum under C = 6ND given here is the law's own, and is not the paper's compute \
frontier (N_opt ∝ C^0.73), which was read off training curves of a different law. N_c and D_c depend on \
the tokenizer and have no meaning of their own.

## References
kaplan2020",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[alpha_n, alpha_d, n_c, d_c]: &[R; 4]) -> R {
        // The logarithm of a sum of two powers, without overflow in either.
        let p = alpha_n / alpha_d * (n_c.ln() - x[0].ln());
        let q = d_c.ln() - x[1].ln();
        let (low, high) = (p.min(q), p.max(q));
        (alpha_d * (high + (low - high).exp().ln_1p())).exp()
    }
}
