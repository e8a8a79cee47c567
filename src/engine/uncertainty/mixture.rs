//! A mixture of normals on the logarithm of a measurement: what a forecast is, and how it is scored
//! when the measurement is there.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};
use std::f64::consts::PI;

/// One normal of a mixture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Its weight; those of a mixture add up to 1.
    pub weight: f64,
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation, positive.
    pub sd: f64,
}

/// A mixture of normals.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture(pub Vec<Part>);

impl Mixture {
    /// One normal.
    pub fn normal(mean: f64, sd: f64) -> Self {
        Self(vec![Part { weight: 1.0, mean, sd }])
    }

    /// Several mixtures with equal say.
    pub fn average(all: &[Self]) -> Self {
        let share = 1.0 / all.len() as f64;
        let parts = all.iter().flat_map(|one| &one.0);
        Self(parts.map(|part| Part { weight: share * part.weight, ..*part }).collect())
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.0.iter().map(|part| part.weight * part.mean).sum()
    }

    /// Probability of at most this.
    pub fn cdf(&self, at: f64) -> f64 {
        self.0.iter().map(|part| part.weight * Normal::standard().cdf((at - part.mean) / part.sd)).sum()
    }

    /// The p-quantile, by bisection. `None` if a part is no normal.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let sound = |part: &Part| part.mean.is_finite() && part.sd.is_finite() && part.sd > 0.0;
        if self.0.is_empty() || !self.0.iter().all(sound) {
            return None;
        }
        let end = |side: f64| self.0.iter().map(move |part| part.mean + side * 12.0 * part.sd);
        let (mut low, mut high) = (end(-1.0).fold(f64::INFINITY, f64::min), end(1.0).fold(f64::NEG_INFINITY, f64::max));
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if self.cdf(middle) < p { low = middle } else { high = middle }
        }
        Some(0.5 * (low + high))
    }

    /// Logarithm of the density, also where every part's own underflows.
    pub fn log_density(&self, at: f64) -> f64 {
        let log = |part: &Part| part.weight.ln() - part.sd.ln() + Normal::standard().ln_pdf((at - part.mean) / part.sd);
        let most = self.0.iter().map(log).fold(f64::NEG_INFINITY, f64::max);
        most + self.0.iter().map(|part| (log(part) - most).exp()).sum::<f64>().ln()
    }

    /// Continuous ranked probability score, E|X − y| − ½E|X − X′|: the smaller the better, in the unit
    /// of y. For one normal it is s[z(2Φ(z) − 1) + 2φ(z) − 1/√π] with z = (y − m)/s.
    pub fn crps(&self, at: f64) -> f64 {
        let off: f64 = self.0.iter().map(|part| part.weight * mean_size(at - part.mean, part.sd)).sum();
        let pair = |a: &Part, b: &Part| a.weight * b.weight * mean_size(a.mean - b.mean, a.sd.hypot(b.sd));
        let apart: f64 = self.0.iter().flat_map(|a| self.0.iter().map(move |b| pair(a, b))).sum();
        off - 0.5 * apart
    }
}

/// E|X| of a normal X.
fn mean_size(mean: f64, sd: f64) -> f64 {
    let z = mean / sd;
    let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    2.0 * sd * density + mean * (2.0 * Normal::standard().cdf(z) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_normal_scores_as_gneiting_and_raftery_write_it() {
        // s[z(2Φ(z) − 1) + 2φ(z) − 1/√π] with m = 1, s = 2, y = 2: z = 0.5, Φ = .691462461274013,
        // φ = .352065326764300.
        let want = 2.0 * (0.5 * (2.0 * 0.691_462_461_274_013 - 1.0) + 2.0 * 0.352_065_326_764_300 - 1.0 / PI.sqrt());
        assert!((Mixture::normal(1.0, 2.0).crps(2.0) / want - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_score_is_the_integral_of_squared_errors_of_the_distribution() {
        let two = Mixture(vec![Part { weight: 0.3, mean: -1.0, sd: 0.5 }, Part { weight: 0.7, mean: 2.0, sd: 1.5 }]);
        let at = 0.8;
        let step = 1e-3;
        let sum: f64 = (-12_000..16_000)
            .map(|k| {
                let x = (f64::from(k) + 0.5) * step;
                (two.cdf(x) - f64::from(u8::from(x >= at))).powi(2) * step
            })
            .sum();
        assert!((two.crps(at) - sum).abs() < 1e-6, "{} {sum}", two.crps(at));
        let slope = (two.cdf(at + 1e-5) - two.cdf(at - 1e-5)) / 2e-5;
        assert!((two.log_density(at) - slope.ln()).abs() < 1e-6);
        assert!((two.cdf(two.quantile(0.9).expect("it has one")) - 0.9).abs() < 1e-9);
    }

    #[test]
    fn the_truth_scores_best_on_average_and_an_average_of_one_is_itself() {
        let truth = Mixture::normal(0.0, 1.0);
        let quantiles: Vec<f64> = (0..400).map(|k| truth.quantile((f64::from(k) + 0.5) / 400.0).expect("it")).collect();
        let mean = |of: &Mixture| quantiles.iter().map(|y| of.crps(*y)).sum::<f64>();
        for rival in [Mixture::normal(0.2, 1.0), Mixture::normal(0.0, 1.3), Mixture::normal(0.0, 0.7)] {
            assert!(mean(&truth) < mean(&rival));
        }
        let same = Mixture::average(&[truth.clone(), truth.clone()]);
        assert!((same.crps(0.4) - truth.crps(0.4)).abs() < 1e-12);
    }
}
