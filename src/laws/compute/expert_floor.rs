//! A routed model as a dense one of a larger size, above a floor.

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param, Role};

/// Experts multiply the size by 1 + k (E - 1)^c.
pub struct ExpertFloor;

impl Formula<5> for ExpertFloor {
    const CARD: Card = Card {
        id: "expert-floor",
        family: Family::Compute,
        title: "Loss of a routed model above a floor, experts as a multiple of its size",
        formula: r"L = L_\infty + A \left(N (1 + k (E-1)^c)\right)^{-\alpha}",
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
            Param::coefficient("k", r"k", "worth of the first extra expert, in model sizes", "1", &[0.1, 0.3])
                .role(Role::Nonlinear),
            Param::exponent("c", r"c", "exponent of the extra experts", (0.0, 3.0), &[0.3, 0.6, 1.0]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.35, 0.6]),
        ],

        notes: "\
## Statement
E experts make a model of N active parameters as good as a dense one of N (1 + k (E-1)^c). Loss \
falls with that size as a power law to a floor.

## Origin
A floor added to effective-size reasoning of Clark et al. 2022; compared with the forms of \
ScaleBench's mixture-of-experts set.

## Assumptions
One training length, one expert per token; the gain of routing is the same multiple at every size.

## Where it fails
The gain of routing shrinks with size in Clark's measurements; here it shrinks only through the \
floor.

## References
scalebench2026, clark2022",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[linf, a, k, c, alpha]: &[R; 5]) -> R {
        let extra = (x[1].value() - 1.0).max(R::constant(1e-12));
        linf + a * x[0].pow(-alpha) * ((k * extra.pow(c)).ln_1p() * -alpha).exp()
    }
}
