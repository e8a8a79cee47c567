//! eta = c C^b: peak learning rate from compute (DeepSeek LLM).

use crate::law::{Card, Family, Input, Param, notes};

/// Peak learning rate as a power of compute.
pub const CARD: Card = Card {
    id: "deepseek-lr",
    family: Family::Hyperparameter,
    title: "Peak learning rate from training compute",
    formula: r"\eta = c\,C^b",
    cite: &["deepseek2024"],
    inputs: &[Input::new("C", "training compute", "FLOP")],
    output: Input::new("eta", "peak learning rate", "1"),
    params: &[
        Param::coefficient("c", "c", "coefficient", "1", &[0.1, 1.0]),
        Param::exponent("b", "b", "compute exponent", (-3.0, 3.0), &[-0.3, -0.1]),
    ],
    notes: notes! {
        statement: "The best peak learning rate is a power of the training compute.",
        origin: "DeepSeek LLM (Bi et al. 2024).",
        assumptions: "C is tokens times non-embedding FLOP per token, attention counted; 6ND stands in for it and is \
                      a little low. N and D are near the compute-optimal path.",
        fails: "Step Law's comparison prints the coefficient 0.3188; the paper of origin has 0.3118. Off the \
                compute-optimal path two runs of one budget may want quite different values; a power of compute \
                cannot say so.",
        references: "deepseek2024, steplaw2025",
    },
    ..Card::DEFAULT
};
