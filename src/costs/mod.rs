//! What training and serving cost. A cost is one file, and one line here; how to add one:
//! `src/laws/README.md`. Costs that speak of one law's inputs alone stand beside it, and
//! [`crate::laws::costs`] lists all.

pub mod architecture;
pub mod lifetime;

use crate::law::Cost;

/// Declares the modules and the table of costs, in written order.
macro_rules! costs {
    ($($module:ident),* $(,)?) => {
        $(pub mod $module;)*
        /// Every cost of no particular law, by id.
        pub static COSTS: &[&Cost] = &[$(&$module::COST),*];
    };
}

costs! {
    compressed_size,
    copy_state,
    finetuning_memory,
    first_token,
    float_format,
    idealized_runtime,
    inference_flop,
    padding,
    pipeline_time,
    quantised_operations,
    retrieval_flop,
    scaled_activations,
    six_n_b_s,
    six_n_d,
    six_n_d_bits,
    speculative_decoding,
    speculative_operations,
    switched_latency,
    trained_and_served,
    training_states,
    widest_operand,
    zero_memory,
}

/// C = 6ND for a law whose first two inputs are N and D.
pub const SIX_N_D: &Cost = &six_n_d::COST;

/// Training FLOP per parameter and token: two for the forward pass and four for the backward pass
/// (Kaplan et al. 2020, arXiv 2001.08361, §2.1). The one place where 6 stands.
pub const TRAINING: f64 = 6.0;
/// Inference FLOP per parameter and token: the forward pass alone.
pub const FORWARD: f64 = 2.0;

/// FLOP of training N parameters on D tokens, C = 6ND.
pub fn six_n_d(n: f64, d: f64) -> f64 {
    TRAINING * n * d
}

/// Tokens that a budget of `c` FLOP trains `n` parameters on: the inverse of [`six_n_d()`].
pub fn tokens_of(c: f64, n: f64) -> f64 {
    c / (TRAINING * n)
}

/// Bits of the number format that 6ND is counted in.
pub const FULL_BITS: f64 = 16.0;

/// The same cost for multiplications `bits` wide, in FLOP of 16-bit arithmetic: (6/16) bits·N·D
/// (Kumar et al. 2024, arXiv 2411.04330, §4.3; Sun et al. 2025, arXiv 2501.02423, equation 42).
pub fn six_n_d_at(n: f64, d: f64, bits: f64) -> f64 {
    six_n_d(n, d) * bits / FULL_BITS
}

/// Tokens that a budget of `c` trains `n` parameters on at `bits`: the inverse of [`six_n_d_at`].
pub fn tokens_of_at(c: f64, n: f64, bits: f64) -> f64 {
    tokens_of(c, n) * FULL_BITS / bits
}

pub use crate::base::units::PF_DAY;

/// FLOP of serving `tokens` with N parameters, 2N each: the forward pass alone.
pub fn inference_flop(n: f64, tokens: f64) -> f64 {
    FORWARD * n * tokens
}

/// Tokens that one pass of a large model yields when it checks `k` guesses, each accepted with
/// probability `a`: (1 - a^(k+1))/(1 - a), which is k + 1 where none is rejected.
pub fn tokens_a_pass(a: f64, k: f64) -> f64 {
    if a < 1.0 { (1.0 - a.powf(k + 1.0)) / (1.0 - a) } else { k + 1.0 }
}
