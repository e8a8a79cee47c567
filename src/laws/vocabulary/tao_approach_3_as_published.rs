//! Approach 3 of Tao et al. 2024 as its code computes it: D = H f(V/1000) in the fit.

use super::tao_approach_3::{DERIVED, INPUTS, OUTPUT, PARAMS, best, loss};
use crate::base::real::{Real, X};
use crate::costs::six_n_d;
use crate::law::{Allocation, Card, Cost, Family, Formula, notes};
use crate::laws::vocabulary::tokens::{token_count, tokens_per_character, vocabulary_parameters};

/// Tao's approach 3 with the D of the published fit, in which the vocabulary was already counted
/// in thousands when f was taken.
pub struct TaoApproach3AsPublished;

/// Training compute with the tokens that the published fit counts.
const COST: Cost = Cost {
    id: "vocabulary-flop-as-published",
    name: "6(N_nv+Vd)Hf(V/1000)",
    title: "Training compute of a model with a vocabulary of V on H characters, tokens as the published fit counts them",
    formula: r"C = 6 (N_{nv} + V d(N_{nv})) H f(V/1000)",
    cite: &["tao2024"],
    inputs: &INPUTS,
    of: |x| six_n_d(x[0] + vocabulary_parameters(x[0], x[1]), x[2] * fitted_tokens_per_character(x[1])),
    notes: notes! {
        statement: "vocabulary-flop with f taken at V/1000, as the code of the paper does in its fit.",
        origin: "The code of Tao et al. 2024 (arXiv 2407.13623), in which V is counted in thousands before f is taken.",
        assumptions: "Those of vocabulary-flop.",
        fails: "It is not the number of tokens: use it only to repeat the published optima.",
        references: "tao2024",
    },
    ..Cost::DEFAULT
};

/// What the fit takes for tokens per character.
fn fitted_tokens_per_character(v: f64) -> f64 {
    token_count(v / 1e3, 1.0)
}

impl Formula<6> for TaoApproach3AsPublished {
    const CARD: Card = Card {
        id: "tao-approach-3-as-published",
        family: Family::Vocabulary,
        title: "Unigram-normalised loss from model, vocabulary and data (Tao's approach 3, as published)",
        formula: r"L_u = -E + \frac{A_1}{(N_{nv}/10^6)^\beta} + \frac{A_2}{(N_v/10^6)^{\alpha_2}} + \frac{B}{(D/10^9)^\beta},\ N_v = V d(N_{nv}),\ D = H f(V/1000)",
        cite: &["tao2024"],
        inputs: &INPUTS,
        output: OUTPUT,
        params: &PARAMS,
        derived: &DERIVED,
        allocation: Some(Allocation {
            free: &["V", "H"],
            cost: &COST,
            closed_form: Some(|t, x, c| best(t, x, c, fitted_tokens_per_character)),
        }),
        notes: "\
## Statement
As tao-approach-3, but the tokens that enter the loss are D = H f(V/1000). The published constants \
belong to this law. Its predictions of an optimum are those of the paper: at a fixed budget D = \
C/(6(N_nv + N_v)) whatever f is, so V_opt, N_v_opt and their off-path forms need no f at all.

## Origin
Tao et al. 2024, approach 3, as its code runs: the vocabulary is divided by 1000 to normalise it, \
and the token-character function is then called with the divided value. On the runs it was fitted \
to, the published constants score a sum-Huber of 0.0623 with this D and 0.486 with the right one.

## Assumptions
Those of tao-approach-3. The cost of an optimum counts tokens as the fit does, which is what the \
published solver assumes; the characters it returns are therefore the fit's, not a corpus's: divide \
the tokens D_opt_at_C by the true f for those.

## Where it fails
f(V/1000) lies between 0.61 and 1 for the vocabularies of the runs and f(V) between 0.23 and 0.34, \
so a loss predicted for a given text uses the wrong number of tokens, by a factor that depends on \
the vocabulary. Every optimum that the paper draws from this law carries that factor in B and alpha2. \
The minimum lies in a flat valley: constants that differ by 3 percent in A2 score within 1e-6.

## References
tao2024",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], theta: &[R; 6]) -> R {
        let ln_d = x[2].ln() + tokens_per_character(x[1].ln() - f64::ln(1e3)).ln();
        loss(x[0], x[1].ln(), ln_d, theta)
    }
}
