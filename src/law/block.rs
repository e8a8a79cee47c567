//! Rows and derivatives as laws are handed them: in blocks, column by column, padded for vectors.

use super::MAX_INPUTS;
use crate::base::real::{Lanes, Real, Vector, X, elementary};

/// Rows handed to a law at a time: a block's derivatives stay in the first-level cache.
pub const BLOCK: usize = 64;
/// Rows are padded to this multiple, the widest vector.
pub const PAD: usize = 8;

/// A number for each row of a block, on lines of the cache of its own: no vector straddles two.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Column(pub [f64; BLOCK]);

impl Column {
    /// The same number for all.
    pub const fn all(value: f64) -> Self {
        Self([value; BLOCK])
    }
}

impl std::ops::Deref for Column {
    type Target = [f64; BLOCK];
    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl std::ops::DerefMut for Column {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// Up to [`BLOCK`] rows of inputs, padded to [`PAD`] with copies of the last row.
#[derive(Clone, Debug)]
pub struct Block {
    inputs: Vec<[Column; 2]>,
    rows: usize,
}

impl Block {
    /// Rows held, padding not counted (at most [`BLOCK`]).
    pub fn rows(&self) -> usize {
        self.rows
    }
    /// Rows held, padding counted.
    pub fn padded(&self) -> usize {
        self.rows.next_multiple_of(PAD)
    }
    /// An empty block for `inputs` inputs.
    pub fn empty(inputs: usize) -> Self {
        Self { inputs: vec![[Column::all(1.0); 2]; inputs], rows: 0 }
    }
    /// Puts rows in, replacing what was there: `value(i, k)` and `ln(i, k)` of input i at row k.
    pub fn fill(&mut self, rows: usize, value: impl Fn(usize, usize) -> f64, ln: impl Fn(usize, usize) -> f64) {
        self.rows = rows.min(BLOCK);
        for (i, [values, logs]) in self.inputs.iter_mut().enumerate() {
            for k in 0..self.rows {
                values[k] = value(i, k);
                logs[k] = ln(i, k);
            }
            for k in self.rows..self.rows.next_multiple_of(PAD) {
                values[k] = values[self.rows - 1];
                logs[k] = logs[self.rows - 1];
            }
        }
    }
    /// Gathers the rows of `columns` into blocks, logarithms taken once.
    ///
    /// `columns[i]` holds input i in card order; all have one length, at most [`MAX_INPUTS`] of them.
    pub fn split(columns: &[&[f64]]) -> Vec<Self> {
        let rows = columns.first().map_or(0, |column| column.len());
        (0..rows)
            .step_by(BLOCK)
            .map(|start| {
                let mut block = Self::empty(columns.len());
                block.fill(rows - start, |i, k| columns[i][start + k], |i, k| elementary::ln(columns[i][start + k]));
                block
            })
            .collect()
    }
    /// Every input at the rows from `row` on that fill a vector; inputs that are not there are 1.
    #[inline(always)]
    pub(crate) fn lanes<V: Vector, R: Real<Plain = Lanes<V>>>(&self, inputs: usize, row: usize) -> [X<R>; MAX_INPUTS] {
        let one = X::new(Lanes(V::splat(1.0)), Lanes(V::splat(0.0)));
        let mut out = [one; MAX_INPUTS];
        for (slot, [values, logs]) in out.iter_mut().zip(&self.inputs).take(inputs) {
            *slot = X::new(Lanes(V::load(&values[row..])), Lanes(V::load(&logs[row..])));
        }
        out
    }
}

/// A law's answer on one block: for each row the value, P partial derivatives and, lower triangle
/// row by row, P(P+1)/2 second derivatives in the parameters.
#[derive(Clone, Debug)]
pub struct Jet {
    /// Values.
    pub y: Column,
    /// Partial derivatives by parameter.
    pub d: Vec<Column>,
    /// Second derivatives: (i, j) with j ≤ i at i(i+1)/2 + j.
    pub h: Vec<Column>,
}

impl Jet {
    /// Room for a law with `params` parameters.
    pub fn new(params: usize) -> Self {
        let zero = Column::all(0.0);
        Self { y: zero, d: vec![zero; params], h: vec![zero; params * (params + 1) / 2] }
    }
}
