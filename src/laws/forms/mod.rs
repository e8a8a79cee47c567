//! Forms: arithmetic that several laws share. A law on a form is a card and nothing else; its
//! parameters stand in the form's order, under the names the paper gave them.

mod line;
mod power;

pub use line::LogLinear;
pub use power::{InversePower, Power, PowerOffset, PowerPair, RootPower, ScaledGrowth, ScaledPower};
pub use power::{batch_in_sequences, falling_batch_in_sequences};
