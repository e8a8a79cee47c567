//! Interpolation of scattered and of ordered points, as published recipes ask for it: the cubic
//! Clough–Tocher surface over a Delaunay triangulation, and the quadratic spline.

mod clough_tocher;
mod spline;
mod triangulation;

pub use clough_tocher::CloughTocher;
pub use spline::QuadraticSpline;
pub use triangulation::Triangulation;

/// `count` points from `low` to `high`, equally spaced in log10, the ends taken through the
/// logarithm like all others (so that they may miss by a rounding error, as in the recipes).
pub fn log_spaced(low: f64, high: f64, count: usize) -> Vec<f64> {
    let (from, to) = (low.log10(), high.log10());
    let step = (to - from) / (count.max(2) - 1) as f64;
    (0..count).map(|i| 10f64.powf(if i + 1 == count { to } else { from + step * i as f64 })).collect()
}
