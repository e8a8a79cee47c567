//! q = (a b + c x^d)/(b + x^d): Morgan, Mercer and Flodin's growth curve (LCDB).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Role, Transform, notes};

/// Learning curve: Morgan-Mercer-Flodin.
pub struct Mmf4;

impl Formula<4> for Mmf4 {
    const CARD: Card = Card {
        id: "mmf4",
        family: Family::Curve,
        title: "Learning curve: Morgan-Mercer-Flodin",
        formula: r"q = \frac{a b + c\,x^d}{b + x^d}",
        cite: &["mohr2022"],
        inputs: &[Input::new("x", "examples, tokens or compute so far", "1")],
        output: Input::new("q", "accuracy, or whatever else was measured", "1").within(f64::MIN, f64::MAX),
        params: &[
            Param::coefficient("a", "a", "value at x = 0", "1", &[0.1, 0.5])
                .transform(Transform::Identity)
                .bounds(f64::NEG_INFINITY, f64::INFINITY),
            Param::coefficient("b", "b", "x^d half-way", "1", &[1.0, 30.0, 1000.0]).role(Role::Nonlinear),
            Param::coefficient("c", "c", "limit", "1", &[0.6, 0.95])
                .transform(Transform::Identity)
                .bounds(f64::NEG_INFINITY, f64::INFINITY),
            Param::exponent("d", "d", "exponent", (0.0, 5.0), &[0.2, 0.5, 1.0]),
        ],
        notes: notes! {
            statement: "The accuracy rises from a to c; half the way is done where x^d is b.",
            origin: "Mohr, Viering, Loog and van Rijn 2022, their mmf4, which extrapolates best of their sixteen on average, over curves of validation accuracy by training-set size.",
            assumptions: "Accuracy on its raw scale, unweighted; x is a training-set size.",
            fails: "On accuracies in [0, 1] nothing keeps the prediction there. The last value is hard to beat: show it \
                    beside any of these forms.",
            references: "mohr2022",
        },
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, c, d]: &[R; 4]) -> R {
        a + (c - a) * (x[0].times_ln(d) - b.ln()).logistic()
    }
}
