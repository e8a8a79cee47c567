//! Fits neural scaling laws, says how far to trust the fit, and extrapolates.

pub mod analysis;
pub mod cost;
pub mod dataset;
pub mod density;
pub mod figure;
pub mod fit;
pub mod inference;
pub mod interpolate;
pub mod dataset_card;
pub mod ingest;
pub mod law;
pub mod laws;
pub mod objective;
pub mod optimum;
pub mod real;
pub mod record;
pub mod reference;
pub mod solve;
pub mod uncertainty;
pub mod vocabulary;
pub mod units;
