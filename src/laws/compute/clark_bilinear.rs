//! log L = a log N + b log E + c log N log E + d (Clark et al. 2022).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Derived, Family, Formula, Input, Param};
use std::f64::consts::LN_10;

/// The routed law with the plain expert count.
pub struct ClarkBilinear;

impl Formula<4> for ClarkBilinear {
    const CARD: Card = Card {
        id: "clark-bilinear",
        family: Family::Compute,
        title: "Loss of a routed model from dense size and number of experts, bilinear in logarithms (Clark)",
        formula: r"\log_{10} L = a \log_{10} N + b \log_{10} E + c \log_{10} N \log_{10} E + d",
        cite: &["clark2022"],
        inputs: &[
            Input::new("N", "parameters seen by one token", "parameters").counting(Counts::Active),
            Input::new("E", "experts per routed layer", "1").within(1.0, f64::MAX).whole(),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::exponent("a", "a", "exponent of size at E = 1", (-2.0, 0.0), &[-0.3, -0.08]),
            Param::exponent("b", "b", "exponent of experts at N = 1", (-2.0, 1.0), &[-0.3, -0.1]),
            Param::exponent("c", "c", "interaction of size and experts", (-1.0, 1.0), &[0.0, 0.01]),
            Param::exponent("d", "d", "log10 of the loss at N = E = 1", (-5.0, 20.0), &[1.0]),
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
                symbol: "a_E",
                meaning: "exponent of size with E experts",
                formula: r"a + c \log_{10} E",
                unit: "1",
                needs: &["E"],
                value: |t, at| t[0] + t[2] * at[0].log10(),
            },
            Derived {
                symbol: "N_effective",
                meaning: "dense size (E = 1) with the same loss as N with E experts",
                formula: r"N^{1 + (c/a)\log_{10} E} E^{b/a}",
                unit: "parameters",
                needs: &["N", "E"],
                value: |t, at| {
                    let (n, e) = (at[0].log10(), at[1].log10());
                    10_f64.powf(n + (t[1] * e + t[2] * n * e) / t[0])
                },
            },
        ],
        notes: "\
## Statement
At a fixed number of training tokens, the logarithm of the loss is bilinear in the logarithms of the \
size that a token sees and of the number of experts. A positive interaction c says that routing helps \
large models less.

## Origin
Clark et al. 2022, the form before saturation, fitted by least squares to log10 of the loss. In log \
residuals it is linear in all four parameters, so the minimum is unique.

## Assumptions
One expert per token, every other layer routed, one training length. Routed runs only: dense runs do not \
lie on the line at E = 1.

## Where it fails
With hundreds of experts gains saturate, which is what the law clark adds. With dense runs among the rows \
b changes by ten per cent and the misfit more than doubles.

## References
clark2022",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, c, d]: &[R; 4]) -> R {
        let (n, e) = (x[0].ln() / LN_10, x[1].ln() / LN_10);
        ((a * n + b * e + c * n * e + d) * LN_10).exp()
    }
}
