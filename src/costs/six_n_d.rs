//! C = 6ND (Kaplan et al. 2020, section 2.1).

use super::six_n_d;
use crate::law::{Cost, Counts, Input, notes};

/// Training compute of N parameters on D tokens.
pub const COST: Cost = Cost {
    id: "six-n-d",
    name: "6ND",
    title: "Training compute of N parameters on D tokens",
    formula: r"C = 6ND",
    cite: &["kaplan2020", "hoffmann2022"],
    inputs: &[
        Input::new("N", "model size", "parameters"),
        Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
    ],
    of: |x| six_n_d(x[0], x[1]),
    notes: notes! {
        statement: "Training costs six floating-point operations per parameter and token: two in the forward pass, \
                    four in the backward pass.",
        origin: "Kaplan et al. 2020 (arXiv 2001.08361), section 2.1, N without embeddings. Hoffmann et al. 2022 use \
                 it for approach 3.",
        assumptions: "Matrix products dominate; every parameter is used once for each token.",
        fails: "Attention over long contexts, embeddings and the output head of small models, activations computed \
                twice, and sparse models, where N is the number of active parameters. Which parameters N counts \
                moves exponents at small scale.",
        references: "kaplan2020, hoffmann2022",
    },
    ..Cost::DEFAULT
};
