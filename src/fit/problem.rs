//! A law, rows and an objective as a [`Problem`] in the solver's variables.
//!
//! The one place where natural parameters and the solver's variables meet: fixed and tied
//! parameters, logarithms, priors, and the chain rule through all of them.

use crate::law::{BLOCK, Block, Jet, Law, MAX_PARAMS, Order, PAD, Transform};
use crate::objective::{Loss, Objective};
#[cfg(target_arch = "x86_64")]
use crate::real::x86;
use crate::real::{Vector, elementary};
use crate::solve::least_absolute::{Kinked, RowTable};
use crate::solve::{Evaluation, Problem};
use rayon::prelude::*;
use std::cell::RefCell;
use std::sync::Arc;

/// The rows of a fit: inputs with their logarithms, the measured value on the residual scale, and
/// weights. Shared by every replicate of a bootstrap.
#[derive(Debug)]
pub struct Rows {
    /// Inputs in card order.
    pub inputs: Vec<Vec<f64>>,
    /// Natural logarithms of the inputs.
    pub logs: Vec<Vec<f64>>,
    /// Measured, natural scale.
    pub measured: Vec<f64>,
    /// Measured, on the residual scale.
    pub target: Vec<f64>,
    /// Weights.
    pub weight: Vec<f64>,
}

impl Rows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.measured.len()
    }
    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.measured.is_empty()
    }
    /// Rows from columns, logarithms taken once.
    pub fn new(inputs: Vec<Vec<f64>>, measured: Vec<f64>, weight: Vec<f64>, objective: &Objective) -> Self {
        let logs = inputs.iter().map(|column| column.iter().map(|&v| elementary::ln(v)).collect()).collect();
        let target = measured.iter().map(|&y| objective.residual.at(y)).collect();
        Self { inputs, logs, measured, target, weight }
    }
}

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

/// One block of rows with what the objective needs.
#[derive(Clone, Debug)]
struct Packed {
    block: Block,
    target: [f64; BLOCK],
    weight: [f64; BLOCK],
}

/// Sums over rows in the natural parameters.
#[derive(Clone, Debug)]
struct Sums {
    value: f64,
    gradient: [f64; MAX_PARAMS],
    hessian: [f64; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
    majorant: [f64; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
}

impl Sums {
    const ZERO: Self = Self {
        value: 0.0,
        gradient: [0.0; MAX_PARAMS],
        hessian: [0.0; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
        majorant: [0.0; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
    };
    fn add(&mut self, other: &Self, p: usize) {
        self.value += other.value;
        for i in 0..p {
            self.gradient[i] += other.gradient[i];
        }
        for k in 0..p * (p + 1) / 2 {
            self.hessian[k] += other.hessian[k];
            self.majorant[k] += other.majorant[k];
        }
    }
}

/// Scratch of one thread.
struct Scratch {
    jet: Jet,
    sums: Sums,
}

/// A law on rows under an objective, as a function of the solver's variables.
pub struct FitProblem {
    law: &'static dyn Law,
    objective: Objective,
    kinked: Loss,
    bindings: Arc<[Binding]>,
    bounds: Arc<[(f64, f64)]>,
    priors: Arc<[PriorTerm]>,
    packed: Vec<Packed>,
    used: usize,
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
        let mut problem = Self {
            law,
            objective,
            kinked: objective.loss,
            bindings,
            bounds,
            priors,
            packed: Vec::new(),
            used: 0,
            scratch: RefCell::new(Box::new(Scratch { jet: Jet::new(p), sums: Sums::ZERO })),
        };
        problem.pack(rows, &rows.weight);
        problem
    }

    /// Replaces the rows by those of positive weight. A pairs bootstrap is a change of weights: on
    /// average 37 rows in a hundred are not drawn at all and cost nothing.
    pub fn pack(&mut self, rows: &Rows, weight: &[f64]) {
        let inputs = rows.inputs.len();
        let mut pending = [0_usize; BLOCK];
        let mut count = 0;
        self.used = 0;
        for row in 0..rows.len() {
            if weight[row] > 0.0 {
                pending[count] = row;
                count += 1;
            }
            if count == BLOCK || (row + 1 == rows.len() && count > 0) {
                if self.used == self.packed.len() {
                    self.packed.push(Packed {
                        block: Block::empty(inputs),
                        target: [0.0; BLOCK],
                        weight: [0.0; BLOCK],
                    });
                }
                let packed = &mut self.packed[self.used];
                let chosen = &pending[..count];
                packed.block.fill(count, |i, k| rows.inputs[i][chosen[k]], |i, k| rows.logs[i][chosen[k]]);
                for k in 0..count.next_multiple_of(PAD) {
                    let row = chosen[k.min(count - 1)];
                    packed.target[k] = rows.target[row];
                    packed.weight[k] = if k < count { weight[row] } else { 0.0 };
                }
                self.used += 1;
                count = 0;
            }
        }
    }

    /// The law.
    pub fn law(&self) -> &'static dyn Law {
        self.law
    }
    /// The objective.
    pub fn objective(&self) -> &Objective {
        &self.objective
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
        for packed in &self.packed[..self.used] {
            self.law.jet(Order::Second, &packed.block, &theta[..p], jet);
            for k in 0..packed.block.rows() {
                let (first, second) = self.objective.residual.derivatives(jet.y[k]);
                let s = -packed.weight[k] * slope[row];
                for i in 0..p {
                    sums.gradient[i] += s * first * jet.d[i][k];
                    for j in 0..=i {
                        let at = i * (i + 1) / 2 + j;
                        sums.hessian[at] += s * (second * jet.d[i][k] * jet.d[j][k] + first * jet.h[at][k]);
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
        out.value = sums.value;
        {
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
                out.gradient[i] += sums.gradient[a] * slope;
                if order < Order::Second {
                    continue;
                }
                out.hessian[i * n + i] += sums.gradient[a] * curve;
                for b in 0..=a {
                    let Some((j, other, _)) = bent(b) else { continue };
                    let at = a * (a + 1) / 2 + b;
                    let (h, m) = (sums.hessian[at] * slope * other, sums.majorant[at] * slope * other);
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
            let z = (q[prior.variable] - prior.mean) / prior.sd;
            out.value += 0.5 * prior.scale * z * z;
            out.gradient[prior.variable] += prior.scale * z / prior.sd;
            let curvature = prior.scale / (prior.sd * prior.sd);
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
        clear(sums, p);
        let blocks = &self.packed[..self.used];
        let view = View { law: self.law, objective: self.objective };
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
            && (order < Order::Second || (finite(&out.hessian) && finite(&out.majorant)))
    }
}

fn clear(sums: &mut Sums, p: usize) {
    sums.value = 0.0;
    sums.gradient[..p].fill(0.0);
    sums.hessian[..p * (p + 1) / 2].fill(0.0);
    sums.majorant[..p * (p + 1) / 2].fill(0.0);
}

/// What a worker thread needs of a [`FitProblem`].
struct View {
    law: &'static dyn Law,
    objective: Objective,
}

impl View {
    fn block_sums(&self, order: Order, packed: &Packed, theta: &[f64], jet: &mut Jet, sums: &mut Sums) {
        self.law.jet(order, &packed.block, theta, jet);
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the processor was just found to have AVX2.
                return unsafe { accumulate_avx2(&self.objective, order, packed, theta.len(), jet, sums) };
            }
        }
        accumulate::<f64>(&self.objective, order, packed, theta.len(), jet, sums);
    }
}

/// # Safety
/// The processor must have AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn accumulate_avx2(o: &Objective, order: Order, packed: &Packed, p: usize, jet: &Jet, sums: &mut Sums) {
    accumulate::<x86::Avx2>(o, order, packed, p, jet, sums);
}

/// Adds one block to the sums. Row k contributes, with r the residual, z the residual scale and
/// ŷ the prediction,
///
/// * value    w ρ(r)
/// * gradient −w ρ′ z′ ∇ŷ
/// * Hessian  w (ρ″ z′² − ρ′ z″) ∇ŷ∇ŷᵀ − w ρ′ z′ ∇²ŷ
/// * majorant w (ρ′/r) z′² ∇ŷ∇ŷᵀ
#[inline(always)]
fn accumulate<V: Vector>(o: &Objective, order: Order, packed: &Packed, p: usize, jet: &Jet, sums: &mut Sums) {
    let rows = packed.block.padded();
    let zero = V::splat(0.0);
    let (mut slope, mut bend, mut major) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
    let mut value = [zero; PAD];
    for row in (0..rows).step_by(PAD) {
        // PAD partial sums whatever the width, so that every instruction set adds in one order.
        for part in 0..PAD / V::WIDTH {
            let at = row + part * V::WIDTH;
            let (y, w) = (V::load(&jet.y[at..]), V::load(&packed.weight[at..]));
            let r = V::load(&packed.target[at..]) - o.residual.at(y);
            let rho = o.loss.rho(r);
            value[part] = value[part] + w * rho.value;
            let (first, second) = o.residual.derivatives(y);
            let ws = w * rho.slope;
            (-(ws * first)).store(&mut slope[at..]);
            (w * rho.curvature * first * first - ws * second).store(&mut bend[at..]);
            (w * rho.majorant * first * first).store(&mut major[at..]);
        }
    }
    sums.value += total(&value[..PAD / V::WIDTH]);
    for i in 0..p {
        let mut g = [zero; PAD];
        for row in (0..rows).step_by(PAD) {
            for part in 0..PAD / V::WIDTH {
                let at = row + part * V::WIDTH;
                g[part] = g[part] + V::load(&slope[at..]) * V::load(&jet.d[i][at..]);
            }
        }
        sums.gradient[i] += total(&g[..PAD / V::WIDTH]);
        if order < Order::Second {
            continue;
        }
        for j in 0..=i {
            let index = i * (i + 1) / 2 + j;
            let (mut h, mut m) = ([zero; PAD], [zero; PAD]);
            for row in (0..rows).step_by(PAD) {
                for part in 0..PAD / V::WIDTH {
                    let at = row + part * V::WIDTH;
                    let outer = V::load(&jet.d[i][at..]) * V::load(&jet.d[j][at..]);
                    let curve = V::load(&slope[at..]) * V::load(&jet.h[index][at..]);
                    h[part] = h[part] + (V::load(&bend[at..]) * outer + curve);
                    m[part] = m[part] + V::load(&major[at..]) * outer;
                }
            }
            sums.hessian[index] += total(&h[..PAD / V::WIDTH]);
            sums.majorant[index] += total(&m[..PAD / V::WIDTH]);
        }
    }
}

/// The eight partial sums, added from left to right.
#[inline(always)]
fn total<V: Vector>(parts: &[V]) -> f64 {
    let mut lanes = [0.0; PAD];
    for (k, part) in parts.iter().enumerate() {
        part.store(&mut lanes[k * V::WIDTH..]);
    }
    lanes.iter().sum()
}

impl Kinked for FitProblem {
    fn slopes(&self) -> (f64, f64) {
        match self.kinked {
            Loss::Quantile { tau } => (tau, 1.0 - tau),
            _ => (1.0, 1.0),
        }
    }
    fn smooth(&mut self, delta: f64) {
        self.objective.loss = match self.kinked {
            kinked if delta == 0.0 => kinked,
            Loss::Quantile { tau } => Loss::AsymmetricHuber { delta, factor: (1.0 - tau) / tau },
            _ => Loss::Huber { delta },
        };
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
        for packed in &self.packed[..self.used] {
            self.law.jet(Order::First, &packed.block, &theta[..p], jet);
            for k in 0..packed.block.rows() {
                let (first, _) = self.objective.residual.derivatives(jet.y[k]);
                let from = rows.gradient.len();
                rows.gradient.resize(from + q.len(), 0.0);
                for (j, slope) in slopes.iter().enumerate() {
                    if let Some((i, slope)) = slope {
                        rows.gradient[from + i] -= first * jet.d[j][k] * slope;
                    }
                }
                rows.residual.push(packed.target[k] - self.objective.residual.at(jet.y[k]));
                rows.weight.push(packed.weight[k]);
            }
        }
    }
    fn lagrangian_hessian(&self, q: &[f64], slope: &[f64]) -> Vec<f64> {
        Self::lagrangian_hessian(self, q, slope)
    }
}
