//! Model size and parallel streams, additive.

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param};

/// Streams help as averaging helps: by the square root.
pub struct ParallelStreams;

impl Formula<4> for ParallelStreams {
    const CARD: Card = Card {
        id: "parallel-streams",
        family: Family::Compute,
        title: "Loss from model size and parallel streams, additive with the square root of the streams",
        formula: r"L = E + \frac{A}{N^\alpha} + \frac{B}{\sqrt{P}}",
        cite: &["scalebench2026", "parscale2025"],
        inputs: &[
            Input::new("N", "model size", "parameters"),
            Input::new("P", "parallel streams", "1").within(1.0, f64::MAX).whole(),
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
            Param::coefficient("B", r"B", "coefficient of the streams", "nat/token", &[0.05, 0.2]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.35, 0.6]),
        ],

        notes: "\
## Statement
Loss is the sum of a floor, a power of model size and a term that falls with the square root of the \
number of parallel streams P.

## Origin
Form 4 of ScaleBench's parallel set; the measurements are those of Chen et al. 2025.

## Assumptions
One corpus, one number of training tokens.

## Where it fails
The gain of streams does not depend on model size here, which ParScale's own form says it does.

## References
scalebench2026, parscale2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, a, b, alpha]: &[R; 4]) -> R {
        e + a * x[0].pow(-alpha) + b * x[1].value().powf(-0.5)
    }
}
