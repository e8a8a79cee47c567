//! eta = exp(k - a ln N - b ln E): learning rate of mixtures of experts (Ludziejewski et al. 2025).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param};

/// Learning rate of mixtures of experts from active parameters and experts.
pub struct MoeLr;

impl Formula<3> for MoeLr {
    const CARD: Card = Card {
        id: "moe-lr",
        family: Family::Hyperparameter,
        title: "Learning rate of mixtures of experts from active parameters and experts",
        formula: r"\eta = e^{k + a\ln N + b\ln E}",
        cite: &["ludziejewski2025"],
        inputs: &[
            Input::new("N", "active parameters without embedding", "parameters").counting(Counts::Active),
            Input::new("E", "experts", "1").within(1.0, 256.0).whole(),
        ],
        output: Input::new("eta", "peak learning rate", "1"),
        params: &[
            Param::exponent("k", "k", "logarithm of the rate at N = E = 1", (-50.0, 50.0), &[2.0, 8.4]),
            Param::exponent("a", "a", "exponent of active parameters", (-3.0, 3.0), &[-0.8, -0.3]),
            Param::exponent("b", "b", "exponent of experts", (-3.0, 3.0), &[-0.3, -0.1]),
        ],
        notes: "\
## Statement
The best learning rate is a power of the active parameters and of the number of experts.

## Origin
Ludziejewski et al. 2025: 8.39, -0.81 and -0.25.

## Assumptions
N counts active parameters without the embedding, unlike the loss law of the same paper.

## Where it fails
Tokens and batch are not in it.

## References
ludziejewski2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[k, a, b]: &[R; 3]) -> R {
        (k + x[0].times_ln(a) + x[1].times_ln(b)).exp()
    }
}
