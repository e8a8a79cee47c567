//! How forecasts are scored against what was measured.

/// Mean squared error of predictions over the variance of the measured values (population form).
/// Infinite if any prediction is not finite, or nothing varies.
pub fn nmse(measured: &[f64], predicted: &[f64]) -> f64 {
    let count = measured.len() as f64;
    let mean = measured.iter().sum::<f64>() / count;
    let variance: f64 = measured.iter().map(|y| (y - mean).powi(2)).sum();
    let error: f64 = measured.iter().zip(predicted).map(|(y, p)| (y - p).powi(2)).sum();
    let ratio = error / variance;
    if ratio.is_finite() { ratio } else { f64::INFINITY }
}

/// 1 − the mean of [`nmse`] over output dimensions, each a pair of measured and predicted values.
/// −1 where that is no number: a failure counts as badly as the worst clipped score.
pub fn r_squared(dimensions: &[(Vec<f64>, Vec<f64>)]) -> f64 {
    let sum: f64 = dimensions.iter().map(|(measured, predicted)| nmse(measured, predicted)).sum();
    let score = 1.0 - sum / dimensions.len() as f64;
    if score.is_finite() { score } else { -1.0 }
}

/// Mean of |predicted/measured − 1|.
pub fn relative_error(measured: &[f64], predicted: &[f64]) -> f64 {
    let errors = measured.iter().zip(predicted).map(|(y, p)| (p / y - 1.0).abs());
    errors.sum::<f64>() / measured.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_scores_zero_and_the_truth_one() {
        let y = vec![1.0, 2.0, 6.0];
        assert_eq!(r_squared(&[(y.clone(), y.clone())]), 1.0);
        assert_eq!(r_squared(&[(y.clone(), vec![3.0; 3])]), 0.0);
        let both = [(y.clone(), y.clone()), (y.clone(), vec![3.0; 3])];
        assert_eq!(r_squared(&both), 0.5);
    }

    #[test]
    fn what_is_no_number_scores_minus_one() {
        let y = vec![1.0, 2.0, 6.0];
        assert_eq!(r_squared(&[(y.clone(), vec![1.0, f64::NAN, 2.0])]), -1.0);
        assert_eq!(r_squared(&[(vec![2.0; 3], y)]), -1.0, "nothing varies");
    }
}
