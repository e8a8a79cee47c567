//! What a vocabulary does to text, model and loss, as the vocabulary laws share it (Tao et al. 2024,
//! arXiv 2407.13623): how many tokens a text becomes, how wide a model of a size is, what a vocabulary costs, and the loss that is comparable between
//! vocabularies.
//!
//! N_nv counts the parameters outside the vocabulary, N_v = V·d those of one output layer (not of
//! two), H counts characters, D = H·f(V) tokens. All are counted in ones here; laws that were
//! fitted in millions and billions say so themselves.

use crate::base::real::Real;
use crate::base::root::root;
use crate::costs::{six_n_d, tokens_of};

/// f(V) = a ln²V + b ln V + c: the coefficients a, b, c as the authors' code has them (0.0064, −0.1581 and
/// 1.2047 in the paper).
pub const TOKEN_FUNCTION: [f64; 3] = [0.006_392_22, -0.158_110_69, 1.204_701_22];

/// Beyond this many entries the published f(V) stays constant: its parabola would turn up at 235,021.
pub const VOCABULARY_CLIP: f64 = 200_000.0;

/// ln k₁ of N_nv = k₁ C^½ on the compute-optimal path: the convention by which the published
/// predictions turn a model size into a budget.
pub const LN_COMPUTE_OPTIMAL: f64 = -2.484_651_016_162_519_3;

/// The width rule: models of up to so many non-vocabulary parameters (inclusive) are so wide.
pub const WIDTHS: [(f64, f64); 14] = [
    (5e7, 512.0),
    (2e8, 768.0),
    (5e8, 1024.0),
    (1e9, 1536.0),
    (2e9, 2048.0),
    (5e9, 3200.0),
    (1e10, 4096.0),
    (2e10, 5120.0),
    (5e10, 6048.0),
    (1e11, 8192.0),
    (2e11, 12_288.0),
    (5e11, 16_384.0),
    (1e12, 20_480.0),
    (f64::INFINITY, 24_576.0),
];

/// Tokens per character f(V) from ln V, clipped at [`VOCABULARY_CLIP`].
#[inline(always)]
pub fn tokens_per_character<R: Real>(ln_v: R) -> R {
    let [a, b, c] = TOKEN_FUNCTION;
    let l = ln_v.min(R::constant(VOCABULARY_CLIP).ln());
    (l * a + b) * l + c
}

/// Width d of a model with `n_nv` non-vocabulary parameters, by [`WIDTHS`].
#[inline(always)]
pub fn width<R: Real>(n_nv: R) -> R {
    let mut d = R::constant(WIDTHS[0].1);
    for i in 1..WIDTHS.len() {
        d = R::constant(WIDTHS[i - 1].0).below(n_nv, R::constant(WIDTHS[i].1), d);
    }
    d
}

/// Tokens in `h` characters under a vocabulary of `v` entries.
pub fn token_count(v: f64, h: f64) -> f64 {
    h * tokens_per_character(f64::ln(v))
}

/// Vocabulary parameters N_v = V·d of a model whose width follows [`WIDTHS`].
pub fn vocabulary_parameters(n_nv: f64, v: f64) -> f64 {
    v * width(n_nv)
}

/// Training FLOP C = 6 (N_nv + V·d) H f(V).
pub fn training_flops(n_nv: f64, v: f64, h: f64) -> f64 {
    six_n_d(n_nv + vocabulary_parameters(n_nv, v), token_count(v, h))
}

/// The budget (N_nv/k₁)² for which `n_nv` is compute-optimal by the published approach 1.
pub fn compute_optimal_budget(n_nv: f64) -> f64 {
    (2.0 * (f64::ln(n_nv) - LN_COMPUTE_OPTIMAL)).exp()
}

/// The vocabulary for which reading a text costs least: the root V of ∂C/∂V = 0 at fixed H, where
/// ∂C/∂V ∝ (N_nv + V d)(2a ln V + b)/V + f(V) d.
///
/// Beyond the clip f is constant and the cost only grows, so a model whose root would lie there
/// gets the clip itself, where the slope changes sign by a jump. NaN if the cost already grows at
/// V = 2.
pub fn cheapest_vocabulary(n_nv: f64) -> f64 {
    let [a, b, _] = TOKEN_FUNCTION;
    let d = width(n_nv);
    let slope = |l: f64| {
        let v = l.exp();
        (n_nv + v * d) * (2.0 * a * l + b) + tokens_per_character(l) * d * v
    };
    let clip = f64::ln(VOCABULARY_CLIP);
    if slope(clip) < 0.0 { VOCABULARY_CLIP } else { root(slope, 2f64.ln(), clip).exp() }
}

/// The part of an additive loss that a vocabulary moves at a fixed budget: A₂/N_v^α₂ + B/D^β, with
/// N_v in millions and D in billions.
#[derive(Clone, Copy, Debug)]
pub struct Tradeoff {
    /// Vocabulary coefficient A₂.
    pub a2: f64,
    /// Vocabulary exponent α₂.
    pub alpha2: f64,
    /// Data coefficient B.
    pub b: f64,
    /// Data exponent β.
    pub beta: f64,
}

impl Tradeoff {
    /// The vocabulary parameters N_v that minimise the loss of a model with `n_nv` non-vocabulary
    /// parameters trained with `budget` FLOP on D = C/(6(N_nv + N_v)) tokens.
    ///
    /// At the minimum α₂ A₂ N_v^(−α₂−1) (N_nv + N_v) = β B D^(−β). The left side falls with N_v for
    /// every α₂ > 0 and the right side rises, so the root is unique. NaN where there is none.
    pub fn vocabulary_parameters(&self, n_nv: f64, budget: f64) -> f64 {
        let Self { a2, alpha2, b, beta } = *self;
        if [a2, alpha2, b, beta, n_nv, budget].iter().any(|&value| value.is_nan() || value <= 0.0) {
            return f64::NAN;
        }
        let slope = |ln_n_v: f64| {
            let total = n_nv / 1e6 + ln_n_v.exp();
            let data = tokens_of(budget / 1e15, total);
            f64::ln(beta * b) - beta * data.ln() - f64::ln(alpha2 * a2) - total.ln() + (alpha2 + 1.0) * ln_n_v
        };
        1e6 * root(slope, f64::ln(1e-300), f64::ln(1e12)).exp()
    }
}

/// How often each of `vocabulary` entries occurs in a tokenised text: the unigram probabilities
/// p(w|V). `None` for an empty text or an entry outside the vocabulary.
pub fn unigram_frequencies(text: &[usize], vocabulary: usize) -> Option<Vec<f64>> {
    let mut counts = vec![0u64; vocabulary];
    for &token in text {
        *counts.get_mut(token)? += 1;
    }
    (!text.is_empty()).then(|| counts.iter().map(|&count| count as f64 / text.len() as f64).collect())
}

/// The unigram-normalised loss L_u = −(1/T) Σ ln(p(wᵢ|w₍<ᵢ₎,V) / p(wᵢ|V)), in nats per token:
/// the loss of the model less that of guessing by frequency, so that vocabularies compare. It is
/// negative for every model that beats frequencies.
///
/// `log_probabilities[i]` is the model's ln p(wᵢ|w₍<ᵢ₎), `text[i]` the entry wᵢ, `frequencies` the
/// corpus's unigram probabilities by entry. `None` if the lengths differ, the text is empty, or an
/// entry of the text has no positive frequency.
pub fn unigram_normalised_loss(log_probabilities: &[f64], text: &[usize], frequencies: &[f64]) -> Option<f64> {
    if text.is_empty() || text.len() != log_probabilities.len() {
        return None;
    }
    let mut sum = 0.0;
    for (&token, &log_probability) in text.iter().zip(log_probabilities) {
        let frequency = frequencies.get(token).copied().filter(|&frequency| frequency > 0.0)?;
        sum += log_probability - f64::ln(frequency);
    }
    Some(-sum / text.len() as f64)
}
