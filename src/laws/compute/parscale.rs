//! L = E + (A/(N (k ln P + 1)))^alpha (Chen et al. 2025).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Role};

/// P parallel streams as a multiple of the model size.
pub struct Parscale;

impl Formula<4> for Parscale {
    const CARD: Card = Card {
        id: "parscale",
        family: Family::Compute,
        title: "Loss from model size and parallel streams, streams as a multiple of the size (ParScale)",
        formula: r"L = E + \left(\frac{A}{N (k \ln P + 1)}\right)^\alpha",
        cite: &["parscale2025"],
        inputs: &[
            Input::new("N", "model size", "parameters"),
            Input::new("P", "parallel streams", "1").within(1.0, f64::MAX).whole(),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("E", r"E", "irreducible loss", "nat/token", &[0.7, 1.3, 2.0]),
            Param::coefficient(
                "A",
                r"A",
                "model size at which the reducible loss is one",
                "parameters",
                &[1e6, 1e7, 1e8, 1e9],
            )
            .role(Role::Nonlinear),
            Param::exponent(
                "k",
                r"k",
                "worth of the logarithm of the streams, in model sizes",
                (0.0, 10.0),
                &[0.2, 0.4, 0.8],
            ),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.1, 0.2, 0.4]),
        ],

        notes: "\
## Statement
P parallel streams of one model are worth as much as a model k ln P + 1 times as large.

## Origin
Chen et al. 2025, fitted there by Huber's loss with delta 1e-3 on the logarithm of the loss. N is \
counted without embeddings, A in parameters here and in 1e9 parameters there.

## Assumptions
One corpus, one number of training tokens; streams are trained, not only averaged.

## Where it fails
Fitted on eight streams at most; nothing says that the logarithm goes on.

## References
parscale2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, a, k, alpha]: &[R; 4]) -> R {
        let size = x[0].ln() - a.ln() + x[1].times_ln(k).ln_1p();
        e + (-(alpha * size)).exp()
    }
}
