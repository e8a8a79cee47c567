//! Which table to read and how, alike for every verb that reads one.

use super::{Failure, pair};
use crate::data::ingest::{self, Source};
use crate::work::job::Job;

/// The rows.
#[derive(clap::Args)]
pub struct Table {
    /// A table (CSV, TSV, JSON, JSON lines, Parquet, Feather or Arrow, all but Parquet also as .gz or .zst), a folder
    /// or a pattern of them, several of them, a built-in data set's id, or - for standard input
    #[arg(required = true, value_name = "DATA")]
    data: Vec<String>,
    #[command(flatten)]
    reading: Reading,
}

/// How a table is read.
#[derive(clap::Args)]
pub struct Reading {
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
    #[arg(long, value_name = "MARK", value_parser = ingest::Reading::is_comma)]
    decimal: Option<bool>,
}

impl Reading {
    /// What was said.
    pub fn said(&self) -> ingest::Reading {
        ingest::Reading {
            map: self.map.clone(),
            filter: self.filter.clone(),
            set: self.set.clone(),
            stack: self.stack.clone(),
            decimal_comma: self.decimal.unwrap_or_default(),
        }
    }

    /// What was said of a table that need not be given.
    pub fn said_of(&self, table: Option<&str>, flag: &str) -> Result<ingest::Reading, Failure> {
        let said = self.said();
        match table {
            None if said != ingest::Reading::default() || self.decimal.is_some() => Err(Failure::request(format!(
                "--map, --set, --where, --stack and --decimal say how a table is read: name it with {flag}"
            ))),
            _ => Ok(said),
        }
    }
}

impl Table {
    /// The tables as one word.
    pub fn data(&self) -> String {
        Source::list(&self.data)
    }

    /// A job on these rows.
    pub fn job(&self, law: &str) -> Job {
        let ingest::Reading { map, filter, set, stack, decimal_comma } = self.reading.said();
        Job { map, filter, set, stack, decimal_comma, ..Job::new(&self.data(), law) }
    }
}
