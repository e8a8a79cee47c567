//! Numbers and words of no subject: the generic number, units, objectives, one-dimensional roots
//! and minima, interpolation.

pub mod interpolate;
pub mod objective;
pub mod real;
pub mod root;
pub mod units;
