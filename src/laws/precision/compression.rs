//! L = A (N rho)^-alpha + B D^-beta + E: loss of compressed representations (Panferov et al. 2025).

use crate::base::real::{Real, X};
use crate::base::root::{minimum, root};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Transform, named};
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// Loss under any compression, through one capacity factor.
pub struct Compression;

impl Formula<5> for Compression {
    const CARD: Card = Card {
        id: "compression",
        family: Family::Precision,
        title: "Loss under any compression, through one capacity factor",
        formula: r"L = A\,(N\rho)^{-\alpha} + B\,D^{-\beta} + E",
        cite: &["panferov2025"],
        inputs: &[
            Input::new("N", "model size", "parameters"),
            Input::new("D", "training data", "tokens"),
            Input::new("rho", "capacity of the representation, a fraction", "1").within(0.01, 1.0),
        ],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("E", "E", "irreducible loss", "nat/token", &[1.0, 1.7, 2.5])
                .transform(Transform::Identity),
            Param::coefficient("A", "A", "model-size coefficient", "1", &[100.0, 400.0, 2000.0]),
            Param::coefficient("B", "B", "data coefficient", "1", &[100.0, 400.0, 2000.0]),
            Param::exponent("alpha", r"\alpha", "model-size exponent", (0.0, 3.0), &[0.2, 0.34, 0.5]),
            Param::exponent("beta", r"\beta", "data exponent", (0.0, 3.0), &[0.2, 0.28, 0.5]),
        ],
        derived: &[
            Derived {
                symbol: "gmse_pruned",
                meaning: "mean squared error of the nearest vector with a share S of zeros to a standard normal one",
                formula: r"S - 2t\varphi(t),\ \Phi(t) = (1+S)/2",
                unit: "1",
                needs: &["S"],
                value: named!(|_, [s]| pruned(s)),
            },
            Derived {
                symbol: "gmse_bound",
                meaning: "least mean squared error of b bits per standard normal number",
                formula: r"4^{-b}",
                unit: "1",
                needs: &["b"],
                value: named!(|_, [b]| 0.25f64.powf(b)),
            },
            Derived {
                symbol: "step",
                meaning: "step of the best uniform mid-rise quantiser of b bits for a standard normal number",
                formula: r"\arg\min_\Delta",
                unit: "1",
                needs: &["b"],
                value: named!(|_, [b]| uniform(b).0),
            },
            Derived {
                symbol: "gmse_uniform",
                meaning: "mean squared error of that quantiser",
                formula: r"\min_\Delta",
                unit: "1",
                needs: &["b"],
                value: named!(|_, [b]| uniform(b).1),
            },
        ],
        notes: "\
## Statement
Quantised, sparse or both: a representation of the weights keeps a share rho of the capacity of N \
parameters, and the loss is that of N rho of them. The share is a function of how well the \
representation holds Gaussian data.

## Origin
Panferov et al. 2025 (unified scaling laws for compressed representations). Capacities multiply over \
weights, activations and sparsity. How rho follows from the Gaussian error was not readable in full, \
so rho is an input here and the Gaussian errors are given beside it.

## Assumptions
One capacity per representation, at every size.

## Where it fails
Products of capacities fail at two bits. A product N rho hides an error in either.

## References
panferov2025",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[e, a, b, alpha, beta]: &[R; 5]) -> R {
        a * (-(alpha * (x[0].ln() + x[2].ln()))).exp() + b * x[1].pow(-beta) + e
    }
}

/// Mean squared error of pruning the smallest share `s` of standard normal numbers.
fn pruned(s: f64) -> f64 {
    let normal = Normal::standard();
    let t = root(|t| normal.cdf(t) - 0.5 * (1.0 + s), 0.0, 40.0);
    s - 2.0 * t * normal.pdf(t)
}

/// Step and error of the best symmetric uniform quantiser with 2^b levels and none at zero.
fn uniform(b: f64) -> (f64, f64) {
    let normal = Normal::standard();
    let half = (2f64.powf(b) / 2.0).round().clamp(1.0, 4096.0) as usize;
    // Over a cell [l, h] with level v: second moment - 2 v first moment + v^2 mass, doubled by symmetry.
    let error = |step: f64| {
        let moments = |z: f64| match z.is_finite() {
            true => (normal.cdf(z), -normal.pdf(z), normal.cdf(z) - z * normal.pdf(z)),
            false => (1.0, 0.0, 1.0),
        };
        let cell = |k: usize| {
            let (low, level) = (k as f64 * step, (k as f64 + 0.5) * step);
            let high = if k + 1 == half { f64::INFINITY } else { low + step };
            let (l, h) = (moments(low), moments(high));
            (h.2 - l.2) - 2.0 * level * (h.1 - l.1) + level * level * (h.0 - l.0)
        };
        2.0 * (0..half).map(cell).sum::<f64>()
    };
    let step = minimum(error, 1e-6, 4.0);
    (step, error(step))
}
