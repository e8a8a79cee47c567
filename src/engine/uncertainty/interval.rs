//! Order statistics of replicates.

/// The p-quantile of sorted values by linear interpolation (Hyndman and Fan's type 7, the
/// default of NumPy and R). NaN for no values.
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let h = p.clamp(0.0, 1.0) * last as f64;
    let (low, part) = (h.floor() as usize, h.fract());
    let high = (low + 1).min(last);
    // Equal neighbours may both be infinite; their mean is themselves.
    if sorted[low] == sorted[high] { sorted[low] } else { sorted[low] + part * (sorted[high] - sorted[low]) }
}

/// Mean and standard deviation (n − 1).
pub fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sum: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, if n > 1.0 { (sum / (n - 1.0)).sqrt() } else { f64::NAN })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantile_is_numpys() {
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(quantile(&values, 0.25), 3.25);
        assert_eq!(quantile(&values, 0.0), 1.0);
        assert_eq!(quantile(&values, 1.0), 10.0);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
