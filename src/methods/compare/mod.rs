//! What predicts better: laws on the same rows.

pub mod laws;
mod origins;

pub use origins::{Origin, Split, split};
