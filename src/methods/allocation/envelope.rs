//! Approach 1: the lowest loss that any run reaches at each compute budget, and the power law
//! through the runs that reach it.

use super::power_law::PowerLaw;
use super::{Error, Runs};
use crate::data::measurements::{Measurements, Warning};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How approach 1 is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// The label that names the training curve of a row; without it each row is a run of its own.
    pub run: Option<String>,
    /// Log-spaced compute budgets at which the best run is sought: 1500 in Hoffmann et al. 2022.
    pub bins: usize,
    /// Coverage of the intervals.
    pub level: f64,
    /// Bootstrap replicates (runs redrawn); 0 for errors from scatter, which are too narrow:
    /// neighbouring budgets share a run.
    pub replicates: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { run: None, bins: 1500, level: 0.95, replicates: 200, seed: 0 }
    }
}

/// A budget on the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Compute.
    pub budget: f64,
    /// Model size of the best run.
    pub n: f64,
    /// Tokens it has seen by then.
    pub d: f64,
    /// Its loss.
    pub loss: f64,
}

/// What approach 1 finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// How it was run.
    pub options: Options,
    /// Budgets on the envelope, by increasing C.
    pub points: Vec<Point>,
    /// Runs that touch it.
    pub runs: usize,
    /// Budgets left out because the best run has the smallest or largest model of all that reach
    /// it: a better one may lie beyond.
    pub at_edge: usize,
    /// Budgets left out because a smaller one reaches a lower loss.
    pub beaten: usize,
    /// N_opt against C.
    pub n: PowerLaw,
    /// D_opt against C.
    pub d: PowerLaw,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// A run seen at the budgets that it covers.
struct Curve {
    ln_n: f64,
    /// First budget covered.
    first: usize,
    /// Loss and ln D from there on.
    at: Vec<(f64, f64)>,
}

/// The budgets, as ln C.
struct Bins {
    low: f64,
    step: f64,
    count: usize,
}

impl Bins {
    fn ln_c(&self, k: usize) -> f64 {
        self.low + self.step * k as f64
    }
    /// One training curve, linear in ln C between its rows; a single row counts at the nearest budget.
    fn curve(&self, runs: &Runs, rows: &mut [usize]) -> Curve {
        rows.sort_by(|&i, &j| runs.ln_c[i].total_cmp(&runs.ln_c[j]));
        let position = |i: usize| (runs.ln_c[i] - self.low) / self.step;
        let (head, tail) = (rows[0], rows[rows.len() - 1]);
        if rows.len() == 1 {
            let first = (position(head).round() as usize).min(self.count - 1);
            return Curve { ln_n: runs.ln_n[head], first, at: vec![(runs.loss[head], runs.ln_d[head])] };
        }
        let slack = 1e-9;
        let first = (position(head) - slack).ceil().max(0.0) as usize;
        let last = ((position(tail) + slack).floor() as usize).min(self.count - 1);
        let mut right = 1;
        let at = (first..=last)
            .map(|k| {
                let x = self.ln_c(k);
                while right + 1 < rows.len() && runs.ln_c[rows[right]] < x {
                    right += 1;
                }
                let (i, j) = (rows[right - 1], rows[right]);
                let width = runs.ln_c[j] - runs.ln_c[i];
                let t = if width > 0.0 { ((x - runs.ln_c[i]) / width).clamp(0.0, 1.0) } else { 1.0 };
                let between = |values: &[f64]| values[i] + t * (values[j] - values[i]);
                (between(&runs.loss), between(&runs.ln_d))
            })
            .collect();
        Curve { ln_n: runs.ln_n[head], first, at }
    }
}

/// Budgets on the envelope of the chosen curves: (budget, curve), then those left out at the edge
/// and those beaten by a smaller budget.
fn lower_envelope(bins: &Bins, curves: &[Curve], chosen: &[usize]) -> (Vec<(usize, usize)>, usize, usize) {
    let mut best: Vec<Option<usize>> = vec![None; bins.count];
    let loss = |c: usize, k: usize| curves[c].at[k - curves[c].first].0;
    for &c in chosen {
        for k in curves[c].first..curves[c].first + curves[c].at.len() {
            if best[k].is_none_or(|rival| loss(c, k) < loss(rival, k)) {
                best[k] = Some(c);
            }
        }
    }
    // The rivals of a budget: the curves that cover it; final losses alone have all runs for rivals.
    let whole = chosen.iter().any(|&c| curves[c].at.len() > 1);
    let mut sizes = vec![(f64::INFINITY, f64::NEG_INFINITY); bins.count];
    for &c in chosen {
        let (from, to) = if whole { (curves[c].first, curves[c].first + curves[c].at.len()) } else { (0, bins.count) };
        for (smallest, largest) in &mut sizes[from..to] {
            *smallest = smallest.min(curves[c].ln_n);
            *largest = largest.max(curves[c].ln_n);
        }
    }
    let (mut kept, mut at_edge, mut beaten) = (Vec::new(), 0, 0);
    let mut record = f64::INFINITY;
    for (k, c) in best.iter().enumerate().filter_map(|(k, c)| Some((k, (*c)?))) {
        if loss(c, k) >= record {
            beaten += 1;
            continue;
        }
        record = loss(c, k);
        if sizes[k].0 < curves[c].ln_n && curves[c].ln_n < sizes[k].1 {
            kept.push((k, c));
        } else {
            at_edge += 1;
        }
    }
    (kept, at_edge, beaten)
}

/// Budgets nearer than this share count as one: runs there compete.
const NEAR: f64 = 0.15;

/// Whether curves of different size cover budgets near each other, for at least two of the budgets
/// kept; a design of one run a budget has a winner everywhere and no contest.
fn contested(bins: &Bins, curves: &[Curve], kept: &[(usize, usize)]) -> bool {
    let reach = (NEAR.ln_1p() / bins.step).ceil() as usize;
    let other = |k: usize, c: usize| {
        let near = |rival: &Curve| rival.first <= k + reach && k <= rival.first + rival.at.len() - 1 + reach;
        curves.iter().any(|rival| (rival.ln_n - curves[c].ln_n).abs() > SAME && near(rival))
    };
    let mut winners: Vec<usize> = kept.iter().filter(|&&(k, c)| other(k, c)).map(|&(_, c)| c).collect();
    winners.sort_unstable();
    winners.dedup();
    winners.len() >= 2
}

/// Logarithms of size nearer than this are one size.
const SAME: f64 = 1e-6;

/// The refusals of an envelope that has winners and no exponent.
fn examine(bins: &Bins, curves: &[Curve], kept: &[(usize, usize)]) -> Result<(), Error> {
    let sizes = kept.iter().map(|&(_, c)| curves[c].ln_n);
    let (low, high) = sizes.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    if high - low <= SAME && !kept.is_empty() {
        return Err(Error::OneSize { size: low.exp() });
    }
    match kept.is_empty() || contested(bins, curves, kept) {
        true => Ok(()),
        false => Err(Error::NoRivals { within: 100.0 * NEAR }),
    }
}

fn lines(bins: &Bins, curves: &[Curve], kept: &[(usize, usize)], level: f64) -> Option<(PowerLaw, PowerLaw)> {
    let ln_c: Vec<f64> = kept.iter().map(|&(k, _)| bins.ln_c(k)).collect();
    let ln_n: Vec<f64> = kept.iter().map(|&(_, c)| curves[c].ln_n).collect();
    let ln_d: Vec<f64> = kept.iter().map(|&(k, c)| curves[c].at[k - curves[c].first].1).collect();
    Some((PowerLaw::fit(&ln_c, &ln_n, None, level)?, PowerLaw::fit(&ln_c, &ln_d, None, level)?))
}

/// Approach 1 on measurements with N, L and one of D and C: final losses, or whole training curves
/// if a label names the run of each row.
pub fn envelope(data: &Measurements, options: &Options) -> Result<Envelope, Error> {
    let runs = Runs::new(data)?;
    let labels = options.run.as_deref().and_then(|name| data.label(name));
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for i in 0..runs.len() {
        let name = labels.map_or_else(|| format!("{i:012}"), |labels| labels[i].clone());
        rows.entry(name).or_default().push(i);
    }
    let ends =
        (runs.ln_c.iter().fold(f64::INFINITY, |a, &b| a.min(b)), runs.ln_c.iter().fold(0.0, |a: f64, &b| a.max(b)));
    let count = options.bins.max(2);
    let none = |found| Error::TooFewOptima { found, needed: 3, why: Vec::new() };
    if runs.is_empty() || ends.1 <= ends.0 {
        return Err(none(0));
    }
    let bins = Bins { low: ends.0, step: (ends.1 - ends.0) / (count - 1) as f64, count };
    let curves: Vec<Curve> = rows.values_mut().map(|rows| bins.curve(&runs, rows)).collect();
    let all: Vec<usize> = (0..curves.len()).collect();
    let (kept, at_edge, beaten) = lower_envelope(&bins, &curves, &all);
    examine(&bins, &curves, &kept)?;
    let mut touching: Vec<usize> = kept.iter().map(|&(_, c)| c).collect();
    touching.sort_unstable();
    touching.dedup();
    let fitted = if touching.len() < 3 { None } else { lines(&bins, &curves, &kept, options.level) };
    let (n, d) = fitted.ok_or_else(|| none(touching.len()))?;
    let mut exponents = Vec::new();
    for replicate in 0..options.replicates {
        let mut rng = rand_pcg::Pcg64::new(u128::from(options.seed), replicate as u128);
        let drawn: Vec<usize> = all.iter().map(|_| rng.random_range(0..all.len())).collect();
        let (kept, ..) = lower_envelope(&bins, &curves, &drawn);
        if let Some((n, d)) = lines(&bins, &curves, &kept, options.level) {
            exponents.push((n.exponent, d.exponent));
        }
    }
    let mut warnings = Vec::new();
    if at_edge > 0 {
        let message =
            format!("{at_edge} budgets are won by the smallest or largest model that reaches them, and left out.");
        warnings.push(Warning::new("envelope-edge", message));
    }
    if labels.is_none() {
        let message = "Each row is taken for a run of its own: the envelope knows final losses, not training curves.";
        warnings.push(Warning::new("envelope-final-losses", message));
    }
    let method = "runs redrawn, percentile";
    Ok(Envelope {
        points: kept
            .iter()
            .map(|&(k, c)| {
                let (loss, ln_d) = curves[c].at[k - curves[c].first];
                Point { budget: bins.ln_c(k).exp(), n: curves[c].ln_n.exp(), d: ln_d.exp(), loss }
            })
            .collect(),
        runs: touching.len(),
        at_edge,
        beaten,
        n: n.with_replicates(exponents.iter().map(|e| e.0).collect(), method),
        d: d.with_replicates(exponents.iter().map(|e| e.1).collect(), method),
        warnings,
        options: options.clone(),
    })
}
