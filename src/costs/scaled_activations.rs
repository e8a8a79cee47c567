//! A = s^((e_d + e_w/2 + e_r)/(e_d+e_w+e_r)): activations of a scaled network (Dollar et al. 2021).

use crate::law::{Cost, Input, notes};

/// Activations of a convolutional network scaled to s times the compute.
pub const COST: Cost = Cost {
    id: "scaled-activations",
    name: "d w r^2",
    title: "Activations of a network whose compute is scaled by s, over those before",
    formula: r"A = d\,w\,r^2,\ d = s^{e_d/S},\ w = s^{e_w/2S},\ r = s^{e_r/2S},\ S = e_d + e_w + e_r",
    cite: &["dollar2021"],
    inputs: &[
        Input::new("s", "factor of compute", "1").within(1.0, 1e6),
        Input::new("e_d", "weight of depth", "1").within(0.0, 100.0),
        Input::new("e_w", "weight of width", "1").within(0.0, 100.0),
        Input::new("e_r", "weight of resolution", "1").within(0.0, 100.0),
    ],
    unit: "1",
    falls: &["e_d", "e_w", "e_r"],
    of: |x| x[0].powf((x[1] + 0.5 * x[2] + x[3]) / (x[1] + x[2] + x[3])),
    notes: notes! {
        statement: "Compute grows as d w^2 r^2, activations as d w r^2: scaling width alone makes them grow as the root of compute, depth or resolution alone as compute itself, and runtime follows activations.",
        origin: "Dollar et al. 2021 (arXiv 2103.06877) and the scaler of their library pycls; fast scaling has weights 1, 8, 1.",
        assumptions: "Factors are not rounded; the library rounds width to multiples of 8 and resolution to multiples of 4.",
        fails: "That runtime follows activations is a finding on certain devices. It says nothing of accuracy.",
        references: "dollar2021",
    },
};
