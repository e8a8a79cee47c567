//! Q = exp(-A C^-alpha): accuracy straight from compute (Krajewski et al. 2025).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, named};

/// Downstream accuracy straight from training compute.
pub struct LogAccuracy;

impl Formula<2> for LogAccuracy {
    const CARD: Card = Card {
        id: "log-accuracy",
        family: Family::Task,
        title: "Downstream accuracy straight from training compute",
        formula: r"-\ln Q = A\,C^{-\alpha}",
        cite: &["krajewski2025"],
        inputs: &[Input::new("C", "training compute", "FLOP")],
        output: Input::new("Q", "accuracy", "1").within(0.0, 1.0),
        params: &[
            Param::coefficient("A", "A", "coefficient", "1", &[5.0, 12.0, 100.0]).role(Role::Nonlinear),
            Param::exponent("alpha", r"\alpha", "exponent of compute", (0.0, 3.0), &[0.06, 0.1, 0.2]),
        ],
        derived: &[Derived {
            symbol: "C_at",
            meaning: "compute at which the accuracy reaches Q",
            formula: r"(A/(-\ln Q))^{1/\alpha}",
            unit: "FLOP",
            needs: &["Q"],
            value: named!(|[a, alpha], [q]| (a / -q.ln()).powf(1.0 / alpha)),
        }],
        notes: "\
## Statement
The negative logarithm of the accuracy is a power of training compute at a fixed ratio of tokens to \
parameters, with no loss in between.

## Origin
Krajewski et al. 2025, the direct form. Its fitted constants could not be read; the numbers beside \
it here are computed.

## Assumptions
One ratio of tokens to parameters throughout, and an accuracy far enough above chance.

## Where it fails
Near the chance level it is biased, and whether the chance level was subtracted is not known. A \
circulating summary prints ln Q = a ln B + b, which is another law.

## References
krajewski2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, alpha]: &[R; 2]) -> R {
        (-(a * x[0].pow(-alpha))).exp()
    }
}
