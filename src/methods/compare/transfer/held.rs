//! Whether sharing forecasts better: the larger half of a group's rows from its smaller half, with
//! parameters tied to the other groups', alone, and with one law for all.

use crate::data::measurements::Measurements;
use crate::engine::fit::Spec;
use crate::engine::fit::tied::{Tied, tie};
use crate::engine::uncertainty::tied::TiedSpread;
use crate::law::Law;
use crate::methods::compare::Origin;
use crate::methods::compare::score::{Scored, Scores, mean_scores};
use rayon::prelude::*;

/// Everything that a check needs.
pub(super) struct Check<'a> {
    pub spec: &'a Spec,
    pub rows: &'a Measurements,
    pub groups: &'a [Vec<usize>],
    pub shared: &'a [usize],
    pub level: f64,
}

/// The ways to fit groups, in the order of scores.
pub(super) const WAYS: [&str; 3] = ["tied", "alone", "pooled"];

/// Inputs of a row, card order.
pub(super) fn inputs(law: &dyn Law, rows: &Measurements, row: usize) -> Vec<f64> {
    let value = |symbol: &str| rows.column(symbol).map_or(f64::NAN, |column| column[row]);
    law.card().inputs.iter().map(|input| value(input.symbol)).collect()
}

impl Check<'_> {
    /// A group's rows parted by the column that orders them. `None` if nothing is left to hold out.
    pub fn origin(&self, group: usize, order: &[f64]) -> Option<Origin> {
        let mut rows = self.groups[group].clone();
        rows.sort_by(|&a, &b| order[a].total_cmp(&order[b]).then(a.cmp(&b)));
        let own = self.spec.law.card().params.len() - self.shared.len();
        let kept = (rows.len() / 2).max(own);
        let held = rows.get(kept..).filter(|held| !held.is_empty())?.to_vec();
        Some(Origin { before: rows[..kept].to_vec(), held })
    }

    /// What each way says of the rows that one group holds out.
    fn said(&self, group: usize, origin: &Origin) -> [Option<Vec<Scored>>; 3] {
        let p = self.spec.law.card().params.len();
        let mut groups = self.groups.to_vec();
        groups[group].clone_from(&origin.before);
        let tied = tie(self.spec, self.rows, &groups, self.shared).ok();
        let alone = if origin.before.len() > p {
            tie(self.spec, self.rows, std::slice::from_ref(&origin.before), &[]).ok()
        } else {
            None
        };
        let pooled = tie(self.spec, self.rows, &[groups.concat()], &[]).ok();
        [
            tied.and_then(|fit| self.forecasts(&fit, group, origin)),
            alone.and_then(|fit| self.forecasts(&fit, 0, origin)),
            pooled.and_then(|fit| self.forecasts(&fit, 0, origin)),
        ]
    }

    fn forecasts(&self, fit: &Tied, group: usize, origin: &Origin) -> Option<Vec<Scored>> {
        let spread = TiedSpread::new(fit)?;
        let one = |&row: &usize| {
            let x = inputs(self.spec.law, self.rows, row);
            let ln = spread.forecast(group, &x)?;
            Some(Scored { point: ln.mean().exp(), if_right: ln.clone(), beside: ln })
        };
        origin.held.iter().map(one).collect()
    }

    /// The scores of every way over the groups that all of them could be scored on, and how many those
    /// are. A way that no group is large enough for stands aside.
    pub fn scores(&self, origins: &[(usize, Origin)], measured: &[f64]) -> ([Option<Scores>; 3], usize) {
        let said: Vec<[Option<Vec<Scored>>; 3]> =
            origins.par_iter().map(|(group, origin)| self.said(*group, origin)).collect();
        let able: Vec<usize> = (0..3).filter(|&way| said.iter().any(|of| of[way].is_some())).collect();
        let common: Vec<usize> = (0..said.len()).filter(|&g| able.iter().all(|&way| said[g][way].is_some())).collect();
        let kept: Vec<Origin> = common.iter().map(|&g| origins[g].1.clone()).collect();
        let of = |way: usize| {
            if !able.contains(&way) || kept.is_empty() {
                return None;
            }
            let one = |k: usize, row: usize| {
                let scored = said[common[k]][way].as_ref().map(|rows| &rows[row]);
                scored.cloned().expect("only groups that every way was scored on are asked for")
            };
            let scores = mean_scores(&one, measured, &kept, self.level);
            (scores.crps.is_finite() && scores.log_score.is_finite()).then_some(scores)
        };
        ([of(0), of(1), of(2)], kept.len())
    }
}
