//! What a frontier is written down as.

use crate::data::card::Better;
use crate::record::Estimate;
use serde::{Deserialize, Serialize};

/// A column and which way is better.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// The column.
    pub name: String,
    /// Which way.
    pub better: Better,
}

/// The frontier of each part of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frontier {
    /// The table.
    pub source: String,
    /// The objectives, those to be small first.
    pub objectives: Vec<Objective>,
    /// The row that others are measured against.
    pub baseline: Option<String>,
    /// The parts; one without a name if the table was not parted.
    pub groups: Vec<Group>,
}

/// One part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its value of the parting column.
    pub name: String,
    /// Rows.
    pub rows: usize,
    /// Rows on the front.
    pub front: usize,
    /// Every row of the front, and the others as far as they were kept.
    pub points: Vec<Point>,
    /// The corner of the hypervolume.
    pub reference: Vec<f64>,
    /// Volume between the front and that corner, in the product of the objectives' units.
    pub hypervolume: Option<f64>,
    /// Of two objectives, the rows that some weighting prefers.
    pub supported: Vec<Supported>,
    /// The best within the bounds asked for.
    pub best: Vec<Best>,
    /// The row that the weights choose.
    pub choice: Option<Choice>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Row number in the source.
    pub row: usize,
    /// Its name.
    pub label: String,
    /// Its objectives.
    pub values: Vec<f64>,
    /// No row dominates it.
    pub on_front: bool,
    /// A row of the front that does.
    pub dominated_by: Option<usize>,
    /// Its objectives over those of the baseline; empty without one.
    pub relative: Vec<Option<f64>>,
}

/// A row that a weighted sum prefers, for weights of the first objective beside one of the second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Supported {
    /// Row number in the source.
    pub row: usize,
    /// From this weight on.
    pub least: f64,
    /// Up to this one; none for any.
    pub most: Option<f64>,
}

/// The best of one objective within bounds on others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// The objective.
    pub objective: String,
    /// Row number in the source; none if no row keeps to the bounds.
    pub row: Option<usize>,
    /// Its value.
    pub value: Option<f64>,
}

/// The row of the least weighted sum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Row number in the source.
    pub row: usize,
    /// The sum.
    pub sum: f64,
}

impl Frontier {
    /// The row of a number, with the part it is in.
    pub fn point(&self, row: usize) -> Option<&Point> {
        self.groups.iter().flat_map(|group| &group.points).find(|point| point.row == row)
    }

    /// Counts, volumes and bests, with the part's name after a dot if there are several.
    pub(super) fn quantities(&self) -> Vec<Estimate> {
        let mut out = Vec::new();
        for group in &self.groups {
            let part = if group.name.is_empty() { String::new() } else { format!(".{}", group.name) };
            let mut push = |symbol: &str, meaning: &str, value: Option<f64>| {
                let Some(estimate) = value else { return };
                out.push(Estimate {
                    symbol: format!("{symbol}{part}"),
                    meaning: meaning.to_owned(),
                    unit: "1".to_owned(),
                    estimate,
                    standard_error: None,
                    lower: None,
                    upper: None,
                    lower_end: crate::record::End::Closed,
                    upper_end: crate::record::End::Closed,
                });
            };
            push("front", "rows that no other dominates", Some(group.front as f64));
            push("hypervolume", "volume between the front and the reference", group.hypervolume);
            for best in &group.best {
                push(&format!("best.{}", best.objective), "best within the bounds", best.value);
            }
            push("choice", "row that the weights choose", group.choice.as_ref().map(|choice| choice.row as f64));
        }
        out
    }
}
