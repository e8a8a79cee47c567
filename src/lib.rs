//! Fits neural scaling laws, says how far to trust the fit, and extrapolates.

pub mod cost;
pub mod dataset;
pub mod figure;
pub mod law;
pub mod laws;
pub mod objective;
pub mod real;
pub mod record;
