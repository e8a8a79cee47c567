//! Porian et al. 2024: at each budget interpolate ln loss in ln N, take the lowest point of a fine
//! grid, repeat under seed noise, and draw the power law with the inverse variances that result.

use super::akima::Akima;
use super::parabola::Refusal;
use super::power_law::PowerLaw;
use super::{Error, Group, Runs, budgets, quantile};
use crate::data::measurements::{Measurements, Warning};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// Standard deviation of the loss between seeds: interpolated in logarithms between two losses,
/// constant beyond them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedNoise {
    /// Loss at and below which `low` holds.
    pub low_loss: f64,
    /// Standard deviation there.
    pub low: f64,
    /// Loss at and above which `high` holds.
    pub high_loss: f64,
    /// Standard deviation there.
    pub high: f64,
}

impl SeedNoise {
    /// The same at every loss.
    pub const fn constant(sd: f64) -> Self {
        Self { low_loss: 1.0, low: sd, high_loss: 2.0, high: sd }
    }
    /// At one loss.
    pub fn at(&self, loss: f64) -> f64 {
        let t = (loss / self.low_loss).ln() / (self.high_loss / self.low_loss).ln();
        (self.low.ln() + t.clamp(0.0, 1.0) * (self.high / self.low).ln()).exp()
    }
}

/// How the recipe is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// Width of a budget in compute, as a share of it.
    pub tolerance: f64,
    /// The budgets that were planned; empty to find them.
    pub nominal: Vec<f64>,
    /// Fewest model sizes at a budget.
    pub min_points: usize,
    /// Points of the fine grid for each model size.
    pub resolution: usize,
    /// Noise replicates.
    pub replicates: usize,
    /// Seed noise of the loss.
    pub noise: SeedNoise,
    /// Coverage of the intervals.
    pub level: f64,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Options {
    /// The published settings. The noise is the low of two stated values: the released code
    /// compares the thresholds between them with the logarithm of the loss, so the low one applies.
    fn default() -> Self {
        Self {
            tolerance: 0.15,
            nominal: Vec::new(),
            min_points: 4,
            resolution: 25,
            replicates: 1000,
            noise: SeedNoise::constant(0.002),
            level: 0.95,
            seed: 0,
        }
    }
}

/// One compute budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// C, the geometric mean over its rows.
    pub budget: f64,
    /// Source rows, by increasing N.
    pub rows: Vec<usize>,
    /// Median optimal model size over the replicates.
    pub n: f64,
    /// Lower end of its interval.
    pub n_lower: f64,
    /// Upper end.
    pub n_upper: f64,
    /// Standard deviation of its logarithm, at least that of the rounding to the fine grid.
    pub ln_n_sd: f64,
    /// Tokens that the budget leaves.
    pub d: f64,
    /// Share of replicates with the optimum at an end of the grid.
    pub at_edge: f64,
    /// Why the budget is left out of the power law.
    pub refused: Option<Refusal>,
}

/// What the recipe finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Porian {
    /// How it was run.
    pub options: Options,
    /// Budgets, by increasing C.
    pub budgets: Vec<Budget>,
    /// N_opt against C.
    pub n: PowerLaw,
    /// D_opt against C.
    pub d: PowerLaw,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// The model sizes at a budget and the mean loss at each.
fn profile(runs: &Runs, group: &Group) -> (Vec<f64>, Vec<f64>) {
    let sizes = group.rows.chunk_by(|&i, &j| runs.ln_n[i] == runs.ln_n[j]);
    sizes
        .map(|rows| {
            let loss = rows.iter().map(|&i| runs.loss[i]).sum::<f64>() / rows.len() as f64;
            (runs.ln_n[rows[0]], loss)
        })
        .unzip()
}

/// ln N of the lowest point of the fine grid, and whether it is an end.
fn lowest(ln_n: &[f64], loss: &[f64], resolution: usize) -> Option<(f64, bool)> {
    let ln_loss: Vec<f64> = loss.iter().map(|loss| loss.ln()).collect();
    let curve = Akima::new(ln_n, &ln_loss)?;
    let last = resolution * ln_n.len() - 1;
    let at = |k: usize| ln_n[0] + (ln_n[ln_n.len() - 1] - ln_n[0]) * k as f64 / last as f64;
    let best = (0..=last).map(|k| (curve.at(at(k)), k)).min_by(|a, b| a.0.total_cmp(&b.0))?.1;
    Some((at(best), best == 0 || best == last))
}

/// A budget's optima by replicate.
struct Draws {
    ln_c: f64,
    /// ln(ND): what the budget leaves for D.
    ln_nd: f64,
    sd: f64,
    ln_n: Vec<f64>,
}

/// Replicates of ln N at one budget.
fn replicates(runs: &Runs, group: &Group, index: usize, options: &Options) -> Option<(Vec<f64>, f64)> {
    let (ln_n, loss) = profile(runs, group);
    let mut optima = Vec::with_capacity(options.replicates);
    let mut edges = 0_usize;
    for replicate in 0..options.replicates.max(1) {
        let stream = ((index as u128) << 64) | replicate as u128;
        let mut rng = rand_pcg::Pcg64::new(u128::from(options.seed), stream);
        let noisy: Vec<f64> = loss
            .iter()
            .map(|&loss| {
                let draw: f64 = StandardNormal.sample(&mut rng);
                (loss + options.noise.at(loss) * draw).max(f64::MIN_POSITIVE)
            })
            .collect();
        let (best, edge) = lowest(&ln_n, &noisy, options.resolution.max(1))?;
        optima.push(best);
        edges += usize::from(edge);
    }
    let share = edges as f64 / optima.len() as f64;
    Some((optima, share))
}

/// Porian et al.'s recipe on measurements with N, L and one of D and C.
pub fn porian(data: &Measurements, options: &Options) -> Result<Porian, Error> {
    let runs = Runs::new(data)?;
    let mut found = Vec::new();
    let mut draws: Vec<Draws> = Vec::new();
    let mut why = Vec::new();
    for (index, group) in budgets(&runs, options.tolerance, &options.nominal).iter().enumerate() {
        let sizes = profile(&runs, group).0;
        let drawn = (sizes.len() >= options.min_points.max(2)).then(|| replicates(&runs, group, index, options));
        let Some((optima, at_edge)) = drawn.flatten() else {
            why.push(format!("{:.3e} {}", group.ln_c.exp(), Refusal::TooFewPoints));
            continue;
        };
        let mut sorted = optima.clone();
        sorted.sort_by(f64::total_cmp);
        let mean = optima.iter().sum::<f64>() / optima.len() as f64;
        let square = optima.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / optima.len() as f64;
        let width = sizes[sizes.len() - 1] - sizes[0];
        let rounding = width / (options.resolution.max(1) * sizes.len()) as f64 / 12.0_f64.sqrt();
        let ln_n_sd = square.sqrt().max(rounding);
        let median = quantile(&sorted, 0.5);
        let ln_nd = group.rows.iter().map(|&i| runs.ln_n[i] + runs.ln_d[i]).sum::<f64>() / group.rows.len() as f64;
        let refused = (at_edge > 0.5).then_some(Refusal::Unbracketed);
        if refused.is_none() {
            draws.push(Draws { ln_c: group.ln_c, ln_nd, sd: ln_n_sd, ln_n: optima });
        } else {
            why.push(format!("{:.3e} {}", group.ln_c.exp(), Refusal::Unbracketed));
        }
        found.push(Budget {
            budget: group.ln_c.exp(),
            rows: group.rows.iter().map(|&i| data.rows[i]).collect(),
            n: median.exp(),
            n_lower: quantile(&sorted, 0.5 * (1.0 - options.level)).exp(),
            n_upper: quantile(&sorted, 0.5 * (1.0 + options.level)).exp(),
            ln_n_sd,
            d: (ln_nd - median).exp(),
            at_edge,
            refused,
        });
    }
    let ln_c: Vec<f64> = draws.iter().map(|draw| draw.ln_c).collect();
    let weights: Vec<f64> = draws.iter().map(|draw| draw.sd.powi(-2)).collect();
    let line = |ln_y: &[f64]| PowerLaw::fit(&ln_c, ln_y, Some(&weights), options.level);
    let kept = || found.iter().filter(|b| b.refused.is_none());
    let ln = |y: fn(&Budget) -> f64| kept().map(|b| y(b).ln()).collect::<Vec<f64>>();
    let lines = if draws.len() < 3 { None } else { line(&ln(|b| b.n)).zip(line(&ln(|b| b.d))) };
    let warnings = why.iter().map(|why| Warning::new("isoflop-refused", format!("Budget {why}."))).collect();
    let (n, d) = lines.ok_or(Error::TooFewOptima { found: draws.len(), needed: 3, why })?;
    let count = draws.first().map_or(0, |draw| draw.ln_n.len());
    let exponents = |ln_y: &dyn Fn(&Draws, usize) -> f64| -> Vec<f64> {
        let replicate = |r| line(&draws.iter().map(|draw| ln_y(draw, r)).collect::<Vec<f64>>());
        (0..count).filter_map(|r| Some(replicate(r)?.exponent)).collect()
    };
    let method = "seed noise redrawn, percentile";
    Ok(Porian {
        n: n.with_replicates(exponents(&|draw, r| draw.ln_n[r]), method),
        d: d.with_replicates(exponents(&|draw, r| draw.ln_nd - draw.ln_n[r]), method),
        options: options.clone(),
        budgets: found,
        warnings,
    })
}
