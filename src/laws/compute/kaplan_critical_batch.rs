//! B_crit = B_star / L^(1/alpha_B) (Kaplan et al. 2020, equation 5.3).

use crate::law::{Card, Derived, Family, Input, Param, Role, Transform, named, notes};

fn b_crit(b_star: f64, alpha_b: f64, loss: f64) -> f64 {
    b_star * loss.powf(-1.0 / alpha_b)
}

/// The batch at which time and compute are traded evenly, from the loss.
pub const CARD: Card = Card {
    id: "kaplan-critical-batch",
    family: Family::Compute,
    title: "Critical batch size from the loss (Kaplan, after McCandlish)",
    formula: r"B_{crit} = \frac{B_*}{L^{1/\alpha_B}}",
    cite: &["kaplan2020", "su2024"],
    inputs: &[Input::new("L", "loss", "nat/token")],
    output: Input::new("B_crit", "critical batch size", "tokens"),
    params: &[
        Param::coefficient("B_star", "B_*", "batch size at a loss of one nat", "tokens", &[1e6, 1e8, 1e10]),
        Param::exponent("alpha_B", r"\alpha_B", "exponent", (0.0, 3.0), &[0.1, 0.2, 0.5])
            .role(Role::Nonlinear)
            .transform(Transform::Log),
    ],
    derived: &[
        Derived::new(
            "steps_factor",
            "steps over the fewest possible, S/S_min, at loss L and batch B",
            r"1 + B_{crit}/B",
            "1",
            &["L", "B"],
            named!(|[b_star, alpha_b], [l, b]| 1.0 + b_crit(b_star, alpha_b, l) / b),
        ),
        Derived::new(
            "data_factor",
            "tokens (and compute) over the fewest possible, E/E_min = C/C_min, at loss L and batch B",
            r"1 + B/B_{crit}",
            "1",
            &["L", "B"],
            named!(|[b_star, alpha_b], [l, b]| 1.0 + b / b_crit(b_star, alpha_b, l)),
        ),
    ],
    notes: notes! {
        statement: "The batch size beyond which more parallel data save few steps depends on the loss alone. At a \
                    batch B a run to that loss needs S = S_min (1 + B_crit/B) steps and E = E_min (1 + B/B_crit) \
                    tokens, so that (S/S_min - 1)(E/E_min - 1) = 1; at B = B_crit both are twice their least.",
        origin: "Kaplan et al. 2020, equations 5.1 to 5.5, after McCandlish et al. 2018; batch in tokens. Su et al. \
                 2024 use the same form with constants of their own.",
        assumptions: "The noise of the gradient, not its curvature, limits the step; independent of model size at \
                      equal loss.",
        fails: "With optimisers, warm-ups and schedules tuned per batch size the trade-off is sharper than the \
                hyperbola. Two roundings of B_star are printed: 2e8 in the text, 2.1e8 in the table.",
        references: "kaplan2020, su2024",
    },
    ..Card::DEFAULT
};
