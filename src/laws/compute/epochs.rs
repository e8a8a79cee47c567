//! e = c U^a / N^b: how often data may be repeated in diffusion language models.

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Derived, Family, Formula, Input, Param, named};

/// Best number of epochs from unique tokens and model size.
pub struct Epochs;

impl Formula<3> for Epochs {
    const CARD: Card = Card {
        id: "epochs",
        family: Family::Compute,
        title: "Best number of epochs from unique tokens and model size",
        formula: r"e = c\,U^a N^{-b}",
        cite: &["quokka2025"],
        inputs: &[
            Input::new("N", "model size", "parameters"),
            Input::new("U", "unique tokens", "tokens").counting(Counts::UniqueTokens),
        ],
        output: Input::new("e", "epochs", "1"),
        params: &[
            Param::coefficient("c", "c", "coefficient", "1", &[1.0, 10.0, 100.0]),
            Param::exponent("a", "a", "exponent of unique tokens", (-3.0, 3.0), &[0.2, 0.39, 0.6]),
            Param::exponent("b", "b", "exponent of model size", (-3.0, 3.0), &[0.3, 0.55, 0.8]),
        ],
        derived: &[Derived {
            symbol: "gain",
            meaning: "factor by which the best number of epochs changes when U and N change by stated factors",
            formula: r"u^a n^{-b}",
            unit: "1",
            needs: &["u", "n"],
            value: named!(|[_, a, b], [u, n]| u.powf(a) / n.powf(b)),
        }],
        notes: "\
## Statement
The more unique tokens and the smaller the model, the more often the data may be repeated.

## Origin
Quokka (diffusion language models): exponents 0.39 and 0.55, model size and data both in proportion \
to the square root of compute. The coefficient was not seen, so only ratios can be held to print.

## Assumptions
Masked diffusion models; the exponents are those of their optimum, not of an autoregressive one.

## Where it fails
Without its coefficient the law gives ratios only.

## References
quokka2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, a, b]: &[R; 3]) -> R {
        c * (x[1].times_ln(a) - x[0].times_ln(b)).exp()
    }
}
