//! Numbers and words of no subject: the generic number, units, objectives, one-dimensional roots
//! and minima, interpolation, text that is shown, faults that are caught, dates.

pub mod date;
pub(crate) mod expression;
pub mod fault;
pub mod interpolate;
pub mod objective;
pub mod real;
pub mod root;
pub mod text;
pub mod units;
pub mod word;
