//! eps = A a^-nu: error against the examples kept, at one share of pruning (Sorscher et al. 2022).

use crate::base::real::{Real, X};
use crate::base::root::root;
use crate::law::{Card, Derived, Family, Formula, Input, Param, named};
use statrs::distribution::{ContinuousCDF, Normal};
use std::f64::consts::PI;

/// Error against kept examples, with the theory of a perfect probe.
pub struct Pruning;

impl Formula<2> for Pruning {
    const CARD: Card = Card {
        id: "pruning",
        family: Family::Theory,
        title: "Error against kept examples, with the theory of a perfect probe",
        formula: r"\varepsilon = A\,\alpha_{prune}^{-\nu}",
        cite: &["sorscher2022"],
        inputs: &[Input::new("x", "kept examples per parameter", "1")],
        output: Input::new("eps", "classification error", "1").within(0.0, 1.0),
        params: &[
            Param::coefficient("A", "A", "error at one kept example per parameter", "1", &[0.1, 0.3, 0.5]),
            Param::exponent("nu", r"\nu", "exponent", (0.0, 10.0), &[0.5, 1.0, 2.0]),
        ],
        derived: &[
            Derived {
                symbol: "eps_theory",
                meaning: "error of a perceptron of greatest margin that keeps a share f of examples, the hardest by a perfect probe, alpha_prune per parameter",
                formula: r"\arccos(R)/\pi",
                unit: "1",
                needs: &["f", "alpha_prune"],
                value: named!(|_, [f, a]| perceptron(f, a).0.acos() / PI),
            },
            Derived {
                symbol: "R_theory",
                meaning: "its overlap with the teacher",
                formula: r"R",
                unit: "1",
                needs: &["f", "alpha_prune"],
                value: named!(|_, [f, a]| perceptron(f, a).0),
            },
            Derived {
                symbol: "kappa_theory",
                meaning: "its margin",
                formula: r"\kappa",
                unit: "1",
                needs: &["f", "alpha_prune"],
                value: named!(|_, [f, a]| perceptron(f, a).1),
            },
        ],
        notes: "\
## Statement
With random examples the error of a perceptron falls as one over the number of examples; keeping \
only the hardest, a smaller share as data grow, it falls faster than any power.

## Origin
Sorscher et al. 2022 (Beyond neural scaling laws), theory of a teacher and a student with a probe. \
The saddle-point equations of a perfect probe were confirmed by simulation; no table of coefficients \
is printed.

## Assumptions
Gaussian inputs, a teacher that is a perceptron, margins measured without error.

## Where it fails
An imperfect probe brings back a power law and a least useful share. Keep easy examples when data \
are few. One share f is one power law: the envelope over f is another curve.

## References
sorscher2022",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[a, nu]: &[R; 2]) -> R {
        a * x[0].pow(-nu)
    }
}

/// Cells of the integrals over the margin, and how many widths below zero they reach.
const CELLS: usize = 400;
const REACH: f64 = 9.0;

/// ∫ Dt g(t) up to `kappa`, by Simpson's rule, where g falls off below zero within `width`.
fn integral(kappa: f64, width: f64, g: impl Fn(f64) -> f64) -> f64 {
    let low = (-REACH * width.min(1.0)).min(kappa - REACH * width.min(1.0));
    let h = (kappa - low) / CELLS as f64;
    let weight = |k: usize| match k {
        0 | CELLS => 1.0,
        k if k % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let density = |t: f64| (-0.5 * t * t).exp() / (2.0 * PI).sqrt();
    (0..=CELLS).map(|k| (low + k as f64 * h, weight(k))).map(|(t, w)| w * density(t) * g(t)).sum::<f64>() * h / 3.0
}

/// Overlap and margin of the student: two equations, the margin solved inside for every overlap.
fn perceptron(f: f64, alpha: f64) -> (f64, f64) {
    if !(f > 0.0 && f <= 1.0 && alpha > 0.0) {
        return (f64::NAN, f64::NAN);
    }
    let normal = Normal::standard();
    let upper = |z: f64| normal.sf(z);
    let gamma = if f < 1.0 { normal.inverse_cdf(0.5 * (1.0 + f)) } else { f64::INFINITY };
    let margin = |r: f64| {
        let spread = (1.0 - r * r).sqrt();
        let seen = |t: f64| {
            let far = if gamma.is_finite() { upper(-(r * t - gamma) / spread) } else { 0.0 };
            upper(-r * t / spread) - far
        };
        let gap = |kappa: f64| {
            2.0 * alpha / f * integral(kappa, spread / r, |t| seen(t) * (kappa - t).powi(2)) - (1.0 - r * r)
        };
        root(gap, -5.0, 20.0)
    };
    let excess = |r: f64| {
        let (kappa, rest) = (margin(r), 1.0 - r * r);
        let cut = |t: f64| if gamma.is_finite() { (-gamma * (gamma - 2.0 * r * t) / (2.0 * rest)).exp() } else { 0.0 };
        let sum =
            integral(kappa, rest.sqrt() / r, |t| (-r * r * t * t / (2.0 * rest)).exp() * (1.0 - cut(t)) * (kappa - t));
        2.0 * alpha / (f * (2.0 * PI).sqrt() * rest.sqrt()) * sum - r
    };
    let r = root(excess, 1e-3, 1.0 - 1e-7);
    (r, margin(r))
}
