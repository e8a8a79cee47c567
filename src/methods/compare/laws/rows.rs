//! The same rows for every law, and what orders them.

use super::card::STATIC;
use crate::data::ingest::suggestion;
use crate::data::measurements::Measurements;
use crate::law::Law;
use crate::laws;
use crate::methods::compare::reading::{ordering, rows_of};
use crate::methods::method::{Given, MethodError};
use std::collections::BTreeSet;

/// A law and the rows as it reads them.
pub(super) struct Entrant {
    pub law: &'static dyn Law,
    pub rows: Measurements,
}

impl Entrant {
    pub fn id(&self) -> &'static str {
        self.law.card().id
    }
    /// Inputs of a row, card order.
    pub fn inputs(&self, row: usize) -> Vec<f64> {
        let value = |symbol: &str| self.rows.column(symbol).map_or(f64::NAN, |column| column[row]);
        self.law.card().inputs.iter().map(|input| value(input.symbol)).collect()
    }
    /// The measured column.
    pub fn measured(&self) -> &[f64] {
        self.rows.column(self.law.card().output.symbol).unwrap_or_default()
    }
}

/// The laws of some ids: two or more, each once, of one output.
pub(super) fn find(ids: &[String]) -> Result<Vec<&'static dyn Law>, MethodError> {
    let refused = |detail: String| MethodError::Settings { method: STATIC.id, detail };
    let mut found: Vec<&'static dyn Law> = Vec::new();
    for id in ids {
        let Some(law) = laws::sought(id).map_err(refused)? else {
            let near = suggestion(id, laws::LAWS.iter().map(|law| law.card().id));
            return Err(refused(format!("there is no law `{id}`{near}; `scaling laws` lists them")));
        };
        if found.iter().any(|other| other.card().id == law.card().id) {
            return Err(refused(format!("the law `{id}` is named twice")));
        }
        found.push(law);
    }
    let [first, _, ..] = found[..] else {
        return Err(refused("name two laws or more to compare, as laws = [\"chinchilla\", \"kaplan\"]".to_owned()));
    };
    let output = first.card().output;
    if let Some(other) = found.iter().find(|law| law.card().output.symbol != output.symbol) {
        let (a, b) = (first.card(), other.card());
        return Err(refused(format!(
            "`{}` predicts {} and `{}` predicts {}: forecasts of different quantities do not compare",
            a.id, a.output.symbol, b.id, b.output.symbol
        )));
    }
    Ok(found)
}

/// Reads the rows of every law with the column that orders them: its name and its values.
pub(super) fn read(
    given: &Given,
    laws: &[&'static dyn Law],
    by: Option<&str>,
) -> Result<(Vec<Entrant>, String, Vec<f64>), MethodError> {
    let by = ordering(given, &STATIC, laws[0], by);
    let one = |law: &&'static dyn Law| Ok(Entrant { law: *law, rows: rows_of(given, &STATIC, *law, &by, &[])? });
    let mut all = laws.iter().map(one).collect::<Result<Vec<Entrant>, MethodError>>()?;
    // A table may lack a cell for one law alone.
    let ids = |entrant: &Entrant| entrant.rows.rows.iter().copied().collect::<BTreeSet<usize>>();
    let common = all[1..].iter().fold(ids(&all[0]), |kept, entrant| &kept & &ids(entrant));
    for entrant in &mut all {
        let kept: Vec<usize> = (0..entrant.rows.len()).filter(|&k| common.contains(&entrant.rows.rows[k])).collect();
        if kept.len() < entrant.rows.len() {
            entrant.rows = entrant.rows.select(&kept);
        }
    }
    let order = all[0].rows.column(&by).unwrap_or_default().to_vec();
    Ok((all, by, order))
}
