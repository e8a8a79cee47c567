//! L = gamma/(E+½)^delta + iota: one model, one data size, exponent bits varied (Sun et al. 2025).

use super::capybara::{DELTA, EXPONENT_BITS, LOSS, of_bits};
use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Param};

/// The marginal law in exponent bits.
pub struct CapybaraExponent;

/// The loss that few bits add, how it falls with them, and what is left.
pub(super) const fn params(exponent: Param) -> [Param; 3] {
    [
        Param::coefficient("gamma", r"\gamma", "loss added by few bits", "nat/token", &[0.1, 1.0]),
        exponent,
        Param::coefficient("iota", r"\iota", "loss left at unlimited bits", "nat/token", &[1.5, 3.0]),
    ]
}

impl Formula<3> for CapybaraExponent {
    const CARD: Card = Card {
        id: "capybara-exponent",
        family: Family::Precision,
        title: "Loss from exponent bits alone, all else fixed",
        formula: r"L = \frac{\gamma}{(E+\frac12)^\delta} + \iota",
        cite: &["capybara2025"],
        inputs: &[EXPONENT_BITS],
        output: LOSS,
        params: &params(DELTA),
        notes: "\
## Statement
With N, D, block size and the other bits fixed, the loss falls with exponent bits as a power of \
E+1/2 to a floor iota.

## Origin
Sun et al. 2025, section 3.5, equation 9. The paper compares it with other forms and prints no \
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
    fn predict<R: Real>(x: &[X<R>], &[gamma, delta, iota]: &[R; 3]) -> R {
        gamma / of_bits(x[0], delta) + iota
    }
}
