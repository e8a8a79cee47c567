//! A fit → a [`Record`]: intervals, predictions, optima and every curve that a figure will draw.

mod curves;

use crate::dataset::Warning;
use crate::fit::{Fit, standard_objectives};
use crate::law::{Card, Family, Law};
use crate::optimum::{Choice, OptimumError, optimum};
use crate::record::{Axis, Estimate, IntervalMethod, LawRecord, Optimum, OtherObjective, Points, Prediction, Record};
use crate::solve::{Newton, Options};
use crate::uncertainty::bootstrap::bootstrap;
use crate::uncertainty::covariance::{Kind, covariance};
use crate::uncertainty::{Quantity, Uncertainty};
use crate::validation::validate;
use rayon::prelude::*;
use std::ops::Range;

/// Version of the record's layout.
pub const FORMAT: u32 = 1;
/// Rows beyond which leaving each out in turn is not done unasked.
const INFLUENCE_ROWS: usize = 5_000;
/// Rows beyond which a record keeps no points.
const KEPT_POINTS: usize = 20_000;

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
    /// Covariance used where there is no bootstrap.
    pub covariance: Kind,
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
            covariance: Kind::default(),
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
    data: &crate::dataset::Measurements,
    request: &Request,
    groups: Option<&[String]>,
    unseen: Option<(&crate::dataset::Measurements, &str)>,
    tick: &(dyn Fn() + Sync),
) -> Result<Analysis, OptimumError> {
    let card = fit.setup.law.card();
    let mut warnings = fit.warnings.clone();
    let draws = (request.bootstrap > 0).then(|| bootstrap(fit, request.bootstrap, request.seed, groups, tick));
    let kind = if groups.is_some() && request.bootstrap == 0 { Kind::Cluster } else { request.covariance };
    let spread = covariance(fit, kind, groups);
    if let Some(draws) = &draws
        && draws.failed > 0
    {
        let mut text =
            format!("{} of {} bootstrap replicates did not converge and are left out", draws.failed, draws.drawn);
        if draws.too_few > 0 {
            text += &format!("; {} of them drew fewer different rows than there are free parameters", draws.too_few);
        }
        warnings.push(Warning::new("replicates-failed", format!("{text}.")));
    }
    if draws.is_none() && spread.is_none() {
        warnings.push(Warning::new(
            "no-intervals",
            "There are no degrees of freedom or no curvature to make intervals from.",
        ));
    }
    let known = Uncertainty::of_fit(fit, request.level, draws.as_ref(), spread.as_ref());
    let ranges = ranges(fit);
    let predictions =
        request.predictions.iter().map(|at| predict(&known, &ranges, at)).collect::<Result<Vec<_>, _>>()?;
    let optima = request
        .budgets
        .iter()
        .map(|&budget| spend(&known, &ranges, budget, &request.fixed))
        .collect::<Result<Vec<_>, _>>()?;
    let mut record = Record {
        format: FORMAT,
        name: if request.name.is_empty() { card.id.to_owned() } else { request.name.clone() },
        law: law_record(card),
        provenance: data.provenance.clone(),
        objective: fit.spec.objective,
        objective_value: fit.value,
        scale: fit.scale.clone(),
        solver: fit.setup.method.name().to_owned(),
        weights: fit.spec.weights.as_ref().map(ToString::to_string),
        other_objectives: other_objectives(fit),
        parameters: parameters(&known),
        derived: derived(&known),
        interval: interval_method(&known, fit),
        correlation: known.correlation(),
        certificate: fit.certificate.clone(),
        points: points(fit),
        predictions,
        optima,
        curves: curves::curves(fit, &known, &request.budgets, &request.fixed),
        validation: unseen.and_then(|(rows, condition)| validate(fit, &known, rows, condition, request.seed)),
        warnings,
        command: request.command.clone(),
        seed: request.seed,
        program: concat!("scaling ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    if card.family == Family::Power {
        name_by_header(&mut record);
    }
    Ok(Analysis { record, replicates: draws.map(|d| d.thetas).unwrap_or_default() })
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
    let card = known.law.card();
    (0..card.params.len())
        .map(|j| {
            let param = &card.params[j];
            let quantity = Quantity { symbol: param.symbol, meaning: param.meaning, unit: param.unit };
            known.estimate(quantity, &|theta| theta[j])
        })
        .collect()
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

fn interval_method(known: &Uncertainty, fit: &Fit) -> IntervalMethod {
    let card = known.law.card();
    IntervalMethod {
        level: known.level,
        method: known.method.clone(),
        replicates: known.drawn.0,
        failed: known.drawn.1,
        sample: known.thinned().into_iter().cloned().collect(),
        covariance: known.covariance.clone(),
        undetermined: known.undetermined.iter().map(|&j| card.params[j].symbol.to_owned()).collect(),
        free: fit.setup.free(),
    }
}

/// Smallest and largest value of each input over the rows, and of the cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges(Vec<(String, f64, f64)>);

impl Ranges {
    /// From a saved record's points.
    pub fn of_record(record: &Record) -> Self {
        let span =
            |values: &[f64]| values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)));
        Self(
            record
                .points
                .inputs
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

fn ranges(fit: &Fit) -> Ranges {
    let points = points_inputs(fit, 0..fit.setup.rows.len());
    Ranges(
        points
            .into_iter()
            .map(|(axis, values)| {
                let low = values.iter().copied().fold(f64::INFINITY, f64::min);
                let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                (axis.symbol, low, high)
            })
            .collect(),
    )
}

fn extrapolation(ranges: &Ranges, at: &[(String, f64)]) -> (Vec<(String, f64)>, Vec<Warning>) {
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

/// The best way to spend one budget, with intervals.
///
/// # Errors
/// [`OptimumError`] if the law has no cost model, an input is missing or unknown, or the budget
/// buys nothing.
pub fn spend(
    known: &Uncertainty,
    ranges: &Ranges,
    budget: f64,
    fixed: &[(String, f64)],
) -> Result<Optimum, OptimumError> {
    let law = known.law;
    let card = law.card();
    let choice = optimum(law, &known.theta, budget, fixed)?;
    let thinned = known.thinned();
    let replicates: Vec<Option<Choice>> = thinned.par_iter().map(|theta| choose(law, theta, budget, fixed)).collect();
    let pick = |f: &dyn Fn(&Choice) -> f64| -> Vec<f64> {
        replicates.iter().map(|c| c.as_ref().map_or(f64::NAN, f)).collect()
    };
    let mut quantities = Vec::new();
    let mut push = |symbol: &str, meaning: &str, unit: &str, f: &dyn Fn(&Choice) -> f64| {
        let point = f(&choice);
        let of_theta = |theta: &[f64]| choose(law, theta, budget, fixed).as_ref().map_or(f64::NAN, f);
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
    let cost = card.allocation.as_ref().map_or_else(String::new, |a| format!("{} in {}", a.cost.name, a.cost.unit));
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

/// The optimum of a replicate: the closed form where there is one (it is checked against the
/// numeric minimum at the point estimate), else the numeric minimum.
fn choose(law: &dyn Law, theta: &[f64], budget: f64, fixed: &[(String, f64)]) -> Option<Choice> {
    let card = law.card();
    let allocation = card.allocation.as_ref()?;
    let all_free = fixed.iter().all(|(s, _)| !allocation.free.contains(&s.as_str()));
    if let Some(closed) = allocation.closed_form.filter(|_| all_free) {
        let mut x: Vec<f64> = card
            .inputs
            .iter()
            .map(|i| fixed.iter().find(|(s, _)| s == i.symbol).map_or(f64::NAN, |(_, v)| *v))
            .collect();
        if let Some(values) = closed(theta, &x, budget) {
            for (symbol, value) in allocation.free.iter().zip(values) {
                if let Some(i) = card.input(symbol) {
                    x[i] = value;
                }
            }
            if x.iter().all(|v| v.is_finite()) {
                let output = law.predict(&x, theta);
                return Some(Choice { x, output, closed_form_gap: None, at_edge: false });
            }
        }
    }
    optimum(law, theta, budget, fixed).ok()
}

fn points_inputs(fit: &Fit, rows: Range<usize>) -> Vec<(Axis, Vec<f64>)> {
    let card = fit.setup.law.card();
    let columns = &fit.setup.rows.inputs;
    let mut out: Vec<(Axis, Vec<f64>)> = card
        .inputs
        .iter()
        .zip(columns)
        .map(|(input, values)| {
            let axis =
                Axis { symbol: input.symbol.to_owned(), name: input.name.to_owned(), unit: input.unit.to_owned() };
            (axis, values[rows.clone()].to_vec())
        })
        .collect();
    if let Some(allocation) = &card.allocation
        && card.input("C").is_none()
    {
        let cost = rows.map(|row| (allocation.cost.of)(&columns.iter().map(|c| c[row]).collect::<Vec<_>>())).collect();
        let axis =
            Axis { symbol: "C".to_owned(), name: "training compute".to_owned(), unit: allocation.cost.unit.to_owned() };
        out.push((axis, cost));
    }
    out
}

fn points(fit: &Fit) -> Points {
    let count = fit.setup.rows.len();
    let kept = if count <= KEPT_POINTS { count } else { 0 };
    Points {
        rows: fit.row_ids[..kept].to_vec(),
        inputs: points_inputs(fit, 0..kept),
        measured: fit.setup.rows.measured[..kept].to_vec(),
        predicted: if kept > 0 { fit.predicted() } else { Vec::new() },
        residual: if kept > 0 { fit.residuals() } else { Vec::new() },
        influence: if count <= INFLUENCE_ROWS { influence(fit) } else { Vec::new() },
    }
}

/// The ten rows whose removal moves the answer most: each row is left out in turn, the fit redone
/// from where it stood, and the largest relative change of any prediction on the rows taken.
fn influence(fit: &Fit) -> Vec<(usize, f64)> {
    let setup = &fit.setup;
    if setup.rows.len() <= setup.free() + 1 || setup.objective.loss.is_kinked() {
        return Vec::new();
    }
    let step = setup.rows.len().div_ceil(64).max(1);
    let probes: Vec<Vec<f64>> =
        (0..setup.rows.len()).step_by(step).map(|row| setup.rows.inputs.iter().map(|c| c[row]).collect()).collect();
    let before: Vec<f64> = probes.iter().map(|x| setup.law.predict(x, &fit.theta)).collect();
    let options = Options { damping: 0.0, ..Options::default() };
    let mut moves: Vec<(usize, f64)> = (0..setup.rows.len())
        .into_par_iter()
        .map_init(
            || (setup.problem(), Newton::new(setup.free(), options), setup.rows.weight.clone()),
            |(problem, newton, weight), row| {
                weight.copy_from_slice(&setup.rows.weight);
                weight[row] = 0.0;
                problem.pack(&setup.rows, weight);
                let end = setup.solve_in(problem, &fit.q, newton);
                let theta = problem.theta(&end.q);
                let change = probes
                    .iter()
                    .zip(&before)
                    .map(|(x, y)| (setup.law.predict(x, &theta) / y - 1.0).abs())
                    .fold(0.0, f64::max);
                (fit.row_ids[row], change)
            },
        )
        .collect();
    moves.sort_by(|a, b| b.1.total_cmp(&a.1));
    moves.truncate(10);
    moves
}
