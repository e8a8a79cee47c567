//! Figures of an account: a law at known constants along one of its inputs, or rows of a table.

use super::value::Known;
use crate::base::units;
use crate::data::ingest::{self, Needed, Request, Source};
use crate::record::chart::{Chart, Look, Plot, Scale, Series, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Points of a curve.
const POINTS: usize = 120;
/// Groups that rows may be parted into.
const GROUPS: usize = 40;

/// A `[[section.chart]]` as written: one pair of axes.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WireChart {
    name: String,
    title: String,
    #[serde(default)]
    subtitle: String,
    #[serde(default)]
    caption: String,
    x: WireScale,
    y: WireScale,
    #[serde(default)]
    curve: Vec<WireCurve>,
    #[serde(default)]
    rows: Vec<WireRows>,
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WireScale {
    name: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    log: bool,
}

/// A law along an input.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WireCurve {
    name: String,
    of: String,
    along: String,
    from: String,
    to: String,
    #[serde(default)]
    at: BTreeMap<String, String>,
    look: Option<Look>,
}

/// Rows of a table.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WireRows {
    name: Option<String>,
    data: String,
    x: String,
    y: String,
    by: Option<String>,
    #[serde(rename = "where")]
    filter: Option<String>,
    look: Option<Look>,
}

fn amount(text: &str) -> Result<f64, String> {
    units::parse(text).map(|quantity| quantity.value).map_err(|error| error.to_string())
}

impl WireChart {
    /// What can be said against it before anything is computed.
    pub(super) fn check(&self) -> Result<(), String> {
        let why = |detail: String| format!("chart `{}`: {detail}", self.name);
        let proper = self.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && !self.name.is_empty();
        if !proper {
            return Err(why("its name is also a file name: use letters, digits and -".to_owned()));
        }
        if self.curve.is_empty() && self.rows.is_empty() {
            return Err(why("it shows neither a curve nor rows".to_owned()));
        }
        for curve in &self.curve {
            let (from, to) = (amount(&curve.from).map_err(why)?, amount(&curve.to).map_err(why)?);
            let spread = from < to && (!self.x.log || from > 0.0);
            if !(spread && from.is_finite() && to.is_finite()) {
                return Err(why(format!("the curve `{}` runs from {} to {}", curve.name, curve.from, curve.to)));
            }
        }
        Ok(())
    }

    /// The figure.
    pub(super) fn draw(&self, known: &Known) -> Result<Chart, String> {
        let why = |detail: String| format!("chart `{}`: {detail}", self.name);
        let mut series = Vec::new();
        for rows in &self.rows {
            series.extend(rows.series(series.len()).map_err(why)?);
        }
        for curve in &self.curve {
            series.push(curve.series(known, self.x.log, series.len()).map_err(why)?);
        }
        let scale = |scale: &WireScale| match scale.log {
            true => Scale::log(&scale.name, &scale.unit),
            false => Scale::linear(&scale.name, &scale.unit),
        };
        Ok(Chart {
            name: self.name.clone(),
            title: self.title.clone(),
            subtitle: known.fill(&self.subtitle)?,
            caption: known.fill(&self.caption)?,
            size: (720, 460),
            columns: 1,
            plots: vec![Plot { x: scale(&self.x), y: scale(&self.y), series, ..Plot::default() }],
        })
    }
}

impl WireCurve {
    fn series(&self, known: &Known, log: bool, tone: usize) -> Result<Series, String> {
        let (law, theta) = known.curve(&self.of)?;
        let card = law.card();
        let along = card.input(&self.along).ok_or_else(|| format!("{} is no input of {}", self.along, card.id))?;
        if let Some(symbol) = self.at.keys().find(|symbol| card.input(symbol).is_none()) {
            return Err(format!("{symbol} is no input of {}", card.id));
        }
        let mut x = Vec::with_capacity(card.inputs.len());
        for (i, input) in card.inputs.iter().enumerate() {
            x.push(match self.at.get(input.symbol) {
                _ if i == along => f64::NAN,
                Some(text) => amount(text)?,
                None => return Err(format!("the curve `{}` needs {}: give it under at", self.name, input.symbol)),
            });
        }
        let (from, to) = (amount(&self.from)?, amount(&self.to)?);
        let point = |k: usize| {
            let share = k as f64 / (POINTS - 1) as f64;
            x[along] = if log { from * (to / from).powf(share) } else { from + (to - from) * share };
            (x[along], law.predict(&x, &theta))
        };
        let points: Vec<(f64, f64)> = (0..POINTS).map(point).filter(|(_, y)| y.is_finite()).collect();
        if points.is_empty() {
            return Err(format!("the curve `{}` has no value between {} and {}", self.name, self.from, self.to));
        }
        Ok(Series::new(&self.name, self.look.unwrap_or(Look::Line), Tone::Series(tone), points))
    }
}

impl WireRows {
    fn series(&self, tone: usize) -> Result<Vec<Series>, String> {
        let needed = [&self.x, &self.y].map(|column| Needed { positive: false, ..Needed::new(column, "1") });
        let labels = self.by.iter().cloned().collect();
        let request = Request { needed: needed.to_vec(), labels, filter: self.filter.clone(), ..Request::default() };
        let rows = ingest::read(&Source::named(&self.data), &request).map_err(|error| error.to_string())?;
        let point = |i: usize| (rows.columns[0].values[i], rows.columns[1].values[i]);
        let look = self.look.unwrap_or(Look::Dots);
        let name = self.name.clone().unwrap_or_else(|| self.data.clone());
        let Some(labels) = self.by.as_deref().and_then(|by| rows.label(by)) else {
            return Ok(vec![Series::new(&name, look, Tone::Series(tone), (0..rows.len()).map(point))]);
        };
        let mut groups: Vec<&String> = Vec::new();
        for label in labels {
            if !groups.contains(&label) {
                groups.push(label);
            }
        }
        if groups.len() > GROUPS {
            return Err(format!(
                "{} parts the rows into {} groups; {GROUPS} can be told apart",
                self.by.as_deref().unwrap_or_default(),
                groups.len()
            ));
        }
        let last = groups.len().max(2) - 1;
        let one = |(k, group): (usize, &&String)| {
            let own = (0..rows.len()).filter(|&i| labels[i] == **group).map(point);
            let tone = if groups.len() <= 6 { Tone::Series(tone + k) } else { Tone::Ramp(k as f64 / last as f64) };
            Series::new(group, look, tone, own)
        };
        Ok(groups.iter().enumerate().map(one).collect())
    }
}

impl WireChart {
    /// The tables that it reads, for whoever must place them beside the study.
    pub(super) fn data(&mut self) -> impl Iterator<Item = &mut String> {
        self.rows.iter_mut().map(|rows| &mut rows.data)
    }
}
