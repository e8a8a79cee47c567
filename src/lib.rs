//! Fits neural scaling laws, says how far to trust the fit, and extrapolates.

pub mod analysis;
pub mod approach;
pub mod cost;
pub mod dataset;
pub mod density;
pub mod figure;
pub mod fit;
pub mod inference;
pub mod interpolate;
pub mod law;
pub mod laws;
pub mod objective;
pub mod optimum;
pub mod precision;
pub mod real;
pub mod recommend;
pub mod record;
pub mod reference;
pub mod report;
pub mod reproduce;
pub mod scalar;
pub mod solve;
pub mod tokenisation;
pub mod uncertainty;
pub mod vocabulary;
