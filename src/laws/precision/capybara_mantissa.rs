//! L = gamma/(M+½)^nu + iota: one model, one data size, mantissa bits varied (Sun et al. 2025).

use super::capybara::of_bits;
use crate::law::{Card, Family, Formula, Input, Param};
use crate::real::{Real, X};

/// The marginal law in mantissa bits.
pub struct CapybaraMantissa;

impl Formula<3> for CapybaraMantissa {
    const CARD: Card = Card {
        id: "capybara-mantissa",
        family: Family::Precision,
        title: "Loss from mantissa bits alone, all else fixed",
        formula: r"L = \frac{\gamma}{(M+\frac12)^\nu} + \iota",
        cite: &["capybara2025"],
        inputs: &[Input::new("M", "mantissa bits", "bits").within(0.0, 15.0).whole()],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("gamma", r"\gamma", "loss added by few bits", "nat/token", &[0.1, 1.0]),
            Param::exponent("nu", r"\nu", "mantissa-bits exponent", (0.0, 20.0), &[1.0, 3.0]),
            Param::coefficient("iota", r"\iota", "loss left at unlimited bits", "nat/token", &[1.5, 3.0]),
        ],
        derived: &[],
        exchangeable: &[],
        allocation: None,
        reduces_to: &[],
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
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[gamma, nu, iota]: &[R; 3]) -> R {
        gamma / of_bits(x[0], nu) + iota
    }
}
