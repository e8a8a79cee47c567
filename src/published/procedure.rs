//! Repeats what published fits did, so that [`crate::published::reference::check`] can hold their numbers
//! against ours.

use crate::base::objective::Loss;
use crate::data::measurements::Measurements;
use crate::engine::fit::{Fit, Spec, Starts, Weights, fit};
use crate::engine::optimum::optimum;
use crate::engine::solve::free_scale;
use crate::engine::solve::least_absolute::RowTable;
use crate::engine::uncertainty::bootstrap::bootstrap;
use crate::engine::uncertainty::subsample::Subsample;
use crate::engine::uncertainty::{Quantity, Uncertainty};
use crate::law::Law;
use crate::published::reference::{Engine, FitReference, Refit, Score};
use std::collections::BTreeMap;
use std::f64::consts::PI;

/// The rows that a reference names: its data set, roles mapped, rows kept and excluded.
pub type Load<'a> = &'a dyn Fn(&FitReference) -> Result<Measurements, String>;

/// Fits, scores and optimises by this program's own means, on the rows that `load` finds.
pub struct Procedure<'a> {
    /// Finds the rows.
    pub load: Load<'a>,
}

/// What a reference asks to be fitted: the law under its objective, parameters fixed where it
/// fixes them, searched globally unless it means one local minimum.
fn spec(reference: &FitReference) -> Result<Spec, String> {
    let objective = reference.objective.ok_or("no objective is stated")?;
    let mut spec = Spec::new(reference.law, objective);
    spec.weights = reference
        .data
        .as_ref()
        .and_then(|data| data.weights.as_ref())
        .map(|weights| Weights::Column(weights.column.clone()));
    let params = reference.law.card().params;
    let printed = |i: usize| reference.params[i].as_ref().map(|expected| expected.printed.value);
    for &i in &reference.fixed {
        let value = printed(i).ok_or_else(|| format!("{} is fixed, but not given", params[i].symbol))?;
        spec.constraints.fix.push((params[i].symbol.to_owned(), value));
    }
    if !reference.near.is_empty() {
        let mut start = reference.theta().ok_or("a local search needs all parameters")?;
        for &(i, value) in &reference.near {
            start[i] = value;
        }
        spec.starts = Starts::Only(vec![start]);
    }
    Ok(spec)
}

/// Standard error and percentile interval of every parameter and derived quantity.
fn spread(fit: &Fit, reference: &FitReference) -> BTreeMap<String, (f64, f64, f64)> {
    let Some(wanted) = reference.bootstrap else { return BTreeMap::new() };
    let drawn = match wanted.share {
        None => bootstrap(fit, wanted.replicates, wanted.seed, None, &|| {}),
        Some(share) => Subsample { share, count: wanted.replicates, seed: wanted.seed }.of_fit(fit),
    };
    let known = Uncertainty::of_fit(fit, wanted.level, Some(&drawn), None);
    let card = reference.law.card();
    let quantity = |symbol| Quantity { symbol, meaning: "", unit: "" };
    let params = (0..card.params.len()).map(|i| known.estimate(quantity(card.params[i].symbol), &move |t| t[i]));
    let free = card.derived.iter().filter(|derived| derived.needs.is_empty());
    let derived = free.map(|derived| known.estimate(quantity(derived.symbol), &|t| (derived.value)(t, &[])));
    params.chain(derived).filter_map(|e| Some((e.symbol, (e.standard_error?, e.lower?, e.upper?)))).collect()
}

/// The share of the scatter of `y` that predictions account for.
fn r2(y: &[f64], predicted: &[f64]) -> f64 {
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let residual: f64 = y.iter().zip(predicted).map(|(y, p)| (y - p).powi(2)).sum();
    1.0 - residual / y.iter().map(|y| (y - mean).powi(2)).sum::<f64>()
}

/// Log-likelihood of residuals at the scale that maximises it, and the logarithm of that scale where
/// the loss leaves it free: Laplace's density at the mean absolute residual, the normal one at the
/// mean square, Huber's at its own scale.
fn log_likelihood(loss: Loss, residual: Vec<f64>) -> Option<(f64, Option<f64>)> {
    let n = residual.len() as f64;
    let sum: f64 = residual.iter().map(|&r| loss.rho(r).value).sum();
    match loss {
        Loss::Absolute => Some((-n * ((2.0 * sum / n).ln() + 1.0), None)),
        Loss::Squared => Some((-0.5 * n * ((2.0 * PI * 2.0 * sum / n).ln() + 1.0), None)),
        Loss::HuberLikelihood { delta } => {
            let rows = RowTable { weight: vec![1.0; residual.len()], residual, gradient: Vec::new() };
            let scale = free_scale::scale(&rows, delta);
            Some((-free_scale::negative_log_likelihood(&rows, delta, scale), Some(scale.ln())))
        }
        _ => None,
    }
}

impl Engine for Procedure<'_> {
    fn refit(&self, reference: &FitReference) -> Result<Refit, String> {
        let data = (self.load)(reference)?;
        let fit = fit(&spec(reference)?, &data).map_err(|error| error.to_string())?;
        if !fit.certificate.converged {
            return Err(format!("the refit did not converge: {}", fit.certificate.termination));
        }
        Ok(Refit { spread: spread(&fit, reference), theta: fit.theta, objective: fit.value })
    }

    fn score(&self, reference: &FitReference, theta: &[f64]) -> Result<Score, String> {
        let objective = reference.objective.ok_or("no objective is stated")?;
        let data = (self.load)(reference)?;
        let card = reference.law.card();
        let column = |symbol: &str| data.column(symbol).ok_or_else(|| format!("the rows have no {symbol}"));
        let inputs = card.inputs.iter().map(|input| column(input.symbol)).collect::<Result<Vec<_>, _>>()?;
        let measured = column(card.output.symbol)?;
        let row = |row: usize| inputs.iter().map(|input| input[row]).collect::<Vec<f64>>();
        let predicted: Vec<f64> = (0..measured.len()).map(|i| reference.law.predict(&row(i), theta)).collect();
        let scaled = |values: &[f64]| values.iter().map(|&value| objective.residual.at(value)).collect::<Vec<f64>>();
        let (y, p) = (scaled(measured), scaled(&predicted));
        let sum = y.iter().zip(&p).map(|(y, p)| objective.loss.rho(y - p).value).sum::<f64>();
        let likelihood = log_likelihood(objective.loss, y.iter().zip(&p).map(|(y, p)| y - p).collect());
        Ok(Score {
            objective: match likelihood {
                Some((value, Some(_))) => -value,
                _ => sum,
            },
            r2: r2(measured, &predicted),
            r2_scaled: r2(&y, &p),
            log_likelihood: likelihood.map(|(value, _)| value),
            ln_scale: likelihood.and_then(|(_, scale)| scale),
            rows: measured.len(),
        })
    }

    fn optimum(&self, law: &dyn Law, theta: &[f64], x: &[f64], budget: f64) -> Result<Vec<f64>, String> {
        let given = law.card().inputs.iter().zip(x).filter(|(_, value)| !value.is_nan());
        let given: Vec<(String, f64)> = given.map(|(input, value)| (input.symbol.to_owned(), *value)).collect();
        optimum(law, theta, None, budget, &given).map(|choice| choice.x).map_err(|error| error.to_string())
    }
}
