//! C = (6/16)(E+M+1) N D (Sun et al. 2025, equation 42).

use super::six_n_d_at;
use crate::law::{Cost, Counts, Input, notes};

/// Training compute in a floating-point format of E exponent and M mantissa bits.
pub const COST: Cost = Cost {
    id: "float-format",
    name: "(6/16)(E+M+1)ND",
    title: "Training compute in a floating-point format of E exponent and M mantissa bits",
    formula: r"C = \frac{6}{16}(E + M + 1) N D",
    cite: &["capybara2025"],
    inputs: &[
        Input::new("N", "model size", "parameters"),
        Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
        Input::new("E", "exponent bits", "bits"),
        Input::new("M", "mantissa bits", "bits"),
    ],
    of: |x| six_n_d_at(x[0], x[1], x[2] + x[3] + 1.0),
    notes: notes! {
        statement: "The cost of six-n-d-bits for a number of one sign bit, E exponent bits and M mantissa bits.",
        origin: "Sun et al. 2025 (arXiv 2501.02423), equation 42.",
        assumptions: "Cost is linear in the width; the scale shared by a block is not counted.",
        fails: "Small blocks, whose shared scales add bits of their own.",
        references: "capybara2025",
    },
    ..Cost::DEFAULT
};
