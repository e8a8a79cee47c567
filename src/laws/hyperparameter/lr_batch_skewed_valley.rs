//! A valley in learning rate and batch, steeper on one side.

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Family, Formula, Input, Param};

/// The valley with exponential walls.
pub struct LrBatchSkewedValley;

/// Learning rate, batch, data and size at which everything is stated.
const REFERENCE: [f64; 4] = [2e-3, 256.0, 2e10, 3e8];

impl Formula<15> for LrBatchSkewedValley {
    const CARD: Card = Card {
        id: "lr-batch-skewed-valley",
        family: Family::Hyperparameter,
        title: "Loss from learning rate, batch, data and size: a valley with a steep side, its bottom a power law",
        formula: r"L = E + \frac{A}{N^\alpha} + \frac{B}{D^\beta} + p\,\phi_r(\ln\tfrac{\eta}{\eta^\ast}) + q \ln^2\frac{b}{b^\ast},\ \phi_r(z) = 2 (e^{rz} - 1 - rz)/r^2",
        cite: &["steplaw2025"],
        inputs: &[
            Input::new("lr", "peak learning rate", "1").within(1e-7, 1.0),
            Input::new("batch", "batch size", "1").counting(Counts::Sequences).within(1.0, 1e6),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
            Input::new("N", "model size", "parameters"),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("E", r"E", "irreducible loss", "nat/token", &[1.0, 1.5]).bounds(1e-3, f64::INFINITY),
            Param::coefficient("A", r"A", "model-size term at N = 3e8", "nat/token", &[0.5]),
            Param::coefficient("B", r"B", "data term at D = 2e10", "nat/token", &[0.5]),
            Param::coefficient("p", r"p", "curvature in the logarithm of the learning rate", "nat/token", &[0.03]),
            Param::coefficient("q", r"q", "curvature in the logarithm of the batch", "nat/token", &[0.02]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.1, 0.3]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.3]),
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
            Param::exponent("r", r"r", "how much steeper the wall of high learning rates is", (0.02, 3.0), &[0.5]),
        ],

        notes: "\
## Statement
Above the loss that N and D alone would reach lies a valley in the logarithms of the learning rate \
and of the batch, with the same shape at every size. Its bottom moves as powers of N and D, and the \
best learning rate also with the batch.

## Origin
The valley of Li et al. 2025 (Step Law), written as one law so that every run of a sweep counts, not \
only the best of each cell.

## Assumptions
One schedule and optimiser; no run has diverged.

## Where it fails
Steep walls: a rate several times too high costs more than the form says, and such rows pull the \
bottom away. Leave them out, or weigh them down.

## References
steplaw2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, a, b, p, q, alpha, beta, l0, ln, ld, lb, b0, bn, bd, r]: &[R; 15]) -> R {
        let n = x[3].ln() - REFERENCE[3].ln();
        let d = x[2].ln() - REFERENCE[2].ln();
        let batch = x[1].ln() - REFERENCE[1].ln();
        let rate = x[0].ln() - REFERENCE[0].ln();
        let off_rate = rate - (l0 + ln * n + ld * d + lb * batch);
        let off_batch = batch - (b0 + bn * n + bd * d);
        let floor = e + a * (-(alpha * n)).exp() + b * (-(beta * d)).exp();
        let wall = ((r * off_rate).exp_m1() - r * off_rate) * 2.0 / (r * r);
        floor + p * wall + q * off_batch * off_batch
    }
}
