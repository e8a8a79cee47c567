//! C = 6ND + 2 N D_inf (Sardana et al. 2024, equation 2).

use super::{inference_flop, six_n_d};
use crate::law::{Cost, Counts, Input, notes};

/// Compute of training N parameters on D tokens and serving D_inf tokens.
pub const COST: Cost = Cost {
    id: "trained-and-served",
    name: "6ND+2ND_inf",
    title: "Compute of training N parameters on D tokens and serving D_inf tokens",
    formula: r"C = 6ND + 2 N D_{inf}",
    cite: &["sardana2024"],
    inputs: &[
        Input::new("N", "model size", "parameters"),
        Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
        Input::new("D_inf", "tokens served", "tokens"),
    ],
    of: |x| six_n_d(x[0], x[1]) + inference_flop(x[0], x[2]),
    notes: notes! {
        statement: "What a model costs over its life: its training, and two floating-point operations per parameter \
                    for every token served.",
        origin: "Sardana et al. 2024 (arXiv 2401.00448), equation 2.",
        assumptions: "The demand does not depend on the model. Those of six-n-d and inference-flop.",
        fails: "A FLOP of decoding costs more money than one of training; the method lifetime counts money.",
        references: "sardana2024",
    },
    ..Cost::DEFAULT
};
