//! L = E + A/x^alpha.

use crate::law::{Card, Derived, Family, Input, Limit, Param, named, notes};
use std::f64::consts::LN_2;

/// A power law in one input above a floor.
pub const CARD: Card = Card {
    id: "power-offset",
    family: Family::Power,
    title: "Power law in one input with an irreducible part",
    formula: r"L = E + \frac{A}{x^\alpha}",
    cite: &["henighan2020", "hestness2017"],
    inputs: &[Input::new("x", "scale (model size, data or compute)", "1")],
    output: Input::new("L", "loss, or whatever else was measured", "1"),
    params: &[
        Param::coefficient("E", "E", "irreducible part", "1", &[0.01, 0.5, 2.0]),
        Param::coefficient("A", "A", "reducible part at x = 1", "1", &[1.0, 30.0, 1000.0]),
        Param::exponent("alpha", r"\alpha", "exponent", (0.0, 5.0), &[0.05, 0.2, 0.5]),
    ],
    derived: &[
        Derived::new(
            "x_half",
            "factor in x that halves the reducible part",
            r"2^{1/\alpha}",
            "1",
            &[],
            named!(|[_, _, alpha], _| (LN_2 / alpha).exp()),
        ),
        Derived::new(
            "x_knee",
            "scale at which the reducible part has fallen to the irreducible one",
            r"(A/E)^{1/\alpha}",
            "1",
            &[],
            named!(|[e, a, alpha], _| ((a / e).ln() / alpha).exp()),
        ),
        Derived::new(
            "x_at",
            "scale at which L reaches a stated value above E",
            r"(A/(L-E))^{1/\alpha}",
            "1",
            &["L"],
            named!(|[e, a, alpha], [l]| ((a / (l - e)).ln() / alpha).exp()),
        ),
    ],
    reduces_to: &[Limit { law: "power", set: &[("E", 0.0)], theta: &["A", "alpha"], inputs: &["x"] }],
    notes: notes! {
        statement: "What is measured falls as a power of one input towards a floor E. The input is written x because \
                    it may be model size, data or compute; a fit says which column it is (`--map x=D`), and A is in \
                    that column's unit to the power alpha.",
        origin: "Hestness et al. 2017 for the error of trained networks; Henighan et al. 2020 for the loss in twelve \
                 domains, where E estimates the entropy of the data and the rest the Kullback-Leibler divergence.",
        assumptions: "The other inputs are ample, or are kept at their best for each x, so that E does not contain \
                      what they cost.",
        fails: "E and alpha trade off: over two decades of x, a fit with a higher floor and a steeper fall is often \
                as good. Compare with `power`, look at the interval of E, and extrapolate no further than the data \
                reach.",
        references: "henighan2020, hestness2017",
    },
    ..Card::DEFAULT
};
