//! Accounts: sections of a report written in TOML, whose numbers are looked up and never typed.
//! `datasets/FORMAT.md` describes them.

mod chart;
mod value;

pub use value::Known;

use crate::record::chart::{Section, Sheet};
use chart::WireChart;
use schemars::JsonSchema;
use serde::Deserialize;

/// A `[[section]]` as written.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Title.
    pub title: String,
    /// Paragraphs; `{…}` stands for a number.
    #[serde(default)]
    text: Vec<String>,
    /// Tables.
    #[serde(default)]
    table: Vec<WireTable>,
    /// Figures.
    #[serde(default)]
    chart: Vec<WireChart>,
}

/// A table: cells of words and numbers.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WireTable {
    caption: String,
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Account {
    /// What can be said against it before anything is computed.
    ///
    /// # Errors
    /// One sentence.
    pub fn check(&self) -> Result<(), String> {
        for table in &self.table {
            if let Some(row) = table.rows.iter().find(|row| row.len() != table.heads.len()) {
                let (cells, heads) = (row.len(), table.heads.len());
                return Err(format!("a row of the table `{}` has {cells} cells under {heads} heads", table.caption));
            }
        }
        let cells = self.table.iter().flat_map(|table| table.rows.iter().flatten());
        for text in self.text.iter().chain(cells) {
            value::parts(text)?;
        }
        self.chart.iter().try_for_each(WireChart::check)
    }

    /// The tables that it reads: a study places those of its own folder.
    pub fn data(&mut self) -> impl Iterator<Item = &mut String> {
        self.chart.iter_mut().flat_map(WireChart::data)
    }

    /// The section, its numbers looked up.
    ///
    /// # Errors
    /// One sentence that names the number that is not to be had.
    pub fn section(&self, id: &str, known: &Known) -> Result<Section, String> {
        let fill = |text: &String| known.fill(text);
        let table = |table: &WireTable| {
            let rows = table.rows.iter().map(|row| row.iter().map(fill).collect::<Result<Vec<_>, _>>());
            Ok(Sheet {
                caption: known.fill(&table.caption)?,
                heads: table.heads.clone(),
                rows: rows.collect::<Result<_, String>>()?,
            })
        };
        Ok(Section {
            id: id.to_owned(),
            title: self.title.clone(),
            text: self.text.iter().map(fill).collect::<Result<_, _>>()?,
            tables: self.table.iter().map(table).collect::<Result<_, String>>()?,
            charts: self.chart.iter().map(|chart| chart.draw(known)).collect::<Result<_, _>>()?,
        })
    }
}
