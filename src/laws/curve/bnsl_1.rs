//! y = a + b x^-c_0 (1 + (x/d_1)^(1/f_1))^(-c_1 f_1): a broken power law with one break (Caballero et al. 2022).

use super::breaks;
use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Role, Transform, notes};

/// Broken neural scaling law with one break.
pub struct Bnsl1;

impl Formula<6> for Bnsl1 {
    const CARD: Card = Card {
        id: "bnsl-1",
        family: Family::Curve,
        title: "Broken neural scaling law with one break",
        formula: r"L = a + b\,x^{-c_0}\prod_{i=1}^{1}\left(1 + (x/d_i)^{1/f_i}\right)^{-c_i f_i}",
        cite: &["caballero2022"],
        inputs: &[Input::new("x", "examples, tokens or compute so far", "1")],
        output: Input::new("L", "loss or error", "1"),
        params: &[
            Param::coefficient("a", "a", "limit", "1", &[0.01, 0.3, 1.0]),
            Param::coefficient("b", "b", "reducible part at x = 1, before every break", "1", &[1.0, 30.0, 1000.0]),
            Param::exponent("c_0", "c_0", "slope before every break", (-5.0, 5.0), &[0.05, 0.2, 0.5]),
            Param::exponent("c_1", "c_1", "change of slope at break 1", (-10.0, 10.0), &[-0.3, 0.3, 1.5]),
            Param::coefficient("d_1", "d_1", "x of break 1", "1", &[0.1, 1.0, 10.0])
                .scales_with("x")
                .role(Role::Nonlinear),
            Param::exponent("f_1", "f_1", "smoothness of break 1: the smaller, the sharper", (0.01, 5.0), &[0.1, 0.6])
                .transform(Transform::Log),
        ],
        notes: notes! {
            statement: "A power law towards a limit whose log-log slope changes smoothly at each break: after break j it is \
                        the sum of c_0 to c_j.",
            origin: "Caballero et al. 2022, equation 1 and their code, which fits ln(L + 1) from a grid of starts.",
            assumptions: "A new break needs points on both sides of it.",
            fails: "It cannot foresee a break beyond the data. Three parameters a break: with fewer than about ten points \
                    past a break, its smoothness and slope are not determined.",
            references: "caballero2022",
        },
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, c_0, c_1, d_1, f_1]: &[R; 6]) -> R {
        a + b * (breaks::ln_break(x[0], [c_1, d_1, f_1]) - x[0].times_ln(c_0)).exp()
    }
}
