//! The quadratic spline through ordered points.

use nalgebra::{DMatrix, DVector};

/// A piecewise quadratic, continuously differentiable curve through points, with its knots midway
/// between them except beside the ends, where there are none.
#[derive(Clone, Debug)]
pub struct QuadraticSpline {
    knots: Vec<f64>,
    ordinates: Vec<f64>,
}

impl QuadraticSpline {
    /// The spline through at least three points, `x` strictly ascending.
    pub fn new(x: &[f64], y: &[f64]) -> Option<Self> {
        let n = x.len();
        if n < 3 || y.len() != n || !x.windows(2).all(|pair| pair[0] < pair[1]) {
            return None;
        }
        let mut knots = vec![x[0]; 3];
        knots.extend((1..n - 2).map(|i| 0.5 * (x[i] + x[i + 1])));
        knots.extend([x[n - 1]; 3]);
        let mut collocation = DMatrix::zeros(n, n);
        for (row, &at) in x.iter().enumerate() {
            let (first, basis) = basis(&knots, at);
            for (k, value) in basis.into_iter().enumerate() {
                collocation[(row, first + k)] = value;
            }
        }
        let ordinates = collocation.lu().solve(&DVector::from_column_slice(y))?;
        Some(Self { knots, ordinates: ordinates.as_slice().to_vec() })
    }

    /// The curve; beyond the ends, its first and last parabola.
    pub fn at(&self, x: f64) -> f64 {
        let (first, basis) = basis(&self.knots, x);
        basis.iter().zip(&self.ordinates[first..]).map(|(b, c)| b * c).sum()
    }
}

/// The three quadratic B-splines that do not vanish at x, and the number of the first.
fn basis(t: &[f64], x: f64) -> (usize, [f64; 3]) {
    let last = t.len() - 4;
    let i = (2..last).find(|&i| x < t[i + 1]).unwrap_or(last);
    let rise = (x - t[i]) / (t[i + 1] - t[i]);
    let left = (x - t[i - 1]) / (t[i + 1] - t[i - 1]);
    let right = (x - t[i]) / (t[i + 2] - t[i]);
    let fall = 1.0 - rise;
    (i - 2, [(1.0 - left) * fall, left * fall + (1.0 - right) * rise, right * rise])
}
