//! T = T_v + k/r: time to the first token of a model that sees (Vasu et al. 2024).

use crate::law::{Cost, Input, notes};

/// Time until the first token where an image is encoded and its tokens are read first.
pub const COST: Cost = Cost {
    id: "first-token",
    name: "T_v + k/r",
    title: "Time to the first token: encoding an image and reading its tokens",
    formula: r"T = T_v + \frac{k}{r}",
    cite: &["vasu2024"],
    inputs: &[
        Input::new("T_v", "time of the vision encoder", "s"),
        Input::new("k", "tokens of the image and the prompt", "1").within(1.0, 1e9),
        Input::new("r", "tokens that the language model reads a second", "1").within(1e-3, 1e12),
    ],
    unit: "s",
    falls: &["r"],
    of: |x| x[0] + x[1] / x[2],
    notes: notes! {
        statement: "An encoder that hands over fewer tokens saves twice: in its own time and in the time that the \
                    language model needs before it answers.",
        origin: "Vasu et al. 2024 (FastVLM, arXiv 2412.13303), which splits the time to the first token so.",
        assumptions: "The two run one after the other; reading is a constant number of tokens a second.",
        fails: "Attention makes long prompts dearer than in proportion. The repository states ratios of times \
                (85, 7.9) without the times, so that nothing here is held to print.",
        references: "vasu2024",
    },
};
