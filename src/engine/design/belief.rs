//! What rows say about anything linear in a law's variables and in what the law leaves out.

use crate::law::MAX_INPUTS;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};
use std::cell::RefCell;

/// Least noise of a row, on the logarithm of the output: keeps the rows' covariance solvable.
const LEAST: f64 = 1e-6;

/// A quantity g·q + δ(x): its gradient in the law's variables, and the logarithms of the inputs where
/// what the law leaves out adds to it; none for a quantity of the law alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// g.
    pub gradient: Vec<f64>,
    /// ln x.
    pub at: Option<[f64; MAX_INPUTS]>,
}

/// Gaussian beliefs about the variables and the discrepancy, and the rows that were measured.
pub struct Belief {
    /// R with prior covariance RRᵀ.
    root: DMatrix<f64>,
    eta: f64,
    length: f64,
    rows: Vec<Linear>,
    /// The rows' gradients times R.
    white: DMatrix<f64>,
    factor: Option<Cholesky<f64, Dyn>>,
}

impl Belief {
    /// A prior covariance RRᵀ of the variables given by R, rows with the standard deviation of their
    /// noise, and a discrepancy of size `eta` over `length` e-folds. `None` if a number is not finite.
    pub fn new(root: DMatrix<f64>, rows: Vec<Linear>, noise: &[f64], eta: f64, length: f64) -> Option<Self> {
        let white = whitened(&root, &rows);
        let mut out = Self { root, eta, length, rows, white, factor: None };
        let n = out.rows.len();
        if n > 0 {
            let mut c = &out.white * out.white.transpose();
            for a in 0..n {
                for b in 0..=a {
                    let beside = out.beside(&out.rows[a], &out.rows[b]);
                    c[(a, b)] += beside;
                    c[(b, a)] = c[(a, b)];
                }
                c[(a, a)] += noise[a].max(LEAST).powi(2);
            }
            if !c.iter().all(|v| v.is_finite()) {
                return None;
            }
            out.factor = Some(c.cholesky()?);
        }
        Some(out)
    }

    /// Covariance of what the law leaves out at two places.
    fn beside(&self, a: &Linear, b: &Linear) -> f64 {
        let (Some(a), Some(b)) = (&a.at, &b.at) else { return 0.0 };
        if self.eta == 0.0 {
            return 0.0;
        }
        let square: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
        self.eta * self.eta * (-square / (2.0 * self.length * self.length)).exp()
    }

    /// Covariances of so many quantities, given the rows.
    pub fn field(&self, points: Vec<Linear>) -> Field<'_> {
        let white = whitened(&self.root, &points);
        let m = points.len();
        let told = match &self.factor {
            None => DMatrix::zeros(0, m),
            Some(factor) => {
                let mut cross = &self.white * white.transpose();
                if self.eta > 0.0 {
                    for (k, mut column) in cross.column_iter_mut().enumerate() {
                        for (row, value) in self.rows.iter().zip(column.iter_mut()) {
                            *value += self.beside(row, &points[k]);
                        }
                    }
                }
                factor.l_dirty().solve_lower_triangular(&cross).unwrap_or_else(|| DMatrix::zeros(self.rows.len(), m))
            }
        };
        let variance = (0..m)
            .map(|k| {
                let before = white.row(k).norm_squared() + self.beside(&points[k], &points[k]);
                (before - told.column(k).norm_squared()).max(0.0)
            })
            .collect();
        Field { belief: self, points, white, told, variance, columns: RefCell::new(vec![None; m]) }
    }
}

/// Gradients times R.
fn whitened(root: &DMatrix<f64>, points: &[Linear]) -> DMatrix<f64> {
    DMatrix::from_fn(points.len(), root.nrows(), |k, i| points[k].gradient[i]) * root
}

/// Quantities with their covariances given the rows; columns are worked out once, when asked for.
pub struct Field<'a> {
    belief: &'a Belief,
    points: Vec<Linear>,
    white: DMatrix<f64>,
    told: DMatrix<f64>,
    variance: Vec<f64>,
    columns: RefCell<Vec<Option<DVector<f64>>>>,
}

impl Field<'_> {
    /// How many quantities.
    pub fn len(&self) -> usize {
        self.points.len()
    }
    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
    /// Their variances given the rows.
    pub fn variances(&self) -> &[f64] {
        &self.variance
    }
    /// Covariance of the k-th with every one of them, given the rows.
    pub fn column(&self, k: usize) -> DVector<f64> {
        if let Some(known) = &self.columns.borrow()[k] {
            return known.clone();
        }
        let mut column = &self.white * self.white.row(k).transpose();
        column.gemv_tr(-1.0, &self.told, &self.told.column(k), 1.0);
        if self.belief.eta > 0.0 {
            for (value, point) in column.iter_mut().zip(&self.points) {
                *value += self.belief.beside(point, &self.points[k]);
            }
        }
        self.columns.borrow_mut()[k] = Some(column.clone());
        column
    }
    /// The whole covariance given the rows.
    pub fn covariance(&self) -> DMatrix<f64> {
        let columns: Vec<DVector<f64>> = (0..self.len()).map(|k| self.column(k)).collect();
        if columns.is_empty() { DMatrix::zeros(0, 0) } else { DMatrix::from_columns(&columns) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two variables, three rows: the textbook formulas by matrices.
    #[test]
    fn a_field_is_the_conditional_covariance() {
        let root = DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.4, 0.8]);
        let point = |a: f64, b: f64, x: f64| {
            let mut at = [0.0; MAX_INPUTS];
            at[0] = x;
            Linear { gradient: vec![a, b], at: Some(at) }
        };
        let rows = vec![point(1.0, 0.2, 0.0), point(0.3, -1.0, 1.0), point(0.5, 0.5, 2.5)];
        let asked = vec![point(0.7, 0.1, 0.5), Linear { gradient: vec![0.0, 1.0], at: None }];
        let noise = [0.1, 0.2, 0.15];
        let (eta, length) = (0.3, 1.5);
        let belief = Belief::new(root.clone(), rows.clone(), &noise, eta, length).expect("it is positive definite");
        let all: Vec<Linear> = rows.into_iter().chain(asked.clone()).collect();
        let prior = &root * root.transpose();
        let full = DMatrix::from_fn(5, 5, |a, b| {
            let g = |k: usize| DVector::from_vec(all[k].gradient.clone());
            let beside = match (&all[a].at, &all[b].at) {
                (Some(x), Some(y)) => eta * eta * (-(x[0] - y[0]).powi(2) / (2.0 * length * length)).exp(),
                _ => 0.0,
            };
            (g(a).transpose() * &prior * g(b))[0] + beside
        });
        let noisy = full.view((0, 0), (3, 3)) + DMatrix::from_diagonal(&DVector::from_fn(3, |k, _| noise[k].powi(2)));
        let cross = full.view((0, 3), (3, 2));
        let want = full.view((3, 3), (2, 2)) - cross.transpose() * noisy.try_inverse().expect("it is") * cross;
        let got = belief.field(asked).covariance();
        assert!((&got - &want).amax() < 1e-12, "{got} {want}");
    }
}
