//! O = M b/32: multiply-accumulates by their width (after Kummer et al. 2021).

use crate::law::{Cost, Input, notes};

/// Bits of the number format that operations are counted in.
const FLOAT: f64 = 32.0;

/// Multiply-accumulates of a network at b bits, in those of 32-bit floats.
pub const COST: Cost = Cost {
    id: "quantised-operations",
    name: "M b/32",
    title: "Multiply-accumulates at b bits, in those of 32-bit floats",
    formula: r"O = M\,\frac{b}{32}",
    cite: &["kummer2021"],
    inputs: &[
        Input::new("M", "multiply-accumulates of a layer, or of all layers and steps", "1").within(1.0, 1e30),
        Input::new("b", "bits of the numbers multiplied, the mean over layers and steps weighed by M", "bits").within(1.0, 32.0),
    ],
    unit: "1",
    of: |x| x[0] * x[1] / FLOAT,
    notes: notes! {
        statement: "A multiplication of b bits counts for b/32 of one of 32-bit floats; layers and training steps \
                    add up, so that a network whose widths differ counts like one at their mean.",
        origin: "Kummer, Sidak, Reichmann and Gansterer 2021 (AdaPT, arXiv 2107.13490) report training 1.27 and \
                 inference 2.33 times faster by such a model of performance.",
        assumptions: "Hardware gains in proportion to the width, of every width.",
        fails: "Their exact model, which also counts sparsity and the search for the widths, could not be read, so \
                that nothing here is held to print. Hardware knows few widths.",
        references: "kummer2021",
    },
    ..Cost::DEFAULT
};
