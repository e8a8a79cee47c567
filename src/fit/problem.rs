//! A law, rows and an objective as a [`Problem`] in the solver's variables.
//!
//! The one place where natural parameters and the solver's variables meet: fixed and tied
//! parameters, logarithms, priors, and the chain rule through all of them.

use crate::law::{BLOCK, Block, Column, Jet, Law, MAX_PARAMS, Order, PAD, Transform};
use crate::objective::{Loss, Objective, Residual};
#[cfg(target_arch = "x86_64")]
use crate::real::x86;
use crate::real::{Vector, elementary};
use crate::solve::least_absolute::{Kinked, RowTable};
use crate::solve::{Evaluation, Problem};
use rayon::prelude::*;
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

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
    /// The same in blocks, once they are asked for: one copy serves all solves on these rows.
    packed: OnceLock<Arc<Vec<Packed>>>,
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
        Self { inputs, logs, measured, target, weight, packed: OnceLock::new() }
    }
    /// Every `step`-th row.
    pub fn thinned(&self, step: usize) -> Self {
        let take = |column: &[f64]| column.iter().copied().step_by(step).collect::<Vec<f64>>();
        Self {
            inputs: self.inputs.iter().map(|column| take(column)).collect(),
            logs: self.logs.iter().map(|column| take(column)).collect(),
            measured: take(&self.measured),
            target: take(&self.target),
            weight: take(&self.weight),
            packed: OnceLock::new(),
        }
    }
    fn packed(&self) -> Arc<Vec<Packed>> {
        let pack = || {
            let mut out = Vec::with_capacity(self.len().div_ceil(BLOCK));
            pack(self, &self.weight, &mut out);
            Arc::new(out)
        };
        self.packed.get_or_init(pack).clone()
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
    target: Column,
    weight: Column,
}

/// Eight partial sums, whatever the width of the vectors, so that every instruction set adds in
/// one order.
type Parts = [f64; PAD];

/// Sums over rows in the natural parameters, as they are gathered.
#[derive(Clone, Debug)]
struct Sums {
    value: Parts,
    gradient: [Parts; MAX_PARAMS],
    hessian: [Parts; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
    majorant: [Parts; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
}

impl Sums {
    const ZERO: Self = Self {
        value: [0.0; PAD],
        gradient: [[0.0; PAD]; MAX_PARAMS],
        hessian: [[0.0; PAD]; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
        majorant: [[0.0; PAD]; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
    };
    fn clear(&mut self, p: usize) {
        self.value = [0.0; PAD];
        self.gradient[..p].fill([0.0; PAD]);
        self.hessian[..p * (p + 1) / 2].fill([0.0; PAD]);
        self.majorant[..p * (p + 1) / 2].fill([0.0; PAD]);
    }
    fn add(&mut self, other: &Self, p: usize) {
        let pairs = p * (p + 1) / 2;
        add(&mut self.value, &other.value);
        let ours = self.gradient[..p].iter_mut().chain(&mut self.hessian[..pairs]).chain(&mut self.majorant[..pairs]);
        let theirs = other.gradient[..p].iter().chain(&other.hessian[..pairs]).chain(&other.majorant[..pairs]);
        for (a, b) in ours.zip(theirs) {
            add(a, b);
        }
    }
}

fn add(sum: &mut Parts, term: &Parts) {
    for (a, b) in sum.iter_mut().zip(term) {
        *a += b;
    }
}

fn total(parts: &Parts) -> f64 {
    let [a, b, c, d, e, f, g, h] = parts;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
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
            objective,
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

    /// The same rows in other variables.
    pub fn bound_otherwise(&self, bindings: Arc<[Binding]>, bounds: Arc<[(f64, f64)]>) -> Self {
        Self {
            law: self.law,
            objective: self.objective,
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
        for packed in self.blocks() {
            self.law.jet(Order::Second, &packed.block, &theta[..p], jet);
            for k in 0..packed.block.rows() {
                let (first, second) = self.objective.residual.derivatives(jet.y[k]);
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
                if order < Order::Second {
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
        sums.clear(p);
        let blocks = self.blocks();
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

/// Gathers the rows of positive weight into blocks, reusing the room in `out`; how many blocks.
fn pack(rows: &Rows, weight: &[f64], out: &mut Vec<Packed>) -> usize {
    let inputs = rows.inputs.len();
    let mut pending = [0_usize; BLOCK];
    let mut count = 0;
    let mut used = 0;
    for row in 0..rows.len() {
        if weight[row] > 0.0 {
            pending[count] = row;
            count += 1;
        }
        if count == BLOCK || (row + 1 == rows.len() && count > 0) {
            if used == out.len() {
                out.push(Packed { block: Block::empty(inputs), target: Column::all(0.0), weight: Column::all(0.0) });
            }
            let packed = &mut out[used];
            let chosen = &pending[..count];
            packed.block.fill(count, |i, k| rows.inputs[i][chosen[k]], |i, k| rows.logs[i][chosen[k]]);
            for k in 0..count.next_multiple_of(PAD) {
                let row = chosen[k.min(count - 1)];
                packed.target[k] = rows.target[row];
                packed.weight[k] = if k < count { weight[row] } else { 0.0 };
            }
            used += 1;
            count = 0;
        }
    }
    used
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
            if std::arch::is_x86_feature_detected!("avx512f") {
                // SAFETY: the processor was just found to have AVX-512 F.
                return unsafe { accumulate_avx512(&self.objective, order, packed, theta.len(), jet, sums) };
            }
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

/// # Safety
/// The processor must have AVX-512 F.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn accumulate_avx512(o: &Objective, order: Order, packed: &Packed, p: usize, jet: &Jet, sums: &mut Sums) {
    accumulate::<x86::Avx512>(o, order, packed, p, jet, sums);
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
    let n = packed.block.padded();
    let mut factors = Factors { slope: Column::all(0.0), bend: Column::all(0.0), major: Column::all(0.0) };
    // Named one by one, so that each scale and each loss gets a loop of its own.
    match o.residual {
        Residual::Raw => factors.scale::<V>(Residual::Raw, packed, jet, n),
        Residual::Log => factors.scale::<V>(Residual::Log, packed, jet, n),
        Residual::Log1p => factors.scale::<V>(Residual::Log1p, packed, jet, n),
        Residual::LogMinus { offset } => factors.scale::<V>(Residual::LogMinus { offset }, packed, jet, n),
    }
    let value = &mut sums.value;
    match o.loss {
        Loss::Squared => factors.weigh::<V>(Loss::Squared, packed, value, n),
        Loss::Huber { delta } => factors.weigh::<V>(Loss::Huber { delta }, packed, value, n),
        loss => factors.weigh::<V>(loss, packed, value, n),
    }
    let Factors { slope, bend, major } = &factors;
    for i in 0..p {
        let d_i = &jet.d[i];
        let mut g = Partial::<V>::load(&sums.gradient[i]);
        for (slope, d) in eights(slope, n).zip(eights(d_i, n)) {
            g.add(|at| V::load(&slope[at..]) * V::load(&d[at..]));
        }
        g.store(&mut sums.gradient[i]);
        if order < Order::Second {
            continue;
        }
        let (mut bent, mut majored) = (Column::all(0.0), Column::all(0.0));
        multiply::<V>(bend, d_i, &mut bent, n);
        multiply::<V>(major, d_i, &mut majored, n);
        for j in 0..=i {
            let index = i * (i + 1) / 2 + j;
            let (mut h, mut m) = (Partial::<V>::load(&sums.hessian[index]), Partial::<V>::load(&sums.majorant[index]));
            let rows = eights(slope, n).zip(eights(&jet.h[index], n)).zip(eights(&jet.d[j], n));
            for (((slope, curve), d), (bent, majored)) in rows.zip(eights(&bent, n).zip(eights(&majored, n))) {
                h.add(|at| V::load(&bent[at..]) * V::load(&d[at..]) + V::load(&slope[at..]) * V::load(&curve[at..]));
                m.add(|at| V::load(&majored[at..]) * V::load(&d[at..]));
            }
            h.store(&mut sums.hessian[index]);
            m.store(&mut sums.majorant[index]);
        }
    }
}

/// The first `n` rows, eight at a time.
#[inline(always)]
fn eights(column: &Column, n: usize) -> impl Iterator<Item = &Parts> {
    column.as_chunks::<PAD>().0[..n / PAD].iter()
}

#[inline(always)]
fn multiply<V: Vector>(a: &Column, b: &Column, out: &mut Column, n: usize) {
    for ((a, b), out) in eights(a, n).zip(eights(b, n)).zip(out.as_chunks_mut::<PAD>().0) {
        for at in (0..PAD).step_by(V::WIDTH) {
            (V::load(&a[at..]) * V::load(&b[at..])).store(&mut out[at..]);
        }
    }
}

/// [`Parts`] in registers.
struct Partial<V>([V; PAD]);

impl<V: Vector> Partial<V> {
    #[inline(always)]
    fn load(from: &Parts) -> Self {
        Self(std::array::from_fn(|k| V::load(&from[(k * V::WIDTH).min(PAD - V::WIDTH)..])))
    }
    #[inline(always)]
    fn add(&mut self, term: impl Fn(usize) -> V) {
        for k in 0..PAD / V::WIDTH {
            self.0[k] = self.0[k] + term(k * V::WIDTH);
        }
    }
    #[inline(always)]
    fn store(self, to: &mut Parts) {
        for k in 0..PAD / V::WIDTH {
            self.0[k].store(&mut to[k * V::WIDTH..]);
        }
    }
}

/// What multiplies the derivatives of each row's prediction.
struct Factors {
    /// −w ρ′ z′; until the loss is known, z′.
    slope: Column,
    /// w (ρ″ z′² − ρ′ z″); until the loss is known, z″.
    bend: Column,
    /// w (ρ′/r) z′²; until the loss is known, r.
    major: Column,
}

impl Factors {
    #[inline(always)]
    fn scale<V: Vector>(&mut self, residual: Residual, packed: &Packed, jet: &Jet, n: usize) {
        for at in (0..n.min(BLOCK)).step_by(V::WIDTH) {
            let y = V::load(&jet.y[at..]);
            let (first, second) = residual.derivatives(y);
            first.store(&mut self.slope[at..]);
            second.store(&mut self.bend[at..]);
            (V::load(&packed.target[at..]) - residual.at(y)).store(&mut self.major[at..]);
        }
    }
    #[inline(always)]
    fn weigh<V: Vector>(&mut self, loss: Loss, packed: &Packed, value: &mut Parts, n: usize) {
        let mut sum = Partial::<V>::load(value);
        for start in (0..n.min(BLOCK)).step_by(PAD) {
            for k in 0..PAD / V::WIDTH {
                let at = start + k * V::WIDTH;
                let (first, second) = (V::load(&self.slope[at..]), V::load(&self.bend[at..]));
                let (rho, w) = (loss.rho(V::load(&self.major[at..])), V::load(&packed.weight[at..]));
                sum.0[k] = sum.0[k] + w * rho.value;
                let ws = w * rho.slope;
                let square = w * first * first;
                (-(ws * first)).store(&mut self.slope[at..]);
                (rho.curvature * square - ws * second).store(&mut self.bend[at..]);
                (rho.majorant * square).store(&mut self.major[at..]);
            }
        }
        sum.store(value);
    }
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
        for packed in self.blocks() {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every instruction set gives the same bits, whatever the scale, the loss and the padding.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn sums_do_not_depend_on_the_width_of_the_vectors() {
        let law = crate::laws::find("chinchilla").expect("it is registered");
        let theta = [1.8, 480.0, 2100.0, 0.35, 0.36];
        let losses = [
            Loss::Squared,
            Loss::Huber { delta: 1e-2 },
            Loss::Absolute,
            Loss::AsymmetricHuber { delta: 1e-2, factor: 3.0 },
            Loss::StudentT { nu: 4.0, scale: 0.01 },
        ];
        for residual in [Residual::Raw, Residual::Log, Residual::Log1p, Residual::LogMinus { offset: 0.5 }] {
            for (loss, count) in losses.into_iter().zip([1, 7, 29, 64, 150]) {
                let o = Objective { residual, loss };
                let n: Vec<f64> = (0..count).map(|k| 1e7 * 1.1_f64.powi(k)).collect();
                let d: Vec<f64> = (0..count).map(|k| 1e11 / 1.07_f64.powi(k % 50)).collect();
                let y: Vec<f64> =
                    n.iter().zip(&d).map(|(n, d)| law.predict(&[*n, *d], &theta) * (1.0 + 3e9 / d % 0.03)).collect();
                let rows = Rows::new(vec![n, d], y, vec![1.5; count as usize], &o);
                let mut jet = Jet::new(5);
                let mut all = [Sums::ZERO, Sums::ZERO, Sums::ZERO];
                for packed in rows.packed().iter() {
                    law.jet(Order::Second, &packed.block, &theta, &mut jet);
                    accumulate::<f64>(&o, Order::Second, packed, 5, &jet, &mut all[0]);
                    if std::arch::is_x86_feature_detected!("avx2") {
                        // SAFETY: the processor was just found to have AVX2.
                        unsafe { accumulate_avx2(&o, Order::Second, packed, 5, &jet, &mut all[1]) };
                    }
                    if std::arch::is_x86_feature_detected!("avx512f") {
                        // SAFETY: the processor was just found to have AVX-512 F.
                        unsafe { accumulate_avx512(&o, Order::Second, packed, 5, &jet, &mut all[2]) };
                    }
                }
                let bits = |sums: &Sums| {
                    let parts = [sums.value].into_iter().chain(sums.gradient).chain(sums.hessian).chain(sums.majorant);
                    parts.flatten().map(f64::to_bits).collect::<Vec<u64>>()
                };
                for (sums, feature) in
                    all[1..].iter().zip([is_x86_feature_detected!("avx2"), is_x86_feature_detected!("avx512f")])
                {
                    assert!(!feature || bits(sums) == bits(&all[0]), "{o:?}, {count} rows");
                }
            }
        }
    }
}
