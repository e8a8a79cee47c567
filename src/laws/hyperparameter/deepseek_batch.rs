//! B = c C^b: batch size in tokens from compute (DeepSeek LLM).

use crate::law::{Card, Family, Input, Param, notes};
use crate::laws::forms::batch_in_sequences;

/// Batch size in tokens as a power of compute.
pub const CARD: Card = Card {
    id: "deepseek-batch",
    family: Family::Hyperparameter,
    title: "Batch size in tokens from training compute",
    formula: r"B = c\,C^b",
    cite: &["deepseek2024"],
    inputs: &[Input::new("C", "training compute", "FLOP")],
    output: Input::new("B", "batch size", "tokens"),
    params: &[
        Param::coefficient("c", "c", "coefficient", "tokens/FLOP^b", &[0.1, 1.0]),
        Param::exponent("b", "b", "compute exponent", (-3.0, 3.0), &[0.2, 0.5]),
    ],
    derived: &[batch_in_sequences(&["C", "S"])],
    notes: notes! {
        statement: "The best batch size in tokens is a power of the training compute.",
        origin: "DeepSeek LLM (Bi et al. 2024).",
        assumptions: "C is tokens times non-embedding FLOP per token, attention counted; 6ND stands in for it and is \
                      a little low. N and D are near the compute-optimal path.",
        fails: "Off the compute-optimal path two runs of one budget may want quite different values; a power of \
                compute cannot say so.",
        references: "deepseek2024, steplaw2025",
    },
    ..Card::DEFAULT
};
