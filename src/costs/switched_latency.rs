//! T = share T_large + (1 - share) T_small: time of two models of which one answers.

use crate::law::{Cost, Input, notes};

/// Mean time of an answer where a large model answers a share of the requests and a small one the rest.
pub const COST: Cost = Cost {
    id: "switched-latency",
    name: "share T_large + (1 - share) T_small",
    title: "Mean time of an answer by one of two models, switched by request",
    formula: r"T = \pi\,T_{large} + (1 - \pi)\,T_{small}",
    cite: &["motetti2024"],
    inputs: &[
        Input::new("share", "share of requests that the large model answers", "1").within(0.0, 1.0),
        Input::new("T_large", "time of the large model", "s"),
        Input::new("T_small", "time of the small model, at most that of the large", "s"),
    ],
    unit: "s",
    of: |x| x[0] * x[1] + (1.0 - x[0]) * x[2],
    notes: notes! {
        statement: "Choosing between two models by request gives every time between theirs: the line between two \
                    points of a frontier is to be had by switching, blindly at worst.",
        origin: "Motetti et al. 2024 (arXiv 2401.15236), for networks aboard a small drone.",
        assumptions: "Deciding which model answers costs nothing; only one of them runs.",
        fails: "What the switch gains over a blind one depends on how well it knows which requests are hard: no \
                table of times and errors was published that could be read, so nothing here is held to print.",
        references: "motetti2024",
    },
    ..Cost::DEFAULT
};
