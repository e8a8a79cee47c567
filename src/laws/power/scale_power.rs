//! L = (x_c/x)^alpha (Kaplan et al. 2020).

use crate::law::{Card, Derived, Family, Input, Param, Role, Transform, named, notes};

/// Kaplan's one-variable form: the loss is one where x reaches its scale.
pub const CARD: Card = Card {
    id: "scale-power",
    family: Family::Power,
    title: "Loss against one resource, a pure power with a scale (Kaplan's L(N), L(D), L(C), L(C_min))",
    formula: r"L = \left(\frac{x_c}{x}\right)^{\alpha}",
    cite: &["kaplan2020", "su2024"],
    inputs: &[Input::new("x", "resource (N, D, or compute in the unit of x_c)", "1")],
    output: Input::new("L", "loss", "nat/token"),
    params: &[
        Param::coefficient("x_c", "x_c", "scale: where the loss would be one nat", "1", &[1e2, 1e6, 1e11])
            .scales_with("x")
            .role(Role::Nonlinear),
        Param::exponent("alpha", r"\alpha", "exponent", (0.0, 3.0), &[0.05, 0.1, 0.3]).transform(Transform::Log),
    ],
    derived: &[
        Derived::new(
            "x_at",
            "resource at which the loss reaches L",
            r"x_c L^{-1/\alpha}",
            "1",
            &["L"],
            named!(|[x_c, alpha], [l]| x_c * l.powf(-1.0 / alpha)),
        ),
        Derived::new(
            "L_doubling",
            "factor on the loss for each doubling of the resource",
            r"2^{-\alpha}",
            "1",
            &[],
            named!(|[_, alpha], _| (-alpha).exp2()),
        ),
    ],
    notes: notes! {
        statement: "Loss falls as a pure power of one resource x while every other resource is plentiful. The scale \
                    x_c carries the unit: x must be given in the unit that x_c was published in.",
        origin: "Kaplan et al. 2020, equations 1.1 to 1.3: L(N) for non-embedding parameters N trained to \
                 convergence on enough data; L(D) for D tokens with early stopping; L(C) for compute with a fixed \
                 batch; L(C_min) for compute with the best batch. Compute is in petaflop-days there (8.64e19 FLOP). \
                 Su et al. 2024 estimate L(N) of their own on models of 1M to 60M parameters and predict up to 33B \
                 with it.",
        assumptions: "No irreducible loss: the data cover losses far above it. Only x is scarce.",
        fails: "Without a floor the law reaches zero; it must bend somewhere. x_c is an extrapolation by many orders \
                of magnitude, and hangs on the exponent: compare predictions, not x_c. Copies that add 1.69 to it \
                mix two papers. Kaplan prints three sets of constants (one variable, N and D, N and steps) that do \
                not agree.",
        references: "kaplan2020, su2024",
    },
    ..Card::DEFAULT
};
