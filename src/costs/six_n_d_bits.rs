//! C = (6/16) P N D (Kumar et al. 2024, section 4.3).

use super::six_n_d_at;
use crate::law::{Cost, Counts, Input, notes};

/// Training compute at P bits, in FLOP of 16-bit arithmetic.
pub const COST: Cost = Cost {
    id: "six-n-d-bits",
    name: "(6/16)PND",
    title: "Training compute at P bits, in FLOP of 16-bit arithmetic",
    formula: r"C = \frac{6}{16} P N D",
    cite: &["kumar2024", "capybara2025"],
    inputs: &[
        Input::new("N", "model size", "parameters"),
        Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
        Input::new("P", "bits of a multiplication", "bits").within(1.0, 64.0),
    ],
    of: |x| six_n_d_at(x[0], x[1], x[2]),
    notes: notes! {
        statement: "A multiplication P bits wide costs P/16 of a 16-bit one, so that training at P bits costs P/16 \
                    of 6ND.",
        origin: "Kumar et al. 2024 (arXiv 2411.04330), section 4.3; Sun et al. 2025 (arXiv 2501.02423), equation 42.",
        assumptions: "Cost is linear in the width, and hardware exists for it.",
        fails: "Hardware offers a few widths only, and memory traffic does not shrink as arithmetic does.",
        references: "kumar2024, capybara2025",
    },
    ..Cost::DEFAULT
};
