//! y = k x^p: a quantity that grows with another.

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param};

/// A pure growing power.
pub struct GrowthPower;

impl Formula<2> for GrowthPower {
    const CARD: Card = Card {
        id: "growth-power",
        family: Family::Power,
        title: "A quantity that grows as a power of another (model size with data, steps with compute)",
        formula: r"y = k\, x^{p}",
        cite: &["kaplan2020", "hestness2017", "porian2024"],
        inputs: &[Input::new("x", "resource, in the unit of k", "1")],
        output: Input::new("y", "quantity", "1"),
        params: &[
            Param::coefficient("k", "k", "value at x = 1", "1", &[1e-3, 1.0, 1e3]),
            Param::exponent("p", "p", "exponent", (-3.0, 3.0), &[0.25, 0.5, 0.75, 1.0]),
        ],
        derived: &[
            Derived {
                symbol: "y_factor",
                meaning: "factor on y when x grows by x_factor",
                formula: r"x_{factor}^{p}",
                unit: "1",
                needs: &["x_factor"],
                value: |t, at| at[0].powf(t[1]),
            },
            Derived {
                symbol: "x_at",
                meaning: "x at which the quantity reaches y",
                formula: r"(y/k)^{1/p}",
                unit: "1",
                needs: &["y"],
                value: |t, at| (at[0] / t[0]).powf(1.0 / t[1]),
            },
        ],
        notes: "\
## Statement
A quantity y grows as a pure power of x: the model size that data of a given size deserve, the steps, \
batch or tokens that a compute budget deserves.

## Origin
Hestness et al. 2017, s(m) = sigma m^beta_p, the smallest model that fits a training set of m samples \
best, in millions of parameters in the 2019 table. Kaplan et al. 2020, Table 6, with compute in \
petaflop-days. Porian et al. 2024 fit N_opt(C) with compute in FLOP.

## Assumptions
One regime: neither the smallest models nor a saturated end belong to the line.

## Where it fails
k is the value at x = 1, which for compute in FLOP lies far outside every data set: it carries the whole \
error of p. Compare y inside the data.

## References
kaplan2020, hestness2017, hestness2019, porian2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[k, p]: &[R; 2]) -> R {
        k * x[0].pow(p)
    }
}
