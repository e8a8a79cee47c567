//! Figures to bytes.

pub mod none;
pub mod pdf;
pub mod png;
pub mod svg;
