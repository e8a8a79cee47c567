//! Rows of two recipes, paired where both have a run.

use super::card::STATIC;
use super::outcome::Pair;
use super::speed::Points;
use crate::data::ingest::{Needed, Request};
use crate::data::measurements::Measurements;
use crate::methods::allocation::clusters;
use crate::methods::method::{Given, MethodError};

/// Runs within this share of each other are at the same place.
const SAME: f64 = 0.01;
/// Runs within this share of compute are of one budget.
const TOGETHER: f64 = 0.15;

/// A recipe's rows.
pub(super) struct Recipe {
    pub rows: Measurements,
    by: String,
}

impl Recipe {
    pub fn column(&self, symbol: &str) -> &[f64] {
        self.rows.column(symbol).unwrap_or_default()
    }
    /// The unit of its loss.
    pub fn unit(&self) -> String {
        let column = self.rows.provenance.columns.iter().find(|column| column.symbol == "L");
        column.map_or_else(|| "nat/token".to_owned(), |column| column.unit.clone())
    }
    /// Its best run at each budget: ln C and loss.
    pub fn frontier(&self) -> Points {
        let ln: Vec<f64> = self.column(&self.by).iter().map(|v| v.ln()).collect();
        let loss = self.column("L");
        let best = |rows: &Vec<usize>| rows.iter().copied().min_by(|&a, &b| loss[a].total_cmp(&loss[b]));
        clusters(&ln, TOGETHER).iter().filter_map(best).map(|row| (ln[row], loss[row])).collect()
    }
}

/// Both tables, with model size and data where both have them and runs are ordered by compute.
pub(super) fn read(given: &Given, by: &str) -> Result<[Recipe; 2], MethodError> {
    let both = |keys: &[&str]| -> Result<[Recipe; 2], MethodError> {
        let one =
            |table: &str| Ok::<_, MethodError>(Recipe { rows: columns(given, table, by, keys)?, by: by.to_owned() });
        Ok([one("baseline")?, one("variant")?])
    };
    match by {
        "C" => both(&["N", "D"]).or_else(|_| both(&[])),
        _ => both(&[]),
    }
}

fn columns(given: &Given, table: &str, by: &str, keys: &[&str]) -> Result<Measurements, MethodError> {
    let unit = |symbol: &str| match symbol {
        "N" => "parameters",
        "D" => "tokens",
        "C" => "FLOP",
        _ => "1",
    };
    let mut needed = vec![Needed::new("L", "nat/token"), Needed::new(by, unit(by))];
    needed.extend(keys.iter().map(|key| Needed::new(key, unit(key))));
    given.read_columns(&STATIC, table, Request { needed, ..Request::default() })
}

/// Runs of both at the same model size and data, else their best runs at the same budgets; in words,
/// by what.
pub(super) fn pairs(baseline: &Recipe, variant: &Recipe) -> (String, Vec<Pair>) {
    let keyed = |recipe: &Recipe| -> Vec<(Vec<f64>, f64)> {
        let (n, d, loss) = (recipe.column("N"), recipe.column("D"), recipe.column("L"));
        means((0..n.len()).map(|k| (vec![n[k], d[k]], loss[k])))
    };
    let found = joined(&keyed(baseline), &keyed(variant));
    if !found.is_empty() {
        return ("N, D".to_owned(), found);
    }
    let best = |recipe: &Recipe| -> Vec<(Vec<f64>, f64)> {
        recipe.frontier().into_iter().map(|(ln, loss)| (vec![ln.exp()], loss)).collect()
    };
    (baseline.by.clone(), joined(&best(baseline), &best(variant)))
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a / b).ln().abs() <= SAME)
}

/// Mean losses of the runs at each place: seeds count together.
fn means(rows: impl Iterator<Item = (Vec<f64>, f64)>) -> Vec<(Vec<f64>, f64)> {
    let mut places: Vec<(Vec<f64>, f64, f64)> = Vec::new();
    for (at, loss) in rows {
        match places.iter_mut().find(|(known, ..)| same(known, &at)) {
            Some((_, sum, count)) => (*sum, *count) = (*sum + loss, *count + 1.0),
            None => places.push((at, loss, 1.0)),
        }
    }
    places.into_iter().map(|(at, sum, count)| (at, sum / count)).collect()
}

fn joined(baseline: &[(Vec<f64>, f64)], variant: &[(Vec<f64>, f64)]) -> Vec<Pair> {
    let pair = |(at, loss): &(Vec<f64>, f64)| {
        let (_, other) = variant.iter().find(|(place, _)| same(place, at))?;
        Some(Pair { at: at.clone(), baseline: *loss, variant: *other, speed_up: None })
    };
    baseline.iter().filter_map(pair).collect()
}
