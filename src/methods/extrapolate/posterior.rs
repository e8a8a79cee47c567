//! The average over shapes, drifts and noise levels, kept as moments: a forecast anywhere then
//! costs one pass over the shapes.

use super::ExtrapolateError;
use super::curve::Curve;
use super::shapes::{SHAPES, integrals, kappa, rho};
use super::spectrum::{Conditional, Spectrum, design};

/// Drift scales, as multiples of the recent slope.
const DRIFTS: [f64; 6] = [0.05, 0.1, 0.2, 0.3, 0.45, 0.7];
/// Noise levels: first, last, how many, evenly spread in the logarithm.
const NOISES: (f64, f64, usize) = (1.5e-4, 0.08, 9);
/// The same in the pass that finds outlying points.
const ROUGH_NOISES: (f64, f64, usize) = (1e-4, 0.1, 12);
/// Share of the noise that is independent from point to point …
const INDEPENDENT: f64 = 0.3;
/// … the rest is correlated over this length in ln x.
const LENGTH: f64 = 0.1;
/// Added to the recent slope, so that a flat curve may still drift.
const LEAST_SLOPE: f64 = 0.002;

/// What is believed of a curve before it is seen: means and standard deviations of ρ, κ, the
/// logarithm of the drift scale and that of the noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Of ρ.
    pub rho: (f64, f64),
    /// Of κ.
    pub kappa: (f64, f64),
    /// Of ln t, in which t is the drift scale over the recent slope.
    pub ln_drift: (f64, f64),
    /// Of ln σ.
    pub ln_noise: (f64, f64),
}

impl Prior {
    /// The prior that forecasts are made with.
    pub fn shipped() -> Self {
        Self { rho: (0.35, 0.15), kappa: (0.2, 0.15), ln_drift: (0.3f64.ln(), 0.3), ln_noise: (0.004f64.ln(), 2.0) }
    }

    /// The prior under which the stage is told: wide, so that the curve speaks.
    pub fn wide() -> Self {
        Self { rho: (0.35, 0.6), kappa: (0.1, 0.3), ln_drift: (0.2f64.ln(), 0.7), ..Self::shipped() }
    }

    /// Log weights of shapes, drifts and noise levels; the first two are normalised on their grid.
    fn grid(&self, noises: &[f64]) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let normal = |x: f64, (mean, sd): (f64, f64)| -0.5 * ((x - mean) / sd) * ((x - mean) / sd);
        let shapes = (0..SHAPES).map(|k| normal(rho(k), self.rho) + normal(kappa(k), self.kappa)).collect();
        let drifts = DRIFTS.iter().map(|t| normal(t.ln(), self.ln_drift)).collect();
        let noises = noises.iter().map(|s| normal(s.ln(), self.ln_noise)).collect();
        (normalised(shapes), normalised(drifts), noises)
    }
}

fn normalised(mut logs: Vec<f64>) -> Vec<f64> {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = logs.iter().map(|log| (log - top).exp()).sum();
    logs.iter_mut().for_each(|log| *log -= top + total.ln());
    logs
}

fn spread((first, last, count): (f64, f64, usize)) -> Vec<f64> {
    (0..count).map(|i| first * (last / first).powf(i as f64 / (count - 1) as f64)).collect()
}

/// The posterior of a curve beyond its last point, as per-shape moments.
pub struct Posterior {
    /// Σw, Σwg, Σwb, Σwg², Σwgb, Σwb², Σwv, Σwvp, Σwvp² of each shape, where the curve is
    /// g + b H(u) with variance v (H(u) − p)².
    moments: Vec<[f64; 9]>,
    /// Variance of the level plus that of the noise.
    constant: f64,
    /// Mean square of the noise.
    noise: f64,
    /// Mean square of the drift scale.
    drift: f64,
    /// Posterior mean of ρ under the wide prior.
    pub rho: f64,
    /// Its standard deviation.
    pub rho_sd: f64,
}

impl Posterior {
    /// Of a curve under a prior.
    ///
    /// # Errors
    /// [`ExtrapolateError::Degenerate`] if the points leave no covariance that can be factorised.
    pub fn new(curve: &Curve, prior: &Prior) -> Result<Self, ExtrapolateError> {
        let scale = curve.slope + LEAST_SLOPE;
        let h = design(&curve.u);
        let weights = robust_weights(curve, &h, scale).ok_or(ExtrapolateError::Degenerate)?;
        let noise = |i: usize, j: usize| {
            let own = if i == j { INDEPENDENT / (curve.count[i] * weights[i]) } else { 0.0 };
            own + (1.0 - INDEPENDENT) * (-(curve.u[i] - curve.u[j]).abs() / LENGTH).exp()
        };
        let spectrum = Spectrum::new(&curve.u, &curve.l, &h, noise).ok_or(ExtrapolateError::Degenerate)?;

        let noises = spread(NOISES);
        let (narrow, wide) = (prior.grid(&noises), Prior::wide().grid(&noises));
        let mut cells: Vec<(f64, f64, Conditional)> = Vec::with_capacity(DRIFTS.len() * noises.len());
        let mut logs = vec![[0.0; SHAPES]; DRIFTS.len() * noises.len()];
        let mut wide_logs = logs.clone();
        for (i, t) in DRIFTS.iter().enumerate() {
            for (j, &sigma) in noises.iter().enumerate() {
                let mut cell = Conditional::default();
                spectrum.condition(t * scale, sigma, &mut cell);
                let at = cells.len();
                for k in 0..SHAPES {
                    logs[at][k] = cell.evidence[k] + narrow.0[k] + narrow.1[i] + narrow.2[j];
                    wide_logs[at][k] = cell.evidence[k] + wide.0[k] + wide.1[i] + wide.2[j];
                }
                cells.push((t * scale, sigma, cell));
            }
        }
        soften(&mut logs);
        soften(&mut wide_logs);
        let mut answer = Self::gather(&cells, &logs);
        (answer.rho, answer.rho_sd) = stage(&wide_logs);
        Ok(answer)
    }

    fn gather(cells: &[(f64, f64, Conditional)], weights: &[[f64; SHAPES]]) -> Self {
        let mut moments = vec![[0.0; 9]; SHAPES];
        let (mut constant, mut noise, mut drift) = (0.0, 0.0, 0.0);
        for ((tau, sigma, cell), weights) in cells.iter().zip(weights) {
            let total: f64 = weights.iter().sum();
            constant += total * (1.0 / cell.q + sigma * sigma);
            noise += total * sigma * sigma;
            drift += total * tau * tau;
            for (k, (moments, &w)) in moments.iter_mut().zip(weights).enumerate() {
                let (g, b, v, p) = (cell.g[k], cell.b[k], w * cell.variance[k], cell.pivot[k]);
                let terms = [w, w * g, w * b, w * g * g, w * g * b, w * b * b, v, v * p, v * p * p];
                for (sum, term) in moments.iter_mut().zip(terms) {
                    *sum += term;
                }
            }
        }
        Self { moments, constant, noise, drift, rho: 0.0, rho_sd: 0.0 }
    }

    /// Mean and standard deviation of a new ln y at u = ln(x/x_last) ≥ 0.
    pub fn at(&self, u: f64) -> (f64, f64) {
        let mut h = [0.0; SHAPES];
        integrals(u, &mut h);
        let (mut mean, mut square) = (0.0, self.constant + self.drift * u * u * u / 3.0);
        for (&h, m) in h.iter().zip(&self.moments) {
            mean += m[1] + h * m[2];
            square += m[3] + h * (2.0 * m[4] + h * m[5]) + h * (h * m[6] - 2.0 * m[7]) + m[8];
        }
        (mean, (square - mean * mean).max(0.0).sqrt())
    }

    /// Root mean square of the noise of ln y.
    pub fn noise(&self) -> f64 {
        self.noise.sqrt()
    }
}

/// Weights that add up to 1 from their logarithms.
fn soften(logs: &mut [[f64; SHAPES]]) {
    let top = logs.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for log in logs.iter_mut().flatten() {
        // Below 1e-26 of the largest, a weight adds nothing.
        *log = if *log < top - 60.0 { 0.0 } else { (*log - top).exp() };
        total += *log;
    }
    logs.iter_mut().flatten().for_each(|weight| *weight /= total);
}

fn stage(weights: &[[f64; SHAPES]]) -> (f64, f64) {
    let sum = |f: &dyn Fn(f64) -> f64| -> f64 {
        weights.iter().flat_map(|cell| cell.iter().enumerate()).map(|(k, w)| w * f(rho(k))).sum()
    };
    let mean = sum(&|rho| rho);
    (mean, sum(&|rho| (rho - mean) * (rho - mean)).sqrt())
}

/// One pass with independent noise and a fixed drift: points farther than three robust standard
/// deviations from the average curve count for less.
fn robust_weights(curve: &Curve, h: &[[f64; SHAPES]], scale: f64) -> Option<Vec<f64>> {
    let spectrum = Spectrum::new(&curve.u, &curve.l, h, |i, j| if i == j { 1.0 / curve.count[i] } else { 0.0 })?;
    let noises = spread(ROUGH_NOISES);
    let mut logs = vec![[0.0; SHAPES]; noises.len()];
    let mut cells = Vec::with_capacity(noises.len());
    for (logs, &sigma) in logs.iter_mut().zip(&noises) {
        let mut cell = Conditional::default();
        spectrum.condition(0.2 * scale, sigma, &mut cell);
        for (k, log) in logs.iter_mut().enumerate() {
            let away = (rho(k) - 0.5) / 0.5;
            *log = cell.evidence[k] - 0.5 * away * away;
        }
        cells.push((0.0, sigma, cell));
    }
    soften(&mut logs);
    let average = Posterior::gather(&cells, &logs);
    let residuals: Vec<f64> = h
        .iter()
        .zip(curve.l.iter().zip(&curve.count))
        .map(|(h, (l, count))| {
            let mean: f64 = h.iter().zip(&average.moments).map(|(h, m)| m[1] + h * m[2]).sum();
            (l - mean).abs() * count.sqrt()
        })
        .collect();
    let typical = 1.4826 * median(residuals.clone()) + 1e-6;
    Some(residuals.iter().map(|e| if *e > 3.0 * typical { 3.0 * typical / e } else { 1.0 }).collect())
}

/// The middle value; the mean of the middle two.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { 0.5 * (values[half - 1] + values[half]) }
}
