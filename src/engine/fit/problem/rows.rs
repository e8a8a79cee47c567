//! The rows of a fit, and the blocks that laws are handed them in.

use crate::base::objective::Objective;
use crate::base::real::elementary;
use crate::law::{BLOCK, Block, Column, PAD};
use std::sync::{Arc, OnceLock};

/// The rows of a fit: inputs with their logarithms, the measured value on the residual scale, and
/// weights. Shared by every replicate of a bootstrap.
#[derive(Debug)]
pub struct Rows {
    /// Inputs in card order.
    pub inputs: Vec<Vec<f64>>,
    /// Natural logarithms of the inputs.
    pub logs: Vec<Vec<f64>>,
    /// Measured, natural scale.
    pub measured: Vec<f64>,
    /// Measured, on the residual scale.
    pub target: Vec<f64>,
    /// Weights.
    pub weight: Vec<f64>,
    /// The same in blocks, once they are asked for: one copy serves all solves on these rows.
    packed: OnceLock<Arc<Vec<Packed>>>,
}

impl Rows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.measured.len()
    }
    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.measured.is_empty()
    }
    /// Rows from columns, logarithms taken once.
    pub fn new(inputs: Vec<Vec<f64>>, measured: Vec<f64>, weight: Vec<f64>, objective: &Objective) -> Self {
        let logs = inputs.iter().map(|column| column.iter().map(|&v| elementary::ln(v)).collect()).collect();
        let target = measured.iter().map(|&y| objective.residual.at(y)).collect();
        Self { inputs, logs, measured, target, weight, packed: OnceLock::new() }
    }
    /// Every `step`-th row.
    pub fn thinned(&self, step: usize) -> Self {
        let take = |column: &[f64]| column.iter().copied().step_by(step).collect::<Vec<f64>>();
        Self {
            inputs: self.inputs.iter().map(|column| take(column)).collect(),
            logs: self.logs.iter().map(|column| take(column)).collect(),
            measured: take(&self.measured),
            target: take(&self.target),
            weight: take(&self.weight),
            packed: OnceLock::new(),
        }
    }
    /// The rows in blocks.
    pub(super) fn packed(&self) -> Arc<Vec<Packed>> {
        let pack = || {
            let mut out = Vec::with_capacity(self.len().div_ceil(BLOCK));
            pack(self, &self.weight, &mut out);
            Arc::new(out)
        };
        self.packed.get_or_init(pack).clone()
    }
}

/// One block of rows with what the objective needs.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    pub block: Block,
    pub target: Column,
    pub weight: Column,
}

/// Gathers the rows of positive weight into blocks, reusing the room in `out`; how many blocks.
pub(super) fn pack(rows: &Rows, weight: &[f64], out: &mut Vec<Packed>) -> usize {
    let inputs = rows.inputs.len();
    let mut pending = [0_usize; BLOCK];
    let mut count = 0;
    let mut used = 0;
    for row in 0..rows.len() {
        if weight[row] > 0.0 {
            pending[count] = row;
            count += 1;
        }
        if count == BLOCK || (row + 1 == rows.len() && count > 0) {
            if used == out.len() {
                out.push(Packed { block: Block::empty(inputs), target: Column::all(0.0), weight: Column::all(0.0) });
            }
            let packed = &mut out[used];
            let chosen = &pending[..count];
            packed.block.fill(count, |i, k| rows.inputs[i][chosen[k]], |i, k| rows.logs[i][chosen[k]]);
            for k in 0..count.next_multiple_of(PAD) {
                let row = chosen[k.min(count - 1)];
                packed.target[k] = rows.target[row];
                packed.weight[k] = if k < count { weight[row] } else { 0.0 };
            }
            used += 1;
            count = 0;
        }
    }
    used
}
