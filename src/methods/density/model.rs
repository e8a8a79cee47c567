//! The models whose density is asked for, and the benchmarks they were scored on.

use crate::data::measurements::Measurements;
use crate::methods::density::{Error, LLAMA_1, read_date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One released model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Name.
    pub name: String,
    /// Family: models of one family are resampled and shuffled together.
    pub family: String,
    /// All parameters.
    pub total: f64,
    /// Parameters active per token; equal to `total` for a dense model.
    pub active: f64,
    /// What the family is: "general", "code", "multilingual", "synthetic".
    pub kind: String,
    /// Training tokens, where known. Targets do without, reference models do not.
    pub tokens: Option<f64>,
    /// Release, in days since 1 January 1970.
    pub released: i64,
    /// Score by benchmark, a fraction; unmeasured benchmarks are absent.
    pub scores: BTreeMap<String, f64>,
}

impl Model {
    /// Whether every parameter works on every token.
    pub fn is_dense(&self) -> bool {
        self.active == self.total
    }
    /// Its size as counted.
    pub fn size(&self, size: Size) -> f64 {
        match size {
            Size::Total => self.total,
            Size::Active => self.active,
        }
    }
    /// Days since the release of Llama-1.
    pub fn day(&self) -> f64 {
        (self.released - LLAMA_1) as f64
    }
}

/// Which parameters of a mixture of experts count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// All of them.
    Total,
    /// Those active per token.
    Active,
}

impl Size {
    /// As in a sentence: "total".
    pub fn name(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Active => "active",
        }
    }
}

/// A benchmark: what guessing scores, and how many questions it asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// Key of [`Model::scores`].
    pub name: String,
    /// Score of guessing.
    pub floor: f64,
    /// Questions asked; sets the standard error of a score.
    pub items: Option<f64>,
}

impl Benchmark {
    /// A benchmark by name, chance level and number of questions.
    pub fn new(name: &str, floor: f64, items: f64) -> Self {
        Self { name: name.to_owned(), floor, items: Some(items) }
    }
    /// Score as a fraction of the range above guessing.
    pub fn above_floor(&self, score: f64) -> f64 {
        (score - self.floor) / (1.0 - self.floor)
    }
    /// Binomial standard error of a score; 0 where the number of questions is not known.
    pub fn standard_error(&self, score: f64) -> f64 {
        self.items.map_or(0.0, |items| (score * (1.0 - score) / items).max(0.0).sqrt())
    }
    /// The six benchmarks of the open leaderboard and HumanEval that rise with size.
    pub fn standard() -> Vec<Self> {
        vec![
            Self::new("mmlu", 0.25, 14_042.0),
            Self::new("arc_c", 0.25, 1172.0),
            Self::new("hellaswag", 0.25, 10_042.0),
            Self::new("winogrande", 0.5, 1267.0),
            Self::new("gsm8k", 0.0, 1319.0),
            Self::new("humaneval", 0.0, 164.0),
        ]
    }
}

/// Models from a table whose columns are text: `model`, `family`, `params_b` and
/// `active_params_b` (billions; the second may be missing or blank for a dense model), `kind`,
/// `tokens_t` (trillions, may be blank), `released` (year-month or date) and one column per
/// benchmark, blank where unmeasured. `column` yields a column by header.
pub fn models_from_text<'a>(
    column: impl Fn(&str) -> Option<&'a [String]>,
    benchmarks: &[&str],
) -> Result<Vec<Model>, Error> {
    let need = |header: &str| column(header).ok_or_else(|| Error::Column { header: header.to_owned() });
    let (names, families, kinds) = (need("model")?, need("family")?, need("kind")?);
    let (totals, tokens, dates) = (need("params_b")?, need("tokens_t")?, need("released")?);
    let active = column("active_params_b");
    let scores = benchmarks.iter().map(|name| Ok((*name, need(name)?))).collect::<Result<Vec<_>, Error>>()?;
    let number = |header: &str, row: usize, text: &str| match text.trim() {
        "" => Ok(None),
        text => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Some(value)),
            _ => Err(Error::Number { header: header.to_owned(), row: row + 1, text: text.to_owned() }),
        },
    };
    (0..names.len())
        .map(|row| {
            let total = number("params_b", row, &totals[row])?
                .filter(|total| *total > 0.0)
                .ok_or_else(|| Error::Size { model: names[row].clone() })?;
            let active = match active {
                Some(active) => number("active_params_b", row, &active[row])?.unwrap_or(total),
                None => total,
            };
            let mut measured = BTreeMap::new();
            for (name, values) in &scores {
                if let Some(score) = number(name, row, &values[row])? {
                    if !(0.0..=1.0).contains(&score) {
                        return Err(Error::Score { model: names[row].clone(), benchmark: (*name).to_owned(), score });
                    }
                    measured.insert((*name).to_owned(), score);
                }
            }
            Ok(Model {
                name: names[row].clone(),
                family: families[row].clone(),
                total: total * 1e9,
                active: active * 1e9,
                kind: kinds[row].clone(),
                tokens: number("tokens_t", row, &tokens[row])?.map(|tokens| tokens * 1e12),
                released: read_date(&dates[row]).map_err(|_| Error::ReleasedAt {
                    row: row + 1,
                    model: names[row].clone(),
                    text: dates[row].clone(),
                })?,
                scores: measured,
            })
        })
        .collect()
}

/// The columns of a table of models, to be read as labels for [`models`].
pub fn table_columns(benchmarks: &[&str]) -> Vec<String> {
    let columns = ["model", "family", "params_b", "active_params_b", "kind", "tokens_t", "released"];
    columns.iter().chain(benchmarks).map(|header| (*header).to_owned()).collect()
}

/// Models from measurements read with the [`table_columns`] as labels; see [`models_from_text`].
pub fn models(measurements: &Measurements, benchmarks: &[&str]) -> Result<Vec<Model>, Error> {
    models_from_text(|header| measurements.label(header), benchmarks)
}
