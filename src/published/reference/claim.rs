//! Claims that a paper makes of a table, and numbers of a method's outcome, as written and as read.

use super::wire::source;
use super::{Kind, Printed, ReferenceError, Tolerance};
use crate::data::card::Better;
use crate::data::ingest::Source;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a claim says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// No row dominates the rows picked; without a pick, how many rows there are on the front.
    OnFront,
    /// Each row picked is dominated, by one of the rows of `by` if there is such a condition.
    Dominated,
    /// The value at the row picked over that at the row of `by`.
    Ratio,
    /// The same less one, in per cent.
    Change,
    /// The same in per cent.
    Recovery,
    /// The value at the row of `by` less that at the row picked.
    Drop,
    /// Least-squares slope of `of` against `against`.
    Slope,
    /// The value at the row picked; with `at`, the best that rows within those bounds have.
    Value,
    /// Volume between the front and the corner `at`.
    Hypervolume,
}

impl Says {
    /// As written in a file.
    pub fn word(self) -> &'static str {
        match self {
            Self::OnFront => "on-front",
            Self::Dominated => "dominated",
            Self::Ratio => "ratio",
            Self::Change => "change",
            Self::Recovery => "recovery",
            Self::Drop => "drop",
            Self::Slope => "slope",
            Self::Value => "value",
            Self::Hypervolume => "hypervolume",
        }
    }
}

/// One number for several rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Over {
    /// There must be one.
    #[default]
    One,
    /// Their mean.
    Mean,
    /// Their median.
    Median,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// Their sum.
    Sum,
}

/// Axes of a slope that are logarithmic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Log {
    /// Neither.
    #[default]
    None,
    /// The abscissa.
    X,
    /// The ordinate.
    Y,
    /// Both.
    Both,
}

/// A claim about a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// `wang2020/middle-row`.
    pub name: String,
    /// What it says.
    pub says: Says,
    /// The table.
    pub source: Source,
    /// Role or name → column of the table, where they differ.
    pub map: Vec<(String, String)>,
    /// The rows that take part.
    pub keep: Option<String>,
    /// The rows claimed about.
    pub row: Option<String>,
    /// The rows that they are held against.
    pub by: Option<String>,
    /// Objectives, where they are not those of the table's card.
    pub objectives: Vec<(String, Better)>,
    /// The column spoken of.
    pub of: Option<String>,
    /// The abscissa of a slope.
    pub against: Option<String>,
    /// Which of its axes are logarithmic.
    pub log: Log,
    /// How several rows become one number.
    pub over: Over,
    /// Bounds, or the corner of a hypervolume.
    pub at: BTreeMap<String, f64>,
    /// The number printed; for claims of a front none means all of the rows picked.
    pub printed: Option<Printed>,
    /// How near is met.
    pub tolerance: Tolerance,
    /// Why it is not met, where it is known not to be.
    pub contradict: Option<String>,
    /// Where in the source.
    pub location: String,
    /// What it rests on.
    pub kind: Kind,
}

/// A `[[claim]]` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireClaim {
    id: String,
    says: Says,
    #[serde(rename = "where")]
    location: String,
    kind: Kind,
    dataset: String,
    #[serde(default)]
    map: BTreeMap<String, String>,
    keep: Option<String>,
    row: Option<String>,
    by: Option<String>,
    #[serde(default)]
    minimise: Vec<String>,
    #[serde(default)]
    maximise: Vec<String>,
    of: Option<String>,
    against: Option<String>,
    #[serde(default)]
    log: Log,
    #[serde(default)]
    over: Over,
    #[serde(default)]
    at: BTreeMap<String, String>,
    printed: Option<String>,
    tolerance: Option<String>,
    within: Option<String>,
    #[serde(default)]
    expect: WireExpect,
    #[serde(default)]
    why: String,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WireExpect {
    #[default]
    Agree,
    Contradict,
}

/// Reads the claims of a file.
pub(super) fn read(
    file: &str,
    key: &str,
    claims: Vec<WireClaim>,
    ids: &mut BTreeSet<String>,
    folder: Option<&Path>,
) -> Result<Vec<Claim>, ReferenceError> {
    let mut out = Vec::new();
    for claim in claims {
        let reference = format!("{file}: claim {:?}", claim.id);
        if !ids.insert(claim.id.clone()) {
            let message = "another fit, method or claim of this file is called so".to_owned();
            return Err(ReferenceError::Inconsistent { reference, message });
        }
        let read = claim.read(key, folder);
        out.push(read.map_err(|message| ReferenceError::Inconsistent { reference, message })?);
    }
    Ok(out)
}

fn number(key: &str, text: &str) -> Result<Printed, String> {
    Printed::parse(text).ok_or_else(|| format!("{key} = {text:?} is not a number"))
}

impl WireClaim {
    fn read(self, key: &str, folder: Option<&Path>) -> Result<Claim, String> {
        self.check()?;
        let tolerance = match (&self.tolerance, &self.within) {
            (Some(_), Some(_)) => return Err("gives both tolerance (relative) and within (absolute)".to_owned()),
            (Some(relative), None) => Tolerance::Relative(number("tolerance", relative)?.value),
            (None, Some(within)) => Tolerance::Within(number("within", within)?.value),
            (None, None) => Tolerance::Printed { mcse: 0.0 },
        };
        let side = |names: Vec<String>, better| names.into_iter().map(move |name| (name, better));
        let at = self.at.iter().map(|(key, text)| Ok((key.clone(), number(key, text)?.value)));
        Ok(Claim {
            name: format!("{key}/{}", self.id),
            says: self.says,
            source: source(&self.dataset, folder)?,
            at: at.collect::<Result<_, String>>()?,
            printed: self.printed.as_ref().map(|text| number("printed", text)).transpose()?,
            tolerance,
            contradict: (self.expect == WireExpect::Contradict).then_some(self.why),
            map: self.map.into_iter().collect(),
            keep: self.keep,
            row: self.row,
            by: self.by,
            objectives: side(self.minimise, Better::Lower).chain(side(self.maximise, Better::Higher)).collect(),
            of: self.of,
            against: self.against,
            log: self.log,
            over: self.over,
            location: self.location,
            kind: self.kind,
        })
    }

    /// Keys that a claim of this kind needs, and those that would say nothing in it.
    fn check(&self) -> Result<(), String> {
        let front = matches!(self.says, Says::OnFront | Says::Dominated | Says::Hypervolume);
        let pair = matches!(self.says, Says::Ratio | Says::Change | Says::Recovery | Says::Drop);
        let says = self.says.word();
        let bounded = self.says == Says::Value && !self.at.is_empty();
        let need = |there: bool, what: &str| if there { Ok(()) } else { Err(format!("{says} needs {what}")) };
        let refuse = |there: bool, what: &str| if there { Err(format!("{says} takes no {what}")) } else { Ok(()) };
        need(front || self.of.is_some(), "of, the column spoken of")?;
        need(!pair || (self.row.is_some() && self.by.is_some()), "row and by, the rows compared")?;
        need(self.says != Says::Slope || self.against.is_some(), "against, the column of the abscissa")?;
        need(self.says != Says::Value || self.row.is_some() != bounded, "either row or at")?;
        need(self.says != Says::Dominated || self.row.is_some(), "row, the rows that are dominated")?;
        need(self.says != Says::Hypervolume || !self.at.is_empty(), "at, the corner")?;
        let counts = matches!(self.says, Says::OnFront | Says::Dominated) && self.row.is_some();
        need(counts || self.printed.is_some(), "printed")?;
        refuse(self.by.is_some() && !pair && self.says != Says::Dominated, "by")?;
        refuse(self.row.is_some() && matches!(self.says, Says::Slope | Says::Hypervolume), "row")?;
        refuse(self.against.is_some() && self.says != Says::Slope, "against")?;
        refuse(self.log != Log::None && self.says != Says::Slope, "log")?;
        refuse(self.over != Over::One && !pair && self.says != Says::Value, "over")?;
        refuse(!self.at.is_empty() && !bounded && self.says != Says::Hypervolume, "at")?;
        refuse(front && self.of.is_some(), "of")?;
        match (self.expect, self.why.is_empty()) {
            (WireExpect::Contradict, true) => Err("contradicts without saying why".to_owned()),
            _ => Ok(()),
        }
    }
}
