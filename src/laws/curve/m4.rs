//! (L − E)/(L_0 − L)^alpha = beta x^−c: a learning curve from random guessing to its limit (M4 of
//! Alabdulmohsin et al. 2022).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, named, notes};

/// Learning curve: a power law between two limits.
pub struct M4;

impl Formula<5> for M4 {
    const CARD: Card = Card {
        id: "m4",
        family: Family::Curve,
        title: "Learning curve: a power law between random guessing and a limit",
        formula: r"\frac{L - E}{(L_0 - L)^\alpha} = \beta x^{-c},\ \beta = (L_0 - E)^{1-\alpha} d^c",
        cite: &["alabdulmohsin2022"],
        inputs: &[Input::new("x", "examples, tokens or compute so far", "1")],
        output: Input::new("L", "loss or error", "1"),
        params: &[
            Param::coefficient("E", "E", "limit", "1", &[0.01, 0.3, 1.0]),
            Param::coefficient("L_0", "L_0", "value of random guessing", "1", &[1.0, 3.0, 10.0]),
            Param::coefficient("d", "d", "x where the curve leaves random guessing", "1", &[1e-3, 0.03, 1.0])
                .scales_with("x")
                .role(Role::Nonlinear),
            Param::exponent("c", "c", "exponent of x", (0.0, 5.0), &[0.2, 0.5, 1.0]),
            Param::exponent("alpha", r"\alpha", "how slowly it leaves random guessing", (0.0, 10.0), &[0.2, 1.0]),
        ],
        derived: &[Derived::new(
            "beta",
            "the published coefficient of x^-c",
            r"(L_0 - E)^{1-\alpha} d^c",
            "1",
            &[],
            named!(|[e, l_0, d, c, alpha], _| (l_0 - e).powf(1.0 - alpha) * d.powf(c)),
        )],
        notes: notes! {
            statement: "The error starts at that of random guessing, L_0, and ends at E; towards E it is a power law, and \
                        alpha says how slowly it leaves L_0. With alpha = 0 it is M2. The share t = (L - E)/(L_0 - E) \
                        solves t/(1 - t)^alpha = (x/d)^-c, which has one root for every x.",
            origin: "Alabdulmohsin, Neyshabur and Zhai 2022, their estimator M4. Their code fits the logarithm of the left \
                     side, with a column of the design that is built once from the first L_0 and never refreshed, and \
                     stops after a number of rounds; the minimum of squared errors of ln L is what a fit here finds, and \
                     is another one.",
            assumptions: "The curve has both ends within reach: points near L_0, or a known L_0 that is held (`--fix`).",
            fails: "Five parameters of one curve: from fewer than ten points, or without the first of them, L_0, d and \
                    alpha are not determined, and the forecast may be all the same.",
            references: "alabdulmohsin2022",
        },
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, l_0, d, c, alpha]: &[R; 5]) -> R {
        let g = c * d.ln() - x[0].times_ln(c);
        e + (l_0 - e) * root(g, alpha).logistic()
    }
}

/// Steps of Newton's method that leave nothing but rounding: near a limit each brings one unit of z.
const STEPS: usize = 20;

/// z with t = 1/(1 + e^-z) and ln t − alpha ln(1 − t) = g: z + (alpha − 1) ln(1 + e^z) = g. The left
/// side rises and bends one way only, so that from one side every step leads nearer. Steps with
/// derivatives come last: the first of them is exact in the first ones, the second in the second ones.
#[inline(always)]
fn root<R: Real>(g: R, alpha: R) -> R {
    let (plain_g, plain_alpha) = (g.value(), alpha.value());
    let zero = R::Plain::constant(0.0);
    // Without alpha there is no root above g = 0: t stays at one.
    let mut z = plain_g.below(zero, plain_g, plain_g / plain_alpha.max(R::Plain::constant(1e-3)));
    for _ in 0..STEPS {
        z = step(z, plain_g, plain_alpha);
    }
    let z = step(R::plain(z), g, alpha);
    step(z, g, alpha)
}

/// One step.
#[inline(always)]
fn step<R: Real>(z: R, g: R, alpha: R) -> R {
    let size = z.max(-z);
    let softplus = z.max(R::constant(0.0)) + (-size).exp().ln_1p();
    let bend = alpha - 1.0;
    let slope = (bend * z.logistic() + 1.0).max(R::constant(1e-3));
    z - (z + bend * softplus - g) / slope
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{Law, Of};

    #[test]
    fn the_root_solves_the_printed_equation() {
        let law = Of::<M4, 5>::new();
        for alpha in [0.0, 0.1, 0.6, 1.0, 2.5] {
            for x in [0.5f64, 3.0, 40.0, 1e3, 1e5, 1e8] {
                let theta = [0.2, 1.1, 2.0, 0.4, alpha];
                let loss = law.predict(&[x], &theta);
                if alpha == 0.0 && x < 2.0 {
                    assert!((loss - 1.1).abs() < 1e-12, "no curve rises above random guessing: {loss}");
                    continue;
                }
                let beta = 0.9f64.powf(1.0 - alpha) * 2.0f64.powf(0.4);
                let left = (loss - 0.2) / (1.1 - loss).powf(alpha);
                assert!((left / (beta * x.powf(-0.4)) - 1.0).abs() < 1e-9, "{alpha} {x}: {left}");
                let derived = (M4::CARD.derived("beta").unwrap().value)(&theta, &[]);
                assert!((derived / beta - 1.0).abs() < 1e-12);
            }
        }
    }
}
