//! L = E + A/x^alpha.

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Limit, Param};

/// A power law in one input above a floor.
pub struct PowerOffset;

impl Formula<3> for PowerOffset {
    const CARD: Card = Card {
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
            Derived {
                symbol: "x_half",
                meaning: "factor in x that halves the reducible part",
                formula: r"2^{1/\alpha}",
                unit: "1",
                needs: &[],
                value: |t, _| (std::f64::consts::LN_2 / t[2]).exp(),
            },
            Derived {
                symbol: "x_knee",
                meaning: "scale at which the reducible part has fallen to the irreducible one",
                formula: r"(A/E)^{1/\alpha}",
                unit: "1",
                needs: &[],
                value: |t, _| ((t[1] / t[0]).ln() / t[2]).exp(),
            },
            Derived {
                symbol: "x_at",
                meaning: "scale at which L reaches a stated value above E",
                formula: r"(A/(L-E))^{1/\alpha}",
                unit: "1",
                needs: &["L"],
                value: |t, at| ((t[1] / (at[0] - t[0])).ln() / t[2]).exp(),
            },
        ],
        reduces_to: &[Limit { law: "power", set: &[("E", 0.0)], theta: &["A", "alpha"], inputs: &["x"] }],
        notes: "\
## Statement
What is measured falls as a power of one input towards a floor E. The input is written x because it may \
be model size, data or compute; a fit says which column it is (`--map x=D`), and A is in that column's \
unit to the power alpha.

## Origin
Hestness et al. 2017 for the error of trained networks; Henighan et al. 2020 for the loss in twelve \
domains, where E estimates the entropy of the data and the rest the Kullback-Leibler divergence.

## Assumptions
The other inputs are ample, or are kept at their best for each x, so that E does not contain what they \
cost.

## Where it fails
E and alpha trade off: over two decades of x, a fit with a higher floor and a steeper fall is often as \
good. Compare with `power`, look at the interval of E, and extrapolate no further than the data reach.

## References
henighan2020, hestness2017",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, a, alpha]: &[R; 3]) -> R {
        e + a * x[0].pow(-alpha)
    }
}
