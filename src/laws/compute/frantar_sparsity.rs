//! L = (a_S(1-S)^b_S + c_S) N^-b_N + (a_D/D)^b_D + E (Frantar et al. 2023).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, Transform, named};

/// Loss of sparse networks from non-zero parameters, data and sparsity.
pub struct FrantarSparsity;

impl Formula<7> for FrantarSparsity {
    const CARD: Card = Card {
        id: "frantar-sparsity",
        family: Family::Compute,
        title: "Loss of sparse networks from non-zero parameters, data and sparsity",
        formula: r"L = (a_S(1-S)^{b_S} + c_S) N^{-b_N} + (a_D/D)^{b_D} + E",
        cite: &["frantar2023", "panferov2025"],
        inputs: &[
            Input::new("N", "non-zero parameters", "parameters"),
            Input::new("D", "training data", "tokens"),
            Input::new("S", "sparsity: share of weights that are zero", "1").within(0.0, 0.99),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("a_S", "a_S", "coefficient of density", "1", &[8.0, 15.0, 30.0]),
            Param::exponent("b_S", "b_S", "exponent of density", (0.0, 5.0), &[0.4, 0.7, 1.2]),
            Param::coefficient("c_S", "c_S", "coefficient left at full sparsity", "1", &[20.0, 40.0, 80.0]),
            Param::exponent("b_N", "b_N", "model-size exponent", (0.0, 3.0), &[0.15, 0.25, 0.4]),
            Param::coefficient("a_D", "a_D", "data scale", "tokens", &[1e7, 5e8, 5e9]).role(Role::Nonlinear),
            Param::exponent("b_D", "b_D", "data exponent", (0.0, 3.0), &[0.15, 0.25, 0.4]),
            Param::coefficient("E", "E", "irreducible loss", "nat/token", &[0.3, 0.6, 1.2])
                .transform(Transform::Identity),
        ],
        derived: &[Derived {
            symbol: "size_multiplier",
            meaning: "how many times larger a dense model is that has the capacity of one of these non-zero parameters at sparsity S",
            formula: r"\left(\frac{a_S(1-S)^{b_S}+c_S}{a_S+c_S}\right)^{-1/b_N}",
            unit: "1",
            needs: &["S"],
            value: named!(
                |[a_s, b_s, c_s, b_n, ..], [s]| ((a_s * (1.0 - s).powf(b_s) + c_s) / (a_s + c_s)).powf(-1.0 / b_n)
            ),
        }],
        notes: "\
## Statement
Sparsity multiplies the capacity term: the same number of non-zero parameters is worth more in a \
sparser, larger network.

## Origin
Frantar et al. 2023 (scaling laws for sparsely-connected foundation models), the form as restated in \
Table 1 of Panferov et al. 2025. Its constants could not be read; the numbers beside it here are \
computed.

## Assumptions
N counts non-zero parameters. Sparsity is unstructured and pruned gradually.

## Where it fails
c_S and b_S need sparsities far from zero to be told apart; training cost is not in the law.

## References
frantar2023, panferov2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a_s, b_s, c_s, b_n, a_d, b_d, e]: &[R; 7]) -> R {
        let density = (-x[2].value() + 1.0).ln();
        (a_s * (b_s * density).exp() + c_s) * x[0].pow(-b_n) + (b_d * (a_d.ln() - x[1].ln())).exp() + e
    }
}
