//! What a law leaves out: a Gaussian process beside it, so that a prediction beyond the rows says
//! how wrong the law may be there, and not only how well its parameters are known.
//!
//! ln y = ln law(x; q) + δ(x) + ε, δ a Gaussian process with covariance η² exp(−|x − x′|²/2ℓ²), x
//! the logarithms of the inputs in e-folds; the law linearised at the fit, a flat prior on its
//! free variables q, η, ℓ and the noise summed over a grid. The prediction is the weighted mixture
//! of normals. Intervals that hold only if the law is right cover a third to two thirds of held-out
//! extrapolations on real runs; these cover about what they say.

use super::identifiability::Variables;
use super::interval::{proposal_2, spaced};
use super::mixture::{Mixture, Part};
use crate::law::{Law, MAX_INPUTS};
use nalgebra::{DMatrix, DVector};
use statrs::distribution::{ContinuousCDF, Normal};

/// Sizes of what the law leaves out, on ln y.
const ETA: [f64; 8] = [0.0, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064];
/// Lengths over which it stays the same, in e-folds of the inputs.
const LENGTH: [f64; 3] = [1.0, 2.0, 4.0];
/// Sizes of the noise, in units of the residuals' root mean square.
const NOISE: [f64; 5] = [0.35, 0.5, 0.7, 1.0, 1.3];
/// Scale of the half-normal prior on η.
const ETA_PRIOR: f64 = 0.03;
/// Logarithm of what no discrepancy at all is worth less than the smallest.
const NONE: f64 = 0.7;
/// Residuals are cut at this many scales.
const CUT: f64 = 4.0;
/// Rows beyond which every k-th is taken, in order of the inputs.
const ROWS: usize = 250;
/// Rows beyond which the cheap fallback stands in.
pub const MANY: usize = 2_000;
/// Growth of the fallback's spread: per root of an e-fold of compute beyond the rows.
const FALLBACK: f64 = 0.0075;
/// Singular values of the columns, of unit length, below which a direction is not determined.
const FLAT: f64 = 1e-9;
/// Share of a gradient along such directions above which nothing can be said.
const LOST: f64 = 1e-6;

/// A law, rows and what the law leaves out.
#[derive(Clone)]
pub struct Discrepancy {
    law: &'static dyn Law,
    theta: Vec<f64>,
    variables: Variables,
    /// Logarithms of the inputs, row by row.
    x: Vec<[f64; MAX_INPUTS]>,
    /// From gradients in the variables to the determined directions, and to those that are not.
    onto: DMatrix<f64>,
    off: DMatrix<f64>,
    bases: Vec<Basis>,
    members: Vec<Member>,
}

/// The process of one length in the basis in which it is diagonal.
#[derive(Clone)]
struct Basis {
    length: f64,
    vectors: DMatrix<f64>,
    values: DVector<f64>,
    /// Gradients and residuals in it.
    j: DMatrix<f64>,
    r: DVector<f64>,
}

/// One setting of the grid.
#[derive(Clone)]
struct Member {
    basis: usize,
    eta: f64,
    sigma: f64,
    weight: f64,
    q: DVector<f64>,
    inverse: DMatrix<f64>,
}

/// A new run's predicted value: median and the ends of an interval, in the output's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewRun {
    /// Median.
    pub median: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

impl NewRun {
    /// Of the distribution of its logarithm.
    pub fn of(ln: &Mixture, level: f64) -> Option<Self> {
        let at = |p: f64| ln.quantile(p).map(f64::exp);
        let tail = 0.5 * (1.0 - level);
        Some(Self { median: at(0.5)?, lower: at(tail)?, upper: at(1.0 - tail)? })
    }
}

impl Discrepancy {
    /// At a fit of a law: its parameters, the free variables that they follow from, and the rows,
    /// inputs in card order. `None` where it does not apply: an input, a measured or a predicted
    /// value that is not positive, no degree of freedom, more than [`MANY`] rows, or rows that the
    /// law matches to rounding.
    pub fn new(
        law: &'static dyn Law,
        theta: &[f64],
        variables: &Variables,
        inputs: &[Vec<f64>],
        measured: &[f64],
    ) -> Option<Self> {
        let n = measured.len();
        if n > MANY || inputs.len() != law.card().inputs.len() || inputs.iter().any(|c| c.len() != n) {
            return None;
        }
        let free = variables.0.len();
        let at = |row: usize| inputs.iter().map(|column| column[row]).collect::<Vec<f64>>();
        let mut order: Vec<usize> = (0..n).collect();
        if n > ROWS {
            let key = |row: &usize| at(*row);
            order.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(b)));
            order = spaced(&order, ROWS);
        }
        let points: Vec<Vec<f64>> = order.iter().map(|&row| at(row)).collect();
        let x: Vec<[f64; MAX_INPUTS]> = points.iter().map(|x| logarithms(x)).collect::<Option<_>>()?;
        let predicted = points.iter().map(|x| law.predict(x, theta));
        let r: Vec<f64> = order.iter().zip(predicted).map(|(&row, y)| (measured[row] / y).ln()).collect();
        if order.len() <= free || !r.iter().all(|v| v.is_finite()) {
            return None;
        }
        let scale = proposal_2(&r, free);
        let r = DVector::from_iterator(r.len(), r.iter().map(|v| v.clamp(-CUT * scale, CUT * scale)));
        let rms = (r.norm_squared() / (r.len() - free) as f64).sqrt();
        if rms < 1e-10 {
            return None;
        }
        let mut out = Self {
            law,
            theta: theta.to_vec(),
            variables: variables.clone(),
            x,
            onto: DMatrix::zeros(0, 0),
            off: DMatrix::zeros(0, 0),
            bases: Vec::new(),
            members: Vec::new(),
        };
        let rows: Vec<Vec<f64>> = points.iter().map(|x| out.gradient(x)).collect();
        let j = DMatrix::from_fn(rows.len(), free, |k, i| rows[k][i]);
        let j = out.split(&j)?;
        out.bases = LENGTH.iter().map(|&length| out.basis(length, &j, &r)).collect();
        out.weigh(rms);
        Some(out)
    }

    /// ∂ ln law/∂q at a point.
    fn gradient(&self, x: &[f64]) -> Vec<f64> {
        let ln = |theta: &[f64]| self.law.predict(x, theta).ln();
        self.variables.gradient(self.law.card(), &self.theta, &ln)
    }

    /// Columns of unit length, and the directions that they determine: the gradients along those.
    fn split(&mut self, j: &DMatrix<f64>) -> Option<DMatrix<f64>> {
        if !j.iter().all(|v| v.is_finite()) {
            return None;
        }
        let length: Vec<f64> = j.column_iter().map(|column| column.norm()).collect();
        let p = length.len();
        let inverse = |i: usize| if length[i] > 0.0 { 1.0 / length[i] } else { 1.0 };
        let scaled = DMatrix::from_fn(j.nrows(), p, |k, i| j[(k, i)] * inverse(i));
        let svd = scaled.qr().r().svd(false, true);
        let v_t = svd.v_t?;
        let most = svd.singular_values.max();
        let (mut onto, mut off) = (Vec::new(), Vec::new());
        for (k, sigma) in svd.singular_values.iter().enumerate() {
            let row = DVector::from_fn(p, |i, _| v_t[(k, i)] * inverse(i));
            if *sigma > FLAT * most { onto.push(row) } else { off.push(row) }
        }
        let columns = |list: Vec<DVector<f64>>| match list.is_empty() {
            true => DMatrix::zeros(p, 0),
            false => DMatrix::from_columns(&list),
        };
        (self.onto, self.off) = (columns(onto), columns(off));
        (self.onto.ncols() > 0).then(|| j * &self.onto)
    }

    fn kernel(a: &[f64; MAX_INPUTS], b: &[f64; MAX_INPUTS], length: f64) -> f64 {
        let square: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
        (-square / (2.0 * length * length)).exp()
    }

    fn basis(&self, length: f64, j: &DMatrix<f64>, r: &DVector<f64>) -> Basis {
        let n = self.x.len();
        let k = DMatrix::from_fn(n, n, |a, b| Self::kernel(&self.x[a], &self.x[b], length));
        let eigen = k.symmetric_eigen();
        let t = eigen.eigenvectors.transpose();
        Basis {
            length,
            values: eigen.eigenvalues.map(|v| v.max(0.0)),
            j: &t * j,
            r: &t * r,
            vectors: eigen.eigenvectors,
        }
    }

    /// Solves and weighs every setting of the grid.
    fn weigh(&mut self, rms: f64) {
        let mut weighed: Vec<(f64, Member)> = Vec::new();
        for &eta in &ETA {
            // Without a discrepancy its length means nothing: counted once.
            let lengths = if eta == 0.0 { 1 } else { LENGTH.len() };
            for (basis, of) in self.bases.iter().enumerate().take(lengths) {
                for &noise in &NOISE {
                    let sigma = rms * noise;
                    let Some((ln_likelihood, q, inverse)) = of.solve(eta, sigma) else { continue };
                    let prior = -0.5 * (eta / ETA_PRIOR).powi(2) - noise.ln() - if eta == 0.0 { NONE } else { 0.0 };
                    weighed.push((ln_likelihood + prior, Member { basis, eta, sigma, weight: 0.0, q, inverse }));
                }
            }
        }
        let most = weighed.iter().fold(f64::NEG_INFINITY, |a, (w, _)| a.max(*w));
        let total: f64 = weighed.iter().map(|(w, _)| (w - most).exp()).sum();
        let weight = |w: f64| (w - most).exp() / total;
        self.members = weighed.into_iter().map(|(w, member)| Member { weight: weight(w), ..member }).collect();
    }

    /// Posterior mean of η, the size of what the law leaves out.
    pub fn eta(&self) -> f64 {
        self.members.iter().map(|m| m.weight * m.eta).sum()
    }

    /// The logarithm of a new measurement at a point of positive inputs, card order. `None` where it
    /// depends on directions that the rows do not determine.
    pub fn forecast(&self, x: &[f64]) -> Option<Mixture> {
        let ln = logarithms(x)?;
        let centre = self.law.predict(x, &self.theta).ln();
        let g = DVector::from_vec(self.gradient(x));
        if !(centre.is_finite() && g.iter().all(|v| v.is_finite())) {
            return None;
        }
        let (seen, lost) = (self.onto.tr_mul(&g), self.off.tr_mul(&g));
        if lost.norm() > LOST * seen.norm().max(f64::MIN_POSITIVE) {
            return None;
        }
        Some(Mixture(self.mixture(centre, &ln, &seen)))
    }

    /// Median and interval of the same.
    pub fn new_run(&self, x: &[f64], level: f64) -> Option<NewRun> {
        NewRun::of(&self.forecast(x)?, level)
    }

    /// Each setting's prediction around the law's.
    fn mixture(&self, centre: f64, ln: &[f64; MAX_INPUTS], g: &DVector<f64>) -> Vec<Part> {
        let near: Vec<DVector<f64>> = self
            .bases
            .iter()
            .map(|basis| {
                let k = self.x.iter().map(|x| Self::kernel(x, ln, basis.length));
                basis.vectors.tr_mul(&DVector::from_iterator(self.x.len(), k))
            })
            .collect();
        self.members
            .iter()
            .map(|m| {
                let basis = &self.bases[m.basis];
                let (square, noise) = (m.eta * m.eta, m.sigma * m.sigma);
                // k C⁻¹ in the basis in which C is diagonal.
                let k = DVector::from_fn(basis.values.len(), |i, _| {
                    square * near[m.basis][i] / (noise + square * basis.values[i])
                });
                let h = g - basis.j.tr_mul(&k);
                let mean = g.dot(&m.q) + k.dot(&(&basis.r - &basis.j * &m.q));
                let told = square * k.dot(&near[m.basis]);
                let variance = square - told + h.dot(&(&m.inverse * &h)) + noise;
                Part { weight: m.weight, mean: centre + mean, sd: variance.max(noise).sqrt() }
            })
            .collect()
    }
}

impl Basis {
    /// ln of the restricted likelihood, the law's correction, and its covariance.
    fn solve(&self, eta: f64, sigma: f64) -> Option<(f64, DVector<f64>, DMatrix<f64>)> {
        let c = self.values.map(|v| sigma * sigma + eta * eta * v);
        let mut weighted = self.j.clone();
        for (k, mut row) in weighted.row_iter_mut().enumerate() {
            row /= c[k];
        }
        let factor = self.j.tr_mul(&weighted).cholesky()?;
        let q = factor.solve(&weighted.tr_mul(&self.r));
        let e = &self.r - &self.j * &q;
        let ln_det_m: f64 = factor.l().diagonal().iter().map(|v| 2.0 * v.ln()).sum();
        let ln_det_c: f64 = c.iter().map(|v| v.ln()).sum();
        let misfit: f64 = e.iter().zip(c.iter()).map(|(e, c)| e * e / c).sum();
        Some((-0.5 * (ln_det_c + ln_det_m + misfit), q, factor.inverse()))
    }
}

fn logarithms(x: &[f64]) -> Option<[f64; MAX_INPUTS]> {
    let mut out = [0.0; MAX_INPUTS];
    for (out, v) in out.iter_mut().zip(x) {
        *out = v.ln();
    }
    (x.len() <= MAX_INPUTS && x.iter().all(|v| *v > 0.0 && v.is_finite())).then_some(out)
}

/// The cheap fallback, where the process does not apply: the interval of the law (on its logarithm)
/// widened by the noise of a measurement and by a spread that grows with the root of the e-folds of
/// compute beyond the rows. It covers clearly less well.
pub fn fallback(estimate: f64, law: (f64, f64), noise: f64, beyond: f64, level: f64) -> Option<NewRun> {
    let z = Normal::standard().inverse_cdf(0.5 * (1.0 + level));
    let grown = (z * FALLBACK).powi(2) * beyond.max(0.0) + (z * noise).powi(2);
    let widened = |end: f64, side: f64| (estimate.ln() + side * ((estimate / end).ln().powi(2) + grown).sqrt()).exp();
    let positive = estimate > 0.0 && law.0 > 0.0 && law.1 > 0.0;
    let run = NewRun { median: estimate, lower: widened(law.0, -1.0), upper: widened(law.1, 1.0) };
    (positive && run.lower.is_finite() && run.upper.is_finite()).then_some(run)
}
