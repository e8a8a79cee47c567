//! The law in N, D, exponent and mantissa bits at one block size (Sun et al. 2025).

use super::capybara::{
    DATA, DELTA, EXPONENT_BITS, LOSS, MANTISSA_BITS, NU, SIZE, after_classical, classical, load, of_bits, unquantised,
};
use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Param, Role};

/// The joint law in N, D, exponent and mantissa bits.
pub struct CapybaraFloat;

impl Formula<8> for CapybaraFloat {
    const CARD: Card = Card {
        id: "capybara-float",
        family: Family::Precision,
        title: "Loss from N, D, exponent bits and mantissa bits at one block size",
        formula: r"L = \frac{n}{N^\alpha} + \frac{d}{D^\beta} + \epsilon + \frac{D^\beta}{N^\alpha}\,\frac{1}{\gamma (E+\frac12)^\delta(M+\frac12)^\nu}",
        cite: &["capybara2025"],
        inputs: &[SIZE, DATA, EXPONENT_BITS, MANTISSA_BITS],
        output: LOSS,
        params: &after_classical::<_, 8>([
            Param::coefficient("gamma", r"\gamma", "capacity coefficient at this block size", "1", &[1e3, 1e5])
                .role(Role::Nonlinear),
            DELTA,
            NU,
        ]),
        reduces_to: &[unquantised(&[("gamma", f64::INFINITY)])],
        notes: "\
## Statement
Exponent and mantissa bits multiply: the loss added by quantisation is D^beta/N^alpha over gamma \
(E+1/2)^delta (M+1/2)^nu.

## Origin
Sun et al. 2025, section 3.5, equation 13; the unified law adds log2 of the block size.

## Assumptions
One block size for all rows; it lives in gamma.

## Where it fails
With rows of several block sizes gamma means nothing: use the unified law, `capybara`.

## References
capybara2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n, alpha, d, beta, eps, gamma, delta, nu]: &[R; 8]) -> R {
        let capacity = gamma * of_bits(x[2], delta) * of_bits(x[3], nu);
        classical(x, n, alpha, d, beta, eps) + load(x, alpha, beta) / capacity
    }
}
