//! L = E + (A/N^alpha + B/D^beta)^k (Videau et al. 2026).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Limit, Param, Role};

/// Hoffmann's form with an exponent around its reducible part.
pub struct Skaling;

impl Formula<6> for Skaling {
    const CARD: Card = Card {
        id: "skaling",
        family: Family::Compute,
        title: "Loss from model size and data with one exponent around both (Skaling)",
        formula: r"L = E + \left(\frac{A}{N^\alpha} + \frac{B}{D^\beta}\right)^k",
        cite: &["skaling2026"],
        inputs: &[
            Input::new("N", "model size", "parameters"),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("E", r"E", "irreducible loss", "nat/token", &[0.3, 1.0, 1.7]),
            Param::coefficient(
                "A",
                r"A",
                "model-size coefficient",
                "(nat/token)^(1/k)·parameters^alpha",
                &[10.0, 100.0, 1000.0],
            )
            .role(Role::Nonlinear),
            Param::coefficient("B", r"B", "data coefficient", "(nat/token)^(1/k)·tokens^beta", &[10.0, 100.0, 1000.0])
                .role(Role::Nonlinear),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.25, 0.4]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.25, 0.4]),
            Param::exponent("k", r"k", "exponent around both", (0.05, 3.0), &[0.4, 0.7, 1.0]),
        ],
        reduces_to: &[Limit {
            law: "chinchilla",
            set: &[("k", 1.0)],
            theta: &["E", "A", "B", "alpha", "beta"],
            inputs: &["N", "D"],
        }],
        notes: "\
## Statement
The reducible loss is a power k of a sum of powers of model size and data. k = 1 is Hoffmann's form; \
below 1, size and data help each other.

## Origin
Videau et al. 2026 (arXiv 2608.07222), as in their package simple-scaling-laws 0.2.0. Its authors \
report k between 0.3 and 0.9.

## Assumptions
One pass over the data, a schedule that ends with the run.

## Where it fails
Six parameters need a grid of sizes and data, not one line of compute-optimal runs, on which k is \
not determined.

## References
skaling2026",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, a, b, alpha, beta, k]: &[R; 6]) -> R {
        e + (a * x[0].pow(-alpha) + b * x[1].pow(-beta)).pow(k)
    }
}
