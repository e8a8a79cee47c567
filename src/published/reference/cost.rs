//! Numbers that a source prints of a cost, as written, as read and as checked.

use super::{Check, Expected, Kind, Printed, ReferenceError, Tolerance, Verdict};
use crate::law::Cost;
use crate::laws;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// How a source quotes a cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Quoted {
    /// As it is.
    #[default]
    #[serde(rename = "cost")]
    Cost,
    /// As what one unit of it buys: a speed-up, tokens a pass.
    #[serde(rename = "1/cost")]
    Inverse,
}

/// A cost with what was printed of it.
#[derive(Clone, Debug)]
pub struct CostReference {
    /// `rajbhandari2020/table-1`.
    pub name: String,
    /// The cost.
    pub cost: &'static Cost,
    /// Its numbers.
    pub values: Vec<CostValue>,
}

/// One printed number of a cost.
#[derive(Clone, Debug)]
pub struct CostValue {
    /// Inputs, by symbol.
    pub at: BTreeMap<String, Printed>,
    /// How it is quoted.
    pub quoted: Quoted,
    /// The number and what is expected of it.
    pub expected: Expected,
    /// Where in the source.
    pub location: String,
    /// What it rests on.
    pub kind: Kind,
}

impl CostReference {
    /// Holds every number against the cost.
    pub fn check(&self) -> Vec<Check> {
        self.values.iter().map(|value| self.one(value)).collect()
    }

    fn one(&self, value: &CostValue) -> Check {
        // Every input is given: the file was refused otherwise.
        let x: Vec<f64> = self.cost.inputs.iter().map(|input| value.at[input.symbol].value).collect();
        let cost = (self.cost.of)(&x);
        let (word, ours) = match value.quoted {
            Quoted::Cost => ("cost", cost),
            Quoted::Inverse => ("1/cost", 1.0 / cost),
        };
        let (ours, verdict, why): (Option<f64>, Verdict, String) = value.expected.judge(ours);
        let at: Vec<String> =
            self.cost.inputs.iter().map(|input| format!("{}={}", input.symbol, value.at[input.symbol].text)).collect();
        Check {
            reference: self.name.clone(),
            quantity: format!("{word} at {}", at.join(", ")),
            printed: value.expected.printed.text.clone(),
            ours,
            verdict,
            kind: value.kind,
            location: value.location.clone(),
            why,
        }
    }
}

/// A `[[cost]]` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireCost {
    id: String,
    cost: String,
    #[serde(rename = "where")]
    location: String,
    kind: Kind,
    tolerance: Option<String>,
    #[serde(default)]
    at: BTreeMap<String, String>,
    #[serde(default)]
    value: Vec<WireValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireValue {
    #[serde(default)]
    at: BTreeMap<String, String>,
    #[serde(default)]
    quantity: Quoted,
    printed: String,
    tolerance: Option<String>,
    within: Option<String>,
    /// Why it is contradicted; without it the number must agree.
    contradict: Option<String>,
    #[serde(rename = "where")]
    location: Option<String>,
    kind: Option<Kind>,
}

/// Reads the costs of a file.
pub(super) fn read(
    file: &str,
    key: &str,
    costs: Vec<WireCost>,
    ids: &mut BTreeSet<String>,
) -> Result<Vec<CostReference>, ReferenceError> {
    let mut out = Vec::new();
    for cost in costs {
        let reference = format!("{file}: cost {:?}", cost.id);
        if !ids.insert(cost.id.clone()) {
            let message = "another fit, claim or cost of this file is called so".to_owned();
            return Err(ReferenceError::Inconsistent { reference, message });
        }
        out.push(cost.read(key).map_err(|message| ReferenceError::Inconsistent { reference, message })?);
    }
    Ok(out)
}

fn number(key: &str, text: &str) -> Result<Printed, String> {
    Printed::parse(text).ok_or_else(|| format!("{key} = {text:?} is not a number"))
}

impl WireCost {
    fn read(&self, key: &str) -> Result<CostReference, String> {
        let cost = laws::find_cost(&self.cost).ok_or_else(|| format!("there is no cost {:?}", self.cost))?;
        if self.value.is_empty() {
            return Err("prints no value".to_owned());
        }
        let values = self.value.iter().map(|value| self.value(cost, value)).collect::<Result<_, _>>()?;
        Ok(CostReference { name: format!("{key}/{}", self.id), cost, values })
    }

    fn value(&self, cost: &Cost, value: &WireValue) -> Result<CostValue, String> {
        let given = self.at.iter().chain(&value.at).map(|(k, text)| Ok((k.clone(), number(k, text)?)));
        let at = given.collect::<Result<BTreeMap<_, _>, String>>()?;
        for input in cost.inputs {
            let x = at.get(input.symbol).ok_or_else(|| format!("{} is not given", input.symbol))?.value;
            if !(input.domain.0..=input.domain.1).contains(&x) {
                return Err(format!("{} = {x} lies outside of what {} takes", input.symbol, cost.id));
            }
        }
        if let Some(unknown) = at.keys().find(|symbol| cost.inputs.iter().all(|input| input.symbol != symbol.as_str()))
        {
            return Err(format!("{} has no input {unknown}", cost.id));
        }
        let relative = value.tolerance.as_ref().or(self.tolerance.as_ref());
        let tolerance = match (relative, &value.within) {
            (Some(_), Some(_)) => return Err("gives both tolerance (relative) and within (absolute)".to_owned()),
            (Some(relative), None) => Tolerance::Relative(number("tolerance", relative)?.value),
            (None, Some(within)) => Tolerance::Within(number("within", within)?.value),
            (None, None) => Tolerance::Printed { mcse: 0.0 },
        };
        if value.contradict.as_ref().is_some_and(String::is_empty) {
            return Err("contradicts without saying why".to_owned());
        }
        let contradict = value.contradict.clone();
        Ok(CostValue {
            at,
            quoted: value.quantity,
            expected: Expected { printed: number("printed", &value.printed)?, tolerance, contradict },
            location: value.location.clone().unwrap_or_else(|| self.location.clone()),
            kind: value.kind.unwrap_or(self.kind),
        })
    }
}
