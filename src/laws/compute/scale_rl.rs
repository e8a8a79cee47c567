//! R = R_0 + (A - R_0)/(1 + (C_mid/C)^B): pass rate against RL compute (ScaleRL).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, Transform, named};

/// Pass rate against compute of reinforcement learning, a sigmoid.
pub struct ScaleRl;

impl Formula<4> for ScaleRl {
    const CARD: Card = Card {
        id: "scale-rl",
        family: Family::Compute,
        title: "Pass rate against compute of reinforcement learning, a sigmoid",
        formula: r"R = R_0 + \frac{A - R_0}{1 + (C_{mid}/C)^B}",
        cite: &["khatri2025"],
        inputs: &[Input::new("C", "compute of reinforcement learning, in GPU hours", "1")],
        output: Input::new("R", "pass rate", "1").within(0.0, 1.0),
        params: &[
            Param::exponent("R_0", "R_0", "pass rate before", (0.0, 1.0), &[0.1, 0.2, 0.3]).role(Role::Linear),
            Param::exponent("A", "A", "pass rate of unlimited compute", (0.0, 1.0), &[0.45, 0.6, 0.8])
                .role(Role::Linear),
            Param::exponent("B", "B", "steepness", (0.0, 20.0), &[0.5, 1.1, 2.0]).transform(Transform::Log),
            Param::coefficient("C_mid", "C_{mid}", "compute of half the gain", "1", &[0.3, 1.0, 3.0])
                .scales_with("C")
                .role(Role::Nonlinear),
        ],
        derived: &[
            Derived {
                symbol: "R_mid",
                meaning: "pass rate at C_mid",
                formula: r"(R_0 + A)/2",
                unit: "1",
                needs: &[],
                value: named!(|[r_0, a, _, _], _| 0.5 * (r_0 + a)),
            },
            Derived {
                symbol: "odds",
                meaning: "share of the gain made over the share left, a power of C with exponent B",
                formula: r"(R-R_0)/(A-R) = (C/C_{mid})^B",
                unit: "1",
                needs: &["C"],
                value: named!(|[_, _, b, c_mid], [c]| (c / c_mid).powf(b)),
            },
        ],
        notes: "\
## Statement
The pass rate rises from R_0 to A along a sigmoid in the logarithm of compute. (R - R_0)/(A - R) is \
a power of compute, the plot to look at.

## Origin
Khatri et al. 2025 (ScaleRL): pass rate is the mean over 16 answers on 1,000 held-out prompts; the \
first 1,500 GPU hours are dropped, R_0 is fixed, the asymptotes print with an error of 0.02. B and \
C_mid of the runs could not be read.

## Assumptions
R_0 is below A, both are rates, and the recipe does not change along the run.

## Where it fails
A and C_mid trade against each other until compute passes C_mid: hold out the second half of the run \
before believing an asymptote.

## References
khatri2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[r_0, a, b, c_mid]: &[R; 4]) -> R {
        r_0 + (a - r_0) / ((b * (c_mid.ln() - x[0].ln())).exp() + 1.0)
    }
}
