//! Additive in size and data, a parabola in the logarithm of the vocabulary.

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param, Transform};

/// The best vocabulary is the same for every size and data.
pub struct VocabularyQuadratic;

/// Vocabulary at which the slope is stated.
const REFERENCE: f64 = 1e4;

impl Formula<7> for VocabularyQuadratic {
    const CARD: Card = Card {
        id: "vocabulary-quadratic",
        family: Family::Vocabulary,
        title: "Unigram-normalised loss additive in size and data, quadratic in the logarithm of the vocabulary",
        formula: r"L_u = L_0 + A N^{-\alpha} + B H^{-\beta} + b \ln v + c \ln^2 v,\ v = V/10^4",
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
            Param::coefficient("b", r"b", "slope in the logarithm of the vocabulary at 1e4", "nat/token", &[-0.1, 0.1])
                .bounds(f64::NEG_INFINITY, f64::INFINITY)
                .transform(Transform::Identity),
            Param::coefficient("c", r"c", "curvature in the logarithm of the vocabulary", "nat/token", &[0.05])
                .bounds(f64::NEG_INFINITY, f64::INFINITY)
                .transform(Transform::Identity),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.1, 0.3]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.2, 0.4]),
        ],

        notes: "\
## Statement
Loss is additive in size and data, and a parabola in the logarithm of the vocabulary, whose minimum \
is the best vocabulary at every size.

## Origin
The plainest form with an optimal vocabulary, as a rival of Tao et al. 2024.

## Assumptions
Data are counted in characters H; loss is relative to a unigram model's.

## Where it fails
The best vocabulary grows with the model in every published study; here it does not.

## References
scalebench2026, tao2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[l0, a, b, slope, c, alpha, beta]: &[R; 7]) -> R {
        let v = x[2].ln() - REFERENCE.ln();
        l0 + a * x[0].pow(-alpha) + b * x[1].pow(-beta) + slope * v + c * v * v
    }
}
