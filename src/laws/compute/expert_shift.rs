//! Size and experts as a product of powers above a floor.

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param, Role};

/// Experts count from a shift.
pub struct ExpertShift;

impl Formula<5> for ExpertShift {
    const CARD: Card = Card {
        id: "expert-shift",
        family: Family::Compute,
        title: "Loss of a routed model above a floor, a power law in size and in shifted experts",
        formula: r"L = L_\infty + A N^{-\alpha} (E + s)^{-\gamma}",
        cite: &["scalebench2026", "clark2022"],
        inputs: &[
            Input::new("N", "parameters seen by one token", "parameters").counting(Counts::Active),
            Input::new("E", "experts per routed layer", "1").within(1.0, f64::MAX).whole(),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("Linf", r"L_\infty", "irreducible loss", "nat/token", &[1.0, 1.7, 2.2]),
            Param::coefficient(
                "A",
                r"A",
                "model-size coefficient",
                "nat/token·parameters^alpha",
                &[50.0, 400.0, 3000.0],
            ),
            Param::coefficient("s", r"s", "experts that a dense model is worth beyond one", "1", &[0.5, 3.0])
                .role(Role::Nonlinear),
            Param::exponent("gamma", r"\gamma", "exponent of the experts", (0.0, 3.0), &[0.03, 0.1, 0.3]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.35, 0.6]),
        ],

        notes: "\
## Statement
What is reducible of the loss is a product of a power of the active size N and one of the number of \
experts E, counted from -s.

## Origin
Form 1 of ScaleBench's mixture-of-experts set with experts shifted, so that the first ones matter \
less than a pure power says.

## Assumptions
One training length, one expert per token.

## Where it fails
With hundreds of experts gains saturate, which the form does not know.

## References
scalebench2026, clark2022",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[linf, a, s, gamma, alpha]: &[R; 5]) -> R {
        linf + a * x[0].pow(-alpha) * (s + x[1].value()).pow(-gamma)
    }
}
