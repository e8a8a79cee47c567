//! Growth of the best density with time: the line, its doubling time, its interval.

use crate::laws::density::density_growth::MONTH;
use crate::methods::density::estimate::Panel;
use crate::methods::density::{Line, LossLaw, Null, Rule, Sigmoid, envelope};
use rand::RngExt;
use rand_pcg::Pcg64;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::f64::consts::LN_2;

/// Fewest envelope points that give a doubling time.
pub(super) const FEWEST_POINTS: usize = 8;
/// Shortest span of the envelope points, in days, that gives one.
pub(super) const SHORTEST_SPAN: f64 = 12.0 * MONTH;

/// ln rho = A t + B by one rule, with t in days since the release of Llama-1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeLaw {
    /// The rule.
    pub rule: Rule,
    /// Its name.
    pub name: String,
    /// The line: its slope is A, its intercept B.
    pub line: Line,
    /// ln 2 / A; none where `withheld` says why.
    pub doubling_days: Option<f64>,
    /// The same in months of 30.4375 days.
    pub doubling_months: Option<f64>,
    /// Why there is no doubling time.
    pub withheld: Option<String>,
    /// Too many of the best models are censored above: the slope is a lower bound.
    pub lower_bound: bool,
    /// From the bootstrap through all steps.
    pub interval: Option<Interval>,
    /// The same rule under shuffled dates.
    pub null: Option<Null>,
}

impl TimeLaw {
    /// The time law of a line.
    pub(super) fn new(
        rule: Rule,
        line: Line,
        lower_bound: bool,
        interval: Option<Interval>,
        null: Option<Null>,
    ) -> Self {
        let withheld = why_withheld(&line);
        let days = (withheld.is_none()).then(|| LN_2 / line.slope);
        Self {
            rule,
            name: rule.to_string(),
            doubling_days: days,
            doubling_months: days.map(|days| days / MONTH),
            withheld,
            lower_bound,
            interval,
            null,
            line,
        }
    }
}

/// Why a line gives no doubling time, if it does not.
pub(super) fn why_withheld(line: &Line) -> Option<String> {
    let (first, last) = line.span();
    if line.points.len() < FEWEST_POINTS {
        Some(format!("{} envelope points, fewer than {FEWEST_POINTS}", line.points.len()))
    } else if last - first < SHORTEST_SPAN {
        Some(format!("the envelope spans {:.1} months, less than 12", (last - first) / MONTH))
    } else if line.slope <= 0.0 {
        Some("the envelope does not rise".to_owned())
    } else {
        None
    }
}

/// Months in which a quantity of this logarithmic slope per day doubles; none if it does not grow.
pub(super) fn months_per_doubling(slope: f64) -> Option<f64> {
    (slope > 0.0).then(|| LN_2 / slope / MONTH)
}

/// A percentile interval of a slope, and what it means in months.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Coverage aimed at.
    pub level: f64,
    /// Slope per day, lower and upper.
    pub slope: (f64, f64),
    /// Doubling time in months at the upper slope; none if even that does not grow.
    pub faster: Option<f64>,
    /// Doubling time in months at the lower slope; none if it does not grow: no upper limit.
    pub slower: Option<f64>,
    /// Replicates that gave a slope.
    pub replicates: usize,
    /// Replicates that did not.
    pub failed: usize,
    /// Whether the estimate lies inside; if not, the interval is invalid (resampled envelopes lose
    /// their extremes).
    pub holds_estimate: bool,
}

/// The percentile interval of replicated slopes; none from fewer than 20.
pub(super) fn slope_interval(draws: &[Option<f64>], estimate: f64, level: f64) -> Option<Interval> {
    let mut slopes: Vec<f64> = draws.iter().flatten().copied().collect();
    if slopes.len() < 20 {
        return None;
    }
    slopes.sort_by(f64::total_cmp);
    let slope = (quantile(&slopes, 0.5 - 0.5 * level), quantile(&slopes, 0.5 + 0.5 * level));
    Some(Interval {
        level,
        slope,
        faster: months_per_doubling(slope.1),
        slower: months_per_doubling(slope.0),
        replicates: slopes.len(),
        failed: draws.len() - slopes.len(),
        holds_estimate: slope.0 <= estimate && estimate <= slope.1,
    })
}

/// Quantile of sorted, non-empty values, interpolated between order statistics.
pub(super) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// The frontier of the main rule as density against day, with its band.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frontier {
    /// The rule.
    pub rule: Rule,
    /// Days since the release of Llama-1.
    pub day: Vec<f64>,
    /// e^(A t + B).
    pub density: Vec<f64>,
    /// Lower end of the pointwise interval; empty without a bootstrap.
    pub lower: Vec<f64>,
    /// Upper end.
    pub upper: Vec<f64>,
}

impl Frontier {
    /// The frontier over the span of the points, banded by replicated (slope, intercept) pairs.
    pub(super) fn new(rule: Rule, line: &Line, span: (f64, f64), draws: &[Option<(f64, f64)>], level: f64) -> Self {
        const STEPS: usize = 60;
        let day: Vec<f64> = (0..=STEPS).map(|k| span.0 + (span.1 - span.0) * k as f64 / STEPS as f64).collect();
        let lines: Vec<(f64, f64)> = draws.iter().flatten().copied().collect();
        let edge = |p: f64| -> Vec<f64> {
            if lines.len() < 20 {
                return Vec::new();
            }
            day.iter()
                .map(|t| {
                    let mut values: Vec<f64> = lines.iter().map(|(slope, intercept)| intercept + slope * t).collect();
                    values.sort_by(f64::total_cmp);
                    quantile(&values, p).exp()
                })
                .collect()
        };
        let (lower, upper) = (edge(0.5 - 0.5 * level), edge(0.5 + 0.5 * level));
        Self { rule, density: day.iter().map(|t| line.at(*t).exp()).collect(), day, lower, upper }
    }
}

/// Slope and intercept by choice of D0, score and rule.
pub(super) type Replicate = Vec<Vec<Vec<Option<(f64, f64)>>>>;

/// Replicates of the whole estimate: a draw of step 1, a resample of the reference models (three
/// distinct ones at least), a resample of the target families. Replicate k draws from stream k of
/// the seed, so the answer is the same on any number of threads.
pub(super) fn bootstrap(panel: &Panel<'_>, curves: &[bool]) -> Vec<Replicate> {
    let mut families: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for i in &panel.targets {
        families.entry(&panel.models[*i].family).or_default().push(*i);
    }
    let families: Vec<Vec<usize>> = families.into_values().collect();
    (0..panel.settings.replicates)
        .into_par_iter()
        .map(|k| {
            let mut rng = Pcg64::new(u128::from(panel.settings.seed), k as u128);
            let draws = &panel.settings.law_draws;
            let law = if draws.is_empty() { panel.settings.law } else { draws[rng.random_range(0..draws.len())] };
            let reference = resample_reference(&panel.reference, &mut rng);
            let targets: Vec<usize> =
                (0..families.len()).flat_map(|_| families[rng.random_range(0..families.len())].clone()).collect();
            replicate(panel, curves, &law, &reference, &targets)
        })
        .collect()
}

fn resample_reference(reference: &[usize], rng: &mut Pcg64) -> Vec<usize> {
    // Three or more models are hardly ever missed so often.
    for _ in 0..1_000 {
        let drawn: Vec<usize> = reference.iter().map(|_| reference[rng.random_range(0..reference.len())]).collect();
        let mut distinct = drawn.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() >= 3 {
            return drawn;
        }
    }
    reference.to_vec()
}

fn replicate(panel: &Panel<'_>, curves: &[bool], law: &LossLaw, reference: &[usize], targets: &[usize]) -> Replicate {
    let sigmoids: Vec<Option<Sigmoid>> = curves
        .iter()
        .enumerate()
        .map(|(curve, used)| {
            let fitted = if *used { panel.sigmoid(law, curve, reference) } else { None };
            fitted.filter(|sigmoid| !sigmoid.rises())
        })
        .collect();
    let guard = panel.guard(reference);
    let lines = |cells: &Vec<crate::methods::density::estimate::Cell>| {
        let points: Vec<(f64, f64)> = panel.points(targets, cells).iter().map(|p| (p.1, p.2)).collect();
        let line = |rule: &Rule| envelope(*rule, &points).map(|line| (line.slope, line.intercept));
        panel.settings.rules.iter().map(line).collect()
    };
    let data = panel.settings.data.iter();
    data.map(|data| panel.cells(&sigmoids, law, *data, &guard, targets).iter().map(lines).collect()).collect()
}
