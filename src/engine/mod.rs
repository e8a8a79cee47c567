//! From measurements and a law to an answer and what is known about it: solving, fitting,
//! uncertainty, optima, held-out rows, and the record of it all.

pub mod analysis;
pub mod design;
pub mod fit;
pub mod optimum;
pub mod solve;
pub mod uncertainty;
pub mod validation;
