//! B = c C^b: batch size in tokens from compute (DeepSeek LLM).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param};

/// Batch size in tokens as a power of compute.
pub struct DeepseekBatch;

impl Formula<2> for DeepseekBatch {
    const CARD: Card = Card {
        id: "deepseek-batch",
        family: Family::Hyperparameter,
        title: "Batch size in tokens from training compute",
        formula: r"B = c\,C^b",
        cite: &["deepseek2024"],
        inputs: &[Input::new("C", "training compute", "FLOP")],
        output: Input::new("B", "batch size", "tokens"),
        params: &[
            Param::coefficient("c", "c", "coefficient", "tokens", &[0.1, 1.0]),
            Param::exponent("b", "b", "compute exponent", (-3.0, 3.0), &[0.2, 0.5]),
        ],
        derived: &[Derived {
            symbol: "sequences",
            meaning: "batch in sequences of S tokens",
            formula: r"B/S",
            unit: "sequences",
            needs: &["C", "S"],
            value: |t, at| t[0] * at[0].powf(t[1]) / at[1],
        }],
        notes: "\
## Statement
The best batch size in tokens is a power of the training compute.

## Origin
DeepSeek LLM (Bi et al. 2024).

## Assumptions
C is tokens times non-embedding FLOP per token, attention counted; 6ND stands in for it and is a \
little low. N and D are near the compute-optimal path.

## Where it fails
Off the compute-optimal path two runs of one budget may want quite different values; a power of \
compute cannot say so.

## References
deepseek2024, steplaw2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, b]: &[R; 2]) -> R {
        c * x[0].pow(b)
    }
}
