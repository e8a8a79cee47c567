//! Transfer: a law fitted to several groups at once, some of its parameters the same in all of them,
//! so that a group of few runs borrows from the others; and whether that forecasts better.

mod card;
mod held;
mod outcome;
mod show;

pub use outcome::{Group, Parameter, Transfer, Value, Way};

use crate::base::objective::Objective;
use crate::data::ingest::suggestion;
use crate::data::measurements::{Measurements, Warning};
use crate::engine::analysis::criteria_of_tied;
use crate::engine::fit::Spec;
use crate::engine::fit::tied::{Tied, tie};
use crate::engine::uncertainty::tied::TiedSpread;
use crate::law::Law;
use crate::laws;
use crate::methods::compare::Origin;
use crate::methods::compare::reading::{ordering, rows_of};
use crate::methods::compare::score::{ORIGINS, ROWS, claim, pair};
use crate::methods::method::{Amount, Author, Card, Given, MethodError};
use crate::record::chart::Section;
use crate::record::{Criteria, Estimate};
use held::{Check, WAYS};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Groups that share parameters.
pub struct Borrow;

/// Which law, which groups, what they share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Id of the law.
    pub law: String,
    /// The column of groups.
    pub group: String,
    /// Parameters that all share.
    pub share: Vec<String>,
    /// The column that orders rows.
    #[serde(default)]
    pub by: Option<String>,
    /// A run to predict, inputs by symbol.
    #[serde(default)]
    pub at: BTreeMap<String, Amount>,
}

impl Author for Borrow {
    const CARD: Card = card::CARD;
    type Settings = Settings;
    type Outcome = Transfer;

    fn run(given: &Given, settings: &Settings) -> Result<Transfer, MethodError> {
        let (law, shared) = sound(settings)?;
        let by = ordering(given, &card::STATIC, law, settings.by.as_deref());
        let rows = rows_of(given, &card::STATIC, law, &by, std::slice::from_ref(&settings.group))?;
        let spec = Spec::new(law, Objective::DEFAULT);
        let groups = parted(given, &rows, settings, law.card().params.len() - shared.len())?;
        let positions: Vec<Vec<usize>> = groups.iter().map(|group| group.1.clone()).collect();
        let tied = tie(&spec, &rows, &positions, &shared)?;
        let spread = TiedSpread::new(&tied);
        if !tied.converged {
            given.warn(Warning::new("not-converged", "The search for the tied fit did not end at a minimum."));
        }
        if spread.is_none() {
            let text = "There are as many parameters as rows: nothing is left to make intervals from.";
            given.warn(Warning::new("no-intervals", text));
        }
        let enough = |rows: &Vec<usize>| rows.len() > law.card().params.len();
        let alone: Vec<Option<Tied>> = positions
            .par_iter()
            .map(
                |rows_of| {
                    if enough(rows_of) { tie(&spec, &rows, std::slice::from_ref(rows_of), &[]).ok() } else { None }
                },
            )
            .collect();
        let check = Check { spec: &spec, rows: &rows, groups: &positions, shared: &shared, level: given.level };
        let order = rows.column(&by).unwrap_or_default();
        let origins: Vec<(usize, Origin)> =
            (0..positions.len()).filter_map(|g| Some((g, check.origin(g, order)?))).collect();
        let measured = rows.column(law.card().output.symbol).unwrap_or_default();
        let (scores, count) = check.scores(&origins, measured);
        let separate = tie(&spec, &rows, &positions, &[]).ok();
        let pooled = tie(&spec, &rows, &[positions.concat()], &[]).ok();
        let of = |fit: &Option<Tied>| fit.as_ref().and_then(criteria_of_tied);
        let criteria = [criteria_of_tied(&tied), of(&separate), of(&pooled)];
        let used = positions.iter().map(Vec::len).sum();
        let (ways, pairs, verdict) = judged(given, scores, criteria, used, count);
        Ok(Transfer {
            law: law.card().id.to_owned(),
            group: settings.group.clone(),
            shared: shared.iter().map(|&j| shared_parameter(&tied, &spread, &alone, j, given.level)).collect(),
            groups: groups
                .iter()
                .enumerate()
                .map(|(g, (name, positions))| {
                    let origin = origins.iter().find(|(group, _)| *group == g);
                    Group {
                        name: name.clone(),
                        rows: positions.len(),
                        own: own_parameters(&tied, &spread, alone[g].as_ref(), g, given.level),
                        held: origin.map(|(_, origin)| (origin.before.len(), origin.held.len())),
                        prediction: prediction(law, settings, &tied, spread.as_ref(), g, given.level),
                    }
                })
                .collect(),
            verdict,
            ways,
            pairs,
            noise: tied.noise,
            by,
            rows: used,
            source: rows.provenance.source.clone(),
            output: law.card().output.symbol.to_owned(),
            at: settings.at.iter().map(|(symbol, value)| (symbol.clone(), value.0)).collect(),
            level: given.level,
        })
    }

    fn quantities(outcome: &Transfer) -> Vec<Estimate> {
        let of = |symbol: String, meaning: String, value: Value| Estimate {
            lower: value.lower,
            upper: value.upper,
            ..Estimate::point(&symbol, &meaning, "1", value.estimate)
        };
        let shared =
            outcome.shared.iter().map(|p| of(format!("shared.{}", p.symbol), "of all groups".to_owned(), p.tied));
        let mut all: Vec<Estimate> = shared.collect();
        for group in &outcome.groups {
            let own = group.own.iter();
            all.extend(
                own.map(|p| of(format!("own.{}.{}", p.symbol, group.name), format!("of {}", group.name), p.tied)),
            );
        }
        let scored = outcome.ways.iter().filter_map(|way| Some((way, way.scores.as_ref()?)));
        all.extend(scored.map(|(way, s)| Estimate::point(&format!("crps.{}", way.way), "held-out score", "1", s.crps)));
        all
    }

    fn show(outcome: &Transfer) -> Section {
        show::section(outcome)
    }
}

fn refused<T>(detail: String) -> Result<T, MethodError> {
    Err(MethodError::Settings { method: card::STATIC.id, detail })
}

/// The law and the positions of what is shared.
fn sound(settings: &Settings) -> Result<(&'static dyn Law, Vec<usize>), MethodError> {
    let Some(law) = laws::sought(&settings.law).or_else(refused)? else {
        let near = suggestion(&settings.law, laws::LAWS.iter().map(|law| law.card().id));
        return refused(format!("there is no law `{}`{near}; `scaling laws` lists them", settings.law));
    };
    let card = law.card();
    let mut shared = Vec::new();
    for symbol in &settings.share {
        match card.param(symbol) {
            Some(j) if !shared.contains(&j) => shared.push(j),
            Some(_) => return refused(format!("share names {symbol} twice")),
            None => {
                let known: Vec<&str> = card.params.iter().map(|param| param.symbol).collect();
                return refused(format!(
                    "`{}` has no parameter {symbol} to share; it has {}",
                    card.id,
                    known.join(", ")
                ));
            }
        }
    }
    if shared.is_empty() || shared.len() == card.params.len() {
        return refused(format!(
            "share some of the parameters of `{}`, and not all: with none every group is fitted alone, with all there is one group",
            card.id
        ));
    }
    if let Some(symbol) = settings.at.keys().find(|symbol| card.input(symbol).is_none()) {
        return refused(format!("at speaks of {symbol}, which is no input of `{}`", card.id));
    }
    let missing = card.inputs.iter().find(|input| !settings.at.contains_key(input.symbol));
    if let Some(input) = missing.filter(|_| !settings.at.is_empty()) {
        return refused(format!("at does not say {}, which `{}` needs", input.symbol, card.id));
    }
    Ok((law, shared))
}

/// Groups in the order of their first rows; those of fewer rows than they have parameters of their
/// own are left out.
fn parted(
    given: &Given,
    rows: &Measurements,
    settings: &Settings,
    own: usize,
) -> Result<Vec<(String, Vec<usize>)>, MethodError> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (row, name) in rows.label(&settings.group).unwrap_or_default().iter().enumerate() {
        match groups.iter_mut().find(|(known, _)| known == name) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((name.clone(), vec![row])),
        }
    }
    let (kept, small): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(_, rows)| rows.len() >= own);
    if !small.is_empty() {
        let names: Vec<String> = small.iter().map(|(name, rows)| format!("{name} ({})", rows.len())).collect();
        let text = format!(
            "Groups of fewer than {own} rows, as many as they have parameters of their own, are left out: {}.",
            names.join(", ")
        );
        given.warn(Warning::new("group-too-small", text));
    }
    match kept.len() {
        0 | 1 => Err(MethodError::refused(format!(
            "{} group of `{}` has {own} rows or more, as many as it has parameters of its own: there is nobody to borrow from; share more parameters, or add rows",
            if kept.is_empty() { "no" } else { "one" },
            settings.group
        ))),
        _ => Ok(kept),
    }
}

type Spread<'a> = Option<TiedSpread<'a>>;

fn value(fit: &Tied, spread: Option<&TiedSpread<'_>>, group: usize, j: usize, level: f64) -> Value {
    let ends = spread.and_then(|spread| spread.parameter(group, j, level));
    Value { estimate: fit.theta[group][j], lower: ends.map(|e| e.0), upper: ends.map(|e| e.1) }
}

fn of_alone(fit: Option<&Tied>, j: usize, level: f64) -> Option<Value> {
    let fit = fit?;
    Some(value(fit, TiedSpread::new(fit).as_ref(), 0, j, level))
}

fn shared_parameter(tied: &Tied, spread: &Spread<'_>, alone: &[Option<Tied>], j: usize, level: f64) -> Parameter {
    Parameter {
        symbol: tied.law.card().params[j].symbol.to_owned(),
        tied: value(tied, spread.as_ref(), 0, j, level),
        alone: alone.iter().map(|fit| of_alone(fit.as_ref(), j, level)).collect(),
    }
}

fn own_parameters(tied: &Tied, spread: &Spread<'_>, alone: Option<&Tied>, g: usize, level: f64) -> Vec<Parameter> {
    let params = tied.law.card().params;
    let own = (0..params.len()).filter(|j| !tied.shared.contains(j));
    own.map(|j| Parameter {
        symbol: params[j].symbol.to_owned(),
        tied: value(tied, spread.as_ref(), g, j, level),
        alone: vec![of_alone(alone, j, level)],
    })
    .collect()
}

/// A group's run at the inputs that were asked for.
fn prediction(
    law: &dyn Law,
    settings: &Settings,
    tied: &Tied,
    spread: Option<&TiedSpread<'_>>,
    group: usize,
    level: f64,
) -> Option<Value> {
    let x =
        law.card().inputs.iter().map(|input| settings.at.get(input.symbol).map(|v| v.0)).collect::<Option<Vec<_>>>()?;
    let estimate = Some(law.predict(&x, &tied.theta[group])).filter(|v| v.is_finite())?;
    let ends = spread.and_then(|spread| spread.new_run(group, &x, level));
    Some(Value { estimate, lower: ends.map(|e| e.lower), upper: ends.map(|e| e.upper) })
}

/// The ways by score, the others against the best, and what to say of it.
fn judged(
    given: &Given,
    scores: [Option<crate::methods::compare::Scores>; 3],
    criteria: [Option<Criteria>; 3],
    rows: usize,
    groups: usize,
) -> (Vec<Way>, Vec<crate::methods::compare::Pair>, String) {
    let each = WAYS.into_iter().zip(scores).zip(criteria);
    let mut ways: Vec<Way> =
        each.map(|((way, scores), criteria)| Way { way: way.to_owned(), scores, criteria }).collect();
    let crps = |way: &Way| way.scores.as_ref().map_or(f64::INFINITY, |scores| scores.crps);
    ways.sort_by(|a, b| crps(a).total_cmp(&crps(b)));
    let scored: Vec<(&str, &[f64])> =
        ways.iter().filter_map(|way| Some((way.way.as_str(), way.scores.as_ref()?.by_origin.as_slice()))).collect();
    let Some((best, others)) = scored.split_first() else {
        return (ways, Vec::new(), "no group has rows to hold out: whether to share cannot be told".to_owned());
    };
    if rows < ROWS || groups < ORIGINS {
        let text = format!(
            "{rows} rows and {groups} groups with rows to hold out are too few to call one way better: at least {ROWS} rows and {ORIGINS} groups are needed."
        );
        given.warn(Warning::new("too-few-to-claim", text));
    }
    let pairs: Vec<_> = others.iter().map(|other| pair(*best, *other, rows)).collect();
    let alike = pairs.iter().filter(|pair| !pair.shown).map(|pair| pair.law.clone());
    let not_worse: Vec<String> = std::iter::once(best.0.to_owned()).chain(alike).collect();
    let said = claim(&not_worse, &pairs, (rows, groups, "group"));
    // Forecasts of the ways are not averaged: the choice is one of trust.
    let verdict = said.trim_end_matches(": average their predictions").to_owned();
    (ways, pairs, verdict)
}
