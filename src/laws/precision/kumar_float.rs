//! Kumar's effective size applied to floating-point formats, P = E + M + 1 (Sun et al. 2025,
//! equation 6).

use super::capybara::{DATA, EXPONENT_BITS, LOSS, MANTISSA_BITS, SIZE, after_classical, classical};
use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Param, Role};

/// The integer law read with P = E + M + 1: the comparison that the floating-point law answers.
pub struct KumarFloat;

impl Formula<6> for KumarFloat {
    const CARD: Card = Card {
        id: "kumar-float",
        family: Family::Precision,
        title: "Loss from N, D and total bits: effective model size with one saturation width",
        formula: r"L = \frac{n}{[N(1-e^{-(1+E+M)/\gamma})]^\alpha} + \frac{d}{D^\beta} + \epsilon",
        cite: &["capybara2025", "kumar2024"],
        inputs: &[SIZE, DATA, EXPONENT_BITS, MANTISSA_BITS],
        output: LOSS,
        params: &after_classical::<_, 6>([Param::coefficient(
            "gamma",
            r"\gamma",
            "bits over which the effective size saturates",
            "bits",
            &[1.0, 3.0],
        )
        .role(Role::Nonlinear)]),
        notes: "\
## Statement
The model acts as one smaller by 1 - exp(-P/gamma), with P = 1 + E + M whatever the split.

## Origin
Sun et al. 2025, section 3.1, equation 6, who take it from Kumar et al. 2024 to compare with. \
Neither prints constants for it.

## Assumptions
Exponent and mantissa bits are worth the same, and precision does not interact with data.

## Where it fails
Sun et al. find a large bias at E1M1. Layouts of one width are indistinguishable by construction.

## References
capybara2025, kumar2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n, alpha, d, beta, eps, gamma]: &[R; 6]) -> R {
        let bits = x[2].value() + x[3].value() + 1.0;
        let kept = -(-bits / gamma).exp_m1();
        classical(x, n * kept.pow(-alpha), alpha, d, beta, eps)
    }
}
