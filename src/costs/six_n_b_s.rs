//! C = 6NBS (Kaplan et al. 2020).

use super::six_n_d;
use crate::law::{Cost, Input, notes};

/// Training compute of N parameters in S steps of B tokens.
pub const COST: Cost = Cost {
    id: "six-n-b-s",
    name: "6NBS",
    title: "Training compute of N parameters in S steps of B tokens",
    formula: r"C = 6NBS",
    cite: &["kaplan2020"],
    inputs: &[
        Input::new("N", "model size", "parameters"),
        Input::new("S", "steps taken", "steps"),
        Input::new("B", "batch size", "tokens"),
    ],
    of: |x| six_n_d(x[0], x[1] * x[2]),
    notes: notes! {
        statement: "The cost of six-n-d for the tokens that S steps at a batch of B tokens see.",
        origin: "Kaplan et al. 2020 (arXiv 2001.08361), section 2.1 and equation 5.5.",
        assumptions: "Those of six-n-d; one batch size throughout.",
        fails: "Where the batch grows during training B is its mean over steps.",
        references: "kaplan2020",
    },
    ..Cost::DEFAULT
};
