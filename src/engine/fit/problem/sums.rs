//! The objective and its derivatives summed over rows, a vector of rows at a time.

use super::rows::Packed;
use crate::base::objective::{Loss, Objective, Residual};
use crate::base::real::Vector;
#[cfg(target_arch = "x86_64")]
use crate::base::real::x86;
use crate::law::{BLOCK, Column, Jet, Law, MAX_PARAMS, Order, PAD};

/// Eight partial sums, whatever the width of the vectors, so that every instruction set adds in
/// one order.
pub(super) type Parts = [f64; PAD];

/// Sums over rows in the natural parameters, as they are gathered.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    pub value: Parts,
    pub gradient: [Parts; MAX_PARAMS],
    pub hessian: [Parts; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
    pub majorant: [Parts; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
}

impl Sums {
    pub const ZERO: Self = Self {
        value: [0.0; PAD],
        gradient: [[0.0; PAD]; MAX_PARAMS],
        hessian: [[0.0; PAD]; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
        majorant: [[0.0; PAD]; MAX_PARAMS * (MAX_PARAMS + 1) / 2],
    };
    pub fn clear(&mut self, p: usize) {
        self.value = [0.0; PAD];
        self.gradient[..p].fill([0.0; PAD]);
        self.hessian[..p * (p + 1) / 2].fill([0.0; PAD]);
        self.majorant[..p * (p + 1) / 2].fill([0.0; PAD]);
    }
    pub fn add(&mut self, other: &Self, p: usize) {
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

/// The sum of the parts, in an order of its own.
#[inline]
pub(super) fn total(parts: &Parts) -> f64 {
    let [a, b, c, d, e, f, g, h] = parts;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// What a worker thread needs of a [`FitProblem`].
pub(super) struct View {
    pub law: &'static dyn Law,
    pub objective: Objective,
}

impl View {
    /// Adds one block to the sums.
    pub fn block_sums(&self, order: Order, packed: &Packed, theta: &[f64], jet: &mut Jet, sums: &mut Sums) {
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
        if order == Order::First {
            continue;
        }
        let (mut bent, mut majored) = (Column::all(0.0), Column::all(0.0));
        if order == Order::Majorant {
            multiply::<V>(major, d_i, &mut majored, n);
            for j in 0..=i {
                let sum = &mut sums.majorant[i * (i + 1) / 2 + j];
                let mut m = Partial::<V>::load(sum);
                for (majored, d) in eights(&majored, n).zip(eights(&jet.d[j], n)) {
                    m.add(|at| V::load(&majored[at..]) * V::load(&d[at..]));
                }
                m.store(sum);
            }
            continue;
        }
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

#[cfg(test)]
mod tests {
    use super::super::Rows;
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
