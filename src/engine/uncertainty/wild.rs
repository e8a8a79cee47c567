//! Wild bootstrap: refit on predictions plus residuals whose signs are drawn anew, each residual first
//! divided by 1 − leverage (HC3). With labels, the rows of a run share one sign, so that what goes
//! together stays together. Inputs stay as they are: every replicate has the rows' own design.

use crate::engine::fit::problem::Rows;
use crate::engine::fit::{Fit, Setup, sorted};
use crate::engine::solve::{Newton, Options};
use crate::engine::uncertainty::bootstrap::{Bootstrap, generator};
use crate::engine::uncertainty::profile::Profiler;
use rand::RngExt;
use rayon::prelude::*;
use std::sync::Arc;

/// Draws `count` replicates; `runs` gives a run's number per row. `None` if there are no degrees of
/// freedom to take leverages from.
pub fn wild(fit: &Fit, count: usize, seed: u64, runs: Option<&[usize]>, tick: &(dyn Fn() + Sync)) -> Option<Bootstrap> {
    let setup = &fit.setup;
    let noise = crate::engine::uncertainty::profile::noise_of(fit);
    let leverage = Profiler::new(setup, &fit.q, noise, None).ok()?.leverages();
    let scale = fit.spec.objective.residual;
    let residuals = fit.residuals();
    // Rows without weight have no leverage and take no part.
    let mut at = leverage.into_iter();
    let stretched: Vec<f64> = residuals
        .iter()
        .zip(&setup.rows.weight)
        .map(|(r, w)| if *w > 0.0 { r / (1.0 - at.next().unwrap_or(0.0)).max(0.02) } else { *r })
        .collect();
    let centre: Vec<f64> = fit.predicted().iter().map(|&y| scale.at(y)).collect();
    let signs = runs.map_or(residuals.len(), |runs| runs.iter().max().map_or(0, |last| last + 1));
    let options = Options { damping: 0.0, ..Options::default() };
    let outcomes: Vec<(Option<Vec<f64>>, usize)> = (0..count)
        .into_par_iter()
        .map_init(
            || Newton::new(setup.free(), options),
            |newton, index| {
                let mut rng = generator(seed, index as u64);
                let sign: Vec<f64> = (0..signs).map(|_| if rng.random::<bool>() { 1.0 } else { -1.0 }).collect();
                let measured = (0..residuals.len()).map(|k| {
                    let sign = sign[runs.map_or(k, |runs| runs[k])];
                    scale.inverse(centre[k] + sign * stretched[k])
                });
                let rows = Rows::new(
                    setup.rows.inputs.clone(),
                    measured.collect(),
                    setup.rows.weight.clone(),
                    &setup.objective,
                );
                tick();
                if rows.target.iter().any(|t| !t.is_finite()) {
                    return (None, 0);
                }
                let drawn = Setup { rows: Arc::new(rows), ..setup.clone() };
                let problem = drawn.problem();
                let end = drawn.solve_in(&problem, &fit.q, newton);
                let evaluations = end.evaluations;
                (end.termination.converged().then(|| sorted(setup, problem.theta(&end.q))), evaluations)
            },
        )
        .collect();
    Some(Bootstrap {
        seed,
        drawn: count,
        failed: outcomes.iter().filter(|(theta, _)| theta.is_none()).count(),
        too_few: 0,
        evaluations: outcomes.iter().map(|(_, evaluations)| evaluations).sum(),
        thetas: outcomes.into_iter().filter_map(|(theta, _)| theta).collect(),
        method: if runs.is_some() { "wild cluster bootstrap" } else { "wild bootstrap" },
    })
}
