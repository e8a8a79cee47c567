//! Views of results: figures, reports and pages. Nothing here computes a statistic.

pub mod catalogue;
pub mod figure;
pub mod notebook;
pub mod report;
