//! The best way to spend a budget, with intervals.

use super::predictions::{Ranges, extrapolation};
use crate::data::measurements::Warning;
use crate::engine::optimum::{Choice, OptimumError, Spending, optimum, quick_optimum};
use crate::engine::uncertainty::{Quantity, Uncertainty};
use crate::law::Cost;
use crate::record::Optimum;
use rayon::prelude::*;

/// The best way to spend one budget, under the law's own cost or another, with intervals.
///
/// # Errors
/// [`OptimumError`] if the law has no cost model, an input is missing or unknown, or the budget
/// buys nothing.
pub fn spend(
    known: &Uncertainty,
    ranges: &Ranges,
    cost: Option<&'static Cost>,
    budget: f64,
    fixed: &[(String, f64)],
) -> Result<Optimum, OptimumError> {
    let law = known.law;
    let card = law.card();
    let choice = optimum(law, &known.theta, cost, budget, fixed)?;
    let thinned = known.thinned();
    let replicates: Vec<Option<Choice>> =
        thinned.par_iter().map(|theta| quick_optimum(law, theta, cost, budget, fixed)).collect();
    let pick = |f: &dyn Fn(&Choice) -> f64| -> Vec<f64> {
        replicates.iter().map(|c| c.as_ref().map_or(f64::NAN, f)).collect()
    };
    let mut quantities = Vec::new();
    let mut free: Vec<String> = Vec::new();
    let mut push = |symbol: &str, meaning: &str, unit: &str, f: &dyn Fn(&Choice) -> f64| {
        let point = f(&choice);
        let of_theta = |theta: &[f64]| quick_optimum(law, theta, cost, budget, fixed).as_ref().map_or(f64::NAN, f);
        if known.is_free(&of_theta) {
            free.push(symbol.to_owned());
        }
        quantities.push(known.estimate_with(Quantity { symbol, meaning, unit }, point, pick(f), &of_theta));
    };
    for (i, input) in card.inputs.iter().enumerate() {
        if fixed.iter().all(|(s, _)| s != input.symbol) {
            push(input.symbol, input.name, input.unit, &|c| c.x[i]);
        }
    }
    push(card.output.symbol, card.output.name, card.output.unit, &|c| c.output);
    if let (Some(n), Some(d)) = (card.input("N"), card.input("D")) {
        push("D/N", "tokens per parameter", "tokens per parameter", &|c| c.x[d] / c.x[n]);
    }
    let mut at: Vec<(String, f64)> =
        card.inputs.iter().zip(&choice.x).map(|(i, v)| (i.symbol.to_owned(), *v)).collect();
    at.push(("C".to_owned(), budget));
    let (extrapolation, mut warnings) = extrapolation(ranges, &at);
    warnings.extend(known.free_warning(&free.iter().map(String::as_str).collect::<Vec<_>>()));
    if choice.at_edge {
        warnings.push(Warning::new(
            "no-interior-optimum",
            "The best choice lies at the edge of the search: more of one input always helps.",
        ));
    }
    if let Some(gap) = choice.closed_form_gap
        && gap > 1e-6
    {
        warnings.push(Warning::new(
            "closed-form-differs",
            format!("The published closed form differs from the numeric minimum by {:.1e}.", gap),
        ));
    }
    let cost = Spending::of(card, cost).map(|s| format!("{} in {}", s.cost.name, s.cost.unit)).unwrap_or_default();
    Ok(Optimum {
        budget,
        cost,
        fixed: fixed.to_vec(),
        quantities,
        closed_form_gap: choice.closed_form_gap,
        extrapolation,
        warnings,
    })
}
