//! Values and derivatives of a written law: sweeps of four derivatives, over as many as there are
//! parameters, for whatever vectors the processor has.

use super::Written;
#[cfg(target_arch = "x86_64")]
use crate::base::real::x86;
use crate::base::real::{Dual, Enclosure, Hyper, Interval, Lanes, Real, Vector, X, elementary};
use crate::law::{Block, Card, Jet, Law, MAX_INPUTS, MAX_PARAMS, Order};

/// Derivatives taken in one sweep.
const PART: usize = 4;
const HALF: usize = PART / 2;

impl Written {
    #[inline(always)]
    fn first<V: Vector>(&self, block: &Block, theta: &[f64; MAX_PARAMS], jet: &mut Jet) {
        let params = self.card.params.len();
        for start in (0..params).step_by(PART) {
            let theta: [Dual<Lanes<V>, PART>; MAX_PARAMS] = std::array::from_fn(|k| match k.checked_sub(start) {
                Some(i) if i < PART => Dual::variable(theta[k], i),
                _ => Dual::constant(theta[k]),
            });
            for row in (0..block.padded()).step_by(V::WIDTH) {
                let y = self.tape.run(&block.lanes::<V, Dual<Lanes<V>, PART>>(self.card.inputs.len(), row), &theta);
                y.v.0.store(&mut jet.y[row..]);
                for i in 0..PART.min(params - start) {
                    y.d[i].0.store(&mut jet.d[start + i][row..]);
                }
            }
        }
    }

    /// One sweep for each two halves of a part among the parameters, so that every two meet in one.
    #[inline(always)]
    fn second<V: Vector>(&self, block: &Block, theta: &[f64; MAX_PARAMS], jet: &mut Jet) {
        let params = self.card.params.len();
        for b in 1..params.div_ceil(HALF).max(2) {
            for a in 0..b {
                // Later parameters first: the triangle that is kept is then the one that is stored.
                let place: [Option<usize>; MAX_PARAMS] = std::array::from_fn(|k| match k / HALF {
                    half if half == b => Some(HALF - 1 - k % HALF),
                    half if half == a => Some(PART - 1 - k % HALF),
                    _ => None,
                });
                let theta: [Hyper<Lanes<V>, PART>; MAX_PARAMS] = std::array::from_fn(|k| match place[k] {
                    Some(i) => Hyper::variable(theta[k], i),
                    None => Hyper::constant(theta[k]),
                });
                let of = |half: usize, end: usize| (half * HALF).min(end)..((half + 1) * HALF).min(end);
                for row in (0..block.padded()).step_by(V::WIDTH) {
                    let x = block.lanes::<V, Hyper<Lanes<V>, PART>>(self.card.inputs.len(), row);
                    let y = self.tape.run(&x, &theta);
                    y.v.0.store(&mut jet.y[row..]);
                    for k in of(a, params).chain(of(b, params)) {
                        let Some(first) = place[k] else { continue };
                        y.d[first].0.store(&mut jet.d[k][row..]);
                        for j in of(a, k + 1).chain(of(b, k + 1)) {
                            let Some(second) = place[j] else { continue };
                            y.h[second][first].0.store(&mut jet.h[k * (k + 1) / 2 + j][row..]);
                        }
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn sweep<V: Vector>(&self, order: Order, block: &Block, theta: &[f64; MAX_PARAMS], jet: &mut Jet) {
        match order {
            Order::First | Order::Majorant => self.first::<V>(block, theta, jet),
            Order::Second => self.second::<V>(block, theta, jet),
        }
    }

    /// # Safety
    /// The processor must have AVX2.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    unsafe fn sweep_avx2(&self, order: Order, block: &Block, theta: &[f64; MAX_PARAMS], jet: &mut Jet) {
        self.sweep::<x86::Avx2>(order, block, theta, jet);
    }
}

fn array<R: Copy>(theta: &[R], other: R) -> [R; MAX_PARAMS] {
    std::array::from_fn(|j| theta.get(j).copied().unwrap_or(other))
}

impl Law for Written {
    fn card(&self) -> &'static Card {
        self.card
    }

    fn predict(&self, x: &[f64], theta: &[f64]) -> f64 {
        let inputs: [X<f64>; MAX_INPUTS] = std::array::from_fn(|i| {
            let value = x.get(i).copied().unwrap_or(1.0);
            X::new(value, elementary::ln(value))
        });
        self.tape.run(&inputs, &array(theta, 0.0))
    }

    fn enclose(&self, x: &[f64], ln: &[f64], theta: &[Enclosure]) -> Enclosure {
        let mut inputs = [X::new(Interval::point(1.0), Interval::point(0.0)); MAX_INPUTS];
        for (input, (&x, &ln)) in inputs.iter_mut().zip(x.iter().zip(ln)) {
            *input = X::new(Interval::point(x), Interval::around(ln));
        }
        self.tape.run(&inputs, &array(theta, Enclosure::constant(0.0)))
    }

    fn jet(&self, order: Order, block: &Block, theta: &[f64], jet: &mut Jet) {
        let theta = &array(theta, 0.0);
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor was just found to have AVX2.
            return unsafe { self.sweep_avx2(order, block, theta, jet) };
        }
        self.sweep::<f64>(order, block, theta, jet);
    }
}
