//! B = c N^a: batch size in tokens from model size (Porian et al. 2024).

use crate::law::{Card, Family, Input, Param, notes};
use crate::laws::forms::batch_in_sequences;

/// Batch size in tokens as a power of model size.
pub const CARD: Card = Card {
    id: "porian-batch",
    family: Family::Hyperparameter,
    title: "Batch size in tokens from model size",
    formula: r"B = c\,N^a",
    cite: &["porian2024"],
    inputs: &[Input::new("N", "model size", "parameters")],
    output: Input::new("B", "batch size", "tokens"),
    params: &[
        Param::coefficient("c", "c", "coefficient", "tokens/parameters^a", &[0.1, 1.0, 10.0]),
        Param::exponent("a", "a", "model-size exponent", (-3.0, 3.0), &[0.3, 0.7]),
    ],
    derived: &[batch_in_sequences(&["N", "S"])],
    notes: notes! {
        statement: "The best batch size in tokens is a power of the model size.",
        origin: "Porian et al. 2024, from sweeps of small models near the compute-optimal path.",
        assumptions: "N includes the output head. Tokens grow with N along the compute-optimal path, so a power of N \
                      stands for both.",
        fails: "Circulates in two units: 0.7576 N^0.703 tokens, 0.00037 N^0.703 sequences of 2048 tokens. Far beyond \
                20 tokens per parameter the power of N no longer stands for the data.",
        references: "porian2024, steplaw2025",
    },
    ..Card::DEFAULT
};
