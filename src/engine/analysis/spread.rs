//! How uncertain a fit is, by the estimator that was asked for.

use super::Request;
use crate::base::objective::Loss;
use crate::data::measurements::Warning;
use crate::engine::fit::tied::Tied;
use crate::engine::fit::{Fit, Setup, repose};
use crate::engine::solve::free_scale::log_normaliser;
use crate::engine::uncertainty::Uncertainty;
use crate::engine::uncertainty::bootstrap::{Bootstrap, bootstrap};
use crate::engine::uncertainty::covariance::{Kind, covariance};
use crate::engine::uncertainty::profile::{NoProfile, Profiler, Rule, noise_of};
use crate::engine::uncertainty::wild::wild;
use crate::record::{Criteria, Estimator, Gates};
use std::collections::BTreeSet;

/// What intervals are made from.
pub(super) struct Spread {
    pub known: Uncertainty,
    pub draws: Option<Bootstrap>,
    pub gates: Option<Gates>,
    pub warnings: Vec<Warning>,
}

/// Fewer runs than this, or no more than there are free parameters, give no interval.
const FEWEST_RUNS: usize = 5;

/// The uncertainty of a fit. `groups` gives the label of a run per row.
pub(super) fn spread(fit: &Fit, request: &Request, groups: Option<&[String]>, tick: &(dyn Fn() + Sync)) -> Spread {
    let mut out = Spread {
        known: Uncertainty::of_fit(fit, request.level, None, None),
        draws: None,
        gates: None,
        warnings: Vec::new(),
    };
    let runs = groups.map(repose::numbers);
    if request.interval != Estimator::None
        && let Some(runs) = &runs
        && let Some(warning) = too_few(runs, fit.setup.free())
    {
        out.warnings.push(warning);
        return out;
    }
    match request.interval {
        Estimator::None => {}
        Estimator::Profile => by_profile(fit, request.level, runs.as_deref(), &mut out),
        Estimator::Sandwich => {
            let kind = if groups.is_some() { Kind::Cluster } else { request.covariance };
            match covariance(fit, kind, groups) {
                Some(spread) => out.known = Uncertainty::of_fit(fit, request.level, None, Some(&spread)),
                None => out.warnings.push(nothing()),
            }
        }
        Estimator::Pairs | Estimator::Cluster => {
            let groups = groups.filter(|_| request.interval == Estimator::Cluster);
            drawn(fit, request.level, bootstrap(fit, request.bootstrap, request.seed, groups, tick), &mut out);
        }
        Estimator::Wild => match wild(fit, request.bootstrap, request.seed, runs.as_deref(), tick) {
            Some(draws) => drawn(fit, request.level, draws, &mut out),
            None => out.warnings.push(nothing()),
        },
    }
    out
}

fn nothing() -> Warning {
    Warning::new("no-intervals", "There are no degrees of freedom or no curvature to make intervals from.")
}

fn too_few(runs: &[usize], free: usize) -> Option<Warning> {
    let count = runs.iter().collect::<BTreeSet<_>>().len();
    (count < FEWEST_RUNS || count <= free).then(|| {
        Warning::new(
            "too-few-clusters",
            format!(
                "{count} clusters say nothing of how far {free} parameters vary between clusters, so that there are no intervals; at least {} are needed.",
                FEWEST_RUNS.max(free + 1)
            ),
        )
    })
}

fn by_profile(fit: &Fit, level: f64, runs: Option<&[usize]>, out: &mut Spread) {
    // Rows that are met to rounding have no noise to make intervals from, and need none.
    if super::diagnostics::matched(fit) {
        return;
    }
    let profiler = match Profiler::new(&fit.setup, &fit.q, noise_of(fit), runs) {
        Ok(profiler) => profiler,
        Err(NoProfile::FewRuns(groups, free)) if runs.is_none() => {
            return out.warnings.push(Warning::new(
                "correlated-runs",
                format!(
                    "Residuals of neighbouring rows of one model size go together, as those of checkpoints of one run do, and {groups} sizes cannot say how far {free} parameters vary between runs: there are no intervals; name the runs with `--cluster COLUMN`."
                ),
            ));
        }
        Err(NoProfile::FewRuns(..)) | Err(NoProfile::NoFreedom) => return out.warnings.push(nothing()),
    };
    out.gates = Some(profiler.gates);
    if profiler.gates.correlated() {
        let done = match profiler.rule {
            Rule::Runs => "intervals take rows of one size as one run",
            _ => "intervals take them for independent",
        };
        out.warnings.push(Warning::new(
            "correlated-runs",
            format!(
                "Residuals of neighbouring rows of one model size go together, as those of checkpoints of one run do: {done}; name the runs with `--cluster COLUMN`."
            ),
        ));
    }
    if profiler.freedom() < 3.0 {
        out.warnings.push(Warning::new(
            "few-degrees-of-freedom",
            format!("Intervals rest on {} degrees of freedom.", profiler.freedom()),
        ));
    }
    out.known = Uncertainty::of_profile(fit, level, profiler);
}

fn drawn(fit: &Fit, level: f64, draws: Bootstrap, out: &mut Spread) {
    if draws.failed > 0 {
        let mut text =
            format!("{} of {} bootstrap replicates did not converge and are left out", draws.failed, draws.drawn);
        if draws.too_few > 0 {
            text += &format!("; {} of them drew fewer different rows than there are free parameters", draws.too_few);
        }
        out.warnings.push(Warning::new("replicates-failed", format!("{text}.")));
    }
    out.known = Uncertainty::of_fit(fit, level, Some(&draws), None);
    out.draws = Some(draws);
}

/// Akaike's and Schwarz's criteria, where the loss is the logarithm of a density: a normal one, or
/// Huber's at the delta of the fit, with the scale at which the rows are likeliest.
pub fn criteria(fit: &Fit) -> Option<Criteria> {
    let noise = fit.noise.map(|noise| noise.scale);
    likelihood(&[&fit.setup], &fit.residuals(), noise, fit.setup.free())
}

/// The same of groups of rows whose parameters are tied.
pub fn criteria_of_tied(tied: &Tied) -> Option<Criteria> {
    let setups: Vec<&Setup> = tied.setups.iter().collect();
    let residuals: Vec<f64> = tied.derivatives().into_iter().map(|row| row.0).collect();
    likelihood(&setups, &residuals, tied.noise, tied.free())
}

fn likelihood(setups: &[&Setup], residuals: &[f64], noise: Option<f64>, free: usize) -> Option<Criteria> {
    let objective = setups.first()?.objective;
    let weights: Vec<f64> = setups.iter().flat_map(|setup| setup.rows.weight.iter().copied()).collect();
    let n = weights.iter().filter(|w| **w > 0.0).count() as f64;
    let unit = n / weights.iter().sum::<f64>();
    let half: f64 = residuals.iter().zip(&weights).map(|(r, w)| unit * w * objective.loss.rho(*r).value).sum();
    let log_likelihood = match objective.loss {
        Loss::Squared => {
            let variance = 2.0 * half / n;
            -0.5 * n * ((2.0 * std::f64::consts::PI * variance).ln() + 1.0)
        }
        Loss::Huber { delta } => {
            // ρ is in units of s² for a quadratic zone of delta/s: s is that of the noise.
            let s = noise.unwrap_or(delta / crate::base::objective::ADAPTIVE);
            -n * (s.ln() + log_normaliser(delta / s)) - half / (s * s)
        }
        Loss::Absolute => -n * ((2.0 * half / n).ln() + 1.0),
        _ => return None,
    };
    // ln |dz/dy| brings densities on the residual scale to the measured one.
    let measured = setups.iter().flat_map(|setup| &setup.rows.measured);
    let jacobian: f64 = measured.map(|&y| objective.residual.derivatives(y).0.abs().ln()).sum();
    let parameters = free + 1;
    let deviance = -2.0 * (log_likelihood + jacobian);
    let criteria =
        Criteria { aic: deviance + 2.0 * parameters as f64, bic: deviance + parameters as f64 * n.ln(), parameters };
    criteria.aic.is_finite().then_some(criteria)
}
