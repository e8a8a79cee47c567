//! L = a/N^alpha + b/D^beta (Xiao et al. 2024, equation 2).

use crate::base::real::{Real, X};
use crate::costs::{SIX_N_D, tokens_of};
use crate::law::{Allocation, Card, Counts, Derived, Family, Formula, Input, Param};

/// Step 1 of the capacity-density estimate: the loss of the reference models.
pub struct DensingLoss;

/// N_opt = G (C/6)^(β/(α+β)) with G = (αa / βb)^(1/(α+β)).
fn n_opt(t: &[f64], c: f64) -> f64 {
    let g = ((t[2] * t[0]).ln() - (t[3] * t[1]).ln()) / (t[2] + t[3]);
    g.exp() * tokens_of(c, 1.0).powf(t[3] / (t[2] + t[3]))
}

impl Formula<4> for DensingLoss {
    const CARD: Card = Card {
        id: "densing-loss",
        family: Family::Density,
        title: "Loss of the reference models, without an irreducible part (capacity density, step 1)",
        formula: r"L = \frac{a}{N^\alpha} + \frac{b}{D^\beta}",
        cite: &["densing2024"],
        inputs: &[
            Input::new("N", "model size", "parameters"),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
        ],
        output: Input::new("L", "loss of the answer given the instruction", "nat/token"),
        params: &[
            Param::coefficient("a", "a", "model-size coefficient", "nat/token·parameters^alpha", &[5.0, 50.0, 500.0]),
            Param::coefficient("b", "b", "data coefficient", "nat/token·tokens^beta", &[5.0, 50.0, 500.0]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.1, 0.25, 0.5]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.1, 0.25, 0.5]),
        ],
        derived: &[
            Derived {
                symbol: "floor",
                meaning: "loss that no model size reaches at D tokens: the pole of the inversion",
                formula: r"b D^{-\beta}",
                unit: "nat/token",
                needs: &["D"],
                value: |t, at| t[1] * at[0].powf(-t[3]),
            },
            Derived {
                symbol: "N_hat",
                meaning: "model size that reaches loss L on D tokens",
                formula: r"((L - b D^{-\beta})/a)^{-1/\alpha}",
                unit: "parameters",
                needs: &["L", "D"],
                value: |t, at| {
                    let above = at[0] - t[1] * at[1].powf(-t[3]);
                    if above > 0.0 { (above / t[0]).powf(-1.0 / t[2]) } else { f64::NAN }
                },
            },
        ],
        allocation: Some(Allocation {
            free: &["N", "D"],
            cost: SIX_N_D,
            closed_form: Some(|t, _, c| {
                let n = n_opt(t, c);
                Some(vec![n, tokens_of(c, n)])
            }),
        }),
        notes: "\
## Statement
The loss of a reference model, measured on the reasoning and answer given the instruction of a test \
set, is the sum of a power law in model size N and one in training tokens D.

## Origin
Xiao et al. 2024 (the densing law), equation 2: step 1 of the two-step estimate of capacity density. \
Six reference models of 5 million to 0.8 billion parameters, trained on 10 to 60 tokens per parameter.

## Assumptions
The irreducible part is zero, or is absorbed downstream: in the two-step estimate the sigmoid's \
midpoint l takes it up, so that (E, l) and (0, l - E) give the same effective sizes. The exponents are \
those of the loss of the answer, not of pre-training text.

## Where it fails
The fitted a, alpha, b and beta are not published, neither in common nor per test set. As a law of \
pre-training loss it is wrong at large N and D, where the missing irreducible part shows. Solved for N \
at fixed D it has a pole at L = b D^-beta: just above it the effective size diverges like the \
-1/alpha-th power of the distance.

## References
densing2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, alpha, beta]: &[R; 4]) -> R {
        a * x[0].pow(-alpha) + b * x[1].pow(-beta)
    }
}
