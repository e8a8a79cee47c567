//! L = E + beta/x^c: a learning curve above a floor (M2 of Alabdulmohsin et al. 2022).

use crate::law::{Card, Family, Input, Limit, Param, notes};

/// A learning curve as a power of examples above a floor.
pub const CARD: Card = Card {
    id: "m2",
    family: Family::Curve,
    title: "Learning curve: a power of examples above a floor",
    formula: r"L = \varepsilon_\infty + \frac{\beta}{x^c}",
    cite: &["alabdulmohsin2022"],
    inputs: &[Input::new("x", "examples, tokens or compute so far", "1")],
    output: Input::new("L", "loss or error", "1"),
    params: &[
        Param::coefficient("eps_inf", r"\varepsilon_\infty", "floor", "1", &[0.01, 0.5, 2.0]),
        Param::coefficient("beta", r"\beta", "reducible part at x = 1", "1", &[1.0, 30.0, 1000.0]),
        Param::exponent("c", "c", "exponent", (0.0, 5.0), &[0.05, 0.2, 0.5]),
    ],
    reduces_to: &[Limit { law: "power", set: &[("eps_inf", 0.0)], theta: &["beta", "c"], inputs: &["x"] }],
    notes: notes! {
        statement: "The error falls as a power of x towards a floor. The exponent is written positive here; in print \
                    it is the negative of this c.",
        origin: "Alabdulmohsin, Neyshabur and Zhai 2022, their estimator M2. They minimise squared errors of \
                 ln(L - floor), a criterion that has its global minimum at a floor of zero on several of their curves; \
                 what they print is the first local minimum below the smallest loss. Fitted to ln L, as here, it has \
                 no such trap.",
        assumptions: "One exponent from the first point to the last.",
        fails: "Floor and exponent trade off; early points, where a curve has not reached its power law, pull both.",
        references: "alabdulmohsin2022",
    },
    ..Card::DEFAULT
};
