//! y = 1/(1 + e^-alpha(C - D)): benchmark score from a capability index (Epoch).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Transform};

/// Benchmark score from a capability index.
pub struct CapabilitySigmoid;

impl Formula<2> for CapabilitySigmoid {
    const CARD: Card = Card {
        id: "capability-sigmoid",
        family: Family::Task,
        title: "Benchmark score from a capability index",
        formula: r"y = \sigma(\alpha(C - D))",
        cite: &["epoch2025"],
        inputs: &[Input::new("x", "capability of the model", "1").within(-10.0, 10.0)],
        output: Input::new("y", "benchmark score, a fraction", "1").within(0.0, 1.0),
        params: &[
            Param::exponent("alpha", r"\alpha", "slope of the benchmark", (0.0, 10.0), &[0.5, 1.0, 2.0])
                .transform(Transform::Log),
            Param::exponent("D", "D", "difficulty of the benchmark", (-10.0, 10.0), &[-1.0, 0.5, 2.0]),
        ],
        notes: "\
## Statement
A benchmark is a difficulty and a slope, a model is a capability; the score is the logistic of their \
difference.

## Origin
The Epoch Capabilities Index stitches many benchmarks by fitting all capabilities, difficulties and \
slopes at once, with a small ridge and one benchmark as anchor. This law is one benchmark given \
capabilities.

## Assumptions
Scores are fractions from 0 to 1 without a chance level, and the scale of the capabilities is that \
of the anchor.

## Where it fails
The scale is arbitrary without an anchor: report ranks and differences. A benchmark with a chance \
level or wrong labels never fits its ends.

## References
epoch2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[alpha, d]: &[R; 2]) -> R {
        (alpha * (x[0].value() - d)).logistic()
    }
}
