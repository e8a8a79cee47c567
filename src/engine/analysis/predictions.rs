//! What a fit says at a point, and how far from its data the point lies.

use super::beside::Beside;
use super::points::inputs;
use crate::data::measurements::Warning;
use crate::engine::fit::Fit;
use crate::engine::optimum::{OptimumError, admissible};
use crate::engine::uncertainty::{Quantity, Uncertainty};
use crate::law::Card;
use crate::record::{Axis, Estimate, Prediction, Record, Span};

/// Smallest and largest value of each input over the rows, and of the cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges(Vec<Span>);

impl Ranges {
    /// From a fit's rows.
    pub fn of_fit(fit: &Fit) -> Self {
        let ends =
            |values: &[f64]| values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)));
        let inputs = inputs(fit, 0..fit.setup.rows.len(), 1);
        let span = |(axis, values): (Axis, Vec<f64>)| {
            let (low, high) = ends(&values);
            Span { symbol: axis.symbol, low, high }
        };
        Self(inputs.into_iter().map(span).collect())
    }
    /// From a saved record.
    pub fn of_record(record: &Record) -> Self {
        Self(record.ranges.clone())
    }
    /// As a record keeps them.
    pub(super) fn into_spans(self) -> Vec<Span> {
        self.0
    }
    /// Nothing known, as for a published set of constants.
    pub fn unknown() -> Self {
        Self(Vec::new())
    }
    /// How far outside: 1 inside, 10 for ten times beyond the nearest row. `None` if unknown.
    pub fn ratio(&self, symbol: &str, value: f64) -> Option<f64> {
        let Span { low, high, .. } = self.0.iter().find(|span| span.symbol == symbol)?;
        Some(if value > *high {
            if *high > 0.0 { value / high } else { f64::INFINITY }
        } else if value < *low {
            if value > 0.0 { low / value } else { f64::INFINITY }
        } else {
            1.0
        })
    }
}

/// A ratio for people: three decimals, or a power of ten where that says more.
fn times(ratio: f64) -> String {
    if ratio < 1e3 { format!("{ratio:.3}") } else { format!("{ratio:.1e}") }
}

/// How far outside the ranges a point lies, symbol by symbol, with a warning if it does.
pub(super) fn extrapolation(ranges: &Ranges, at: &[(String, f64)]) -> (Vec<(String, f64)>, Vec<Warning>) {
    let ratios: Vec<(String, f64)> =
        at.iter().filter_map(|(s, v)| ranges.ratio(s, *v).map(|r| (s.clone(), r))).collect();
    let far: Vec<String> =
        ratios.iter().filter(|(_, r)| *r > 1.0).map(|(s, r)| format!("{s} by {} times", times(*r))).collect();
    let warnings = match far.is_empty() {
        true => Vec::new(),
        false => vec![Warning::new("extrapolation", format!("Outside the data: {}.", far.join(", ")))],
    };
    (ratios, warnings)
}

/// The law at a point given by symbol, and, with what it leaves out `beside` it, a new run there.
///
/// # Errors
/// [`OptimumError::Needs`] if an input is missing, [`OptimumError::Unknown`] if one is not the law's,
/// [`OptimumError::OutOfDomain`] and [`OptimumError::NotFinite`] where the law says nothing.
pub fn predict(
    known: &Uncertainty,
    ranges: &Ranges,
    beside: Option<&Beside>,
    at: &[(String, f64)],
) -> Result<Prediction, OptimumError> {
    let card = known.law.card();
    let unknown = |symbol: &str| OptimumError::Unknown {
        law: card.id.to_owned(),
        symbol: symbol.to_owned(),
        known: card.inputs.iter().map(|i| i.symbol).collect::<Vec<_>>().join(", "),
    };
    if let Some((symbol, _)) = at.iter().find(|(s, _)| card.input(s).is_none()) {
        return Err(unknown(symbol));
    }
    let x = card
        .inputs
        .iter()
        .map(|input| {
            at.iter()
                .find(|(s, _)| s == input.symbol)
                .map(|(_, v)| *v)
                .ok_or_else(|| OptimumError::Needs { law: card.id.to_owned(), symbol: input.symbol.to_owned() })
        })
        .collect::<Result<Vec<f64>, _>>()?;
    admissible(card, at)?;
    countable(card, &x)?;
    let quantity = Quantity { symbol: card.output.symbol, meaning: card.output.name, unit: card.output.unit };
    let (output, free) = known.estimate_at(quantity, &x);
    if !output.estimate.is_finite() {
        let (symbol, value) = (output.symbol, output.estimate);
        return Err(OptimumError::NotFinite { law: card.id.to_owned(), symbol, value });
    }
    let (extrapolation, mut warnings) = extrapolation(ranges, at);
    if free {
        warnings.extend(known.free_warning(&[card.output.symbol]));
    }
    let new_run = match free {
        true => None,
        // Beyond the rows the law may be wrong; among them its noise is what a new run adds.
        false => beside
            .and_then(|beside| beside.new_run(known, &x, &output, &extrapolation))
            .or_else(|| known.new_run(&output)),
    };
    Ok(Prediction { at: at.to_vec(), output, extrapolation, new_run, warnings })
}

/// Inputs whose cost overflows, or vanishes, are no run.
fn countable(card: &Card, x: &[f64]) -> Result<(), OptimumError> {
    let Some(cost) = card.allocation.as_ref().map(|allocation| allocation.cost) else { return Ok(()) };
    match (cost.of)(x) {
        value if value.is_normal() => Ok(()),
        value => {
            let symbol = format!("the cost {}", cost.name);
            Err(OptimumError::NotFinite { law: card.id.to_owned(), symbol, value })
        }
    }
}

/// Derived quantities whose conditions are all among `at`.
pub fn conditional(known: &Uncertainty, at: &[(String, f64)]) -> Vec<Estimate> {
    let value_of = |symbol: &str| at.iter().find(|(s, _)| s == symbol).map(|(_, v)| *v);
    known
        .law
        .card()
        .derived
        .iter()
        .filter(|d| !d.needs.is_empty())
        .filter_map(|d| {
            let conditions = d.needs.iter().map(|s| value_of(s)).collect::<Option<Vec<f64>>>()?;
            let quantity = Quantity { symbol: d.symbol, meaning: d.meaning, unit: d.unit };
            Some(known.estimate_thinned(quantity, &|theta| (d.value)(theta, &conditions)))
        })
        .filter(|e| e.estimate.is_finite())
        .collect()
}

/// Derived quantities that do not exist at their conditions, each with why.
pub fn unmet(known: &Uncertainty, at: &[(String, f64)]) -> Vec<Warning> {
    let card = known.law.card();
    let value_of = |symbol: &str| at.iter().find(|(s, _)| s == symbol).map(|(_, v)| *v);
    let one = |d: &crate::law::Derived| {
        let conditions = d.needs.iter().map(|s| value_of(s)).collect::<Option<Vec<f64>>>()?;
        (!conditions.is_empty() && !(d.value)(&known.theta, &conditions).is_finite()).then_some(())?;
        let place: Vec<String> = d.needs.iter().zip(&conditions).map(|(s, v)| format!("{s} = {v}")).collect();
        let why = floor(known, value_of(card.output.symbol)).unwrap_or_else(|| "the law has none there".to_owned());
        Some(Warning::new("condition-out-of-range", format!("No {} at {}: {why}.", d.meaning, place.join(", "))))
    };
    card.derived.iter().filter_map(one).collect()
}

/// The floor that a demanded output lies below, with its interval.
fn floor(known: &Uncertainty, asked: Option<f64>) -> Option<String> {
    let card = known.law.card();
    let j = card.params.iter().position(|param| param.meaning.contains("irreducible"))?;
    (asked? <= known.theta[j]).then_some(())?;
    let param = &card.params[j];
    let quantity = Quantity { symbol: param.symbol, meaning: param.meaning, unit: param.unit };
    let e = known.estimate(quantity, &|theta| theta[j]);
    let ends = e.lower.zip(e.upper).map_or_else(String::new, |(low, high)| format!(" [{low:.4}, {high:.4}]"));
    Some(format!("no input reaches {}, for the floor {} is {:.4}{ends}", asked?, e.symbol, e.estimate))
}
