//! N_opt = (C/C_0)^beta (Henighan et al. 2020).

use crate::base::real::{Real, X};
use crate::costs::PF_DAY;
use crate::law::{Card, Counts, Derived, Family, Formula, Input, Param, Role};

/// Compute-optimal model size with a scale: one parameter at C_0.
pub struct HenighanAllocation;

impl Formula<2> for HenighanAllocation {
    const CARD: Card = Card {
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
            Derived {
                symbol: "k",
                meaning: "model size at one petaflop-day",
                formula: r"C_0^{-\beta}",
                unit: "parameters",
                needs: &[],
                value: |t, _| t[0].powf(-t[1]),
            },
            Derived {
                symbol: "p_DN",
                meaning: "exponent of data against model size along the optimum",
                formula: r"(1-\beta)/\beta",
                unit: "1",
                needs: &[],
                value: |t, _| (1.0 - t[1]) / t[1],
            },
            Derived {
                symbol: "D_opt",
                meaning: "compute-optimal data, C in petaflop-days",
                formula: r"C/(6 N_{opt})",
                unit: "tokens",
                needs: &["C"],
                value: |t, at| at[0] * PF_DAY / (6.0 * (at[0] / t[0]).powf(t[1])),
            },
        ],
        notes: "\
## Statement
The best model size for a training budget grows as a power of compute whose scale C_0 is the budget for \
which a single parameter would be best.

## Origin
Henighan et al. 2020, equation 1.4 and Table 1: the exponent is near 0.7 in every domain, so data grow as \
about the 0.4th power of model size. Fitted to the points on the convex hull of loss against compute.

## Assumptions
C = 6ND with embeddings left out; learning curves at one schedule.

## Where it fails
The exponent shares the causes of Kaplan's (schedules that outlast the small runs), and C_0 is an \
extrapolation over many orders of magnitude. For 16x16 images the text prints (2.8e8) C^0.74 and the \
table 3.08e8 C^0.75.

## References
henighan2020, kaplan2020, porian2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c_0, beta]: &[R; 2]) -> R {
        (beta * (x[0].ln() - c_0.ln())).exp()
    }
}
