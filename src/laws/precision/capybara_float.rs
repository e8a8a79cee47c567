//! The law in N, D, exponent and mantissa bits at one block size (Sun et al. 2025).

use super::capybara::{classical, load, of_bits};
use crate::law::{Card, Counts, Family, Formula, Input, Limit, Param, Role};
use crate::real::{Real, X};

/// The joint law in N, D, exponent and mantissa bits.
pub struct CapybaraFloat;

impl Formula<8> for CapybaraFloat {
    const CARD: Card = Card {
        id: "capybara-float",
        family: Family::Precision,
        title: "Loss from N, D, exponent bits and mantissa bits at one block size",
        formula: r"L = \frac{n}{N^\alpha} + \frac{d}{D^\beta} + \epsilon + \frac{D^\beta}{N^\alpha}\,\frac{1}{\gamma (E+\frac12)^\delta(M+\frac12)^\nu}",
        cite: &["capybara2025"],
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
            Param::coefficient("gamma", r"\gamma", "capacity coefficient at this block size", "1", &[1e3, 1e5])
                .role(Role::Nonlinear),
            Param::exponent("delta", r"\delta", "exponent-bits exponent", (0.0, 20.0), &[1.0, 3.0]),
            Param::exponent("nu", r"\nu", "mantissa-bits exponent", (0.0, 20.0), &[1.0, 3.0]),
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
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n, alpha, d, beta, eps, gamma, delta, nu]: &[R; 8]) -> R {
        let capacity = gamma * of_bits(x[2], delta) * of_bits(x[3], nu);
        classical(x, n, alpha, d, beta, eps) + load(x, alpha, beta) / capacity
    }
}
