//! Inverse of a sum of powers of shares (Shukor et al. 2025).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Role};

/// Domains help a target as conductances in parallel.
pub struct MixtureAdditive;

/// Shares below this count as this.
const FLOOR: f64 = 1e-3;

/// A domain's part of the conductance. No closure: that would not be compiled for the vectors that its
/// caller is.
#[inline(always)]
fn worth<R: Real>(c: R, share: X<R>, gamma: R) -> R {
    c * share.value().max(R::constant(FLOOR)).pow(gamma)
}

impl Formula<7> for MixtureAdditive {
    const CARD: Card = Card {
        id: "mixture-additive",
        family: Family::Mixture,
        title: "Loss on one domain from the shares of five, the inverse of a sum of powers",
        formula: r"L = E + \frac{1}{\sum_j C_j h_j^\gamma},\ h_j \ge 10^{-3}",
        cite: &["shukor2025"],
        inputs: &[
            Input::new("h1", "share of domain 1", "1").within(0.0, 1.0),
            Input::new("h2", "share of domain 2", "1").within(0.0, 1.0),
            Input::new("h3", "share of domain 3", "1").within(0.0, 1.0),
            Input::new("h4", "share of domain 4", "1").within(0.0, 1.0),
            Input::new("h5", "share of domain 5", "1").within(0.0, 1.0),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("E", r"E", "loss that no mixture takes away", "nat/token", &[1.0, 2.0]),
            Param::coefficient("C1", r"C_1", "worth of domain 1", "token/nat", &[0.3, 3.0])
                .role(Role::Nonlinear)
                .bounds(1e-6, 1e6),
            Param::coefficient("C2", r"C_2", "worth of domain 2", "token/nat", &[0.3])
                .role(Role::Nonlinear)
                .bounds(1e-6, 1e6),
            Param::coefficient("C3", r"C_3", "worth of domain 3", "token/nat", &[0.3])
                .role(Role::Nonlinear)
                .bounds(1e-6, 1e6),
            Param::coefficient("C4", r"C_4", "worth of domain 4", "token/nat", &[0.3])
                .role(Role::Nonlinear)
                .bounds(1e-6, 1e6),
            Param::coefficient("C5", r"C_5", "worth of domain 5", "token/nat", &[0.3])
                .role(Role::Nonlinear)
                .bounds(1e-6, 1e6),
            Param::exponent("gamma", r"\gamma", "exponent of the shares", (0.0, 2.0), &[0.1, 0.3, 0.6]),
        ],

        notes: "\
## Statement
Domains add up in what they do for a target: the reducible loss is the inverse of a sum of powers of \
their shares.

## Origin
Shukor et al. 2025 (arXiv 2507.09404), at one model size and one number of tokens, with one exponent \
for all shares.

## Assumptions
Five domains whose shares sum to one.

## Where it fails
A share of zero has no logarithm; shares below 1e-3 count as 1e-3, so that the last thousandth of a \
share is not resolved.

## References
shukor2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, c1, c2, c3, c4, c5, gamma]: &[R; 7]) -> R {
        let first = worth(c1, x[0], gamma) + worth(c2, x[1], gamma);
        let others = first + worth(c3, x[2], gamma) + worth(c4, x[3], gamma);
        e + (others + worth(c5, x[4], gamma)).recip()
    }
}
