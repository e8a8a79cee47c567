//! What is better: laws on the same rows, recipes on the same kind of runs.

pub mod laws;
mod origins;
pub mod recipes;

pub use origins::{Origin, Split, split};
