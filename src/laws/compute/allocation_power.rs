//! N_opt = k C^p with C in petaflop-days (Kaplan et al. 2020, Table 6).

use crate::costs::{PF_DAY, TRAINING};
use crate::law::{Card, Counts, Derived, Family, Input, Param, named, notes};

/// D = C/(6N) in tokens, C in petaflop-days.
fn d_opt(k: f64, p: f64, c: f64) -> f64 {
    c.powf(1.0 - p) * PF_DAY / (TRAINING * k)
}

/// Compute-optimal model size as a power of compute.
pub const CARD: Card = Card {
    id: "allocation-power",
    family: Family::Compute,
    title: "Compute-optimal model size as a power of compute in petaflop-days",
    formula: r"N_{opt} = k\, C^{p}",
    cite: &["kaplan2020", "henighan2020"],
    inputs: &[Input::new("C", "training compute", "PF-days")],
    output: Input::new("N", "compute-optimal model size", "parameters").counting(Counts::NonEmbedding),
    params: &[
        Param::coefficient("k", "k", "model size at one petaflop-day", "parameters", &[1e8, 1e9, 1e10]),
        Param::exponent("p", "p", "exponent of model size", (0.0, 1.0), &[0.5, 0.65, 0.8]),
    ],
    derived: &[
        Derived::new(
            "p_D",
            "exponent of the compute-optimal data, D = C/(6N)",
            r"1 - p",
            "1",
            &[],
            named!(|[_, p], _| 1.0 - p),
        ),
        Derived::new(
            "p_DN",
            "exponent of data against model size along the optimum",
            r"(1-p)/p",
            "1",
            &[],
            named!(|[_, p], _| (1.0 - p) / p),
        ),
        Derived::new(
            "D_opt",
            "compute-optimal data, C in petaflop-days",
            r"C/(6 N_{opt})",
            "tokens",
            &["C"],
            named!(|[k, p], [c]| d_opt(k, p, c)),
        ),
        Derived::new(
            "D_critical",
            "data seen if the budget is C_min and training runs at the critical batch, which costs 2 C_min",
            r"2 C/(6 N_{opt})",
            "tokens",
            &["C"],
            named!(|[k, p], [c]| 2.0 * d_opt(k, p, c)),
        ),
        Derived::new(
            "p_CD",
            "exponent of the compute that D tokens deserve",
            r"1/(1-p)",
            "1",
            &[],
            named!(|[_, p], _| 1.0 / (1.0 - p)),
        ),
        Derived::new(
            "C_of_D",
            "compute in petaflop-days for which D tokens are optimal",
            r"(6kD)^{1/(1-p)}",
            "PF-days",
            &["D"],
            named!(|[k, p], [d]| (TRAINING * k * d / PF_DAY).powf(1.0 / (1.0 - p))),
        ),
    ],
    notes: notes! {
        statement: "The best model size for a training budget C grows as C^p; data follow from C = 6ND.",
        origin: "Kaplan et al. 2020, Table 6, N_opt = 1.3e9 C_min^0.73 with compute in petaflop-days and embeddings \
                 left out. Henighan et al. 2020 print (2.8e8) C^0.74 for 16x16 images, and (5e-42) D^3.9 for the \
                 compute that D tokens deserve.",
        assumptions: "C = 6ND, one pass over the data, compute at the best batch size.",
        fails: "Kaplan's exponent comes from learning-rate schedules that outlast short runs, from a warm-up as long \
                as the small runs and from leaving out the last layer's compute (Porian et al. 2024): corrected, p \
                is near 0.5. Kaplan's budget is C_min, and a run at the critical batch costs twice that, so D_opt of \
                Table 6 is D_critical here; the right side of equation 6.7 (4e10 C^0.26) agrees with neither.",
        references: "kaplan2020, henighan2020, porian2024",
    },
    ..Card::DEFAULT
};
