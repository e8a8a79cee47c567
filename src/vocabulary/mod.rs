//! How the vocabulary laws are fitted and shown: the rows of the published recipe, and optimal
//! vocabularies along model size.

pub mod envelope;
mod growth;

pub use growth::{Approach, growth, models};
