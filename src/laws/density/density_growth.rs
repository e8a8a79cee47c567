//! ln rho = A t + B (Xiao et al. 2024, equation 5: the densing law).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role};

/// Growth of the highest capacity density with time.
pub struct DensityGrowth;

/// Days in a mean month, 365.25 / 12.
pub const MONTH: f64 = 30.4375;

fn doubling(t: &[f64]) -> f64 {
    std::f64::consts::LN_2 / t[0]
}

impl Formula<2> for DensityGrowth {
    const CARD: Card = Card {
        id: "density-growth",
        family: Family::Density,
        title: "Highest capacity density against release date (the densing law)",
        formula: r"\ln \rho = A t + B",
        cite: &["densing2024"],
        inputs: &[Input::new("t", "days since the release of Llama-1, 24 February 2023", "days").within(-1e5, 1e5)],
        output: Input::new("ln_rho", "natural logarithm of the capacity density", "1").within(-1e3, 1e3),
        params: &[
            Param {
                unit: "1/days",
                ..Param::exponent("A", "A", "growth rate", (-1.0, 1.0), &[0.003, 0.007]).role(Role::Linear)
            },
            Param::exponent("B", "B", "logarithm of the density at t = 0", (-50.0, 50.0), &[-1.0, 0.0])
                .role(Role::Linear),
        ],
        derived: &[
            Derived {
                symbol: "doubling_days",
                meaning: "doubling time of the density",
                formula: r"\ln 2 / A",
                unit: "days",
                needs: &[],
                value: |t, _| doubling(t),
            },
            Derived {
                symbol: "doubling_months",
                meaning: "doubling time of the density in months of 30.4375 days",
                formula: r"\ln 2 / (30.4375\,A)",
                unit: "1",
                needs: &[],
                value: |t, _| doubling(t) / MONTH,
            },
            Derived {
                symbol: "growth",
                meaning: "factor by which the density grows in a number of days",
                formula: r"e^{A\,\mathrm{days}}",
                unit: "1",
                needs: &["days"],
                value: |t, at| (t[0] * at[0]).exp(),
            },
            Derived {
                symbol: "speedup",
                meaning: "growth rate over an earlier one, A_from",
                formula: r"A / A_{from}",
                unit: "1",
                needs: &["A_from"],
                value: |t, at| t[0] / at[0],
            },
            Derived {
                symbol: "chip_doubling_days",
                meaning: "doubling time of the effective size that runs on chips of a fixed price, whose compute \
                          per price doubles every chip_days",
                formula: r"1 / (A/\ln 2 + 1/\mathrm{chip\_days})",
                unit: "days",
                needs: &["chip_days"],
                value: |t, at| 1.0 / (1.0 / doubling(t) + 1.0 / at[0]),
            },
            Derived {
                symbol: "price_halving_months",
                meaning: "halving time of a price that fell by price_ratio in a number of months; observed, to be set \
                          beside the doubling time, and independent of A and B",
                formula: r"\mathrm{months}\,\ln 2 / \ln \mathrm{price\_ratio}",
                unit: "1",
                needs: &["price_ratio", "months"],
                value: |_, at| at[1] * std::f64::consts::LN_2 / at[0].ln(),
            },
        ],
        notes: "\
## Statement
The highest capacity density reached by open models grows exponentially with release date: ln rho = \
A t + B, with t in days since the release of Llama-1. The density of a model is its effective size \
divided by its size, rho = N_hat(S) / N: N_hat is the size at which a model of the reference recipe, \
trained on D0 tokens, reaches its score S. It is estimated in two steps, a loss law of the reference \
models (densing-loss, or any law with the same terms) and a sigmoid from loss to score \
(score-sigmoid), and by their inversion, N_hat = ((L_hat - E - B D0^-beta)/A)^(-1/alpha) at L_hat = \
l - ln(c/(S - d) - 1)/gamma.

## Origin
Xiao et al. 2024 (arXiv 2412.04315), equation 5, with A about 0.007 per day: a doubling in 3.3 months. \
D0 is one trillion tokens there and five in the journal's version, so the densities of the two differ.

## Assumptions
The models on the upper envelope follow one exponential; scores compare across models; the same D0, \
reference family and benchmark are used throughout. E cancels against l, and the scale of A and B \
against gamma: only alpha, beta and A/B act.

## Where it fails
Density is relative: its level means nothing without the reference and D0, and it contains \
over-training (a model of the reference recipe trained on more than D0 tokens has rho > 1). \
The benchmark matters most: GSM8K and HumanEval double in under three months, HellaSwag in eleven. N_hat has \
a pole at the loss that D0 tokens allow, where one model can carry the whole envelope: sizes \
beyond ten times the reference range are censored. The successive records are biased upward: \
with release dates shuffled between families they still rise, and their R-squared is high by \
construction; quantile regression and ordinary least squares are not. No coefficient of either \
step is published, nor a table of densities, so an estimate on other data is not a reproduction. \
A is a description of the window it was fitted on, not a forecast.

## References
densing2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, b]: &[R; 2]) -> R {
        x[0].times(a) + b
    }
}
