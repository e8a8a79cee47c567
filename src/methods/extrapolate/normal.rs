//! The normal distribution where the model needs it: logarithms of tails.

use std::f64::consts::{PI, SQRT_2};

/// Φ(z).
pub fn cdf(z: f64) -> f64 {
    0.5 * statrs::function::erf::erfc(-z / SQRT_2)
}

/// A normal distribution of ln y, to be scored by what was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distribution {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
}

impl Distribution {
    /// Logarithm of the density.
    pub fn log_density(&self, at: f64) -> f64 {
        let z = (at - self.mean) / self.sd;
        -0.5 * z * z - 0.5 * (2.0 * PI).ln() - self.sd.ln()
    }
    /// Probability of at most this.
    pub fn cdf(&self, at: f64) -> f64 {
        cdf((at - self.mean) / self.sd)
    }
    /// Continuous ranked probability score: the smaller the better, in units of ln y.
    pub fn crps(&self, at: f64) -> f64 {
        let z = (at - self.mean) / self.sd;
        let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
        self.sd * (z * (2.0 * cdf(z) - 1.0) + 2.0 * density - 1.0 / PI.sqrt())
    }
}

/// ln Φ(z) and φ(z)/Φ(z), also far out where Φ(z) underflows.
pub fn log_cdf_and_hazard(z: f64) -> (f64, f64) {
    let log_density = -0.5 * z * z - 0.5 * (2.0 * PI).ln();
    if z > 8.5 {
        // Φ rounds to 1; what is left of the density is below 1e-16.
        return (0.0, log_density.exp());
    }
    if z > -25.0 {
        let log = cdf(z).ln();
        return (log, (log_density - log).exp());
    }
    // Asymptotic series of Mills' ratio, exact to rounding here.
    let w = 1.0 / (z * z);
    let mills = (1.0 - w * (1.0 - 3.0 * w * (1.0 - 5.0 * w))) / -z;
    (log_density + mills.ln(), 1.0 / mills)
}

/// The z with Φ(z) = p, for the centred interval of a level: 1.645 for .9.
pub fn two_sided(level: f64) -> f64 {
    SQRT_2 * statrs::function::erf::erf_inv(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_published_tables() {
        assert!((two_sided(0.9) - 1.644_853_626_951_472_7).abs() < 1e-10);
        assert!((cdf(-1.96) - 0.024_997_895_148_220_435).abs() < 1e-10);
        // SciPy's log_ndtr.
        for (z, want) in
            [(-10.0, -53.231_285_150_512_48), (-24.9, -314.140_412_761_613_3), (-40.0, -804.608_442_013_753_8)]
        {
            let (log, hazard) = log_cdf_and_hazard(z);
            assert!((log / want - 1.0f64).abs() < 1e-9, "{z}: {log} {want}");
            assert!(hazard > -z && hazard < -z + 0.2);
        }
        let (below, above) = (log_cdf_and_hazard(-25.0 - 1e-9), log_cdf_and_hazard(-25.0 + 1e-9));
        assert!((below.0 - above.0).abs() < 1e-6 && (below.1 - above.1).abs() < 1e-6);
    }
}
