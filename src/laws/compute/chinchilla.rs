//! L = E + A/N^alpha + B/D^beta (Hoffmann et al. 2022).

use crate::base::real::{Real, X};
use crate::costs::lifetime::{Plan, lifetime_flop, lifetime_optimum, training_optimal_data};
use crate::costs::{SIX_N_D, tokens_of};
use crate::law::{Allocation, Card, Counts, Derived, Family, Formula, Input, Limit, Param};

/// Hoffmann's parametric form.
pub struct Chinchilla;

/// G = (αA / βB)^(1/(α+β)), so that N_opt = G (C/6)^a and D_opt = (C/6)^b / G.
fn g(t: &[f64]) -> f64 {
    ((t[3].ln() + t[1].ln() - t[4].ln() - t[2].ln()) / (t[3] + t[4])).exp()
}
fn n_opt(t: &[f64], c: f64) -> f64 {
    g(t) * tokens_of(c, 1.0).powf(t[4] / (t[3] + t[4]))
}
fn d_opt(t: &[f64], c: f64) -> f64 {
    tokens_of(c, 1.0).powf(t[3] / (t[3] + t[4])) / g(t)
}
/// N_base parameters trained on their compute-optimal data, and the plan that reaches the same loss
/// at the least cost of training and of serving D_inf tokens.
fn lifetime(t: &[f64], at: &[f64]) -> Option<(Plan, Plan)> {
    let base = Plan { n: at[0], d: training_optimal_data(t, at[0]) };
    Some((base, lifetime_optimum(t, base, at[1])?))
}

impl Formula<5> for Chinchilla {
    const CARD: Card = Card {
        id: "chinchilla",
        family: Family::Compute,
        title: "Loss from model size and data, additive (Hoffmann's parametric form)",
        formula: r"L = E + \frac{A}{N^\alpha} + \frac{B}{D^\beta}",
        cite: &["hoffmann2022", "besiroglu2024", "sardana2024"],
        inputs: &[
            Input::new("N", "model size", "parameters"),
            Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("E", "E", "irreducible loss", "nat/token", &[1.0, 1.7, 2.2]),
            Param::coefficient(
                "A",
                "A",
                "model-size coefficient",
                "nat/token·parameters^alpha",
                &[50.0, 400.0, 3000.0],
            ),
            Param::coefficient("B", "B", "data coefficient", "nat/token·tokens^beta", &[50.0, 400.0, 3000.0]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.35, 0.6]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.2, 0.35, 0.6]),
        ],
        derived: &[
            Derived {
                symbol: "a",
                meaning: "exponent of the compute-optimal model size, N_opt ∝ C^a",
                formula: r"\beta/(\alpha+\beta)",
                unit: "1",
                needs: &[],
                value: |t, _| t[4] / (t[3] + t[4]),
            },
            Derived {
                symbol: "b",
                meaning: "exponent of the compute-optimal data, D_opt ∝ C^b",
                formula: r"\alpha/(\alpha+\beta)",
                unit: "1",
                needs: &[],
                value: |t, _| t[3] / (t[3] + t[4]),
            },
            Derived {
                symbol: "G",
                meaning: "compute-optimal allocation constant, N_opt = G (C/6)^a",
                formula: r"(\alpha A/(\beta B))^{1/(\alpha+\beta)}",
                unit: "1",
                needs: &[],
                value: |t, _| g(t),
            },
            Derived {
                symbol: "N_opt",
                meaning: "compute-optimal model size under C = 6ND",
                formula: r"G (C/6)^a",
                unit: "parameters",
                needs: &["C"],
                value: |t, at| n_opt(t, at[0]),
            },
            Derived {
                symbol: "D_opt",
                meaning: "compute-optimal data under C = 6ND",
                formula: r"G^{-1} (C/6)^b",
                unit: "tokens",
                needs: &["C"],
                value: |t, at| d_opt(t, at[0]),
            },
            Derived {
                symbol: "D_base",
                meaning: "data for which N_base parameters are compute-optimal in training",
                formula: r"N_{base}^{\alpha/\beta} (\beta B/(\alpha A))^{1/\beta}",
                unit: "tokens",
                needs: &["N_base"],
                value: |t, at| training_optimal_data(t, at[0]),
            },
            Derived {
                symbol: "N_life",
                meaning: "model size of least 6ND + 2N D_inf at the loss of N_base on its compute-optimal data",
                formula: r"\arg\min_N 6ND + 2N D_{inf}",
                unit: "parameters",
                needs: &["N_base", "D_inf"],
                value: |t, at| lifetime(t, at).map_or(f64::NAN, |(_, best)| best.n),
            },
            Derived {
                symbol: "D_life",
                meaning: "training data that go with N_life",
                formula: r"\arg\min_D 6ND + 2N D_{inf}",
                unit: "tokens",
                needs: &["N_base", "D_inf"],
                value: |t, at| lifetime(t, at).map_or(f64::NAN, |(_, best)| best.d),
            },
            Derived {
                symbol: "D_life_ratio",
                meaning: "training data that go with N_life, over D_base",
                formula: r"D_{life}/D_{base}",
                unit: "1",
                needs: &["N_base", "D_inf"],
                value: |t, at| lifetime(t, at).map_or(f64::NAN, |(base, best)| best.d / base.d),
            },
            Derived {
                symbol: "life_saving_flop",
                meaning: "FLOP that N_life saves over N_base in training and serving D_inf tokens",
                formula: r"(6ND + 2N D_{inf})_{base} - (6ND + 2N D_{inf})_{life}",
                unit: "FLOP",
                needs: &["N_base", "D_inf"],
                value: |t, at| {
                    lifetime(t, at)
                        .map_or(f64::NAN, |(base, best)| lifetime_flop(base, at[1]) - lifetime_flop(best, at[1]))
                },
            },
            Derived {
                symbol: "life_saving",
                meaning: "share of the compute of training and serving that N_life saves over N_base, in per cent",
                formula: r"100 (1 - C_{life}/C_{base})",
                unit: "1",
                needs: &["N_base", "D_inf"],
                value: |t, at| {
                    lifetime(t, at).map_or(f64::NAN, |(base, best)| {
                        100.0 * (1.0 - lifetime_flop(best, at[1]) / lifetime_flop(base, at[1]))
                    })
                },
            },
        ],
        allocation: Some(Allocation {
            free: &["N", "D"],
            cost: SIX_N_D,
            closed_form: Some(|t, _, c| Some(vec![n_opt(t, c), d_opt(t, c)])),
        }),
        reduces_to: &[Limit { law: "power-offset", set: &[("B", 0.0)], theta: &["E", "A", "alpha"], inputs: &["N"] }],
        notes: "\
## Statement
Loss is the sum of an irreducible part E, a part that falls with model size N and a part that falls \
with training tokens D, each a power law.

## Origin
Hoffmann et al. 2022, equation 2 and appendix D.3. Fitted there to the logarithm of the loss by \
Huber's loss with delta 1e-3. The optimum over training and inference together, D_base to life_saving, \
is that of Sardana et al. 2024: it keeps the loss of a training-optimal baseline.

## Assumptions
One pass over the data, a learning-rate schedule that ends with the run, and an architecture family \
in which N alone matters.

## Where it fails
A and alpha lie on a ridge (correlation above 0.99), as do B and beta: report predictions and \
optima, not A and B. A handful of high-loss rows decides B. Rounding the published constants moves \
the optimal tokens per parameter from 59 to 93 at 5.76e23 FLOP.

## References
hoffmann2022, besiroglu2024, sardana2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, a, b, alpha, beta]: &[R; 5]) -> R {
        e + a * x[0].pow(-alpha) + b * x[1].pow(-beta)
    }
}
