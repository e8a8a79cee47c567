//! How the vocabulary laws are fitted and shown: the rows of the published recipe, replicates of
//! each approach, and optimal vocabularies along model size.

pub mod envelope;
mod growth;
pub mod replicates;

pub use growth::{Approach, growth, models};
