//! What a user asks for, as a goal.

use super::refused;
use crate::base::units;
use crate::engine::design::{Fitted, Goal};
use crate::methods::method::MethodError;

/// `identifiability`: what would make the fit well determined.
pub(super) const IDENTIFIABILITY: &str = "identifiability";
/// `parameters`: all of them together.
const PARAMETERS: &str = "parameters";

/// Reads a target: `N_opt@1e24`, `L_opt@1e24`, `L@N=70B,D=1.4T`, `alpha`, `parameters`,
/// `identifiability`.
pub(super) fn read(text: &str, fitted: &Fitted, fixed: &[(String, f64)]) -> Result<Goal, MethodError> {
    let card = fitted.law().card();
    let fixed = fixed.to_vec();
    match text {
        PARAMETERS => return Ok(Goal::Parameters),
        IDENTIFIABILITY => {
            // Without a cost nothing is optimal, and exponents are all that is judged.
            let dearest = fitted.spent().map_or(1.0, |(_, dearest)| dearest);
            return Ok(Goal::Identifiability { budget: 10.0 * dearest, fixed });
        }
        _ => {}
    }
    let Some((what, place)) = text.split_once('@') else {
        return card.param(text).map(Goal::Parameter).ok_or_else(|| unknown(text, fitted));
    };
    if place.contains('=') {
        return point(what, place, fitted, &fixed);
    }
    let budget = number(place)?;
    let symbol = what.strip_suffix("_opt").unwrap_or(what);
    if card.allocation.is_none() {
        return refused(format!("`{}` has no cost, so that nothing is optimal for {place}", card.id));
    }
    match card.input(symbol) {
        Some(input) => Ok(Goal::Optimum { input, budget, fixed }),
        None if symbol == card.output.symbol => Ok(Goal::BestOutput { budget, fixed }),
        None => Err(unknown(text, fitted)),
    }
}

/// The output at a point.
fn point(what: &str, place: &str, fitted: &Fitted, fixed: &[(String, f64)]) -> Result<Goal, MethodError> {
    let card = fitted.law().card();
    if what != card.output.symbol {
        return Err(unknown(&format!("{what}@{place}"), fitted));
    }
    let mut at = fixed.to_vec();
    for part in place.split(',') {
        let Some((symbol, value)) = part.split_once('=') else { return Err(unknown(place, fitted)) };
        at.push((symbol.trim().to_owned(), number(value)?));
    }
    if let Some((symbol, _)) = at.iter().find(|(symbol, _)| card.input(symbol).is_none()) {
        return refused(format!("`{symbol}` is not an input of `{}`", card.id));
    }
    let value = |symbol: &str| at.iter().rev().find(|(s, _)| s == symbol).map(|(_, v)| *v);
    let x: Result<Vec<f64>, MethodError> = card
        .inputs
        .iter()
        .map(|input| value(input.symbol).map_or_else(|| refused(format!("target gives no {}", input.symbol)), Ok))
        .collect();
    Ok(Goal::Output(x?))
}

fn number(text: &str) -> Result<f64, MethodError> {
    let value = units::parse(text).map(|quantity| quantity.value);
    match value {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        Ok(value) => refused(format!("target: {value} must be a positive number")),
        Err(error) => refused(format!("target: {error}")),
    }
}

fn unknown(text: &str, fitted: &Fitted) -> MethodError {
    let card = fitted.law().card();
    let first = card.inputs.first().map_or("N", |input| input.symbol);
    let output = card.output.symbol;
    let parameters: Vec<&str> = card.params.iter().map(|param| param.symbol).collect();
    let detail = format!(
        "target `{text}` is none of {first}_opt@BUDGET, {output}_opt@BUDGET, {output}@{first}=…, a parameter ({}), `{PARAMETERS}`, `{IDENTIFIABILITY}`",
        parameters.join(", ")
    );
    MethodError::Settings { method: super::card::STATIC.id, detail }
}
