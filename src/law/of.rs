//! From one formula over a generic number to values, gradients, Hessians and enclosures, for
//! whatever vectors the processor has.

use super::{Arithmetic, Block, Card, Form, Formula, Jet, Law, MAX_INPUTS, Order, parts};
#[cfg(target_arch = "x86_64")]
use crate::base::real::x86;
use crate::base::real::{Dual, Enclosure, Hyper, Interval, Lanes, Real, Vector, X, elementary};

/// Arithmetic and a card seen as a [`Law`]. The only adapter.
pub struct Of<F, const P: usize> {
    card: &'static Card,
    form: std::marker::PhantomData<F>,
}

impl<F: Formula<P>, const P: usize> Of<F, P> {
    /// A formula with the card it carries; P follows from F.
    pub const fn new() -> Self {
        Self { card: const { &F::CARD }, form: std::marker::PhantomData }
    }
}

impl<F: Form<P>, const P: usize> Of<F, P> {
    /// A card on a form: the law that is nothing but this card.
    ///
    /// # Panics
    /// If the card has another number of inputs or parameters than the form; of a static, when it
    /// is compiled.
    pub const fn on(card: &'static Card) -> Self {
        assert!(card.params.len() == P, "the card has another number of parameters than its form");
        assert!(card.inputs.len() == F::INPUTS, "the card has another number of inputs than its form");
        Self { card, form: std::marker::PhantomData }
    }
}

impl<F: Formula<P>, const P: usize> Default for Of<F, P> {
    fn default() -> Self {
        Self::new()
    }
}

/// A form as arithmetic alone.
struct Plain<F>(std::marker::PhantomData<F>);

impl<F: Form<P>, const P: usize> Arithmetic<P> for Plain<F> {
    #[inline(always)]
    fn at<R: Real>(&self, x: &[X<R>; MAX_INPUTS], theta: &[R; P]) -> R {
        F::predict(x, theta)
    }
}

/// Laws with more parameters than this take second derivatives in [`parts`].
const WHOLE: usize = 6;
/// Laws with at most this many parameters have their second derivatives compiled for the widest
/// vectors too: what a bootstrap takes thousands of times. More would cost minutes of compilation.
#[cfg(target_arch = "x86_64")]
const WIDEST: usize = 5;

impl<F: Form<P>, const P: usize> Of<F, P> {
    /// Values and gradients.
    #[inline(always)]
    fn first<V: Vector>(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        let theta: [Dual<Lanes<V>, P>; P] = std::array::from_fn(|i| Dual::variable(theta[i], i));
        for row in (0..block.padded()).step_by(V::WIDTH) {
            let y = F::predict(&block.lanes::<V, Dual<Lanes<V>, P>>(F::INPUTS, row), &theta);
            y.v.0.store(&mut jet.y[row..]);
            for i in 0..P {
                y.d[i].0.store(&mut jet.d[i][row..]);
            }
        }
    }

    /// Second derivatives too, of all parameters at once.
    #[inline(always)]
    fn second<V: Vector>(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        let theta: [Hyper<Lanes<V>, P>; P] = std::array::from_fn(|i| Hyper::variable(theta[i], i));
        for row in (0..block.padded()).step_by(V::WIDTH) {
            let y = F::predict(&block.lanes::<V, Hyper<Lanes<V>, P>>(F::INPUTS, row), &theta);
            y.v.0.store(&mut jet.y[row..]);
            for i in 0..P {
                y.d[i].0.store(&mut jet.d[i][row..]);
                for j in 0..=i {
                    y.h[i][j].0.store(&mut jet.h[i * (i + 1) / 2 + j][row..]);
                }
            }
        }
    }

    /// The same, two parameters at a time: P(P + 1)/2 sweeps of little code.
    #[inline(always)]
    fn pairs<V: Vector>(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        for i in 0..P {
            for j in 0..=i {
                let theta: [Hyper<Lanes<V>, 2>; P] = std::array::from_fn(|k| match k {
                    _ if k == i => Hyper::variable(theta[k], 0),
                    _ if k == j => Hyper::variable(theta[k], 1),
                    _ => Hyper::constant(theta[k]),
                });
                for row in (0..block.padded()).step_by(V::WIDTH) {
                    let y = F::predict(&block.lanes::<V, Hyper<Lanes<V>, 2>>(F::INPUTS, row), &theta);
                    let pair = if i == j { y.h[0][0] } else { y.h[1][0] };
                    pair.0.store(&mut jet.h[i * (i + 1) / 2 + j][row..]);
                    if i == j {
                        y.v.0.store(&mut jet.y[row..]);
                        y.d[0].0.store(&mut jet.d[i][row..]);
                    }
                }
            }
        }
    }

    /// # Safety
    /// The processor must have AVX2.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    unsafe fn first_avx2(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        Self::first::<x86::Avx2>(block, theta, jet);
    }

    /// # Safety
    /// The processor must have AVX-512 F.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    unsafe fn second_avx512(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        Self::second::<x86::Avx512>(block, theta, jet);
    }

    /// # Safety
    /// The processor must have AVX2.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    unsafe fn second_avx2(block: &Block, theta: &[f64; P], jet: &mut Jet) {
        if const { P <= WHOLE } {
            Self::second::<x86::Avx2>(block, theta, jet);
        } else {
            // The bits are those of [`Of::pairs`].
            parts::<x86::Avx2, P>(&Plain::<F>(std::marker::PhantomData), (F::INPUTS, P), block, theta, jet);
        }
    }
}

impl<F: Form<P>, const P: usize> Law for Of<F, P> {
    fn card(&self) -> &'static Card {
        self.card
    }

    fn predict(&self, x: &[f64], theta: &[f64]) -> f64 {
        let inputs: [X<f64>; MAX_INPUTS] = std::array::from_fn(|i| {
            let value = x.get(i).copied().unwrap_or(1.0);
            X::new(value, elementary::ln(value))
        });
        F::predict(&inputs, &array(theta))
    }

    fn enclose(&self, x: &[f64], ln: &[f64], theta: &[Enclosure]) -> Enclosure {
        let mut inputs = [X::new(Interval::point(1.0), Interval::point(0.0)); MAX_INPUTS];
        for (input, (&x, &ln)) in inputs.iter_mut().zip(x.iter().zip(ln)) {
            *input = X::new(Interval::point(x), Interval::around(ln));
        }
        F::predict(&inputs, &std::array::from_fn(|j| theta[j]))
    }

    fn jet(&self, order: Order, block: &Block, theta: &[f64], jet: &mut Jet) {
        let theta = &array(theta);
        #[cfg(target_arch = "x86_64")]
        if const { P <= WIDEST } && order == Order::Second && std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor was just found to have AVX-512 F.
            return unsafe { Self::second_avx512(block, theta, jet) };
        }
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor was just found to have AVX2.
            return match order {
                Order::First | Order::Majorant => unsafe { Self::first_avx2(block, theta, jet) },
                Order::Second => unsafe { Self::second_avx2(block, theta, jet) },
            };
        }
        // Without vectors, all derivatives come from the small code: the same bits, more sweeps.
        Self::pairs::<f64>(block, theta, jet);
    }
}

fn array<const P: usize>(theta: &[f64]) -> [f64; P] {
    std::array::from_fn(|i| theta[i])
}
