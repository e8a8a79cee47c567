//! A parabola through loss against ln N at one budget, and why it may be refused.

use super::power_law::t_quantile;
use serde::{Deserialize, Serialize};

/// A bend of this share of the height is rounding.
const LEVEL: f64 = 1e-9;

/// Why a budget has no optimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Fewer rows than asked for.
    TooFewPoints,
    /// Fewer than three different model sizes: no parabola.
    TooFewSizes,
    /// The parabola bends by less than its own error: any size is as good.
    Flat,
    /// The parabola opens downward: it has a maximum.
    Concave,
    /// The minimum lies outside the model sizes measured: an extrapolation, not an optimum.
    Unbracketed,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooFewPoints => "too few points",
            Self::TooFewSizes => "fewer than three model sizes",
            Self::Flat => "flat: it bends by less than the scatter of its points",
            Self::Concave => "concave",
            Self::Unbracketed => "unbracketed",
        })
    }
}

/// y ≈ height + curvature (x − vertex)², by least squares.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parabola {
    /// Where it is lowest (highest if `curvature` is negative).
    pub vertex: f64,
    /// Its value there.
    pub height: f64,
    /// Half its second derivative.
    pub curvature: f64,
    /// Standard error of `curvature`; none without a degree of freedom.
    #[serde(default)]
    pub curvature_error: Option<f64>,
    /// Standard error of the vertex by the delta method; none without a degree of freedom.
    pub vertex_error: Option<f64>,
    /// The two-sided t quantile for its interval, at the level asked for.
    pub t: Option<f64>,
    /// Root of the residual variance.
    pub scatter: f64,
}

impl Parabola {
    /// Through at least three different abscissae. In the orthogonal basis 1, t, t² − (m₃/m₂)t − m₂
    /// of the centred abscissa t, slope and curvature are uncorrelated.
    pub fn fit(x: &[f64], y: &[f64], level: f64) -> Result<Self, Refusal> {
        let count = x.len() as f64;
        let mean = |f: &dyn Fn(usize) -> f64| (0..x.len()).map(f).sum::<f64>() / count;
        let centre = mean(&|i| x[i]);
        let t = |i: usize| x[i] - centre;
        let (m2, m3) = (mean(&|i| t(i).powi(2)), mean(&|i| t(i).powi(3)));
        if x.len() < 3 || m2 <= 0.0 {
            return Err(Refusal::TooFewSizes);
        }
        let skew = m3 / m2;
        let q = |i: usize| t(i).powi(2) - skew * t(i) - m2;
        let qq = mean(&|i| q(i).powi(2));
        if qq <= 1e-18 * m2 * m2 {
            return Err(Refusal::TooFewSizes);
        }
        let height = mean(&|i| y[i]);
        let slope = mean(&|i| t(i) * (y[i] - height)) / m2;
        let curvature = mean(&|i| q(i) * (y[i] - height)) / qq;
        let at = |t: f64| height + slope * t + curvature * (t * t - skew * t - m2);
        let vertex = 0.5 * (skew - slope / curvature);
        let rest = mean(&|i| (y[i] - at(t(i))).powi(2)) * count;
        let freedom = count - 3.0;
        let variance = rest / freedom.max(1.0);
        let by_slope = 0.5 / curvature;
        let by_curvature = 0.5 * slope / (curvature * curvature);
        let error = (variance / count * (by_slope.powi(2) / m2 + by_curvature.powi(2) / qq)).sqrt();
        Ok(Self {
            vertex: centre + vertex,
            height: at(vertex),
            curvature,
            curvature_error: (freedom > 0.0).then(|| (variance / count / qq).sqrt()),
            vertex_error: (freedom > 0.0).then_some(error),
            t: if freedom > 0.0 { t_quantile(freedom, level) } else { None },
            scatter: variance.sqrt(),
        })
    }
    /// Refused unless it bends, opens upward with its vertex within the abscissae.
    pub fn check(&self, low: f64, high: f64) -> Result<(), Refusal> {
        let bend = self.curvature.abs() * (0.5 * (high - low)).powi(2);
        let within_error = self.curvature_error.is_some_and(|error| self.curvature.abs() < error);
        let outside = self.curvature > 0.0 && self.vertex.is_finite() && !(low < self.vertex && self.vertex < high);
        // A vertex beyond the sizes tried is named before the shallowness that goes with it.
        if !outside && (within_error || bend <= LEVEL * self.height.abs() || !self.vertex.is_finite()) {
            Err(Refusal::Flat)
        } else if self.curvature > 0.0 {
            if low < self.vertex && self.vertex < high { Ok(()) } else { Err(Refusal::Unbracketed) }
        } else {
            Err(Refusal::Concave)
        }
    }
    /// Half-width of the interval of the vertex.
    pub fn half_width(&self) -> Option<f64> {
        Some(self.vertex_error? * self.t?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_parabola_is_found() {
        let x = [18.0, 18.4, 19.9, 20.0, 23.0];
        let y = x.map(|x: f64| 2.1 + 0.05 * (x - 19.3).powi(2));
        let found = Parabola::fit(&x, &y, 0.95).unwrap();
        assert!((found.vertex - 19.3).abs() < 1e-11, "{}", found.vertex);
        assert!((found.height - 2.1).abs() < 1e-13 && (found.curvature - 0.05).abs() < 1e-13);
        assert!(found.vertex_error.unwrap() < 1e-11);
    }

    #[test]
    fn concave_unbracketed_and_degenerate_are_refused_by_name() {
        let x = [1.0, 2.0, 3.0, 4.0];
        let fit = |f: fn(f64) -> f64| Parabola::fit(&x, &x.map(f), 0.95).unwrap().check(1.0, 4.0);
        assert_eq!(fit(|x| 1.0 - (x - 2.0).powi(2)), Err(Refusal::Concave));
        assert_eq!(fit(|x| (x - 5.0).powi(2)), Err(Refusal::Unbracketed));
        assert_eq!(fit(|x| (x - 2.5).powi(2)), Ok(()));
        assert_eq!(Parabola::fit(&[1.0, 1.0, 2.0, 2.0], &[1.0, 2.0, 3.0, 4.0], 0.95), Err(Refusal::TooFewSizes));
        assert_eq!(Parabola::fit(&[1.0, 2.0], &[1.0, 2.0], 0.95), Err(Refusal::TooFewSizes));
    }

    #[test]
    fn the_vertex_error_is_the_spread_of_refitted_noise() {
        use rand::SeedableRng;
        use rand_distr::{Distribution, Normal};
        let mut rng = rand_pcg::Pcg64::seed_from_u64(1);
        let noise = Normal::new(0.0, 0.01).unwrap();
        let x: Vec<f64> = (0..12).map(|i| 18.0 + 0.3 * f64::from(i)).collect();
        let mut vertices = Vec::new();
        let mut errors = 0.0;
        for _ in 0..4000 {
            let y: Vec<f64> = x.iter().map(|x| 0.08 * (x - 19.2).powi(2) + noise.sample(&mut rng)).collect();
            let found = Parabola::fit(&x, &y, 0.95).unwrap();
            vertices.push(found.vertex);
            errors += found.vertex_error.unwrap().powi(2);
        }
        let mean = vertices.iter().sum::<f64>() / 4000.0;
        let spread = (vertices.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 4000.0).sqrt();
        assert!((spread / (errors / 4000.0).sqrt() - 1.0).abs() < 0.05);
    }
}
