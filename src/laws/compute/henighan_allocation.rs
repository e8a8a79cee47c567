//! N_opt = (C/C_0)^beta (Henighan et al. 2020).

use crate::costs::{PF_DAY, TRAINING};
use crate::law::{Card, Counts, Derived, Family, Input, Param, Role, named, notes};

/// Compute-optimal model size with a scale: one parameter at C_0.
pub const CARD: Card = Card {
    id: "henighan-allocation",
    family: Family::Compute,
    title: "Compute-optimal model size, a power of compute with a scale (Henighan)",
    formula: r"N_{opt} = \left(\frac{C}{C_0}\right)^{\beta}",
    cite: &["henighan2020"],
    inputs: &[Input::new("C", "training compute", "PF-days")],
    output: Input::new("N", "compute-optimal model size", "parameters").counting(Counts::NonEmbedding),
    params: &[
        Param::coefficient(
            "C_0",
            "C_0",
            "compute for which one parameter would be optimal",
            "PF-days",
            &[1e-14, 1e-12, 1e-10],
        )
        .role(Role::Nonlinear)
        .scales_with("C"),
        Param::exponent("beta", r"\beta", "exponent of model size", (0.0, 1.0), &[0.5, 0.65, 0.8]),
    ],
    derived: &[
        Derived::new(
            "k",
            "model size at one petaflop-day",
            r"C_0^{-\beta}",
            "parameters",
            &[],
            named!(|[c_0, beta], _| c_0.powf(-beta)),
        ),
        Derived::new(
            "p_DN",
            "exponent of data against model size along the optimum",
            r"(1-\beta)/\beta",
            "1",
            &[],
            named!(|[_, beta], _| (1.0 - beta) / beta),
        ),
        Derived::new(
            "D_opt",
            "compute-optimal data, C in petaflop-days",
            r"C/(6 N_{opt})",
            "tokens",
            &["C"],
            named!(|[c_0, beta], [c]| c * PF_DAY / (TRAINING * (c / c_0).powf(beta))),
        ),
    ],
    notes: notes! {
        statement: "The best model size for a training budget grows as a power of compute whose scale C_0 is the \
                    budget for which a single parameter would be best.",
        origin: "Henighan et al. 2020, equation 1.4 and Table 1: the exponent is near 0.7 in every domain, so data \
                 grow as about the 0.4th power of model size. Fitted to the points on the convex hull of loss \
                 against compute.",
        assumptions: "C = 6ND with embeddings left out; learning curves at one schedule.",
        fails: "The exponent shares the causes of Kaplan's (schedules that outlast the small runs), and C_0 is an \
                extrapolation over many orders of magnitude. For 16x16 images the text prints (2.8e8) C^0.74 and the \
                table 3.08e8 C^0.75.",
        references: "henighan2020, kaplan2020, porian2024",
    },
    ..Card::DEFAULT
};
