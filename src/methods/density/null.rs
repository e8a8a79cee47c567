//! The shuffled-date null: what slope an envelope rule finds when time means nothing.

use crate::methods::density::{Rule, envelope};
use rand::seq::SliceRandom;
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Slopes of an envelope under shuffled release dates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Null {
    /// Shuffles.
    pub permutations: usize,
    /// Mean slope per day; far from 0, the rule is biased.
    pub mean: f64,
    /// 95 % quantile of the slopes.
    pub upper: f64,
    /// Share of slopes, the observed one counted, that are at least the observed one.
    pub p: f64,
}

/// Swaps the mean dates of the families among them, each model keeping its distance from its
/// family's mean, and draws the envelope anew, `permutations` times. `points` are family, day,
/// ln rho. Shuffle k draws from stream k of the seed.
pub fn shuffled_dates(points: &[(&str, f64, f64)], rule: Rule, permutations: usize, seed: u64) -> Option<Null> {
    let plain: Vec<(f64, f64)> = points.iter().map(|p| (p.1, p.2)).collect();
    let observed = envelope(rule, &plain)?.slope;
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (family, day, _) in points {
        let sum = sums.entry(family).or_default();
        *sum = (sum.0 + day, sum.1 + 1.0);
    }
    let place: BTreeMap<&str, usize> = sums.keys().enumerate().map(|(k, family)| (*family, k)).collect();
    let means: Vec<f64> = sums.values().map(|(sum, count)| sum / count).collect();
    let mut slopes: Vec<f64> = (0..permutations)
        .filter_map(|k| {
            let mut swapped = means.clone();
            swapped.shuffle(&mut Pcg64::new(u128::from(seed), SHUFFLES + k as u128));
            let moved: Vec<(f64, f64)> = points
                .iter()
                .map(|(family, day, y)| {
                    let at = place[family];
                    (day - means[at] + swapped[at], *y)
                })
                .collect();
            Some(envelope(rule, &moved)?.slope)
        })
        .collect();
    if slopes.is_empty() {
        return None;
    }
    slopes.sort_by(f64::total_cmp);
    let n = slopes.len() as f64;
    let above = slopes.iter().filter(|slope| **slope >= observed).count() as f64;
    Some(Null {
        permutations: slopes.len(),
        mean: slopes.iter().sum::<f64>() / n,
        upper: crate::methods::density::time_law::quantile(&slopes, 0.95),
        p: (1.0 + above) / (1.0 + n),
    })
}

/// Streams of the shuffles start here, clear of the bootstrap's.
const SHUFFLES: u128 = 1 << 32;
