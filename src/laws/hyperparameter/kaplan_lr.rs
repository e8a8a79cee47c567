//! eta = a + b ln N: learning rate from model size (Kaplan et al. 2020).

use crate::law::{Card, Counts, Family, Input, Param, Role, notes};

/// Learning rate as a line in ln N.
pub const CARD: Card = Card {
    id: "kaplan-lr",
    family: Family::Hyperparameter,
    title: "Learning rate from model size, a line in ln N",
    formula: r"\eta = a + b\ln N",
    cite: &["kaplan2020"],
    inputs: &[Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding)],
    output: Input::new("eta", "peak learning rate", "1"),
    params: &[
        Param::coefficient("a", "a", "learning rate at one parameter", "1", &[0.003]),
        Param::exponent("b", "b", "change per factor e of model size", (-1.0, 1.0), &[-1e-4]).role(Role::Linear),
    ],
    notes: notes! {
        statement: "The learning rate falls by a constant with every factor of model size.",
        origin: "Kaplan et al. 2020, appendix D, equation D.1.",
        assumptions: "N counts parameters without embeddings. The paper writes log and does not say to which base; \
                      natural gives sensible rates.",
        fails: "It falls through zero near 1.2e10 parameters, and the paper says that it breaks down above 1e10.",
        references: "kaplan2020",
    },
    ..Card::DEFAULT
};
