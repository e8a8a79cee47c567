//! N_v = N_v0 (N_nv/33e6)^gamma (Tao et al. 2024, approach 2).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param};
use crate::laws::vocabulary::tokens::{cheapest_vocabulary, width};

/// Tao's approach 2: the growth of the vocabulary that makes reading cheapest, carried over to the
/// vocabulary that trains best.
pub struct TaoApproach2;

/// Non-vocabulary parameters of the smallest model, to which the law is anchored.
const ANCHOR: f64 = 33e6;

fn n_v_opt(t: &[f64], n_nv: f64) -> f64 {
    t[0] * (n_nv / ANCHOR).powf(t[1])
}

impl Formula<2> for TaoApproach2 {
    const CARD: Card = Card {
        id: "tao-approach-2",
        family: Family::Vocabulary,
        title: "Optimal vocabulary parameters from the derivative of the cost (Tao's approach 2)",
        formula: r"N_v = N_{v0} \left(\frac{N_{nv}}{33\cdot10^6}\right)^\gamma",
        cite: &["tao2024"],
        inputs: &[Input::new("N_nv", "non-vocabulary parameters", "parameters")],
        output: Input::new("N_v", "optimal vocabulary parameters", "parameters"),
        params: &[
            Param::coefficient(
                "N_v0",
                "N_{v0}",
                "optimal vocabulary parameters of the 33M model",
                "parameters",
                &[1e6, 3e6, 1e7],
            ),
            Param::exponent("gamma", r"\gamma", "vocabulary exponent", (0.0, 1.5), &[0.5, 0.8, 1.0]),
        ],
        derived: &[
            Derived {
                symbol: "N_v_opt",
                meaning: "optimal vocabulary parameters",
                formula: r"N_{v0} (N_{nv}/33\cdot10^6)^\gamma",
                unit: "parameters",
                needs: &["N_nv"],
                value: |t, at| n_v_opt(t, at[0]),
            },
            Derived {
                symbol: "V_opt",
                meaning: "optimal vocabulary size, width by the published rule",
                formula: "N_v/d(N_{nv})",
                unit: "1",
                needs: &["N_nv"],
                value: |t, at| n_v_opt(t, at[0]) / width(at[0]),
            },
            Derived {
                symbol: "V_cheapest",
                meaning: "vocabulary for which a fixed text costs least: the root of dC/dV = 0",
                formula: r"(N_{nv} + V d)\frac{2a\ln V + b}{V} + f(V) d = 0",
                unit: "1",
                needs: &["N_nv"],
                value: |_, at| cheapest_vocabulary(at[0]),
            },
            Derived {
                symbol: "N_v_cheapest",
                meaning: "vocabulary parameters for which a fixed text costs least",
                formula: r"V_{\mathrm{cheapest}} d(N_{nv})",
                unit: "parameters",
                needs: &["N_nv"],
                value: |_, at| cheapest_vocabulary(at[0]) * width(at[0]),
            },
        ],
        notes: "\
## Statement
A larger vocabulary shortens the text in tokens but enlarges the model, so at a fixed number of \
characters there is a vocabulary of least FLOP. Its parameters grow as a power gamma of the \
non-vocabulary ones, and the vocabulary of least loss is taken to grow alike, from its measured \
value N_v0 at the smallest model (33M).

## Origin
Tao et al. 2024, approach 2: the root of dC/dV at seven model sizes, then gamma by Huber's loss \
with delta 1e-3 on logarithms, through the origin of the ratios (fix N_v0 at the root of the \
smallest model to repeat it). N_v0 = 3145728 is 6144 entries of width 512, the best vocabulary of \
the smallest model by measurement, not its root.

## Assumptions
The published f(V) and width rule. That the vocabulary of least cost and that of least loss scale \
alike is assumed, not derived. Data grow with the model.

## Where it fails
f(V) is a parabola in ln V cut off at 200,000 entries: beyond that the root does not exist, and \
near it the root is the shape of the cut. The published table of token counts does not reproduce \
f(V). gamma comes from roots whose widths are a step function.

## References
tao2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n_v0, gamma]: &[R; 2]) -> R {
        n_v0 * (gamma * (x[0].ln() - ANCHOR.ln())).exp()
    }
}
