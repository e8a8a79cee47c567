//! The law in N, D and block size at one number format (Sun et al. 2025).

use super::capybara::{BLOCK_SIZE, DATA, LOSS, SIZE, after_classical, classical, load, unquantised};
use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Param, Role};

/// The joint law in N, D and block size.
pub struct CapybaraBlockJoint;

impl Formula<6> for CapybaraBlockJoint {
    const CARD: Card = Card {
        id: "capybara-block-joint",
        family: Family::Precision,
        title: "Loss from N, D and block size at one number format",
        formula: r"L = \frac{n}{N^\alpha} + \frac{d}{D^\beta} + \epsilon + \frac{D^\beta}{N^\alpha}\,\frac{\log_2 B}{\kappa}",
        cite: &["capybara2025"],
        inputs: &[SIZE, DATA, BLOCK_SIZE],
        output: LOSS,
        params: &after_classical::<_, 6>([Param::coefficient(
            "kappa",
            r"\kappa",
            "capacity of the number format",
            "1",
            &[1e4, 1e6],
        )
        .role(Role::Nonlinear)]),
        reduces_to: &[unquantised(&[("kappa", f64::INFINITY)])],
        notes: "\
## Statement
The loss added by a shared scale is D^beta/N^alpha times log2 of the block size over kappa.

## Origin
Sun et al. 2025, section 3.6, equation 15; the unified law writes kappa as gamma (E+1/2)^delta \
(M+1/2)^nu.

## Assumptions
One number format for all rows; it lives in kappa.

## Where it fails
kappa divides here and multiplies in the one-input law `capybara-block`, as printed.

## References
capybara2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n, alpha, d, beta, eps, kappa]: &[R; 6]) -> R {
        let block = load(x, alpha, beta).scale(x[2].ln().value() / std::f64::consts::LN_2);
        classical(x, n, alpha, d, beta, eps) + block / kappa
    }
}
