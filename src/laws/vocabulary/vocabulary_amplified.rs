//! One power of the vocabulary on size and data together, and ln V.

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param, Transform};

/// Vocabulary amplifies the additive part.
pub struct VocabularyAmplified;

impl Formula<7> for VocabularyAmplified {
    const CARD: Card = Card {
        id: "vocabulary-amplified",
        family: Family::Vocabulary,
        title: "Unigram-normalised loss with a power of the vocabulary on size and data, and its logarithm",
        formula: r"L_u = L_0 + K \ln V + V^{p} \left(A N^{-\alpha} + B H^{-\beta}\right)",
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
            Param::coefficient("K", r"K", "coefficient of ln V", "nat/token", &[-0.4, 0.1])
                .bounds(f64::NEG_INFINITY, f64::INFINITY)
                .transform(Transform::Identity),
            Param::coefficient("A", r"A", "model-size coefficient", "nat/token·parameters^alpha", &[10.0]),
            Param::coefficient("B", r"B", "data coefficient", "nat/token·characters^beta", &[1000.0]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.05, 0.2]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.2, 0.4]),
            Param::exponent("p", r"p", "vocabulary exponent", (-3.0, 3.0), &[-0.1, 0.1]),
        ],

        notes: "\
## Statement
The additive part in size and data is multiplied by one power of the vocabulary; the logarithm of \
the vocabulary adds to the loss with either sign.

## Origin
Form 8 of ScaleBench's vocabulary set.

## Assumptions
Data are counted in characters H; loss is relative to a unigram model's.

## Where it fails
The logarithm has no floor: far beyond the measured vocabularies it wins over everything.

## References
scalebench2026, tao2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[l0, k, a, b, alpha, beta, p]: &[R; 7]) -> R {
        let terms = a * x[0].pow(-alpha) + b * x[1].pow(-beta);
        l0 + x[2].times_ln(k) + x[2].pow(p) * terms
    }
}
