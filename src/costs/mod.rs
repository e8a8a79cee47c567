//! What training and serving cost: the one place where 6ND is written.

pub mod lifetime;

use crate::law::Cost;

/// FLOP of training N parameters on D tokens, C = 6ND (Kaplan et al. 2020, arXiv 2001.08361, §2.1):
/// two for the forward pass and four for the backward pass, per parameter and token.
pub fn six_n_d(n: f64, d: f64) -> f64 {
    6.0 * n * d
}

/// Tokens that a budget of `c` FLOP trains `n` parameters on: the inverse of [`six_n_d`].
pub fn tokens_of(c: f64, n: f64) -> f64 {
    c / (6.0 * n)
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

/// C = 6ND for a law whose first two inputs are N and D.
pub const SIX_N_D: Cost = Cost { name: "6ND", unit: "FLOP", of: |x| six_n_d(x[0], x[1]) };

/// FLOP of serving `tokens` with N parameters, 2N each: the forward pass alone.
pub fn inference_flop(n: f64, tokens: f64) -> f64 {
    2.0 * n * tokens
}
