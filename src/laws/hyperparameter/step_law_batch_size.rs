//! B = c N^a D^b: batch in tokens from model size and data (the default of Step Law's code).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param};

/// Batch as a power of N and of D.
pub struct StepLawBatchSize;

impl Formula<3> for StepLawBatchSize {
    const CARD: Card = Card {
        id: "step-law-batch-size",
        family: Family::Hyperparameter,
        title: "Batch size in tokens from model size and data",
        formula: r"B = c\,N^a D^b",
        cite: &["steplaw2025"],
        inputs: &[
            Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
        ],
        output: Input::new("B", "batch size", "tokens"),
        params: &[
            Param::coefficient("c", "c", "coefficient", "tokens", &[0.1, 1.0, 100.0]),
            Param::exponent("a", "a", "model-size exponent", (-3.0, 3.0), &[-0.3, 0.3]),
            Param::exponent("b", "b", "data exponent", (-3.0, 3.0), &[0.3, 0.6]),
        ],
        notes: "\
## Statement
The best batch is a power of the model size times a power of the data.

## Origin
The default of Step Law's fitting code (Li et al. 2025); the published law leaves N out.

## Assumptions
B counts tokens; N parameters outside the vocabulary.

## Where it fails
The published table of bootstrap coefficients has no exponent for N. On the public grid it comes \
out negative, -0.27.

## References
steplaw2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, a, b]: &[R; 3]) -> R {
        c * (x[0].times_ln(a) + x[1].times_ln(b)).exp()
    }
}
