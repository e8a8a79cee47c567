//! Loss of a student from teacher loss, student size and data (Busbridge et al. 2025).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, Transform, named};

/// Loss of a distilled student from the teacher, its size and its data.
pub struct Distillation;

impl Formula<9> for Distillation {
    const CARD: Card = Card {
        id: "distillation",
        family: Family::Compute,
        title: "Loss of a distilled student from the teacher, its size and its data",
        formula: r"L_S = L_T + L_T^{-c_0}\left(1+\left(\frac{L_T}{\tilde L_S d_1}\right)^{1/f_1}\right)^{-c_1 f_1}\left(\frac{A'}{N_S^{\alpha'}}+\frac{B'}{D_S^{\beta'}}\right)^{\gamma'}",
        cite: &["busbridge2025"],
        inputs: &[
            Input::new("N_S", "size of the student", "parameters"),
            Input::new("D_S", "tokens the student sees", "tokens"),
            Input::new("L_T", "loss of the teacher", "nat/token"),
        ],
        output: Input::new("L_S", "loss of the student", "nat/token"),
        params: &[
            Param::exponent("c_0", "c_0", "exponent of the teacher loss", (0.0, 10.0), &[2.0]),
            Param::exponent(
                "d_1",
                "d_1",
                "where the capacity gap begins, in units of the student loss",
                (0.0, 10.0),
                &[1.0],
            )
            .transform(Transform::Log),
            Param::exponent("f_1", "f_1", "sharpness of that break", (0.01, 5.0), &[0.15]).transform(Transform::Log),
            Param::exponent("c_1", "c_1", "slope beyond it", (0.0, 20.0), &[3.0]),
            Param::coefficient("A_S", "A'", "model-size coefficient", "1", &[500.0, 2000.0]).role(Role::Nonlinear),
            Param::exponent("alpha_S", r"\alpha'", "model-size exponent", (0.0, 3.0), &[0.3, 0.5]),
            Param::coefficient("B_S", "B'", "data coefficient", "1", &[5e3, 2e4]).role(Role::Nonlinear),
            Param::exponent("beta_S", r"\beta'", "data exponent", (0.0, 3.0), &[0.4, 0.6]),
            Param::exponent("gamma_S", r"\gamma'", "exponent of their sum", (0.0, 3.0), &[0.8]),
        ],
        derived: &[Derived {
            symbol: "L_alone",
            meaning: "loss of the student trained without a teacher",
            formula: r"\tilde L_S = 1.220 + (3355/N_S^{.408} + 18186/D_S^{.431})^{.452}",
            unit: "nat/token",
            needs: &["N_S", "D_S"],
            value: named!(|_, [n, d]| alone::<f64>(n.ln(), d.ln())),
        }],
        notes: "\
## Statement
The student approaches the loss of its teacher as its size and data grow, and a teacher that is too \
good for its student does harm: the capacity gap.

## Origin
Busbridge et al. 2025 (distillation scaling laws), where the loss of the student alone has the \
constants 1.220, 3355, 0.408, 18186, 0.431, 0.452. The other constants could not be read; those \
beside it here are computed.

## Assumptions
Teacher and student see the same data; the student minimises the divergence from the teacher.

## Where it fails
Not monotone in the teacher loss. Nine constants: without teachers on both sides of the gap c_1, d_1 \
and f_1 run to their bounds.

## References
busbridge2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c_0, d_1, f_1, c_1, a_s, alpha_s, b_s, beta_s, gamma_s]: &[R; 9]) -> R {
        let l = x[2].ln() * 1.0;
        let gap = ((l - alone::<R>(x[0].ln(), x[1].ln()).ln() - d_1.ln()) / f_1).exp().ln_1p();
        let own = (a_s * x[0].pow(-alpha_s) + b_s * x[1].pow(-beta_s)).ln();
        x[2].value() + (gamma_s * own - c_0 * l - c_1 * f_1 * gap).exp()
    }
}

/// Loss of the student trained alone, from the logarithms of its size and data.
#[inline(always)]
fn alone<R: Real>(ln_n: R, ln_d: R) -> R {
    let size = (ln_n * -0.408).exp() * 3355.0;
    let data = (ln_d * -0.431).exp() * 18186.0;
    (size + data).powf(0.452) + 1.220
}
