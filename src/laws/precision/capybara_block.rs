//! L = kappa log2 B + psi: one model, one data size, block size varied (Sun et al. 2025).

use super::capybara::{BLOCK_SIZE, LOSS};
use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Param};

/// The marginal law in block size.
pub struct CapybaraBlock;

impl Formula<2> for CapybaraBlock {
    const CARD: Card = Card {
        id: "capybara-block",
        family: Family::Precision,
        title: "Loss from block size alone, all else fixed",
        formula: r"L = \kappa\log_2 B + \psi",
        cite: &["capybara2025"],
        inputs: &[BLOCK_SIZE],
        output: LOSS,
        params: &[
            Param::coefficient("kappa", r"\kappa", "loss per doubling of the block", "nat/token", &[0.01, 0.1]),
            Param::coefficient("psi", r"\psi", "loss at one scale per element", "nat/token", &[1.5, 3.0]),
        ],
        notes: "\
## Statement
With N, D and the number format fixed, each doubling of the number of elements that share a scale \
adds the same loss.

## Origin
Sun et al. 2025, section 3.6, equation 14, chosen there over a power law and a straight line; no \
constants are printed.

## Assumptions
B counts elements along the channel dimension.

## Where it fails
Scaling by channel or by tensor is no fixed B: the paper finds channels to count as log2 B = \
13.1567, and tensors as a power of D/N whose constants it does not print.

## References
capybara2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[kappa, psi]: &[R; 2]) -> R {
        x[0].times_ln(kappa) / std::f64::consts::LN_2 + psi
    }
}
