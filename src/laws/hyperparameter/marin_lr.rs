//! eta = c T^a d^b sqrt(B): learning rate from tokens, width and batch (marin).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param};

/// Learning rate from tokens, width and batch.
pub struct MarinLr;

impl Formula<3> for MarinLr {
    const CARD: Card = Card {
        id: "marin-lr",
        family: Family::Hyperparameter,
        title: "Learning rate from tokens, width and batch",
        formula: r"\eta = c\,T^a d^b \sqrt{B}",
        cite: &["marin2025"],
        inputs: &[
            Input::new("T", "training tokens", "tokens"),
            Input::new("d", "model width", "1").within(64.0, 1e5),
            Input::new("B", "batch size in sequences of 4,096 tokens", "sequences").counting(Counts::Sequences),
        ],
        output: Input::new("eta", "peak learning rate", "1"),
        params: &[
            Param::coefficient("c", "c", "coefficient", "1", &[0.1, 1.6]),
            Param::exponent("a", "a", "exponent of tokens", (-3.0, 3.0), &[-0.4, -0.28]),
            Param::exponent("b", "b", "exponent of width", (-3.0, 3.0), &[-0.4, -0.15]),
        ],
        notes: "\
## Statement
The best learning rate falls with tokens and width and grows with the square root of the batch.

## Origin
The marin project, from 186 runs (R² 0.995), batch in sequences of 4,096 tokens. Its issue tracker \
prints another set of constants whose batch counts something else: the two differ by a factor of 67 \
at one point, so they must not be mixed.

## Assumptions
Adam; AdamH takes 13/3 of it.

## Where it fails
A rule without its unit of B is no rule. Schedules and widths outside the sweep are extrapolation.

## References
marin2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, a, b]: &[R; 3]) -> R {
        c * (x[0].times_ln(a) + x[1].times_ln(b) + x[2].ln() * 0.5).exp()
    }
}
