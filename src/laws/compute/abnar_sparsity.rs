//! L = a/N^alpha + b/D^beta + c/(1-S)^lambda + d/((1-S)^delta N^gamma) + e (Abnar et al. 2025).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Transform, named};

/// Loss of sparse mixtures of experts from all parameters, data and sparsity.
pub struct AbnarSparsity;

impl Formula<10> for AbnarSparsity {
    const CARD: Card = Card {
        id: "abnar-sparsity",
        family: Family::Compute,
        title: "Loss of sparse mixtures of experts from all parameters, data and sparsity",
        formula: r"L = \frac{a}{N^\alpha} + \frac{b}{D^\beta} + \frac{c}{(1-S)^\lambda} + \frac{d}{(1-S)^\delta N^\gamma} + e",
        cite: &["abnar2025"],
        inputs: &[
            Input::new("N", "all parameters", "parameters"),
            Input::new("D", "training data", "tokens"),
            Input::new("S", "sparsity: share of experts that rest", "1").within(0.0, 0.99),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("a", "a", "model-size coefficient", "1", &[8.0, 16.0]),
            Param::coefficient("b", "b", "data coefficient", "1", &[6.0, 12.0]),
            Param::coefficient("c", "c", "sparsity coefficient", "1", &[0.3, 0.5]),
            Param::coefficient("d", "d", "interaction coefficient", "1", &[1.0, 2.0]),
            Param::coefficient("e", "e", "irreducible loss", "nat/token", &[0.5, 1.0]).transform(Transform::Identity),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.35]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.2, 0.35]),
            Param::exponent(
                "lambda",
                r"\lambda",
                "sparsity exponent, negative where sparsity helps",
                (-3.0, 3.0),
                &[-0.3],
            ),
            Param::exponent("delta", r"\delta", "sparsity exponent of the interaction", (-3.0, 3.0), &[0.2]),
            Param::exponent("gamma", r"\gamma", "size exponent of the interaction", (0.0, 3.0), &[0.25]),
        ],
        derived: &[Derived {
            symbol: "active",
            meaning: "active share of the experts",
            formula: r"1 - S",
            unit: "1",
            needs: &["S"],
            value: named!(|_, [s]| 1.0 - s),
        }],
        notes: "\
## Statement
At a fixed number of all parameters the loss changes with the share of experts that rest, alone and \
together with size.

## Origin
Abnar et al. 2025 (parameters against FLOP of sparse mixtures of experts), budgets of 3e19 to 1e21 \
FLOP, Huber loss of 1e-3 on log residuals. Its constants could not be read; the numbers beside it \
here are computed.

## Assumptions
N counts all parameters, not the active ones. S = (E - K)/E for K of E experts.

## Where it fails
Ten constants: the terms in N trade against each other unless sparsity varies at every size.

## References
abnar2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, c, d, e, alpha, beta, lambda, delta, gamma]: &[R; 10]) -> R {
        let rest = -x[2].value() + 1.0;
        let l = rest.ln();
        a * x[0].pow(-alpha)
            + b * x[1].pow(-beta)
            + c * (-(lambda * l)).exp()
            + d * x[0].pow(-gamma) * (-(delta * l)).exp()
            + e
    }
}
