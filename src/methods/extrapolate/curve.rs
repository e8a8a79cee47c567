//! One curve, made ready: sorted, in logarithms, thinned to at most 64 points.

use super::ExtrapolateError;

/// The most points that enter the model.
const MOST: usize = 64;
/// The fewest distinct x that say anything about a shape.
pub const FEWEST: usize = 5;

/// A curve in logarithms, seen from its last point.
pub struct Curve {
    /// ln(x/x_last), ascending, at most 0.
    pub u: Vec<f64>,
    /// ln y; of a thinned curve the mean of each bin.
    pub l: Vec<f64>,
    /// Points behind each.
    pub count: Vec<f64>,
    /// The last x.
    pub last_x: f64,
    /// ln y at the last x (of several, the mean).
    pub last_l: f64,
    /// |slope| of ln y on u over the last factor 8 in x: the scale of what the curve may do next.
    pub slope: f64,
    /// The points as given, sorted: ln(x/x_last), ln y.
    pub raw: (Vec<f64>, Vec<f64>),
}

impl Curve {
    /// Sorts, takes logarithms, thins.
    ///
    /// # Errors
    /// [`ExtrapolateError`] if x or y is not positive and finite, or fewer than five x differ.
    pub fn new(x: &[f64], y: &[f64]) -> Result<Self, ExtrapolateError> {
        if x.len() != y.len() {
            return Err(ExtrapolateError::Lengths { x: x.len(), y: y.len() });
        }
        for (i, (&x, &y)) in x.iter().zip(y).enumerate() {
            for (what, value) in [("x", x), ("y", y)] {
                if !(value.is_finite() && value > 0.0) {
                    return Err(ExtrapolateError::NotPositive { what, point: i + 1, value });
                }
            }
        }
        let mut points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
        // By both, so that the order of rows changes no bit of the answer.
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let distinct = 1 + points.windows(2).filter(|pair| pair[0].0 < pair[1].0).count();
        if points.is_empty() || distinct < FEWEST {
            return Err(ExtrapolateError::TooFew { points: if points.is_empty() { 0 } else { distinct } });
        }
        let last_x = points[points.len() - 1].0;
        let raw: (Vec<f64>, Vec<f64>) = points.iter().map(|(x, y)| ((x / last_x).ln(), y.ln())).unzip();
        if raw.0[0] == 0.0 {
            return Err(ExtrapolateError::TooFew { points: 1 });
        }
        let at_last: Vec<f64> = raw.0.iter().zip(&raw.1).filter(|(u, _)| **u == 0.0).map(|(_, l)| *l).collect();
        let last_l = at_last.iter().sum::<f64>() / at_last.len() as f64;
        let slope = recent_slope(&raw.0, &raw.1);
        let (u, l, count) = thin(&raw.0, &raw.1);
        Ok(Self { u, l, count, last_x, last_l, slope, raw })
    }
}

/// Means in 64 bins of equal width in u.
fn thin(u: &[f64], l: &[f64]) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    if u.len() <= MOST {
        return (u.to_vec(), l.to_vec(), vec![1.0; u.len()]);
    }
    let mut bins = [(0.0, 0.0, 0.0); MOST];
    for (&u_i, &l_i) in u.iter().zip(l) {
        let bin = &mut bins[(((u_i - u[0]) / -u[0] * MOST as f64) as usize).min(MOST - 1)];
        *bin = (bin.0 + u_i, bin.1 + l_i, bin.2 + 1.0);
    }
    let full = bins.iter().filter(|bin| bin.2 > 0.0);
    let (mut means, mut levels, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for &(sum_u, sum_l, n) in full {
        means.push(sum_u / n);
        levels.push(sum_l / n);
        counts.push(n);
    }
    (means, levels, counts)
}

/// |least-squares slope| over the last factor 8 in x, or the last six points if those are more.
fn recent_slope(u: &[f64], l: &[f64]) -> f64 {
    let from = u.partition_point(|&u| u < -(8f64.ln()) - 1e-12).min(u.len().saturating_sub(6));
    let (u, l) = (&u[from..], &l[from..]);
    let n = u.len() as f64;
    let (mean_u, mean_l) = (u.iter().sum::<f64>() / n, l.iter().sum::<f64>() / n);
    let spread: f64 = u.iter().map(|u| (u - mean_u) * (u - mean_u)).sum();
    let along: f64 = u.iter().zip(l).map(|(u, l)| (u - mean_u) * (l - mean_l)).sum();
    if spread > 0.0 { (along / spread).abs() } else { 0.0 }
}
