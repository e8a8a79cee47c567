//! eta = a + b ln N: learning rate from model size (Kaplan et al. 2020).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param, Role};

/// Learning rate as a line in ln N.
pub struct KaplanLr;

impl Formula<2> for KaplanLr {
    const CARD: Card = Card {
        id: "kaplan-lr",
        family: Family::Hyperparameter,
        title: "Learning rate from model size, a line in ln N",
        formula: r"\eta = a + b\ln N",
        cite: &["kaplan2020"],
        inputs: &[Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding)],
        output: Input::new("eta", "peak learning rate", "1"),
        params: &[
            Param::coefficient("a", "a", "learning rate at one parameter", "1", &[0.003]),
            Param::exponent("b", "b", "change per factor e of model size", (-1.0, 1.0), &[-1e-4]).role(Role::Linear),
        ],
        notes: "\
## Statement
The learning rate falls by a constant with every factor of model size.

## Origin
Kaplan et al. 2020, appendix D, equation D.1.

## Assumptions
N counts parameters without embeddings. The paper writes log and does not say to which base; \
natural gives sensible rates.

## Where it fails
It falls through zero near 1.2e10 parameters, and the paper says that it breaks down above 1e10.

## References
kaplan2020",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b]: &[R; 2]) -> R {
        a + x[0].times_ln(b)
    }
}
