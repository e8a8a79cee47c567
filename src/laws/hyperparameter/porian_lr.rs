//! eta = c N^a: peak learning rate from model size (Porian et al. 2024).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param};

/// Peak learning rate as a power of model size.
pub struct PorianLr;

impl Formula<2> for PorianLr {
    const CARD: Card = Card {
        id: "porian-lr",
        family: Family::Hyperparameter,
        title: "Peak learning rate from model size",
        formula: r"\eta = c\,N^a",
        cite: &["porian2024"],
        inputs: &[Input::new("N", "model size", "parameters")],
        output: Input::new("eta", "peak learning rate", "1"),
        params: &[
            Param::coefficient("c", "c", "coefficient", "1", &[0.1, 1.0, 10.0]),
            Param::exponent("a", "a", "model-size exponent", (-3.0, 3.0), &[-0.4, -0.1]),
        ],
        notes: "\
## Statement
The best peak learning rate is a power of the model size.

## Origin
Porian et al. 2024, from sweeps of small models near the compute-optimal path.

## Assumptions
N includes the output head. Tokens grow with N along the compute-optimal path, so a power of N \
stands for both.

## Where it fails
Far beyond 20 tokens per parameter the power of N no longer stands for the data.

## References
porian2024, steplaw2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, a]: &[R; 2]) -> R {
        c * x[0].pow(a)
    }
}
