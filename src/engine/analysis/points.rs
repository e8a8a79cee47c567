//! The rows of a fit beside what it makes of them.

use crate::engine::fit::Fit;
use crate::engine::solve::{Newton, Options};
use crate::record::{Axis, Points};
use rayon::prelude::*;
use std::ops::Range;

/// Rows beyond which leaving each out in turn is not done unasked.
const INFLUENCE_ROWS: usize = 5_000;
/// Rows beyond which a record keeps every second, third, … of them.
const KEPT_POINTS: usize = 20_000;

/// The inputs at every so many of some of a fit's rows, and their cost if the law has one.
pub(super) fn inputs(fit: &Fit, rows: Range<usize>, step: usize) -> Vec<(Axis, Vec<f64>)> {
    let card = fit.setup.law.card();
    let columns = &fit.setup.rows.inputs;
    let mut out: Vec<(Axis, Vec<f64>)> = card
        .inputs
        .iter()
        .zip(columns)
        .map(|(input, values)| {
            let axis =
                Axis { symbol: input.symbol.to_owned(), name: input.name.to_owned(), unit: input.unit.to_owned() };
            (axis, values[rows.clone()].iter().step_by(step).copied().collect())
        })
        .collect();
    if let Some(allocation) = &card.allocation
        && card.input("C").is_none()
    {
        let rows = rows.step_by(step);
        let cost = rows.map(|row| (allocation.cost.of)(&columns.iter().map(|c| c[row]).collect::<Vec<_>>())).collect();
        let axis =
            Axis { symbol: "C".to_owned(), name: "training compute".to_owned(), unit: allocation.cost.unit.to_owned() };
        out.push((axis, cost));
    }
    out
}

/// Of so many rows, a record keeps the first and every so many after it.
pub(super) fn step(count: usize) -> usize {
    count.div_ceil(KEPT_POINTS).max(1)
}

/// The rows of a fit as a record keeps them.
pub(super) fn points(fit: &Fit) -> Points {
    let count = fit.setup.rows.len();
    let step = step(count);
    let kept = |values: Vec<f64>| values.into_iter().step_by(step).collect::<Vec<_>>();
    Points {
        rows: fit.row_ids.iter().copied().step_by(step).collect(),
        inputs: inputs(fit, 0..count, step),
        measured: kept(fit.setup.rows.measured.clone()),
        predicted: kept(fit.predicted()),
        residual: kept(fit.residuals()),
        influence: if count <= INFLUENCE_ROWS { influence(fit) } else { Vec::new() },
    }
}

/// The ten rows whose removal moves the answer most: each row is left out in turn, the fit redone
/// from where it stood, and the largest relative change of any prediction on the rows taken.
fn influence(fit: &Fit) -> Vec<(usize, f64)> {
    let setup = &fit.setup;
    if setup.rows.len() <= setup.free() + 1 || setup.objective.loss.is_kinked() {
        return Vec::new();
    }
    let step = setup.rows.len().div_ceil(64).max(1);
    let probes: Vec<Vec<f64>> =
        (0..setup.rows.len()).step_by(step).map(|row| setup.rows.inputs.iter().map(|c| c[row]).collect()).collect();
    let before: Vec<f64> = probes.iter().map(|x| setup.law.predict(x, &fit.theta)).collect();
    // One row less is near: who does not arrive soon is not on the way.
    let options = Options { damping: 0.0, budget: 100, ..Options::default() };
    let mut moves: Vec<(usize, f64)> = (0..setup.rows.len())
        .into_par_iter()
        .map_init(
            || (setup.problem(), Newton::new(setup.free(), options), setup.rows.weight.clone()),
            |(problem, newton, weight), row| {
                weight.copy_from_slice(&setup.rows.weight);
                weight[row] = 0.0;
                problem.pack(&setup.rows, weight);
                let end = setup.solve_in(problem, &fit.q, newton);
                let theta = problem.theta(&end.q);
                let change = probes
                    .iter()
                    .zip(&before)
                    .map(|(x, y)| (setup.law.predict(x, &theta) / y - 1.0).abs())
                    .fold(0.0, f64::max);
                (fit.row_ids[row], change)
            },
        )
        .collect();
    moves.sort_by(|a, b| b.1.total_cmp(&a.1));
    moves.truncate(10);
    moves
}
