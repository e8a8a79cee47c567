//! Joint law of mixtures of experts (Ludziejewski et al. 2025).

use crate::base::real::{Real, X};
use crate::costs::tokens_of;
use crate::law::{Card, Counts, Derived, Family, Formula, Input, Param, Transform, named};

/// Loss of mixtures of experts from active parameters, data and experts.
pub struct JointMoe;

impl Formula<11> for JointMoe {
    const CARD: Card = Card {
        id: "joint-moe",
        family: Family::Compute,
        title: "Loss of mixtures of experts from active parameters, data and experts",
        formula: r"L = a\hat E^{\delta} N^{\alpha+\gamma\ln\hat E} + b\hat E^{\omega} D^{\beta+\zeta\ln\hat E} + c",
        cite: &["ludziejewski2025"],
        inputs: &[
            Input::new("N", "active parameters, embedding and unembedding included", "parameters")
                .counting(Counts::Active),
            Input::new("D", "training data", "tokens"),
            Input::new("E", "experts", "1").within(1.0, 256.0).whole(),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("a", "a", "model-size coefficient", "1", &[20.0, 36.0]),
            Param::coefficient("b", "b", "data coefficient", "1", &[20.0, 36.0]),
            Param::coefficient("c", "c", "irreducible loss", "nat/token", &[1.0, 1.4]).transform(Transform::Identity),
            Param::exponent("alpha", r"\alpha", "model-size exponent, negative", (-2.0, 0.0), &[-0.3, -0.19]),
            Param::exponent("beta", r"\beta", "data exponent, negative", (-2.0, 0.0), &[-0.3, -0.18]),
            Param::exponent("gamma", r"\gamma", "change of the size exponent with experts", (-1.0, 1.0), &[0.01]),
            Param::exponent("delta", r"\delta", "exponent of experts in the size term", (-3.0, 3.0), &[-0.2]),
            Param::exponent("omega", r"\omega", "exponent of experts in the data term", (-3.0, 3.0), &[0.5]),
            Param::exponent("zeta", r"\zeta", "change of the data exponent with experts", (-1.0, 1.0), &[-0.03]),
            Param::exponent("E_start", "E_{start}", "effective experts of a dense model", (1.0, 100.0), &[2.0])
                .transform(Transform::Log),
            Param::exponent("E_max", "E_{max}", "ceiling of effective experts", (100.0, 1e5), &[300.0])
                .transform(Transform::Log),
        ],
        derived: &[
            Derived {
                symbol: "E_hat",
                meaning: "effective experts",
                formula: r"\hat E",
                unit: "1",
                needs: &["E"],
                value: named!(|t, [e]| effective(t, e)),
            },
            Derived {
                symbol: "m",
                meaning: "coefficient of the size term at E experts",
                formula: r"a\hat E^{\delta}",
                unit: "1",
                needs: &["E"],
                value: named!(|t, [e]| slices(t, e)[0]),
            },
            Derived {
                symbol: "mu",
                meaning: "exponent of the size term at E experts",
                formula: r"\alpha+\gamma\ln\hat E",
                unit: "1",
                needs: &["E"],
                value: named!(|t, [e]| slices(t, e)[1]),
            },
            Derived {
                symbol: "n",
                meaning: "coefficient of the data term at E experts",
                formula: r"b\hat E^{\omega}",
                unit: "1",
                needs: &["E"],
                value: named!(|t, [e]| slices(t, e)[2]),
            },
            Derived {
                symbol: "nu",
                meaning: "exponent of the data term at E experts",
                formula: r"\beta+\zeta\ln\hat E",
                unit: "1",
                needs: &["E"],
                value: named!(|t, [e]| slices(t, e)[3]),
            },
            Derived {
                symbol: "N_opt",
                meaning: "compute-optimal active parameters under C = 6ND",
                formula: r"G (C/6)^{|\nu|/(|\mu|+|\nu|)}",
                unit: "parameters",
                needs: &["C", "E"],
                value: named!(|t, [c, e]| optimal(t, c, e)),
            },
            Derived {
                symbol: "D_opt",
                meaning: "compute-optimal data under C = 6ND",
                formula: r"C/(6N_{opt})",
                unit: "tokens",
                needs: &["C", "E"],
                value: named!(|t, [c, e]| tokens_of(c, optimal(t, c, e))),
            },
        ],
        notes: "\
## Statement
Size and data terms are those of Hoffmann, each with a coefficient and an exponent that change with \
the logarithm of an effective number of experts, which saturates.

## Origin
Ludziejewski et al. 2025 (Joint MoE scaling laws), Table 3, from 280 runs whose losses are not \
published; fitted there by Huber loss of 0.01 on log residuals with weight decay. Table 4 follows \
from Table 3 within 0.27 per cent: the printed constants are rounded.

## Assumptions
N counts active parameters with embedding and unembedding: N = 2dV + 13 L d² where all are 2dV + (4 \
+ 9E) L d². Exponents are negative.

## Where it fails
Not for fewer tokens than parameters. Eleven constants from one grid: the optimum over E changes \
little while the constants change much.

## References
ludziejewski2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, c, alpha, beta, gamma, delta, omega, zeta, e_start, e_max]: &[R; 11]) -> R {
        let e_hat = ((x[2].value() - 1.0 + (e_start.recip() - e_max.recip()).recip()).recip() + e_max.recip()).recip();
        let l = e_hat.ln();
        (a.ln() + delta * l + (alpha + gamma * l) * x[0].ln()).exp()
            + (b.ln() + omega * l + (beta + zeta * l) * x[1].ln()).exp()
            + c
    }
}

/// Effective experts: E_start for a dense model, E_max for any number of experts.
fn effective(t: &[f64], e: f64) -> f64 {
    let &[.., e_start, e_max] = t else { return f64::NAN };
    1.0 / (1.0 / (e - 1.0 + 1.0 / (1.0 / e_start - 1.0 / e_max)) + 1.0 / e_max)
}

/// Coefficient and exponent of the size term, then of the data term, at E experts.
fn slices(t: &[f64], e: f64) -> [f64; 4] {
    let &[a, b, _, alpha, beta, gamma, delta, omega, zeta, ..] = t else { return [f64::NAN; 4] };
    let e_hat = effective(t, e);
    let l = e_hat.ln();
    [a * e_hat.powf(delta), alpha + gamma * l, b * e_hat.powf(omega), beta + zeta * l]
}

/// The active parameters that a budget of `c` FLOP is best spent on with E experts.
fn optimal(t: &[f64], c: f64, e: f64) -> f64 {
    let [m, mu, n, nu] = slices(t, e);
    let (mu, nu) = (mu.abs(), nu.abs());
    let g = (mu * m / (nu * n)).powf(1.0 / (mu + nu));
    g * tokens_of(c, 1.0).powf(nu / (mu + nu))
}
