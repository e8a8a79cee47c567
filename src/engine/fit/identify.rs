//! Which directions of the parameters the rows determine: singular values of the predictions'
//! derivatives on the rows, whatever unit an input is in.
//!
//! The Hessian of a robust loss cannot tell: it counts the rows in its quadratic zone, and these may
//! be fewer than the parameters where the law is as well determined as any.

use super::Setup;
use super::certificate::at_bound;
use super::problem::{Binding, FitProblem};
use crate::law::Role;
use nalgebra::{DMatrix, DVector};

/// A singular value below this, columns of unit length, is a flat direction.
const FLAT: f64 = 1e-6;
/// Below this it is rounding: the rows say nothing at all.
const ROUNDING: f64 = 1e-13;
/// Columns this much alike up to a linear function of a logarithm are a coefficient and its exponent.
const LINEAR: f64 = 1e-9;

/// What the rows say about the directions of the parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Directions {
    /// Variables that were looked at: free and not on a bound.
    pub variables: Vec<usize>,
    /// Largest over smallest singular value.
    pub condition: f64,
    /// The smallest.
    pub smallest: f64,
    /// Directions that the rows hardly see.
    pub flat: Vec<Flat>,
    /// Rows of (JᵀJ)^−½ in the solver's variables: the variance of a quantity with gradient g is
    /// the residuals' times the sum of (root·g)².
    pub root: DMatrix<f64>,
}

/// A direction that the rows hardly see.
#[derive(Clone, Debug, PartialEq)]
pub struct Flat {
    /// Change of each of the solver's variables, the largest by one.
    pub step: Vec<f64>,
    /// What such a change does to the residuals: the root of the sum of their squares. Zero where it
    /// is below rounding.
    pub response: f64,
}

/// Looks at the rows' derivatives at the answer.
pub fn directions(setup: &Setup, problem: &FitProblem, q: &[f64]) -> Option<Directions> {
    let theta = problem.theta(q);
    let bound = at_bound(setup, &theta);
    let held = |i: usize| (0..theta.len()).any(|j| bound.contains(&j) && is(setup.bindings[j], i));
    let variables: Vec<usize> = (0..q.len()).filter(|&i| !held(i)).collect();
    let rows = problem.row_derivatives(q);
    let (n, m) = (rows.len(), variables.len());
    if m == 0 || n == 0 {
        return None;
    }
    let mean = rows.iter().map(|(_, w, _)| w).sum::<f64>() / n as f64;
    let mut j = DMatrix::from_fn(n, m, |k, a| (rows[k].1 / mean).sqrt() * rows[k].2[variables[a]]);
    if !j.iter().all(|v| v.is_finite()) {
        return None;
    }
    let shift = centred(setup, &variables, &mut j);
    let length: Vec<f64> = j.column_iter().map(|column| column.norm()).collect();
    let longest = length.iter().fold(0.0_f64, |a, &b| a.max(b));
    // A column of nothing is a direction by itself.
    let scale = |a: usize| if length[a] > ROUNDING * longest { length[a] } else { f64::INFINITY };
    let scaled = DMatrix::from_fn(n, m, |k, a| j[(k, a)] / scale(a));
    let svd = scaled.qr().r().svd(false, true);
    let v_t = svd.v_t?;
    // Fewer rows than variables leave directions without a singular value.
    let value = |k: usize| if k < svd.singular_values.len() { svd.singular_values[k] } else { 0.0 };
    let back = |direction: &DVector<f64>| -> Vec<f64> {
        let unscaled = DVector::from_fn(m, |a, _| direction[a] / if scale(a).is_finite() { scale(a) } else { 1.0 });
        let mut step = vec![0.0; q.len()];
        for (a, v) in (&shift * unscaled).iter().enumerate() {
            step[variables[a]] = *v;
        }
        step
    };
    let mut flat = Vec::new();
    let mut root = DMatrix::zeros(v_t.nrows(), q.len());
    let (mut smallest, mut largest) = (f64::INFINITY, 0.0_f64);
    for k in 0..v_t.nrows() {
        let mut step = back(&v_t.row(k).transpose());
        let sigma = value(k);
        (smallest, largest) = (smallest.min(sigma), largest.max(sigma));
        for (i, v) in step.iter().enumerate() {
            root[(k, i)] = v / sigma.max(ROUNDING);
        }
        if sigma < FLAT {
            let size = step.iter().fold(0.0_f64, |a, v| a.max(v.abs())).max(f64::MIN_POSITIVE);
            step.iter_mut().for_each(|v| *v /= size);
            flat.push(Flat { step, response: if sigma < ROUNDING { 0.0 } else { sigma / size } });
        }
    }
    if n < m {
        smallest = 0.0;
    }
    let condition = if smallest > 0.0 { largest / smallest } else { f64::INFINITY };
    Some(Directions { variables, condition, smallest, flat, root })
}

fn is(binding: Binding, variable: usize) -> bool {
    matches!(binding, Binding::Free(i, _) if i == variable)
}

/// An exponent's column is its coefficient's times a linear function of a logarithm, and which
/// function depends on the unit of the input. Taking the mean of the function away (the unit in
/// which the input's geometric mean is one) leaves the same columns in every unit. Changes the
/// columns; gives the matrix that leads from the new variables back to the old.
pub fn centred(setup: &Setup, variables: &[usize], j: &mut DMatrix<f64>) -> DMatrix<f64> {
    let m = variables.len();
    let mut shift = DMatrix::identity(m, m);
    let params = setup.law.card().params;
    let role = |a: usize| {
        let owner = (0..params.len()).find(|&k| is(setup.bindings[k], variables[a]));
        owner.map(|k| params[k].role)
    };
    let kept: Vec<usize> = (0..setup.rows.len()).filter(|&k| setup.rows.weight[k] > 0.0).collect();
    let logs: Vec<Vec<f64>> = setup.rows.logs.iter().map(|column| kept.iter().map(|&k| column[k]).collect()).collect();
    let original = j.clone();
    for exponent in (0..m).filter(|&a| role(a) == Some(Role::Nonlinear)) {
        for coefficient in (0..m).filter(|&a| role(a) == Some(Role::Linear)) {
            let ratio: Vec<f64> =
                (0..j.nrows()).map(|k| original[(k, exponent)] / original[(k, coefficient)]).collect();
            if let Some(mean) = logs.iter().find_map(|x| mean_of_a_line(x, &ratio)) {
                j.column_mut(exponent).axpy(-mean, &original.column(coefficient), 1.0);
                shift[(coefficient, exponent)] = -mean;
                break;
            }
        }
    }
    shift
}

/// The mean of y if it is a linear function of x, to rounding.
fn mean_of_a_line(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len() as f64;
    let (a, b) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let xx: f64 = x.iter().map(|x| (x - a).powi(2)).sum();
    let xy: f64 = x.iter().zip(y).map(|(x, y)| (x - a) * (y - b)).sum();
    let yy: f64 = y.iter().map(|y| (y - b).powi(2)).sum();
    let slope = xy / xx;
    let off = x.iter().zip(y).map(|(x, y)| (y - b - slope * (x - a)).abs()).fold(0.0, f64::max);
    let varies = xx > LINEAR && yy > LINEAR * b * b / n;
    (varies && b.is_finite() && off <= LINEAR * (b.abs() + (yy / n).sqrt())).then_some(b)
}

impl Directions {
    /// Parameters that carry most of a flat direction.
    pub fn parameters(&self, setup: &Setup) -> Vec<usize> {
        let carries = |i: usize| self.flat.iter().any(|flat| flat.step[i].abs() > 0.1);
        (0..setup.bindings.len()).filter(|&j| matches!(setup.bindings[j], Binding::Free(i, _) if carries(i))).collect()
    }
}
