//! B = c D^b: batch in tokens from data alone (Step Law).

use crate::law::{Card, Counts, Family, Input, Param, notes};
use crate::laws::forms::batch_in_sequences;

/// Batch as a power of the data.
pub const CARD: Card = Card {
    id: "step-law-batch",
    family: Family::Hyperparameter,
    title: "Batch size in tokens from data",
    formula: r"B = c\,D^b",
    cite: &["steplaw2025"],
    inputs: &[Input::new("D", "training data", "tokens").counting(Counts::TokensSeen)],
    output: Input::new("B", "batch size", "tokens"),
    params: &[
        Param::coefficient("c", "c", "coefficient", "tokens/tokens^b", &[0.1, 1.0, 100.0]),
        Param::exponent("b", "b", "data exponent", (-3.0, 3.0), &[0.3, 0.6]),
    ],
    derived: &[batch_in_sequences(&["D", "S"])],
    notes: notes! {
        statement: "The best batch is a power of the data; model size hardly matters.",
        origin: "Step Law (Li et al. 2025), fitted as its learning rate is; the code also regresses on model size.",
        assumptions: "B counts tokens. Divide by the sequence length (2048 in the experiments) for sequences.",
        fails: "On the public dense grid the same recipe finds exponent 0.6125 and coefficient 0.2085: the grid \
                lacks the smaller models. The optimum is flat: a factor of two in batch, with the best rate for it, \
                costs 0.4 to 6.7 per mille of the loss.",
        references: "steplaw2025",
    },
    ..Card::DEFAULT
};
