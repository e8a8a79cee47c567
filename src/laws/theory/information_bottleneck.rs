//! gap = k sqrt((I + b)/n): generalisation gap from information (Kawaguchi et al. 2023).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, named};

/// Generalisation gap from the information kept and the samples.
pub struct InformationBottleneck;

impl Formula<2> for InformationBottleneck {
    const CARD: Card = Card {
        id: "information-bottleneck",
        family: Family::Theory,
        title: "Generalisation gap from the information kept and the samples",
        formula: r"gap = k\sqrt{(I + b)/n}",
        cite: &["kawaguchi2023"],
        inputs: &[
            Input::new("I", "information that the representation keeps of the input given the label", "nat")
                .within(0.0, 1e6),
            Input::new("n", "training samples", "1").within(1.0, 1e12),
        ],
        output: Input::new("gap", "test loss less training loss", "nat"),
        params: &[
            Param::coefficient("k", "k", "coefficient", "1", &[0.1, 1.0, 3.0]),
            Param::coefficient("b", "b", "offset", "nat", &[1.0, 10.0, 50.0]).role(Role::Nonlinear),
        ],
        derived: &[Derived {
            symbol: "n_at",
            meaning: "samples at which the gap falls to a stated one",
            formula: r"k^2 (I+b)/gap^2",
            unit: "1",
            needs: &["I", "gap_at"],
            value: named!(|[k, b], [i, gap]| k * k * (i + b) / (gap * gap)),
        }],
        notes: "\
## Statement
The gap between test and training loss falls as one over the square root of the number of samples, \
with the information that the representation keeps under the root.

## Origin
Kawaguchi et al. 2023, a bound whose constants were not read: what can be tested on a table is the \
rate and the ranking.

## Assumptions
The information is estimated for one layer and one training run.

## Where it fails
A bound is not a prediction: with free k and b it is a curve to compare others with.

## References
kawaguchi2023",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[k, b]: &[R; 2]) -> R {
        (k.ln() + ((x[0].value() + b).ln() - x[1].ln()) * 0.5).exp()
    }
}
