//! L = e^(a + b_k ln k + b_n ln n + g ln k ln n) + e^(z + h ln k): sparse autoencoders (Gao et al. 2024).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param};

/// Reconstruction error of a sparse autoencoder from latents and active latents.
pub struct Sae;

impl Formula<6> for Sae {
    const CARD: Card = Card {
        id: "sae",
        family: Family::Compute,
        title: "Reconstruction error of a sparse autoencoder from latents and active latents",
        formula: r"L = e^{\alpha + \beta_k\ln k + \beta_n\ln n + \gamma\ln k\ln n} + e^{\zeta + \eta\ln k}",
        cite: &["gao2024"],
        inputs: &[
            Input::new("n", "latents", "1").within(16.0, 1e8),
            Input::new("k", "active latents", "1").within(1.0, 1e5),
        ],
        output: Input::new("L", "normalised reconstruction error", "1"),
        params: &[
            Param::exponent(
                "alpha",
                r"\alpha",
                "logarithm of the reducible part at n = k = 1",
                (-50.0, 50.0),
                &[-0.3, 0.5],
            ),
            Param::exponent("beta_k", r"\beta_k", "exponent of k", (-5.0, 5.0), &[-0.2, 0.2]),
            Param::exponent("beta_n", r"\beta_n", "exponent of n", (-5.0, 5.0), &[-0.1, -0.02]),
            Param::exponent("gamma", r"\gamma", "interaction", (-1.0, 1.0), &[-0.03, 0.01]),
            Param::exponent("zeta", r"\zeta", "logarithm of the floor at k = 1", (-50.0, 10.0), &[-2.0, -1.0]),
            Param::exponent("eta", r"\eta", "exponent of the floor", (-5.0, 5.0), &[-0.3, -0.1]),
        ],
        notes: "\
## Statement
The error falls as a power of the number of latents with an exponent that depends on how many are \
active, above a floor that falls with the active ones.

## Origin
Gao et al. 2024 (scaling and evaluating sparse autoencoders). The printed constants could not be \
read; those beside it here are computed from a public table of 30 runs.

## Assumptions
One layer of one model; the error is normalised by the variance of the activations.

## Where it fails
A circulating implementation calls n training tokens and k the size of the dictionary; the ranges \
show that they are latents and active latents. The two terms are hard to tell apart over a decade of \
k.

## References
gao2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[alpha, beta_k, beta_n, gamma, zeta, eta]: &[R; 6]) -> R {
        (alpha + x[1].times_ln(beta_k) + x[0].times_ln(beta_n) + x[0].ln() * x[1].times_ln(gamma)).exp()
            + (zeta + x[1].times_ln(eta)).exp()
    }
}
