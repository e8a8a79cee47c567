//! S = l log2(V): bits that a state must hold to copy a text (after Ren et al. 2024).

use crate::law::{Cost, Input, notes};

/// Least state of a recurrent model that copies any text of a length.
pub const COST: Cost = Cost {
    id: "copy-state",
    name: "l log2(V)",
    title: "Least state of a recurrent model that copies any text of l tokens",
    formula: r"S = l \log_2 V",
    cite: &["ren2024"],
    inputs: &[
        Input::new("l", "tokens to be copied", "1").within(1.0, 1e12),
        Input::new("V", "different tokens", "1").within(2.0, 1e9),
    ],
    unit: "bits",
    of: |x| x[0] * x[1].log2(),
    notes: notes! {
        statement: "There are V^l texts of l tokens, and a state that tells them apart holds at least l log2 V bits: \
                    a model of constant state copies no text longer than its state allows, and a state that grows \
                    with the text gives up the advantage over attention.",
        origin: "Ren et al. 2024 (arXiv 2410.03810) show for Mamba that copying needs a state linear in the length, \
                 and that dynamic programs cost as much as with a transformer. They give orders without constants; \
                 the count of texts is the constant of the bound.",
        assumptions: "Every text may occur; the state is all that is carried from reading to writing.",
        fails: "Texts that can be compressed need less. The bound says nothing of whether training finds such a \
                state, nor of how precisely numbers hold it.",
        references: "ren2024",
    },
    ..Cost::DEFAULT
};
