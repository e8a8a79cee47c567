//! Figures to bytes.

pub mod none;
pub mod png;
pub mod svg;
