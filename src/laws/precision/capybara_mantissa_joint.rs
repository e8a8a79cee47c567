//! The law in N, D and mantissa bits (Sun et al. 2025).

use super::capybara::{DATA, LOSS, MANTISSA_BITS, NU, SIZE, after_classical, classical, load, of_bits, unquantised};
use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Param, Role};

/// The joint law in N, D and mantissa bits.
pub struct CapybaraMantissaJoint;

impl Formula<7> for CapybaraMantissaJoint {
    const CARD: Card = Card {
        id: "capybara-mantissa-joint",
        family: Family::Precision,
        title: "Loss from N, D and mantissa bits",
        formula: r"L = \frac{n}{N^\alpha} + \frac{d}{D^\beta} + \epsilon + \frac{D^\beta}{N^\alpha}\,\frac{1}{\gamma (M+\frac12)^\nu}",
        cite: &["capybara2025"],
        inputs: &[SIZE, DATA, MANTISSA_BITS],
        output: LOSS,
        params: &after_classical::<_, 7>([
            Param::coefficient("gamma", r"\gamma", "capacity coefficient", "1", &[1e3, 1e5]).role(Role::Nonlinear),
            NU,
        ]),
        reduces_to: &[unquantised(&[("gamma", f64::INFINITY)])],
        notes: "\
## Statement
Too few mantissa bits add a loss that grows as D^beta and shrinks as N^-alpha, with the exponents \
of the 16-bit part, and falls as a power of M+1/2.

## Origin
Sun et al. 2025, section 3.5, equation 12. The exponents of N and D were first fitted freely, came \
out close to alpha and beta, and were tied.

## Assumptions
Block size and the other bits are fixed and live in gamma.

## Where it fails
The paper prints no constants for it; the unified law's gamma is another number, since it also \
carries the block size and the other bits.

## References
capybara2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n, alpha, d, beta, eps, gamma, nu]: &[R; 7]) -> R {
        classical(x, n, alpha, d, beta, eps) + load(x, alpha, beta) / (gamma * of_bits(x[2], nu))
    }
}
