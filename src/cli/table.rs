//! Which table to read and how, alike for every verb that fits one.

use super::pair;
use crate::data::ingest::Source;
use crate::work::job::Job;

/// The rows.
#[derive(clap::Args)]
pub struct Table {
    /// A table (CSV, TSV, JSON, JSON lines or Parquet, also as .gz or .zst), a folder or a pattern of
    /// them, several of them, or a built-in data set's id
    #[arg(required = true, value_name = "DATA")]
    data: Vec<String>,
    /// What plays a role: a column, with its unit if need be, or a formula of columns:
    /// 'N=size (M)', 'D=step*batch_size*seq_len', 'L=ln(perplexity)'
    #[arg(long, value_name = "ROLE=COLUMN|FORMULA", value_parser = pair)]
    map: Vec<(String, String)>,
    /// A role that is the same in every row: N=124M
    #[arg(long, value_name = "ROLE=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Rows to keep: 'L < 3.4 and N >= 1e7'
    #[arg(long = "where", value_name = "EXPR")]
    filter: Option<String>,
    /// Make rows of the columns of a wide table that match a pattern, the rest of their names in a
    /// column `run`: 'L=*_loss'
    #[arg(long, value_name = "ROLE=PATTERN", value_parser = pair)]
    stack: Option<(String, String)>,
    /// Decimal mark of a text table, where it cannot be told: point or comma
    #[arg(long, value_name = "MARK", value_parser = mark)]
    decimal: Option<bool>,
}

/// Whether decimals are written with a comma.
fn mark(text: &str) -> Result<bool, String> {
    match text {
        "," | "comma" => Ok(true),
        "." | "point" => Ok(false),
        _ => Err(format!("`{text}` is no decimal mark; write , or .")),
    }
}

impl Table {
    /// The tables as one word.
    pub fn data(&self) -> String {
        Source::list(&self.data)
    }

    /// A job on these rows.
    pub fn job(&self, law: &str) -> Job {
        Job {
            map: self.map.clone(),
            set: self.set.clone(),
            filter: self.filter.clone(),
            stack: self.stack.clone(),
            decimal_comma: self.decimal.unwrap_or_default(),
            ..Job::new(&self.data(), law)
        }
    }
}
