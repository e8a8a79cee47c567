//! L = gamma/(M+½)^nu + iota: one model, one data size, mantissa bits varied (Sun et al. 2025).

use super::capybara::{LOSS, MANTISSA_BITS, NU, of_bits};
use super::capybara_exponent::params;
use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula};

/// The marginal law in mantissa bits.
pub struct CapybaraMantissa;

impl Formula<3> for CapybaraMantissa {
    const CARD: Card = Card {
        id: "capybara-mantissa",
        family: Family::Precision,
        title: "Loss from mantissa bits alone, all else fixed",
        formula: r"L = \frac{\gamma}{(M+\frac12)^\nu} + \iota",
        cite: &["capybara2025"],
        inputs: &[MANTISSA_BITS],
        output: LOSS,
        params: &params(NU),
        notes: "\
## Statement
With N, D, block size and the other bits fixed, the loss falls with mantissa bits as a power of \
M+1/2 to a floor iota.

## Origin
Sun et al. 2025, section 3.5, equation 12. The paper compares it with other forms and prints no \
constants for it.

## Assumptions
Everything else is held fixed: gamma and iota belong to one N, D and block size.

## Where it fails
gamma here is the loss added at half a bit, not the capacity coefficient of the unified law, which \
divides. Three or four widths hardly tell the exponent from the floor.

## References
capybara2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[gamma, nu, iota]: &[R; 3]) -> R {
        gamma / of_bits(x[0], nu) + iota
    }
}
