//! L = beta (1/x + gamma)^c: a learning curve that saturates in x (M3 of Alabdulmohsin et al. 2022).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Role, notes};

/// Learning curve: a power of 1/x above an offset.
pub struct M3;

impl Formula<3> for M3 {
    const CARD: Card = Card {
        id: "m3",
        family: Family::Curve,
        title: "Learning curve: a power of 1/x above an offset",
        formula: r"L = \beta\left(\frac{1}{x} + \gamma\right)^c",
        cite: &["alabdulmohsin2022"],
        inputs: &[Input::new("x", "examples, tokens or compute so far", "1")],
        output: Input::new("L", "loss or error", "1"),
        params: &[
            Param::coefficient("beta", r"\beta", "value where 1/x + gamma is 1", "1", &[1.0, 30.0, 1000.0]),
            Param::coefficient(
                "gamma",
                r"\gamma",
                "inverse of the x at which the curve has saturated",
                "1",
                &[1e-10, 1e-7, 1e-4, 0.01, 1.0],
            )
            .role(Role::Nonlinear),
            Param::exponent("c", "c", "exponent", (0.0, 5.0), &[0.05, 0.2, 0.5]),
        ],
        notes: notes! {
            statement: "The error is a power of 1/x + gamma: a power law while x is small, and beta gamma^c at the end.",
            origin: "Alabdulmohsin, Neyshabur and Zhai 2022, their estimator M3. Their code alternates between a line in \
                     logarithms and values of gamma that pass through one point; it stops at fixed points that are not \
                     minima. The minimum of the same criterion is what a fit here finds.",
            assumptions: "The curve saturates within a factor of x that the data begin to show.",
            fails: "With gamma below the smallest 1/x, gamma is not determined and the law is M1.",
            references: "alabdulmohsin2022",
        },
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[beta, gamma, c]: &[R; 3]) -> R {
        beta * (x[0].value().recip() + gamma).pow(c)
    }
}
