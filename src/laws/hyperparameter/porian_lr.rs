//! eta = c N^a: peak learning rate from model size (Porian et al. 2024).

use crate::law::{Card, Family, Input, Param, notes};

/// Peak learning rate as a power of model size.
pub const CARD: Card = Card {
    id: "porian-lr",
    family: Family::Hyperparameter,
    title: "Peak learning rate from model size",
    formula: r"\eta = c\,N^a",
    cite: &["porian2024"],
    inputs: &[Input::new("N", "model size", "parameters")],
    output: Input::new("eta", "peak learning rate", "1"),
    params: &[
        Param::coefficient("c", "c", "coefficient", "1", &[0.1, 1.0, 10.0]),
        Param::exponent("a", "a", "model-size exponent", (-3.0, 3.0), &[-0.4, -0.1]),
    ],
    notes: notes! {
        statement: "The best peak learning rate is a power of the model size.",
        origin: "Porian et al. 2024, from sweeps of small models near the compute-optimal path.",
        assumptions: "N includes the output head. Tokens grow with N along the compute-optimal path, so a power of N \
                      stands for both.",
        fails: "Far beyond 20 tokens per parameter the power of N no longer stands for the data.",
        references: "porian2024, steplaw2025",
    },
    ..Card::DEFAULT
};
