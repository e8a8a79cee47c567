//! y = k x^p: a quantity that grows with another.

use crate::law::{Card, Derived, Family, Input, Param, named, notes};

/// A pure growing power.
pub const CARD: Card = Card {
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
        Derived::new(
            "y_factor",
            "factor on y when x grows by x_factor",
            r"x_{factor}^{p}",
            "1",
            &["x_factor"],
            named!(|[_, p], [x_factor]| x_factor.powf(p)),
        ),
        Derived::new(
            "x_at",
            "x at which the quantity reaches y",
            r"(y/k)^{1/p}",
            "1",
            &["y"],
            named!(|[k, p], [y]| (y / k).powf(1.0 / p)),
        ),
    ],
    notes: notes! {
        statement: "A quantity y grows as a pure power of x: the model size that data of a given size deserve, the \
                    steps, batch or tokens that a compute budget deserves.",
        origin: "Hestness et al. 2017, s(m) = sigma m^beta_p, the smallest model that fits a training set of m \
                 samples best, in millions of parameters in the 2019 table. Kaplan et al. 2020, Table 6, with \
                 compute in petaflop-days. Porian et al. 2024 fit N_opt(C) with compute in FLOP.",
        assumptions: "One regime: neither the smallest models nor a saturated end belong to the line.",
        fails: "k is the value at x = 1, which for compute in FLOP lies far outside every data set: it carries the \
                whole error of p. Compare y inside the data.",
        references: "kaplan2020, hestness2017, hestness2019, porian2024",
    },
    ..Card::DEFAULT
};
