//! The files as written, and their translation: strings stop here.

use super::claim::{self, WireClaim};
use super::cost::{self, WireCost};
use super::{
    Bootstrap, Data, Expect, Expected, FitReference, From, Kind, Printed, Recommends, Reference, ReferenceError,
    Tolerance, Value, Weights,
};
use crate::base::objective::Objective;
use crate::base::objective::words::{Delta, LossKind, Scale, Words};
use crate::base::units::Unit;
use crate::base::word::Word;
use crate::data::ingest::Source;
use crate::data::ingest::is_beside;
use crate::laws;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Texts = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireReference {
    key: String,
    title: String,
    arxiv: Option<String>,
    #[serde(default)]
    fit: Vec<WireFit>,
    #[serde(default)]
    claim: Vec<WireClaim>,
    #[serde(default)]
    cost: Vec<WireCost>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireFit {
    id: String,
    law: String,
    #[serde(rename = "where")]
    location: String,
    kind: Kind,
    expect: Expect,
    #[serde(default)]
    why: String,
    dataset: Option<String>,
    #[serde(default)]
    map: Texts,
    keep: Option<String>,
    exclude: Option<String>,
    weights: Option<WireWeights>,
    objective: Option<WireObjective>,
    objective_value: Option<String>,
    #[serde(default)]
    fixed: Vec<String>,
    #[serde(default)]
    near: Texts,
    bootstrap: Option<WireBootstrap>,
    #[serde(default)]
    params: Texts,
    #[serde(default)]
    derived: Texts,
    #[serde(default)]
    digits: BTreeMap<String, u32>,
    #[serde(default)]
    tolerance: Texts,
    #[serde(default)]
    contradict: Texts,
    recommends: Option<Recommends>,
    #[serde(default)]
    units: String,
    #[serde(default)]
    input_units: Texts,
    #[serde(default)]
    value: Vec<WireValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireObjective {
    residual: Scale,
    loss: LossKind,
    delta: Option<String>,
    tau: Option<String>,
    nu: Option<String>,
    factor: Option<String>,
    offset: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireWeights {
    column: String,
    power: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireBootstrap {
    replicates: String,
    level: String,
    seed: String,
    share: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WireExpect {
    #[default]
    Agree,
    Contradict,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireValue {
    quantity: String,
    #[serde(default)]
    at: Texts,
    budget: Option<String>,
    via: Option<String>,
    #[serde(default)]
    from: From,
    printed: String,
    tolerance: Option<String>,
    mcse: Option<String>,
    #[serde(default)]
    expect: WireExpect,
    #[serde(default)]
    why: String,
    #[serde(rename = "where")]
    location: Option<String>,
    kind: Option<Kind>,
}

/// Reads one file's text; `key` is the file's name without its ending, `folder` where the data
/// beside it lie, if they may.
pub(super) fn parse(file: &str, key: &str, text: &str, folder: Option<&Path>) -> Result<Reference, ReferenceError> {
    let wire: WireReference = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        let message = format!("line {line}: {}", error.message().replace('\n', "; "));
        ReferenceError::Malformed { file: file.to_owned(), message }
    })?;
    let complain = |message: String| ReferenceError::Inconsistent { reference: file.to_owned(), message };
    if wire.key != key {
        return Err(complain(format!("says it is {:?}", wire.key)));
    }
    let mut ids = BTreeSet::new();
    let mut fits = Vec::new();
    for fit in wire.fit {
        if !ids.insert(fit.id.clone()) {
            return Err(complain(format!("two fits are called {:?}", fit.id)));
        }
        let reference = format!("{file}: fit {:?}", fit.id);
        let name = format!("{key}/{}", fit.id);
        fits.push(fit.read(name, folder).map_err(|message| ReferenceError::Inconsistent { reference, message })?);
    }
    let claims = claim::read(file, key, wire.claim, &mut ids, folder)?;
    let costs = cost::read(file, key, wire.cost, &mut ids)?;
    if fits.is_empty() && claims.is_empty() && costs.is_empty() {
        return Err(complain("holds neither a [[fit]] nor a [[claim]] nor a [[cost]]".to_owned()));
    }
    Ok(Reference { key: wire.key, title: wire.title, arxiv: wire.arxiv, fits, claims, costs })
}

fn number(key: &str, text: &str) -> Result<Printed, String> {
    Printed::parse(text).ok_or_else(|| format!("{key} = {text:?} is not a number"))
}

/// Where the rows are: a file beside the reference if there is one, else a built-in data set.
pub(super) fn source(dataset: &str, folder: Option<&Path>) -> Result<Source, String> {
    // Whoever wrote the reference has no say over the reader's other files.
    let beside = folder.filter(|_| is_beside(dataset)).map(|folder| folder.join(dataset)).filter(|path| path.is_file());
    let place = folder.map_or(String::new(), |folder| format!(" nor a file in {}", folder.display()));
    beside
        .map(Source::File)
        .or_else(|| Source::built_in(dataset))
        .ok_or_else(|| format!("dataset = {dataset:?} is no built-in data set{place}"))
}

fn share(text: &str) -> Result<f64, String> {
    let share = number("share", text)?.value;
    if share > 0.0 && share < 1.0 { Ok(share) } else { Err(format!("share = {text:?} must lie between 0 and 1")) }
}

fn whole<T: std::str::FromStr>(key: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{key} = {text:?} is not a whole number"))
}

impl WireFit {
    fn read(self, name: String, folder: Option<&Path>) -> Result<FitReference, String> {
        let law = laws::find(&self.law).ok_or_else(|| format!("there is no law {:?}", self.law))?;
        let card = law.card();
        let position =
            |symbol: &String| card.param(symbol).ok_or_else(|| format!("{symbol} is no parameter of {}", card.id));
        let refitted = self.expect != Expect::ValueOnly;
        if self.expect == Expect::Contradict && self.why.is_empty() {
            return Err("contradicts without saying why".to_owned());
        }
        if self.weights.is_some() && self.dataset.is_none() {
            return Err("weights the rows of no dataset".to_owned());
        }
        if refitted && (self.dataset.is_none() || self.objective.is_none()) {
            return Err("is to be refitted, but names no dataset or no objective".to_owned());
        }
        for symbol in self.params.keys() {
            position(symbol)?;
        }
        for symbol in self.derived.keys() {
            match card.derived(symbol) {
                Some(derived) if derived.needs.is_empty() => {}
                Some(_) => return Err(format!("derived {symbol} needs conditions: give it as a value")),
                None => return Err(format!("{} derives no {symbol}", card.id)),
            }
        }
        self.check_keys()?;
        for (symbol, unit) in &self.input_units {
            if card.input(symbol).is_none() || Unit::parse(unit).is_err() {
                return Err(format!("input_units: {symbol} = {unit:?} is no unit of an input of {}", card.id));
            }
        }
        let params = card
            .params
            .iter()
            .map(|param| self.params.get(param.symbol).map(|text| self.expected(param.symbol, text)).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        // What follows from some parameters alone, a ratio say, can be held to print without the others.
        if !refitted && params.iter().any(Option::is_none) && self.value.is_empty() {
            return Err("lacks a parameter".to_owned());
        }
        let fixed = self.fixed.iter().map(position).collect::<Result<Vec<_>, _>>()?;
        if fixed.iter().any(|&i| params[i].is_none()) {
            return Err("fixes a parameter whose value it does not give".to_owned());
        }
        let near = self.near.iter().map(|(k, text)| Ok((position(k)?, number(k, text)?.value)));
        let derived = self.derived.iter().map(|(k, text)| Ok((k.clone(), self.expected(k, text)?)));
        Ok(FitReference {
            near: near.collect::<Result<_, String>>()?,
            derived: derived.collect::<Result<_, String>>()?,
            objective: self.objective.as_ref().map(WireObjective::read).transpose()?,
            objective_value: self.objective_value.as_ref().map(|text| self.expected("objective", text)).transpose()?,
            bootstrap: self.bootstrap.as_ref().map(WireBootstrap::read).transpose()?,
            values: self.value.iter().map(|value| value.read(&self)).collect::<Result<_, _>>()?,
            data: self.data(folder)?,
            name,
            law,
            location: self.location,
            kind: self.kind,
            expect: self.expect,
            why: self.why,
            units: self.units,
            input_units: self.input_units.into_iter().collect(),
            recommends: self.recommends,
            fixed,
            params,
        })
    }

    fn data(&self, folder: Option<&Path>) -> Result<Option<Data>, String> {
        let weights = self.weights.as_ref().map(|weights| {
            let power = number("power", &weights.power)?.value;
            Ok::<_, String>(Weights { column: weights.column.clone(), power })
        });
        let weights = weights.transpose()?;
        let Some(dataset) = &self.dataset else { return Ok(None) };
        Ok(Some(Data {
            source: source(dataset, folder)?,
            map: self.map.clone().into_iter().collect(),
            keep: self.keep.clone(),
            exclude: self.exclude.clone(),
            weights,
        }))
    }

    /// Tolerances and contradictions must speak of something that is compared.
    fn check_keys(&self) -> Result<(), String> {
        for key in self.digits.keys().chain(self.tolerance.keys()).chain(self.contradict.keys()) {
            let known = key == "*"
                || (key == "objective" && self.objective_value.is_some())
                || self.params.contains_key(key)
                || self.derived.contains_key(key);
            if !known {
                return Err(format!("speaks of {key}, but prints no such number"));
            }
        }
        Ok(())
    }

    fn expected(&self, key: &str, text: &str) -> Result<Expected, String> {
        let relative = self.tolerance.get(key).or_else(|| self.tolerance.get("*"));
        let tolerance = match (self.digits.get(key), relative) {
            (Some(digits), _) => Tolerance::Digits(*digits),
            (None, Some(relative)) => Tolerance::Relative(number("tolerance", relative)?.value),
            (None, None) => Tolerance::Printed { mcse: 0.0 },
        };
        let all = (self.expect == Expect::Contradict).then(|| self.why.clone());
        let contradict = self.contradict.get(key).cloned().or(all);
        Ok(Expected { printed: number(key, text)?, tolerance, contradict })
    }
}

impl WireObjective {
    fn read(&self) -> Result<Objective, String> {
        let of = |name: &str, text: &Option<String>| -> Result<Option<f64>, String> {
            text.as_ref().map(|text| Ok(number(name, text)?.value)).transpose()
        };
        let delta = match self.delta.as_deref() {
            Some("auto") => Some(Delta::Auto),
            // A published number is of a stated objective: what a user leaves to the program is said here.
            None if self.loss.takes_delta() => return Err(format!("loss {} needs a delta", self.loss.name())),
            _ => of("delta", &self.delta)?.map(Delta::Fixed),
        };
        let words = Words {
            objective: None,
            residual: Some(self.residual),
            loss: Some(self.loss),
            delta,
            tau: of("tau", &self.tau)?,
            nu: of("nu", &self.nu)?,
            factor: of("factor", &self.factor)?,
            offset: of("offset", &self.offset)?,
        };
        words.objective()
    }
}

impl WireBootstrap {
    fn read(&self) -> Result<Bootstrap, String> {
        Ok(Bootstrap {
            replicates: whole("replicates", &self.replicates)?,
            level: number("level", &self.level)?.value,
            seed: whole("seed", &self.seed)?,
            share: self.share.as_ref().map(|text| share(text)).transpose()?,
        })
    }
}

impl WireValue {
    fn read(&self, fit: &WireFit) -> Result<Value, String> {
        let contradict = match (self.expect, self.why.is_empty()) {
            (WireExpect::Contradict, true) => return Err(format!("{} contradicts without saying why", self.quantity)),
            (WireExpect::Contradict, false) => Some(self.why.clone()),
            (WireExpect::Agree, _) => None,
        };
        if self.from == From::Refit && fit.expect == Expect::ValueOnly {
            return Err(format!("{} wants a refit, but there is none", self.quantity));
        }
        let simulated = ["se.", "lower.", "upper.", "width."].iter().any(|prefix| self.quantity.starts_with(prefix));
        if simulated && (fit.bootstrap.is_none() || self.from != From::Refit) {
            return Err(format!("{} needs a bootstrap and from = \"refit\"", self.quantity));
        }
        let tolerance = match (&self.tolerance, &self.mcse) {
            (Some(_), Some(_)) => return Err(format!("{} gives both a tolerance and an mcse", self.quantity)),
            (Some(relative), None) => Tolerance::Relative(number("tolerance", relative)?.value),
            (None, Some(mcse)) => Tolerance::Printed { mcse: number("mcse", mcse)?.value },
            (None, None) => Tolerance::Printed { mcse: 0.0 },
        };
        let at = self.at.iter().map(|(key, text)| Ok((key.clone(), number(key, text)?)));
        Ok(Value {
            quantity: self.quantity.clone(),
            at: at.collect::<Result<_, String>>()?,
            budget: self.budget.as_ref().map(|text| number("budget", text)).transpose()?,
            via: self.via.clone(),
            from: self.from,
            expected: Expected { printed: number(&self.quantity, &self.printed)?, tolerance, contradict },
            location: self.location.clone().unwrap_or_else(|| fit.location.clone()),
            kind: self.kind.unwrap_or(fit.kind),
        })
    }
}
