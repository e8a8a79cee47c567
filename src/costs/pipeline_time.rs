//! T = W (1 + (p-1)/m): time of a pipeline with its bubble (Dash et al. 2023).

use crate::law::{Cost, Input, notes};

/// Time of a step in a pipeline, with the bubble.
pub const COST: Cost = Cost {
    id: "pipeline-time",
    name: "W(1+(p-1)/m)",
    title: "Time of a step in a pipeline of stages, with the bubble",
    formula: r"T = W\left(1 + \frac{p-1}{m}\right)",
    cite: &["dash2023"],
    inputs: &[
        Input::new("W", "time of the work itself", "s").within(1e-6, 1e6),
        Input::new("p", "stages of the pipeline", "1").within(1.0, 1e4).whole(),
        Input::new("m", "micro-batches of a step", "1").within(1.0, 1e6).whole(),
    ],
    unit: "s",
    falls: &["m"],
    of: |x| x[0] * (1.0 + (x[1] - 1.0) / x[2]),
    notes: notes! {
        statement: "Stages wait while the pipeline fills and drains; the wasted share of the step is (p-1)/(m+p-1).",
        origin: "The standard model of one forward and one backward pass for each micro-batch, as Dash et al. 2023 (arXiv 2312.12705) tune it on Frontier.",
        assumptions: "Equal stages, free communication.",
        fails: "Interleaved schedules have smaller bubbles. No number of the paper could be read that would test this form.",
        references: "dash2023",
    },
};
