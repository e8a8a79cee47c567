//! A covariance σ²(N + r K) for many σ and r at the price of one: N and K are made diagonal
//! together, after which every quadratic form is a weighted sum.

use super::shapes::{SHAPES, integrals};
use nalgebra::DMatrix;

/// The prior standard deviation of the slope b, to the power −2.
const PRECISION: f64 = 4.0;

/// K(u, u′) of the drift δ, an integrated random walk that starts flat at u = 0, for τ = 1.
fn drift(u: f64, v: f64) -> f64 {
    let (near, far) = (u.abs().min(v.abs()), u.abs().max(v.abs()));
    0.5 * near * near * (far - near / 3.0)
}

/// ln y, the constant and every shape, in the coordinates where noise and drift are both diagonal.
pub struct Spectrum {
    /// Variances of the drift along the coordinates, with τ = σ = 1.
    lambda: Vec<f64>,
    /// ½ ln det N.
    half_log_det: f64,
    /// Per coordinate: ln y · ln y, ln y · 1, 1 · 1.
    plain: Vec<[f64; 3]>,
    /// Per coordinate, for every shape: H · H, H · 1, H · ln y.
    products: Vec<[[f64; SHAPES]; 3]>,
    /// What was taken from ln y, so that sums lose no digits.
    level: f64,
    /// The same of every shape.
    centre: Box<[f64; SHAPES]>,
}

/// The posterior of one (τ, σ): the curve under shape k is g + b H(u).
pub struct Conditional {
    /// Log evidence of each shape.
    pub evidence: [f64; SHAPES],
    /// Value at u = 0, for the posterior mean of b.
    pub g: [f64; SHAPES],
    /// Posterior mean of b.
    pub b: [f64; SHAPES],
    /// Posterior variance of b.
    pub variance: [f64; SHAPES],
    /// H where the level is known best: the variance of the curve there is 1/q alone.
    pub pivot: [f64; SHAPES],
    /// Precision of the level.
    pub q: f64,
}

impl Default for Conditional {
    fn default() -> Self {
        let zero = [0.0; SHAPES];
        Self { evidence: zero, g: zero, b: zero, variance: zero, pivot: zero, q: 0.0 }
    }
}

/// H of every shape at every point.
pub fn design(u: &[f64]) -> Vec<[f64; SHAPES]> {
    let mut h = vec![[0.0; SHAPES]; u.len()];
    for (row, &u) in h.iter_mut().zip(u) {
        integrals(u, row);
    }
    h
}

impl Spectrum {
    /// For points at u with logarithms l, the design at u, and noise covariance N (for σ = 1).
    /// None if N is not positive definite.
    pub fn new(u: &[f64], l: &[f64], h: &[[f64; SHAPES]], noise: impl Fn(usize, usize) -> f64) -> Option<Self> {
        let n = u.len();
        let factor = DMatrix::from_fn(n, n, noise).cholesky()?.unpack();
        let half_log_det = factor.diagonal().iter().map(|pivot| pivot.ln()).sum();
        let mut inverse = DMatrix::identity(n, n);
        factor.solve_lower_triangular_mut(&mut inverse);
        let walk = DMatrix::from_fn(n, n, |i, j| drift(u[i], u[j]));
        let eigen = (&inverse * walk * inverse.transpose()).symmetric_eigen();
        let turn = eigen.eigenvectors.transpose() * inverse;

        let level = l.iter().sum::<f64>() / n as f64;
        let mut centre = Box::new([0.0; SHAPES]);
        for row in h {
            for (sum, h) in centre.iter_mut().zip(row) {
                *sum += h / n as f64;
            }
        }
        let mut plain = vec![[0.0; 3]; n];
        let mut products = vec![[[0.0; SHAPES]; 3]; n];
        let mut turned = [0.0; SHAPES];
        for i in 0..n {
            turned.fill(0.0);
            let (mut one, mut own) = (0.0, 0.0);
            for j in 0..n {
                let t = turn[(i, j)];
                one += t;
                own += t * (l[j] - level);
                for ((sum, h), centre) in turned.iter_mut().zip(&h[j]).zip(centre.iter()) {
                    *sum += t * (h - centre);
                }
            }
            plain[i] = [own * own, own * one, one * one];
            for k in 0..SHAPES {
                let h = turned[k];
                products[i][0][k] = h * h;
                products[i][1][k] = h * one;
                products[i][2][k] = h * own;
            }
        }
        let lambda = eigen.eigenvalues.iter().map(|value| value.max(0.0)).collect();
        Some(Self { lambda, half_log_det, plain, products, level, centre })
    }

    /// Evidence and posterior of every shape where the drift has scale `tau` and the noise `sigma`,
    /// with a flat level and b ~ N(0, ¼) cut to b ≤ 0.
    pub fn condition(&self, tau: f64, sigma: f64, out: &mut Conditional) {
        let ratio = (tau / sigma) * (tau / sigma);
        let mut plain = [0.0; 3];
        let mut log_det = self.half_log_det + self.lambda.len() as f64 * sigma.ln();
        let mut sums = [[0.0; SHAPES]; 3];
        for ((&lambda, own), products) in self.lambda.iter().zip(&self.plain).zip(&self.products) {
            let spread = 1.0 + ratio * lambda;
            let weight = 1.0 / (sigma * sigma * spread);
            log_det += 0.5 * spread.ln();
            for (sum, value) in plain.iter_mut().zip(own) {
                *sum += weight * value;
            }
            for (sums, products) in sums.iter_mut().zip(products) {
                for (sum, product) in sums.iter_mut().zip(products) {
                    *sum += weight * product;
                }
            }
        }
        let [ll, l1, q] = plain;
        let (mean, own) = (l1 / q, ll - l1 * l1 / q);
        let common = -log_det - 0.5 * q.ln() - 0.5 * own - 0.5 * (1.0 / PRECISION).ln() + std::f64::consts::LN_2;
        for k in 0..SHAPES {
            let pivot = sums[1][k] / q;
            let a = (sums[0][k] - pivot * sums[1][k]).max(0.0) + PRECISION;
            let along = sums[2][k] - pivot * l1;
            let (b, variance) = (along / a, 1.0 / a);
            let sd = variance.sqrt();
            let (log_below, hazard) = super::normal::log_cdf_and_hazard(-b / sd);
            out.evidence[k] = common + 0.5 * along * b - 0.5 * a.ln() + log_below;
            out.b[k] = b - sd * hazard;
            out.variance[k] = variance * (1.0 + b / sd * hazard - hazard * hazard).max(1e-3);
            out.pivot[k] = pivot + self.centre[k];
            out.g[k] = self.level + mean - out.b[k] * out.pivot[k];
        }
        out.q = q;
    }
}
