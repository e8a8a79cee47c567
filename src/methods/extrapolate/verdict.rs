//! Curves that no smooth continuation describes, by name.

use super::curve::Curve;
use super::posterior::median;
use crate::data::measurements::Warning;

/// Fewer points than this, or a shorter range of x, leave the prior to decide.
const SHORT: (usize, f64) = (8, 4.0);
/// A rise counts from this many standard deviations of the noise …
const BEYOND_NOISE: f64 = 5.0;
/// … and from this much in ln y.
const LEAST_RISE: f64 = 0.01;

/// Every verdict on a curve.
pub fn all(curve: &Curve) -> Vec<Warning> {
    let noise = noise(&curve.u, &curve.l);
    let smooth = running_medians(&curve.l);
    too_short(curve).into_iter().chain(rise(curve, &smooth, noise)).chain(floor(curve, noise)).collect()
}

fn too_short(curve: &Curve) -> Option<Warning> {
    let range = (-curve.raw.0[0]).exp();
    let points = curve.raw.0.len();
    (points < SHORT.0 || range < SHORT.1).then(|| {
        Warning::new(
            "too-short",
            format!(
                "{points} points over a factor {range:.3} in x say little of the shape: the forecast is mostly what curves usually do"
            ),
        )
    })
}

/// Standard deviation of the noise of single points, from how far each lies from the straight line
/// between its neighbours.
fn noise(u: &[f64], l: &[f64]) -> f64 {
    let residuals = (1..u.len().saturating_sub(1)).filter_map(|i| {
        let width = u[i + 1] - u[i - 1];
        let part = (u[i] - u[i - 1]) / width;
        let line = l[i - 1] + part * (l[i + 1] - l[i - 1]);
        (width > 0.0).then(|| (l[i] - line).abs() / (1.0 + part * part + (1.0 - part) * (1.0 - part)).sqrt())
    });
    let residuals: Vec<f64> = residuals.collect();
    if residuals.is_empty() { 0.0 } else { 1.4826 * median(residuals) }
}

/// Medians of three, so that a single spike is no rise.
fn running_medians(l: &[f64]) -> Vec<f64> {
    let middle = |i: usize| match i {
        0 => l[0],
        i if i + 1 == l.len() => l[i],
        i => median(vec![l[i - 1], l[i], l[i + 1]]),
    };
    (0..l.len()).map(middle).collect()
}

/// The largest rise above an earlier minimum, and what came after it.
fn rise(curve: &Curve, smooth: &[f64], noise: f64) -> Option<Warning> {
    let (mut low, mut largest) = (0, (0.0, 0, 0));
    for (i, &l) in smooth.iter().enumerate() {
        if l < smooth[low] {
            low = i;
        }
        if l - smooth[low] > largest.0 {
            largest = (l - smooth[low], low, i);
        }
    }
    let (height, from, to) = largest;
    if height <= LEAST_RISE.max(BEYOND_NOISE * noise) {
        return None;
    }
    let at = |i: usize| curve.last_x * curve.u[i].exp();
    let percent = 100.0 * height.exp_m1();
    let place = format!("rises by {percent:.3} % from x = {:.4e} to {:.4e}", at(from), at(to));
    let end = smooth[smooth.len() - 1];
    let lowest_after = smooth[to..].iter().copied().fold(f64::INFINITY, f64::min);
    Some(if end > smooth[from] + 0.5 * height {
        Warning::new("diverging", format!("the curve {place} and does not come back: do not extrapolate it"))
    } else if lowest_after < smooth[from] {
        Warning::new(
            "double-descent",
            format!("the curve {place} and then falls below where it was: the forecast knows the last descent only"),
        )
    } else {
        Warning::new("non-monotone", format!("the curve {place}, more than its noise: no falling shape describes it"))
    })
}

/// Whether the last doubling of x brought less than the noise.
fn floor(curve: &Curve, noise: f64) -> Option<Warning> {
    let (u, l) = (&curve.u, &curve.l);
    let half = |low: f64, high: f64| -> Vec<f64> {
        u.iter().zip(l).filter(|(u, _)| **u > low && **u <= high).map(|(_, l)| *l).collect()
    };
    let octave = std::f64::consts::LN_2;
    let (before, after) = (half(-2.0 * octave, -octave), half(-octave, 0.0));
    if before.len() < 2 || after.len() < 2 {
        return None;
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let fall = mean(&before) - mean(&after);
    let error = noise * (1.0 / before.len() as f64 + 1.0 / after.len() as f64).sqrt();
    (fall.abs() < 2.0 * error).then(|| {
        Warning::new(
            "noise-floor",
            format!(
                "over the last doubling of x the curve moved by {:.2} %, within its noise: it has reached its noise floor",
                100.0 * fall
            ),
        )
    })
}
