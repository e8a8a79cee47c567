//! Why to believe that an answer is the minimum, and what to know where it may not be.

use super::problem::{Binding, FitProblem};
use super::{Setup, Spec, Starts, identify, profile, sorted};
use crate::base::objective::Loss;
use crate::data::measurements::Warning;
use crate::engine::solve::{Evaluation, Iteration, Newton, Options, Problem, Solution};
use crate::law::{Order, Role, Transform};
use crate::record::{Basin, Certificate};
use nalgebra::DMatrix;

/// Rows that predictions of two basins are compared on.
const COMPARED: usize = 512;

fn thinned_predictions(setup: &Setup, theta: &[f64]) -> Vec<f64> {
    let step = setup.rows.len().div_ceil(COMPARED).max(1);
    (0..setup.rows.len())
        .step_by(step)
        .map(|row| {
            let x: Vec<f64> = setup.rows.inputs.iter().map(|column| column[row]).collect();
            setup.law.predict(&x, theta)
        })
        .collect()
}

fn gap(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / b.abs().max(f64::MIN_POSITIVE)).fold(0.0, f64::max)
}

/// Distinct minima among the ends of all solves, best first. Two ends are one minimum when the
/// objective agrees to 1e-6 and no prediction differs by more than a thousandth.
pub fn basins(setup: &Setup, solved: &[(Vec<f64>, Solution)]) -> Vec<Basin> {
    let problem = setup.problem();
    let mut ends: Vec<&Solution> = solved.iter().map(|(_, s)| s).collect();
    ends.sort_by(|a, b| a.value.total_cmp(&b.value));
    let mut found: Vec<(Basin, Vec<f64>)> = Vec::new();
    for (rank, end) in ends.into_iter().enumerate() {
        if rank > 0 && !end.termination.converged() {
            continue;
        }
        let theta = sorted(setup, problem.theta(&end.q));
        let predictions = thinned_predictions(setup, &theta);
        let same = found.iter_mut().find(|(basin, known)| {
            (end.value - basin.objective).abs() <= 1e-6 * basin.objective.abs().max(f64::MIN_POSITIVE)
                && gap(&predictions, known) < 1e-3
                || gap(&predictions, known) < 1e-9
        });
        if let Some((basin, _)) = same {
            basin.starts += 1;
        } else {
            let prediction_gap = found.first().map_or(0.0, |(_, best)| gap(&predictions, best));
            let basin = Basin { objective: end.value, theta, starts: 1, prediction_gap };
            found.push((basin, predictions));
        }
    }
    found.into_iter().map(|(basin, _)| basin).take(12).collect()
}

/// The certificate of the best solution.
pub fn certify(
    setup: &Setup,
    problem: &mut FitProblem,
    best: &Solution,
    theta: &[f64],
    basins: Vec<Basin>,
    starts_tried: usize,
    evaluations: usize,
) -> Certificate {
    let kinked = setup.objective.loss.is_kinked();
    let mut newton = Newton::new(problem.dimension(), Options::default());
    let started = newton.start(problem, &best.q);
    let gradient = match (started, kinked) {
        (false, _) => f64::INFINITY,
        (true, true) => f64::from(u8::from(!best.termination.converged())),
        (true, false) => newton.decrement(problem).max(0.0) / 2.0,
    };
    let (smallest, condition) = spectrum(problem, &best.q, kinked).unwrap_or((f64::NAN, f64::INFINITY));
    let residuals = residuals(setup, theta);
    let quadratic = residuals.iter().filter(|r| setup.objective.loss.is_quadratic_at(**r)).count();
    Certificate {
        termination: best.termination.describe().to_owned(),
        converged: best.termination.converged(),
        gradient,
        positive_definite: if kinked { best.termination.converged() } else { smallest > 0.0 },
        condition,
        starts_tried,
        best_basin: basins.first().map_or(0, |basin| basin.starts),
        basins,
        evaluations,
        quadratic_share: quadratic as f64 / residuals.len().max(1) as f64,
        nearest_bound: nearest_bound(setup, theta),
        proof: None,
    }
}

fn residuals(setup: &Setup, theta: &[f64]) -> Vec<f64> {
    super::predict_rows(setup, theta)
        .iter()
        .zip(&setup.rows.target)
        .map(|(&y, &t)| t - setup.objective.residual.at(y))
        .collect()
}

/// Curvature scaled to unit diagonal, over the variables that have any: matrix and variables.
/// Gauss–Newton for a kinked loss, which has no Hessian.
fn scaled_curvature(problem: &FitProblem, q: &[f64], kinked: bool) -> Option<(DMatrix<f64>, Vec<usize>)> {
    let n = q.len();
    let matrix = if kinked {
        let mut gram = vec![0.0; n * n];
        for (_, w, g) in problem.row_derivatives(q) {
            for i in 0..n {
                for j in 0..n {
                    gram[i * n + j] += w * g[i] * g[j];
                }
            }
        }
        gram
    } else {
        let mut here = Evaluation::new(n);
        if !problem.evaluate(q, Order::Second, &mut here) {
            return None;
        }
        here.hessian
    };
    let moving: Vec<usize> = (0..n).filter(|&i| matrix[i * n + i].abs() > 0.0).collect();
    let m = moving.len();
    let scaled = DMatrix::from_fn(m, m, |a, b| {
        let (i, j) = (moving[a], moving[b]);
        matrix[i * n + j] / matrix[i * n + i].abs().sqrt() / matrix[j * n + j].abs().sqrt()
    });
    // An eigenvalue iteration would not end on what is not finite.
    scaled.iter().all(|v| v.is_finite()).then_some((scaled, moving))
}

/// Smallest eigenvalue and condition number of the scaled curvature.
fn spectrum(problem: &FitProblem, q: &[f64], kinked: bool) -> Option<(f64, f64)> {
    let (scaled, moving) = scaled_curvature(problem, q, kinked)?;
    if moving.len() < q.len() || scaled.is_empty() {
        return Some((0.0, f64::INFINITY));
    }
    let values = scaled.symmetric_eigen().eigenvalues;
    let (low, high) = (values.min(), values.amax());
    Some((low, if low > 0.0 { high / low } else { f64::INFINITY }))
}

fn natural_range(setup: &Setup, j: usize) -> Option<(f64, f64)> {
    match setup.bindings[j] {
        Binding::Fixed(_) => None,
        Binding::Free(i, Transform::Identity) => Some(setup.bounds[i]),
        Binding::Free(i, Transform::Log) => {
            let (low, high) = setup.bounds[i];
            Some((if low <= -690.0 { 0.0 } else { low.exp() }, if high >= 690.0 { f64::INFINITY } else { high.exp() }))
        }
    }
}

fn nearest_bound(setup: &Setup, theta: &[f64]) -> Option<String> {
    let card = setup.law.card();
    (0..theta.len())
        .filter_map(|j| {
            let (low, high) = natural_range(setup, j)?;
            [("lower", low), ("upper", high)]
                .into_iter()
                .filter(|(_, bound)| bound.is_finite())
                .map(|(side, bound)| {
                    let distance = (theta[j] - bound).abs() / theta[j].abs().max(bound.abs()).max(f64::MIN_POSITIVE);
                    (distance, format!("{} = {:.4e}, {side} bound {bound}", card.params[j].symbol, theta[j]))
                })
                .min_by(|a, b| a.0.total_cmp(&b.0))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, text)| text)
}

/// Parameters that sit on a bound, or whose term has vanished: their symbols.
pub fn at_bound(setup: &Setup, theta: &[f64]) -> Vec<usize> {
    let card = setup.law.card();
    let predictions = thinned_predictions(setup, theta);
    (0..theta.len())
        .filter(|&j| {
            let Some((low, high)) = natural_range(setup, j) else { return false };
            let span = theta[j].abs().max(1.0);
            let on_upper = high.is_finite() && (high - theta[j]) <= 1e-9 * high.abs().max(1e-300);
            let on_lower = low != 0.0 && low.is_finite() && (theta[j] - low) <= 1e-9 * span;
            // A positive coefficient does not reach zero on the log scale: it stops mattering.
            let vanished =
                low == 0.0 && card.params[j].role == Role::Linear && card.params[j].transform == Transform::Log && {
                    let mut without = theta.to_vec();
                    without[j] = 0.0;
                    gap(&thinned_predictions(setup, &without), &predictions) < 1e-7
                };
            let zero = low == 0.0 && card.params[j].transform == Transform::Identity && theta[j] <= 1e-9;
            on_upper || on_lower || vanished || zero
        })
        .collect()
}

/// Parameters that carry most of a direction that the rows do not determine.
pub fn flat_parameters(setup: &Setup, problem: &FitProblem, q: &[f64]) -> Vec<usize> {
    identify::directions(setup, problem, q).map_or_else(Vec::new, |found| found.parameters(setup))
}

/// Refuses an answer that is its own starting point, unless that is a minimum: whether it does.
pub fn refuse_unmoved(
    certificate: &mut Certificate,
    problem: &FitProblem,
    solved: &[(Vec<f64>, Solution)],
) -> Option<Warning> {
    let moved = solved.iter().any(|(start, solution)| {
        let end = problem.theta(&solution.q);
        start.iter().zip(&end).any(|(a, b)| (a - b).abs() > 1e-9 * a.abs().max(1e-300))
    });
    if moved || certificate.gradient <= 1e-12 {
        return None;
    }
    certificate.converged = false;
    certificate.termination = "refused: the search returned its own starting point, which is no minimum".to_owned();
    Some(Warning::new("did-not-move", "The search returned its own starting point, which is no minimum."))
}

/// The named warnings of a fit.
pub fn warnings(spec: &Spec, setup: &Setup, certificate: &Certificate, theta: &[f64]) -> Vec<Warning> {
    let card = setup.law.card();
    let mut out = Vec::new();
    let mut warn = |kind: &str, message: String| out.push(Warning::new(kind, message));
    let names = |list: &[usize]| list.iter().map(|&j| card.params[j].symbol).collect::<Vec<_>>().join(", ");
    if !certificate.converged {
        warn("not-converged", format!("The search did not converge: {}.", certificate.termination));
    }
    let bound = at_bound(setup, theta);
    if !bound.is_empty() {
        warn(
            "bound-hit",
            format!(
                "{} ended on a bound, or in a term that has vanished; it has no two-sided interval.",
                names(&bound)
            ),
        );
    }
    let problem = setup.problem();
    let flat: Vec<usize> = flat_parameters(setup, &problem, &problem.variables(theta))
        .into_iter()
        .filter(|j| !bound.contains(j))
        .collect();
    if !flat.is_empty() {
        warn(
            "flat-direction",
            format!("The objective does not determine {}: it is flat along a direction that they share.", names(&flat)),
        );
    }
    let weak: Vec<usize> = match certificate.converged {
        true => profile::weakly_identified(
            setup,
            &problem,
            &problem.variables(theta),
            &certificate.basins,
            matches!(spec.objective.loss, Loss::HuberLikelihood { .. }),
        )
        .into_iter()
        .filter(|j| !bound.contains(j) && !flat.contains(j))
        .collect(),
        false => Vec::new(),
    };
    if !weak.is_empty() {
        warn(
            "weakly-identified",
            format!(
                "The data allow {} to be three times larger or smaller, or more: quote the interval, not the point.",
                names(&weak)
            ),
        );
    }
    if let [best, second, ..] = certificate.basins.as_slice() {
        let difference = second.objective - best.objective;
        let excess = match spec.objective.loss {
            // Per row, as the scale would have to grow.
            Loss::HuberLikelihood { .. } => (difference / setup.rows.weight.iter().sum::<f64>()).exp_m1(),
            _ => difference / best.objective.abs().max(f64::MIN_POSITIVE),
        };
        if excess < 0.1 {
            warn(
                "second-basin",
                format!(
                    "A second minimum lies {:.2} % above the best and predicts up to {:.2} % differently on these rows.",
                    100.0 * excess,
                    100.0 * second.prediction_gap
                ),
            );
        }
    }
    let lonely = certificate.best_basin * 20 < certificate.starts_tried;
    if matches!(spec.starts, Starts::Search) && lonely {
        warn(
            "rare-basin",
            format!(
                "Only {} of {} starts reached the best minimum; a better one may have been missed.",
                certificate.best_basin, certificate.starts_tried
            ),
        );
    }
    if setup.objective.loss.delta().is_some() && certificate.quadratic_share < 0.05 {
        warn(
            "delta-below-residuals",
            format!(
                "Only {:.1} % of the rows lie in the quadratic zone of the loss: it acts as the absolute loss.",
                100.0 * certificate.quadratic_share
            ),
        );
    }
    if setup.rows.len() < 2 * setup.free() + 1 {
        warn(
            "few-rows",
            format!("{} rows for {} free parameters leave little to judge the fit by.", setup.rows.len(), setup.free()),
        );
    }
    out
}
