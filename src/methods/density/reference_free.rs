//! Two checks that need neither a reference nor a D0, printed beside every density.

use crate::methods::density::time_law::{Interval, months_per_doubling, slope_interval};
use crate::methods::density::{Rule, envelope};
use rand::RngExt;
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

/// Scores closer to floor or ceiling than this share of the range have no logit worth the name.
const EDGE: f64 = 0.03;
/// Streams of this bootstrap start here.
const STREAMS: u128 = 2 << 32;

/// One model as these checks see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored<'a> {
    /// Family.
    pub family: &'a str,
    /// Days since the release of Llama-1.
    pub day: f64,
    /// Parameters.
    pub size: f64,
    /// Score.
    pub score: f64,
}

/// logit((S − d)/(1 − d)) = a + b ln N + k t over all targets: time is worth k/b in ln N per day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JointLogit {
    /// Benchmark or composite.
    pub score: String,
    /// Models used.
    pub models: usize,
    /// b.
    pub per_ln_size: f64,
    /// k, per day.
    pub per_day: f64,
    /// k/b, per day.
    pub slope: f64,
    /// ln 2 · b/k in months; none if either is not positive.
    pub doubling_months: Option<f64>,
    /// From resampling families.
    pub interval: Option<Interval>,
}

/// Fits the joint regression; none with fewer than five models or no spread. The interval resamples
/// families, replicate k from its own stream of the seed.
pub fn joint_logit(
    name: &str,
    models: &[Scored<'_>],
    floor: f64,
    replicates: usize,
    level: f64,
    seed: u64,
) -> Option<JointLogit> {
    let usable: Vec<(&str, [f64; 3])> = models
        .iter()
        .filter_map(|m| {
            let share = (m.score - floor) / (1.0 - floor);
            (share > EDGE && share < 1.0 - EDGE).then(|| (m.family, [m.size.ln(), m.day, (share / (1.0 - share)).ln()]))
        })
        .collect();
    if usable.len() < 5 {
        return None;
    }
    let rows: Vec<[f64; 3]> = usable.iter().map(|m| m.1).collect();
    let (b, k) = plane(&rows)?;
    let mut families: Vec<Vec<[f64; 3]>> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (family, row) in &usable {
        match names.iter().position(|name| name == family) {
            Some(at) => families[at].push(*row),
            None => {
                names.push(family);
                families.push(vec![*row]);
            }
        }
    }
    let draws: Vec<Option<f64>> = (0..replicates)
        .map(|i| {
            let mut rng = Pcg64::new(u128::from(seed), STREAMS + i as u128);
            let rows: Vec<[f64; 3]> =
                (0..families.len()).flat_map(|_| families[rng.random_range(0..families.len())].clone()).collect();
            // A replicate in which size does not help has no exchange rate.
            plane(&rows).filter(|(b, _)| *b > 0.0).map(|(b, k)| k / b)
        })
        .collect();
    let slope = k / b;
    Some(JointLogit {
        score: name.to_owned(),
        models: rows.len(),
        per_ln_size: b,
        per_day: k,
        slope,
        doubling_months: (b > 0.0).then(|| months_per_doubling(slope)).flatten(),
        interval: slope_interval(&draws, slope, level),
    })
}

/// Coefficients of x and t in a least-squares plane z = a + b x + k t.
fn plane(rows: &[[f64; 3]]) -> Option<(f64, f64)> {
    let n = rows.len() as f64;
    let mean = |i: usize| rows.iter().map(|row| row[i]).sum::<f64>() / n;
    let m = [mean(0), mean(1), mean(2)];
    let s = |i: usize, j: usize| rows.iter().map(|row| (row[i] - m[i]) * (row[j] - m[j])).sum::<f64>();
    let (xx, xt, tt, xz, tz) = (s(0, 0), s(0, 1), s(1, 1), s(0, 2), s(1, 2));
    let determinant = xx * tt - xt * xt;
    (determinant > 1e-10 * xx * tt).then(|| ((tt * xz - xt * tz) / determinant, (xx * tz - xt * xz) / determinant))
}

/// The smallest model so far that reaches a score, over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchedFrontier {
    /// Benchmark or composite.
    pub score: String,
    /// The score to reach.
    pub threshold: f64,
    /// Day and size of each new smallest model.
    pub points: Vec<(f64, f64)>,
    /// Slope of ln N per day.
    pub slope: f64,
    /// Share of the variance explained; high by construction.
    pub r2: Option<f64>,
    /// Months in which the size halves; none if it does not fall.
    pub halving_months: Option<f64>,
}

/// The matched frontier of a threshold; none with fewer than three record points. Record points
/// share the upward bias of every record.
pub fn matched_frontier(name: &str, models: &[Scored<'_>], threshold: f64) -> Option<MatchedFrontier> {
    let reached: Vec<(f64, f64)> =
        models.iter().filter(|m| m.score >= threshold).map(|m| (m.day, -m.size.ln())).collect();
    let line = envelope(Rule::Records, &reached)?;
    (line.points.len() >= 3).then(|| MatchedFrontier {
        score: name.to_owned(),
        threshold,
        points: line.points.iter().map(|(day, y)| (*day, (-y).exp())).collect(),
        slope: -line.slope,
        r2: line.r2,
        halving_months: months_per_doubling(line.slope),
    })
}
