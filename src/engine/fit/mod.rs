//! A law, measurements and an objective → a [`Fit`]: the minimum, and why to believe it.

pub mod adaptive;
mod bind;
pub mod certificate;
mod descent;
mod error;
pub mod identify;
pub mod problem;
mod profile;
pub mod proof;
pub mod repose;
mod seeds;
mod solver;
pub mod tied;
mod weights;

pub use crate::record::Constraints;
pub use descent::minimum;
pub use error::FitError;
pub use weights::Weights;

use crate::base::objective::{Loss, Objective, Residual};
use crate::data::measurements::{Measurements, Warning};
use crate::engine::solve::least_absolute::{Kinked, RowTable};
use crate::engine::solve::{Method, Options, free_scale};
use crate::law::Law;
use crate::record::{Certificate, FreeScale, Noise};
use bind::bind;
use descent::{Descent, MANY_ROWS};
use problem::{Binding, FitProblem, PriorTerm, Rows};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where the search starts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starts {
    /// From the data, globally.
    #[default]
    Search,
    /// Only from the given parameters (card order): finds the basin they lie in.
    Only(Vec<Vec<f64>>),
}

/// What to fit.
#[derive(Clone)]
pub struct Spec {
    /// The law.
    pub law: &'static dyn Law,
    /// What is minimised.
    pub objective: Objective,
    /// Fixed, tied, bounded parameters and priors.
    pub constraints: Constraints,
    /// Where the search starts.
    pub starts: Starts,
    /// How rows are weighted; all alike if not said.
    pub weights: Option<Weights>,
    /// Which solver, for losses that leave a choice.
    pub method: Method,
}

impl Spec {
    /// A law under an objective, searched globally, nothing held.
    pub fn new(law: &'static dyn Law, objective: Objective) -> Self {
        Self {
            law,
            objective,
            constraints: Constraints::default(),
            starts: Starts::Search,
            weights: None,
            method: Method::Newton,
        }
    }
}

/// Everything that poses a problem; shared by all solves on the same rows.
#[derive(Clone)]
pub struct Setup {
    /// The law.
    pub law: &'static dyn Law,
    /// The objective.
    pub objective: Objective,
    /// How parameters follow from variables.
    pub bindings: Arc<[Binding]>,
    /// Bounds of the variables.
    pub bounds: Arc<[(f64, f64)]>,
    /// Priors on the variables.
    pub priors: Arc<[PriorTerm]>,
    /// The rows.
    pub rows: Arc<Rows>,
    /// Which solver.
    pub method: Method,
    /// Half-width of Huber's quadratic zone in units of a scale that is found anew in every solve;
    /// `objective` then holds the loss at the scale that was found.
    pub free_scale: Option<f64>,
}

impl Setup {
    /// The problem over all rows.
    pub fn problem(&self) -> FitProblem {
        FitProblem::new(
            self.law,
            self.objective,
            self.bindings.clone(),
            self.bounds.clone(),
            self.priors.clone(),
            &self.rows,
        )
    }
    /// The parameters that follow from some of the variables.
    pub fn parameters_of(&self, variables: &[usize]) -> Vec<usize> {
        let is_one = |binding: &Binding| matches!(binding, Binding::Free(i, _) if variables.contains(i));
        (0..self.bindings.len()).filter(|&j| is_one(&self.bindings[j])).collect()
    }
    /// Number of variables.
    pub fn free(&self) -> usize {
        self.bounds.len()
    }
    /// Objective below which the data count as matched exactly: rounding of the targets.
    pub fn exact(&self) -> f64 {
        let rounding: f64 = self
            .rows
            .target
            .iter()
            .zip(&self.rows.weight)
            .map(|(t, w)| w * (4.0 * f64::EPSILON * t.abs().max(f64::MIN_POSITIVE)).powi(2))
            .sum();
        match self.objective.loss.is_kinked() {
            true => rounding.sqrt(),
            false => 0.5 * rounding,
        }
    }
}

/// A law fitted to rows.
#[derive(Clone)]
pub struct Fit {
    /// What was fitted.
    pub spec: Spec,
    /// How the problem was posed.
    pub setup: Setup,
    /// The rows' numbers in their source.
    pub row_ids: Vec<usize>,
    /// Parameters, card order, natural scale.
    pub theta: Vec<f64>,
    /// The solver's variables there.
    pub q: Vec<f64>,
    /// Σ w ρ(r), or −ln likelihood where the scale is free.
    pub value: f64,
    /// The scale found with the parameters, if it was free.
    pub scale: Option<FreeScale>,
    /// The noise that the residuals show, where the objective's delta is found from it.
    pub noise: Option<Noise>,
    /// Why to believe it.
    pub certificate: Certificate,
    /// What to know about it.
    pub warnings: Vec<Warning>,
}

impl Fit {
    /// The prediction at one point, inputs in card order.
    pub fn predict(&self, x: &[f64]) -> f64 {
        self.setup.law.predict(x, &self.theta)
    }
    /// Predictions at the rows.
    pub fn predicted(&self) -> Vec<f64> {
        predict_rows(&self.setup, &self.theta)
    }
    /// Residuals at the rows, on the objective's scale.
    pub fn residuals(&self) -> Vec<f64> {
        self.predicted()
            .iter()
            .zip(&self.setup.rows.target)
            .map(|(&y, &t)| t - self.spec.objective.residual.at(y))
            .collect()
    }
    /// The objective at this answer under another objective.
    pub fn value_under(&self, other: &Objective) -> f64 {
        let rows = &self.setup.rows;
        self.predicted()
            .iter()
            .enumerate()
            .map(|(k, &y)| {
                let r = other.residual.at(rows.measured[k]) - other.residual.at(y);
                rows.weight[k] * other.loss.rho(r).value
            })
            .sum()
    }
}

fn predict_rows(setup: &Setup, theta: &[f64]) -> Vec<f64> {
    (0..setup.rows.len())
        .map(|row| {
            let x: Vec<f64> = setup.rows.inputs.iter().map(|column| column[row]).collect();
            setup.law.predict(&x, theta)
        })
        .collect()
}

/// The rows of a spec: its law's columns, weights, and targets on the residual scale.
fn rows_of(spec: &Spec, data: &Measurements) -> Result<Rows, FitError> {
    let card = spec.law.card();
    let source_name = data.provenance.source.clone();
    let column = |symbol: &str| {
        data.column(symbol).map(<[f64]>::to_vec).ok_or_else(|| FitError::MissingRole {
            source_name: source_name.clone(),
            law: card.id.to_owned(),
            symbol: symbol.to_owned(),
        })
    };
    let inputs = card.inputs.iter().map(|input| column(input.symbol)).collect::<Result<Vec<_>, _>>()?;
    let measured = column(card.output.symbol)?;
    let weight = match &spec.weights {
        Some(weights) => weights.of(data, &measured, &spec.objective.residual, card.id)?,
        None => vec![1.0; measured.len()],
    };
    let rows = Rows::new(inputs, measured, weight, &spec.objective);
    if let Some(k) = rows.target.iter().position(|t| !t.is_finite()) {
        return Err(FitError::OffScale {
            source_name,
            row: data.rows[k],
            symbol: card.output.symbol.to_owned(),
            value: rows.measured[k],
            scale: spec.objective.residual.name().to_owned(),
        });
    }
    Ok(rows)
}

/// Poses the problem of a spec on measurements.
///
/// # Errors
/// [`FitError`] when it cannot be posed: a missing role, too few rows, a value off the residual
/// scale, a constraint that makes no sense.
pub fn setup(spec: &Spec, data: &Measurements) -> Result<Setup, FitError> {
    let card = spec.law.card();
    let source_name = data.provenance.source.clone();
    let rows = rows_of(spec, data)?;
    let (bindings, bounds, priors) = bind(spec)?;
    let free = bounds.len();
    if free == 0 {
        return Err(FitError::NothingFree(card.id.to_owned()));
    }
    if rows.len() < free {
        return Err(FitError::TooFewRows { source_name, law: card.id.to_owned(), rows: rows.len(), free });
    }
    let alike = rows.inputs.iter().all(|column| column.iter().all(|v| *v == column[0]));
    if alike && free > 1 {
        return Err(FitError::RowsAlike { source_name, law: card.id.to_owned(), rows: rows.len() });
    }
    // A free scale starts from the loss that is the same at every scale.
    let (loss, free_scale) = match spec.objective.loss {
        Loss::HuberLikelihood { delta } => (Loss::Absolute, Some(delta)),
        // Least squares needs no scale, and gives the first one.
        Loss::AdaptiveHuber => (Loss::Squared, None),
        loss => (loss, None),
    };
    let objective = Objective { loss, ..spec.objective };
    let (rows, method) = (Arc::new(rows), spec.method);
    let setup = Setup { law: spec.law, objective, bindings, bounds, priors, rows, method, free_scale };
    if setup.free_scale.is_some() && !setup.priors.is_empty() {
        return Err(FitError::BadConstraint(
            "`--prior` and `--loss huber-likelihood`: a prior needs a loss whose scale is fixed; use `--loss huber`"
                .to_owned(),
        ));
    }
    setup.check_method(spec)?;
    Ok(setup)
}

/// What one unit of log-likelihood is worth in the objective, for priors: the variance of the
/// residuals of the fit without them (robustly, from the median), or their mean size under a
/// kinked loss, whose likelihood is Laplace's.
fn likelihood_unit(fit: &Fit) -> f64 {
    if let Some(noise) = &fit.noise {
        return (noise.scale * noise.scale).max(f64::MIN_POSITIVE);
    }
    let mut sizes: Vec<f64> = fit.residuals().iter().map(|r| r.abs()).collect();
    if fit.spec.objective.loss.is_kinked() {
        return sizes.iter().sum::<f64>() / sizes.len().max(1) as f64;
    }
    sizes.sort_by(f64::total_cmp);
    (1.4826 * sizes[sizes.len() / 2]).powi(2).max(f64::MIN_POSITIVE)
}

/// The most promising starting points of a global search, at most `most` of them, best first. For
/// many fits of which none is reported by itself: fitted from these ([`Starts::Only`]), a law needs
/// neither all starts nor the attempt at a proof.
///
/// # Errors
/// [`FitError`] when the problem cannot be posed.
pub fn promising(spec: &Spec, data: &Measurements, most: usize) -> Result<Vec<Vec<f64>>, FitError> {
    let mut found = seeds::seeds(&setup(spec, data)?);
    found.truncate(most);
    Ok(found)
}

/// Fits.
///
/// # Errors
/// [`FitError`] when the problem cannot be posed. Everything else — no convergence, a bound hit, a
/// flat direction, several minima — is in the fit's certificate and warnings.
pub fn fit(spec: &Spec, data: &Measurements) -> Result<Fit, FitError> {
    let mut setup = setup(spec, data)?;
    if !setup.priors.is_empty() {
        let mut without = spec.clone();
        without.constraints.priors.clear();
        let scale = likelihood_unit(&fit(&without, data)?);
        setup.priors = setup.priors.iter().map(|prior| PriorTerm { scale, ..*prior }).collect();
    }
    let Descent { mut solved, mut best, changed, starts } = descent::descend(spec, &setup, data)?;
    let searched = matches!(spec.starts, Starts::Search);
    if searched && setup.free_scale.is_none() && setup.objective.loss.is_kinked() && setup.rows.len() <= MANY_ROWS {
        let problem = setup.problem();
        let end = setup.around(&problem, best.clone());
        if end.value < best.value {
            solved.push((problem.theta(&best.q), end.clone()));
            best = end;
        }
    }
    let noise = match spec.objective.loss {
        Loss::AdaptiveHuber => adaptive::settle(&mut setup, &mut solved, &mut best),
        _ => None,
    };
    let mut proof = (searched && best.termination.converged()).then(|| proof::prove(&setup, best.value)).flatten();
    if let Some(theta) = proof.as_ref().and_then(|proof| proof.better.clone()) {
        // The proof came upon something better than all starts led to.
        let problem = setup.problem();
        let start = problem.variables(&theta);
        let solution = setup.solve(&problem, &start, Options::default());
        if solution.value < best.value {
            best = solution.clone();
            proof = proof::prove(&setup, best.value);
        }
        solved.push((theta, solution));
    }
    let evaluations = solved.iter().map(|(_, s)| s.evaluations).sum();
    let basins = certificate::basins(&setup, &solved);
    let scale = settle_scale(&mut setup, &best.q);
    let mut problem = setup.problem();
    let theta = sorted(&setup, problem.theta(&best.q));
    let q = problem.variables(&theta);
    let mut warnings = data.provenance.warnings.clone();
    warnings.extend(changed);
    let mut certificate =
        certificate::certify(&setup, &mut problem, &best, &theta, basins, solved.len().max(starts), evaluations);
    certificate.proof = proof.map(|proof| proof.describe());
    warnings.extend(certificate::refuse_unmoved(&mut certificate, &problem, &solved));
    warnings.extend(certificate::warnings(spec, &setup, &certificate, &theta));
    warnings.extend(scale.as_ref().and_then(FreeScale::warning));
    if matches!(spec.weights, Some(Weights::PerGroup(_))) && setup.rows.weight.iter().all(|w| (*w - 1.0).abs() < 1e-9) {
        warnings.push(Warning::new(
            "groups-of-one",
            "All groups have as many rows, or one each, so that weighting by group changes nothing; name a column that rows share.",
        ));
    }
    Ok(Fit {
        spec: spec.clone(),
        setup,
        row_ids: data.rows.clone(),
        theta,
        q,
        value: best.value,
        scale,
        noise,
        certificate,
        warnings,
    })
}

/// The scale at the answer of a free-scale fit. From here on the loss is Huber's at that scale, or
/// the absolute one that it has collapsed to; errors are then those of the parameters given the
/// scale, with which they are uncorrelated under a symmetric density.
fn settle_scale(setup: &mut Setup, q: &[f64]) -> Option<FreeScale> {
    let delta = setup.free_scale?;
    let mut rows = RowTable::default();
    Kinked::rows(&setup.problem(), q, &mut rows);
    let scale = free_scale::scale(&rows, delta);
    let collapsed = scale <= 0.0 || free_scale::collapses(&rows, delta, scale);
    if collapsed {
        setup.free_scale = None;
    } else {
        setup.objective.loss = Loss::Huber { delta: delta * scale };
    }
    let log_likelihood = if scale > 0.0 { -free_scale::negative_log_likelihood(&rows, delta, scale) } else { f64::MAX };
    Some(FreeScale { delta, scale, effective_delta: delta * scale, log_likelihood, collapsed })
}

/// Parameters with exchangeable blocks in order of their last member, so that the same fit is
/// always reported the same way.
pub(crate) fn sorted(setup: &Setup, mut theta: Vec<f64>) -> Vec<f64> {
    let blocks = setup.law.card().exchangeable;
    let free = |block: &&[usize]| block.iter().all(|&j| matches!(setup.bindings[j], Binding::Free(..)));
    if blocks.len() < 2 || !blocks.iter().all(free) {
        return theta;
    }
    let mut values: Vec<Vec<f64>> = blocks.iter().map(|block| block.iter().map(|&j| theta[j]).collect()).collect();
    values.sort_by(|a, b| match (a.last(), b.last()) {
        (Some(a), Some(b)) => a.total_cmp(b),
        _ => std::cmp::Ordering::Equal,
    });
    for (block, value) in blocks.iter().zip(values) {
        for (&j, v) in block.iter().zip(value) {
            theta[j] = v;
        }
    }
    theta
}

/// The standard objectives that every report evaluates at the answer.
pub fn standard_objectives() -> Vec<Objective> {
    use crate::base::objective::Loss;
    let losses = [Loss::Squared, Loss::Huber { delta: 1e-3 }, Loss::Absolute];
    [Residual::Log, Residual::Raw]
        .into_iter()
        .flat_map(|residual| losses.map(|loss| Objective { residual, loss }))
        .collect()
}
