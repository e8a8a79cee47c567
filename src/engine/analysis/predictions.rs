//! What a fit says at a point, and how far from its data the point lies.

use super::points::inputs;
use crate::data::measurements::Warning;
use crate::engine::fit::Fit;
use crate::engine::optimum::OptimumError;
use crate::engine::uncertainty::{Quantity, Uncertainty};
use crate::record::{Axis, Estimate, Prediction, Record};

/// Smallest and largest value of each input over the rows, and of the cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges(Vec<(String, f64, f64)>);

impl Ranges {
    /// From a fit's rows.
    pub(super) fn of_fit(fit: &Fit) -> Self {
        Self::over(&inputs(fit, 0..fit.setup.rows.len()))
    }
    /// From a saved record's points.
    pub fn of_record(record: &Record) -> Self {
        Self::over(&record.points.inputs)
    }
    fn over(points: &[(Axis, Vec<f64>)]) -> Self {
        let span =
            |values: &[f64]| values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)));
        Self(
            points
                .iter()
                .filter(|(_, values)| !values.is_empty())
                .map(|(axis, values)| {
                    let (low, high) = span(values);
                    (axis.symbol.clone(), low, high)
                })
                .collect(),
        )
    }
    /// Nothing known, as for a published set of constants.
    pub fn unknown() -> Self {
        Self(Vec::new())
    }
    /// How far outside: 1 inside, 10 for ten times beyond the nearest row. `None` if unknown.
    pub fn ratio(&self, symbol: &str, value: f64) -> Option<f64> {
        let (_, low, high) = self.0.iter().find(|(s, _, _)| s == symbol)?;
        Some(if value > *high {
            if *high > 0.0 { value / high } else { f64::INFINITY }
        } else if value < *low {
            if value > 0.0 { low / value } else { f64::INFINITY }
        } else {
            1.0
        })
    }
}

/// How far outside the ranges a point lies, symbol by symbol, with a warning if it does.
pub(super) fn extrapolation(ranges: &Ranges, at: &[(String, f64)]) -> (Vec<(String, f64)>, Vec<Warning>) {
    let ratios: Vec<(String, f64)> =
        at.iter().filter_map(|(s, v)| ranges.ratio(s, *v).map(|r| (s.clone(), r))).collect();
    let far: Vec<String> =
        ratios.iter().filter(|(_, r)| *r > 1.0).map(|(s, r)| format!("{s} by {r:.3} times")).collect();
    let warnings = match far.is_empty() {
        true => Vec::new(),
        false => vec![Warning::new("extrapolation", format!("Outside the data: {}.", far.join(", ")))],
    };
    (ratios, warnings)
}

/// The law, or one of its derived quantities, at a point given by symbol.
///
/// # Errors
/// [`OptimumError::Needs`] if an input is missing, [`OptimumError::Unknown`] if one is not the law's.
pub fn predict(known: &Uncertainty, ranges: &Ranges, at: &[(String, f64)]) -> Result<Prediction, OptimumError> {
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
    let quantity = Quantity { symbol: card.output.symbol, meaning: card.output.name, unit: card.output.unit };
    let output = known.estimate(quantity, &|theta| known.law.predict(&x, theta));
    let (extrapolation, mut warnings) = extrapolation(ranges, at);
    for (input, value) in card.inputs.iter().zip(&x) {
        if *value < input.domain.0 || *value > input.domain.1 {
            warnings.push(Warning::new(
                "outside-domain",
                format!("{} = {value} lies outside the law's domain.", input.symbol),
            ));
        }
    }
    Ok(Prediction { at: at.to_vec(), output, extrapolation, warnings })
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
