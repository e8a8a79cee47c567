//! P = a + b ln x.

use crate::law::{Card, Derived, Family, Input, Param, Transform, named, notes};
use std::f64::consts::{LN_2, LN_10};

/// A measurement linear in the logarithm of one input.
pub const CARD: Card = Card {
    id: "logarithmic",
    family: Family::Power,
    title: "Linear in the logarithm of one input",
    formula: r"P = a + b \ln x",
    cite: &["sun2017"],
    inputs: &[Input::new("x", "scale (model size, data or compute)", "1")],
    output: Input::new("P", "performance", "1").within(f64::MIN, f64::MAX),
    params: &[
        Param::coefficient("a", "a", "value at x = 1", "1", &[-1.0, 0.0, 1.0])
            .transform(Transform::Identity)
            .bounds(f64::NEG_INFINITY, f64::INFINITY),
        Param::coefficient("b", "b", "gain per factor e in x", "1", &[-0.1, 0.1, 1.0])
            .transform(Transform::Identity)
            .bounds(f64::NEG_INFINITY, f64::INFINITY),
    ],
    derived: &[
        Derived::new("per_doubling", "gain per doubling of x", r"b \ln 2", "1", &[], named!(|[_, b], _| b * LN_2)),
        Derived::new("per_decade", "gain per factor ten in x", r"b \ln 10", "1", &[], named!(|[_, b], _| b * LN_10)),
        Derived::new(
            "x_at",
            "scale at which P reaches a stated value",
            r"e^{(P-a)/b}",
            "1",
            &["P"],
            named!(|[a, b], [p]| ((p - a) / b).exp()),
        ),
    ],
    notes: notes! {
        statement: "Performance gains the same amount with every doubling of one input: a straight line on a \
                    logarithmic axis. The input is written x because it may be model size, data or compute; a fit \
                    says which column it is (`--map x=D`).",
        origin: "Sun et al. 2017, where accuracy in detection and other tasks grew with the logarithm of the number \
                 of pre-training images, from 10 to 300 million. The paper states the form; its values by data size \
                 stand in figures, so no constant of it is carried here.",
        assumptions: "The range is narrow enough for a bounded score to look straight.",
        fails: "A score has a ceiling and this law has none: it must fail when P nears it. It is also what a power \
                law with a small exponent looks like over a few decades, so agreement within the data says little \
                about the next decade. Fit it to raw residuals: P may be zero or negative.",
        references: "sun2017",
    },
    ..Card::DEFAULT
};
