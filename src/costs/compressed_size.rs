//! M = N b/8 (1-s): bytes of weights at b bits with a share s of zeros.

use crate::law::{Cost, Input, notes};

/// Bytes of weights at a width and a sparsity.
pub const COST: Cost = Cost {
    id: "compressed-size",
    name: "N b/8 (1-s)",
    title: "Size of weights stored at b bits with a share s of them pruned",
    formula: r"M = N\,\frac{b}{8}\,(1 - s)",
    cite: &["xu2023"],
    inputs: &[
        Input::new("N", "weights", "parameters"),
        Input::new("b", "bits a weight", "bits").within(1.0, 64.0),
        Input::new("s", "share of weights pruned", "1").within(0.0, 0.999),
    ],
    unit: "bytes",
    falls: &["s"],
    of: |x| x[0] * x[1] / 8.0 * (1.0 - x[2]),
    notes: notes! {
        statement: "The abscissa of most tables of quantisation and pruning. Against 16 bits the size falls by (16/b)/(1-s): eight times at four bits and half the weights.",
        origin: "The size that tables of quantisation and pruning state, as of Xu et al. 2023 (arXiv 2305.11186).",
        assumptions: "Positions of zeros cost nothing.",
        fails: "Scales, zero points and indices add to it: two bits with five per cent of them are 2.1 bits. What a size is worth in quality is left to frontier on a table of your own.",
        references: "xu2023",
    },
};
