//! The sum of squared residuals of a form, as a problem for the solver.

use super::forms::{Columns, Jet, Shape};
use crate::base::real::Order;
use crate::engine::solve::{Evaluation, Problem};
use std::cell::RefCell;

/// Rows added at a time, in partial sums of their own: one order of addition on every processor.
const LANES: usize = 8;

/// Rows of one loss.
pub struct Part {
    /// Inputs.
    pub columns: Columns,
    /// What was measured.
    pub target: Vec<f64>,
    /// Which variable each parameter of the form is.
    pub variable: Vec<usize>,
}

impl Part {
    /// Every `step`-th row.
    pub fn every(&self, step: usize) -> Self {
        let target = self.target.iter().copied().step_by(step).collect();
        Self { columns: self.columns.every(step), target, variable: self.variable.clone() }
    }
}

/// ½ Σ (measured − form)² over the rows of all parts.
pub struct Squares<'a> {
    shape: &'a Shape,
    parts: &'a [Part],
    bounds: Vec<(f64, f64)>,
    room: RefCell<Vec<(Jet, Vec<f64>)>>,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for k in 0..LANES {
            sums[k] += a[k] * b[k];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

impl<'a> Squares<'a> {
    /// A form on rows, its variables in a box.
    pub fn new(shape: &'a Shape, parts: &'a [Part], bounds: Vec<(f64, f64)>) -> Self {
        let room = |part: &Part| {
            let jet = Jet::new(&part.columns, shape.parameters.len());
            let residual = vec![0.0; jet.y.len()];
            (jet, residual)
        };
        Self { shape, parts, bounds, room: RefCell::new(parts.iter().map(room).collect()) }
    }

    /// Values of the form at the rows of a part.
    pub fn predict(&self, part: usize, q: &[f64]) -> Vec<f64> {
        let Part { columns, variable, .. } = &self.parts[part];
        let theta: Vec<f64> = variable.iter().map(|&i| q[i]).collect();
        let mut jet = Jet::new(columns, theta.len());
        (self.shape.jet)(columns, &theta, &mut jet);
        jet.y.truncate(columns.rows());
        jet.y
    }
}

impl Problem for Squares<'_> {
    fn dimension(&self) -> usize {
        self.bounds.len()
    }
    fn bounds(&self) -> &[(f64, f64)] {
        &self.bounds
    }
    /// The Hessian is not known; it is left as it is.
    fn evaluate(&self, q: &[f64], order: Order, out: &mut Evaluation) -> bool {
        let n = q.len();
        out.value = 0.0;
        out.gradient.fill(0.0);
        out.majorant.fill(0.0);
        let mut room = self.room.borrow_mut();
        for (part, (jet, residual)) in self.parts.iter().zip(room.iter_mut()) {
            let theta: Vec<f64> = part.variable.iter().map(|&i| q[i]).collect();
            (self.shape.jet)(&part.columns, &theta, jet);
            let rows = part.target.len();
            for k in 0..rows {
                residual[k] = part.target[k] - jet.y[k];
            }
            // Padding counts for nothing.
            residual[rows..].fill(0.0);
            jet.d.iter_mut().for_each(|d| d[rows..].fill(0.0));
            out.value += 0.5 * dot(residual, residual);
            for (a, &i) in part.variable.iter().enumerate() {
                out.gradient[i] -= dot(residual, &jet.d[a]);
                if order == Order::First {
                    continue;
                }
                for (b, &j) in part.variable[..=a].iter().enumerate() {
                    let sum = dot(&jet.d[a], &jet.d[b]);
                    out.majorant[i * n + j] += sum;
                    if i != j {
                        out.majorant[j * n + i] += sum;
                    }
                }
            }
        }
        let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
        out.value.is_finite() && finite(&out.gradient) && finite(&out.majorant)
    }
}

/// A problem with some of its variables held.
pub struct Held<'a> {
    problem: &'a dyn Problem,
    moving: &'a [usize],
    bounds: Vec<(f64, f64)>,
    room: RefCell<(Vec<f64>, Evaluation)>,
}

impl<'a> Held<'a> {
    /// Only the variables `moving` move; the others stay as in `at`.
    pub fn new(problem: &'a dyn Problem, moving: &'a [usize], at: &[f64]) -> Self {
        let bounds = moving.iter().map(|&i| problem.bounds()[i]).collect();
        Self { problem, moving, bounds, room: RefCell::new((at.to_vec(), Evaluation::new(at.len()))) }
    }
}

impl Problem for Held<'_> {
    fn dimension(&self) -> usize {
        self.moving.len()
    }
    fn bounds(&self) -> &[(f64, f64)] {
        &self.bounds
    }
    fn evaluate(&self, q: &[f64], order: Order, out: &mut Evaluation) -> bool {
        let mut room = self.room.borrow_mut();
        let (full, here) = &mut *room;
        for (&i, &value) in self.moving.iter().zip(q) {
            full[i] = value;
        }
        let (n, m) = (full.len(), q.len());
        let finite = self.problem.evaluate(full, order, here);
        out.value = here.value;
        for (a, &i) in self.moving.iter().enumerate() {
            out.gradient[a] = here.gradient[i];
            for (b, &j) in self.moving.iter().enumerate() {
                out.majorant[a * m + b] = here.majorant[i * n + j];
            }
        }
        finite
    }
}
