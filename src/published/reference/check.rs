//! Printed against ours.

use super::{Expect, Expected, FitReference, From, Kind, Reference, Value};
use crate::engine::optimum::admissible;
use crate::law::Law;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What came of one comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Met, as expected.
    Agrees,
    /// Missed, as recorded and explained.
    ContradictsAsRecorded,
    /// Missed without an explanation, met against one, or not computed at all.
    Surprise,
}

/// One printed number and ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// `besiroglu2024/main`.
    pub reference: String,
    /// `A`, or `L at D=1.4e12, N=70e9`.
    pub quantity: String,
    /// As printed.
    pub printed: String,
    /// Ours; none where it could not be computed.
    pub ours: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
    /// What the printed number rests on.
    pub kind: Kind,
    /// Where in the source.
    #[serde(rename = "where")]
    pub location: String,
    /// Why it is contradicted, or what went wrong.
    pub why: String,
}

/// A refit's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Refit {
    /// Parameters in card order, fixed ones included.
    pub theta: Vec<f64>,
    /// The objective there, a sum over rows.
    pub objective: f64,
    /// Standard error and interval (lower, upper) of a parameter or derived quantity, by symbol;
    /// empty without a bootstrap.
    pub spread: BTreeMap<String, (f64, f64, f64)>,
}

/// How given parameters do on the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The objective, a sum over rows.
    pub objective: f64,
    /// 1 − Σ(y − ŷ)²/Σ(y − ȳ)², on the measurement itself.
    pub r2: f64,
    /// The same on the scale of the objective's residual.
    pub r2_scaled: f64,
    /// Largest log-likelihood over a free scale of the residuals, if the loss has one in closed form.
    pub log_likelihood: Option<f64>,
    /// Logarithm of the scale that maximises it, where the loss leaves it free.
    pub ln_scale: Option<f64>,
    /// Rows used.
    pub rows: usize,
}

/// What checking needs from the layers above: fitting, data and numeric optima. An error is one
/// sentence, and becomes a surprise.
pub trait Engine {
    /// Repeats the procedure that a reference states.
    fn refit(&self, fit: &FitReference) -> Result<Refit, String>;
    /// Scores parameters on the rows that a reference states.
    fn score(&self, fit: &FitReference, theta: &[f64]) -> Result<Score, String>;
    /// All inputs at the numeric optimum under the law's own cost; `x` has NaN for what is free.
    fn optimum(&self, law: &dyn Law, theta: &[f64], x: &[f64], budget: f64) -> Result<Vec<f64>, String>;
}

/// Compares every number of `references`. Without an engine, only those that follow from printed
/// parameters in closed form.
pub fn check(references: &[Reference], engine: Option<&dyn Engine>) -> Vec<Check> {
    let mut checker = Checker { references, engine, refits: BTreeMap::new() };
    references.iter().flat_map(|reference| &reference.fits).flat_map(|fit| checker.fit(fit)).collect()
}

struct Checker<'a> {
    references: &'a [Reference],
    engine: Option<&'a dyn Engine>,
    refits: BTreeMap<String, Result<Refit, String>>,
}

/// None: cannot be had without an engine.
type Answer = Option<Result<f64, String>>;

impl Checker<'_> {
    fn fit(&mut self, fit: &FitReference) -> Vec<Check> {
        let mut checks = Vec::new();
        let from = if fit.expect == Expect::ValueOnly { From::Params } else { From::Refit };
        if from == From::Refit {
            for (i, param) in fit.law.card().params.iter().enumerate().filter(|(i, _)| !fit.fixed.contains(i)) {
                if let Some(expected) = &fit.params[i] {
                    let ours = self.refit(fit).map(|refit| refit.map(|refit| refit.theta[i]));
                    checks.extend(judge(fit, param.symbol, expected, &fit.location, fit.kind, ours));
                }
            }
            if let Some(expected) = &fit.objective_value {
                let ours = self.refit(fit).map(|refit| refit.map(|refit| refit.objective));
                checks.extend(judge(fit, "objective", expected, &fit.location, fit.kind, ours));
            }
        }
        for (symbol, expected) in &fit.derived {
            let ours = self.theta(fit, from).map(|theta| theta.and_then(|theta| derived(fit.law, symbol, &theta, &[])));
            checks.extend(judge(fit, symbol, expected, &fit.location, fit.kind, ours));
        }
        for value in &fit.values {
            let ours = self.value(fit, value);
            checks.extend(judge(fit, &label(value), &value.expected, &value.location, value.kind, ours));
        }
        checks
    }

    fn refit(&mut self, fit: &FitReference) -> Option<Result<Refit, String>> {
        let engine = self.engine?;
        Some(self.refits.entry(fit.name.clone()).or_insert_with(|| engine.refit(fit)).clone())
    }

    fn theta(&mut self, fit: &FitReference, from: From) -> Option<Result<Vec<f64>, String>> {
        match from {
            From::Params => Some(Ok(fit.printed_theta())),
            From::Refit => self.refit(fit).map(|refit| refit.map(|refit| refit.theta)),
        }
    }

    fn value(&mut self, fit: &FitReference, value: &Value) -> Answer {
        let theta = match self.theta(fit, value.from)? {
            Ok(theta) => theta,
            Err(message) => return Some(Err(message)),
        };
        let mut at: BTreeMap<String, f64> = value.at.iter().map(|(key, number)| (key.clone(), number.value)).collect();
        if let Some(via) = &value.via {
            match self.via(via, value.from, &at)? {
                Ok((symbol, prediction)) => at.insert(symbol, prediction),
                Err(message) => return Some(Err(message)),
            };
        }
        match value.quantity.split_once('/') {
            None => self.quantity(fit, value, &value.quantity, &theta, &at),
            Some((over, under)) => {
                let over = self.quantity(fit, value, over, &theta, &at)?;
                let under = self.quantity(fit, value, under, &theta, &at)?;
                Some(over.and_then(|over| under.map(|under| over / under)))
            }
        }
    }

    /// What another fit predicts at `at`: its output's symbol and value.
    fn via(&mut self, name: &str, from: From, at: &BTreeMap<String, f64>) -> Option<Result<(String, f64), String>> {
        let fits = self.references.iter().flat_map(|reference| &reference.fits);
        let Some(fit) = fits.into_iter().find(|fit| fit.name == name) else {
            return Some(Err(format!("there is no published fit {name}")));
        };
        let theta = self.theta(fit, from)?;
        Some(theta.and_then(|theta| {
            let card = fit.law.card();
            Ok((card.output.symbol.to_owned(), fit.law.predict(&inputs(fit.law, at)?, &theta)))
        }))
    }

    fn quantity(
        &mut self,
        fit: &FitReference,
        value: &Value,
        quantity: &str,
        theta: &[f64],
        at: &BTreeMap<String, f64>,
    ) -> Answer {
        let (law, card) = (fit.law, fit.law.card());
        if let Some(symbol) = quantity.strip_prefix("optimum.") {
            return Some(optimum(self.engine?, law, symbol, value, theta, at));
        }
        if let Some((part, symbol)) = quantity.split_once('.') {
            if part == "error" && symbol == card.output.symbol {
                let prediction = inputs(law, at).map(|x| law.predict(&x, theta));
                let measured = at.get(symbol).ok_or_else(|| format!("the measured {symbol} is not given"));
                return Some(prediction.and_then(|p| measured.map(|m| (p - m).abs() / m.abs())));
            }
            return self.refit(fit).map(|refit| refit.and_then(|refit| spread(&refit, part, symbol)));
        }
        if matches!(quantity, "objective" | "r2" | "r2_scaled" | "log_likelihood" | "ln_scale" | "rows") {
            let score = self.engine?.score(fit, theta);
            return Some(score.and_then(|score| match quantity {
                "objective" => Ok(score.objective),
                "r2" => Ok(score.r2),
                "r2_scaled" => Ok(score.r2_scaled),
                "rows" => Ok(score.rows as f64),
                "ln_scale" => score.ln_scale.ok_or_else(|| "this loss has no free scale".to_owned()),
                _ => score.log_likelihood.ok_or_else(|| "this loss has no log-likelihood in closed form".to_owned()),
            }));
        }
        if quantity == card.output.symbol {
            return Some(inputs(law, at).map(|x| law.predict(&x, theta)));
        }
        if let Some(i) = card.param(quantity) {
            return Some(Ok(theta[i]));
        }
        if let ("cost", Some(allocation)) = (quantity, card.allocation) {
            return Some(inputs(law, at).map(|x| (allocation.cost.of)(&x)));
        }
        let needs = card.derived(quantity).map_or(&[][..], |derived| derived.needs);
        let conditions: Result<Vec<f64>, String> = needs.iter().map(|need| condition(at, need)).collect();
        Some(conditions.and_then(|conditions| derived(law, quantity, theta, &conditions)))
    }
}

fn condition(at: &BTreeMap<String, f64>, symbol: &str) -> Result<f64, String> {
    at.get(symbol).copied().ok_or_else(|| format!("{symbol} is not given"))
}

fn inputs(law: &dyn Law, at: &BTreeMap<String, f64>) -> Result<Vec<f64>, String> {
    let card = law.card();
    let given = card.inputs.iter().map(|input| Ok((input.symbol.to_owned(), condition(at, input.symbol)?)));
    let given = given.collect::<Result<Vec<_>, String>>()?;
    admissible(card, &given).map_err(|error| error.to_string())?;
    Ok(given.into_iter().map(|(_, value)| value).collect())
}

fn derived(law: &dyn Law, symbol: &str, theta: &[f64], at: &[f64]) -> Result<f64, String> {
    let card = law.card();
    let derived = card.derived(symbol).ok_or_else(|| format!("{} derives no {symbol}", card.id))?;
    Ok((derived.value)(theta, at))
}

fn spread(refit: &Refit, part: &str, symbol: &str) -> Result<f64, String> {
    let (se, lower, upper) =
        refit.spread.get(symbol).ok_or_else(|| format!("the refit gives no spread of {symbol}"))?;
    match part {
        "se" => Ok(*se),
        "lower" => Ok(*lower),
        "upper" => Ok(*upper),
        "width" => Ok(upper - lower),
        _ => Err(format!("there is no quantity {part}.{symbol}")),
    }
}

fn optimum(
    engine: &dyn Engine,
    law: &dyn Law,
    symbol: &str,
    value: &Value,
    theta: &[f64],
    at: &BTreeMap<String, f64>,
) -> Result<f64, String> {
    let card = law.card();
    let budget = value.budget.as_ref().ok_or("an optimum needs a budget")?.value;
    let free = card.allocation.ok_or_else(|| format!("{} does not say what a budget buys", card.id))?.free;
    let x: Result<Vec<f64>, String> = card
        .inputs
        .iter()
        .map(|input| match at.get(input.symbol) {
            Some(value) => Ok(*value),
            None if free.contains(&input.symbol) || input.integer => Ok(f64::NAN),
            None => Err(format!("{} is not given", input.symbol)),
        })
        .collect();
    let best = engine.optimum(law, theta, &x?, budget)?;
    match card.input(symbol) {
        Some(i) => Ok(best[i]),
        None if symbol == card.output.symbol => Ok(law.predict(&best, theta)),
        None => Err(format!("{symbol} is neither an input nor the output of {}", card.id)),
    }
}

impl Expected {
    /// Our number, whether it is as expected, and why not.
    pub fn judge(&self, ours: f64) -> (Option<f64>, Verdict, String) {
        if !ours.is_finite() {
            return (None, Verdict::Surprise, format!("ours is {ours}"));
        }
        let (verdict, why) = match (self.tolerance.met(&self.printed, ours), self.contradict.clone()) {
            (true, None) => (Verdict::Agrees, String::new()),
            (false, Some(why)) => (Verdict::ContradictsAsRecorded, why),
            (true, Some(why)) => (Verdict::Surprise, format!("agrees, against the record: {why}")),
            (false, None) => (Verdict::Surprise, "disagrees".to_owned()),
        };
        (Some(ours), verdict, why)
    }
}

/// `L at D=1.4e12, N=70e9`.
fn label(value: &Value) -> String {
    let given = value.at.iter().map(|(key, number)| format!("{key}={}", number.text));
    let all: Vec<String> = given.chain(value.budget.iter().map(|budget| format!("budget={}", budget.text))).collect();
    if all.is_empty() { value.quantity.clone() } else { format!("{} at {}", value.quantity, all.join(", ")) }
}

fn judge(
    fit: &FitReference,
    quantity: &str,
    expected: &Expected,
    location: &str,
    kind: Kind,
    ours: Answer,
) -> Option<Check> {
    let (ours, verdict, why) = match ours? {
        Err(message) => (None, Verdict::Surprise, message),
        Ok(ours) => expected.judge(ours),
    };
    Some(Check {
        reference: fit.name.clone(),
        quantity: quantity.to_owned(),
        printed: expected.printed.text.clone(),
        ours,
        verdict,
        kind,
        location: location.to_owned(),
        why,
    })
}
