//! The law in N, D and block size at one number format (Sun et al. 2025).

use super::capybara::{classical, load};
use crate::law::{Card, Counts, Family, Formula, Input, Limit, Param, Role};
use crate::real::{Real, X};

/// The joint law in N, D and block size.
pub struct CapybaraBlockJoint;

impl Formula<6> for CapybaraBlockJoint {
    const CARD: Card = Card {
        id: "capybara-block-joint",
        family: Family::Precision,
        title: "Loss from N, D and block size at one number format",
        formula: r"L = \frac{n}{N^\alpha} + \frac{d}{D^\beta} + \epsilon + \frac{D^\beta}{N^\alpha}\,\frac{\log_2 B}{\kappa}",
        cite: &["capybara2025"],
        inputs: &[
            Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
            Input::new("B", "block size: elements that share one scale", "1").within(1.0, 1e6),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("n", "n", "model-size coefficient", "nat/token", &[20.0, 200.0]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.4]),
            Param::coefficient("d", "d", "data coefficient", "nat/token", &[1e3, 1e5]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.3, 0.5]),
            Param::coefficient("eps", r"\epsilon", "irreducible loss", "nat/token", &[1.8]),
            Param::coefficient("kappa", r"\kappa", "capacity of the number format", "1", &[1e4, 1e6])
                .role(Role::Nonlinear),
        ],
        derived: &[],
        exchangeable: &[],
        allocation: None,
        reduces_to: &[Limit {
            law: "chinchilla",
            set: &[("kappa", f64::INFINITY)],
            theta: &["eps", "n", "d", "alpha", "beta"],
            inputs: &["N", "D"],
        }],
        notes: "\
## Statement
The loss added by a shared scale is D^beta/N^alpha times log2 of the block size over kappa.

## Origin
Sun et al. 2025, section 3.6, equation 15; the unified law writes kappa as gamma (E+1/2)^delta \
(M+1/2)^nu.

## Assumptions
One number format for all rows; it lives in kappa.

## Where it fails
kappa divides here and multiplies in the one-input law `capybara-block`, as printed.

## References
capybara2025",
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n, alpha, d, beta, eps, kappa]: &[R; 6]) -> R {
        let block = load(x, alpha, beta).scale(x[2].ln().value() / std::f64::consts::LN_2);
        classical(x, n, alpha, d, beta, eps) + block / kappa
    }
}
