//! B = c / L^k: batch in tokens from the loss (Kaplan et al. 2020; MiniCPM).

use crate::law::{Card, Family, Input, Param, notes};
use crate::laws::forms::falling_batch_in_sequences;

/// Batch as a power of the loss reached.
pub const CARD: Card = Card {
    id: "batch-at-loss",
    family: Family::Hyperparameter,
    title: "Batch size in tokens from the loss reached",
    formula: r"B = c\,L^{-k}",
    cite: &["kaplan2020", "minicpm2024"],
    inputs: &[Input::new("L", "loss reached", "nat/token")],
    output: Input::new("B", "batch size", "tokens"),
    params: &[
        Param::coefficient("c", "c", "coefficient", "tokens·(nat/token)^k", &[1e8, 1e9]),
        Param::exponent("k", "k", "loss exponent", (0.0, 20.0), &[4.0, 7.0]),
    ],
    derived: &[falling_batch_in_sequences(&["L", "S"])],
    notes: notes! {
        statement: "The batch at which more examples stop helping grows as a power of the loss reached, whatever the \
                    model.",
        origin: "Kaplan et al. 2020, equation 5.3 (critical batch, k = 1/0.21); MiniCPM (Hu et al. 2024) with its \
                 own constants.",
        assumptions: "L in nats per token on the authors' own data and tokenizer.",
        fails: "The loss is known only after training: it must come from a loss law. Losses of other tokenizers do \
                not fit in. Step Law's comparison prints 2e18 for both coefficients; Kaplan's is 2.1e8 and MiniCPM's \
                1.21e9 tokens, and 2e18 is ten orders of magnitude off.",
        references: "kaplan2020, minicpm2024, steplaw2025",
    },
    ..Card::DEFAULT
};
