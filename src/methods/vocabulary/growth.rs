//! Optimal vocabulary parameters along model size, approach by approach, with the models that
//! exist.

use crate::data::measurements::Measurements;
use crate::law::Law;
use crate::record::{Axis, Band, DerivedCase, DerivedCurves};

/// A vocabulary law at its parameters, and the parameters of its bootstrap replicates if it has any.
#[derive(Clone, Copy)]
pub struct Approach<'a> {
    /// What the curve is called.
    pub name: &'a str,
    /// A law that derives `N_v_opt` from `N_nv`.
    pub law: &'a dyn Law,
    /// Parameters, card order.
    pub theta: &'a [f64],
    /// Parameters of the replicates, card order.
    pub replicates: &'a [Vec<f64>],
}

/// Optimal vocabulary parameters at each size of `n_nv`, one curve per approach, with the
/// percentile interval of its replicates at `level`. Replicates without an optimum at a size count
/// as unbounded on both sides; where the interval then has no end, that end is infinite. `None` if
/// a law derives no such optimum.
pub fn growth(approaches: &[Approach], n_nv: &[f64], level: f64, models: Vec<DerivedCase>) -> Option<DerivedCurves> {
    let curves = approaches
        .iter()
        .map(|approach| {
            let derived = approach.law.card().derived("N_v_opt").filter(|derived| derived.needs == ["N_nv"])?;
            let along = |theta: &[f64]| n_nv.iter().map(|&n| (derived.value)(theta, &[n])).collect::<Vec<f64>>();
            let replicates: Vec<Vec<f64>> = approach.replicates.iter().map(|theta| along(theta)).collect();
            let (lower, upper) = if replicates.is_empty() {
                (Vec::new(), Vec::new())
            } else {
                (0..n_nv.len()).map(|i| interval(replicates.iter().map(|curve| curve[i]).collect(), level)).unzip()
            };
            let band = Band { x: n_nv.to_vec(), y: along(approach.theta), lower, upper };
            Some((approach.name.to_owned(), band))
        })
        .collect::<Option<Vec<_>>>()?;
    let axis = |symbol: &str, name: &str| Axis {
        symbol: symbol.to_owned(),
        name: name.to_owned(),
        unit: "parameters".to_owned(),
    };
    Some(DerivedCurves {
        x: axis("N_nv", "non-vocabulary parameters"),
        y: axis("N_v", "vocabulary parameters"),
        curves,
        cases: models,
    })
}

/// The models of `tao2024-figure6`: their vocabulary parameters against the size in their name
/// less those, which is what that table knows of their non-vocabulary parameters. `None` without
/// its columns.
pub fn models(table: &Measurements) -> Option<Vec<DerivedCase>> {
    let (names, sizes) = (table.label("model")?, table.column("N")?);
    let (current, optimal) = (table.column("N_v_current")?, table.column("N_v_optimal")?);
    let cases = (0..table.len())
        .map(|i| DerivedCase {
            name: names[i].clone(),
            x: sizes[i] - current[i],
            actual: current[i],
            advised: Some(optimal[i]),
        })
        .collect();
    Some(cases)
}

/// The central interval of a sample, linear between order statistics. A value that does not exist
/// is taken for below all others at the lower end and above all others at the upper.
fn interval(mut sample: Vec<f64>, level: f64) -> (f64, f64) {
    let count = sample.len();
    sample.retain(|value| !value.is_nan());
    sample.sort_by(f64::total_cmp);
    let missing = count - sample.len();
    let quantile = |sorted: &[f64], p: f64| {
        let at = p * (sorted.len() - 1) as f64;
        let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
        if low == high { low } else { low + (at - at.floor()) * (high - low) }
    };
    let below: Vec<f64> = std::iter::repeat_n(f64::NEG_INFINITY, missing).chain(sample.iter().copied()).collect();
    let above: Vec<f64> = sample.iter().copied().chain(std::iter::repeat_n(f64::INFINITY, missing)).collect();
    (quantile(&below, (1.0 - level) / 2.0), quantile(&above, (1.0 + level) / 2.0))
}
