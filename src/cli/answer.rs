//! What verbs print with `--json`, as types: `scaling schema` reads its schemas off them, so that a
//! schema and what is printed cannot differ.

use super::print;
use crate::data::measurements::{Dropped, Warning};
use crate::record::{Criteria, End, Estimate, FreeScale, Optimum, Record, Rival, Validation};
use crate::show::report;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A number with its interval.
#[derive(Serialize, JsonSchema)]
pub(super) struct Quantity {
    /// Best value.
    estimate: f64,
    /// Standard error, where the estimator has one.
    standard_error: Option<f64>,
    /// Lower end of the interval.
    lower: Option<f64>,
    /// Upper end of the interval.
    upper: Option<f64>,
    /// Unit; `1` for a pure number.
    unit: String,
    /// What stands at the lower end, if it is not where the objective rises.
    #[serde(skip_serializing_if = "Option::is_none")]
    lower_end: Option<End>,
    /// What stands at the upper end, if it is not where the objective rises.
    #[serde(skip_serializing_if = "Option::is_none")]
    upper_end: Option<End>,
    /// The interval in words, where an end is not a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
}

/// Quantities by symbol.
pub(super) type Quantities = BTreeMap<String, Quantity>;

/// Quantities by symbol.
pub(super) fn by_symbol(list: &[Estimate]) -> Quantities {
    list.iter().map(|e| (e.symbol.clone(), Quantity::of(e))).collect()
}

impl Quantity {
    pub fn of(e: &Estimate) -> Self {
        let words = e.interval_in_words(&print::number);
        Self {
            estimate: e.estimate,
            standard_error: e.standard_error,
            lower: e.lower,
            upper: e.upper,
            unit: e.unit.clone(),
            lower_end: words.is_some().then_some(e.lower_end),
            upper_end: words.is_some().then_some(e.upper_end),
            interval: words,
        }
    }
}

/// `scaling fit --json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct Fit {
    /// The law's id.
    law: String,
    rows: Rows,
    objective: Minimised,
    /// How rows were weighted; null if all alike.
    weights: Option<String>,
    /// The solver.
    solver: String,
    /// What proves the minimum global, where it is proven.
    proof: Option<String>,
    /// By symbol.
    parameters: Quantities,
    /// What follows from the parameters alone, by symbol.
    derived: Quantities,
    interval: Interval,
    starts: Starts,
    /// Between parameters, in their order; null where they have no covariance.
    correlation: Option<Vec<Vec<f64>>>,
    /// Null where the loss has no likelihood.
    criteria: Option<Weighed>,
    /// What Hoffmann's objective says, where it is another.
    rival: Option<Rival>,
    /// How well rows that were held out are predicted; null if none were.
    validation: Option<Validation>,
    /// If not, none of the numbers may be used.
    converged: bool,
    /// How far to believe it: sound, with care, doubtful.
    trust: &'static str,
    /// Why not further.
    reasons: Vec<String>,
    /// What a reader must know, each with a kind that does not change.
    warnings: Vec<Warning>,
}

/// Rows of a table.
#[derive(Serialize, JsonSchema)]
struct Rows {
    /// Fitted.
    used: usize,
    /// Read and not fitted.
    dropped: usize,
    /// Why.
    reasons: Vec<Dropped>,
}

/// What was minimised.
#[derive(Serialize, JsonSchema)]
struct Minimised {
    /// Residual scale.
    residual: String,
    /// Loss of a residual.
    loss: String,
    /// Half-width of Huber's quadratic zone, or the scale of a loss that has one.
    delta: Option<f64>,
    /// Whether delta was found from the data.
    delta_from_data: bool,
    /// Noise that the rows show, on the residual scale.
    noise: Option<f64>,
    /// Value at the minimum.
    value: f64,
    /// The free scale of a likelihood.
    scale: Option<FreeScale>,
}

/// How intervals were made.
#[derive(Serialize, JsonSchema)]
struct Interval {
    /// Coverage.
    level: f64,
    /// In words.
    method: String,
    /// Bootstrap replicates drawn.
    replicates: usize,
    /// Of those, how many failed.
    failed: usize,
}

/// Information criteria.
#[derive(Serialize, JsonSchema)]
struct Weighed {
    /// Akaike's.
    aic: f64,
    /// Schwarz's.
    bic: f64,
    /// Parameters counted.
    parameters: usize,
    /// What they take for granted.
    assumes: &'static str,
}

/// Where the solver started from.
#[derive(Serialize, JsonSchema)]
struct Starts {
    /// Starts.
    tried: usize,
    /// Of those, how many ended in the best minimum.
    best_basin: usize,
}

impl Fit {
    pub fn of(record: &Record) -> Self {
        let (provenance, objective) = (&record.provenance, &record.objective);
        let (trust, reasons) = report::trust(record);
        Self {
            law: record.law.id.clone(),
            rows: Rows {
                used: provenance.rows_used,
                dropped: provenance.rows_read - provenance.rows_used,
                reasons: provenance.dropped.clone(),
            },
            objective: Minimised {
                residual: objective.residual.name().to_owned(),
                loss: objective.loss.name().to_owned(),
                delta: record.delta(),
                delta_from_data: record.noise.as_ref().is_some_and(|noise| noise.delta.is_some()),
                noise: record.noise.as_ref().map(|noise| noise.scale),
                value: record.objective_value,
                scale: record.scale.clone(),
            },
            weights: record.weights.clone(),
            solver: record.solver.clone(),
            proof: record.certificate.proof.clone(),
            parameters: by_symbol(&record.parameters),
            derived: by_symbol(&record.derived),
            interval: Interval {
                level: record.interval.level,
                method: record.interval.method.clone(),
                replicates: record.interval.replicates,
                failed: record.interval.failed,
            },
            starts: Starts { tried: record.certificate.starts_tried, best_basin: record.certificate.best_basin },
            correlation: record.correlation.clone(),
            criteria: record.criteria.map(|c| Weighed {
                aic: c.aic,
                bic: c.bic,
                parameters: c.parameters,
                assumes: Criteria::ASSUMES,
            }),
            rival: record.rival.clone(),
            validation: record.validation.clone(),
            converged: record.certificate.converged,
            trust: trust.word(),
            reasons,
            warnings: record.warnings.clone(),
        }
    }
}

/// `scaling predict --json`: one point at the top, several in a list.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Predictions {
    /// One.
    One(Box<Point>),
    /// Several.
    Many {
        /// The fit as it was named.
        fit: String,
        /// The law's id.
        law: String,
        /// In the order asked for.
        predictions: Vec<Point>,
    },
}

/// One point. The law's output and what else is known there stand beside these keys, by symbol.
#[derive(Serialize, JsonSchema)]
pub(super) struct Point {
    /// The fit as it was named.
    pub fit: String,
    /// The law's id.
    pub law: String,
    /// Where.
    pub at: BTreeMap<String, f64>,
    /// How far beyond the fitted rows, as a ratio: 1 or less is within them.
    pub extrapolation: BTreeMap<String, f64>,
    /// What one new run may measure; wider than the law's interval.
    pub new_run: Option<Quantity>,
    /// How intervals were made.
    pub interval: Spread,
    /// What a reader must know.
    pub warnings: Vec<Warning>,
    /// By symbol.
    #[serde(flatten)]
    pub quantities: Quantities,
}

/// How intervals were made.
#[derive(Serialize, JsonSchema)]
pub(super) struct Spread {
    /// Coverage.
    pub level: f64,
    /// In words; `none` for published constants.
    pub method: String,
}

/// `scaling optimum --json`. Of a single budget, its quantities stand at the top too.
#[derive(Serialize, JsonSchema)]
pub(super) struct Optima {
    /// The fit as it was named.
    pub fit: String,
    /// The law's id.
    pub law: String,
    /// One per budget.
    pub optima: Vec<Spent>,
    /// What a reader must know, of all budgets.
    pub warnings: Vec<Warning>,
    /// Quantities by symbol.
    #[serde(flatten)]
    pub top: Map<String, Value>,
}

/// The best way to spend one budget. The inputs to choose stand beside these keys, by symbol.
#[derive(Serialize, JsonSchema)]
pub(super) struct Spent {
    /// The budget.
    pub compute: f64,
    /// What it counts.
    pub cost: String,
    /// Relative difference between closed form and numeric minimum, where there is a closed form.
    pub closed_form_gap: Option<f64>,
    /// How far beyond the fitted rows, as a ratio.
    pub extrapolation: BTreeMap<String, f64>,
    /// What else the law says there, by symbol.
    pub follows: Quantities,
    /// What a reader must know.
    pub warnings: Vec<Warning>,
    /// By symbol.
    #[serde(flatten)]
    pub quantities: Quantities,
}

impl Spent {
    pub fn of(o: &Optimum, follows: &[Estimate]) -> Self {
        Self {
            compute: o.budget,
            cost: o.cost.clone(),
            closed_form_gap: o.closed_form_gap,
            extrapolation: o.extrapolation.iter().cloned().collect(),
            follows: by_symbol(follows),
            warnings: o.warnings.clone(),
            quantities: by_symbol(&o.quantities),
        }
    }
}
