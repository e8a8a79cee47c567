//! Second derivatives in parts, for laws of many parameters: code for all pairs at once grows with
//! their square.

use super::{Block, Jet, MAX_INPUTS};
use crate::base::real::{Hyper, Lanes, Real, Vector, X};

/// Parameters of one part: derivatives of four fill the registers of a processor, of more its memory.
pub(crate) const PART: usize = 4;

/// A formula over any scalar, with room for N parameters.
pub(crate) trait Arithmetic<const N: usize> {
    /// The prediction.
    fn at<R: Real>(&self, x: &[X<R>; MAX_INPUTS], theta: &[R; N]) -> R;
}

/// Values, gradients and second derivatives in the first `params` of N parameters: one sweep for each
/// two halves of a part among them, so that every two parameters meet in one.
#[inline(always)]
pub(crate) fn parts<V: Vector, const N: usize>(
    law: &impl Arithmetic<N>,
    (inputs, params): (usize, usize),
    block: &Block,
    theta: &[f64; N],
    jet: &mut Jet,
) {
    const HALF: usize = PART / 2;
    let of = |half: usize, end: usize| (half * HALF).min(end)..((half + 1) * HALF).min(end);
    // Of one or two parameters there is one half, which meets an empty one.
    for b in 1..params.div_ceil(HALF).max(2) {
        for a in 0..b {
            // Later parameters first, as in a pair: the triangle that is kept is the one that is stored.
            let place: [Option<usize>; N] = std::array::from_fn(|k| match k / HALF {
                half if half == b => Some(HALF - 1 - k % HALF),
                half if half == a => Some(PART - 1 - k % HALF),
                _ => None,
            });
            let theta: [Hyper<Lanes<V>, PART>; N] = std::array::from_fn(|k| match place[k] {
                Some(i) => Hyper::variable(theta[k], i),
                None => Hyper::constant(theta[k]),
            });
            for row in (0..block.padded()).step_by(V::WIDTH) {
                let y = law.at(&block.lanes::<V, Hyper<Lanes<V>, PART>>(inputs, row), &theta);
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
