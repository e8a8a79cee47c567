//! Kumar's effective size applied to floating-point formats, P = E + M + 1 (Sun et al. 2025,
//! equation 6).

use super::capybara::classical;
use crate::law::{Card, Counts, Family, Formula, Input, Param, Role};
use crate::real::{Real, X};

/// The integer law read with P = E + M + 1: the comparison that the floating-point law answers.
pub struct KumarFloat;

impl Formula<6> for KumarFloat {
    const CARD: Card = Card {
        id: "kumar-float",
        family: Family::Precision,
        title: "Loss from N, D and total bits: effective model size with one saturation width",
        formula: r"L = \frac{n}{[N(1-e^{-(1+E+M)/\gamma})]^\alpha} + \frac{d}{D^\beta} + \epsilon",
        cite: &["capybara2025", "kumar2024"],
        inputs: &[
            Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
            Input::new("E", "exponent bits", "bits").within(0.0, 8.0).whole(),
            Input::new("M", "mantissa bits", "bits").within(0.0, 15.0).whole(),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("n", "n", "model-size coefficient", "nat/token", &[20.0, 200.0]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.4]),
            Param::coefficient("d", "d", "data coefficient", "nat/token", &[1e3, 1e5]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.3, 0.5]),
            Param::coefficient("eps", r"\epsilon", "irreducible loss", "nat/token", &[1.8]),
            Param::coefficient("gamma", r"\gamma", "bits over which the effective size saturates", "bits", &[1.0, 3.0])
                .role(Role::Nonlinear),
        ],
        derived: &[],
        exchangeable: &[],
        allocation: None,
        reduces_to: &[],
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
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n, alpha, d, beta, eps, gamma]: &[R; 6]) -> R {
        let bits = x[2].value() + x[3].value() + 1.0;
        let kept = -(-bits / gamma).exp_m1();
        classical(x, n * kept.pow(-alpha), alpha, d, beta, eps)
    }
}
