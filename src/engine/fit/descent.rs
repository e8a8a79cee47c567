//! From starts down to their minima.

use super::problem::FitProblem;
use super::{FitError, Setup, Spec, Starts, fit, seeds, setup};
use crate::base::objective::Loss;
use crate::data::measurements::{Measurements, Warning};
use crate::engine::solve::{Method, Options, Solution, Termination};
use rayon::prelude::*;
use std::sync::Arc;

/// Where all starts led.
pub(super) struct Descent {
    /// Starts in parameters, and their ends; those that are finite.
    pub solved: Vec<(Vec<f64>, Solution)>,
    /// The best of the ends.
    pub best: Solution,
    /// Whether it is a second method's.
    pub changed: Option<Warning>,
    /// How many starts there were.
    pub starts: usize,
}

/// Follows every start of a spec to its minimum.
pub(super) fn descend(spec: &Spec, setup: &Setup, data: &Measurements) -> Result<Descent, FitError> {
    let starts = match &spec.starts {
        Starts::Search if setup.rows.len() > MANY_ROWS => solved_on_a_sample(setup, seeds::seeds(setup)),
        Starts::Search => seeds::seeds(setup),
        Starts::Only(starts) => starts.clone(),
    };
    let each = Options { budget: setup.share(starts.len()), ..Options::default() };
    let mut solved: Vec<(Vec<f64>, Solution)> = starts
        .par_iter()
        .map_init(
            || setup.problem(),
            |problem, theta| {
                let start = problem.variables(theta);
                let solution = setup.solve(problem, &start, each);
                (theta.clone(), solution)
            },
        )
        .filter(|(_, solution)| solution.value.is_finite())
        .collect();
    let Some(best) = solved.iter().map(|(_, s)| s).min_by(|a, b| a.value.total_cmp(&b.value)) else {
        return Err(FitError::NoStart {
            source_name: data.provenance.source.clone(),
            law: spec.law.card().id.to_owned(),
            starts: starts.len(),
        });
    };
    let mut best = best.clone();
    if best.termination == Termination::Budget && each.budget < Options::default().budget {
        // The best of all may have what the others did not need.
        let end = setup.solve(&setup.problem(), &best.q, Options::default());
        if end.value <= best.value {
            solved.push((setup.problem().theta(&best.q), end.clone()));
            best = end;
        }
    }
    let mut changed = None;
    if !best.termination.converged() && setup.method == Method::Newton {
        // A second method from the same starts, before giving up.
        let rescue = Setup { method: Method::QuasiNewton, ..setup.clone() };
        let problem = rescue.problem();
        for (start, _) in solved.clone().into_iter().take(RESCUES) {
            let end = rescue.solve(&problem, &problem.variables(&start), Options::default());
            if end.termination.converged() && end.value <= best.value {
                changed = Some(Warning::new(
                    "solver-changed",
                    "Newton's method did not converge from any start; quasi-Newton did, and this is its answer.",
                ));
                best = end.clone();
            }
            solved.push((start, end));
        }
    }
    Ok(Descent { solved, best, changed, starts: starts.len() })
}

/// Only the parameters and the value at the best minimum that the starts of a spec lead to: for many
/// fits of which none is reported by itself. Neither certificate nor warnings, which cost more than
/// the solve does where a law has many parameters.
///
/// # Errors
/// As [`super::fit`].
pub fn minimum(spec: &Spec, data: &Measurements) -> Result<(Vec<f64>, f64), FitError> {
    let setup = setup(spec, data)?;
    if !setup.priors.is_empty() || matches!(spec.objective.loss, Loss::AdaptiveHuber | Loss::HuberLikelihood { .. }) {
        // Their objectives are only known once something was fitted.
        return fit(spec, data).map(|fit| (fit.theta, fit.value));
    }
    let Descent { best, .. } = descend(spec, &setup, data)?;
    let theta = super::sorted(&setup, setup.problem().theta(&best.q));
    Ok((theta, best.value))
}

/// Starts that a second method is tried from, where the first converges from none.
const RESCUES: usize = 4;

/// With more rows than this, a search first follows its starts on a sample of them.
pub(super) const MANY_ROWS: usize = 16 * seeds::SEED_ROWS;

/// Where starts lead on every k-th row: few passes over all rows are left to do from there.
fn solved_on_a_sample(setup: &Setup, starts: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let step = setup.rows.len().div_ceil(seeds::SEED_ROWS);
    let sample = Setup { rows: Arc::new(setup.rows.thinned(step)), ..setup.clone() };
    let lead = |problem: &mut FitProblem, theta: Vec<f64>| {
        let start = problem.variables(&theta);
        let end = sample.solve(problem, &start, Options::default());
        if end.termination.converged() { problem.theta(&end.q) } else { theta }
    };
    starts.into_par_iter().map_init(|| sample.problem(), lead).collect()
}
