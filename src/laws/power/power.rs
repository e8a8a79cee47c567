//! L = A/x^alpha.

use crate::law::{Card, Derived, Family, Input, Param, named, notes};
use std::f64::consts::LN_2;

/// A power law in one input.
pub const CARD: Card = Card {
    id: "power",
    family: Family::Power,
    title: "Power law in one input",
    formula: r"L = \frac{A}{x^\alpha}",
    cite: &["hestness2017", "kaplan2020"],
    inputs: &[Input::new("x", "scale (model size, data or compute)", "1")],
    output: Input::new("L", "loss, or whatever else was measured", "1"),
    params: &[
        Param::coefficient("A", "A", "value at x = 1", "1", &[0.1, 10.0, 1000.0]),
        Param::exponent(
            "alpha",
            r"\alpha",
            "exponent, negative where L grows with x",
            (-5.0, 5.0),
            &[-0.5, 0.05, 0.2, 0.5],
        ),
    ],
    derived: &[
        Derived::new("slope", "slope of ln L against ln x", r"-\alpha", "1", &[], named!(|[_, alpha], _| -alpha)),
        Derived::new(
            "x_c",
            "scale at which L = 1, so that L = (x_c/x)^alpha",
            r"A^{1/\alpha}",
            "1",
            &[],
            named!(|[a, alpha], _| (a.ln() / alpha).exp()),
        ),
        Derived::new(
            "x_half",
            "factor in x that halves L",
            r"2^{1/\alpha}",
            "1",
            &[],
            named!(|[_, alpha], _| (LN_2 / alpha).exp()),
        ),
        Derived::new(
            "x_at",
            "scale at which L reaches a stated value",
            r"(A/L)^{1/\alpha}",
            "1",
            &["L"],
            named!(|[a, alpha], [l]| ((a / l).ln() / alpha).exp()),
        ),
    ],
    notes: notes! {
        statement: "What is measured is a power of one input: a straight line on doubly logarithmic axes. The input \
                    is written x because it may be model size, data or compute; a fit says which column it is \
                    (`--map x=N`), and the parameters are in that column's unit.",
        origin: "Older than deep learning; Hestness et al. 2017 measured it for the error of trained networks \
                 against data, Kaplan et al. 2020 for the loss of language models against model size, data and \
                 compute.",
        assumptions: "The other inputs are ample, or are kept at their best for each x. Nothing is irreducible.",
        fails: "The entropy of the data bounds the loss from below, so a pure power law extrapolated far enough is \
                too optimistic; fitted to a curve that bends towards a floor it reports an exponent that falls with \
                the range of x. Use `power-offset` and compare.",
        references: "hestness2017, kaplan2020",
    },
    ..Card::DEFAULT
};
