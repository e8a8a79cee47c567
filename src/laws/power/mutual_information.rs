//! I = lambda ln(N/N_c) (Henighan et al. 2020, equation 4.1).

use crate::base::real::{Real, X};
use crate::law::{Card, Counts, Derived, Family, Formula, Input, Param, Role, Transform};

/// What a multimodal model knows of a text from its image, against model size.
pub struct MutualInformation;

fn information(t: &[f64], n: f64) -> f64 {
    t[0] * (n / t[1]).ln()
}

impl Formula<2> for MutualInformation {
    const CARD: Card = Card {
        id: "mutual-information",
        family: Family::Power,
        title: "Mutual information of text and image against model size (Henighan)",
        formula: r"I = \lambda \ln \frac{N}{N_c}",
        cite: &["henighan2020"],
        inputs: &[Input::new("N", "model size", "parameters").counting(Counts::NonEmbedding)],
        output: Input::new("I", "mutual information of a text and its image", "nat").within(f64::MIN, f64::MAX),
        params: &[
            Param::coefficient("lambda", r"\lambda", "information per factor e in model size", "nat", &[0.3, 1.0, 3.0])
                .transform(Transform::Identity),
            Param::coefficient("N_c", "N_c", "model size that knows nothing", "parameters", &[1e-4, 1e-2, 1.0])
                .scales_with("N")
                .role(Role::Nonlinear),
        ],
        derived: &[
            Derived {
                symbol: "per_doubling",
                meaning: "information per doubling of the model",
                formula: r"\lambda \ln 2",
                unit: "nat",
                needs: &[],
                value: |t, _| t[0] * std::f64::consts::LN_2,
            },
            Derived {
                symbol: "infogain",
                meaning: "share of the text's information that the image gives away, 0 to 1, where the text alone \
                          costs L_text nats",
                formula: r"I/L_{text}",
                unit: "1",
                needs: &["N", "L_text"],
                value: |t, at| information(t, at[0]) / at[1],
            },
            Derived {
                symbol: "N_at",
                meaning: "model size at which the information reaches I",
                formula: r"N_c e^{I/\lambda}",
                unit: "parameters",
                needs: &["I"],
                value: |t, at| t[1] * (at[0] / t[0]).exp(),
            },
        ],
        notes: "\
## Statement
What an image tells a model of its caption, the loss of the text without the image less the loss with it, \
grows with the logarithm of model size. Its share of the text's own loss is the information gain.

## Origin
Henighan et al. 2020, equations 1.3 and 4.1. The two constants stand in a figure only; printed are about 8 \
nats at a billion parameters, a gain of about 10 per cent at the largest text-to-image model, and a \
forecast of 20 per cent at 3e12 parameters. None of the three fixes a constant by itself.

## Assumptions
Both losses are of models of one size, each trained to convergence for it. The information of a caption \
is bounded by its entropy, so the gain lies between 0 and 1.

## Where it fails
Below N_c the information is negative, and far above it the gain would pass 1: the logarithm is a local \
form. It is the law `logarithmic` with the model size at which the line crosses zero for a parameter.

## References
henighan2020",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[lambda, n_c]: &[R; 2]) -> R {
        lambda * (x[0].ln() - n_c.ln())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_and_the_size_that_has_it_are_one_line() {
        let t = [0.7, 1e4];
        let derived = |symbol: &str, at: &[f64]| (MutualInformation::CARD.derived(symbol).unwrap().value)(&t, at);
        let n = derived("N_at", &[8.0]);
        assert!((derived("infogain", &[n, 80.0]) - 0.1).abs() < 1e-12);
        assert!((derived("infogain", &[2.0 * n, 80.0]) * 80.0 - 8.0 - derived("per_doubling", &[])).abs() < 1e-12);
        assert_eq!(derived("infogain", &[1e4, 80.0]), 0.0);
    }
}
