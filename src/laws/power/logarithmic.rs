//! P = a + b ln x.

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Transform};
use std::f64::consts::{LN_2, LN_10};

/// A measurement linear in the logarithm of one input.
pub struct Logarithmic;

const UNBOUNDED: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

impl Formula<2> for Logarithmic {
    const CARD: Card = Card {
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
                .bounds(UNBOUNDED.0, UNBOUNDED.1),
            Param::coefficient("b", "b", "gain per factor e in x", "1", &[-0.1, 0.1, 1.0])
                .transform(Transform::Identity)
                .bounds(UNBOUNDED.0, UNBOUNDED.1),
        ],
        derived: &[
            Derived {
                symbol: "per_doubling",
                meaning: "gain per doubling of x",
                formula: r"b \ln 2",
                unit: "1",
                needs: &[],
                value: |t, _| t[1] * LN_2,
            },
            Derived {
                symbol: "per_decade",
                meaning: "gain per factor ten in x",
                formula: r"b \ln 10",
                unit: "1",
                needs: &[],
                value: |t, _| t[1] * LN_10,
            },
            Derived {
                symbol: "x_at",
                meaning: "scale at which P reaches a stated value",
                formula: r"e^{(P-a)/b}",
                unit: "1",
                needs: &["P"],
                value: |t, at| ((at[0] - t[0]) / t[1]).exp(),
            },
        ],
        notes: "\
## Statement
Performance gains the same amount with every doubling of one input: a straight line on a logarithmic \
axis. The input is written x because it may be model size, data or compute; a fit says which column it \
is (`--map x=D`).

## Origin
Sun et al. 2017, where accuracy in detection and other tasks grew with the logarithm of the number of \
pre-training images, from 10 to 300 million. The paper states the form; its values by data size stand in \
figures, so no constant of it is carried here.

## Assumptions
The range is narrow enough for a bounded score to look straight.

## Where it fails
A score has a ceiling and this law has none: it must fail when P nears it. It is also what a power law \
with a small exponent looks like over a few decades, so agreement within the data says little about the \
next decade. Fit it to raw residuals: P may be zero or negative.

## References
sun2017",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b]: &[R; 2]) -> R {
        a + x[0].times_ln(b)
    }
}
