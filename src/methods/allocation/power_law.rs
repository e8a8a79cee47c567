//! y = k x^p through points, as a weighted line in logarithms.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A fitted power law and the interval of its exponent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PowerLaw {
    /// k: the value at x = 1.
    pub coefficient: f64,
    /// p.
    pub exponent: f64,
    /// Standard error of p; none with two points.
    pub standard_error: Option<f64>,
    /// Lower end of the interval of p.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Coverage aimed at.
    pub level: f64,
    /// How the interval was made.
    pub method: String,
    /// Points.
    pub points: usize,
    /// Weighted share of the variance of ln y that the line explains.
    pub r_squared: f64,
}

/// A line of least weighted squares and what its errors are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Weighted means of both coordinates: the line passes through them.
    pub centre: (f64, f64),
    /// Its slope.
    pub slope: f64,
    /// Σ w (x − x̄)².
    pub xx: f64,
    /// Σ w r² about the line.
    pub rest: f64,
    /// Σ w (y − ȳ)².
    pub all: f64,
    /// Points.
    pub count: usize,
}

impl Line {
    /// Through points, equal weights if none are given. None with fewer than two distinct x.
    pub fn through(x: &[f64], y: &[f64], weights: Option<&[f64]>) -> Option<Self> {
        let count = x.len();
        let w = |i: usize| weights.map_or(1.0, |weights| weights[i]);
        let sum = |f: &dyn Fn(usize) -> f64| (0..count).map(|i| w(i) * f(i)).sum::<f64>();
        let total = sum(&|_| 1.0);
        let centre = (sum(&|i| x[i]) / total, sum(&|i| y[i]) / total);
        let xx = sum(&|i| (x[i] - centre.0).powi(2));
        if count < 2 || xx <= 1e-12 * total {
            return None;
        }
        let slope = sum(&|i| (x[i] - centre.0) * (y[i] - centre.1)) / xx;
        let rest = sum(&|i| (y[i] - centre.1 - slope * (x[i] - centre.0)).powi(2));
        Some(Self { centre, slope, xx, rest, all: sum(&|i| (y[i] - centre.1).powi(2)), count })
    }
    /// The value at x.
    pub fn at(&self, x: f64) -> f64 {
        self.centre.1 + self.slope * (x - self.centre.0)
    }
    /// n − 2.
    pub fn freedom(&self) -> f64 {
        self.count as f64 - 2.0
    }
}

impl PowerLaw {
    /// The line through (ln x, ln y) of least weighted squares, equal weights if none are given.
    /// The error follows from the scatter about the line, Student's t with two degrees less than
    /// points. None with fewer than two distinct x.
    pub fn fit(ln_x: &[f64], ln_y: &[f64], weights: Option<&[f64]>, level: f64) -> Option<Self> {
        let line = Line::through(ln_x, ln_y, weights)?;
        let freedom = line.freedom();
        let standard_error = (freedom > 0.0).then(|| (line.rest / freedom / line.xx).sqrt());
        let half = standard_error.and_then(|error| Some(error * t_quantile(freedom, level)?));
        Some(Self {
            coefficient: line.at(0.0).exp(),
            exponent: line.slope,
            standard_error,
            lower: half.map(|half| line.slope - half),
            upper: half.map(|half| line.slope + half),
            level,
            method: "scatter about the line, Student's t".to_owned(),
            points: line.count,
            r_squared: if line.all > 0.0 { 1.0 - line.rest / line.all } else { 1.0 },
        })
    }
    /// The same line with the interval of the given replicates of its exponent.
    pub(crate) fn with_replicates(mut self, mut exponents: Vec<f64>, method: &str) -> Self {
        if exponents.len() > 1 {
            exponents.sort_by(f64::total_cmp);
            let mean = exponents.iter().sum::<f64>() / exponents.len() as f64;
            let square = exponents.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / (exponents.len() as f64 - 1.0);
            self.standard_error = Some(square.sqrt());
            self.lower = Some(super::quantile(&exponents, 0.5 * (1.0 - self.level)));
            self.upper = Some(super::quantile(&exponents, 0.5 * (1.0 + self.level)));
            self.method = method.to_owned();
        }
        self
    }
    /// The value at x.
    pub fn at(&self, x: f64) -> f64 {
        self.coefficient * x.powf(self.exponent)
    }
}

/// The two-sided quantile of Student's t that covers `level`.
pub(crate) fn t_quantile(freedom: f64, level: f64) -> Option<f64> {
    Some(StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(0.5 * (1.0 + level)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_power_law_is_found_with_any_weights() {
        let x = [1.0_f64, 2.0, 5.0, 9.0];
        let y: Vec<f64> = x.iter().map(|x| 3.0_f64.ln() + 0.49 * x).collect();
        for weights in [None, Some([1.0, 10.0, 0.1, 3.0])] {
            let line = PowerLaw::fit(&x, &y, weights.as_ref().map(|w| &w[..]), 0.95).unwrap();
            assert!((line.exponent - 0.49).abs() < 1e-14 && (line.coefficient - 3.0).abs() < 1e-13);
            assert!(line.standard_error.unwrap() < 1e-14 && (line.r_squared - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_interval_is_that_of_a_textbook_regression() {
        // x 0..4, residuals ±1 about y = 2x: slope 2 − 0.2/… by hand.
        let x = [0.0, 1.0, 2.0, 3.0, 4.0];
        let y = [1.0, 1.0, 5.0, 5.0, 9.0];
        let line = PowerLaw::fit(&x, &y, None, 0.95).unwrap();
        assert!((line.exponent - 2.0).abs() < 1e-12);
        // Rest 4.8, three degrees of freedom, Σ(x − x̄)² = 10, t = 3.182446.
        let error = (4.8_f64 / 3.0 / 10.0).sqrt();
        assert!((line.standard_error.unwrap() - error).abs() < 1e-12);
        assert!((line.upper.unwrap() - 2.0 - 3.182_446 * error).abs() < 1e-6);
    }

    #[test]
    fn one_abscissa_makes_no_line_and_two_points_no_error() {
        assert!(PowerLaw::fit(&[1.0, 1.0], &[1.0, 2.0], None, 0.95).is_none());
        let line = PowerLaw::fit(&[1.0, 2.0], &[1.0, 2.0], None, 0.95).unwrap();
        assert_eq!((line.standard_error, line.lower), (None, None));
    }
}
