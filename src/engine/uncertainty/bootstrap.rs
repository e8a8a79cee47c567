//! Pairs bootstrap: refit on rows drawn with replacement, by the very estimator that gave the
//! point estimate.

use crate::engine::fit::problem::{Binding, FitProblem, PriorTerm};
use crate::engine::fit::{Fit, sorted};
use crate::engine::solve::{Iteration, Newton, Options, Solution, minimise};
use crate::law::{Role, Transform};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use std::collections::HashMap;

/// Refits on resampled rows.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    /// Seed of the whole.
    pub seed: u64,
    /// Parameters (card order) of each replicate that converged, in the order drawn.
    pub thetas: Vec<Vec<f64>>,
    /// Replicates drawn.
    pub drawn: usize,
    /// Replicates that did not converge.
    pub failed: usize,
    /// Those of them that drew fewer different rows than there are free parameters.
    pub too_few: usize,
    /// "pairs bootstrap" or "cluster bootstrap".
    pub method: &'static str,
    /// Evaluations of objective and derivatives.
    pub evaluations: usize,
}

/// The generator of replicate `index`: a function of both numbers alone, so that the same
/// replicate comes out on any number of threads.
pub fn generator(seed: u64, index: u64) -> Pcg64Mcg {
    // SplitMix64's finaliser keeps neighbouring indices far apart.
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Pcg64Mcg::seed_from_u64(z ^ (z >> 31))
}

/// Draws `count` replicates. Rows are drawn singly, or by whole groups where `groups` gives a label
/// per row. `tick` is called once per replicate.
pub fn bootstrap(fit: &Fit, count: usize, seed: u64, groups: Option<&[String]>, tick: &(dyn Fn() + Sync)) -> Bootstrap {
    let rows = fit.setup.rows.len();
    let clusters = clusters(rows, groups);
    // Every basin of the full data that could win on a resample is tried on each.
    let starts: Vec<Vec<f64>> = {
        let problem = fit.setup.problem();
        let near = |objective: f64| objective <= 1.1 * fit.value.abs() + f64::MIN_POSITIVE;
        let mut starts = vec![fit.q.clone()];
        let rivals = fit.certificate.basins.iter().skip(1).filter(|basin| near(basin.objective)).take(2);
        starts.extend(rivals.map(|basin| problem.variables(&basin.theta)));
        starts
    };
    let options = Options { damping: 0.0, ..Options::default() };
    let outcomes: Vec<(Option<Vec<f64>>, usize, usize)> = (0..count)
        .into_par_iter()
        .map_init(
            || (fit.setup.problem(), Newton::new(fit.setup.free(), options), vec![0.0; rows]),
            |(problem, newton, weight), index| {
                let mut rng = generator(seed, index as u64);
                weight.fill(0.0);
                for _ in 0..clusters.len() {
                    for &row in &clusters[rng.random_range(0..clusters.len())] {
                        weight[row] += fit.setup.rows.weight[row];
                    }
                }
                problem.pack(&fit.setup.rows, weight);
                if !fit.setup.priors.is_empty() {
                    // A prior is one more observation: its mean, too, is drawn.
                    let mut normal = || {
                        let (u, v): (f64, f64) = (rng.random(), rng.random());
                        (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
                    };
                    let drawn = fit.setup.priors.iter();
                    let drawn = drawn.map(|prior| PriorTerm { mean: prior.mean + prior.sd * normal(), ..*prior });
                    problem.believe(drawn.collect());
                }
                let mut evaluations = 0;
                let mut best: Option<Solution> = None;
                for start in &starts {
                    let solution = fit.setup.solve_in(problem, start, newton);
                    evaluations += solution.evaluations;
                    if solution.termination.converged() && best.as_ref().is_none_or(|b| solution.value < b.value) {
                        best = Some(solution);
                    }
                }
                if best.is_none() {
                    best = vanished(fit, problem, newton);
                }
                tick();
                let different = weight.iter().filter(|w| **w > 0.0).count();
                (best.map(|b| sorted(&fit.setup, problem.theta(&b.q))), evaluations, different)
            },
        )
        .collect();
    let lost = || outcomes.iter().filter(|(theta, ..)| theta.is_none());
    let (failed, too_few) = (lost().count(), lost().filter(|(_, _, different)| *different < fit.setup.free()).count());
    Bootstrap {
        seed,
        drawn: count,
        failed,
        too_few,
        evaluations: outcomes.iter().map(|(_, e, _)| e).sum(),
        thetas: outcomes.into_iter().filter_map(|(theta, ..)| theta).collect(),
        method: if groups.is_some() { "cluster bootstrap" } else { "pairs bootstrap" },
    }
}

/// A replicate that no warm start solves mostly runs after a coefficient that vanishes, without end on
/// the log scale. On the natural scale it ends on its bound: from where it ran to, coefficients that
/// fell a thousandfold are solved for there.
fn vanished(fit: &Fit, problem: &FitProblem, newton: &mut Newton) -> Option<Solution> {
    let setup = &fit.setup;
    if setup.free_scale.is_some() || setup.objective.loss.is_kinked() {
        return None;
    }
    let run = setup.solve_in(problem, &fit.q, newton);
    let card = setup.law.card();
    let (mut bindings, mut bounds, mut start) = (setup.bindings.to_vec(), setup.bounds.to_vec(), run.q.clone());
    let mut moved = Vec::new();
    for j in 0..bindings.len() {
        if let Binding::Free(i, Transform::Log) = bindings[j]
            && card.params[j].role == Role::Linear
            && bounds[i].0 <= -690.0
            && setup.priors.iter().all(|prior| prior.variable != i)
            && run.q[i] < fit.q[i].max(setup.bounds[i].0 + 20.0) - 7.0
        {
            bindings[j] = Binding::Free(i, Transform::Identity);
            bounds[i] = (0.0, if bounds[i].1 >= 690.0 { f64::INFINITY } else { bounds[i].1.exp() });
            start[i] = 0.0;
            moved.push(i);
        }
    }
    if moved.is_empty() {
        return None;
    }
    let natural = problem.bound_otherwise(bindings.into(), bounds.into());
    let mut newton = Newton::new(start.len(), newton.options());
    let termination = minimise(&natural, &start, &mut newton);
    let mut end = newton.solution(termination);
    for i in moved {
        end.q[i] = end.q[i].ln().max(setup.bounds[i].0);
    }
    end.termination.converged().then_some(end)
}

fn clusters(rows: usize, groups: Option<&[String]>) -> Vec<Vec<usize>> {
    match groups {
        None => (0..rows).map(|row| vec![row]).collect(),
        Some(labels) => {
            let mut place: HashMap<&String, usize> = HashMap::new();
            let mut members: Vec<Vec<usize>> = Vec::new();
            for (row, label) in labels.iter().enumerate() {
                let at = *place.entry(label).or_insert(members.len());
                match members.get_mut(at) {
                    Some(rows) => rows.push(row),
                    None => members.push(vec![row]),
                }
            }
            members
        }
    }
}
