//! L = A/x^alpha.

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param};

/// A power law in one input.
pub struct Power;

impl Formula<2> for Power {
    const CARD: Card = Card {
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
            Derived {
                symbol: "slope",
                meaning: "slope of ln L against ln x",
                formula: r"-\alpha",
                unit: "1",
                needs: &[],
                value: |t, _| -t[1],
            },
            Derived {
                symbol: "x_c",
                meaning: "scale at which L = 1, so that L = (x_c/x)^alpha",
                formula: r"A^{1/\alpha}",
                unit: "1",
                needs: &[],
                value: |t, _| (t[0].ln() / t[1]).exp(),
            },
            Derived {
                symbol: "x_half",
                meaning: "factor in x that halves L",
                formula: r"2^{1/\alpha}",
                unit: "1",
                needs: &[],
                value: |t, _| (std::f64::consts::LN_2 / t[1]).exp(),
            },
            Derived {
                symbol: "x_at",
                meaning: "scale at which L reaches a stated value",
                formula: r"(A/L)^{1/\alpha}",
                unit: "1",
                needs: &["L"],
                value: |t, at| ((t[0] / at[0]).ln() / t[1]).exp(),
            },
        ],
        notes: "\
## Statement
What is measured is a power of one input: a straight line on doubly logarithmic axes. The input is \
written x because it may be model size, data or compute; a fit says which column it is \
(`--map x=N`), and the parameters are in that column's unit.

## Origin
Older than deep learning; Hestness et al. 2017 measured it for the error of trained networks against \
data, Kaplan et al. 2020 for the loss of language models against model size, data and compute.

## Assumptions
The other inputs are ample, or are kept at their best for each x. Nothing is irreducible.

## Where it fails
The entropy of the data bounds the loss from below, so a pure power law extrapolated far enough is too \
optimistic; fitted to a curve that bends towards a floor it reports an exponent that falls with the \
range of x. Use `power-offset` and compare.

## References
hestness2017, kaplan2020",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, alpha]: &[R; 2]) -> R {
        a * x[0].pow(-alpha)
    }
}
