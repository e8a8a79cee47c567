//! L = gamma/(E+½)^delta + iota: one model, one data size, exponent bits varied (Sun et al. 2025).

use super::capybara::of_bits;
use crate::law::{Card, Family, Formula, Input, Param};
use crate::real::{Real, X};

/// The marginal law in exponent bits.
pub struct CapybaraExponent;

impl Formula<3> for CapybaraExponent {
    const CARD: Card = Card {
        id: "capybara-exponent",
        family: Family::Precision,
        title: "Loss from exponent bits alone, all else fixed",
        formula: r"L = \frac{\gamma}{(E+\frac12)^\delta} + \iota",
        cite: &["capybara2025"],
        inputs: &[Input::new("E", "exponent bits", "bits").within(0.0, 8.0).whole()],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("gamma", r"\gamma", "loss added by few bits", "nat/token", &[0.1, 1.0]),
            Param::exponent("delta", r"\delta", "exponent-bits exponent", (0.0, 20.0), &[1.0, 3.0]),
            Param::coefficient("iota", r"\iota", "loss left at unlimited bits", "nat/token", &[1.5, 3.0]),
        ],
        derived: &[],
        exchangeable: &[],
        allocation: None,
        reduces_to: &[],
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
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[gamma, delta, iota]: &[R; 3]) -> R {
        gamma / of_bits(x[0], delta) + iota
    }
}
