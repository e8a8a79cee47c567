//! T = F + g (o-1): runtime of a model alone on its devices (Narayanan et al. 2023).

use crate::law::{Cost, Input, notes};

/// Runtime of a query to a model alone on known devices.
pub const COST: Cost = Cost {
    id: "idealized-runtime",
    name: "F+g(o-1)",
    title: "Runtime of a query on dedicated devices, from its prompt and its output tokens",
    formula: r"T = F(p) + g\,\max(o - 1, 0)",
    cite: &["narayanan2023"],
    inputs: &[
        Input::new("F", "time of reading the prompt, which gives the first token", "s").within(0.0, 1e4),
        Input::new("g", "time of each further token", "s").within(0.0, 1e3),
        Input::new("o", "output tokens", "tokens").within(0.0, 1e6),
    ],
    unit: "s",
    of: |x| x[0] + x[1] * (x[2] - 1.0).max(0.0),
    notes: notes! {
        statement: "Reading a prompt costs F, which rises with its length in steps; the first token comes with it, each further one costs g. Times devices and their price it is the cost of a query, free of queues and other tenants.",
        origin: "Narayanan et al. 2023 (arXiv 2305.02440) and the profiles that HELM carries, which are tables of F over 27 lengths of prompt.",
        assumptions: "One query at a time, on the devices profiled; between lengths F is interpolated.",
        fails: "Batched serving. An output of one token costs F, not F + g: counting o instead of o - 1 is wrong for short answers.",
        references: "narayanan2023",
    },
    ..Cost::DEFAULT
};
