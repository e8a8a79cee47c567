//! A law, rows and an objective as a [`Problem`] in the solver's variables.
//!
//! The one place where natural parameters and the solver's variables meet: fixed and tied
//! parameters, logarithms, priors, and the chain rule through all of them.

mod rows;
mod sums;

use crate::base::objective::{Loss, Objective, Residual};
use crate::base::real::elementary;
use crate::engine::solve::least_absolute::{Kinked, RowTable};
use crate::engine::solve::{Evaluation, Problem};
use crate::law::{Jet, Law, MAX_PARAMS, Order, Transform};
use rayon::prelude::*;
pub use rows::Rows;
use rows::{Packed, pack};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use sums::{Sums, View, total};

/// How a parameter follows from the solver's variables.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Binding {
    /// Variable number, through a transform.
    Free(usize, Transform),
    /// A fixed value.
    Fixed(f64),
}

/// A Gaussian prior on a parameter, on the solver's scale: ½((q − mean)/sd)², added to the
/// objective times `scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriorTerm {
    /// Variable.
    pub variable: usize,
    /// Centre, on the solver's scale.
    pub mean: f64,
    /// Standard deviation, on the solver's scale.
    pub sd: f64,
    /// Converts the log-density into the objective's unit.
    pub scale: f64,
}

/// Scratch of one thread.
struct Scratch {
    jet: Jet,
    sums: Sums,
}

/// A law on rows under an objective, as a function of the solver's variables.
pub struct FitProblem {
    law: &'static dyn Law,
    residual: Residual,
    /// The loss, which [`Kinked::smooth`] changes.
    loss: Cell<Loss>,
    /// How much steeper than the kinked loss its smoothed form is; priors grow with it.
    steepness: Cell<f64>,
    /// The kinked loss that [`Kinked::smooth`] smooths.
    kinked: Loss,
    bindings: Arc<[Binding]>,
    bounds: Arc<[(f64, f64)]>,
    priors: Arc<[PriorTerm]>,
    /// The rows as they were posed.
    posed: Arc<Vec<Packed>>,
    /// The rows with other weights, if [`FitProblem::pack`] gave any: this many blocks of these.
    reweighted: Option<usize>,
    packed: Vec<Packed>,
    scratch: RefCell<Box<Scratch>>,
}

/// More blocks than this are summed in parallel, in pieces of this many, added in order.
const PIECE: usize = 512;

impl FitProblem {
    /// A problem over all rows.
    pub fn new(
        law: &'static dyn Law,
        objective: Objective,
        bindings: Arc<[Binding]>,
        bounds: Arc<[(f64, f64)]>,
        priors: Arc<[PriorTerm]>,
        rows: &Rows,
    ) -> Self {
        let p = law.card().params.len();
        Self {
            law,
            residual: objective.residual,
            loss: Cell::new(objective.loss),
            steepness: Cell::new(1.0),
            kinked: match objective.loss {
                Loss::Quantile { tau } => Loss::Quantile { tau },
                _ => Loss::Absolute,
            },
            bindings,
            bounds,
            priors,
            posed: rows.packed(),
            reweighted: None,
            packed: Vec::new(),
            scratch: RefCell::new(Box::new(Scratch { jet: Jet::new(p), sums: Sums::ZERO })),
        }
    }

    /// Replaces the rows by those of positive weight. A pairs bootstrap is a change of weights: on
    /// average 37 rows in a hundred are not drawn at all and cost nothing.
    pub fn pack(&mut self, rows: &Rows, weight: &[f64]) {
        self.reweighted = Some(pack(rows, weight, &mut self.packed));
    }

    /// Replaces the priors.
    pub fn believe(&mut self, priors: Arc<[PriorTerm]>) {
        self.priors = priors;
    }

    /// The same rows in other variables.
    pub fn bound_otherwise(&self, bindings: Arc<[Binding]>, bounds: Arc<[(f64, f64)]>) -> Self {
        Self {
            law: self.law,
            residual: self.residual,
            loss: self.loss.clone(),
            steepness: self.steepness.clone(),
            kinked: self.kinked,
            bindings,
            bounds,
            priors: self.priors.clone(),
            posed: self.posed.clone(),
            reweighted: self.reweighted,
            packed: self.packed.clone(),
            scratch: RefCell::new(Box::new(Scratch { jet: Jet::new(self.bindings.len()), sums: Sums::ZERO })),
        }
    }

    fn blocks(&self) -> &[Packed] {
        match self.reweighted {
            Some(used) => &self.packed[..used],
            None => &self.posed,
        }
    }

    /// The law.
    pub fn law(&self) -> &'static dyn Law {
        self.law
    }
    /// The objective.
    pub fn objective(&self) -> Objective {
        Objective { residual: self.residual, loss: self.loss.get() }
    }
    /// The bindings, in card order.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }
    /// Natural parameters at the solver's variables.
    pub fn theta(&self, q: &[f64]) -> Vec<f64> {
        let mut theta = [0.0; MAX_PARAMS];
        self.natural(q, &mut theta);
        theta[..self.bindings.len()].to_vec()
    }

    /// Natural parameters into room that is there already; how many.
    pub fn natural_at(&self, q: &[f64], theta: &mut [f64; MAX_PARAMS]) -> usize {
        self.natural(q, theta);
        self.bindings.len()
    }

    fn natural(&self, q: &[f64], theta: &mut [f64; MAX_PARAMS]) {
        for (value, binding) in theta.iter_mut().zip(self.bindings.iter()) {
            *value = match *binding {
                Binding::Fixed(value) => value,
                Binding::Free(i, Transform::Identity) => q[i],
                Binding::Free(i, Transform::Log) => elementary::exp(q[i]),
            };
        }
    }

    /// The solver's variables at natural parameters.
    pub fn variables(&self, theta: &[f64]) -> Vec<f64> {
        let mut q = vec![0.0; self.bounds.len()];
        for (&value, binding) in theta.iter().zip(self.bindings.iter()) {
            match *binding {
                Binding::Fixed(_) => {}
                Binding::Free(i, Transform::Identity) => q[i] = value,
                Binding::Free(i, Transform::Log) => q[i] = elementary::ln(value.max(f64::MIN_POSITIVE)),
            }
        }
        q
    }

    /// dθ/dq for every parameter: variable number and derivative; fixed parameters have none.
    pub fn slopes(&self, theta: &[f64]) -> Vec<Option<(usize, f64)>> {
        self.bindings
            .iter()
            .zip(theta)
            .map(|(binding, &value)| match *binding {
                Binding::Fixed(_) => None,
                Binding::Free(i, Transform::Identity) => Some((i, 1.0)),
                Binding::Free(i, Transform::Log) => Some((i, value)),
            })
            .collect()
    }

    /// Per packed row in order: residual, weight and the gradient of the residual in the solver's
    /// variables (measured minus predicted, so minus the prediction's).
    pub fn row_derivatives(&self, q: &[f64]) -> Vec<(f64, f64, Vec<f64>)> {
        let mut rows = RowTable::default();
        Kinked::rows(self, q, &mut rows);
        let gradients = rows.gradient.chunks(q.len().max(1)).map(<[f64]>::to_vec);
        rows.residual.iter().zip(&rows.weight).zip(gradients).map(|((&r, &w), g)| (r, w, g)).collect()
    }

    /// The Hessian of Σ w_k s_k r_k(q) for given slopes s_k per packed row: the curvature that a
    /// Lagrangian of the absolute loss has.
    pub fn lagrangian_hessian(&self, q: &[f64], slope: &[f64]) -> Vec<f64> {
        let mut theta = [0.0; MAX_PARAMS];
        self.natural(q, &mut theta);
        let p = self.bindings.len();
        let mut scratch = self.scratch.borrow_mut();
        let Scratch { jet, sums } = &mut **scratch;
        *sums = Sums::ZERO;
        let mut row = 0;
        for packed in self.blocks() {
            self.law.jet(Order::Second, &packed.block, &theta[..p], jet);
            for k in 0..packed.block.rows() {
                let (first, second) = self.residual.derivatives(jet.y[k]);
                let s = -packed.weight[k] * slope[row];
                for i in 0..p {
                    sums.gradient[i][0] += s * first * jet.d[i][k];
                    for j in 0..=i {
                        let at = i * (i + 1) / 2 + j;
                        sums.hessian[at][0] += s * (second * jet.d[i][k] * jet.d[j][k] + first * jet.h[at][k]);
                    }
                }
                row += 1;
            }
        }
        let mut out = Evaluation::new(q.len());
        self.chain(&theta, sums, q, Order::Second, &mut out);
        out.hessian
    }

    /// From sums in natural parameters to the solver's variables, by the chain rule, with priors.
    fn chain(&self, theta: &[f64; MAX_PARAMS], sums: &Sums, q: &[f64], order: Order, out: &mut Evaluation) {
        let n = q.len();
        out.value = total(&sums.value);
        {
            let gradient: [f64; MAX_PARAMS] =
                std::array::from_fn(|a| if a < self.bindings.len() { total(&sums.gradient[a]) } else { 0.0 });
            out.gradient.fill(0.0);
            out.hessian.fill(0.0);
            out.majorant.fill(0.0);
            let bent = |j: usize| match self.bindings[j] {
                Binding::Fixed(_) => None,
                Binding::Free(i, Transform::Identity) => Some((i, 1.0, 0.0)),
                Binding::Free(i, Transform::Log) => Some((i, theta[j], theta[j])),
            };
            for a in 0..self.bindings.len() {
                let Some((i, slope, curve)) = bent(a) else { continue };
                out.gradient[i] += gradient[a] * slope;
                if order == Order::First {
                    continue;
                }
                out.hessian[i * n + i] += gradient[a] * curve;
                for b in 0..=a {
                    let Some((j, other, _)) = bent(b) else { continue };
                    let at = a * (a + 1) / 2 + b;
                    let scale = slope * other;
                    let (h, m) = (total(&sums.hessian[at]) * scale, total(&sums.majorant[at]) * scale);
                    out.hessian[i * n + j] += h;
                    out.majorant[i * n + j] += m;
                    if a != b {
                        out.hessian[j * n + i] += h;
                        out.majorant[j * n + i] += m;
                    }
                }
            }
        }
        for prior in self.priors.iter() {
            let scale = prior.scale * self.steepness.get();
            let z = (q[prior.variable] - prior.mean) / prior.sd;
            out.value += 0.5 * scale * z * z;
            out.gradient[prior.variable] += scale * z / prior.sd;
            let curvature = scale / (prior.sd * prior.sd);
            out.hessian[prior.variable * n + prior.variable] += curvature;
            out.majorant[prior.variable * n + prior.variable] += curvature;
        }
    }
}

impl Problem for FitProblem {
    fn dimension(&self) -> usize {
        self.bounds.len()
    }
    fn bounds(&self) -> &[(f64, f64)] {
        &self.bounds
    }
    fn evaluate(&self, q: &[f64], order: Order, out: &mut Evaluation) -> bool {
        let mut theta = [0.0; MAX_PARAMS];
        self.natural(q, &mut theta);
        let p = self.bindings.len();
        let mut scratch = self.scratch.borrow_mut();
        let Scratch { jet, sums } = &mut **scratch;
        sums.clear(p);
        let blocks = self.blocks();
        let view = View { law: self.law, objective: self.objective() };
        if blocks.len() <= PIECE {
            for packed in blocks {
                view.block_sums(order, packed, &theta[..p], jet, sums);
            }
        } else {
            let pieces: Vec<Sums> = blocks
                .par_chunks(PIECE)
                .map(|piece| {
                    let (mut jet, mut sums) = (Jet::new(p), Sums::ZERO);
                    for packed in piece {
                        view.block_sums(order, packed, &theta[..p], &mut jet, &mut sums);
                    }
                    sums
                })
                .collect();
            for piece in &pieces {
                sums.add(piece, p);
            }
        }
        self.chain(&theta, sums, q, order, out);
        let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
        out.value.is_finite()
            && finite(&out.gradient)
            && (order == Order::First || finite(&out.majorant))
            && (order < Order::Second || finite(&out.hessian))
    }
}

impl Kinked for FitProblem {
    fn slopes(&self) -> (f64, f64) {
        match self.kinked {
            Loss::Quantile { tau } => (tau, 1.0 - tau),
            _ => (1.0, 1.0),
        }
    }
    fn smooth(&self, delta: f64) {
        self.steepness.set(match self.kinked {
            _ if delta == 0.0 => 1.0,
            Loss::Quantile { tau } => delta / tau,
            _ => delta,
        });
        self.loss.set(match self.kinked {
            kinked if delta == 0.0 => kinked,
            Loss::Quantile { tau } => Loss::AsymmetricHuber { delta, factor: (1.0 - tau) / tau },
            _ => Loss::Huber { delta },
        });
    }
    fn rows(&self, q: &[f64], rows: &mut RowTable) {
        let mut theta = [0.0; MAX_PARAMS];
        self.natural(q, &mut theta);
        let p = self.bindings.len();
        let slopes = self.slopes(&theta[..p]);
        let mut scratch = self.scratch.borrow_mut();
        let jet = &mut scratch.jet;
        rows.residual.clear();
        rows.weight.clear();
        rows.gradient.clear();
        for packed in self.blocks() {
            self.law.jet(Order::First, &packed.block, &theta[..p], jet);
            for k in 0..packed.block.rows() {
                let (first, _) = self.residual.derivatives(jet.y[k]);
                let from = rows.gradient.len();
                rows.gradient.resize(from + q.len(), 0.0);
                for (j, slope) in slopes.iter().enumerate() {
                    if let Some((i, slope)) = slope {
                        rows.gradient[from + i] -= first * jet.d[j][k] * slope;
                    }
                }
                rows.residual.push(packed.target[k] - self.residual.at(jet.y[k]));
                rows.weight.push(packed.weight[k]);
            }
        }
    }
    fn smooth_gradient(&self, q: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; q.len()];
        for prior in self.priors.iter() {
            out[prior.variable] += prior.scale * (q[prior.variable] - prior.mean) / (prior.sd * prior.sd);
        }
        out
    }
    fn lagrangian_hessian(&self, q: &[f64], slope: &[f64]) -> Vec<f64> {
        Self::lagrangian_hessian(self, q, slope)
    }
}
