//! The card of a built-in data set, `datasets/<id>/card.toml`: what the numbers are, whose they
//! are, and what must hold of the file beside it.

use crate::law::Counts;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A card. Keys not named here are refused, and so are cards without the required ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetCard {
    /// Kebab-case, the folder's name.
    pub id: String,
    /// One line.
    pub title: String,
    /// Keys of `datasets/references.bib`: who measured, who extracted.
    pub cite: Vec<String>,
    /// Where the file comes from.
    pub source: CardSource,
    /// SPDX, or `unknown`.
    pub licence: String,
    /// File beside the card.
    pub file: String,
    /// Of the file's bytes, hexadecimal.
    pub sha256: String,
    /// Data rows, over all parts.
    pub rows: usize,
    /// Measurement error of the table itself.
    #[serde(default)]
    pub precision: Option<String>,
    /// What a user must know before fitting.
    #[serde(default)]
    pub note: Option<String>,
    /// Compute budgets that its runs were planned at, FLOP.
    #[serde(default)]
    pub budgets: Vec<f64>,
    /// Published fits made to it, as `reference/fit`.
    #[serde(default)]
    pub reproduces: Vec<String>,
    /// The columns, all of them, in the file's order.
    #[serde(default)]
    pub column: Vec<CardColumn>,
    /// Roles made by a named conversion.
    #[serde(default)]
    pub compute: Vec<CardCompute>,
    /// Rows left out, and why.
    #[serde(default)]
    pub exclude: Vec<CardExclusion>,
    /// Tables of a set that is more than one.
    #[serde(default)]
    pub part: Vec<CardPart>,
}

/// Where a file comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardSource {
    /// Address.
    pub url: String,
    /// Day of retrieval, where it is known.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub retrieved: Option<toml::value::Datetime>,
    /// Revision of a repository.
    #[serde(default)]
    pub commit: Option<String>,
    /// File or table within it.
    #[serde(default)]
    pub part: Option<String>,
    /// How the numbers were taken from it.
    pub method: String,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardColumn {
    /// Header, exactly as in the file.
    pub name: String,
    /// Symbol used by laws; a column without one is reached by its header.
    #[serde(default)]
    pub is: Option<String>,
    /// Unit of the numbers as they stand, `1` for a pure number, `text` for labels.
    pub unit: String,
    /// What is counted, where conventions differ.
    #[serde(default)]
    pub counts: Option<Counts>,
    /// What it is, where the name does not say.
    #[serde(default)]
    pub meaning: Option<String>,
    /// Which way is better, for a column that a frontier weighs.
    #[serde(default)]
    pub better: Option<Better>,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// Less: a cost, an error.
    Lower,
    /// More: a score.
    Higher,
}

impl Better {
    /// 1 for what is to be small, −1 for what is to be large: times it, everything is to be small.
    pub fn sign(self) -> f64 {
        match self {
            Self::Lower => 1.0,
            Self::Higher => -1.0,
        }
    }
}

/// A role made by a named conversion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardCompute {
    /// The role made.
    pub is: String,
    /// The roles it is made from.
    pub from: Vec<String>,
    /// Name of the conversion: `six-n-d`.
    pub using: String,
}

/// Rows left out, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardExclusion {
    /// Rows for which this holds are left out; the language of `--where`.
    #[serde(rename = "where")]
    pub condition: String,
    /// Why.
    pub reason: String,
}

/// One table of a set that is more than one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardPart {
    /// Name: the table is `id/name`.
    pub name: String,
    /// File beside the card.
    pub file: String,
    /// Of the file's bytes, hexadecimal.
    pub sha256: String,
    /// Data rows.
    pub rows: usize,
}

/// A card that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}, line {line}: {detail}")]
pub struct CardError {
    /// The card.
    pub path: String,
    /// Where.
    pub line: usize,
    /// What is wrong; an unknown key is named.
    pub detail: String,
}

/// Unit of a column of labels.
pub const TEXT: &str = "text";

impl DatasetCard {
    /// Reads a card; `path` is for the message.
    pub fn parse(text: &str, path: &str) -> Result<Self, CardError> {
        toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = 1 + text.as_bytes()[..at.min(text.len())].iter().filter(|&&byte| byte == b'\n').count();
            CardError { path: path.to_owned(), line, detail: error.message().to_owned() }
        })
    }
}
