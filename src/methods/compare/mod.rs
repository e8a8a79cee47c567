//! What is better: laws on the same rows, recipes on the same kind of runs, groups that share
//! parameters or do not.

pub mod laws;
mod origins;
mod reading;
pub mod recipes;
mod score;
pub mod transfer;

pub use origins::{Origin, Split, split};
pub use score::{Pair, Scores};
