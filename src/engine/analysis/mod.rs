//! A fit → a [`Record`]: intervals, predictions, optima and every curve that a figure will draw.

mod beside;
mod curves;
mod diagnostics;
mod forecast;
mod points;
mod predictions;
mod rival;
mod spending;
mod spread;

pub use beside::Beside;
pub use forecast::{Forecast, Forecaster};
pub use predictions::{Ranges, conditional, predict, unmet};
pub use spending::spend;
pub use spread::{criteria, criteria_of_tied};

use crate::engine::fit::{Fit, repose, standard_objectives};
use crate::engine::optimum::OptimumError;
use crate::engine::uncertainty::covariance::Kind;
use crate::engine::uncertainty::{Quantity, Uncertainty, profile};
use crate::engine::validation::validate;
use crate::law::{Card, Family};
use crate::record::diagnostics::findings;
use crate::record::{Axis, Estimate, Estimator, Gates, IntervalMethod, LawRecord, OtherObjective, Record};

/// Version of the record's layout.
pub const FORMAT: u32 = 2;

/// What to work out about a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Name of the fit.
    pub name: String,
    /// Bootstrap replicates; 0 for none.
    pub bootstrap: usize,
    /// Seed of every draw.
    pub seed: u64,
    /// Coverage of intervals.
    pub level: f64,
    /// How intervals are made.
    pub interval: Estimator,
    /// Covariance of the sandwich estimator.
    pub covariance: Kind,
    /// Header of the labels that group rows, if they are grouped.
    pub cluster: Option<String>,
    /// Points to predict: inputs by symbol.
    pub predictions: Vec<Vec<(String, f64)>>,
    /// Budgets to spend.
    pub budgets: Vec<f64>,
    /// Inputs held fixed in optima.
    pub fixed: Vec<(String, f64)>,
    /// The command that makes this record.
    pub command: String,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            name: String::new(),
            bootstrap: 0,
            seed: 0,
            level: 0.95,
            interval: Estimator::default(),
            covariance: Kind::default(),
            cluster: None,
            predictions: Vec::new(),
            budgets: Vec::new(),
            fixed: Vec::new(),
            command: String::new(),
        }
    }
}

/// A record and the replicates it was thinned from.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The record.
    pub record: Record,
    /// Every replicate, card order.
    pub replicates: Vec<Vec<f64>>,
}

/// Works out everything asked for. `groups` gives a label per row for clustered errors, `unseen` rows
/// held out with the condition that chose them; `tick` is called once per bootstrap replicate.
///
/// # Errors
/// [`OptimumError`] when a requested optimum or prediction names what the law does not have.
pub fn analyse(
    fit: &Fit,
    data: &crate::data::measurements::Measurements,
    request: &Request,
    groups: Option<&[String]>,
    unseen: Option<(&crate::data::measurements::Measurements, &str)>,
    tick: &(dyn Fn() + Sync),
) -> Result<Analysis, OptimumError> {
    let card = fit.setup.law.card();
    let mut warnings = fit.warnings.clone();
    let spread::Spread { mut known, draws, gates, warnings: said } = spread::spread(fit, request, groups, tick);
    warnings.extend(said);
    known.output_unit = unit_of(data, card.output.symbol).filter(|unit| *unit != card.output.unit).map(str::to_owned);
    let known = known;
    let ranges = Ranges::of_fit(fit);
    let optima = request
        .budgets
        .iter()
        .map(|&budget| spend(&known, &ranges, None, budget, &request.fixed))
        .collect::<Result<Vec<_>, _>>()?;
    let mut record = Record {
        format: FORMAT,
        name: if request.name.is_empty() { card.id.to_owned() } else { request.name.clone() },
        law: law_record(card),
        provenance: data.provenance.clone(),
        objective: fit.spec.objective,
        objective_value: fit.value,
        scale: fit.scale.clone(),
        noise: profile::noise_of(fit),
        solver: fit.setup.method.name().to_owned(),
        weights: fit.spec.weights.as_ref().map(ToString::to_string),
        other_objectives: other_objectives(fit),
        parameters: parameters(&known),
        derived: derived(&known),
        interval: interval_method(&known, fit, request.interval, gates),
        correlation: known.correlation(),
        criteria: spread::criteria(fit),
        rival: None,
        posed: Some(repose::keep(fit, groups)),
        certificate: fit.certificate.clone(),
        ranges: ranges.clone().into_spans(),
        points: points::points(fit),
        predictions: Vec::new(),
        optima,
        curves: curves::curves(fit, &known, &request.budgets, &request.fixed),
        validation: unseen.and_then(|(rows, condition)| validate(fit, &known, rows, condition, request.seed)),
        diagnostics: None,
        identifiability: known.identifiability.clone(),
        warnings,
        command: request.command.clone(),
        seed: request.seed,
        program: concat!("scaling ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    name_units(&mut record);
    let labels = groups.zip(request.cluster.as_deref()).map(|(labels, name)| (name, labels));
    record.diagnostics = Some(diagnostics::diagnose(fit, labels, &record.points.influence));
    let beside = Beside::of_record(&record);
    if let Some(seen) = &mut record.diagnostics {
        seen.discrepancy = beside.as_ref().and_then(Beside::eta);
    }
    record.rival = rival::rival(fit, data, &record);
    record.warnings.extend(record.rival.as_ref().map(rival::warning));
    let at = |at: &Vec<(String, f64)>| predict(&known, &ranges, beside.as_ref(), at);
    record.predictions = request.predictions.iter().map(at).collect::<Result<Vec<_>, _>>()?;
    let found = findings(&record);
    record.warnings.extend(found.into_iter().map(|finding| finding.warning));
    if card.family == Family::Power {
        name_by_header(&mut record);
    }
    Ok(Analysis { record, replicates: draws.map(|d| d.thetas).unwrap_or_default() })
}

/// The unit in which a column was read, if it is known to be any.
fn unit_of<'a>(data: &'a crate::data::measurements::Measurements, symbol: &str) -> Option<&'a str> {
    let column = data.provenance.columns.iter().find(|column| column.symbol == symbol)?;
    (!column.unit.is_empty()).then_some(column.unit.as_str())
}

/// Axes are in the units of the rows: a loss per byte stays one, and a law of any resource says of
/// which one these rows speak.
fn name_units(record: &mut Record) {
    let columns = record.provenance.columns.clone();
    let points = record.points.inputs.iter_mut().map(|(axis, _)| axis);
    for axis in record.law.inputs.iter_mut().chain([&mut record.law.output]).chain(points) {
        if let Some(column) = columns.iter().find(|column| column.symbol == axis.symbol && !column.unit.is_empty()) {
            axis.unit.clone_from(&column.unit);
        }
    }
}

/// A law of one input holds for any quantity: what it is here, the header of its column says.
fn name_by_header(record: &mut Record) {
    let columns = &record.provenance.columns;
    let inputs = record.points.inputs.iter_mut().map(|(axis, _)| axis);
    for axis in record.law.inputs.iter_mut().chain([&mut record.law.output]).chain(inputs) {
        let column = columns.iter().find(|column| column.symbol == axis.symbol);
        if let Some(header) = column.and_then(|column| column.header.as_ref()) {
            axis.name = header.replace('_', " ");
        }
    }
}

fn law_record(card: &Card) -> LawRecord {
    let axis = |input: &crate::law::Input| Axis {
        symbol: input.symbol.to_owned(),
        name: input.name.to_owned(),
        unit: input.unit.to_owned(),
    };
    LawRecord {
        id: card.id.to_owned(),
        title: card.title.to_owned(),
        formula: card.formula.to_owned(),
        cite: card.cite.iter().map(|&c| c.to_owned()).collect(),
        inputs: card.inputs.iter().map(axis).collect(),
        output: axis(&card.output),
    }
}

/// Every standard objective that exists on these rows, the fitted one left out.
fn other_objectives(fit: &Fit) -> Vec<OtherObjective> {
    standard_objectives()
        .into_iter()
        .filter(|objective| *objective != fit.spec.objective)
        .map(|objective| OtherObjective { objective, value: fit.value_under(&objective) })
        .filter(|other| other.value.is_finite())
        .collect()
}

/// Estimates of the parameters, card order.
pub fn parameters(known: &Uncertainty) -> Vec<Estimate> {
    (0..known.law.card().params.len()).map(|j| known.parameter(j)).collect()
}

/// Estimates of the derived quantities that need no condition.
pub fn derived(known: &Uncertainty) -> Vec<Estimate> {
    known
        .law
        .card()
        .derived
        .iter()
        .filter(|d| d.needs.is_empty())
        .map(|d| {
            let quantity = Quantity { symbol: d.symbol, meaning: d.meaning, unit: d.unit };
            known.estimate_thinned(quantity, &|theta| (d.value)(theta, &[]))
        })
        .filter(|e| e.estimate.is_finite())
        .collect()
}

fn interval_method(known: &Uncertainty, fit: &Fit, estimator: Estimator, gates: Option<Gates>) -> IntervalMethod {
    let card = known.law.card();
    IntervalMethod {
        level: known.level,
        method: known.method.clone(),
        replicates: known.drawn.0,
        failed: known.drawn.1,
        sample: known.thinned().into_iter().cloned().collect(),
        covariance: known.covariance.clone(),
        estimator: Some(estimator),
        gates,
        undetermined: known.undetermined.iter().map(|&j| card.params[j].symbol.to_owned()).collect(),
        free: fit.setup.free(),
    }
}
