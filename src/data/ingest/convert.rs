//! Named conversions: a missing role from two others, and the check of C against 6ND.

use crate::costs::{six_n_d, tokens_of};
use crate::data::card::CardCompute;
use crate::data::measurements::Warning;

/// A role made from others, in base units.
pub(super) struct Conversion {
    /// Name in cards.
    pub id: &'static str,
    /// The role made.
    pub makes: &'static str,
    /// The roles it takes.
    pub from: &'static [&'static str],
    /// As recorded.
    pub formula: &'static str,
    pub of: fn(&[f64]) -> f64,
}

impl Conversion {
    /// Whether a card means this one.
    pub fn is(&self, declared: &CardCompute) -> bool {
        self.id == declared.using
            && self.makes == declared.is
            && self.from.len() == declared.from.len()
            && self.from.iter().all(|role| declared.from.iter().any(|from| from == role))
    }
}

/// Whether a card declares a conversion that exists.
pub fn is_conversion(declared: &CardCompute) -> bool {
    CONVERSIONS.iter().any(|conversion| conversion.is(declared))
}

/// All of them. Those of one role are tried in order.
pub(super) const CONVERSIONS: &[Conversion] = &[
    Conversion { id: "six-n-d", makes: "D", from: &["N", "C"], formula: "D = C/(6N)", of: |x| tokens_of(x[1], x[0]) },
    Conversion { id: "six-n-d", makes: "C", from: &["N", "D"], formula: "C = 6ND", of: |x| six_n_d(x[0], x[1]) },
    // N and D enter 6ND alike, so its inverse serves both.
    Conversion { id: "six-n-d", makes: "N", from: &["D", "C"], formula: "N = C/(6D)", of: |x| tokens_of(x[1], x[0]) },
    Conversion { id: "perplexity", makes: "L", from: &["ppl"], formula: "L = ln(perplexity)", of: |x| x[0].ln() },
    Conversion { id: "complement", makes: "err", from: &["acc"], formula: "err = 1 - acc", of: |x| 1.0 - x[0] },
    Conversion { id: "complement", makes: "acc", from: &["err"], formula: "acc = 1 - err", of: |x| 1.0 - x[0] },
];

/// C within this fraction of 6ND agrees with it.
const TOLERANCE: f64 = 0.05;

/// Compares C with 6ND row by row.
pub(super) fn check_compute(n: &[f64], d: &[f64], c: &[f64], rows: &[usize]) -> Option<Warning> {
    let ratios: Vec<f64> = n.iter().zip(d).zip(c).map(|((&n, &d), &c)| c / six_n_d(n, d)).collect();
    let beyond = |ratio: f64| ratio.is_finite() && ratio > 0.0 && !(1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&ratio);
    let count = ratios.iter().filter(|&&ratio| beyond(ratio)).count();
    let worst = (0..ratios.len())
        .filter(|&i| beyond(ratios[i]))
        .max_by(|&i, &j| ratios[i].ln().abs().total_cmp(&ratios[j].ln().abs()))?;
    let mut sorted: Vec<f64> = ratios.iter().copied().filter(|ratio| ratio.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    Some(Warning::new(
        "c-contradicts-6nd",
        format!(
            "C differs from 6ND by more than 5 % in {count} of {} rows (median C/6ND {median:.3}, worst {:.3} in row {}); \
             N, D or C may be counted differently",
            ratios.len(),
            ratios[worst],
            rows[worst],
        ),
    ))
}
