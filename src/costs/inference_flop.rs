//! C = 2 N D_inf (Kaplan et al. 2020, section 2.1).

use super::inference_flop;
use crate::law::{Cost, Input, notes};

/// Compute of serving D_inf tokens with N parameters.
pub const COST: Cost = Cost {
    id: "inference-flop",
    name: "2ND_inf",
    title: "Compute of serving D_inf tokens with N parameters",
    formula: r"C = 2 N D_{inf}",
    cite: &["sardana2024", "kaplan2020"],
    inputs: &[Input::new("N", "model size", "parameters"), Input::new("D_inf", "tokens served", "tokens")],
    of: |x| inference_flop(x[0], x[1]),
    notes: notes! {
        statement: "Serving costs the forward pass alone: two floating-point operations per parameter and token.",
        origin: "Kaplan et al. 2020, section 2.1; Sardana et al. 2024 (arXiv 2401.00448) for a lifetime of requests.",
        assumptions: "Matrix products dominate; prompt and answer tokens cost the same.",
        fails: "Decoding is bound by memory traffic and reaches a small share of the peak: money is another cost. \
                Long contexts add attention.",
        references: "sardana2024, kaplan2020",
    },
    ..Cost::DEFAULT
};
