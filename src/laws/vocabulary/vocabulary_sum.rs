//! Size and data additive, each times a power of the vocabulary.

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param, Transform};

/// Additive, the vocabulary in both coefficients.
pub struct VocabularySum;

impl Formula<7> for VocabularySum {
    const CARD: Card = Card {
        id: "vocabulary-sum",
        family: Family::Vocabulary,
        title: "Unigram-normalised loss as a sum of size and data, each with its power of the vocabulary",
        formula: r"L_u = L_0 + A N^{-\alpha} V^{p} + B H^{-\beta} V^{q}",
        cite: &["scalebench2026", "tao2024"],
        inputs: &[
            Input::new("N_nv", "parameters outside the vocabulary", "parameters"),
            Input::new("H", "training text", "characters").counting(Counts::Characters),
            Input::new("V", "vocabulary size", "1").within(2.0, f64::MAX),
        ],
        output: Input::new("Lu", "unigram-normalised loss", "nat/token").within(f64::MIN, f64::MAX),
        params: &[
            Param::coefficient("L0", r"L_0", "floor", "nat/token", &[-5.0, 1.0])
                .bounds(f64::NEG_INFINITY, f64::INFINITY)
                .transform(Transform::Identity),
            Param::coefficient("A", r"A", "model-size coefficient", "nat/token·parameters^alpha", &[10.0]),
            Param::coefficient("B", r"B", "data coefficient", "nat/token·characters^beta", &[1000.0]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.1, 0.3]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.2, 0.4]),
            Param::exponent("p", r"p", "vocabulary exponent of the size term", (-3.0, 3.0), &[-0.1, 0.1]),
            Param::exponent("q", r"q", "vocabulary exponent of the data term", (-3.0, 3.0), &[-0.1, 0.1]),
        ],

        notes: "\
## Statement
Loss is additive in size and data; the vocabulary multiplies each term by a power of its own.

## Origin
Form 6 of ScaleBench's vocabulary set, its exponents multiplied out.

## Assumptions
Data are counted in characters H; loss is relative to a unigram model's.

## Where it fails
Powers of the vocabulary have no optimum within one term: an optimal vocabulary exists only where p \
and q differ in sign.

## References
scalebench2026, tao2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[l0, a, b, alpha, beta, p, q]: &[R; 7]) -> R {
        let size = x[2].times_ln(p) - x[0].times_ln(alpha);
        let data = x[2].times_ln(q) - x[1].times_ln(beta);
        l0 + a * size.exp() + b * data.exp()
    }
}
