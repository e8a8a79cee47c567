//! Covariance of the parameters at the minimum, in the solver's variables, and mapped to natural
//! parameters by the transform's slope in one place.

use crate::base::word::Word;
use crate::engine::fit::Fit;
use crate::engine::fit::certificate::{at_bound, flat_parameters};
use crate::engine::fit::problem::Binding;
use crate::engine::solve::{Evaluation, Problem};
use crate::law::Order;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How a covariance is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// s² (JᵀWJ)⁻¹ with s² = Σ w r²/(n − p): right for squared loss and independent errors of one size.
    GaussNewton,
    /// s² H⁻¹ with the true Hessian.
    Observed,
    /// H⁻¹ (Σ (wρ′)² ∇r∇rᵀ) H⁻¹ · n/(n − p): right for any loss, and for errors of unequal size.
    #[default]
    Sandwich,
    /// The same with the rows of a group summed before squaring: right when a group's errors go together.
    Cluster,
}

impl Kind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::GaussNewton => "Gauss–Newton covariance",
            Self::Observed => "observed-Hessian covariance",
            Self::Sandwich => "sandwich covariance",
            Self::Cluster => "cluster-robust covariance",
        }
    }
}

impl Word for Kind {
    const WHAT: &'static str = "covariance";
    // A cluster's comes with its labels, and is not asked for.
    const ALL: &'static [Self] = &[Self::Sandwich, Self::GaussNewton, Self::Observed];
    fn name(self) -> &'static str {
        match self {
            Self::GaussNewton => "gauss-newton",
            Self::Observed => "observed",
            Self::Sandwich => "sandwich",
            Self::Cluster => "cluster",
        }
    }
}

/// A covariance in the solver's variables.
#[derive(Clone, Debug)]
pub struct Covariance {
    /// How it was made.
    pub kind: Kind,
    /// Over all variables; rows and columns of variables without one are zero.
    pub matrix: DMatrix<f64>,
    /// Variables without a meaningful variance: at a bound, or along a flat direction.
    pub undetermined: Vec<usize>,
    /// n − p.
    pub degrees_of_freedom: usize,
}

/// The covariance of a fit. `None` where there are no degrees of freedom or no curvature.
pub fn covariance(fit: &Fit, kind: Kind, groups: Option<&[String]>) -> Option<Covariance> {
    let setup = &fit.setup;
    let problem = setup.problem();
    let n = setup.free();
    let rows = problem.row_derivatives(&fit.q);
    let degrees_of_freedom = rows.len().checked_sub(n).filter(|d| *d > 0)?;
    let variable = |j: usize| match setup.bindings[j] {
        Binding::Free(i, _) => Some(i),
        Binding::Fixed(_) => None,
    };
    let mut undetermined: Vec<usize> = at_bound(setup, &fit.theta)
        .into_iter()
        .chain(flat_parameters(setup, &problem, &fit.q))
        .filter_map(variable)
        .collect();
    undetermined.sort_unstable();
    undetermined.dedup();
    let kept: Vec<usize> = (0..n).filter(|i| !undetermined.contains(i)).collect();
    let m = kept.len();
    if m == 0 {
        return None;
    }
    let loss = setup.objective.loss;
    let sum_of_squares: f64 = rows.iter().map(|(r, w, _)| w * r * r).sum();
    let s2 = sum_of_squares / degrees_of_freedom as f64;
    let gram = |weight: &dyn Fn(f64, f64) -> f64| {
        let mut out = DMatrix::zeros(m, m);
        for (r, w, g) in &rows {
            let v = DVector::from_iterator(m, kept.iter().map(|&i| g[i]));
            out.ger(weight(*r, *w), &v, &v, 1.0);
        }
        out
    };
    let hessian = || -> Option<DMatrix<f64>> {
        if loss.is_kinked() {
            // The density of the residuals at zero, by a uniform kernel.
            let width = 1.06 * s2.sqrt() * (rows.len() as f64).powf(-0.2);
            return Some(gram(&|r, w| if r.abs() <= width { w / width } else { 0.0 }));
        }
        let mut here = Evaluation::new(n);
        problem
            .evaluate(&fit.q, Order::Second, &mut here)
            .then(|| DMatrix::from_fn(m, m, |a, b| here.hessian[kept[a] * n + kept[b]]))
    };
    let inner = match kind {
        Kind::GaussNewton => inverse_gram(&rows, &kept)? * s2,
        Kind::Observed => invert(hessian()?)? * s2,
        Kind::Sandwich => {
            let bread = invert(hessian()?)?;
            let meat = gram(&|r, w| (w * loss.rho(r).slope).powi(2));
            let small_sample = rows.len() as f64 / degrees_of_freedom as f64;
            &bread * meat * &bread * small_sample
        }
        Kind::Cluster => {
            let bread = invert(hessian()?)?;
            let labels = groups?;
            let mut scores: Vec<DVector<f64>> = Vec::new();
            let mut place: HashMap<&String, usize> = HashMap::new();
            // Rows of no weight have a label and no derivatives.
            let weighted = labels.iter().zip(&setup.rows.weight).filter(|(_, w)| **w > 0.0).map(|(label, _)| label);
            for (label, (r, w, g)) in weighted.zip(&rows) {
                let score = DVector::from_iterator(m, kept.iter().map(|&i| w * loss.rho(*r).slope * g[i]));
                let at = *place.entry(label).or_insert(scores.len());
                match scores.get_mut(at) {
                    Some(sum) => *sum += score,
                    None => scores.push(score),
                }
            }
            let count = scores.len() as f64;
            if count < 2.0 {
                return None;
            }
            let mut meat = DMatrix::zeros(m, m);
            for score in &scores {
                meat.ger(1.0, score, score, 1.0);
            }
            &bread * meat * &bread * (count / (count - 1.0))
        }
    };
    let mut matrix = DMatrix::zeros(n, n);
    for (a, &i) in kept.iter().enumerate() {
        for (b, &j) in kept.iter().enumerate() {
            matrix[(i, j)] = inner[(a, b)];
        }
    }
    Some(Covariance { kind, matrix, undetermined, degrees_of_freedom })
}

/// (JᵀWJ)⁻¹ from the triangular factor of W^½J, its columns scaled to unit length: forming JᵀWJ
/// would cost half the digits. `None` if a column depends on the others.
fn inverse_gram(rows: &[(f64, f64, Vec<f64>)], kept: &[usize]) -> Option<DMatrix<f64>> {
    let m = kept.len();
    let length = |i: usize| rows.iter().map(|(_, w, g)| w * g[i] * g[i]).sum::<f64>().sqrt();
    let scale: Vec<f64> = kept.iter().map(|&i| length(i)).collect();
    if !scale.iter().all(|s| s.is_finite() && *s > 0.0) {
        return None;
    }
    let scaled = DMatrix::from_fn(rows.len(), m, |k, a| rows[k].1.sqrt() * rows[k].2[kept[a]] / scale[a]);
    let factor = scaled.qr().r();
    if (0..m).any(|a| factor[(a, a)].abs() <= 16.0 * f64::EPSILON) {
        return None;
    }
    let inverse = factor.solve_upper_triangular(&DMatrix::identity(m, m))?;
    let inverse = &inverse * inverse.transpose();
    Some(DMatrix::from_fn(m, m, |a, b| inverse[(a, b)] / (scale[a] * scale[b])))
}

/// The inverse by Cholesky after scaling to unit diagonal, which keeps the digits that unlike
/// units would cost. `None` if not positive definite.
fn invert(matrix: DMatrix<f64>) -> Option<DMatrix<f64>> {
    let scale: Vec<f64> = matrix.diagonal().iter().map(|d| d.sqrt()).collect();
    if scale.iter().any(|s| s.is_nan() || *s <= 0.0) {
        return None;
    }
    let n = scale.len();
    let scaled = DMatrix::from_fn(n, n, |i, j| matrix[(i, j)] / (scale[i] * scale[j]));
    let inverse = scaled.cholesky()?.inverse();
    Some(DMatrix::from_fn(n, n, |i, j| inverse[(i, j)] / (scale[i] * scale[j])))
}

impl Covariance {
    /// In natural parameters, card order: zero for fixed and undetermined ones.
    pub fn natural(&self, fit: &Fit) -> Vec<Vec<f64>> {
        let slopes = fit.setup.problem().slopes(&fit.theta);
        let entry = |a: &Option<(usize, f64)>, b: &Option<(usize, f64)>| match (a, b) {
            (Some((i, si)), Some((j, sj))) => self.matrix[(*i, *j)] * si * sj,
            _ => 0.0,
        };
        slopes.iter().map(|a| slopes.iter().map(|b| entry(a, b)).collect()).collect()
    }
}
