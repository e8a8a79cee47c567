//! Laws compared by rolling-origin forecasts: each is fitted to the rows before an origin and scored
//! on the next budget. The rule for claiming a winner is that of [`Pair::shown`]; where it claims none,
//! "no difference shown" is the answer, and forecasts are averaged.

mod card;
mod outcome;
mod rows;
mod show;
mod told;

pub use outcome::{Comparison, Entry, Held, Predicted};

use crate::data::ingest;
use crate::data::measurements::Warning;
use crate::engine::analysis::{Forecast, Forecaster, criteria};
use crate::engine::fit::{Fit, FitError};
use crate::engine::uncertainty::discrepancy::NewRun;
use crate::engine::uncertainty::mixture::Mixture;
use crate::methods::compare::score::{ORIGINS, ROWS, claim, pair};
use crate::methods::compare::{Origin, Pair, Scores, split};
use crate::methods::method::{Amount, Author, Card, Given, MethodError};
use crate::record::Estimate;
use crate::record::chart::Section;
use rayon::prelude::*;
use rows::Entrant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use told::{Told, average_scores, fitted, scores, told};

/// Rows before the first origin beyond the parameters of the largest law.
const SPARE: usize = 3;
/// Starts of the fit to all rows.
const WHOLE: usize = 48;

/// Laws compared on one table.
pub struct Compare;

/// Which laws, and where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Ids of the laws.
    pub laws: Vec<String>,
    /// The column that orders rows.
    #[serde(default)]
    pub by: Option<String>,
    /// A run to predict, inputs by symbol.
    #[serde(default)]
    pub at: BTreeMap<String, Amount>,
}

impl Author for Compare {
    const CARD: Card = card::CARD;
    type Settings = Settings;
    type Outcome = Comparison;

    fn run(given: &Given, settings: &Settings) -> Result<Comparison, MethodError> {
        let laws = rows::find(&settings.laws)?;
        let known = |symbol: &String| laws.iter().any(|law| law.card().input(symbol).is_some());
        if let Some(symbol) = settings.at.keys().find(|symbol| !known(symbol)) {
            return refused(format!("at speaks of {symbol}, which is an input of none of the laws"));
        }
        let (entrants, by, order) = rows::read(given, &laws, settings.by.as_deref())?;
        let least = SPARE + laws.iter().map(|law| law.card().params.len()).max().unwrap_or(0);
        let source = &entrants[0].rows.provenance.source;
        let budgets = ingest::card(source.split('/').next().unwrap_or(source)).map(|card| card.budgets);
        let known = budgets.filter(|_| by == "C").unwrap_or_default();
        let (kind, origins) = split(&order, &known, least);
        if origins.is_empty() {
            return Err(MethodError::refused(format!(
                "{} rows, ordered by {by}, leave no origin with {least} rows of two budgets before it, as many as the largest law needs; add rows, or compare laws of fewer parameters",
                order.len()
            )));
        }
        let pairs: Vec<(usize, usize)> =
            (0..entrants.len()).flat_map(|i| (0..origins.len()).map(move |k| (i, k))).collect();
        let mut said: Vec<Option<Told>> =
            pairs.par_iter().map(|&(i, k)| Some(told(&entrants[i], &origins[k], given.level))).collect();
        let mut of_law = |i: usize| -> Result<Vec<Vec<Forecast>>, String> {
            (0..origins.len()).map(|k| said[i * origins.len() + k].take().unwrap_or(Ok(Vec::new()))).collect()
        };
        let told: Vec<Result<Vec<Vec<Forecast>>, String>> = (0..entrants.len()).map(&mut of_law).collect();
        let fits: Vec<Result<Fit, String>> =
            entrants.par_iter().map(|e| whole(e).map_err(|error| error.to_string())).collect();
        let mut out = assembled(given, &entrants, &origins, &told, &fits)?;
        let ends = |rows: &[usize]| {
            let values = rows.iter().map(|&row| order[row]);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
        };
        let held = |origin: &Origin| {
            let (from, to) = ends(&origin.held);
            Held { before: origin.before.len(), held: origin.held.len(), from, to }
        };
        out.origins = origins.iter().map(held).collect();
        (out.by, out.split) = (by, kind);
        out.at = settings.at.iter().map(|(symbol, value)| (symbol.clone(), value.0)).collect();
        out.predictions = predictions(given, &entrants, &fits, &out)?;
        Ok(out)
    }

    fn quantities(outcome: &Comparison) -> Vec<Estimate> {
        let scored = outcome.laws.iter().filter_map(|entry| Some((entry.law.as_str(), entry.scores.as_ref()?)));
        let mut all: Vec<Estimate> = Vec::new();
        for (law, scores) in scored {
            let mut add = |stem: &str, meaning: &str, value: f64| {
                all.push(Estimate::point(&format!("{stem}.{law}"), meaning, "1", value));
            };
            add("crps", "held-out CRPS of the logarithm", scores.crps);
            add("relative_error", "held-out absolute relative error", scores.relative_error);
            add("coverage", "held-out rows within their intervals", scores.coverage);
        }
        for pair in &outcome.pairs {
            let symbol = format!("difference.{}", pair.law);
            let meaning = format!("CRPS above that of {}", pair.best);
            all.push(Estimate {
                standard_error: pair.standard_error,
                ..Estimate::point(&symbol, &meaning, "1", pair.difference)
            });
        }
        all
    }

    fn show(outcome: &Comparison) -> Section {
        show::section(outcome)
    }
}

fn refused<T>(detail: String) -> Result<T, MethodError> {
    Err(MethodError::Settings { method: card::STATIC.id, detail })
}

/// The fit to all rows, from more starts than one before an origin.
fn whole(entrant: &Entrant) -> Result<Fit, FitError> {
    fitted(entrant.law, &entrant.rows, WHOLE)
}

/// Scores, pairs and verdict, what does not depend on them left empty.
fn assembled(
    given: &Given,
    entrants: &[Entrant],
    origins: &[Origin],
    told: &[Result<Vec<Vec<Forecast>>, String>],
    fits: &[Result<Fit, String>],
) -> Result<Comparison, MethodError> {
    let measured = entrants[0].measured();
    let rows = measured.len();
    let entry = |(i, entrant): (usize, &Entrant)| {
        let said = told[i].as_ref().map(|all| all.iter().collect::<Vec<_>>());
        let scored = said.as_ref().ok().map(|all| scores(all, measured, origins, given.level));
        let sound = |scores: &Scores| scores.crps.is_finite() && scores.log_score.is_finite();
        let failed = match (&said, &scored) {
            (Err(why), _) => Some((*why).clone()),
            (_, Some(scores)) if !sound(scores) => Some("its scores are not finite".to_owned()),
            _ => None,
        };
        let whole = fits[i].as_ref().ok();
        let params = entrant.law.card().params.iter();
        Entry {
            law: entrant.id().to_owned(),
            scores: scored.filter(sound),
            failed,
            parameters: entrant.law.card().params.len(),
            criteria: whole.and_then(criteria),
            estimates: whole.map_or_else(Vec::new, |fit| {
                params.map(|param| param.symbol.to_owned()).zip(fit.theta.iter().copied()).collect()
            }),
            undetermined: said.map_or(0, |all| all.iter().flat_map(|o| o.iter()).filter(|f| !f.determined).count()),
        }
    };
    let mut laws: Vec<Entry> = entrants.iter().enumerate().map(entry).collect();
    let crps = |entry: &Entry| entry.scores.as_ref().map_or(f64::INFINITY, |scores| scores.crps);
    laws.sort_by(|a, b| crps(a).total_cmp(&crps(b)));
    warn(given, &laws, origins.len(), rows);
    let scored: Vec<(&str, &Scores)> =
        laws.iter().filter_map(|entry| Some((entry.law.as_str(), entry.scores.as_ref()?))).collect();
    let Some(((best, best_scores), others)) = scored.split_first() else {
        let why = laws.iter().filter_map(|entry| Some(format!("{}: {}", entry.law, entry.failed.as_ref()?)));
        return Err(MethodError::refused(format!("no law could be scored ({})", why.collect::<Vec<_>>().join("; "))));
    };
    let pairs: Vec<Pair> = others
        .iter()
        .map(|(law, scores)| pair((best, &best_scores.by_origin), (law, &scores.by_origin), rows))
        .collect();
    let alike = pairs.iter().filter(|pair| !pair.shown).map(|pair| pair.law.clone());
    let not_worse: Vec<String> = std::iter::once((*best).to_owned()).chain(alike).collect();
    let winner = (not_worse.len() == 1 && !pairs.is_empty()).then(|| not_worse[0].clone());
    let said = |law: &String| {
        let i = entrants.iter().position(|entrant| entrant.id() == law)?;
        Some(told[i].as_ref().ok()?.iter().collect::<Vec<_>>())
    };
    let together: Vec<Vec<&Vec<Forecast>>> = not_worse.iter().filter_map(said).collect();
    let average = (together.len() > 1).then(|| average_scores(&together, measured, origins, given.level));
    Ok(Comparison {
        verdict: claim(&not_worse, &pairs, (rows, origins.len(), "origin")),
        winner,
        not_worse,
        pairs,
        average,
        origins: Vec::new(),
        predictions: Vec::new(),
        at: Vec::new(),
        by: String::new(),
        split: crate::methods::compare::Split::Blocks,
        rows,
        source: entrants[0].rows.provenance.source.clone(),
        output: entrants[0].law.card().output.symbol.to_owned(),
        level: given.level,
        laws,
    })
}

fn warn(given: &Given, laws: &[Entry], origins: usize, rows: usize) {
    if rows < ROWS || origins < ORIGINS {
        let text = format!(
            "{rows} rows and {origins} origins are too few to call one law better: at least {ROWS} rows and {ORIGINS} origins are needed."
        );
        given.warn(Warning::new("too-few-to-claim", text));
    }
    for entry in laws {
        if let Some(why) = &entry.failed {
            given.warn(Warning::new("law-failed", format!("{} has no scores: {why}.", entry.law)));
        }
        if entry.undetermined > 0 {
            let text = format!(
                "The rows before an origin do not determine what {} says of {} held-out rows: its spread there is understated.",
                entry.law, entry.undetermined
            );
            given.warn(Warning::new("forecast-not-determined", text));
        }
    }
}

/// What every law says of the run that was asked for, and the average of those not shown to be worse.
fn predictions(
    given: &Given,
    entrants: &[Entrant],
    fits: &[Result<Fit, String>],
    outcome: &Comparison,
) -> Result<Vec<Predicted>, MethodError> {
    if outcome.at.is_empty() {
        return Ok(Vec::new());
    }
    let mut all: Vec<Predicted> = Vec::new();
    let mut alike: Vec<Mixture> = Vec::new();
    let predicted = |law: &str, ln: &Mixture| {
        let run = NewRun::of(ln, given.level)?;
        Some(Predicted { law: law.to_owned(), estimate: run.median, lower: run.lower, upper: run.upper })
    };
    for entry in &outcome.laws {
        let Some(i) = entrants.iter().position(|entrant| entrant.id() == entry.law) else { continue };
        let card = entrants[i].law.card();
        let value = |symbol: &str| outcome.at.iter().find(|(s, _)| s == symbol).map(|(_, value)| *value);
        let missing = card.inputs.iter().find(|input| value(input.symbol).is_none());
        if let Some(input) = missing {
            return refused(format!("at does not say {}, which {} needs", input.symbol, card.id));
        }
        let x: Vec<f64> = card.inputs.iter().filter_map(|input| value(input.symbol)).collect();
        let forecast = fits[i].as_ref().ok().and_then(|fit| Forecaster::new(fit, given.level)?.at(&x));
        let Some((forecast, one)) = forecast.and_then(|f| Some((predicted(card.id, &f.beside)?, f.beside))) else {
            given.warn(Warning::new(
                "no-prediction",
                format!("{} says nothing of the run that was asked for.", card.id),
            ));
            continue;
        };
        all.push(forecast);
        if outcome.not_worse.contains(&entry.law) {
            alike.push(one);
        }
    }
    if alike.len() > 1 {
        all.extend(predicted("average", &Mixture::average(&alike)));
    }
    Ok(all)
}
