//! Several benchmarks as one.

use crate::methods::density::estimate::Cell;
use crate::methods::density::{Benchmark, Model, Status};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How benchmarks are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// The mean score above guessing, then one sigmoid. Models that lack one of its benchmarks
    /// drop out.
    Composite,
    /// The median of ln rho over the benchmarks, censored ones kept on their side; itself
    /// censored where the median falls among them.
    Median,
    /// The mean of ln rho over the benchmarks that are not censored: composition bias, since the
    /// best models lose their best benchmarks.
    Geomean,
}

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Composite => "composite",
            Self::Median => "median",
            Self::Geomean => "geomean",
        })
    }
}

/// Mean score above guessing of a model, with its standard error; none if one benchmark is missing.
pub(super) fn composite(model: &Model, parts: &[&Benchmark]) -> Option<(f64, f64)> {
    let (mut mean, mut variance) = (0.0, 0.0);
    for part in parts {
        let score = *model.scores.get(&part.name)?;
        mean += part.above_floor(score);
        variance += (part.standard_error(score) / (1.0 - part.floor)).powi(2);
    }
    let n = parts.len() as f64;
    (n > 0.0).then(|| (mean / n, variance.sqrt() / n))
}

/// The median of one model's cells.
pub(super) fn median(cells: &[Cell]) -> Cell {
    let mut values: Vec<f64> = cells
        .iter()
        .filter(|cell| cell.status != Status::Missing)
        .map(|cell| cell.ln_density.unwrap_or(f64::INFINITY * f64::from(cell.status.side())))
        .collect();
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n == 0 {
        return Cell::empty(Status::Missing);
    }
    let (a, b) = (values[(n - 1) / 2], values[n / 2]);
    // Opposite infinities on either side of the middle say nothing.
    match 0.5 * (a + b) {
        middle if middle.is_finite() => Cell::density(middle),
        middle if middle == f64::INFINITY => Cell::empty(Status::ExtrapHigh),
        middle if middle == f64::NEG_INFINITY => Cell::empty(Status::ExtrapLow),
        _ => Cell::empty(Status::Missing),
    }
}

/// The mean of one model's finite ln rho.
pub(super) fn geomean(cells: &[Cell]) -> Cell {
    let finite: Vec<f64> = cells.iter().filter_map(|cell| cell.ln_density).collect();
    if !finite.is_empty() {
        return Cell::density(finite.iter().sum::<f64>() / finite.len() as f64);
    }
    let side: i32 = cells.iter().map(|cell| i32::from(cell.status.side())).sum();
    Cell::empty(match side.signum() {
        1 => Status::ExtrapHigh,
        -1 => Status::ExtrapLow,
        _ => Status::Missing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_keeps_censored_benchmarks_on_their_side() {
        let (high, low, missing) =
            (Cell::empty(Status::BeyondAsymptote), Cell::empty(Status::BelowFloor), Cell::empty(Status::Missing));
        let at = Cell::density;
        assert_eq!(median(&[at(1.0), at(2.0), high.clone()]).ln_density, Some(2.0));
        assert_eq!(median(&[at(1.0), low.clone(), low.clone()]).status, Status::ExtrapLow);
        assert_eq!(median(&[at(1.0), high.clone()]).status, Status::ExtrapHigh);
        assert_eq!(median(&[low, high.clone()]).status, Status::Missing);
        assert_eq!(median(&[at(1.0), missing.clone(), at(3.0)]).ln_density, Some(2.0));
        assert_eq!(median(&[missing]).status, Status::Missing);
        assert_eq!(geomean(&[at(1.0), at(3.0), high]).ln_density, Some(2.0));
    }
}
