//! C = (6/16) N D max(P) (Kumar et al. 2024, section 4.3).

use super::six_n_d_at;
use crate::law::{Cost, Counts, Input, notes};

/// Training compute where hardware multiplies at its widest operand.
pub const COST: Cost = Cost {
    id: "widest-operand",
    name: "(6/16)ND max(P)",
    title: "Training compute where hardware multiplies at its widest operand",
    formula: r"C = \frac{6}{16} N D \max(P_w, P_a, P_{kv})",
    cite: &["kumar2024"],
    inputs: &[
        Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
        Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
        Input::new("P_w", "bits of the weights", "bits").within(1.0, 16.0).whole(),
        Input::new("P_a", "bits of the activations", "bits").within(1.0, 16.0).whole(),
        Input::new("P_kv", "bits of the KV cache", "bits").within(1.0, 16.0).whole(),
    ],
    of: |x| six_n_d_at(x[0], x[1], x[2].max(x[3]).max(x[4])),
    notes: notes! {
        statement: "The cost of six-n-d-bits at the widest of weights, activations and KV cache.",
        origin: "Kumar et al. 2024 (arXiv 2411.04330), section 4.3.",
        assumptions: "A product of two widths runs at the wider one.",
        fails: "Narrowing one operand alone then saves nothing, although it saves memory.",
        references: "kumar2024",
    },
    ..Cost::DEFAULT
};
