//! Values and first derivatives of a form at all rows, by vectors.

#[cfg(target_arch = "x86_64")]
use crate::base::real::x86;
use crate::base::real::{Dual, Lanes, Real, Vector, X, elementary};
use crate::law::Form;

/// Rows are padded to this multiple, the widest vector used.
const PAD: usize = 8;
/// Derivatives taken in one sweep: code for more at once grows without being faster.
const SWEEP: usize = 8;
/// The most inputs of a form.
const INPUTS: usize = 5;

/// Inputs by column, with their logarithms, padded with copies of the last row.
pub struct Columns {
    values: Vec<Vec<f64>>,
    logs: Vec<Vec<f64>>,
    rows: usize,
}

impl Columns {
    /// From inputs, each clamped to 1e-12 from below as the benchmark does.
    pub fn new(inputs: &[Vec<f64>]) -> Self {
        let rows = inputs.first().map_or(0, Vec::len);
        let padded = |column: &Vec<f64>| {
            let mut values: Vec<f64> = column.iter().map(|v| v.max(1e-12)).collect();
            values.resize(rows.next_multiple_of(PAD), values.last().copied().unwrap_or(1.0));
            values
        };
        let values: Vec<Vec<f64>> = inputs.iter().map(padded).collect();
        let logs = values.iter().map(|column| column.iter().map(|v| elementary::ln(*v)).collect()).collect();
        Self { values, logs, rows }
    }
    /// Every `step`-th row.
    pub fn every(&self, step: usize) -> Self {
        let thinned = |column: &Vec<f64>| column[..self.rows].iter().copied().step_by(step).collect();
        Self::new(&self.values.iter().map(thinned).collect::<Vec<_>>())
    }
    /// Rows, padding not counted.
    pub fn rows(&self) -> usize {
        self.rows
    }
    fn at<V: Vector, R: Real<Plain = Lanes<V>>>(&self, row: usize) -> [X<R>; INPUTS] {
        std::array::from_fn(|i| match self.values.get(i) {
            Some(values) => X::new(Lanes(V::load(&values[row..])), Lanes(V::load(&self.logs[i][row..]))),
            None => X::new(Lanes(V::splat(1.0)), Lanes(V::splat(0.0))),
        })
    }
}

/// A form at all rows, padding counted.
pub struct Jet {
    /// Values.
    pub y: Vec<f64>,
    /// Derivatives by parameter.
    pub d: Vec<Vec<f64>>,
}

impl Jet {
    /// Room for a form of so many parameters.
    pub fn new(columns: &Columns, parameters: usize) -> Self {
        let padded = columns.rows.next_multiple_of(PAD);
        Self { y: vec![0.0; padded], d: vec![vec![0.0; padded]; parameters] }
    }
}

/// Derivatives in the parameters from `first` on, as many as a sweep takes.
#[inline(always)]
fn sweep<V: Vector, F: Form<P>, const P: usize, const S: usize>(
    columns: &Columns,
    theta: &[f64; P],
    first: usize,
    jet: &mut Jet,
) {
    let theta: [Dual<Lanes<V>, S>; P] = std::array::from_fn(|k| match k.checked_sub(first) {
        Some(i) if i < S => Dual::variable(theta[k], i),
        _ => Dual::constant(theta[k]),
    });
    for row in (0..jet.y.len()).step_by(V::WIDTH) {
        let y = F::predict(&columns.at::<V, Dual<Lanes<V>, S>>(row), &theta);
        y.v.0.store(&mut jet.y[row..]);
        for i in 0..S.min(P - first) {
            y.d[i].0.store(&mut jet.d[first + i][row..]);
        }
    }
}

#[inline(always)]
fn sweeps<V: Vector, F: Form<P>, const P: usize>(columns: &Columns, theta: &[f64; P], jet: &mut Jet) {
    if const { P <= SWEEP } {
        sweep::<V, F, P, P>(columns, theta, 0, jet);
    } else {
        for first in (0..P).step_by(SWEEP) {
            sweep::<V, F, P, SWEEP>(columns, theta, first, jet);
        }
    }
}

/// # Safety
/// The processor must have AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn sweeps_avx2<F: Form<P>, const P: usize>(columns: &Columns, theta: &[f64; P], jet: &mut Jet) {
    sweeps::<x86::Avx2, F, P>(columns, theta, jet);
}

/// A form and its derivatives at all rows. `theta` has P members.
pub fn jet<F: Form<P>, const P: usize>(columns: &Columns, theta: &[f64], jet: &mut Jet) {
    let theta: &[f64; P] = &std::array::from_fn(|k| theta[k]);
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor was just found to have AVX2.
        return unsafe { sweeps_avx2::<F, P>(columns, theta, jet) };
    }
    sweeps::<f64, F, P>(columns, theta, jet);
}
