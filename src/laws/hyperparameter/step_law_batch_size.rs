//! B = c N^a D^b: batch in tokens from model size and data (the default of Step Law's code).

use crate::law::{Card, Counts, Family, Input, Param, notes};

/// Batch as a power of N and of D.
pub const CARD: Card = Card {
    id: "step-law-batch-size",
    family: Family::Hyperparameter,
    title: "Batch size in tokens from model size and data",
    formula: r"B = c\,N^a D^b",
    cite: &["steplaw2025"],
    inputs: &[
        Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
        Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
    ],
    output: Input::new("B", "batch size", "tokens"),
    params: &[
        Param::coefficient("c", "c", "coefficient", "tokens/parameters^a/tokens^b", &[0.1, 1.0, 100.0]),
        Param::exponent("a", "a", "model-size exponent", (-3.0, 3.0), &[-0.3, 0.3]),
        Param::exponent("b", "b", "data exponent", (-3.0, 3.0), &[0.3, 0.6]),
    ],
    notes: notes! {
        statement: "The best batch is a power of the model size times a power of the data.",
        origin: "The default of Step Law's fitting code (Li et al. 2025); the published law leaves N out.",
        assumptions: "B counts tokens; N parameters outside the vocabulary.",
        fails: "The published table of bootstrap coefficients has no exponent for N. On the public grid it comes out \
                negative, -0.27.",
        references: "steplaw2025",
    },
    ..Card::DEFAULT
};
