//! Additive loss whose repeated data saturate smoothly (ScaleBench, data-constrained set).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param, Role};

/// Chinchilla with data worth D/(1 + D/(s U N^-delta)).
pub struct DataDecay;

/// Model size at which s is stated.
const REFERENCE: f64 = 1e8;

impl Formula<7> for DataDecay {
    const CARD: Card = Card {
        id: "data-decay",
        family: Family::Compute,
        title: "Loss from model size and repeated data that saturate smoothly at a multiple of the unique tokens",
        formula: r"L = E + \frac{A}{N^\alpha} + B\left(\frac{D}{1 + D/(s U (N/10^8)^{-\delta})}\right)^{-\beta}",
        cite: &["scalebench2026", "muennighoff2023"],
        inputs: &[
            Input::new("N", "model size", "parameters"),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
            Input::new("U", "data that differ", "tokens").counting(Counts::UniqueTokens),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("E", r"E", "irreducible loss", "nat/token", &[1.0, 1.7, 2.2]),
            Param::coefficient(
                "A",
                r"A",
                "model-size coefficient",
                "nat/token·parameters^alpha",
                &[50.0, 400.0, 3000.0],
            ),
            Param::coefficient("B", r"B", "data coefficient", "nat/token·tokens^beta", &[50.0, 400.0, 3000.0]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.35, 0.6]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.2, 0.35, 0.6]),
            Param::coefficient(
                "s",
                r"s",
                "multiple of the unique tokens that repeating them is worth at most, at N = 1e8",
                "1",
                &[3.0, 30.0],
            )
            .role(Role::Nonlinear),
            Param::exponent(
                "delta",
                r"\delta",
                "how fast that multiple falls with model size",
                (-3.0, 3.0),
                &[0.0, 0.8],
            ),
        ],

        notes: "\
## Statement
Loss is additive in model size and effective data. Tokens seen D count in full while they are few \
beside s U and never count for more than s U; larger models wear repeated data out sooner where \
delta is positive.

## Origin
Form 4 of ScaleBench's data-constrained set, a smooth rival of Muennighoff's exponential decay.

## Assumptions
One corpus; repeats are whole epochs in random order.

## Where it fails
It knows no overfitting: loss never rises with repetition. Before any repetition D is already \
discounted slightly, by D/(s U).

## References
scalebench2026, muennighoff2023",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, a, b, alpha, beta, s, delta]: &[R; 7]) -> R {
        let (n, d, u) = (x[0].ln() - REFERENCE.ln(), x[1].value(), x[2].value());
        // In logarithms: d/(1 + d/limit) = 1/(1/d + 1/limit).
        let inverse = d.recip() + (delta * n).exp() / (s * u);
        e + a * x[0].pow(-alpha) + b * inverse.pow(beta)
    }
}
