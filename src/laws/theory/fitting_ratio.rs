//! Test error against the fitting ratio of a kernel with power-law spectra (Simon et al. 2023).

use crate::base::real::{Real, X};
use crate::base::root::minimum;
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, named};
use crate::laws::theory::eigenframework::Spectrum;
use std::f64::consts::PI;

/// Test error from samples and fitting ratio, with the ridge that is best.
pub struct FittingRatio;

impl Formula<4> for FittingRatio {
    const CARD: Card = Card {
        id: "fitting-ratio",
        family: Family::Theory,
        title: "Test error from samples and fitting ratio, with the ridge that is best",
        formula: r"E = c\,\frac{(\alpha-\beta+1)\sin(\pi/\alpha)}{\sin(\pi(\beta-1)/\alpha)}\cdot\frac{1-r+\alpha\sigma^2(1-r)^\beta}{1+(\alpha-1)r}\left(\frac{\pi}{\alpha\sin(\pi/\alpha)(1-r)}\right)^{\beta} n^{1-\beta},\quad r=\sqrt R",
        cite: &["simon2023"],
        inputs: &[
            Input::new("n", "samples", "1").within(1.0, 1e12),
            Input::new("R", "fitting ratio: training error over test error", "1").within(0.0, 0.9),
        ],
        output: Input::new("E", "test error", "1"),
        params: &[
            Param::coefficient(
                "c",
                "c",
                "scale, 1 for eigenvalues i^-alpha and coefficients i^-beta",
                "1",
                &[0.5, 1.0, 2.0],
            ),
            Param::exponent("alpha", r"\alpha", "exponent of the eigenvalues", (1.001, 5.0), &[1.3, 1.6]),
            Param::exponent("beta", r"\beta", "exponent of the squared coefficients", (1.001, 2.0), &[1.2, 1.4]),
            Param::coefficient(
                "sigma2",
                r"\sigma^2",
                "noise, relative to the test error without noise and ridge at the same n",
                "1",
                &[0.5, 2.0],
            )
            .role(Role::Nonlinear),
        ],
        derived: &[
            Derived {
                symbol: "R_opt",
                meaning: "fitting ratio of least test error",
                formula: r"\arg\min_R E",
                unit: "1",
                needs: &[],
                value: named!(|[_, alpha, beta, sigma2], _| best_ratio(alpha, beta, sigma2)),
            },
            Derived {
                symbol: "sigma2_threshold",
                meaning: "noise above which interpolating is no longer best; negative where it never is",
                formula: r"(\beta-\alpha)/(\alpha(\alpha-1))",
                unit: "1",
                needs: &[],
                value: named!(|[_, alpha, beta, _], _| (beta - alpha) / (alpha * (alpha - 1.0))),
            },
            Derived {
                symbol: "kappa",
                meaning: "implicit ridge of kernel regression with n samples and ridge delta, eigenvalues i^-alpha",
                formula: r"\sum_i \lambda_i/(\lambda_i+\kappa) + \delta/\kappa = n",
                unit: "1",
                needs: &["n", "delta"],
                value: named!(|[_, alpha, beta, _], [n, delta]| Spectrum::new(alpha, beta).kernel(n, delta, 0.0).kappa),
            },
            Derived {
                symbol: "E_test",
                meaning: "its test error with noise sigma_squared",
                formula: r"\frac{n}{n-q}\left(\sum(1-L_i)^2v_i^2+\sigma^2\right)",
                unit: "1",
                needs: &["n", "delta", "noise"],
                value: named!(|[_, alpha, beta, _], [n, delta, noise]| Spectrum::new(alpha, beta)
                    .kernel(n, delta, noise)
                    .test),
            },
            Derived {
                symbol: "E_train",
                meaning: "its training error",
                formula: r"(\delta/(n\kappa))^2 E",
                unit: "1",
                needs: &["n", "delta", "noise"],
                value: named!(|[_, alpha, beta, _], [n, delta, noise]| Spectrum::new(alpha, beta)
                    .kernel(n, delta, noise)
                    .train),
            },
            Derived {
                symbol: "kappa_features",
                meaning: "implicit ridge of random-feature regression with k features",
                formula: r"n = z + \delta/\kappa,\ k = z + k\kappa/\gamma",
                unit: "1",
                needs: &["n", "k", "delta"],
                value: named!(|[_, alpha, beta, _], [n, k, delta]| Spectrum::new(alpha, beta)
                    .features(n, k, delta, 0.0)
                    .kappa),
            },
            Derived {
                symbol: "gamma_features",
                meaning: "effective ridge of its features",
                formula: r"\gamma",
                unit: "1",
                needs: &["n", "k", "delta"],
                value: named!(|[_, alpha, beta, _], [n, k, delta]| Spectrum::new(alpha, beta)
                    .features(n, k, delta, 0.0)
                    .gamma),
            },
            Derived {
                symbol: "E_test_features",
                meaning: "its test error",
                formula: r"E_{test}",
                unit: "1",
                needs: &["n", "k", "delta", "noise"],
                value: named!(|[_, alpha, beta, _], [n, k, delta, noise]| Spectrum::new(alpha, beta)
                    .features(n, k, delta, noise)
                    .test),
            },
            Derived {
                symbol: "E_train_features",
                meaning: "its training error",
                formula: r"(\delta/(n\kappa))^2 E",
                unit: "1",
                needs: &["n", "k", "delta", "noise"],
                value: named!(|[_, alpha, beta, _], [n, k, delta, noise]| Spectrum::new(alpha, beta)
                    .features(n, k, delta, noise)
                    .train),
            },
        ],
        notes: "\
## Statement
More data and more features never hurt a regression with the right ridge, and with little noise the \
right ridge fits the data almost exactly. The error at a fitting ratio is a closed form of two \
spectral exponents; the eigenframework behind it is solved beside it.

## Origin
Simon, Karkada, Ghosh and Belkin 2023 (More is Better in Modern Machine Learning), theory and \
notebook. Spectral exponents of eigenvalues and squared coefficients: 1.17 and 1.14 for CIFAR-10, \
1.22 and 1.20 for SVHN, 1.12 and 1.36 for MNIST.

## Assumptions
Eigenvalues i^-alpha with alpha above 1, squared coefficients i^-beta with beta between 1 and 2 \
alpha + 1, ten thousand of them in the solver; the ridge is in units of the kernel.

## Where it fails
beta = alpha + 1 is a removable 0/0. Exponents read off a finite spectrum are biased; the authors \
use the slopes of the error and of the inverse trace instead. The best ratio does not depend on n, \
the threshold decides whether it is zero.

## References
simon2023",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[c, alpha, beta, sigma2]: &[R; 4]) -> R {
        let r = x[1].value().sqrt();
        let left = -r + 1.0;
        let turn = alpha.recip() * PI;
        let shape = (alpha - beta + 1.0) * turn.sin() / (turn * (beta - 1.0)).sin();
        let noise = (left + alpha * sigma2 * left.pow(beta)) / ((alpha - 1.0) * r + 1.0);
        c * shape * noise * (beta * ((alpha * turn.sin() * left).recip() * PI).ln()).exp() * x[0].pow(-beta + 1.0)
    }
}

/// The square of the r that minimises the part of the error that depends on it: a grid finds the
/// valley, since there may be one at each end.
fn best_ratio(alpha: f64, beta: f64, sigma2: f64) -> f64 {
    let error = |r: f64| {
        let left = 1.0 - r;
        (left + alpha * sigma2 * left.powf(beta)) / (1.0 + (alpha - 1.0) * r) * left.powf(-beta)
    };
    const CELLS: usize = 200;
    let at = |k: usize| k as f64 / CELLS as f64;
    let Some(k) = (0..CELLS).min_by(|&a, &b| error(at(a)).total_cmp(&error(at(b)))) else { return f64::NAN };
    let r = minimum(error, at(k.saturating_sub(1)), at(k + 1).min(1.0 - 1e-9));
    if error(0.0) <= error(r) { 0.0 } else { r * r }
}
