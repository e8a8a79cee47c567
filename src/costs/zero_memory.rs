//! Bytes of model states on one device, shared in stages (Rajbhandari et al. 2019, section 5).

use crate::law::{Cost, Input, notes};

/// Bytes of the optimiser a parameter: its copy of the weights and two moments, in single precision.
const OPTIMISER: f64 = 12.0;
/// Bytes of gradients a parameter, in half precision.
const GRADIENTS: f64 = 2.0;
/// Bytes of weights a parameter, in half precision.
const PARAMETERS: f64 = 2.0;

/// Memory of model states on one of N_d devices.
pub const COST: Cost = Cost {
    id: "zero-memory",
    name: "N(2+2+12), shared",
    title: "Memory of parameters, gradients and optimiser on one device that shares them",
    formula: r"M = N\left(\frac{2}{n_3} + \frac{2}{n_2} + \frac{12}{n_1}\right),\ n_s = N_d\ \text{if stage} \ge s\ \text{else}\ 1",
    cite: &["rajbhandari2019"],
    inputs: &[
        Input::new("N", "model size", "parameters"),
        Input::new("N_d", "devices that share", "1").within(1.0, 1e7).whole(),
        Input::new("stage", "what is shared: 0 nothing, 1 optimiser, 2 gradients too, 3 parameters too", "1")
            .within(0.0, 3.0)
            .whole(),
    ],
    unit: "bytes",
    falls: &["N_d", "stage"],
    of: |x| {
        let share = |from: f64| if x[2] >= from { 1.0 / x[1] } else { 1.0 };
        x[0] * (OPTIMISER * share(1.0) + GRADIENTS * share(2.0) + PARAMETERS * share(3.0))
    },
    notes: notes! {
        statement: "Mixed-precision training with Adam keeps sixteen bytes a parameter: two of weights, two of gradients, twelve of the optimiser. Each stage divides one more of them among the devices.",
        origin: "Rajbhandari et al. 2019 (arXiv 1910.02054), section 5 and Table 1, whose large cells are cut off rather than rounded.",
        assumptions: "Adam in mixed precision; all devices in one data-parallel group.",
        fails: "Activations, buffers and fragments are not counted; communication grows to one and a half times in the last stage. Frontier counts 24 bytes a parameter for the same states: see training-states.",
        references: "rajbhandari2019, dash2023",
    },
};
