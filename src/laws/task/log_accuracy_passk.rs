//! ln(-ln Q) = ln A + alpha ln C + beta ln k + delta ln C ln k (Krajewski et al. 2025).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Role};

/// Success within k attempts from training compute.
pub struct LogAccuracyPassk;

impl Formula<4> for LogAccuracyPassk {
    const CARD: Card = Card {
        id: "log-accuracy-passk",
        family: Family::Task,
        title: "Success within k attempts from training compute",
        formula: r"\ln(-\ln Q) = \ln A + \alpha\ln C + \beta\ln k + \delta\ln C\,\ln k",
        cite: &["krajewski2025"],
        inputs: &[
            Input::new("C", "training compute", "FLOP"),
            Input::new("k", "attempts", "1").within(1.0, 1e6).whole(),
        ],
        output: Input::new("Q", "chance that one of k attempts succeeds", "1").within(0.0, 1.0),
        params: &[
            Param::coefficient("A", "A", "coefficient", "1", &[500.0, 2000.0]).role(Role::Nonlinear),
            Param::exponent(
                "alpha",
                r"\alpha",
                "exponent of compute, negative where it helps",
                (-3.0, 3.0),
                &[-0.2, -0.15, -0.13],
            ),
            Param::exponent("beta", r"\beta", "exponent of the attempts", (-5.0, 5.0), &[-1.2, -0.9, -0.7]),
            Param::exponent(
                "delta",
                r"\delta",
                "how compute changes the gain of attempts",
                (-1.0, 1.0),
                &[0.005, 0.012],
            ),
        ],
        notes: "\
## Statement
On the scale ln(-ln Q) success is bilinear in the logarithms of compute and of the number of \
attempts.

## Origin
Krajewski et al. 2025. Its fitted constants could not be read; the numbers beside it here are \
computed.

## Assumptions
Attempts are drawn alike; compute is training compute at one ratio of tokens to parameters.

## Where it fails
The interaction lets the gain of attempts change sign outside the range of compute that was fitted.

## References
krajewski2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, alpha, beta, delta]: &[R; 4]) -> R {
        (-(a.ln() + x[0].times_ln(alpha) + x[1].times_ln(beta) + x[0].ln() * x[1].times_ln(delta)).exp()).exp()
    }
}
