//! The answer under the other customary objective. Which of the two is minimised is a choice that the
//! rows do not make; where it matters, both answers are shown.

use crate::base::objective::Objective;
use crate::data::measurements::{Measurements, Warning};
use crate::engine::fit::{Fit, Spec, Starts, fit as fit_rows};
use crate::record::{Estimate, Record, Rival, RivalValue};

/// Minima of the default's search from which the other objective is minimised.
const FOLLOWED: usize = 6;

/// Hoffmann's answer beside the default's: `None` unless some quantity is more than half an interval
/// away. Quantities without a closed interval are not compared, for nothing says how far is far.
pub(super) fn rival(fit: &Fit, data: &Measurements, record: &Record) -> Option<Rival> {
    let compared = |e: &Estimate| half(e).is_some();
    if fit.spec.objective != Objective::DEFAULT || !record.parameters.iter().chain(&record.derived).any(compared) {
        return None;
    }
    let ends = fit.certificate.basins.iter().take(FOLLOWED).map(|basin| basin.theta.clone());
    let starts = Starts::Only(std::iter::once(fit.theta.clone()).chain(ends).collect());
    let objective = Objective::HOFFMANN;
    let other = fit_rows(&Spec { objective, starts, ..fit.spec.clone() }, data).ok()?;
    if !other.certificate.converged {
        return None;
    }
    let card = fit.setup.law.card();
    let theirs = |symbol: &str| match card.params.iter().position(|p| p.symbol == symbol) {
        Some(j) => Some(other.theta[j]),
        None => card.derived.iter().find(|d| d.symbol == symbol).map(|d| (d.value)(&other.theta, &[])),
    };
    let values: Vec<RivalValue> = record
        .parameters
        .iter()
        .chain(&record.derived)
        .filter_map(|e| {
            let value = theirs(&e.symbol).filter(|value| value.is_finite())?;
            let far = half(e).is_some_and(|half| (value - e.estimate).abs() > half);
            Some(RivalValue { symbol: e.symbol.clone(), ours: e.estimate, other: value, far })
        })
        .collect();
    values.iter().any(|value| value.far).then_some(Rival { objective, values })
}

/// Half the width of a closed interval.
fn half(e: &Estimate) -> Option<f64> {
    let (low, high) = e.lower.zip(e.upper)?;
    Some(0.5 * (high - low))
        .filter(|half| half.is_finite() && *half > 0.0 && e.interval_in_words(&|_| String::new()).is_none())
}

/// What is said of it.
pub(super) fn warning(rival: &Rival) -> Warning {
    let far: Vec<&str> = rival.values.iter().filter(|v| v.far).map(|v| v.symbol.as_str()).collect();
    Warning::new(
        "objectives-disagree",
        format!(
            "Hoffmann's objective (Huber, delta 1e-3, on log residuals) puts {} more than half an interval away from the default's answer: the choice of objective matters here, and both answers are shown; look for outliers and for rows that the law misses.",
            far.join(", ")
        ),
    )
}
