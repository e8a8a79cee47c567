//! q = a - b/(x + d)^c: a learning curve that starts at a shifted x (LCDB).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Role, Transform, notes};

/// Learning curve: shifted power law towards a limit.
pub struct Pow4;

impl Formula<4> for Pow4 {
    const CARD: Card = Card {
        id: "pow4",
        family: Family::Curve,
        title: "Learning curve: shifted power law towards a limit",
        formula: r"q = a - b\,(x + d)^{-c}",
        cite: &["mohr2022"],
        inputs: &[Input::new("x", "examples, tokens or compute so far", "1")],
        output: Input::new("q", "accuracy, or whatever else was measured", "1").within(f64::MIN, f64::MAX),
        params: &[
            Param::coefficient("a", "a", "limit", "1", &[0.3, 0.9])
                .transform(Transform::Identity)
                .bounds(f64::NEG_INFINITY, f64::INFINITY),
            Param::coefficient("b", "b", "what is missing where x + d is 1", "1", &[0.5, 5.0]),
            Param::exponent("c", "c", "exponent", (0.0, 5.0), &[0.1, 0.4, 1.0]),
            Param::coefficient("d", "d", "shift of x", "1", &[0.001, 0.1, 1.0]).scales_with("x").role(Role::Nonlinear),
        ],
        notes: notes! {
            statement: "The accuracy rises towards a as a power of x + d.",
            origin: "Mohr, Viering, Loog and van Rijn 2022, their pow4, over curves of validation accuracy by training-set size.",
            assumptions: "Accuracy on its raw scale, unweighted; x is a training-set size.",
            fails: "On accuracies in [0, 1] nothing keeps the prediction there. The last value is hard to beat: show it \
                    beside any of these forms.",
            references: "mohr2022",
        },
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, c, d]: &[R; 4]) -> R {
        a - b * (x[0].value() + d).pow(-c)
    }
}
