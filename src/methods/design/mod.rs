//! Which runs to train next, so that a number beyond the rows becomes better known: chosen with the
//! law allowed to be wrong, beside what people do by habit, each choice simulated.

mod card;
mod choices;
mod outcome;
mod show;
mod target;

pub use outcome::{Choice, Now, Outcome, Run};

use crate::base::objective::{Loss, Objective, Residual};
use crate::data::ingest::Request;
use crate::data::measurements::Warning;
use crate::engine::design::{Effect, Effort, Fitted, Goal, Trial};
use crate::engine::fit::{Spec, fit};
use crate::laws;
use crate::methods::method::{Amount, Author, Card, Given, MethodError};
use crate::record::Estimate;
use crate::record::chart::Section;
use choices::{Made, Offer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Runs at most, and simulated outcomes at most, that a design may ask for.
const MOST: (usize, usize) = (64, 20_000);

/// Which runs to train next.
pub struct Design;

/// What they are to tell, and what they may cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What the runs are to tell.
    pub target: String,
    /// What they may cost together.
    #[serde(default)]
    pub budget: Option<Amount>,
    /// The law to fit, where rows are given and no fit.
    #[serde(default)]
    pub law: Option<String>,
    /// Take the law for exactly right.
    #[serde(default)]
    pub trust_law: bool,
    /// Runs at most.
    #[serde(default = "eight")]
    pub runs: usize,
    /// Inputs that the choice is not over.
    #[serde(default)]
    pub at: BTreeMap<String, Amount>,
    /// Simulated outcomes of each choice.
    #[serde(default = "two_hundred")]
    pub replicates: usize,
}

const fn eight() -> usize {
    8
}

const fn two_hundred() -> usize {
    200
}

impl Author for Design {
    const CARD: Card = card::CARD;
    type Settings = Settings;
    type Outcome = Outcome;

    fn run(given: &Given, settings: &Settings) -> Result<Outcome, MethodError> {
        for (key, value, most) in [("runs", settings.runs, MOST.0), ("replicates", settings.replicates, MOST.1)] {
            if !(1..=most).contains(&value) {
                return refused(format!("{key} = {value} must lie between 1 and {most}"));
            }
        }
        let (name, fitted) = start(given, settings)?;
        let card = fitted.law().card();
        let fixed: Vec<(String, f64)> = settings.at.iter().map(|(symbol, v)| (symbol.clone(), v.0)).collect();
        if let Some((symbol, _)) = fixed.iter().find(|(symbol, _)| card.input(symbol).is_none()) {
            return refused(format!("at speaks of {symbol}, which is no input of `{}`", card.id));
        }
        let goal = target::read(&settings.target, &fitted, &fixed)?;
        let effort = Effort { replicates: settings.replicates, seed: given.seed, level: given.level };
        let known = goal.targets(&fitted).is_some();
        let Some(trial) = Trial::new(&fitted, &goal, effort).filter(|_| known) else {
            return Err(MethodError::refused(format!(
                "the fit says nothing of `{}`: it has no such value at its answer, or none that a run would change",
                settings.target
            )));
        };
        if trial.is_met(&goal) {
            return Err(MethodError::refused("the rows determine the law well already: no run is needed for that"));
        }
        let offer = Offer::read(given, settings, &fitted, fixed, settings.target == target::IDENTIFIABILITY)?;
        let made = offer.choices(&fitted, &goal, settings);
        if made.first().is_none_or(|made| made.runs.is_empty()) {
            let cheapest = offer.cheapest();
            return Err(MethodError::refused(format!(
                "no candidate that a budget of {:e} buys tells anything of `{}`{cheapest}",
                offer.budget, settings.target
            )));
        }
        Ok(told(given, settings, (&name, &fitted), &goal, &trial, &offer, made))
    }

    fn quantities(outcome: &Outcome) -> Vec<Estimate> {
        outcome.quantities()
    }

    fn show(outcome: &Outcome) -> Section {
        show::section(outcome)
    }
}

fn refused<T>(detail: String) -> Result<T, MethodError> {
    Err(MethodError::Settings { method: card::STATIC.id, detail })
}

/// The fit to start from, and its name.
fn start(given: &Given, settings: &Settings) -> Result<(String, Fitted), MethodError> {
    match (given.fits.first(), given.has("runs"), &settings.law) {
        (Some(fit), false, None) => {
            let fitted = fit.fitted.clone().ok_or_else(|| {
                MethodError::Unsuited(format!(
                    "`{}` has no rows with noise to weigh new runs against: start from a fit of a table (`scaling fit … --out DIR`) whose predictions are positive",
                    fit.name
                ))
            })?;
            Ok((fit.name.clone(), fitted))
        }
        (Some(_), _, _) => {
            refused("a fit brings its own rows and law: give either it, or a table and a law".to_owned())
        }
        (None, false, _) => refused("name a fit, or a table of runs and a law".to_owned()),
        (None, true, None) => refused("rows without a fit need a law: law = \"chinchilla\"".to_owned()),
        (None, true, Some(id)) => {
            let fault = |detail| MethodError::Settings { method: card::STATIC.id, detail };
            let none = || fault(format!("there is no law `{id}`; `scaling laws` lists them"));
            let law = laws::sought(id).map_err(fault)?.ok_or_else(none)?;
            let rows = given.read_columns(&card::STATIC, "runs", Request::of(law))?;
            let objective = Objective { residual: Residual::Log, loss: Loss::AdaptiveHuber };
            let fit = fit(&Spec::new(law, objective), &rows)?;
            let none =
                || MethodError::refused(format!("the rows show no noise around `{id}` to weigh new runs against"));
            Ok((rows.provenance.source, Fitted::of_fit(&fit).ok_or_else(none)?))
        }
    }
}

fn told(
    given: &Given,
    settings: &Settings,
    (name, fitted): (&str, &Fitted),
    goal: &Goal,
    trial: &Trial<'_>,
    offer: &Offer,
    made: Vec<Made>,
) -> Outcome {
    let card = fitted.law().card();
    let widths = trial.now();
    let positive: Vec<bool> = trial.asked().iter().map(|one| one.is_positive(fitted)).collect();
    let width = |k: usize, w: Option<f64>| w.map(|w| if positive[k] { w.exp() } else { w }).filter(|w| w.is_finite());
    let now = trial.effect(goal, &[]);
    let choice = |made: Made| {
        let runs: Vec<Vec<f64>> = made.runs.iter().map(|run| run.x.clone()).collect();
        let effect = trial.effect(goal, &runs);
        if effect.lost > 0 {
            let message = format!("{} of {} simulated refits came to nothing.", effect.lost, 2 * settings.replicates);
            given.warn(Warning::new("refits-lost", message));
        }
        Choice {
            id: made.id.to_owned(),
            name: made.name.to_owned(),
            cost: made.runs.iter().map(|run| run.cost).sum(),
            runs: counted(&made),
            linear: effect.linear,
            share: share(&widths, &effect),
            width: width(0, effect.widths[0]),
            error: effect.error,
            error_if_wrong: effect.error_if_wrong,
            determined: effect.determined,
        }
    };
    let choices: Vec<Choice> = made.into_iter().map(choice).collect();
    if widths.iter().any(Option::is_none) {
        let message = "An interval has no end as it is: shares of its width do not exist, and the linearised belief about it rests on the prior.";
        given.warn(Warning::new("open-interval", message));
    }
    let asked = trial.asked().iter().enumerate().map(|(k, one)| Now {
        name: show::name(card, one),
        estimate: one.value(fitted.law(), fitted.theta()),
        width: width(k, widths[k]),
    });
    Outcome {
        fit: name.to_owned(),
        law: card.id.to_owned(),
        target: settings.target.clone(),
        asked: asked.collect(),
        budget: offer.budget,
        unit: offer.unit.clone(),
        spent: fitted.spent().map(|(sum, _)| sum).filter(|sum| sum.is_finite()),
        inputs: card.inputs.iter().map(|input| input.symbol.to_owned()).collect(),
        rows: fitted.setup.rows.inputs.clone(),
        noise: fitted.noise.scale,
        candidates: offer.count(settings.trust_law),
        listed: offer.listed(),
        level: given.level,
        replicates: settings.replicates,
        choices,
        error_now: (now.error, now.error_if_wrong),
        determined_now: now.determined,
    }
}

/// The geometric mean of widths after and before.
fn share(now: &[Option<f64>], effect: &Effect) -> Option<f64> {
    let logs = now.iter().zip(&effect.widths).map(|(now, after)| Some((after.as_ref()? / now.as_ref()?).ln()));
    let sum = logs.sum::<Option<f64>>()?;
    Some((sum / now.len() as f64).exp()).filter(|v| v.is_finite())
}

/// Equal runs counted, the dearest first.
fn counted(made: &Made) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    for (k, run) in made.runs.iter().enumerate() {
        let row = made.rows.get(k).copied();
        match out.iter_mut().find(|known| known.x == run.x && known.row == row) {
            Some(known) => known.count += 1,
            None => out.push(Run { x: run.x.clone(), count: 1, cost: run.cost, row }),
        }
    }
    out.sort_by(|a, b| b.cost.total_cmp(&a.cost));
    out
}
