//! Muennighoff's law with the worth of repetition as a geometric series (Muennighoff et al. 2023,
//! appendix A).

use super::muennighoff::{INPUTS, PARAMS, Returns, derived, loss};
use crate::base::real::{Real, X};
use crate::costs::SIX_N_D;
use crate::law::{Allocation, Card, Derived, Family, Formula, Input, Param, Transform};

/// Each repetition is worth a fixed fraction less than the one before it.
pub struct MuennighoffGeometric;

/// Σ (1 − δ)^k over the repetitions, in closed form so that they need not be whole.
impl Returns for MuennighoffGeometric {
    const DATA: &'static str = r"U_D + U_D\frac{1-\delta_D}{\delta_D}\left(1 - (1-\delta_D)^{R_D}\right)";
    const MODEL: &'static str = r"U_N + U_N\frac{1-\delta_N}{\delta_N}\left(1 - (1-\delta_N)^{R_N}\right)";
    #[inline(always)]
    fn worth<R: Real>(size: R, unique: R, delta: R) -> R {
        let repeats = (size - unique) / unique;
        unique - unique * (delta.recip() - 1.0) * (repeats * (-delta).ln_1p()).exp_m1()
    }
}

const SHARED: [Derived; 8] = derived::<MuennighoffGeometric>();

const fn fall(symbol: &'static str, tex: &'static str, meaning: &'static str, starts: &'static [f64]) -> Param {
    Param::exponent(symbol, tex, meaning, (0.0, 1.0), starts).transform(Transform::Log)
}

impl Formula<7> for MuennighoffGeometric {
    const CARD: Card = Card {
        id: "muennighoff-geometric",
        family: Family::Compute,
        title: "Loss from model size, data seen and data that differ, repetitions in a geometric series",
        formula: r"L = E + \frac{A}{N'^\alpha} + \frac{B}{D'^\beta},\quad D' = U_D\sum_{k=0}^{R_D}(1-\delta_D)^k,\quad N' = U_N\sum_{k=0}^{R_N}(1-\delta_N)^k",
        cite: &["muennighoff2023", "hoffmann2022"],
        inputs: INPUTS,
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            PARAMS[0],
            PARAMS[1],
            PARAMS[2],
            PARAMS[3],
            PARAMS[4],
            fall("delta_D", r"\delta_D", "share of its worth that data lose at each repetition", &[0.01, 0.05, 0.25]),
            fall(
                "delta_N",
                r"\delta_N",
                "share of their worth that excess parameters lose at each further U_N",
                &[0.15, 0.4],
            ),
        ],
        derived: &[
            SHARED[0],
            SHARED[1],
            SHARED[2],
            SHARED[3],
            SHARED[4],
            SHARED[5],
            SHARED[6],
            SHARED[7],
            Derived {
                symbol: "rate_D",
                meaning: "the decay of repeated data per repetition as an exponential rate",
                formula: r"-\ln(1-\delta_D)",
                unit: "1",
                needs: &[],
                value: |t, _| -(-t[5]).ln_1p(),
            },
            Derived {
                symbol: "rate_N",
                meaning: "the decay of excess parameters as an exponential rate",
                formula: r"-\ln(1-\delta_N)",
                unit: "1",
                needs: &[],
                value: |t, _| -(-t[6]).ln_1p(),
            },
        ],
        allocation: Some(Allocation { free: &["N", "D"], cost: SIX_N_D, closed_form: None }),
        notes: "\
## Statement
Of D tokens seen, U differ. Each repetition of the U_D = min(U, D) unique ones is worth a share delta_D \
less than the one before it, and each further U_N of parameters a share delta_N less. What is left is \
Hoffmann's form in the effective N' and D'.

## Origin
Muennighoff et al. 2023, appendix A, where the series comes first; muennighoff replaces it by an \
exponential with R* = (1 - delta)/delta. The appendix also fits the series written with the rate \
k = -ln(1 - delta), which is the same law: rate_D and rate_N.

## Assumptions
As for muennighoff: repeated tokens are repeated equally often, a repetition is worth the same in any \
model, and the constants without repetition are known. The series is continued to fractions of a \
repetition.

## Where it fails
On the 182 published runs it fits better than the form that the paper chose (0.0155 against 0.0158), \
with data that lose one per cent a repetition instead of six: how much a repetition costs is not \
determined by these runs. Continued to fractions, the first repetition is worth less from its very start, \
so the slope jumps at D = U and at N = U_N and optima stick there. delta_D = 0 stands for no loss at all, which the formula only approaches.

## References
muennighoff2023, hoffmann2022",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], theta: &[R; 7]) -> R {
        loss::<R, Self>(x, theta)
    }
}
