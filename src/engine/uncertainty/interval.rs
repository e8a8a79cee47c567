//! Order statistics of replicates, and the scale of residuals.

use crate::engine::fit::adaptive::noise;
use crate::engine::solve::least_absolute::RowTable;

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

/// Huber's scale of residuals of equal weight with so many parameters fitted; 0 where there is none.
pub fn proposal_2(r: &[f64], free: usize) -> f64 {
    let rows = RowTable { residual: r.to_vec(), weight: vec![1.0; r.len()], gradient: Vec::new() };
    noise(&rows, free).unwrap_or(0.0)
}

/// So many of a list, evenly taken, the last among them.
pub fn spaced(list: &[usize], count: usize) -> Vec<usize> {
    if count < 2 || list.len() <= count {
        return list.to_vec();
    }
    (0..count).map(|k| list[k * (list.len() - 1) / (count - 1)]).collect()
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
