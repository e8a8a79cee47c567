//! What is held, tied, bounded or believed beforehand, in the solver's variables.

use super::problem::{Binding, PriorTerm};
use super::{FitError, Spec};
use crate::law::Transform;
use std::sync::Arc;

/// What a parameter must be able to come below.
const LARGEST: f64 = 1e200;

type Bound = (Arc<[Binding]>, Arc<[(f64, f64)]>, Arc<[PriorTerm]>);

/// Turns constraints into bindings, bounds and priors in the solver's variables.
pub(super) fn bind(spec: &Spec) -> Result<Bound, FitError> {
    let card = spec.law.card();
    let find = |symbol: &str| {
        card.param(symbol).ok_or_else(|| FitError::UnknownParameter {
            symbol: symbol.to_owned(),
            law: card.id.to_owned(),
            known: card.params.iter().map(|p| p.symbol).collect::<Vec<_>>().join(", "),
        })
    };
    let bad = |text: String| Err(FitError::BadConstraint(text));
    let mut fixed = vec![None; card.params.len()];
    for (symbol, value) in &spec.constraints.fix {
        let j = find(symbol)?;
        let (low, high) = card.params[j].bounds;
        if !value.is_finite() || *value < low || *value > high {
            return bad(format!("`--fix {symbol}={value}`: {symbol} must lie between {low} and {high}"));
        }
        fixed[j] = Some(*value);
    }
    let mut leader: Vec<usize> = (0..card.params.len()).collect();
    for (first, second) in &spec.constraints.tie {
        let (a, b) = (find(first)?, find(second)?);
        if card.params[a].transform != card.params[b].transform {
            return bad(format!("`--tie {first}={second}`: the two are of different kinds and cannot be one number"));
        }
        let (from, to) = (leader[b], leader[a]);
        for slot in &mut leader {
            if *slot == from {
                *slot = to;
            }
        }
        if fixed[b].is_some() {
            fixed[to] = fixed[b];
        }
    }
    let mut ranges: Vec<(f64, f64)> = card.params.iter().map(|p| p.bounds).collect();
    for (symbol, low, high) in &spec.constraints.bounds {
        let j = find(symbol)?;
        let own = card.params[j].bounds;
        let range = &mut ranges[leader[j]];
        let said = |end: f64| if end.is_infinite() { String::new() } else { end.to_string() };
        let asked = format!("`--bound {symbol}={}..{}`", said(*low), said(*high));
        // An open end is the law's; one that is named is obeyed or refused.
        let (below, above) = (low.is_finite() && *low < own.0, high.is_finite() && *high > own.1);
        if low.is_nan() || high.is_nan() || below || above {
            return bad(format!(
                "{asked} reaches beyond the range in which `{}` means something, {symbol} from {} to {}; choose a range within it{}",
                card.id,
                own.0,
                own.1,
                if own.0 == 0.0 && *low < 0.0 { ", or a law whose constant may be negative" } else { "" }
            ));
        }
        *range = (range.0.max(*low), range.1.min(*high));
        if range.0 >= range.1 {
            return bad(format!("{asked} leaves no room for {symbol}, which lies between {} and {}", own.0, own.1));
        }
    }
    let mut bindings = Vec::new();
    let mut bounds: Vec<(f64, f64)> = Vec::new();
    let mut slot: Vec<Option<usize>> = vec![None; card.params.len()];
    for j in 0..card.params.len() {
        let head = leader[j];
        if let Some(value) = fixed[head] {
            bindings.push(Binding::Fixed(value));
            continue;
        }
        let transform = card.params[head].transform;
        let index = match slot[head] {
            Some(index) => index,
            None => {
                let (low, high) = ranges[head];
                let range = match transform {
                    Transform::Identity => (low, high),
                    Transform::Log => {
                        let end = |v: f64| v.ln().clamp(-690.0, 690.0);
                        (if low > 0.0 { end(low) } else { -690.0 }, if high > 0.0 { end(high) } else { -690.0 })
                    }
                };
                // Logarithms end at ±690, other numbers well before the largest.
                if !(range.0 < range.1 && range.0 < LARGEST && range.1 > -LARGEST) {
                    let symbol = card.params[head].symbol;
                    return bad(format!("the bounds of {symbol}, {low:e} to {high:e}, leave no room for a search"));
                }
                bounds.push(range);
                slot[head] = Some(bounds.len() - 1);
                bounds.len() - 1
            }
        };
        bindings.push(Binding::Free(index, transform));
    }
    let mut priors = Vec::new();
    for (symbol, mean, sd) in &spec.constraints.priors {
        let j = find(symbol)?;
        if !mean.is_finite() || sd.is_nan() || *sd <= 0.0 {
            return bad(format!(
                "`--prior {symbol}={mean}±{sd}`: a prior needs a finite mean and a positive standard deviation"
            ));
        }
        if let Binding::Free(variable, transform) = bindings[j] {
            let (mean, sd) = match transform {
                Transform::Identity => (*mean, *sd),
                Transform::Log if *mean > 0.0 => (mean.ln(), sd / mean),
                Transform::Log => {
                    return bad(format!("`--prior {symbol}={mean}`: {symbol} is positive, its mean must be"));
                }
            };
            priors.push(PriorTerm { variable, mean, sd, scale: 1.0 });
        }
    }
    Ok((bindings.into(), bounds.into(), priors.into()))
}
