//! A fit as a design starts from it.

use super::belief::{Belief, Linear};
use crate::engine::fit::certificate::at_bound;
use crate::engine::fit::identify::centred;
use crate::engine::fit::{Fit, Setup, adaptive, repose};
use crate::engine::uncertainty::identifiability::Variables;
use crate::engine::uncertainty::interval::spaced;
use crate::engine::uncertainty::profile::noise_of;
use crate::law::{Law, MAX_INPUTS, Role, Transform};
use crate::record::{Noise, Record};
use nalgebra::DMatrix;

/// Rows beyond which every k-th stands for its neighbours.
const ROWS: usize = 250;
/// Prior standard deviations: of a coefficient's logarithm, inputs in units of their geometric mean;
/// of the logarithm of a coefficient without an input, and of an exponent.
const COEFFICIENT: f64 = 1.0;
const EXPONENT: f64 = 0.5;

/// A fit: the problem with its rows, the answer, the noise.
#[derive(Clone)]
pub struct Fitted {
    /// The problem.
    pub setup: Setup,
    /// The solver's variables at the answer.
    pub q: Vec<f64>,
    /// The noise of a row on the residual scale.
    pub noise: Noise,
    /// The variables that the rows move, and the parameters that follow from each.
    pub(super) moving: (Vec<usize>, Variables),
    theta: Vec<f64>,
}

impl Fitted {
    /// Of a fit in hand. `None` if its residuals show no noise.
    pub fn of_fit(fit: &Fit) -> Option<Self> {
        Self::new(fit.setup.clone(), fit.q.clone(), noise_of(fit)?)
    }

    /// Of a saved record. `None` if it keeps no rows, or they show no noise.
    pub fn of_record(law: &'static dyn Law, record: &Record) -> Option<Self> {
        let (setup, q) = repose::repose(law, record)?;
        let around = || adaptive::noise_around(&setup, &q).map(|scale| Noise { scale, delta: None });
        let noise = record.noise.or_else(around)?;
        Self::new(setup, q, noise)
    }

    /// Of a problem and its answer. `None` if there is no noise, or a prediction is not positive.
    pub fn new(setup: Setup, q: Vec<f64>, noise: Noise) -> Option<Self> {
        let theta = setup.problem().theta(&q);
        let bound = at_bound(&setup, &theta);
        let held = |i: &usize| setup.parameters_of(&[*i]).iter().any(|j| bound.contains(j));
        let moving: Vec<usize> = (0..setup.free()).filter(|i| !held(i)).collect();
        let groups = Variables(moving.iter().map(|&i| setup.parameters_of(&[i])).collect());
        let out = Self { setup, q, noise, moving: (moving, groups), theta };
        let positive = (0..out.setup.rows.len()).all(|k| out.law().predict(&out.row(k), &out.theta) > 0.0);
        (out.noise.scale > 0.0 && positive && !out.moving.0.is_empty()).then_some(out)
    }

    /// The law.
    pub fn law(&self) -> &'static dyn Law {
        self.setup.law
    }

    /// Parameters at the answer, card order.
    pub fn theta(&self) -> &[f64] {
        &self.theta
    }

    /// Inputs of a row, card order.
    pub fn row(&self, k: usize) -> Vec<f64> {
        self.setup.rows.inputs.iter().map(|column| column[k]).collect()
    }

    /// What the rows cost together, and the dearest of them, by the law's own cost.
    pub fn spent(&self) -> Option<(f64, f64)> {
        let cost = self.law().card().allocation.as_ref()?.cost;
        let costs = (0..self.setup.rows.len()).map(|k| (cost.of)(&self.row(k)[..cost.inputs.len()]));
        Some(costs.fold((0.0, 0.0), |(sum, most), c| (sum + c, f64::max(most, c))))
    }

    /// Gradient of a function of the parameters in the moving variables.
    pub(super) fn gradient(&self, f: &dyn Fn(&[f64]) -> f64) -> Option<Vec<f64>> {
        let g = self.moving.1.gradient(self.law().card(), &self.theta, f);
        g.iter().all(|v| v.is_finite()).then_some(g)
    }

    /// The logarithm of the output at a point. `None` where it does not exist.
    pub fn point(&self, x: &[f64]) -> Option<Linear> {
        let gradient = self.gradient(&|theta| self.law().predict(x, theta).ln())?;
        Some(Linear { gradient, at: logarithms(x) })
    }

    /// Standard deviation of the noise of the logarithm of a new measurement at a point.
    pub fn noise_at(&self, x: &[f64]) -> f64 {
        let y = self.law().predict(x, &self.theta);
        let (slope, _) = self.setup.objective.residual.derivatives(y);
        self.noise.scale / (slope * y).abs()
    }

    /// What the rows say, with a discrepancy of size `eta` over `length` e-folds. `None` if a
    /// derivative is not finite.
    pub fn belief(&self, eta: f64, length: f64) -> Option<Belief> {
        let weight = &self.setup.rows.weight;
        let kept: Vec<usize> = (0..weight.len()).filter(|&k| weight[k] > 0.0).collect();
        let mean = kept.iter().map(|&k| weight[k]).sum::<f64>() / kept.len() as f64;
        let mut order = kept.clone();
        order.sort_by(|a, b| {
            self.row(*a).partial_cmp(&self.row(*b)).unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(b))
        });
        let used = if order.len() > ROWS { spaced(&order, ROWS) } else { order };
        let share = used.len() as f64 / kept.len() as f64;
        let rows: Vec<Linear> = used.iter().map(|&k| self.point(&self.row(k))).collect::<Option<_>>()?;
        let noise: Vec<f64> =
            used.iter().map(|&k| self.noise_at(&self.row(k)) * (share * mean / weight[k]).sqrt()).collect();
        Belief::new(self.prior()?, rows, &noise, eta, length)
    }

    /// A root of the weak prior covariance of the moving variables.
    fn prior(&self) -> Option<DMatrix<f64>> {
        let (moving, groups) = &self.moving;
        let m = moving.len();
        let rows = self.setup.problem().row_derivatives(&self.q);
        let mut j = DMatrix::from_fn(rows.len(), m, |k, a| rows[k].2[moving[a]]);
        let shift = centred(&self.setup, moving, &mut j);
        let deviation = |a: usize| {
            let Some(&p) = groups.0[a].first() else { return EXPONENT };
            let param = &self.law().card().params[p];
            let scales_an_input = (0..m).any(|b| b != a && shift[(a, b)] != 0.0);
            match (param.transform, param.role) {
                (Transform::Log, Role::Linear) if !scales_an_input => EXPONENT,
                (Transform::Log, _) => COEFFICIENT,
                (Transform::Identity, _) if param.unit == "1" => EXPONENT,
                (Transform::Identity, _) => 0.5 * self.theta[p].abs().max(f64::MIN_POSITIVE),
            }
        };
        let root = DMatrix::from_fn(m, m, |a, b| shift[(a, b)] * deviation(b));
        root.iter().all(|v| v.is_finite()).then_some(root)
    }
}

/// Logarithms of inputs; none unless all are positive.
pub(super) fn logarithms(x: &[f64]) -> Option<[f64; MAX_INPUTS]> {
    let mut out = [0.0; MAX_INPUTS];
    out.iter_mut().zip(x).for_each(|(out, v)| *out = v.ln());
    (x.len() <= MAX_INPUTS && x.iter().all(|v| *v > 0.0 && v.is_finite())).then_some(out)
}
