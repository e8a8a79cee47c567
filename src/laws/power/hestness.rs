//! eps = alpha m^beta_g + gamma (Hestness et al. 2017).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Derived, Family, Formula, Input, Param, Transform};

/// Generalisation error against training-set size.
pub struct Hestness;

impl Formula<3> for Hestness {
    const CARD: Card = Card {
        id: "hestness",
        family: Family::Power,
        title: "Generalisation error against training-set size, with a floor (Hestness)",
        formula: r"\varepsilon = \alpha\, m^{\beta_g} + \gamma",
        cite: &["hestness2017", "hestness2019"],
        inputs: &[Input::new("m", "training-set size, in the domain's samples", "1").counting(Counts::Any)],
        output: Input::new("eps", "generalisation error or loss", "1"),
        params: &[
            Param::coefficient("alpha", r"\alpha", "error at one sample", "1", &[1.0, 10.0, 100.0]),
            Param::exponent(
                "beta_g",
                r"\beta_g",
                "learning-curve exponent, negative",
                (-2.0, 0.0),
                &[-0.07, -0.2, -0.5],
            ),
            Param::coefficient("gamma", r"\gamma", "irreducible error", "1", &[0.01, 0.3])
                .transform(Transform::Identity),
        ],
        derived: &[
            Derived {
                symbol: "data_factor",
                meaning: "how many times more data turn an error eps_from into eps_to",
                formula: r"\left(\frac{\varepsilon_{to}-\gamma}{\varepsilon_{from}-\gamma}\right)^{1/\beta_g}",
                unit: "1",
                needs: &["eps_from", "eps_to"],
                value: |t, at| ((at[1] - t[2]) / (at[0] - t[2])).powf(1.0 / t[1]),
            },
            Derived {
                symbol: "model_factor",
                meaning: "how many times larger the model must be for data_factor more data, if its size goes as m^beta_p",
                formula: r"data\_factor^{\beta_p}",
                unit: "1",
                needs: &["eps_from", "eps_to", "beta_p"],
                value: |t, at| ((at[1] - t[2]) / (at[0] - t[2])).powf(at[2] / t[1]),
            },
            Derived {
                symbol: "m_at",
                meaning: "training-set size at which the error reaches eps",
                formula: r"((\varepsilon - \gamma)/\alpha)^{1/\beta_g}",
                unit: "1",
                needs: &["eps"],
                value: |t, at| ((at[0] - t[2]) / t[0]).powf(1.0 / t[1]),
            },
        ],
        notes: "\
## Statement
The error of the best model for each training-set size m falls as a power of m towards a floor gamma. \
Between the small-data region (no better than guessing) and the floor, gamma may be left at zero.

## Origin
Hestness et al. 2017, for word and character language models, translation, image classification and \
speech; the 2019 table projects what the frontier of each domain would need. The size of the best model \
grows as sigma m^beta_p, which is the law growth-power.

## Assumptions
At every m the best model of a sweep is measured, on one validation set; shards span two to three orders \
of magnitude in steps of about two. alpha depends on the unit of m.

## Where it fails
The floor needs at least four points past the bend, else gamma and beta_g trade. Rounded exponents near \
-0.07 move a projected data factor by tens of per cent: two of the five published factors do not follow \
from the printed constants.

## References
hestness2017, hestness2019",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[alpha, beta_g, gamma]: &[R; 3]) -> R {
        alpha * x[0].pow(beta_g) + gamma
    }
}
