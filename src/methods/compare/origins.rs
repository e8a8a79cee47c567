//! Rolling origins: what is fitted, and what is forecast from it.

use crate::methods::allocation::clusters;
use serde::{Deserialize, Serialize};

/// Rows within this factor of each other are of one budget.
const TOGETHER: f64 = 0.15;
/// Rows that make a budget, budgets that make a design, and the share of rows in them.
const FULL: usize = 3;
const BUDGETS: usize = 4;
const SHARE: f64 = 0.8;
/// More budgets than this are steps of something else.
const MOST: usize = 24;
/// Blocks where there are no budgets.
const BLOCKS: usize = 5;

/// One origin: rows before it are fitted, the next block is forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// Rows fitted, by position.
    pub before: Vec<usize>,
    /// Rows forecast.
    pub held: Vec<usize>,
}

/// How rows are parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// By budgets, which the rows show.
    Budgets,
    /// In blocks of as many rows each.
    Blocks,
}

/// Blocks of rows by increasing value of the column that orders them, and the origins between them
/// that have at least `least` rows before, and two budgets: runs of one budget lie on a line, which
/// determines no law of two inputs, and one such origin would drown all others. Where the budgets are
/// known, every row is of the nearest.
pub fn split(by: &[f64], known: &[f64], least: usize) -> (Split, Vec<Origin>) {
    let found = if known.is_empty() { budgets(by) } else { nearest(by, known) };
    let (kind, blocks) = match found {
        Some(blocks) => (Split::Budgets, blocks),
        None => (Split::Blocks, equal(by)),
    };
    let mut before: Vec<usize> = Vec::new();
    let mut origins = Vec::new();
    let fewest = if kind == Split::Budgets { 2 } else { 1 };
    for (k, held) in blocks.into_iter().enumerate() {
        if k >= fewest && before.len() >= least {
            origins.push(Origin { before: before.clone(), held: held.clone() });
        }
        before.extend(held);
        before.sort_unstable();
    }
    (kind, origins)
}

/// Rows by the budget that they are nearest to.
fn nearest(by: &[f64], known: &[f64]) -> Option<Vec<Vec<usize>>> {
    let mut known = known.to_vec();
    known.sort_by(f64::total_cmp);
    let mut blocks = vec![Vec::new(); known.len()];
    for (row, value) in by.iter().enumerate() {
        let gap = |k: &usize| (value / known[*k]).ln().abs();
        let block = (0..known.len()).min_by(|a, b| gap(a).total_cmp(&gap(b)))?;
        blocks[block].push(row);
    }
    blocks.retain(|rows| !rows.is_empty());
    (blocks.len() > 1).then_some(blocks)
}

/// The budgets that rows lie at, with more room between two than within one; what lies between goes
/// with the lower. `None` if rows are scattered.
fn budgets(by: &[f64]) -> Option<Vec<Vec<usize>>> {
    if by.iter().any(|v| !(*v > 0.0 && v.is_finite())) {
        return None;
    }
    let ln: Vec<f64> = by.iter().map(|v| v.ln()).collect();
    let groups = clusters(&ln, TOGETHER);
    let full: Vec<&Vec<usize>> = groups.iter().filter(|group| group.len() >= FULL).collect();
    let rows: usize = full.iter().map(|group| group.len()).sum();
    let apart = |pair: &[&Vec<usize>]| ln[pair[1][0]] - ln[pair[0][pair[0].len() - 1]] > TOGETHER.ln_1p();
    if !(BUDGETS..=MOST).contains(&full.len()) || (rows as f64) < SHARE * by.len() as f64 || !full.windows(2).all(apart)
    {
        return None;
    }
    let mut out: Vec<Vec<usize>> = Vec::new();
    for mut group in groups {
        match out.last_mut() {
            Some(last) if group.len() < FULL || last.len() < FULL => last.append(&mut group),
            _ => out.push(group),
        }
    }
    out.iter_mut().for_each(|group| group.sort_unstable());
    Some(out)
}

/// Blocks of as many rows each; equal values stay together.
fn equal(by: &[f64]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..by.len()).collect();
    order.sort_by(|&i, &j| by[i].total_cmp(&by[j]).then(i.cmp(&j)));
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let mut block = usize::MAX;
    for (k, &row) in order.iter().enumerate() {
        let tied = k > 0 && by[order[k - 1]] == by[row];
        let next = k * BLOCKS / by.len();
        if next != block && !tied {
            block = next;
            blocks.push(Vec::new());
        }
        if let Some(last) = blocks.last_mut() {
            last.push(row);
        }
    }
    blocks.iter_mut().for_each(|rows| rows.sort_unstable());
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_forecast_in_order_from_all_rows_below() {
        let by: Vec<f64> = (0..20).map(|i| 10f64.powi(18 + i / 4) * (1.0 + 0.01 * f64::from(i % 4))).collect();
        let (kind, origins) = split(&by, &[], 8);
        assert_eq!((kind, origins.len()), (Split::Budgets, 3));
        assert_eq!(origins[0], Origin { before: (0..8).collect(), held: (8..12).collect() });
        assert_eq!(origins[2].held, (16..20).collect::<Vec<_>>());
    }

    #[test]
    fn every_row_is_of_the_nearest_known_budget() {
        let by = [1.1e18, 0.9e18, 4e18, 9e18, 1.2e19, 8e19];
        let (kind, origins) = split(&by, &[1e19, 1e18, 1e20], 2);
        assert_eq!(kind, Split::Budgets);
        assert_eq!(origins, [Origin { before: vec![0, 1, 2, 3, 4], held: vec![5] }], "one budget alone is no origin");
    }

    #[test]
    fn rows_that_lie_closer_than_budgets_are_scattered() {
        let by: Vec<f64> = (0..60).map(|i| 1.05f64.powi(i)).collect();
        assert_eq!(split(&by, &[], 8).0, Split::Blocks);
    }

    #[test]
    fn a_stray_row_goes_with_the_budget_below_it() {
        let mut by: Vec<f64> = (0..20).map(|i| 10f64.powi(18 + i / 4)).collect();
        by.push(3e19);
        let (_, origins) = split(&by, &[], 8);
        assert_eq!(origins[0].before, (0..8).chain([20]).collect::<Vec<_>>());
    }

    #[test]
    fn scattered_rows_make_five_blocks_whose_ties_stay_together() {
        let by: Vec<f64> = (0..40).map(|i| 1.3f64.powi(i)).collect();
        let (kind, origins) = split(&by, &[], 8);
        assert_eq!((kind, origins.len()), (Split::Blocks, 4));
        assert!(origins.iter().all(|origin| origin.held.len() == 8));
        let tied: Vec<f64> = by.iter().map(|v| if *v < by[10] { -1.0 } else { *v }).collect();
        let (_, origins) = split(&tied, &[], 1);
        assert_eq!(origins[0].before, (0..10).collect::<Vec<_>>());
        assert!(split(&[1.0; 9], &[], 3).1.is_empty(), "rows of one value have no order");
    }
}
