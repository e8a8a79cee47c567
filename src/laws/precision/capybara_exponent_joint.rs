//! The law in N, D and exponent bits (Sun et al. 2025).

use super::capybara::{classical, load, of_bits};
use crate::law::{Card, Counts, Family, Formula, Input, Limit, Param, Role};
use crate::real::{Real, X};

/// The joint law in N, D and exponent bits.
pub struct CapybaraExponentJoint;

impl Formula<7> for CapybaraExponentJoint {
    const CARD: Card = Card {
        id: "capybara-exponent-joint",
        family: Family::Precision,
        title: "Loss from N, D and exponent bits",
        formula: r"L = \frac{n}{N^\alpha} + \frac{d}{D^\beta} + \epsilon + \frac{D^\beta}{N^\alpha}\,\frac{1}{\gamma (E+\frac12)^\delta}",
        cite: &["capybara2025"],
        inputs: &[
            Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
            Input::new("E", "exponent bits", "bits").within(0.0, 8.0).whole(),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("n", "n", "model-size coefficient", "nat/token", &[20.0, 200.0]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.4]),
            Param::coefficient("d", "d", "data coefficient", "nat/token", &[1e3, 1e5]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.3, 0.5]),
            Param::coefficient("eps", r"\epsilon", "irreducible loss", "nat/token", &[1.8]),
            Param::coefficient("gamma", r"\gamma", "capacity coefficient", "1", &[1e3, 1e5]).role(Role::Nonlinear),
            Param::exponent("delta", r"\delta", "exponent-bits exponent", (0.0, 20.0), &[1.0, 3.0]),
        ],
        derived: &[],
        exchangeable: &[],
        allocation: None,
        reduces_to: &[Limit {
            law: "chinchilla",
            set: &[("gamma", f64::INFINITY)],
            theta: &["eps", "n", "d", "alpha", "beta"],
            inputs: &["N", "D"],
        }],
        notes: "\
## Statement
Too few exponent bits add a loss that grows as D^beta and shrinks as N^-alpha, with the exponents \
of the 16-bit part, and falls as a power of E+1/2.

## Origin
Sun et al. 2025, section 3.5, equation 11. The exponents of N and D were first fitted freely, came \
out close to alpha and beta, and were tied.

## Assumptions
Block size and the other bits are fixed and live in gamma.

## Where it fails
The paper prints no constants for it; the unified law's gamma is another number, since it also \
carries the block size and the other bits.

## References
capybara2025",
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n, alpha, d, beta, eps, gamma, delta]: &[R; 7]) -> R {
        classical(x, n, alpha, d, beta, eps) + load(x, alpha, beta) / (gamma * of_bits(x[2], delta))
    }
}
