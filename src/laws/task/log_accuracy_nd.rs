//! Q = exp(-(A N^-alpha + B D^-beta)): accuracy from size and data (Krajewski et al. 2025).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Role};

/// Downstream accuracy straight from model size and data.
pub struct LogAccuracyNd;

impl Formula<4> for LogAccuracyNd {
    const CARD: Card = Card {
        id: "log-accuracy-nd",
        family: Family::Task,
        title: "Downstream accuracy straight from model size and data",
        formula: r"-\ln Q = A\,N^{-\alpha} + B\,D^{-\beta}",
        cite: &["krajewski2025"],
        inputs: &[Input::new("N", "model size", "parameters"), Input::new("D", "training data", "tokens")],
        output: Input::new("Q", "accuracy", "1").within(0.0, 1.0),
        params: &[
            Param::coefficient("A", "A", "model-size coefficient", "1", &[10.0, 40.0, 80.0]).role(Role::Nonlinear),
            Param::coefficient("B", "B", "data coefficient", "1", &[10.0, 30.0, 80.0]).role(Role::Nonlinear),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.15, 0.2, 0.35]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.15, 0.2, 0.35]),
        ],
        notes: "\
## Statement
The negative logarithm of the accuracy is the sum of a power of model size and a power of data.

## Origin
Krajewski et al. 2025. Its fitted constants could not be read; the numbers beside it here are \
computed.

## Assumptions
The task has no floor of its own: at infinite size and data it is solved.

## Where it fails
It is a sum of two powers without a constant, so a benchmark with wrong labels bends it. Biased near \
the chance level.

## References
krajewski2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, alpha, beta]: &[R; 4]) -> R {
        (-(a * x[0].pow(-alpha) + b * x[1].pow(-beta))).exp()
    }
}
