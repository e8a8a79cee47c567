//! What residuals say against the classical price: that their size depends on the inputs, or that
//! neighbours within a run go together.

use super::price::Pricer;
use crate::engine::uncertainty::bootstrap::generator;
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Draws of the run gate's null distribution.
const DRAWS: usize = 400;
/// Fewest rows of a group that is taken for a run.
const RUN_ROWS: usize = 3;

/// p of the score test (Koenker 1981) that squared residuals over 1 − leverage do not depend on the
/// inputs' logarithms; residuals beyond 3 s count as 3 s.
pub(super) fn variance(residual: &[f64], leverage: &[f64], inputs: &[Vec<f64>], s: f64) -> Option<f64> {
    let n = residual.len();
    let squares = residual.iter().zip(leverage).map(|(r, h)| r.clamp(-3.0 * s, 3.0 * s).powi(2) / (1.0 - h.min(0.98)));
    let squares: Vec<f64> = squares.collect();
    let mean = squares.iter().sum::<f64>() / n as f64;
    let mut left = DVector::from_iterator(n, squares.iter().map(|v| v / mean - 1.0));
    let total = left.norm_squared();
    let mut axes: Vec<DVector<f64>> = Vec::new();
    for input in inputs.iter().filter(|input| input.iter().all(|v| v.is_finite())) {
        let mut axis = DVector::from_column_slice(input);
        axis.add_scalar_mut(-axis.mean());
        let size = axis.norm();
        axes.iter().for_each(|known| axis.axpy(-known.dot(&axis), known, 1.0));
        if size > 0.0 && axis.norm() > 1e-6 * size {
            axes.push(axis.normalize());
        }
    }
    if axes.is_empty() || total <= 0.0 || !total.is_finite() {
        return None;
    }
    axes.iter().for_each(|axis| left.axpy(-axis.dot(&left), axis, 1.0));
    let statistic = n as f64 * (1.0 - left.norm_squared() / total);
    Some(ChiSquared::new(axes.len() as f64).ok()?.sf(statistic))
}

/// Groups of rows that agree in every input but `last`, each in its order: positions of neighbours,
/// and a group number per row (rows without a group have one each).
pub(super) fn groups(inputs: &[Vec<f64>], last: usize) -> (Vec<(usize, usize)>, Vec<usize>) {
    let n = inputs.first().map_or(0, Vec::len);
    let others = |k: usize| inputs.iter().enumerate().filter(move |(i, _)| *i != last).map(move |(_, c)| c[k]);
    let mut order: Vec<usize> = (0..n).collect();
    let by_others = |a: usize, b: usize| {
        others(a).zip(others(b)).map(|(a, b)| a.total_cmp(&b)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    };
    order.sort_by(|&a, &b| by_others(a, b).then(inputs[last][a].total_cmp(&inputs[last][b])));
    let (mut neighbours, mut group, mut count) = (Vec::new(), vec![0; n], 0);
    for rows in order.chunk_by(|&a, &b| by_others(a, b).is_eq()) {
        if rows.len() >= RUN_ROWS {
            neighbours.extend(rows.windows(2).map(|pair| (pair[0], pair[1])));
            rows.iter().for_each(|&k| group[k] = count);
            count += 1;
        } else {
            for &k in rows {
                group[k] = count;
                count += 1;
            }
        }
    }
    (neighbours, group)
}

/// p of T = Σ r r′/Σ r² over neighbours, by draws of normal noise after the same regression.
pub(super) fn runs(residual: &[f64], neighbours: &[(usize, usize)], pricer: &Pricer) -> Option<f64> {
    if neighbours.is_empty() {
        return None;
    }
    let statistic = |r: &[f64]| {
        let along = neighbours.iter().map(|&(a, b)| r[a] * r[b]).sum::<f64>();
        along / r.iter().map(|v| v * v).sum::<f64>()
    };
    let seen = statistic(residual);
    // Were the residuals independent, T would have about this deviation, and a mean not above zero.
    if seen.is_nan() || seen * residual.len() as f64 <= 1.5 * (neighbours.len() as f64).sqrt() {
        return Some(1.0);
    }
    let all = pricer.leverages().len();
    let mut rng = generator(0x72_756e, residual.len() as u64);
    let mut normal = || {
        let (u, v): (f64, f64) = (rng.random(), rng.random());
        (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    };
    let mut above = 0;
    for _ in 0..DRAWS {
        let mut z = DVector::from_fn(all, |_, _| normal());
        pricer.project_out(&mut z);
        above += usize::from(statistic(&z.as_slice()[..residual.len()]) >= seen);
    }
    Some((above as f64 + 1.0) / (DRAWS as f64 + 1.0))
}

/// The rows' derivatives as a matrix.
pub(super) fn matrix(rows: &[(f64, f64, Vec<f64>)], extra: &[(usize, f64)], m: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len() + extra.len(), m, |k, j| match rows.get(k) {
        Some((_, w, g)) => w.sqrt() * g[j],
        None => {
            let (variable, length) = extra[k - rows.len()];
            if variable == j { length } else { 0.0 }
        }
    })
}
