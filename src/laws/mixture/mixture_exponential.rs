//! Exponential of a linear form in the shares (Ye et al. 2024).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param};

/// The data-mixing law, its factor absorbed.
pub struct MixtureExponential;

impl Formula<6> for MixtureExponential {
    const CARD: Card = Card {
        id: "mixture-exponential",
        family: Family::Mixture,
        title: "Loss on one domain from the shares of five, an exponential of a linear form (Ye)",
        formula: r"L = c + \exp\left(\sum_j t_j h_j\right)",
        cite: &["ye2024"],
        inputs: &[
            Input::new("h1", "share of domain 1", "1").within(0.0, 1.0),
            Input::new("h2", "share of domain 2", "1").within(0.0, 1.0),
            Input::new("h3", "share of domain 3", "1").within(0.0, 1.0),
            Input::new("h4", "share of domain 4", "1").within(0.0, 1.0),
            Input::new("h5", "share of domain 5", "1").within(0.0, 1.0),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("c", r"c", "loss that no mixture takes away", "nat/token", &[1.0, 2.0]),
            Param::exponent("t1", r"t_1", "effect of the share of domain 1", (-50.0, 50.0), &[-1.0, 0.5]),
            Param::exponent("t2", r"t_2", "effect of the share of domain 2", (-50.0, 50.0), &[-1.0, 0.5]),
            Param::exponent("t3", r"t_3", "effect of the share of domain 3", (-50.0, 50.0), &[-1.0, 0.5]),
            Param::exponent("t4", r"t_4", "effect of the share of domain 4", (-50.0, 50.0), &[-1.0, 0.5]),
            Param::exponent("t5", r"t_5", "effect of the share of domain 5", (-50.0, 50.0), &[-1.0, 0.5]),
        ],

        notes: "\
## Statement
The reducible loss is the exponential of a linear form in the shares of the domains.

## Origin
Ye et al. 2024 (arXiv 2403.16952): c + k exp(sum t_j h_j). Shares sum to one, so that k is the same \
as a constant added to every t, and is left out.

## Assumptions
Five domains whose shares sum to one; one model size and number of tokens.

## Where it fails
Linear in each share: a domain's first per cent counts for no more than its last, which measured \
losses contradict near zero.

## References
ye2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, t1, t2, t3, t4, t5]: &[R; 6]) -> R {
        c + (t1 * x[0].value() + t2 * x[1].value() + t3 * x[2].value() + t4 * x[3].value() + t5 * x[4].value()).exp()
    }
}
