//! L = (N_c/N)^alpha_N + (S_c/S_min)^alpha_S (Kaplan et al. 2020, equation 5.6).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Derived, Family, Formula, Input, Param, Role, Transform};

/// Loss from model size and steps, data and batch unlimited.
pub struct KaplanSteps;

impl Formula<4> for KaplanSteps {
    const CARD: Card = Card {
        id: "kaplan-steps",
        family: Family::Compute,
        title: "Loss from model size and optimisation steps at unlimited batch (Kaplan's L(N, S_min))",
        formula: r"L = \left(\frac{N_c}{N}\right)^{\alpha_N} + \left(\frac{S_c}{S_{min}}\right)^{\alpha_S}",
        cite: &["kaplan2020", "su2024"],
        inputs: &[
            Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding),
            Input::new("S", "steps at a batch far above the critical one (S_min)", "steps"),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("N_c", "N_c", "model-size scale", "parameters", &[1e1, 1e5])
                .scales_with("N")
                .role(Role::Nonlinear),
            Param::exponent("alpha_N", r"\alpha_N", "model-size exponent", (0.0, 3.0), &[0.07, 0.3])
                .transform(Transform::Log),
            Param::coefficient("S_c", "S_c", "step scale", "steps", &[1e-2, 1.0])
                .scales_with("S")
                .role(Role::Nonlinear),
            Param::exponent("alpha_S", r"\alpha_S", "step exponent", (0.0, 3.0), &[0.3, 0.8]).transform(Transform::Log),
        ],
        derived: &[
            Derived {
                symbol: "L_converged",
                meaning: "loss of N parameters after unlimited steps",
                formula: r"(N_c/N)^{\alpha_N}",
                unit: "nat/token",
                needs: &["N"],
                value: |t, at| (t[0] / at[0]).powf(t[1]),
            },
            Derived {
                symbol: "stop_ratio",
                meaning: "loss at which compute-efficient training stops, over the converged loss",
                formula: r"1 + \alpha_N/\alpha_S",
                unit: "1",
                needs: &[],
                value: |t, _| 1.0 + t[1] / t[3],
            },
            Derived {
                symbol: "S_at",
                meaning: "least number of steps that takes N parameters to the loss L",
                formula: r"S_c (L - (N_c/N)^{\alpha_N})^{-1/\alpha_S}",
                unit: "steps",
                needs: &["N", "L"],
                value: |t, at| t[2] * (at[1] - (t[0] / at[0]).powf(t[1])).powf(-1.0 / t[3]),
            },
        ],
        notes: "\
## Statement
Loss is the converged loss of the model size plus a part that falls with the number of steps, if every \
step uses a batch far above the critical one.

## Origin
Kaplan et al. 2020, equation 5.6, fitted in Table 3 to learning curves after the warm-up, steps converted \
to S_min by the critical batch size. Su et al. 2024 use the same form.

## Assumptions
Unlimited data, one pass. S_min = S / (1 + B_crit/B). Embeddings left out of N.

## Where it fails
During the warm-up, and with a schedule that decays: a learning curve then is not a sequence of finished \
runs. Its constants for L(N) are not those of the one-variable law nor of the joint law in N and D.

## References
kaplan2020, su2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[n_c, alpha_n, s_c, alpha_s]: &[R; 4]) -> R {
        (alpha_n * (n_c.ln() - x[0].ln())).exp() + (alpha_s * (s_c.ln() - x[1].ln())).exp()
    }
}
