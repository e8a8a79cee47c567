//! L = (ln(N/N_0) L_1 - ln(N/N_1) L_0)/ln(N_1/N_0): performance from two sizes (Kang et al. 2023).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, named};

/// Performance at any data size from two smaller ones.
pub struct Projektor;

impl Formula<2> for Projektor {
    const CARD: Card = Card {
        id: "projektor",
        family: Family::Mixture,
        title: "Performance at any data size from two smaller ones",
        formula: r"L = \frac{\ln(N/N_0)\,L_1 - \ln(N/N_1)\,L_0}{\ln(N_1/N_0)}",
        cite: &["kang2023"],
        inputs: &[
            Input::new("N", "data size", "1").within(1.0, 1e15),
            Input::new("N_0", "first size", "1").within(1.0, 1200.0),
            Input::new("N_1", "second size, above the first", "1").within(1300.0, 1e12),
        ],
        output: Input::new("L", "performance", "1").within(-1e9, 1e9),
        params: &[
            Param::exponent("L_0", "L_0", "performance at the first size", (-1e9, 1e9), &[0.3, 1.0]).role(Role::Linear),
            Param::exponent("L_1", "L_1", "performance at the second size", (-1e9, 1e9), &[0.5, 2.0])
                .role(Role::Linear),
        ],
        derived: &[Derived {
            symbol: "amplification",
            meaning: "by how much an error at the second size is amplified at N",
            formula: r"\ln(N/N_0)/\ln(N_1/N_0)",
            unit: "1",
            needs: &["N", "N_0", "N_1"],
            value: named!(|_, [n, n_0, n_1]| (n / n_0).ln() / (n_1 / n_0).ln()),
        }],
        notes: "\
## Statement
Performance is linear in the logarithm of data size, so that two revealed sizes predict every other; \
with optimal-transport distances each of the two may be a function of the mixture.

## Origin
Kang et al. 2023 (Performance Scaling via Optimal Transport), the second stage of the method and its \
notebook.

## Assumptions
No floor: the mapping is exact for a power law only when applied to the logarithm of the loss.

## Where it fails
From 1,000 and 1,500 examples to 10,000 an error at the second size grows more than fivefold: see \
the amplification before believing it.

## References
kang2023",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[l_0, l_1]: &[R; 2]) -> R {
        (l_1 * (x[0].ln() - x[1].ln()) - l_0 * (x[0].ln() - x[2].ln())) / (x[2].ln() - x[1].ln())
    }
}
