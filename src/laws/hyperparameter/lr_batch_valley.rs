//! A valley in learning rate and batch over a law of size and data.

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param, Role};

/// Parabolas in the logarithms of learning rate and batch.
pub struct LrBatchValley;

/// Learning rate, batch, data and size at which everything is stated.
const REFERENCE: [f64; 4] = [2e-3, 256.0, 2e10, 3e8];

impl Formula<14> for LrBatchValley {
    const CARD: Card = Card {
        id: "lr-batch-valley",
        family: Family::Hyperparameter,
        title: "Loss from learning rate, batch, data and size: a parabolic valley, its bottom a power law",
        formula: r"L = \left(\frac{A}{n^\alpha} + \frac{B}{d^\beta}\right)^k + p \ln^2\frac{\eta}{\eta^\ast} + q \ln^2\frac{b}{b^\ast}",
        cite: &["steplaw2025", "skaling2026"],
        inputs: &[
            Input::new("lr", "peak learning rate", "1").within(1e-7, 1.0),
            Input::new("batch", "batch size", "1").counting(Counts::Sequences).within(1.0, 1e6),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
            Input::new("N", "model size", "parameters"),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("A", r"A", "model-size term at N = 3e8", "1", &[2.0, 20.0]).role(Role::Nonlinear),
            Param::coefficient("B", r"B", "data term at D = 2e10", "1", &[1.0, 10.0]).role(Role::Nonlinear),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.35]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.3, 0.45]),
            Param::exponent("k", r"k", "exponent around both", (0.02, 3.0), &[0.3, 1.0]),
            Param::coefficient("p", r"p", "curvature in the logarithm of the learning rate", "nat/token", &[0.03]),
            Param::coefficient("q", r"q", "curvature in the logarithm of the batch", "nat/token", &[0.02]),
            Param::exponent(
                "l0",
                r"l_0",
                "logarithm of the best learning rate over 2e-3, at the reference",
                (-10.0, 10.0),
                &[-0.3],
            ),
            Param::exponent("lN", r"l_N", "its exponent in N", (-3.0, 3.0), &[-0.6, -0.3]),
            Param::exponent("lD", r"l_D", "its exponent in D", (-3.0, 3.0), &[0.1]),
            Param::exponent("lB", r"l_B", "its exponent in the batch", (-3.0, 3.0), &[0.3]),
            Param::exponent(
                "b0",
                r"b_0",
                "logarithm of the best batch over 256, at the reference",
                (-10.0, 10.0),
                &[-0.3],
            ),
            Param::exponent("bN", r"b_N", "its exponent in N", (-3.0, 3.0), &[0.0]),
            Param::exponent("bD", r"b_D", "its exponent in D", (-3.0, 3.0), &[0.3, 0.6]),
        ],

        notes: "\
## Statement
Above the loss that N and D alone would reach lies a valley in the logarithms of the learning rate \
and of the batch, with the same curvature at every size. Its bottom moves as powers of N and D, and \
the best learning rate also with the batch. The loss without the valley is a power k of a sum of \
powers of N/3e8 and D/2e10, as in Skaling, its floor left out.

## Origin
The valley of Li et al. 2025 (Step Law), written as one law so that every run of a sweep counts, not \
only the best of each cell, over the base of Videau et al. 2026. On that sweep a floor is fitted as \
zero, and an additive base (k = 1) forecasts held-out cells much worse.

## Assumptions
One schedule and optimiser; no run has diverged.

## Where it fails
Steep walls: a rate several times too high costs more than a parabola says, and such rows pull the \
bottom away. Leave them out, or weigh them down. Without a floor, it says nothing of models far \
larger.

## References
steplaw2025, skaling2026",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b, alpha, beta, k, p, q, l0, ln, ld, lb, b0, bn, bd]: &[R; 14]) -> R {
        let n = x[3].ln() - REFERENCE[3].ln();
        let d = x[2].ln() - REFERENCE[2].ln();
        let batch = x[1].ln() - REFERENCE[1].ln();
        let rate = x[0].ln() - REFERENCE[0].ln();
        let off_rate = rate - (l0 + ln * n + ld * d + lb * batch);
        let off_batch = batch - (b0 + bn * n + bd * d);
        let base = (a * (-(alpha * n)).exp() + b * (-(beta * d)).exp()).pow(k);
        base + p * off_rate * off_rate + q * off_batch * off_batch
    }
}
