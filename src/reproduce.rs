//! Repeats what published fits did, so that [`crate::reference::check`] can hold their numbers
//! against ours.

use crate::dataset::Measurements;
use crate::fit::{Fit, Spec, Starts, Weights, fit};
use crate::law::Law;
use crate::optimum::optimum;
use crate::reference::{Engine, FitReference, Refit, Score};
use crate::uncertainty::bootstrap::bootstrap;
use crate::uncertainty::{Quantity, Uncertainty};
use std::collections::BTreeMap;

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
    let drawn = bootstrap(fit, wanted.replicates, wanted.seed, None, &|| {});
    let known = Uncertainty::of_fit(fit, wanted.level, Some(&drawn), None);
    let card = reference.law.card();
    let quantity = |symbol| Quantity { symbol, meaning: "", unit: "" };
    let params = (0..card.params.len()).map(|i| known.estimate(quantity(card.params[i].symbol), &move |t| t[i]));
    let free = card.derived.iter().filter(|derived| derived.needs.is_empty());
    let derived = free.map(|derived| known.estimate(quantity(derived.symbol), &|t| (derived.value)(t, &[])));
    params.chain(derived).filter_map(|e| Some((e.symbol, (e.standard_error?, e.lower?, e.upper?)))).collect()
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
        let mean = measured.iter().sum::<f64>() / measured.len() as f64;
        let (mut sum, mut residual, mut total) = (0.0, 0.0, 0.0);
        for (row, &y) in measured.iter().enumerate() {
            let x: Vec<f64> = inputs.iter().map(|input| input[row]).collect();
            let predicted = reference.law.predict(&x, theta);
            sum += objective.loss.rho(objective.residual.at(y) - objective.residual.at(predicted)).value;
            residual += (y - predicted).powi(2);
            total += (y - mean).powi(2);
        }
        Ok(Score { objective: sum, r2: 1.0 - residual / total, rows: measured.len() })
    }

    fn optimum(&self, law: &dyn Law, theta: &[f64], x: &[f64], budget: f64) -> Result<Vec<f64>, String> {
        let given = law.card().inputs.iter().zip(x).filter(|(_, value)| !value.is_nan());
        let given: Vec<(String, f64)> = given.map(|(input, value)| (input.symbol.to_owned(), *value)).collect();
        optimum(law, theta, budget, &given).map(|choice| choice.x).map_err(|error| error.to_string())
    }
}
