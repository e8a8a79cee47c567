//! L = beta x^c: a learning curve without a floor (M1 of Alabdulmohsin et al. 2022).

use crate::law::{Card, Family, Input, Param, notes};

/// A learning curve as a power of examples.
pub const CARD: Card = Card {
    id: "m1",
    family: Family::Curve,
    title: "Learning curve: a power of examples",
    formula: r"L = \beta x^c",
    cite: &["alabdulmohsin2022"],
    inputs: &[Input::new("x", "examples, tokens or compute so far", "1")],
    output: Input::new("L", "loss or error", "1"),
    params: &[
        Param::coefficient("beta", r"\beta", "value at x = 1", "1", &[1.0, 30.0, 1000.0]),
        Param::exponent("c", "c", "exponent", (-5.0, 1.0), &[-0.5, -0.2, -0.05]),
    ],
    notes: notes! {
        statement: "The error falls by the same factor with every doubling of x.",
        origin: "Alabdulmohsin, Neyshabur and Zhai 2022, their estimator M1: least squares on logarithms.",
        assumptions: "No floor and no plateau within the data or beyond them.",
        fails: "Almost every curve flattens: M1 extrapolates worst of the four on nearly all of their 92 curves.",
        references: "alabdulmohsin2022",
    },
    ..Card::DEFAULT
};
