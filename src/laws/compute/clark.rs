//! log L = a log N + b log Ê + c log N log Ê + d, Ê saturating (Clark et al. 2022).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Derived, Family, Formula, Input, Limit, Param, Role, Transform};
use std::f64::consts::LN_10;

/// The routed law with its saturating expert count.
pub struct Clark;

/// Ê in plain numbers.
fn effective(t: &[f64], experts: f64) -> f64 {
    let shift = 1.0 / (1.0 / t[4] - 1.0 / t[5]);
    1.0 / (1.0 / (experts - 1.0 + shift) + 1.0 / t[5])
}

impl Formula<6> for Clark {
    const CARD: Card = Card {
        id: "clark",
        family: Family::Compute,
        title: "Loss of a routed model from dense size and number of experts, saturating (Clark's unified law)",
        formula: r"\log_{10} L = a \log_{10} N + b \log_{10} \hat E + c \log_{10} N \log_{10} \hat E + d,\quad \frac{1}{\hat E} = \frac{1}{E - 1 + \left(\frac{1}{E_{start}} - \frac{1}{E_{max}}\right)^{-1}} + \frac{1}{E_{max}}",
        cite: &["clark2022"],
        inputs: &[
            Input::new("N", "parameters seen by one token", "parameters").counting(Counts::Active),
            Input::new("E", "experts per routed layer", "1").within(1.0, f64::MAX).whole(),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::exponent("a", "a", "exponent of size without routing", (-2.0, 0.0), &[-0.08]),
            Param::exponent("b", "b", "exponent of effective experts at N = 1", (-2.0, 1.0), &[-0.1]),
            Param::exponent("c", "c", "interaction of size and experts", (-1.0, 1.0), &[0.01]),
            Param::exponent("d", "d", "log10 of the loss at N = E = 1", (-5.0, 20.0), &[1.1]),
            Param::coefficient("E_start", r"E_{start}", "effective experts at E = 1", "1", &[1.5, 4.0])
                .role(Role::Nonlinear)
                .bounds(1.0, f64::INFINITY)
                .transform(Transform::Log),
            Param::coefficient("E_max", r"E_{max}", "effective experts at E without limit", "1", &[150.0, 400.0])
                .role(Role::Nonlinear)
                .bounds(16.0, f64::INFINITY)
                .transform(Transform::Log),
        ],
        derived: &[
            Derived {
                symbol: "N_cutoff",
                meaning: "size above which routing no longer helps",
                formula: r"10^{-b/c}",
                unit: "parameters",
                needs: &[],
                value: |t, _| 10_f64.powf(-t[1] / t[2]),
            },
            Derived {
                symbol: "E_hat",
                meaning: "effective experts",
                formula: r"\hat E(E)",
                unit: "1",
                needs: &["E"],
                value: |t, at| effective(t, at[0]),
            },
            Derived {
                symbol: "N_effective",
                meaning: "dense size (E = 1) with the same loss as N with E experts",
                formula: r"\log \bar N = \frac{\log L(N, E) - d - b\log E_{start}}{a + c\log E_{start}}",
                unit: "parameters",
                needs: &["N", "E"],
                value: |t, at| {
                    let (n, e) = (at[0].log10(), effective(t, at[1]).log10());
                    let dense = t[4].log10();
                    let loss = t[0] * n + t[1] * e + t[2] * n * e;
                    10_f64.powf((loss - t[1] * dense) / (t[0] + t[2] * dense))
                },
            },
        ],
        reduces_to: &[Limit {
            law: "clark-bilinear",
            set: &[("E_start", 1.0), ("E_max", f64::INFINITY)],
            theta: &["a", "b", "c", "d"],
            inputs: &["N", "E"],
        }],
        notes: "\
## Statement
At a fixed number of training tokens, the logarithm of the loss is bilinear in the logarithms of the \
size that a token sees and of an effective number of experts, which starts at E_start for one expert and \
saturates at E_max.

## Origin
Clark et al. 2022, for three routers (S-Base, RL-R, hash layers) trained on 130 billion tokens; logarithms \
to base ten. The law clark-bilinear is the same with the plain number of experts.

## Assumptions
One expert per token, every other layer routed, one training length. N counts the parameters that one \
token meets, all experts but one left out.

## Where it fails
The six parameters trade: E_start lies at the edge of the data, and dense runs pull it far from what the \
routed runs say. The size above which routing stops helping, 10^(-b/c), hangs on c and on the training \
length, and grows with more tokens.

## References
clark2022",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, c, d, e_start, e_max]: &[R; 6]) -> R {
        let ceiling = e_max.recip();
        let shift = (e_start.recip() - ceiling).recip();
        // log10 of the size; −ln Ê = ln(1/(E − 1 + shift) + 1/E_max).
        let n = x[0].ln() / LN_10;
        let e = -((x[1].value() - 1.0 + shift).recip() + ceiling).ln() / LN_10;
        ((a * n + b * e + c * n * e + d) * LN_10).exp()
    }
}
