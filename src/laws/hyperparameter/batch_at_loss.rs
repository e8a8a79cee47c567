//! B = c / L^k: batch in tokens from the loss (Kaplan et al. 2020; MiniCPM).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param};

/// Batch as a power of the loss reached.
pub struct BatchAtLoss;

impl Formula<2> for BatchAtLoss {
    const CARD: Card = Card {
        id: "batch-at-loss",
        family: Family::Hyperparameter,
        title: "Batch size in tokens from the loss reached",
        formula: r"B = c\,L^{-k}",
        cite: &["kaplan2020", "minicpm2024"],
        inputs: &[Input::new("L", "loss reached", "nat/token")],
        output: Input::new("B", "batch size", "tokens"),
        params: &[
            Param::coefficient("c", "c", "coefficient", "tokens", &[1e8, 1e9]),
            Param::exponent("k", "k", "loss exponent", (0.0, 20.0), &[4.0, 7.0]),
        ],
        derived: &[Derived {
            symbol: "sequences",
            meaning: "batch in sequences of S tokens",
            formula: r"B/S",
            unit: "sequences",
            needs: &["L", "S"],
            value: |t, at| t[0] * at[0].powf(-t[1]) / at[1],
        }],
        notes: "\
## Statement
The batch at which more examples stop helping grows as a power of the loss reached, whatever the \
model.

## Origin
Kaplan et al. 2020, equation 5.3 (critical batch, k = 1/0.21); MiniCPM (Hu et al. 2024) with its \
own constants.

## Assumptions
L in nats per token on the authors' own data and tokenizer.

## Where it fails
The loss is known only after training: it must come from a loss law. Losses of other tokenizers do \
not fit in. Step Law's comparison prints 2e18 for both coefficients; Kaplan's is 2.1e8 and \
MiniCPM's 1.21e9 tokens, and 2e18 is ten orders of magnitude off.

## References
kaplan2020, minicpm2024, steplaw2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, k]: &[R; 2]) -> R {
        c * x[0].pow(-k)
    }
}
