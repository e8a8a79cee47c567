//! C = l_max/l_mean: frames computed a frame of speech in a padded batch (Zelasko et al. 2025).

use crate::law::{Cost, Input, notes};

/// Frames computed for each frame of speech in a padded batch.
pub const COST: Cost = Cost {
    id: "padding",
    name: "l_max/l_mean",
    title: "Frames computed for each frame of speech in a padded batch",
    formula: r"C = l_{max}/\bar l",
    cite: &["zelasko2025"],
    inputs: &[
        Input::new("l_max", "longest length in the batch", "1").within(1.0, 1e6),
        Input::new("l_mean", "mean length in the batch", "1").within(1.0, 1e6),
    ],
    unit: "1",
    falls: &["l_mean"],
    of: |x| x[0] / x[1],
    notes: notes! {
        statement: "A batch is as long as its longest member; the share 1 - l_mean/l_max is computed for nothing. Batches of like lengths waste little.",
        origin: "Zelasko et al. 2025 (arXiv 2503.05931).",
        assumptions: "Cost is linear in frames.",
        fails: "Attention in the encoder is quadratic. The measured shares could not be read, so that none is held to print.",
        references: "zelasko2025",
    },
};
