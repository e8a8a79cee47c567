//! Step 2: the curve from loss to score.

use serde::{Deserialize, Serialize};

/// Steepness and midpoint are looked for inside ± this.
const BOUND: f64 = 1e3;

/// S = d + c / (1 + e^(−gamma (L − l))), with gamma < 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sigmoid {
    /// Range: ceiling less floor.
    pub c: f64,
    /// Floor.
    pub d: f64,
    /// Steepness.
    pub gamma: f64,
    /// Loss at the middle.
    pub l: f64,
    /// Root mean square of the residuals in score.
    pub rmse: f64,
    /// Points fitted.
    pub points: usize,
    /// The parameter that ended at a bound: "gamma", "l" or "c".
    pub at_bound: Option<String>,
}

impl Sigmoid {
    /// A curve given by its constants.
    pub fn new(c: f64, d: f64, gamma: f64, l: f64) -> Self {
        Self { c, d, gamma, l, rmse: 0.0, points: 0, at_bound: None }
    }
    /// Score at a loss.
    pub fn score(&self, loss: f64) -> f64 {
        self.d + self.c / (1.0 + (-self.gamma * (loss - self.l)).exp())
    }
    /// Loss at a score; none at the floor, the ceiling or outside them.
    pub fn loss(&self, score: f64) -> Option<f64> {
        (score > self.d && score < self.d + self.c)
            .then(|| self.l - (self.c / (score - self.d) - 1.0).ln() / self.gamma)
    }
    /// Whether the score rises with the loss: then there is nothing to invert.
    pub fn rises(&self) -> bool {
        self.gamma >= 0.0
    }
}

/// What the fit does with the ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ceiling {
    /// A perfect score: c = 1 − d.
    Perfect,
    /// Fitted, in (0, 1 − d].
    Free,
}

/// Fits steepness and midpoint, and the range if it is free, by least squares on the score. None
/// with fewer than three points or no spread in loss.
///
/// This one function is the whole engine of step 2: replace it to fit the sigmoid otherwise.
pub fn fit_sigmoid(losses: &[f64], scores: &[f64], floor: f64, ceiling: Ceiling) -> Option<Sigmoid> {
    let points: Vec<(f64, f64)> = losses.iter().copied().zip(scores.iter().copied()).collect();
    let (low, high) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), p| (a.min(p.0), b.max(p.0)));
    if points.len() < 3 || high.partial_cmp(&low) != Some(std::cmp::Ordering::Greater) {
        return None;
    }
    let top = 1.0 - floor;
    match ceiling {
        Ceiling::Perfect => at_range(&points, floor, top),
        Ceiling::Free => best_range(&points, floor, top),
    }
}

/// Best fit at a given range: the best of a logit regression and a small grid of starts.
fn at_range(points: &[(f64, f64)], d: f64, c: f64) -> Option<Sigmoid> {
    let (low, high) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), p| (a.min(p.0), b.max(p.0)));
    let mut starts: Vec<(f64, f64)> = [-2.0, -7.0, -25.0, 7.0]
        .iter()
        .flat_map(|gamma| [0.0, 0.5, 1.0].map(|share| (*gamma, low + share * (high - low))))
        .collect();
    starts.extend(logit_start(points, d, c));
    let best = starts
        .into_iter()
        .map(|start| damped_gauss_newton(points, d, c, start))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, squares)| squares.is_finite())?;
    let ((gamma, l), squares) = best;
    let at_bound = if gamma.abs() >= BOUND {
        Some("gamma")
    } else if l.abs() >= BOUND {
        Some("l")
    } else {
        None
    };
    Some(Sigmoid {
        c,
        d,
        gamma,
        l,
        rmse: (squares / points.len() as f64).sqrt(),
        points: points.len(),
        at_bound: at_bound.map(str::to_owned),
    })
}

/// Best range: the minimum over a grid of the best fit at each, refined by golden section.
fn best_range(points: &[(f64, f64)], d: f64, top: f64) -> Option<Sigmoid> {
    const CELLS: usize = 40;
    let share = |k: usize| top * k as f64 / CELLS as f64;
    let grid: Vec<Option<Sigmoid>> = (1..=CELLS).map(|k| at_range(points, d, share(k))).collect();
    let error = |fit: &Option<Sigmoid>| fit.as_ref().map_or(f64::INFINITY, |fit| fit.rmse);
    let k = 1 + (0..CELLS).min_by(|a, b| error(&grid[*a]).total_cmp(&error(&grid[*b])))?;
    let (mut a, mut b) = (share(k - 1).max(1e-6 * top), share((k + 1).min(CELLS)));
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..60 {
        let (left, right) = (b - golden * (b - a), a + golden * (b - a));
        if error(&at_range(points, d, left)) <= error(&at_range(points, d, right)) {
            b = right;
        } else {
            a = left;
        }
    }
    let mut inside = at_range(points, d, 0.5 * (a + b))?;
    let perfect = grid[CELLS - 1].clone();
    if error(&perfect) <= inside.rmse {
        inside = perfect?;
        inside.at_bound.get_or_insert_with(|| "c".to_owned());
    }
    Some(inside)
}

/// Straight line through the logits of the scores between floor and ceiling.
fn logit_start(points: &[(f64, f64)], d: f64, c: f64) -> Option<(f64, f64)> {
    let logits: Vec<(f64, f64)> = points
        .iter()
        .filter(|(_, s)| *s > d && *s < d + c)
        .map(|(loss, s)| (*loss, ((s - d) / (d + c - s)).ln()))
        .collect();
    let n = logits.len() as f64;
    let (mx, my) = (logits.iter().map(|p| p.0).sum::<f64>() / n, logits.iter().map(|p| p.1).sum::<f64>() / n);
    let sxx: f64 = logits.iter().map(|p| (p.0 - mx).powi(2)).sum();
    let slope = logits.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum::<f64>() / sxx;
    let start = (slope, mx - my / slope);
    (start.0.is_finite() && start.1.is_finite()).then_some(start)
}

/// Levenberg and Marquardt's method in (gamma, l), kept inside the bounds. Returns the answer and
/// its sum of squares.
fn damped_gauss_newton(points: &[(f64, f64)], d: f64, c: f64, start: (f64, f64)) -> ((f64, f64), f64) {
    let squares = |(gamma, l): (f64, f64)| -> f64 {
        points.iter().map(|(x, s)| (s - d - c / (1.0 + (-gamma * (x - l)).exp())).powi(2)).sum()
    };
    let mut at = (start.0.clamp(-BOUND, BOUND), start.1.clamp(-BOUND, BOUND));
    let (mut value, mut damping) = (squares(at), 1e-3);
    for _ in 0..300 {
        let (mut aa, mut ab, mut bb, mut ra, mut rb) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (x, s) in points {
            let p = 1.0 / (1.0 + (-at.0 * (x - at.1)).exp());
            let (r, w) = (s - d - c * p, c * p * (1.0 - p));
            let (da, db) = (w * (x - at.1), -w * at.0);
            aa += da * da;
            ab += da * db;
            bb += db * db;
            ra += da * r;
            rb += db * r;
        }
        let (da, db) = (aa * (1.0 + damping), bb * (1.0 + damping));
        let determinant = da * db - ab * ab;
        let step = ((db * ra - ab * rb) / determinant, (da * rb - ab * ra) / determinant);
        let next = ((at.0 + step.0).clamp(-BOUND, BOUND), (at.1 + step.1).clamp(-BOUND, BOUND));
        let next_value = squares(next);
        if next_value <= value {
            let moved = (next.0 - at.0).abs() / at.0.abs().max(1e-3) + (next.1 - at.1).abs() / at.1.abs().max(1e-3);
            (at, value, damping) = (next, next_value, damping * 0.2);
            if moved < 1e-12 {
                break;
            }
        } else {
            damping *= 8.0;
            if damping.is_nan() || damping > 1e12 {
                break;
            }
        }
    }
    (at, value)
}
