//! Published numbers as data, the procedures that repeat them, and the verdicts.

pub mod claims;
pub mod papers;
pub mod procedure;
pub mod reference;
pub mod scoreboard;
