//! M = b N: bytes of model states in all (Dash et al. 2023).

use crate::law::{Cost, Input, notes};

/// Memory of model states over all devices.
pub const COST: Cost = Cost {
    id: "training-states",
    name: "bN",
    title: "Memory of model states over all devices, at stated bytes a parameter",
    formula: r"M = b N",
    cite: &["dash2023"],
    inputs: &[
        Input::new("N", "model size", "parameters"),
        Input::new("b", "bytes a parameter", "bytes").within(1.0, 64.0),
    ],
    unit: "bytes",
    of: |x| x[0] * x[1],
    notes: notes! {
        statement: "What training must hold before activations: so many bytes for every parameter.",
        origin: "Dash et al. 2023 (arXiv 2312.12705): 24 TB for 1T parameters on Frontier, so 24 bytes; Rajbhandari et al. 2019 count 16.",
        assumptions: "States are spread evenly; nothing is offloaded.",
        fails: "The number of bytes is a convention of the software: 16 and 24 are both in print. The tables of tuning were not seen, so nothing else of that paper is held to print.",
        references: "dash2023, rajbhandari2019",
    },
    ..Cost::DEFAULT
};
