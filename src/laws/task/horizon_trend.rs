//! h = h_0 2^(t/T): time horizon against release date.

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Transform, named};

/// Time horizon against date, doubling at a fixed rate.
pub struct HorizonTrend;

impl Formula<2> for HorizonTrend {
    const CARD: Card = Card {
        id: "horizon-trend",
        family: Family::Task,
        title: "Time horizon against date, doubling at a fixed rate",
        formula: r"h = h_0\,2^{t/T}",
        cite: &["kwa2025"],
        inputs: &[Input::new("t", "days since 1 January 2019", "days").within(-1e6, 1e6)],
        output: Input::new("h", "time horizon", "minutes"),
        params: &[
            Param::coefficient("h_0", "h_0", "horizon on the first day", "minutes", &[0.01, 0.1, 1.0]),
            Param::exponent("T", "T", "doubling time, in days", (1.0, 1e5), &[100.0, 200.0, 400.0])
                .transform(Transform::Log),
        ],
        derived: &[
            Derived {
                symbol: "doubling_months",
                meaning: "doubling time in months of 30.4375 days",
                formula: r"T/30.4375",
                unit: "1",
                needs: &[],
                value: named!(|[_, doubling], _| doubling / 30.4375),
            },
            Derived {
                symbol: "t_at",
                meaning: "days since 1 January 2019 at which the horizon reaches h",
                formula: r"T\log_2(h/h_0)",
                unit: "days",
                needs: &["h"],
                value: named!(|[h_0, doubling], [h]| doubling * (h / h_0).log2()),
            },
        ],
        notes: "\
## Statement
The length of task that the best released agent solves half the time doubles every T days.

## Origin
METR (Kwa et al. 2025), where least squares of ln h on the release date of agents that were the best \
when released gives a doubling about every seven months.

## Assumptions
Each agent is one point however wide its interval. Fit it with squared loss on log residuals.

## Where it fails
The rate depends on the window: from 2024 on it is nearly twice that of 2019 to early 2025. A date \
is not a cause, and a handful of agents decides the slope.

## References
kwa2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[h_0, t]: &[R; 2]) -> R {
        h_0 * (x[0].times(t.recip()) * std::f64::consts::LN_2).exp()
    }
}
