//! Straight lines through the upper edge of a cloud: which points make the edge, and the line.

use crate::laws::density::density_growth::MONTH;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A quarter of a year in days.
pub const QUARTER: f64 = 91.3125;
/// Blocks start this many days before the first point, so that mid-month dates do not sit on an edge.
const BLOCK_LEAD: f64 = 5.0;

/// How the line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "rule")]
pub enum Rule {
    /// Least squares through the points that exceed all earlier ones.
    Records,
    /// Least squares through the running maximum at every date.
    CumulativeMaximum,
    /// Least squares through the highest point of each block of days, at its own date.
    BlockMaxima {
        /// Length of a block.
        days: f64,
    },
    /// Quantile regression on all points.
    Quantile {
        /// The quantile, 0.9.
        q: f64,
    },
    /// Least squares on all points.
    LeastSquares,
}

impl Rule {
    /// Whether a straight line through pure noise rises by construction.
    pub fn is_monotone(self) -> bool {
        matches!(self, Self::Records | Self::CumulativeMaximum)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Records => write!(f, "records"),
            Self::CumulativeMaximum => write!(f, "cumulative maximum"),
            Self::BlockMaxima { days } if *days == QUARTER => write!(f, "quarter maxima"),
            Self::BlockMaxima { days } if *days == MONTH => write!(f, "month maxima"),
            Self::BlockMaxima { days } => write!(f, "maxima of {days} days"),
            Self::Quantile { q } => write!(f, "quantile regression {q}"),
            Self::LeastSquares => write!(f, "least squares"),
        }
    }
}

impl FromStr for Rule {
    type Err = String;

    /// `quantile:0.9`, `quarters`, `months`, `maxima:30` (days), `records`, `cumulative` or
    /// `least-squares`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once(':').map_or((text, None), |(name, number)| (name, Some(number)));
        let number = match number.map(str::parse::<f64>) {
            None => None,
            Some(Ok(number)) if number > 0.0 && number.is_finite() => Some(number),
            Some(_) => return Err(format!("`{text}`: what follows the colon is no positive number")),
        };
        match (name, number) {
            ("quantile", Some(q)) if q < 1.0 => Ok(Self::Quantile { q }),
            ("maxima", Some(days)) => Ok(Self::BlockMaxima { days }),
            ("quarters", None) => Ok(Self::BlockMaxima { days: QUARTER }),
            ("months", None) => Ok(Self::BlockMaxima { days: MONTH }),
            ("records", None) => Ok(Self::Records),
            ("cumulative", None) => Ok(Self::CumulativeMaximum),
            ("least-squares", None) => Ok(Self::LeastSquares),
            _ => Err(format!(
                "`{text}` is no envelope rule: quantile:0.9, quarters, months, maxima:30, records, cumulative or \
                 least-squares"
            )),
        }
    }
}

/// A straight line with the points it was drawn through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Per day.
    pub slope: f64,
    /// At day 0.
    pub intercept: f64,
    /// Explained share of the variance, for least squares; of the check loss, for quantile
    /// regression (never comparable with the former). None if the points do not vary.
    pub r2: Option<f64>,
    /// Abscissae and ordinates of the points that the line was fitted to.
    pub points: Vec<(f64, f64)>,
    /// Largest leverage of one point, 1/n + (t − mean)²/Σ(t − mean)².
    pub leverage: f64,
}

impl Line {
    /// Ordinate at a day.
    pub fn at(&self, t: f64) -> f64 {
        self.intercept + self.slope * t
    }
    /// First and last abscissa.
    pub fn span(&self) -> (f64, f64) {
        self.points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), p| (a.min(p.0), b.max(p.0)))
    }
}

/// The line of a rule through points (t, y) in any order; none with fewer than two dates.
pub fn envelope(rule: Rule, points: &[(f64, f64)]) -> Option<Line> {
    match rule {
        Rule::Records => least_squares(records(points)),
        Rule::CumulativeMaximum => least_squares(cumulative(points)),
        Rule::BlockMaxima { days } => least_squares(block_maxima(points, days)),
        Rule::Quantile { q } => quantile_regression(points, q),
        Rule::LeastSquares => least_squares(points.to_vec()),
    }
}

/// The highest point of each date, by date.
fn by_date(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
    sorted.dedup_by(|later, first| later.0 == first.0);
    sorted
}

fn records(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut best = f64::NEG_INFINITY;
    let mut kept = by_date(points);
    kept.retain(|(_, y)| {
        let record = *y > best;
        best = best.max(*y);
        record
    });
    kept
}

fn cumulative(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut best = f64::NEG_INFINITY;
    let mut kept = by_date(points);
    for (_, y) in &mut kept {
        best = best.max(*y);
        *y = best;
    }
    kept
}

fn block_maxima(points: &[(f64, f64)], days: f64) -> Vec<(f64, f64)> {
    let sorted = by_date(points);
    let Some(first) = sorted.first().map(|p| p.0) else { return sorted };
    let block = |t: f64| ((t - first + BLOCK_LEAD) / days).floor();
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for point in sorted {
        match kept.last_mut() {
            Some(last) if block(last.0) == block(point.0) => {
                if point.1 > last.1 {
                    *last = point;
                }
            }
            _ => kept.push(point),
        }
    }
    kept
}

/// Mean of t and Σ(t − mean)²; none if all t are one.
fn spread(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let mean = points.iter().map(|p| p.0).sum::<f64>() / points.len() as f64;
    let sum: f64 = points.iter().map(|p| (p.0 - mean).powi(2)).sum();
    (sum > 0.0).then_some((mean, sum))
}

fn largest_leverage(points: &[(f64, f64)], mean: f64, sum: f64) -> f64 {
    points.iter().map(|p| 1.0 / points.len() as f64 + (p.0 - mean).powi(2) / sum).fold(0.0, f64::max)
}

fn least_squares(points: Vec<(f64, f64)>) -> Option<Line> {
    let (mean, sum) = spread(&points)?;
    let my = points.iter().map(|p| p.1).sum::<f64>() / points.len() as f64;
    let slope = points.iter().map(|p| (p.0 - mean) * (p.1 - my)).sum::<f64>() / sum;
    let intercept = my - slope * mean;
    let total: f64 = points.iter().map(|p| (p.1 - my).powi(2)).sum();
    let left: f64 = points.iter().map(|p| (p.1 - intercept - slope * p.0).powi(2)).sum();
    let leverage = largest_leverage(&points, mean, sum);
    Some(Line { slope, intercept, r2: (total > 0.0).then(|| 1.0 - left / total), points, leverage })
}

/// Check loss of a residual.
fn check(q: f64, r: f64) -> f64 {
    if r >= 0.0 { q * r } else { (q - 1.0) * r }
}

/// The exact minimum of the check loss. It is a linear programme in two unknowns, so some line
/// through two of the points attains it: all are tried, each given up as soon as it is beaten.
fn quantile_regression(points: &[(f64, f64)], q: f64) -> Option<Line> {
    let (mean, sum) = spread(points)?;
    let mut best: Option<(f64, f64, f64)> = None;
    for (i, a) in points.iter().enumerate() {
        for b in &points[i + 1..] {
            if a.0 == b.0 {
                continue;
            }
            let slope = (b.1 - a.1) / (b.0 - a.0);
            let intercept = a.1 - slope * a.0;
            // A tie goes to the line found first, whatever the last bit says.
            let limit = best.map_or(f64::INFINITY, |best| best.0 - 1e-13 * best.0.abs());
            let mut loss = 0.0;
            for p in points {
                loss += check(q, p.1 - intercept - slope * p.0);
                if loss >= limit {
                    break;
                }
            }
            if loss < limit {
                best = Some((loss, slope, intercept));
            }
        }
    }
    let (loss, slope, intercept) = best?;
    let flat =
        points.iter().map(|c| points.iter().map(|p| check(q, p.1 - c.1)).sum::<f64>()).fold(f64::INFINITY, f64::min);
    Some(Line {
        slope,
        intercept,
        r2: (flat > 0.0).then(|| 1.0 - loss / flat),
        points: points.to_vec(),
        leverage: largest_leverage(points, mean, sum),
    })
}
