//! PU = exp(-c N^-alpha): chance of solving a task from model size (Hu et al. 2023).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, named};

/// Chance of solving a task against model size, log-log linear.
pub struct PassUntil;

impl Formula<2> for PassUntil {
    const CARD: Card = Card {
        id: "pass-until",
        family: Family::Task,
        title: "Chance of solving a task against model size, log-log linear",
        formula: r"PU = e^{-c N^{-\alpha}}",
        cite: &["hu2023"],
        inputs: &[Input::new("N", "model size", "parameters")],
        output: Input::new("PU", "chance that one sample solves the task", "1").within(0.0, 1.0),
        params: &[
            Param::coefficient("c", "c", "difficulty: -ln PU of one parameter", "1", &[5.0, 20.0, 100.0])
                .role(Role::Nonlinear),
            Param::exponent("alpha", r"\alpha", "exponent of model size", (0.0, 3.0), &[0.15, 0.25, 0.35]),
        ],
        derived: &[
            Derived {
                symbol: "N_at",
                meaning: "model size at which one sample solves the task with chance PU",
                formula: r"(c/(-\ln PU))^{1/\alpha}",
                unit: "parameters",
                needs: &["PU"],
                value: named!(|[c, alpha], [pu]| (c / -pu.ln()).powf(1.0 / alpha)),
            },
            Derived {
                symbol: "PU_mle",
                meaning: "share of solved samples after r successes in K trials, which is biased upward",
                formula: r"r/K",
                unit: "1",
                needs: &["r", "K"],
                value: named!(|_, [r, k]| r / k),
            },
            Derived {
                symbol: "PU_unbiased",
                meaning: "unbiased chance after r successes in K trials, r at least 2",
                formula: r"(r-1)/(K-1)",
                unit: "1",
                needs: &["r", "K"],
                value: named!(|_, [r, k]| if r >= 2.0 { (r - 1.0) / (k - 1.0) } else { f64::NAN }),
            },
            Derived {
                symbol: "deviation",
                meaning: "deviation of a predicted chance from the measured one, in per cent",
                formula: r"100|PU_{predicted}/PU_{measured} - 1|",
                unit: "1",
                needs: &["predicted", "measured"],
                value: named!(|_, [predicted, measured]| 100.0 * (predicted / measured - 1.0).abs()),
            },
        ],
        notes: "\
## Statement
The negative logarithm of the chance to solve a task falls as a power of model size, so that ln(-ln \
PU) is a straight line in ln N. A chance too small for any benchmark score is measured by sampling \
until r successes have come.

## Origin
Hu et al. 2023 (PassUntil), equations 3 and 4, models of 0.03B to 2.4B parameters. The only pair \
printed where it could be read is the forecast of HumanEval at 2.4B: 0.05987 against 0.05990 \
measured. No table of fitted c and alpha was seen.

## Assumptions
The loss of every token of the answer falls to zero with size, and tokens contribute alike; strictly \
c grows with the length of the answer.

## Where it fails
A task with an irreducible part never follows it. A concave ln(-ln PU) is super-scaling, a convex \
one sub-scaling: look at the residuals before extrapolating. r/K is biased; the capped search (1e5 \
samples) censors the smallest models.

## References
hu2023",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, alpha]: &[R; 2]) -> R {
        (-(c * x[0].pow(-alpha))).exp()
    }
}
