//! err = a (N/1e9)^-alpha T^-beta + D: error of vision-language models (Li et al. 2024).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Transform, named};

/// Error of vision-language models from model size and visual tokens.
pub struct VisualTokens;

impl Formula<4> for VisualTokens {
    const CARD: Card = Card {
        id: "visual-tokens",
        family: Family::Inference,
        title: "Error of vision-language models from model size and visual tokens",
        formula: r"err = a\,(N/10^9)^{-\alpha}\,T^{-\beta} + D",
        cite: &["li2024"],
        inputs: &[Input::new("N", "model size", "parameters"), Input::new("T", "visual tokens", "tokens")],
        output: Input::new("err", "average downstream error", "1").within(0.0, 1.0),
        params: &[
            Param::coefficient("a", "a", "error at 1e9 parameters and one token", "1", &[0.3, 0.5, 0.7]),
            Param::exponent("alpha", r"\alpha", "exponent of model size", (-1.0, 2.0), &[0.04, 0.08, 0.2]),
            Param::exponent("beta", r"\beta", "exponent of visual tokens", (-1.0, 2.0), &[0.01, 0.03, 0.1]),
            Param::coefficient("D", "D", "irreducible error", "1", &[0.01, 0.05, 0.1]).transform(Transform::Identity),
        ],
        derived: &[Derived {
            symbol: "T_opt",
            meaning: "visual tokens that cost least for their error, with Q text tokens beside them at 2N(Q+T) FLOP",
            formula: r"Q\beta/(\alpha-\beta)",
            unit: "tokens",
            needs: &["Q"],
            value: named!(|[_, alpha, beta, _], [q]| if alpha > beta {
                (q * beta / (alpha - beta)).max(1.0)
            } else {
                f64::INFINITY
            }),
        }],
        notes: "\
## Statement
The average error of a vision-language model falls as a power of the size of its language model and, \
far more slowly, as a power of the number of visual tokens. At a fixed cost of inference few tokens \
and a large model win.

## Origin
Li, Goyal, Semedo and Kolter 2024: alpha 0.077 and beta 0.015 in the legend, from models of 0.5B to \
7B, said to predict 14B within 2 per cent; a and D could not be read.

## Assumptions
N counts the language model. Error is one less the average score of visual reasoning; T counts \
visual tokens alone.

## Where it fails
D is hardly determined: on the public table its best value is zero and a valley leads to D = 0.1 at \
a tenth more error. Reading text in images wants far more tokens: there beta exceeds alpha.

## References
li2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, alpha, beta, d]: &[R; 4]) -> R {
        a * (-(alpha * (x[0].ln() - BILLION)) - x[1].times_ln(beta)).exp() + d
    }
}

/// ln 1e9.
const BILLION: f64 = 20.723_265_836_946_41;
