//! The rows of a task, by input, target and group.

use super::BenchError;
use super::table::Table;

/// Rows of one table.
pub(super) struct Rows {
    /// Where they came from, for messages.
    pub source: std::path::PathBuf,
    /// Inputs, in the order of the task's columns.
    pub x: Vec<Vec<f64>>,
    /// Targets, likewise.
    pub y: Vec<Vec<f64>>,
    /// The group of each row.
    pub group: Vec<String>,
}

impl Rows {
    /// Reads the columns of a task. A table without the column `group` is one group.
    pub fn read(inputs: &[&str], targets: &[&str], table: &Table) -> Result<Self, BenchError> {
        let columns = |names: &[&str]| names.iter().map(|name| table.all_numbers(name)).collect::<Result<Vec<_>, _>>();
        let group = match table.has("group") {
            true => table.texts("group")?,
            false => vec!["all_data".to_owned(); table.rows()],
        };
        Ok(Self { source: table.path.clone(), x: columns(inputs)?, y: columns(targets)?, group })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.group.len()
    }

    /// The names of the groups of some rows, sorted.
    pub fn groups(&self, rows: &[usize]) -> Vec<&str> {
        let mut names: Vec<&str> = rows.iter().map(|&k| self.group[k].as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Inputs of one row.
    pub fn inputs(&self, row: usize) -> Vec<f64> {
        self.x.iter().map(|column| column[row]).collect()
    }

    /// What the `k`-th row has in common with its cell: its values in some inputs, as bits.
    pub fn cell(&self, columns: &[usize], row: usize) -> Vec<u64> {
        columns.iter().map(|&c| self.x[c][row].to_bits()).collect()
    }
}
