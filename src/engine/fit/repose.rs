//! A fit posed again from its record, without the file that its rows came from.

use super::problem::{PriorTerm, Rows};
use super::{Fit, Setup, Spec, bind};
use crate::base::objective::Loss;
use crate::engine::solve::Method;
use crate::law::Law;
use crate::record::{Posed, Record};
use std::sync::Arc;

/// What a record keeps so that its fit can be posed again. `runs` gives a label per row.
pub fn keep(fit: &Fit, runs: Option<&[String]>) -> Posed {
    let weight = &fit.setup.rows.weight;
    let mut constraints = fit.spec.constraints.clone();
    // JSON has no infinity.
    for (_, low, high) in &mut constraints.bounds {
        (*low, *high) = (low.max(f64::MIN), high.min(f64::MAX));
    }
    Posed {
        constraints,
        weight: if weight.iter().all(|w| *w == 1.0) { Vec::new() } else { weight.clone() },
        runs: runs.map(numbers).unwrap_or_default(),
        unit: fit.setup.priors.first().map(|prior| prior.scale),
    }
}

/// A number per label, from 0 on in the order met.
pub fn numbers(labels: &[String]) -> Vec<usize> {
    let mut known = std::collections::HashMap::new();
    labels
        .iter()
        .map(|label| {
            let next = known.len();
            *known.entry(label.as_str()).or_insert(next)
        })
        .collect()
}

/// The problem of a record with the solver's variables at its answer. `None` if the record keeps no
/// rows, or was made by a law or a program that kept less.
pub fn repose(law: &'static dyn Law, record: &Record) -> Option<(Setup, Vec<f64>)> {
    let posed = record.posed.as_ref()?;
    let card = law.card();
    let count = record.points.measured.len();
    let columns = card.inputs.iter().map(|input| {
        let column = record.points.inputs.iter().find(|(axis, _)| axis.symbol == input.symbol);
        column.map(|(_, values)| values.clone()).filter(|values| values.len() == count)
    });
    let columns = columns.collect::<Option<Vec<_>>>()?;
    let weight = match posed.weight.len() {
        0 => vec![1.0; count],
        kept => (kept == count).then(|| posed.weight.clone())?,
    };
    if count == 0 || record.parameters.len() != card.params.len() {
        return None;
    }
    let mut spec = Spec::new(law, record.objective);
    spec.constraints.clone_from(&posed.constraints);
    let (bindings, bounds, priors) = bind(&spec).ok()?;
    let mut objective = record.objective;
    // The loss at the scale that was found.
    objective.loss = match objective.loss {
        Loss::AdaptiveHuber => record.noise?.delta.map_or(Loss::Squared, |delta| Loss::Huber { delta }),
        Loss::HuberLikelihood { .. } => match record.scale.as_ref()? {
            scale if scale.collapsed => Loss::Absolute,
            scale => Loss::Huber { delta: scale.effective_delta },
        },
        loss => loss,
    };
    let scale = posed.unit.unwrap_or(1.0);
    let priors: Arc<[PriorTerm]> = priors.iter().map(|prior| PriorTerm { scale, ..*prior }).collect();
    let rows = Arc::new(Rows::new(columns, record.points.measured.clone(), weight, &objective));
    let setup = Setup { law, objective, bindings, bounds, priors, rows, method: Method::Newton, free_scale: None };
    let theta: Vec<f64> = record.parameters.iter().map(|p| p.estimate).collect();
    let q = setup.problem().variables(&theta);
    q.iter().all(|v| v.is_finite()).then_some((setup, q))
}
