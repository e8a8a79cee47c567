//! err = eps − k exp(−gamma L) (Gadre et al. 2024).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param};

/// Gadre's law from loss to downstream error.
pub struct GadreError;

impl Formula<3> for GadreError {
    const CARD: Card = Card {
        id: "gadre-error",
        family: Family::Compute,
        title: "Average downstream error from loss (Gadre's error law)",
        formula: r"\mathrm{err} = \epsilon - k\, e^{-\gamma L}",
        cite: &["gadre2024"],
        inputs: &[Input::new("L", "loss", "nat/token")],
        output: Input::new("err", "average top-1 error", "1").within(0.0, 1.0),
        params: &[
            Param::coefficient("eps", r"\epsilon", "error of an uninformed model", "1", &[0.7, 0.85, 1.0]),
            Param::coefficient("k", "k", "gain of a model with zero loss", "1", &[0.5, 2.0, 8.0]),
            Param::exponent("gamma", r"\gamma", "rate per nat", (0.0, 10.0), &[0.2, 0.7, 1.5]),
        ],
        derived: &[Derived {
            symbol: "L_at",
            meaning: "loss at which the error reaches a stated value below eps",
            formula: r"\gamma^{-1} \ln\left(k/(\epsilon-\mathrm{err})\right)",
            unit: "nat/token",
            needs: &["err"],
            value: |t, at| (t[1] / (t[0] - at[0])).ln() / t[2],
        }],
        notes: "\
## Statement
The error averaged over many tasks falls from that of an uninformed model, eps, by an amount that grows \
exponentially as the loss falls.

## Origin
Gadre et al. 2024, equation 5, fitted to the same small runs as the over-training law and one larger one.

## Assumptions
The average is over enough tasks above chance to be smooth; the loss is measured on one fixed text.

## Where it fails
Single tasks are not smooth in the loss, and tasks at chance for the small models carry no information \
about the large ones, which is why the authors also average over the tasks that their small models can \
do. The constants belong to one set of tasks, one validation text and one tokenizer.

## References
gadre2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[eps, k, gamma]: &[R; 3]) -> R {
        eps - k * x[0].times(-gamma).exp()
    }
}
