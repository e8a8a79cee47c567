//! P = 1/(1 + e^-(a + b log2 t)): success against the time a task takes a person (METR).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, Transform, named};

/// Success against the length of a task, with its time horizon.
pub struct SuccessHorizon;

impl Formula<2> for SuccessHorizon {
    const CARD: Card = Card {
        id: "success-horizon",
        family: Family::Task,
        title: "Success against the length of a task, with its time horizon",
        formula: r"P = \sigma(a + b\log_2 t)",
        cite: &["kwa2025"],
        inputs: &[Input::new("t", "time the task takes a person", "minutes")],
        output: Input::new("P", "success rate", "1").within(0.0, 1.0),
        params: &[
            Param::coefficient("a", "a", "log-odds at one minute", "1", &[1.0, 3.0, 6.0])
                .role(Role::Nonlinear)
                .transform(Transform::Identity)
                .bounds(-50.0, 50.0),
            Param::exponent("b", "b", "change of the log-odds per doubling of t", (-10.0, 10.0), &[-1.0, -0.5, -0.2]),
        ],
        derived: &[
            Derived {
                symbol: "h_50",
                meaning: "time horizon: length of task solved half the time",
                formula: r"2^{-a/b}",
                unit: "minutes",
                needs: &[],
                value: named!(|[a, b], _| (-a / b).exp2()),
            },
            Derived {
                symbol: "h_80",
                meaning: "length of task solved four times in five",
                formula: r"2^{(\ln 4 - a)/b}",
                unit: "minutes",
                needs: &[],
                value: named!(|[a, b], _| ((4f64.ln() - a) / b).exp2()),
            },
            Derived {
                symbol: "h",
                meaning: "length of task solved with probability p",
                formula: r"2^{(\mathrm{logit}\,p - a)/b}",
                unit: "minutes",
                needs: &["p"],
                value: named!(|[a, b], [p]| (((p / (1.0 - p)).ln() - a) / b).exp2()),
            },
        ],
        notes: "\
## Statement
The log-odds of success fall linearly in the base-two logarithm of the time that the task takes a \
person. The horizon is the time at which the curve crosses one half.

## Origin
METR, time horizons of agents (Kwa et al. 2025), eval-analysis-public. There it is fitted as a \
logistic regression on weighted runs with a ridge of 0.1 on the slope and weights that sum to one.

## Assumptions
Difficulty is human time, and one slope serves all task families. Time is in minutes; the logarithm \
is to base two.

## Where it fails
With weights that sum to one the ridge is not negligible: it moves the horizon by several per cent \
on a few dozen runs. The 80 per cent horizon of a weak agent lies below every task measured. Least \
squares on success rates is not the logistic likelihood.

## References
kwa2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b]: &[R; 2]) -> R {
        (a + x[0].times_ln(b) * std::f64::consts::LOG2_E).logistic()
    }
}
