//! Operations a token when a small model guesses ahead (Leviathan et al. 2022, theorem 3.11).

use super::tokens_a_pass;
use crate::law::{Cost, Input, notes};

/// Operations a token under speculative decoding, over those of the large model alone.
pub const COST: Cost = Cost {
    id: "speculative-operations",
    name: "(1-a)(Kc+K+1)/(1-a^(K+1))",
    title: "Operations a token when K tokens are guessed by a small model, over the large one alone",
    formula: r"C = \frac{(1-a)(K\hat c + K + 1)}{1 - a^{K+1}}",
    cite: &["leviathan2022", "huang2024"],
    inputs: &[
        Input::new("a", "probability that a guess is accepted", "1").within(0.0, 1.0),
        Input::new("K", "tokens guessed at once", "tokens").within(0.0, 1e3).whole(),
        Input::new("c", "operations of a guess over those of the large model on one token", "1").within(0.0, 1.0),
    ],
    unit: "1",
    falls: &["a"],
    of: |x| (x[1] * x[2] + x[1] + 1.0) / tokens_a_pass(x[0], x[1]),
    notes: notes! {
        statement: "Guesses that are rejected were checked for nothing: speculation saves time, not operations.",
        origin: "Leviathan et al. 2022 (arXiv 2211.17192), theorem 3.11.",
        assumptions: "Those of speculative-decoding.",
        fails: "Where arithmetic is the limit and not memory, this cost decides, and it is never below one.",
        references: "leviathan2022, huang2024",
    },
};
