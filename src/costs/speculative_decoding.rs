//! T = (K c + 1)(1-a)/(1-a^(K+1)): time a token when a small model guesses ahead (Leviathan et al. 2022).

use super::tokens_a_pass;
use crate::law::{Cost, Input, notes};

/// Time a token under speculative decoding, over that of the large model alone.
pub const COST: Cost = Cost {
    id: "speculative-decoding",
    name: "(Kc+1)/E",
    title: "Time a token when K tokens are guessed by a small model, over the large one alone",
    formula: r"T = (Kc + 1)\,\frac{1-a}{1-a^{K+1}}",
    cite: &["leviathan2022", "huang2024"],
    inputs: &[
        Input::new("a", "probability that a guess is accepted", "1").within(0.0, 1.0),
        Input::new("K", "tokens guessed at once", "tokens").within(0.0, 1e3).whole(),
        Input::new("c", "time of a guess over that of a pass of the large model", "1").within(0.0, 1.0),
    ],
    unit: "passes/token",
    falls: &["a", "K"],
    of: |x| (x[1] * x[2] + 1.0) / tokens_a_pass(x[0], x[1]),
    notes: notes! {
        statement: "Each pass of the large model checks K guesses and yields the accepted ones and one more: (1-a^(K+1))/(1-a) tokens. The speed-up is one over this cost, and its best K is where the next guess costs more than it is likely to bring.",
        origin: "Leviathan et al. 2022 (arXiv 2211.17192), theorems 3.8 and 3.11, the base of Huang et al. 2024 (arXiv 2405.19715), who stop guessing when a rejection becomes likely.",
        assumptions: "Guesses are accepted independently and alike; a check of K tokens takes as long as one token.",
        fails: "Acceptance differs from token to token: adaptive lengths gain from it (their gains need traces that are not public). At large batches a check of K tokens is no longer free.",
        references: "leviathan2022, huang2024",
    },
};
