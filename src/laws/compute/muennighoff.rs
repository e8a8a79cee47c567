//! Hoffmann's form with repeated data worth less than new data (Muennighoff et al. 2023).

use crate::base::real::{Real, X};
use crate::costs::{SIX_N_D, tokens_of};
use crate::law::{Allocation, Card, Counts, Derived, Family, Formula, Input, Limit, Param, Role};

/// Muennighoff's law for data-constrained training.
pub struct Muennighoff;

/// How returns fall with repetition. All such laws share their five first parameters, then have the
/// decay of data and that of model size.
pub(super) trait Returns {
    /// Formula of the data's worth.
    const DATA: &'static str;
    /// Formula of the model's worth.
    const MODEL: &'static str;
    /// What `size` units are worth of which `unique` are new: all of the unique ones, less and less
    /// of each (size − unique)/unique repetition.
    fn worth<R: Real>(size: R, unique: R, decay: R) -> R;
}

/// Returns decay with constant `r_star`. Repetition is exact where there is none, and expm1 keeps
/// the digits that 1 − e^−x would lose when r_star is large.
impl Returns for Muennighoff {
    const DATA: &'static str = r"U_D + U_D R_D^*(1 - e^{-R_D/R_D^*})";
    const MODEL: &'static str = r"U_N + U_N R_N^*(1 - e^{-R_N/R_N^*})";
    #[inline(always)]
    fn worth<R: Real>(size: R, unique: R, r_star: R) -> R {
        let repeats = (size - unique) / unique;
        unique - unique * r_star * (-(repeats / r_star)).exp_m1()
    }
}

/// Logarithm of the model size that is compute-optimal for `ln_unique` tokens seen once:
/// ln(G (U G)^(beta/alpha)).
#[inline(always)]
fn ln_base<R: Real>(ln_unique: R, &[_, a, b, alpha, beta, ..]: &[R; 7]) -> R {
    let ln_g = (alpha.ln() + a.ln() - beta.ln() - b.ln()) / (alpha + beta);
    ln_g + beta / alpha * (ln_unique + ln_g)
}

fn array(t: &[f64]) -> [f64; 7] {
    std::array::from_fn(|i| t[i])
}
fn g(t: &[f64]) -> f64 {
    ((t[3].ln() + t[1].ln() - t[4].ln() - t[2].ln()) / (t[3] + t[4])).exp()
}
fn base(t: &[f64], unique: f64) -> f64 {
    ln_base(f64::ln(unique), &array(t)).exp()
}
fn worth_of_data<S: Returns>(t: &[f64], d: f64, u: f64) -> f64 {
    S::worth(d, d.min(u), t[5])
}
fn worth_of_model<S: Returns>(t: &[f64], n: f64, d: f64, u: f64) -> f64 {
    S::worth(n, n.min(base(t, d.min(u))), t[6])
}

/// The data that minimise the loss at budget `c` and `u` unique tokens: where the slope in ln D
/// changes sign, by bisection around the optimum without repetition. The slope is a difference of
/// fourth order, good to eleven digits; the loss itself would locate its minimum to seven.
fn d_opt<S: Returns>(t: &[f64], c: f64, u: f64) -> f64 {
    let loss = |ln_d: f64| {
        let d = ln_d.exp();
        let n = tokens_of(c, d);
        t[1] * worth_of_model::<S>(t, n, d, u).powf(-t[3]) + t[2] * worth_of_data::<S>(t, d, u).powf(-t[4])
    };
    let slope = |x: f64| 8.0 * (loss(x + 2e-3) - loss(x - 2e-3)) - (loss(x + 4e-3) - loss(x - 4e-3));
    let centre = tokens_of(c, 1.0).ln() * t[3] / (t[3] + t[4]) - g(t).ln();
    let (mut low, mut high) = (centre - 7.0, centre + 7.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if slope(middle) < 0.0 { low = middle } else { high = middle }
    }
    (0.5 * (low + high)).exp()
}

/// The loss, whatever the returns.
#[inline(always)]
pub(super) fn loss<R: Real, S: Returns>(x: &[X<R>], theta: &[R; 7]) -> R {
    let &[e, a, b, alpha, beta, decay_of_data, decay_of_model] = theta;
    let (n, d, u) = (x[0].value(), x[1].value(), x[2].value());
    let unique_data = d.min(u);
    let unique_model = ln_base(x[1].ln().min(x[2].ln()), theta).exp().min(n);
    let (n, d) = (S::worth(n, unique_model, decay_of_model), S::worth(d, unique_data, decay_of_data));
    e + a * n.pow(-alpha) + b * d.pow(-beta)
}

/// What these laws are functions of.
pub(super) const INPUTS: &[Input] = &[
    Input::new("N", "model size", "parameters"),
    Input::new("D", "training data", "tokens").counting(Counts::TokensSeen),
    Input::new("U", "data that differ", "tokens").counting(Counts::UniqueTokens),
];

/// The parameters that these laws share with Hoffmann's.
pub(super) const PARAMS: [Param; 5] = [
    Param::coefficient("E", "E", "irreducible loss", "nat/token", &[1.5, 2.0]),
    Param::coefficient("A", "A", "model-size coefficient", "nat/token·parameters^alpha", &[400.0])
        .role(Role::Nonlinear),
    Param::coefficient("B", "B", "data coefficient", "nat/token·tokens^beta", &[400.0, 2000.0]).role(Role::Nonlinear),
    Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.3, 0.4]),
    Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.3, 0.4]),
];

/// What these laws derive.
pub(super) const fn derived<S: Returns>() -> [Derived; 8] {
    [
        Derived {
            symbol: "a",
            meaning: "exponent of the compute-optimal model size without repetition, N_opt ∝ C^a",
            formula: r"\beta/(\alpha+\beta)",
            unit: "1",
            needs: &[],
            value: |t, _| t[4] / (t[3] + t[4]),
        },
        Derived {
            symbol: "G",
            meaning: "compute-optimal allocation constant without repetition, N_opt = G (C/6)^a",
            formula: r"(\alpha A/(\beta B))^{1/(\alpha+\beta)}",
            unit: "1",
            needs: &[],
            value: |t, _| g(t),
        },
        Derived {
            symbol: "U_N",
            meaning: "model size that is compute-optimal for U tokens seen once",
            formula: r"G (U G)^{\beta/\alpha}",
            unit: "parameters",
            needs: &["U"],
            value: |t, at| base(t, at[0]),
        },
        Derived {
            symbol: "D_eff",
            meaning: "new tokens that D tokens are worth when U of them differ",
            formula: S::DATA,
            unit: "tokens",
            needs: &["D", "U"],
            value: |t, at| worth_of_data::<S>(t, at[0], at[1]),
        },
        Derived {
            symbol: "N_eff",
            meaning: "model size that N parameters are worth when U tokens differ, each seen at least once",
            formula: S::MODEL,
            unit: "parameters",
            needs: &["N", "U"],
            value: |t, at| worth_of_model::<S>(t, at[0], at[1], at[1]),
        },
        Derived {
            symbol: "D_opt",
            meaning: "compute-optimal data under C = 6ND with U tokens that differ",
            formula: r"\arg\min_D L(C/(6D), D, U)",
            unit: "tokens",
            needs: &["C", "U"],
            value: |t, at| d_opt::<S>(t, at[0], at[1]),
        },
        Derived {
            symbol: "N_opt",
            meaning: "compute-optimal model size under C = 6ND with U tokens that differ",
            formula: r"C/(6 D_{opt})",
            unit: "parameters",
            needs: &["C", "U"],
            value: |t, at| tokens_of(at[0], d_opt::<S>(t, at[0], at[1])),
        },
        Derived {
            symbol: "epochs",
            meaning: "compute-optimal passes over U tokens under C = 6ND",
            formula: r"D_{opt}/U",
            unit: "1",
            needs: &["C", "U"],
            value: |t, at| d_opt::<S>(t, at[0], at[1]) / at[1],
        },
    ]
}

impl Formula<7> for Muennighoff {
    const CARD: Card = Card {
        id: "muennighoff",
        family: Family::Compute,
        title: "Loss from model size, data seen and data that differ (Muennighoff's repeated-data law)",
        formula: r"L = E + \frac{A}{N'^\alpha} + \frac{B}{D'^\beta},\quad D' = U_D + U_D R_D^*\left(1 - e^{-R_D/R_D^*}\right),\quad N' = U_N + U_N R_N^*\left(1 - e^{-R_N/R_N^*}\right)",
        cite: &["muennighoff2023", "hoffmann2022"],
        inputs: INPUTS,
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            PARAMS[0],
            PARAMS[1],
            PARAMS[2],
            PARAMS[3],
            PARAMS[4],
            Param::coefficient("R_D_star", "R_D^*", "decay constant of repeated data", "1", &[3.0, 15.0, 80.0])
                .role(Role::Nonlinear),
            Param::coefficient("R_N_star", "R_N^*", "decay constant of excess parameters", "1", &[2.0, 6.0])
                .role(Role::Nonlinear),
        ],
        derived: &derived::<Muennighoff>(),
        allocation: Some(Allocation { free: &["N", "D"], cost: SIX_N_D, closed_form: None }),
        reduces_to: &[Limit {
            law: "chinchilla",
            set: &[("R_D_star", 1e18), ("R_N_star", 1e18)],
            theta: &["E", "A", "B", "alpha", "beta"],
            inputs: &["N", "D"],
        }],
        notes: "\
## Statement
Of D tokens seen, U differ. The R_D = D/U_D − 1 repetitions of the U_D = min(U, D) unique ones are worth \
less and less, with decay constant R_D*; parameters beyond U_N, the compute-optimal size for U_D tokens, \
likewise with R_N*. What is left is Hoffmann's form in the effective N' and D'.

## Origin
Muennighoff et al. 2023, equations 5 and 6. There the five constants of Hoffmann's form were fitted \
first, on runs without repetition, and only R_D* and R_N* to the 182 runs with it, by Huber's loss with \
delta 1e-3 on the logarithm of the loss. The same appendix sums a geometric series instead: \
muennighoff-geometric.

## Assumptions
Repeated tokens are repeated equally often; a repetition is worth the same in any model; the constants \
without repetition are known.

## Where it fails
R_D* is weakly identified: the published runs have better minima with R_D* three and six times larger, \
and a form in which only excess parameters decay is as good. Take the profile interval, not the point. \
Written with 1 − e^−x the formula loses every digit for large R*, and an optimiser finds false minima \
there. Far past R_D* the law says that more repetition does nothing, while real runs get worse.

## References
muennighoff2023, hoffmann2022",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], theta: &[R; 7]) -> R {
        loss::<R, Self>(x, theta)
    }
}
