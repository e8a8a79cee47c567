//! The eigenframework of kernel and random-feature regression (Simon et al. 2023, arXiv 2311.14646): test and training
//! error from a spectrum, by one or two equations for the implicit ridges.

use crate::base::root::rise;

/// Eigenvalues in a spectrum.
const MODES: usize = 10_000;
/// Logarithms between which an implicit ridge is looked for.
const RANGE: (f64, f64) = (-35.0, 35.0);

/// Eigenvalues i^-alpha and squared coefficients i^-beta, i from 1 to 10,000.
pub struct Spectrum {
    eigenvalues: Vec<f64>,
    squares: Vec<f64>,
}

/// What the framework says of one regression.
pub struct Regression {
    /// Implicit ridge of the kernel.
    pub kappa: f64,
    /// Effective ridge of the features; the kernel's own where there are infinitely many.
    pub gamma: f64,
    /// Test error.
    pub test: f64,
    /// Training error.
    pub train: f64,
}

impl Spectrum {
    /// A spectrum of two exponents.
    pub fn new(alpha: f64, beta: f64) -> Self {
        let powers = |exponent: f64| (1..=MODES).map(|i| (i as f64).powf(-exponent)).collect();
        Self { eigenvalues: powers(alpha), squares: powers(beta) }
    }

    /// Σ λ/(λ + ridge).
    fn learned(&self, ridge: f64) -> f64 {
        self.eigenvalues.iter().map(|l| l / (l + ridge)).sum()
    }

    /// Kernel regression on `n` samples with ridge `delta` and noise of variance `noise`: κ solves
    /// Σ λ/(λ + κ) + δ/κ = n; NaN where nothing does.
    pub fn kernel(&self, n: f64, delta: f64, noise: f64) -> Regression {
        let kappa = rise(|k| n - self.learned(k.exp()) - delta / k.exp(), RANGE.0, RANGE.1).map_or(f64::NAN, f64::exp);
        let (mut q, mut bias) = (0.0, 0.0);
        for (l, v) in self.eigenvalues.iter().zip(&self.squares) {
            let share = l / (l + kappa);
            q += share * share;
            bias += (1.0 - share).powi(2) * v;
        }
        let test = n / (n - q) * (bias + noise);
        Regression { kappa, gamma: kappa, test, train: (delta / (n * kappa)).powi(2) * test }
    }

    /// The same on `k` random features: n = z + δ/κ and k = z + kκ/γ with z = Σ λ/(λ + γ). The second
    /// gives κ for every γ; the first is then one equation.
    pub fn features(&self, n: f64, k: f64, delta: f64, noise: f64) -> Regression {
        let kappa_of = |gamma: f64| gamma * (k - self.learned(gamma)) / k;
        let short = |ln: f64| {
            let kappa = kappa_of(ln.exp());
            // Below the least γ with κ > 0 more is learned than there are features: the ridge is too small.
            if kappa > 0.0 { n - self.learned(ln.exp()) - delta / kappa } else { f64::NEG_INFINITY }
        };
        let gamma = rise(short, RANGE.0, RANGE.1).map_or(f64::NAN, f64::exp);
        let kappa = kappa_of(gamma);
        let (z, q) = self.eigenvalues.iter().fold((0.0, 0.0), |(z, q), l| {
            let share = l / (l + gamma);
            (z + share, q + share * share)
        });
        let bias: f64 = self
            .eigenvalues
            .iter()
            .zip(&self.squares)
            .map(|(l, v)| (gamma / (l + gamma) - kappa * l / (l + gamma).powi(2) * k / (k - q)) * v)
            .sum();
        let test = (bias + noise) / (1.0 - (q * (k - 2.0 * z) + z * z) / (n * (k - q)));
        Regression { kappa, gamma, test, train: (delta / (n * kappa)).powi(2) * test }
    }
}
