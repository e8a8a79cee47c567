//! Values and derivatives of a written law: sweeps of four derivatives, over as many as there are
//! parameters, for whatever vectors the processor has.

use super::Written;
use super::tape::Tape;
#[cfg(target_arch = "x86_64")]
use crate::base::real::x86;
use crate::base::real::{Dual, Enclosure, Interval, Lanes, Real, Vector, X, elementary};
use crate::law::{Arithmetic, Block, Card, Jet, Law, MAX_INPUTS, MAX_PARAMS, Order, PART, parts};

impl Arithmetic<MAX_PARAMS> for Tape {
    #[inline(always)]
    fn at<R: Real>(&self, x: &[X<R>; MAX_INPUTS], theta: &[R; MAX_PARAMS]) -> R {
        self.run(x, theta)
    }
}

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

    #[inline(always)]
    fn sweep<V: Vector>(&self, order: Order, block: &Block, theta: &[f64; MAX_PARAMS], jet: &mut Jet) {
        match order {
            Order::First | Order::Majorant => self.first::<V>(block, theta, jet),
            Order::Second => {
                let size = (self.card.inputs.len(), self.card.params.len());
                parts::<V, MAX_PARAMS>(&self.tape, size, block, theta, jet);
            }
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
