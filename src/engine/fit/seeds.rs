//! Where to start: from the data, not from somebody's published answer.
//!
//! Given the nonlinear parameters, the linear ones follow by weighted least squares (variable
//! projection; nonnegative where their bounds say so), reweighted twice by the objective's own
//! loss. Residuals on a transformed scale are projected to first order: weighting by the square
//! of the scale's slope at the measured value turns (L − L̂) into ln L − ln L̂ nearly. So a grid
//! over the nonlinear parameters alone covers the whole space; its local minima are the seeds.

use super::Setup;
use super::problem::{Binding, Rows};
use crate::engine::solve::cholesky;
use crate::law::{BLOCK, Block, Jet, Order, Param, Role, Scale, Transform};

/// Rows that seeds are judged on; more do not make a better seed.
pub(super) const SEED_ROWS: usize = 2_048;
/// Grid points at most.
const GRID: usize = 4_096;
/// Seeds handed to the solver at most.
const SEEDS: usize = 24;

/// Starting parameters in card order, most promising first.
pub fn seeds(setup: &Setup) -> Vec<Vec<f64>> {
    let rows = setup.rows.thinned(setup.rows.len().div_ceil(SEED_ROWS).max(1));
    let columns: Vec<&[f64]> = rows.inputs.iter().map(Vec::as_slice).collect();
    let mut projection = Projection {
        setup,
        blocks: Block::split(&columns),
        jet: Jet::new(setup.bindings.len()),
        linear: linear_parameters(setup),
        rows,
    };
    let axes: Vec<Vec<f64>> = axes(setup, &projection.linear);
    let lengths: Vec<usize> = axes.iter().map(Vec::len).collect();
    let size: usize = lengths.iter().product();
    // A stride that shares no factor with the axes visits a large grid evenly.
    let stride = if size > GRID { (size / GRID) | 1 } else { 1 };
    let count = size.div_ceil(stride);
    let mut candidates: Vec<(f64, Vec<f64>, usize)> = Vec::with_capacity(count);
    for k in 0..count {
        let index = k * stride;
        let mut rest = index;
        let mut theta: Vec<f64> = axes
            .iter()
            .map(|axis| {
                let value = axis[rest % axis.len()];
                rest /= axis.len();
                value
            })
            .collect();
        if let Some(value) = projection.fill(&mut theta) {
            candidates.push((value, theta, index));
        }
    }
    choose(candidates, &lengths, stride == 1)
}

/// Grid minima first, then the best of the rest, then one in each quarter of the ranking, so that
/// a second basin has a chance to be found.
fn choose(candidates: Vec<(f64, Vec<f64>, usize)>, lengths: &[usize], complete: bool) -> Vec<Vec<f64>> {
    let mut value_at = std::collections::HashMap::new();
    for (value, _, index) in &candidates {
        value_at.insert(*index, *value);
    }
    let is_minimum = |value: f64, index: usize| {
        let mut step = 1;
        lengths.iter().all(|&length| {
            let position = (index / step) % length;
            let lower = position > 0 && value_at.get(&(index - step)).is_some_and(|&v| v < value);
            let upper = position + 1 < length && value_at.get(&(index + step)).is_some_and(|&v| v < value);
            step *= length;
            !lower && !upper
        })
    };
    let mut minima = Vec::new();
    let mut others = Vec::new();
    for (value, theta, index) in candidates {
        if complete && is_minimum(value, index) { minima.push((value, theta)) } else { others.push((value, theta)) }
    }
    minima.sort_by(|a, b| a.0.total_cmp(&b.0));
    others.sort_by(|a, b| a.0.total_cmp(&b.0));
    let spread: Vec<usize> = (1..4).map(|quarter| others.len() * quarter / 4).collect();
    let mut out: Vec<Vec<f64>> = minima.into_iter().take(SEEDS / 2).map(|(_, theta)| theta).collect();
    let room = SEEDS - out.len() - spread.len();
    for (k, (_, theta)) in others.into_iter().enumerate() {
        if k < room || spread.contains(&k) {
            out.push(theta);
        }
    }
    out
}

struct Projection<'a> {
    setup: &'a Setup,
    rows: Rows,
    blocks: Vec<Block>,
    jet: Jet,
    linear: Vec<usize>,
}

impl Projection<'_> {
    /// Puts the best linear parameters into `theta`; the objective there, `None` if not finite.
    fn fill(&mut self, theta: &mut [f64]) -> Option<f64> {
        let m = self.linear.len();
        let n = self.rows.len();
        let objective = &self.setup.objective;
        let mut basis = vec![vec![0.0; n]; m];
        let mut offset = vec![0.0; n];
        for (b, block) in self.blocks.iter().enumerate() {
            self.setup.law.jet(Order::First, block, theta, &mut self.jet);
            for k in 0..block.rows() {
                let row = b * BLOCK + k;
                offset[row] = self.jet.y[k];
                for (column, &j) in basis.iter_mut().zip(&self.linear) {
                    column[row] = self.jet.d[j][k];
                    offset[row] -= theta[j] * column[row];
                }
            }
        }
        let predicted =
            |c: &[f64], row: usize| offset[row] + c.iter().zip(&basis).map(|(c, column)| c * column[row]).sum::<f64>();
        let score = |c: &[f64]| -> f64 {
            (0..n)
                .map(|row| {
                    let r = self.rows.target[row] - objective.residual.at(predicted(c, row));
                    self.rows.weight[row] * objective.loss.rho(r).value
                })
                .sum()
        };
        let current: Vec<f64> = self.linear.iter().map(|&j| theta[j]).collect();
        let mut best = (score(&current), current);
        if m > 0 {
            let mut weight: Vec<f64> = (0..n)
                .map(|row| {
                    let slope = objective.residual.derivatives(self.rows.measured[row]).0;
                    self.rows.weight[row] * slope * slope
                })
                .collect();
            for _ in 0..3 {
                let positive: Vec<bool> =
                    self.linear.iter().map(|&j| self.setup.law.card().params[j].bounds.0 >= 0.0).collect();
                let Some(c) = weighted_least_squares(&basis, &offset, &self.rows.measured, &weight, &positive) else {
                    break;
                };
                let value = score(&c);
                for row in 0..n {
                    let slope = objective.residual.derivatives(self.rows.measured[row]).0;
                    let r = self.rows.target[row] - objective.residual.at(predicted(&c, row));
                    let r = if r.is_finite() { r } else { 1.0 };
                    weight[row] = self.rows.weight[row] * slope * slope * objective.loss.rho(r).majorant.min(1e12);
                }
                if value.is_nan() || value >= best.0 {
                    continue;
                }
                best = (value, c);
            }
        }
        for (&j, &c) in self.linear.iter().zip(&best.1) {
            theta[j] = c;
        }
        best.0.is_finite().then_some(best.0)
    }
}

/// [`least_squares`], in which coefficients that are left out of a positive place get a thousandth
/// of the smallest share, so that their logarithm exists.
fn weighted_least_squares(
    basis: &[Vec<f64>],
    offset: &[f64],
    y: &[f64],
    weight: &[f64],
    positive: &[bool],
) -> Option<Vec<f64>> {
    let mut c = least_squares(basis, offset, y, weight, positive)?;
    let size = |column: &[f64]| column.iter().zip(weight).map(|(v, w)| w * v * v).sum::<f64>().sqrt();
    let sizes: Vec<f64> = basis.iter().map(|column| size(column)).collect();
    let shares = c.iter().zip(&sizes).map(|(c, size)| (c * size).abs()).filter(|share| *share != 0.0);
    let smallest = shares.fold(f64::INFINITY, f64::min);
    for ((c, size), positive) in c.iter_mut().zip(&sizes).zip(positive) {
        if *c == 0.0 && *positive && *size > 0.0 {
            *c = 1e-3 * smallest / size;
        }
    }
    Some(c)
}

/// min Σ w (y − o − Σ c φ)², with c ≥ 0 where asked: every subset of the columns is tried (there
/// are at most a handful), the best with admissible signs wins.
pub(super) fn least_squares(
    basis: &[Vec<f64>],
    offset: &[f64],
    y: &[f64],
    weight: &[f64],
    positive: &[bool],
) -> Option<Vec<f64>> {
    let m = basis.len();
    let mut gram = vec![0.0; m * m];
    let mut right = vec![0.0; m];
    for row in 0..y.len() {
        let residual = y[row] - offset[row];
        for i in 0..m {
            let wi = weight[row] * basis[i][row];
            right[i] += wi * residual;
            for j in 0..=i {
                gram[i * m + j] += wi * basis[j][row];
            }
        }
    }
    if gram.iter().chain(&right).any(|v| !v.is_finite()) {
        return None;
    }
    let subsets: Vec<u32> = if m <= 5 { (1..1_u32 << m).rev().collect() } else { vec![(1 << m) - 1] };
    let mut best: Option<(f64, Vec<f64>)> = None;
    for subset in subsets {
        let chosen: Vec<usize> = (0..m).filter(|i| subset >> i & 1 == 1).collect();
        let s = chosen.len();
        let size: Vec<f64> = chosen.iter().map(|&i| gram[i * m + i].sqrt()).collect();
        if size.iter().any(|&v| v <= 0.0) {
            continue;
        }
        let mut matrix = vec![0.0; s * s];
        let mut c: Vec<f64> = (0..s).map(|a| right[chosen[a]] / size[a]).collect();
        let scaled_right = c.clone();
        for a in 0..s {
            for b in 0..=a {
                matrix[a * s + b] = gram[chosen[a] * m + chosen[b]] / (size[a] * size[b]);
            }
        }
        if !cholesky::factorise(&mut matrix, s) {
            continue;
        }
        cholesky::solve(&matrix, s, &mut c);
        let gain: f64 = c.iter().zip(&scaled_right).map(|(c, r)| c * r).sum();
        if (0..s).any(|a| positive[chosen[a]] && c[a] <= 0.0) || best.as_ref().is_some_and(|(g, _)| *g >= gain) {
            continue;
        }
        let mut full = vec![0.0; m];
        for a in 0..s {
            full[chosen[a]] = c[a] / size[a];
        }
        best = Some((gain, full));
    }
    best.map(|(_, c)| c)
}

/// Parameters that are linear, free, and alone on their variable.
pub(super) fn linear_parameters(setup: &Setup) -> Vec<usize> {
    let shared = |i: usize| setup.bindings.iter().filter(|b| matches!(b, Binding::Free(k, _) if *k == i)).count() > 1;
    (0..setup.bindings.len())
        .filter(|&j| {
            setup.law.card().params[j].role == Role::Linear
                && matches!(setup.bindings[j], Binding::Free(i, _) if !shared(i))
        })
        .collect()
}

/// Values to try of each parameter, in card order: one for the linear and the fixed.
fn axes(setup: &Setup, linear: &[usize]) -> Vec<Vec<f64>> {
    let card = setup.law.card();
    let searched: Vec<usize> = (0..card.params.len())
        .filter(|j| !linear.contains(j) && matches!(setup.bindings[*j], Binding::Free(..)))
        .collect();
    let mut seen = Vec::new();
    let mut owner = vec![None; card.params.len()];
    for &j in &searched {
        if let Binding::Free(i, _) = setup.bindings[j] {
            if seen.contains(&i) {
                owner[j] = Some(i);
            }
            seen.push(i);
        }
    }
    let refine = match searched.len() {
        0 | 1 => 48,
        2 => 16,
        3 => 8,
        _ => 0,
    };
    (0..card.params.len())
        .map(|j| {
            let param = &card.params[j];
            match setup.bindings[j] {
                Binding::Fixed(value) => vec![value],
                Binding::Free(i, _) => {
                    let unit = scale(setup, param);
                    let (low, high) = natural_bounds(setup, i, param);
                    let inside = |v: f64| v.clamp(low, high);
                    if linear.contains(&j) || owner[j].is_some() {
                        return vec![inside(param.starts[param.starts.len() / 2] * unit)];
                    }
                    let mut axis: Vec<f64> = param.starts.iter().map(|s| inside(s * unit)).collect();
                    axis.sort_by(f64::total_cmp);
                    axis.dedup();
                    refined(&axis, refine, inside)
                }
            }
        })
        .collect()
}

/// More points between the least and the largest, geometrically when they are positive, reaching
/// a factor of two beyond.
fn refined(axis: &[f64], points: usize, inside: impl Fn(f64) -> f64) -> Vec<f64> {
    let (Some(&first), Some(&last)) = (axis.first(), axis.last()) else { return axis.to_vec() };
    if points <= axis.len() || first == last {
        return axis.to_vec();
    }
    let steps = (points - 1) as f64;
    let mut out: Vec<f64> = (0..points)
        .map(|k| {
            let t = k as f64 / steps;
            inside(if first > 0.0 { (first / 2.0) * (4.0 * last / first).powf(t) } else { first + (last - first) * t })
        })
        .collect();
    out.dedup();
    out
}

fn natural_bounds(setup: &Setup, i: usize, param: &Param) -> (f64, f64) {
    let (low, high) = setup.bounds[i];
    match param.transform {
        Transform::Identity => (low, high),
        Transform::Log => (low.exp().max(f64::MIN_POSITIVE), high.exp()),
    }
}

/// The unit of a parameter's starts: the geometric mean of the input or output it scales with.
fn scale(setup: &Setup, param: &Param) -> f64 {
    let Some(Scale { symbol, against }) = param.scales_with else { return 1.0 };
    let card = setup.law.card();
    let logs: Vec<f64> = match card.input(symbol) {
        Some(i) => setup.rows.logs[i].clone(),
        None => setup.rows.measured.iter().map(|y| y.ln()).collect(),
    };
    let mean = logs.iter().sum::<f64>() / logs.len().max(1) as f64;
    let mean = if against { -mean } else { mean };
    if mean.is_finite() { mean.exp() } else { 1.0 }
}
