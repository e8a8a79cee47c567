//! q = c - b exp(-a x^d): the Weibull curve (LCDB).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Role, Transform, notes};

/// Learning curve: Weibull.
pub struct Wbl4;

impl Formula<4> for Wbl4 {
    const CARD: Card = Card {
        id: "wbl4",
        family: Family::Curve,
        title: "Learning curve: Weibull",
        formula: r"q = c - b\,e^{-a x^d}",
        cite: &["mohr2022"],
        inputs: &[Input::new("x", "examples, tokens or compute so far", "1")],
        output: Input::new("q", "accuracy, or whatever else was measured", "1").within(f64::MIN, f64::MAX),
        params: &[
            Param::coefficient("a", "a", "rate", "1", &[0.001, 0.01, 0.1]).role(Role::Nonlinear),
            Param::coefficient("b", "b", "what is missing at x = 0", "1", &[0.5, 2.0]),
            Param::coefficient("c", "c", "limit", "1", &[0.6, 0.95])
                .transform(Transform::Identity)
                .bounds(f64::NEG_INFINITY, f64::INFINITY),
            Param::exponent("d", "d", "exponent", (0.0, 5.0), &[0.1, 0.25, 0.5]),
        ],
        notes: notes! {
            statement: "What is missing to the limit c dies away as a stretched exponential of x. LCDB's exp4, c - exp(b - a x^d), \
                        is this law with the logarithm of b for its b.",
            origin: "Mohr, Viering, Loog and van Rijn 2022, their wbl4, over curves of validation accuracy by training-set size.",
            assumptions: "Accuracy on its raw scale, unweighted; x is a training-set size.",
            fails: "On accuracies in [0, 1] nothing keeps the prediction there. The last value is hard to beat: show it \
                    beside any of these forms.",
            references: "mohr2022",
        },
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, c, d]: &[R; 4]) -> R {
        c - b * (-(a * x[0].pow(d))).exp()
    }
}
