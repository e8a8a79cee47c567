//! A power law with a plateau before it (Lin et al. 2024).

use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input, Param, Role};

/// Pre-training is worth D_c^beta of fine-tuning data.
pub struct RectifiedSft;

impl Formula<4> for RectifiedSft {
    const CARD: Card = Card {
        id: "rectified-sft",
        family: Family::Task,
        title: "Loss after fine-tuning from the fine-tuning data, with a plateau before the power law (rectified)",
        formula: r"L = E + \frac{L_0 - E}{1 + (D/D_c)^\beta}",
        cite: &["lin2024"],
        inputs: &[Input::new("D", "fine-tuning data", "1")],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("E", r"E", "irreducible loss", "nat/token", &[1.0, 1.7, 2.2]),
            Param::coefficient("L0", r"L_0", "loss without fine-tuning", "nat/token", &[3.0, 4.0]),
            Param::coefficient("Dc", r"D_c", "data at which half of the gain is made", "1", &[0.3, 1.0, 5.0])
                .role(Role::Nonlinear)
                .scales_with("D"),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 5.0), &[0.3, 0.6, 1.0]),
        ],

        notes: "\
## Statement
Before fine-tuning data D are worth as much as what was learnt in pre-training, loss hardly moves; \
after that it falls as a power law.

## Origin
Lin et al. 2024 (rectified scaling law): E + B/(D_0 + D^beta), here with D_0 = D_c^beta and B = (L_0 \
- E) D_0.

## Assumptions
One model and one task; D counts examples or tokens, always the same.

## Where it fails
With only the plateau measured, E, beta and D_c are open; E is kept above zero, where a free one \
runs to minus infinity.

## References
lin2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, l0, dc, beta]: &[R; 4]) -> R {
        let share = (beta * (x[0].ln() - dc.ln())).logistic();
        e * share + l0 * (-share + 1.0)
    }
}
