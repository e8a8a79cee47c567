//! The problems that are solved along a profile: one variable held, or any quantity drawn towards a
//! value by one more row. Wherever such a search comes to rest is exactly a point of the profile, so
//! that the value need not be met.

use super::price::Pricer;
use crate::engine::fit::problem::FitProblem;
use crate::engine::solve::{Evaluation, Problem};
use crate::law::{MAX_PARAMS, Order};
use nalgebra::DVector;
use std::cell::RefCell;

/// The problem with one variable held.
pub(super) struct Held<'a> {
    pub problem: &'a FitProblem,
    pub bounds: Vec<(f64, f64)>,
}

impl Problem for Held<'_> {
    fn dimension(&self) -> usize {
        self.problem.dimension()
    }
    fn bounds(&self) -> &[(f64, f64)] {
        &self.bounds
    }
    fn evaluate(&self, q: &[f64], order: Order, out: &mut Evaluation) -> bool {
        self.problem.evaluate(q, order, out)
    }
}

/// The scale on which a quantity is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    /// As it is, in units of its size.
    Linear(f64),
    /// Its logarithm, for what is positive.
    Log,
    /// Its inverse hyperbolic sine in units of its size, for what may change sign.
    Sinh(f64),
}

impl Scale {
    fn of(self, y: f64) -> f64 {
        match self {
            Self::Linear(unit) => y / unit,
            Self::Log => y.ln(),
            Self::Sinh(unit) => (y / unit).asinh(),
        }
    }
    fn back(self, t: f64) -> f64 {
        match self {
            Self::Linear(unit) => t * unit,
            Self::Log => t.exp(),
            Self::Sinh(unit) => t.sinh() * unit,
        }
    }
    fn slope(self, t: f64) -> f64 {
        match self {
            Self::Linear(unit) => unit,
            Self::Log => t.exp(),
            Self::Sinh(unit) => t.cosh() * unit,
        }
    }
}

/// The problem with a quantity drawn towards a value: S(q) + ½ K (Q(q) − c)².
pub(super) struct Pinned<'a> {
    problem: &'a FitProblem,
    f: &'a dyn Fn(&[f64]) -> f64,
    step: &'a [f64],
    bounds: &'a [(f64, f64)],
    scale: Scale,
    target: f64,
    stiffness: f64,
    /// Second derivatives of the quantity where the solve began: only the speed depends on them.
    bend: Vec<f64>,
    work: RefCell<(Vec<f64>, Vec<f64>)>,
}

impl<'a> Pinned<'a> {
    /// `None` if the quantity is not finite at `q`.
    pub fn new(
        problem: &'a FitProblem,
        f: &'a dyn Fn(&[f64]) -> f64,
        step: &'a [f64],
        q: &[f64],
        bounds: &'a [(f64, f64)],
    ) -> Option<Self> {
        let n = q.len();
        let work = RefCell::new((vec![0.0; n], vec![0.0; n]));
        let scale = Scale::Linear(1.0);
        let mut out =
            Self { problem, f, step, bounds, scale, target: 0.0, stiffness: 0.0, bend: vec![0.0; n * n], work };
        let point = out.at(q);
        out.scale = Scale::Linear(if point == 0.0 { 1.0 } else { point.abs() });
        point.is_finite().then_some(out)
    }

    /// The quantity on its scale.
    pub fn at(&self, q: &[f64]) -> f64 {
        let mut theta = [0.0; MAX_PARAMS];
        let p = self.problem.natural_at(q, &mut theta);
        self.scale.of((self.f)(&theta[..p]))
    }
    pub fn back(&self, t: f64) -> f64 {
        self.scale.back(t)
    }
    pub fn slope(&self, t: f64) -> f64 {
        self.scale.slope(t)
    }
    pub fn is_log(&self) -> bool {
        self.scale == Scale::Log
    }

    /// Takes the log scale if the quantity stays positive two reaches along every direction that the
    /// rows see, else one that may change sign. `unit` is a reach in the basis.
    pub fn choose_scale(&mut self, pricer: &Pricer, q: &[f64], unit: f64) {
        let Scale::Linear(size) = self.scale else { return };
        let mut positive = self.at(q) > 0.0;
        for direction in pricer.axes() {
            for sign in [-2.0, 2.0] {
                let moved = q.iter().zip(direction.iter()).zip(self.bounds);
                let there: Vec<f64> =
                    moved.map(|((q, d), (low, high))| (q + sign * unit * d).clamp(*low, *high)).collect();
                let value = self.at(&there);
                positive &= value > 0.0 || value.is_nan();
            }
        }
        self.scale = if positive { Scale::Log } else { Scale::Sinh(size) };
    }

    /// The gradient in the solver's variables. `None` if it is not finite.
    pub fn gradient(&self, q: &[f64]) -> Option<DVector<f64>> {
        let mut out = vec![0.0; q.len()];
        self.differentiate(q, &mut out).then(|| DVector::from_vec(out))
    }

    fn differentiate(&self, q: &[f64], out: &mut [f64]) -> bool {
        let mut work = self.work.borrow_mut();
        let at = &mut work.0;
        at.copy_from_slice(q);
        let here = self.at(q);
        for i in 0..q.len() {
            let h = self.step[i];
            at[i] = q[i] + h;
            let above = self.at(at);
            at[i] = q[i] - h;
            let below = if at[i] >= self.bounds[i].0 { self.at(at) } else { f64::NAN };
            at[i] = q[i];
            // At the edge of what exists, to the one side.
            out[i] = match (above.is_finite(), below.is_finite()) {
                (true, true) => (above - below) / (2.0 * h),
                (true, false) => (above - here) / h,
                (false, true) => (here - below) / h,
                (false, false) => return false,
            };
        }
        true
    }

    /// Draws towards `target` from now on; second derivatives are taken at `q`.
    pub fn aim(&mut self, target: f64, stiffness: f64, q: &[f64]) {
        (self.target, self.stiffness) = (target, stiffness);
        let n = q.len();
        let mut bend = std::mem::take(&mut self.bend);
        let mut work = self.work.borrow_mut();
        let (at, single) = &mut *work;
        at.copy_from_slice(q);
        let here = self.at(q);
        let h = |i: usize| 10.0 * self.step[i];
        for i in 0..n {
            at[i] = q[i] + h(i);
            single[i] = self.at(at);
            at[i] = q[i];
        }
        for i in 0..n {
            at[i] = q[i] + h(i);
            for j in 0..=i {
                let before = at[j];
                at[j] += h(j);
                let value = (self.at(at) - single[i] - single[j] + here) / (h(i) * h(j));
                at[j] = before;
                let value = if value.is_finite() { value } else { 0.0 };
                (bend[i * n + j], bend[j * n + i]) = (value, value);
            }
            at[i] = q[i];
        }
        drop(work);
        self.bend = bend;
    }

    /// What the further row adds where the quantity is `found`.
    pub fn penalty(&self, found: f64) -> f64 {
        0.5 * self.stiffness * (found - self.target).powi(2)
    }
}

impl Problem for Pinned<'_> {
    fn dimension(&self) -> usize {
        self.problem.dimension()
    }
    fn bounds(&self) -> &[(f64, f64)] {
        self.bounds
    }
    fn evaluate(&self, q: &[f64], order: Order, out: &mut Evaluation) -> bool {
        if !self.problem.evaluate(q, order, out) {
            return false;
        }
        let off = self.at(q) - self.target;
        if !off.is_finite() {
            return false;
        }
        let n = q.len();
        let mut gradient = [0.0; MAX_PARAMS];
        if !self.differentiate(q, &mut gradient[..n]) {
            return false;
        }
        out.value += 0.5 * self.stiffness * off * off;
        for i in 0..n {
            out.gradient[i] += self.stiffness * off * gradient[i];
            if order == Order::First {
                continue;
            }
            for j in 0..n {
                let square = self.stiffness * gradient[i] * gradient[j];
                out.hessian[i * n + j] += square + self.stiffness * off * self.bend[i * n + j];
                out.majorant[i * n + j] += square;
            }
        }
        out.value.is_finite()
    }
}
