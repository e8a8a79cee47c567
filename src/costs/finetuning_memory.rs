//! M = N b/8 + k N_t + A: bytes of fine-tuning adapters on quantised weights (Chai et al. 2023).

use crate::law::{Cost, Input, notes};

/// Memory of fine-tuning small adapters on frozen, quantised weights.
pub const COST: Cost = Cost {
    id: "finetuning-memory",
    name: "N b/8 + k N_t + A",
    title: "Memory of fine-tuning adapters on frozen quantised weights",
    formula: r"M = N\,\frac{b}{8} + k N_t + A",
    cite: &["chai2023"],
    inputs: &[
        Input::new("N", "frozen weights", "parameters"),
        Input::new("b", "bits a frozen weight, scales included", "bits").within(1.0, 64.0),
        Input::new("N_t", "weights of the adapters", "parameters"),
        Input::new("k", "bytes an adapter weight: itself, gradient, optimiser", "bytes").within(1.0, 64.0),
        Input::new("A", "activations", "bytes").within(0.0, 1e15),
    ],
    unit: "bytes",
    of: |x| x[0] * x[1] / 8.0 + x[3] * x[2] + x[4],
    notes: notes! {
        statement: "Frozen weights are kept at b bits, adapters with all that training needs, and activations as they come.",
        origin: "Chai et al. 2023 (arXiv 2306.08162): two bits and five per cent for scales are 2.1 bits a weight.",
        assumptions: "Frozen weights have no gradients.",
        fails: "The saving in memory that the abstract states needs the sizes of adapters and activations, which could not be read: it is not held to print.",
        references: "chai2023",
    },
    ..Cost::DEFAULT
};
