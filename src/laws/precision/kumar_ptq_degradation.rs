//! Loss added by quantising after training (Kumar et al. 2024).

use super::kumar_ptq::{DEGRADATION, INPUTS, degradation};
use crate::base::real::{Real, X};
use crate::law::{Card, Family, Formula, Input};

/// The degradation alone, for measured differences of loss.
pub struct KumarPtqDegradation;

impl Formula<4> for KumarPtqDegradation {
    const CARD: Card = Card {
        id: "kumar-ptq-degradation",
        family: Family::Precision,
        title: "Post-training quantisation: loss added, from N, D and the bits after training",
        formula: r"\delta = C_T\frac{D^{\gamma_D}}{N^{\gamma_N}}e^{-P/\gamma_{post}}",
        cite: &["kumar2024"],
        inputs: INPUTS,
        output: Input::new("delta", "loss added by quantisation", "nat/token"),
        params: &DEGRADATION,
        notes: "\
## Statement
Quantising a trained model to P bits adds C_T D^gamma_D / N^gamma_N e^(-P/gamma_post) to its loss.

## Origin
Kumar et al. 2024, equation 2, with R² = 0.97 on the paper's points.

## Assumptions
Trained in 16 bits; the loss before quantisation is measured, not modelled.

## Where it fails
It can only be told from noise where few bits or much data make it large. An offset in the exponent \
(appendix K's b) is the same as a larger C_T.

## References
kumar2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], theta: &[R; 4]) -> R {
        degradation(x, *theta)
    }
}
