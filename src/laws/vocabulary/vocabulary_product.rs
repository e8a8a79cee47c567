//! Vocabulary in the coefficient of size and data and in an offset.

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param, Transform};

/// Size times data, the vocabulary in two places.
pub struct VocabularyProduct;

impl Formula<7> for VocabularyProduct {
    const CARD: Card = Card {
        id: "vocabulary-product",
        family: Family::Vocabulary,
        title: "Unigram-normalised loss as a product of size and data, with the vocabulary in coefficient and offset",
        formula: r"L_u = L_0 + N^{-\alpha} H^{-\beta} (A + B \ln V) + K V^{-\epsilon}",
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
            Param::coefficient(
                "A",
                r"A",
                "coefficient of size and data",
                "nat/token·parameters^alpha·characters^beta",
                &[1.0, 10.0],
            )
            .bounds(f64::NEG_INFINITY, f64::INFINITY)
            .transform(Transform::Identity),
            Param::coefficient(
                "B",
                r"B",
                "coefficient that grows with ln V",
                "nat/token·parameters^alpha·characters^beta",
                &[1.0, 10.0],
            )
            .bounds(f64::NEG_INFINITY, f64::INFINITY)
            .transform(Transform::Identity),
            Param::coefficient("K", r"K", "coefficient of the vocabulary alone", "nat/token", &[1.0, 50.0])
                .bounds(f64::NEG_INFINITY, f64::INFINITY)
                .transform(Transform::Identity),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (-1.0, 3.0), &[0.03, 0.1]),
            Param::exponent("beta", r"\beta", "data exponent", (-1.0, 3.0), &[0.2, 0.35]),
            Param::exponent("epsilon", r"\epsilon", "vocabulary exponent", (0.01, 3.0), &[0.3, 0.6]),
        ],

        notes: "\
## Statement
Size and data act as a product whose coefficient grows with the logarithm of the vocabulary V; a \
larger vocabulary lowers an offset that needs neither.

## Origin
Form 9 of ScaleBench's vocabulary set, with the two coefficients written as a sum so that both are \
linear.

## Assumptions
Data are counted in characters H, so that vocabularies compare; loss is relative to a unigram \
model's.

## Where it fails
Beyond the largest vocabulary measured the two terms in V pull apart, and little decides between \
them.

## References
scalebench2026, tao2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[l0, a, b, k, alpha, beta, epsilon]: &[R; 7]) -> R {
        let reducible = (-(x[0].times_ln(alpha) + x[1].times_ln(beta))).exp();
        l0 + reducible * (a + x[2].times_ln(b)) + k * x[2].pow(-epsilon)
    }
}
