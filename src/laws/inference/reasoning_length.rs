//! P = 1/(1 + e^-(b_0 + b_1 t/1000)): accuracy against reasoning tokens (Ballon et al. 2025).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, named};

/// Accuracy against the length of the reasoning.
pub struct ReasoningLength;

impl Formula<2> for ReasoningLength {
    const CARD: Card = Card {
        id: "reasoning-length",
        family: Family::Inference,
        title: "Accuracy against the length of the reasoning",
        formula: r"P = \sigma(b_0 + b_1 t/1000)",
        cite: &["ballon2025"],
        inputs: &[Input::new("t", "reasoning tokens", "tokens").within(0.0, 1e7)],
        output: Input::new("P", "accuracy", "1").within(0.0, 1.0),
        params: &[
            Param::exponent("b_0", "b_0", "log-odds without reasoning", (-50.0, 50.0), &[-1.0, 0.5, 2.0]),
            Param::exponent(
                "b_1",
                "b_1",
                "change of the log-odds per 1,000 tokens",
                (-5.0, 5.0),
                &[-1e-7, -1e-8, 1e-8],
            ),
        ],
        derived: &[Derived {
            symbol: "drop",
            meaning: "percentage points that 1,000 more tokens take from an accuracy of P",
            formula: r"-100 b_1 P(1-P)",
            unit: "1",
            needs: &["accuracy"],
            value: named!(|[_, b_1], [p]| -100.0 * b_1 * p * (1.0 - p)),
        }],
        notes: "\
## Statement
Within one model and one difficulty, accuracy falls with the length of the reasoning.

## Origin
Ballon, Algaba and Ginis 2025 on 4,428 problems of Omni-MATH: 3.16 points per 1,000 tokens for \
o1-mini, 1.96 for o3-mini (medium), 0.81 for o3-mini (high), with difficulty and domain as controls. \
The coefficients and the raw rows were not published where they could be read.

## Assumptions
Difficulty is held: fit one tier at a time, or the slope is that of difficulty.

## Where it fails
Long answers are long because the problem is hard: a slope over mixed difficulty says nothing of \
more reasoning.

## References
ballon2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[b_0, b_1]: &[R; 2]) -> R {
        (b_0 + x[0].times(b_1) * 1e-3).logistic()
    }
}
