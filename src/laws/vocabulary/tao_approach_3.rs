//! L_u = -E + A1/N_nv^beta + A2/N_v^alpha2 + B/D^beta (Tao et al. 2024, approach 3), D in tokens.

use crate::base::real::{Real, X};
use crate::costs::tokens_of;
use crate::law::{Allocation, Card, Cost, Counts, Derived, Family, Formula, Input, Param, notes};
use crate::laws::vocabulary::tokens::{
    Tradeoff, compute_optimal_budget, token_count, tokens_per_character, training_flops, vocabulary_parameters, width,
};

/// Training compute, the vocabulary counted in parameters and tokens.
const COST: Cost = Cost {
    id: "vocabulary-flop",
    name: "6(N_nv+Vd)Hf(V)",
    title: "Training compute of a model with a vocabulary of V on H characters",
    formula: r"C = 6 (N_{nv} + V d(N_{nv})) H f(V)",
    cite: &["tao2024"],
    inputs: &INPUTS,
    of: |x| training_flops(x[0], x[1], x[2]),
    notes: notes! {
        statement: "The cost of six-n-d for all parameters, those of the vocabulary included, on the tokens into which \
                    H characters fall: a larger vocabulary makes more parameters and fewer tokens.",
        origin: "Tao et al. 2024 (arXiv 2407.13623), equation 2, with the paper's f(V) and width rule.",
        assumptions: "One vocabulary matrix; BPE tokenizers of English text like the paper's.",
        fails: "f(V) is fitted up to a few hundred thousand tokens and is constant beyond its clip.",
        references: "tao2024",
    },
    ..Cost::DEFAULT
};

/// Tao's approach 3 with D = H f(V) as the paper defines it.
pub struct TaoApproach3;

pub(super) const INPUTS: [Input; 3] = [
    Input::new("N_nv", "non-vocabulary parameters", "parameters"),
    Input::new("V", "vocabulary size", "1").within(2.0, f64::MAX),
    Input::new("H", "training characters", "characters").counting(Counts::Characters),
];
pub(super) const OUTPUT: Input = Input::new("L_u", "unigram-normalised loss", "nat/token").within(-f64::MAX, f64::MAX);
pub(super) const PARAMS: [Param; 6] = [
    Param::coefficient("E", "E", "how far below the unigram loss the loss can fall", "nat/token", &[4.0, 5.5, 7.0]),
    Param::coefficient(
        "A1",
        "A_1",
        "model-size coefficient, sizes in millions",
        "nat/token·(1e6 parameters)^beta",
        &[0.7, 2.0, 6.0],
    ),
    Param::coefficient(
        "A2",
        "A_2",
        "vocabulary coefficient, parameters in millions",
        "nat/token·(1e6 parameters)^alpha2",
        &[0.1, 0.3, 1.0],
    ),
    Param::coefficient(
        "B",
        "B",
        "data coefficient, tokens in billions",
        "nat/token·(1e9 tokens)^beta",
        &[0.7, 2.0, 6.0],
    ),
    Param::exponent("alpha2", r"\alpha_2", "vocabulary exponent", (0.1, 1.0), &[0.3, 0.6, 0.9]),
    Param::exponent("beta", r"\beta", "exponent of model size and of data", (0.1, 1.0), &[0.3, 0.45, 0.7]),
];

fn n_v_opt(t: &[f64], n_nv: f64, c: f64) -> f64 {
    Tradeoff { a2: t[2], alpha2: t[4], b: t[3], beta: t[5] }.vocabulary_parameters(n_nv, c)
}
fn v_opt(t: &[f64], n_nv: f64, c: f64) -> f64 {
    n_v_opt(t, n_nv, c) / width(n_nv)
}
fn d_opt(t: &[f64], n_nv: f64, c: f64) -> f64 {
    tokens_of(c, n_nv + n_v_opt(t, n_nv, c))
}

/// The loss-optimal vocabulary and text, the latter from tokens by `per_character(V)`.
pub(super) fn best(t: &[f64], x: &[f64], c: f64, per_character: fn(f64) -> f64) -> Option<Vec<f64>> {
    let v = v_opt(t, x[0], c);
    let h = d_opt(t, x[0], c) / per_character(v);
    (v.is_finite() && h.is_finite()).then(|| vec![v, h])
}

pub(super) const DERIVED: [Derived; 11] = [
    Derived {
        symbol: "V_opt",
        meaning: "optimal vocabulary size of a compute-optimal model, width by the published rule",
        formula: r"N_v^\ast/d(N_{nv})",
        unit: "1",
        needs: &["N_nv"],
        value: |t, at| v_opt(t, at[0], compute_optimal_budget(at[0])),
    },
    Derived {
        symbol: "N_v_opt",
        meaning: "optimal vocabulary parameters of a compute-optimal model, C = (N_nv/0.08335)^2",
        formula: r"\alpha_2 A_2 N_v^{-\alpha_2-1} (N_{nv}+N_v) = \beta B D^{-\beta},\ D = C/(6(N_{nv}+N_v))",
        unit: "parameters",
        needs: &["N_nv"],
        value: |t, at| n_v_opt(t, at[0], compute_optimal_budget(at[0])),
    },
    Derived {
        symbol: "C_opt",
        meaning: "budget for which a model size is optimal, by approach 1",
        formula: "(N_{nv}/0.08335)^2",
        unit: "FLOP",
        needs: &["N_nv"],
        value: |_, at| compute_optimal_budget(at[0]),
    },
    Derived {
        symbol: "V_opt_at_C",
        meaning: "optimal vocabulary size at any budget, width by the published rule",
        formula: r"N_v^\ast/d(N_{nv})",
        unit: "1",
        needs: &["N_nv", "C"],
        value: |t, at| v_opt(t, at[0], at[1]),
    },
    Derived {
        symbol: "N_v_opt_at_C",
        meaning: "optimal vocabulary parameters at any budget (they do not depend on the width)",
        formula: r"\alpha_2 A_2 N_v^{-\alpha_2-1} (N_{nv}+N_v) = \beta B D^{-\beta},\ D = C/(6(N_{nv}+N_v))",
        unit: "parameters",
        needs: &["N_nv", "C"],
        value: |t, at| n_v_opt(t, at[0], at[1]),
    },
    Derived {
        symbol: "D_opt_at_C",
        meaning: "training tokens that the budget leaves at the optimal vocabulary",
        formula: r"C/(6(N_{nv}+N_v^\ast))",
        unit: "tokens",
        needs: &["N_nv", "C"],
        value: |t, at| d_opt(t, at[0], at[1]),
    },
    Derived {
        symbol: "d",
        meaning: "model width by the published rule",
        formula: "d(N_{nv})",
        unit: "1",
        needs: &["N_nv"],
        value: |_, at| width(at[0]),
    },
    Derived {
        symbol: "N_v",
        meaning: "vocabulary parameters, width by the published rule",
        formula: "V d(N_{nv})",
        unit: "parameters",
        needs: &["N_nv", "V"],
        value: |_, at| vocabulary_parameters(at[0], at[1]),
    },
    Derived {
        symbol: "f",
        meaning: "tokens per character",
        formula: r"a\ln^2 V + b\ln V + c,\ V \le 200000",
        unit: "tokens/character",
        needs: &["V"],
        value: |_, at| token_count(at[0], 1.0),
    },
    Derived {
        symbol: "D",
        meaning: "training tokens",
        formula: "H f(V)",
        unit: "tokens",
        needs: &["V", "H"],
        value: |_, at| token_count(at[0], at[1]),
    },
    Derived {
        symbol: "C",
        meaning: "training compute",
        formula: "6(N_{nv} + V d) H f(V)",
        unit: "FLOP",
        needs: &["N_nv", "V", "H"],
        value: |_, at| training_flops(at[0], at[1], at[2]),
    },
];

/// The loss, given ln of the tokens that the formula calls D.
#[inline(always)]
pub(super) fn loss<R: Real>(n_nv: X<R>, ln_v: R, ln_d: R, &[e, a1, a2, b, alpha2, beta]: &[R; 6]) -> R {
    let million = f64::ln(1e6);
    let billion = f64::ln(1e9);
    let ln_n_v = ln_v + width(n_nv.value()).ln();
    let model = (-(beta * (n_nv.ln() - million))).exp();
    let vocabulary = (-(alpha2 * (ln_n_v - million))).exp();
    let data = (-(beta * (ln_d - billion))).exp();
    a1 * model + a2 * vocabulary + b * data - e
}

impl Formula<6> for TaoApproach3 {
    const CARD: Card = Card {
        id: "tao-approach-3",
        family: Family::Vocabulary,
        title: "Unigram-normalised loss from model, vocabulary and data (Tao's approach 3, corrected)",
        formula: r"L_u = -E + \frac{A_1}{(N_{nv}/10^6)^\beta} + \frac{A_2}{(N_v/10^6)^{\alpha_2}} + \frac{B}{(D/10^9)^\beta},\ N_v = V d(N_{nv}),\ D = H f(V)",
        cite: &["tao2024"],
        inputs: &INPUTS,
        output: OUTPUT,
        params: &PARAMS,
        derived: &DERIVED,
        allocation: Some(Allocation {
            free: &["V", "H"],
            cost: &COST,
            closed_form: Some(|t, x, c| best(t, x, c, |v| token_count(v, 1.0))),
        }),
        notes: "\
## Statement
The unigram-normalised loss is a constant below zero plus three power laws: of the non-vocabulary \
parameters (millions), of the vocabulary parameters N_v = V d (millions) and of the training tokens \
D = H f(V) (billions). The first and last share their exponent. At a fixed budget a larger \
vocabulary helps by itself and costs data; the optimum balances the two, on the compute-optimal \
path (V_opt) and off it (V_opt_at_C).

## Origin
Tao et al. 2024, approach 3, with D as the paper defines it. The authors' code takes f at V/1000: \
that law is tao-approach-3-as-published. Fitted there to the loss itself by Huber's loss with delta \
1e-3 on training-curve points of at least 2.18e17 FLOP, exponents accepted between 0.1 and 1.

## Assumptions
The published f(V), clipped at 200,000 entries, and the published width rule (N_nv decides d); \
points along a training curve stand for finished runs. The default budget of V_opt is approach 1's \
(N_nv/0.08335)^2, whatever the parameters.

## Where it fails
With the right D the 1,054 published training-curve points do not identify alpha2: the best value \
under alpha2 <= 1 sits on that bound, a local minimum lies just above it and a lower one at a \
negative exponent, where more vocabulary always hurts and no optimum exists. The 60 last points \
alone (tao2024-vocabulary) put alpha2 near 0.75, on a ridge, with an optimum at 70B parameters twice \
that of the bounded fit: report the interval of an optimum, never the point alone. The published \
constants, put into this law, miss the runs they were fitted to.

## References
tao2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], theta: &[R; 6]) -> R {
        let ln_d = x[2].ln() + tokens_per_character(x[1].ln()).ln();
        loss(x[0], x[1].ln(), ln_d, theta)
    }
}
