//! The frontier of a table: which rows no other row betters, how much of the plane they cover, and
//! what one would choose.

mod card;
pub mod front;
mod outcome;
mod show;

pub use outcome::{Best, Choice, Frontier as Outcome, Group, Objective, Point, Supported};

use crate::data::card::Better;
use crate::data::ingest::{self, Needed, Request};
use crate::data::measurements::{Measurements, Warning};
use crate::methods::method::{Amount, Author, Card, Given, MethodError};
use crate::record::Estimate;
use crate::record::chart::Section;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The frontier of a table.
pub struct Frontier;

/// What is to be small, what large, and what else is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Columns of which less is better.
    pub minimise: Vec<String>,
    /// Columns of which more is better.
    pub maximise: Vec<String>,
    /// A column of names for the rows.
    pub label: Option<String>,
    /// A column whose values part the table; each part has a front of its own.
    pub by: Option<String>,
    /// The corner that the hypervolume is measured from, by column; the worst of the rows if not said.
    pub reference: BTreeMap<String, Amount>,
    /// Bounds on some columns: the best of the others is sought among the rows that keep to them.
    pub at: BTreeMap<String, Amount>,
    /// Weights of a choice: the row with the least weighted sum, what is to be large taken off.
    pub weights: BTreeMap<String, Amount>,
    /// The row that others are measured against, as a condition.
    pub baseline: Option<String>,
}

impl Author for Frontier {
    const CARD: Card = card::CARD;
    type Settings = Settings;
    type Outcome = Outcome;

    fn run(given: &Given, settings: &Settings) -> Result<Outcome, MethodError> {
        let headers = given.headers(&card::STATIC, TABLE)?;
        let objectives = objectives(given, settings)?;
        for (what, keys) in [("reference", &settings.reference), ("at", &settings.at), ("weights", &settings.weights)] {
            if let Some(key) = keys.keys().find(|key| objectives.iter().all(|o| o.name != **key)) {
                return refused(format!("{what} speaks of `{key}`, which is none of the objectives"));
            }
        }
        let request = |filter: Option<String>| Request {
            needed: objectives.iter().map(|o| Needed { positive: false, ..Needed::new(&o.name, "1") }).collect(),
            labels: settings.label.iter().chain(&settings.by).cloned().collect(),
            map: objectives.iter().filter_map(|o| Some((o.name.clone(), resolved(&o.name, &headers)?))).collect(),
            filter,
            ..Request::default()
        };
        let rows = given.read_columns(&card::STATIC, TABLE, request(None))?;
        let base = match &settings.baseline {
            Some(condition) => Some(given.read_columns(&card::STATIC, TABLE, request(Some(condition.clone())))?),
            None => None,
        };
        let parts = parts(&rows, settings.by.as_deref());
        let groups = parts.iter().map(|(name, of)| {
            let base = base.as_ref().map(|base| baseline(base, name, settings)).transpose()?;
            group(name, &rows.select(of), &objectives, base.as_deref(), settings, given)
        });
        Ok(Outcome {
            groups: groups.collect::<Result<_, MethodError>>()?,
            objectives,
            baseline: settings.baseline.clone(),
            source: rows.provenance.source.clone(),
        })
    }

    fn quantities(outcome: &Outcome) -> Vec<Estimate> {
        outcome.quantities()
    }

    fn show(outcome: &Outcome) -> Section {
        show::section(outcome)
    }
}

/// The one table.
const TABLE: &str = "points";
/// Dominated points kept in an outcome, evenly taken.
const KEPT: usize = 5000;

fn refused<T>(detail: String) -> Result<T, MethodError> {
    Err(MethodError::Settings { method: card::STATIC.id, detail })
}

/// What the settings name; without any, what the card of a built-in table says.
fn objectives(given: &Given, settings: &Settings) -> Result<Vec<Objective>, MethodError> {
    let named = |names: &[String], better| {
        names.iter().map(move |name| Objective { name: name.clone(), better }).collect::<Vec<_>>()
    };
    let mut objectives = named(&settings.minimise, Better::Lower);
    objectives.extend(named(&settings.maximise, Better::Higher));
    if objectives.is_empty() {
        objectives = given.source(TABLE).map(|source| of_card(&source.name())).unwrap_or_default();
    }
    if let Some(twice) = objectives.iter().enumerate().find(|(i, o)| objectives[..*i].iter().any(|p| p.name == o.name))
    {
        return refused(format!("`{}` is named twice among the objectives", twice.1.name));
    }
    match objectives.len() {
        0 => refused("name the columns to minimise and to maximise".to_owned()),
        _ => Ok(objectives),
    }
}

/// The objectives that the card of a built-in table declares, in its order.
pub fn of_card(name: &str) -> Vec<Objective> {
    let card = ingest::card(name.split('/').next().unwrap_or(name));
    let columns = card.into_iter().flat_map(|card| card.column);
    columns.filter_map(|column| Some(Objective { better: column.better?, name: column.name })).collect()
}

/// `latency` for a header `latency_ms`, if it is the only one that starts so.
pub fn resolved(name: &str, headers: &[String]) -> Option<String> {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let wanted = plain(name);
    if headers.iter().any(|header| header == name || plain(header) == wanted) {
        return None;
    }
    let mut alike = headers.iter().filter(|header| plain(header).starts_with(&wanted));
    alike.next().filter(|_| alike.next().is_none()).cloned()
}

/// Positions of the rows of each part, in the order in which parts first occur.
fn parts(rows: &Measurements, by: Option<&str>) -> Vec<(String, Vec<usize>)> {
    let Some(labels) = by.and_then(|by| rows.label(by)) else {
        return vec![(String::new(), (0..rows.len()).collect())];
    };
    let mut parts: Vec<(String, Vec<usize>)> = Vec::new();
    for (i, label) in labels.iter().enumerate() {
        match parts.iter_mut().find(|(name, _)| name == label) {
            Some((_, rows)) => rows.push(i),
            None => parts.push((label.clone(), vec![i])),
        }
    }
    parts
}

/// The values of the one baseline row of a part.
fn baseline(base: &Measurements, name: &str, settings: &Settings) -> Result<Vec<f64>, MethodError> {
    let labels = settings.by.as_deref().and_then(|by| base.label(by));
    let own: Vec<usize> = (0..base.len()).filter(|&i| labels.is_none_or(|labels| labels[i] == name)).collect();
    match own[..] {
        [row] => Ok(base.columns.iter().map(|column| column.values[row]).collect()),
        _ => {
            let part = if name.is_empty() { String::new() } else { format!(" of `{name}`") };
            refused(format!("baseline holds for {} rows{part}; it must pick one", own.len()))
        }
    }
}

fn group(
    name: &str,
    rows: &Measurements,
    objectives: &[Objective],
    base: Option<&[f64]>,
    settings: &Settings,
    given: &Given,
) -> Result<Group, MethodError> {
    let row = |i: usize| rows.columns.iter().map(|column| column.values[i]).collect::<Vec<f64>>();
    let values: Vec<Vec<f64>> = (0..rows.len()).map(row).collect();
    let signs: Vec<f64> = objectives.iter().map(|o| o.better.sign()).collect();
    let turn = |values: &[f64]| values.iter().zip(&signs).map(|(v, s)| v * s).collect::<Vec<f64>>();
    let turned: Vec<Vec<f64>> = values.iter().map(|v| turn(v)).collect();
    let Some(found) = front::front(&turned) else {
        return Err(MethodError::refused(format!(
            "{} rows with {} objectives make a front too large to find; keep fewer rows by a condition",
            rows.len(),
            objectives.len()
        )));
    };
    let worst = |k: usize| turned.iter().map(|t| t[k]).fold(f64::NEG_INFINITY, f64::max) * signs[k];
    let corner = |(k, o): (usize, &Objective)| settings.reference.get(&o.name).map_or_else(|| worst(k), |r| r.0);
    let reference: Vec<f64> = objectives.iter().enumerate().map(corner).collect();
    let hypervolume = front::hypervolume(&turned, &turn(&reference));
    if hypervolume.is_none() {
        given.warn(Warning::new("no-hypervolume", "The front is too large for an exact hypervolume: none is given."));
    }
    let label = settings.label.as_deref().and_then(|label| rows.label(label));
    let on = |i: usize| found.dominated_by[i].is_none();
    let others = (0..rows.len()).filter(|&i| !on(i)).count();
    if others > KEPT {
        let text = format!("Of {others} dominated rows every {}th is kept in the outcome.", others.div_ceil(KEPT));
        given.warn(Warning::new("thinned", text));
    }
    let mut dominated = 0;
    let mut kept = |i: usize| {
        dominated += usize::from(!on(i));
        on(i) || (dominated - 1).is_multiple_of(others.div_ceil(KEPT))
    };
    let point = |i: usize| Point {
        row: rows.rows[i],
        label: label.map_or_else(String::new, |label| label[i].clone()),
        values: values[i].clone(),
        on_front: on(i),
        dominated_by: found.dominated_by[i].map(|by| rows.rows[by]),
        relative: base.map_or_else(Vec::new, |base| values[i].iter().zip(base).map(|(v, b)| finite(v / b)).collect()),
    };
    let two = objectives.len() == 2;
    let supported = if two { front::supported(&turned, &found.members) } else { Vec::new() };
    Ok(Group {
        name: name.to_owned(),
        rows: rows.len(),
        front: found.members.len(),
        points: (0..rows.len()).filter(|&i| kept(i)).map(point).collect(),
        reference,
        hypervolume,
        supported: supported
            .into_iter()
            .map(|(i, least, most)| Supported { row: rows.rows[i], least, most: finite(most) })
            .collect(),
        best: if settings.at.is_empty() { Vec::new() } else { best(rows, &values, objectives, settings) },
        choice: choice(rows, &turned, objectives, settings),
    })
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The best of each unbounded objective among the rows that keep to the bounds.
fn best(rows: &Measurements, values: &[Vec<f64>], objectives: &[Objective], settings: &Settings) -> Vec<Best> {
    let bound = |o: &Objective| settings.at.get(&o.name).map(|bound| bound.0);
    let keeps = |v: &[f64]| {
        objectives
            .iter()
            .zip(v)
            .all(|(o, v)| bound(o).is_none_or(|bound| v * o.better.sign() <= bound * o.better.sign()))
    };
    let within: Vec<usize> = (0..values.len()).filter(|&i| keeps(&values[i])).collect();
    let free = objectives.iter().enumerate().filter(|(_, o)| bound(o).is_none());
    free.map(|(k, o)| {
        let sign = o.better.sign();
        let best = within.iter().min_by(|&&a, &&b| (sign * values[a][k]).total_cmp(&(sign * values[b][k])));
        Best { objective: o.name.clone(), row: best.map(|&i| rows.rows[i]), value: best.map(|&i| values[i][k]) }
    })
    .collect()
}

/// The row of the least weighted sum.
fn choice(rows: &Measurements, turned: &[Vec<f64>], objectives: &[Objective], settings: &Settings) -> Option<Choice> {
    if settings.weights.is_empty() {
        return None;
    }
    let weights: Vec<f64> = objectives.iter().map(|o| settings.weights.get(&o.name).map_or(0.0, |w| w.0)).collect();
    let sum = |i: usize| turned[i].iter().zip(&weights).map(|(v, w)| v * w).sum::<f64>();
    let best = (0..turned.len()).min_by(|&a, &b| sum(a).total_cmp(&sum(b)))?;
    Some(Choice { row: rows.rows[best], sum: sum(best) })
}
