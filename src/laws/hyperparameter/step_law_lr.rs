//! eta = c N^a D^b: peak learning rate from model size and data (Step Law; Bjorck et al. 2024).

use crate::law::{Card, Counts, Family, Input, Param, notes};

/// Learning rate as a power of N and of D.
pub const CARD: Card = Card {
    id: "step-law-lr",
    family: Family::Hyperparameter,
    title: "Peak learning rate from model size and data",
    formula: r"\eta = c\,N^a D^b",
    cite: &["steplaw2025", "bjorck2024"],
    inputs: &[
        Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
        Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
    ],
    output: Input::new("eta", "peak learning rate", "1"),
    params: &[
        Param::coefficient("c", "c", "coefficient", "1", &[0.1, 1.0, 100.0]),
        Param::exponent("a", "a", "model-size exponent", (-3.0, 3.0), &[-0.7, -0.2]),
        Param::exponent("b", "b", "data exponent", (-3.0, 3.0), &[-0.3, 0.3]),
    ],
    notes: notes! {
        statement: "The best peak learning rate is a power of the model size times a power of the data.",
        origin: "Step Law (Li et al. 2025), fitted there by ordinary least squares on logarithms over all grid \
                 points within 0.25% of the best smoothed loss of their cell, 1000 bootstrap resamples. Bjorck et \
                 al. 2024 use the same form with another sign of b.",
        assumptions: "N counts parameters outside the vocabulary. AdamW, warm-up, cosine decay to a fixed last rate \
                      of 1e-5: with decay to a tenth the best peak is another one.",
        fails: "The public dense grid lacks the smaller models and does not give the published constants back: \
                pooled least squares on it finds exponents -0.766 and 0.197. The papers disagree on the sign of b \
                (Step Law +0.307, Bjorck -0.32): the batch grows with the data in one and stays at half a million \
                tokens in the other. Bjorck's coefficient as transcribed in Step Law's comparison, 1.3192e-5, has no \
                units beside it and gives 3e-11 at 1B parameters and 100B tokens.",
        references: "steplaw2025, bjorck2024",
    },
    ..Card::DEFAULT
};
