//! The compute-optimal allocation read off the measurements themselves, without a law for the
//! loss: the lower envelope of training curves (approach 1 of Hoffmann et al. 2022), parabolas at
//! fixed compute (approach 2), and Porian et al.'s interpolated optima with noise. Approach 3 is a
//! fit of the law `chinchilla`; what a parabola would make of such a fit is in [`isoflop::bias`].
//!
//! Each ends with N_opt ∝ C^a and D_opt ∝ C^b as a [`PowerLaw`] with an interval, and with all
//! that was refused on the way, by name.

pub mod akima;
pub mod approaches;
pub mod envelope;
pub mod isoflop;
pub mod parabola;
pub mod porian;
pub mod power_law;

pub use envelope::{Envelope, envelope};
pub use isoflop::{IsoFlops, isoflops};
pub use porian::{Porian, porian};
pub(crate) use power_law::t_quantile;
pub use power_law::{Line, PowerLaw};

use crate::data::measurements::Measurements;

/// Why an allocation cannot be read off.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// A role that the approach needs is missing.
    #[error("the measurements have no column for {0}")]
    MissingColumn(&'static str),
    /// A value whose logarithm does not exist.
    #[error("{symbol} is {value} in row {row}: it must be {}", if .value.is_infinite() { "finite" } else { "positive" })]
    NotPositive {
        /// Role.
        symbol: &'static str,
        /// Row in the source.
        row: usize,
        /// The value.
        value: f64,
    },
    /// No two runs of different size spend nearly the same: what the best run has is what was chosen.
    #[error(
        "no two runs of different size compete at a budget (within {within:.0} % of C): the best run there is the only one, so that the exponent would be the design's, not the data's; train several sizes at each budget"
    )]
    NoRivals {
        /// Distance within which budgets count as one, per cent.
        within: f64,
    },
    /// All winners have one size.
    #[error(
        "the envelope has one model size, {size:.4e}, once the smallest and the largest are left out: it knows no exponent; train more sizes"
    )]
    OneSize {
        /// The size.
        size: f64,
    },
    /// Too few optima to draw a line through.
    #[error("{found} budgets have an optimum and a power law needs {needed}{}", refused(.why))]
    TooFewOptima {
        /// Optima found.
        found: usize,
        /// Optima needed.
        needed: usize,
        /// The refusals, one a budget.
        why: Vec<String>,
    },
}

fn refused(why: &[String]) -> String {
    if why.is_empty() { String::new() } else { format!(" (refused: {})", why.join("; ")) }
}

/// The columns of an allocation, as logarithms, and the loss.
#[derive(Clone, Debug)]
pub struct Runs {
    /// ln N.
    pub ln_n: Vec<f64>,
    /// ln D.
    pub ln_d: Vec<f64>,
    /// ln C.
    pub ln_c: Vec<f64>,
    /// Loss.
    pub loss: Vec<f64>,
}

impl Runs {
    /// The columns N, L and two of N, D, C; the third follows from C = 6ND where it is missing.
    pub fn new(data: &Measurements) -> Result<Self, Error> {
        let column = |symbol: &'static str| -> Result<Option<Vec<f64>>, Error> {
            let Some(values) = data.column(symbol) else { return Ok(None) };
            match values.iter().position(|&v| !(v > 0.0 && v.is_finite())) {
                Some(k) => Err(Error::NotPositive { symbol, row: data.rows[k], value: values[k] }),
                None => Ok(Some(values.to_vec())),
            }
        };
        let need = |symbol: &'static str| column(symbol)?.ok_or(Error::MissingColumn(symbol));
        let (n, loss) = (need("N")?, need("L")?);
        let (d, c) = match (column("D")?, column("C")?) {
            (Some(d), Some(c)) => (d, c),
            (Some(d), None) => {
                let c = n.iter().zip(&d).map(|(&n, &d)| crate::costs::six_n_d(n, d)).collect();
                (d, c)
            }
            (None, Some(c)) => (c.iter().zip(&n).map(|(&c, &n)| crate::costs::tokens_of(c, n)).collect(), c),
            (None, None) => return Err(Error::MissingColumn("D")),
        };
        for (symbol, values) in [("D", &d), ("C", &c)] {
            if let Some(k) = values.iter().position(|v| !(*v > 0.0 && v.is_finite())) {
                return Err(Error::NotPositive { symbol, row: data.rows[k], value: values[k] });
            }
        }
        let ln = |values: Vec<f64>| values.into_iter().map(f64::ln).collect();
        Ok(Self { ln_n: ln(n), ln_d: ln(d), ln_c: ln(c), loss })
    }
    /// Number of runs.
    pub fn len(&self) -> usize {
        self.loss.len()
    }
    /// No run at all.
    pub fn is_empty(&self) -> bool {
        self.loss.is_empty()
    }
}

/// Rows at one compute budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// ln C, the mean over its rows.
    pub ln_c: f64,
    /// Positions of its rows, by increasing N.
    pub rows: Vec<usize>,
    /// Largest over smallest C within it.
    pub spread: f64,
}

/// The budgets of a design. With `nominal` ones, each row within the factor 1 + `tolerance` of its
/// nearest; otherwise found: again and again the window of that width in C with the most rows, so
/// that runs scattered between the budgets cannot chain them together. Rows left over make small
/// groups, or none with nominal budgets.
pub fn budgets(runs: &Runs, tolerance: f64, nominal: &[f64]) -> Vec<Group> {
    let width = tolerance.ln_1p();
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by(|&i, &j| runs.ln_c[i].total_cmp(&runs.ln_c[j]));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    if nominal.is_empty() {
        groups = clusters(&runs.ln_c, tolerance);
    } else {
        let mut nominal: Vec<f64> = nominal.iter().map(|c| c.ln()).collect();
        nominal.sort_by(f64::total_cmp);
        groups.resize(nominal.len(), Vec::new());
        for &i in &order {
            let gap = |k: usize| (runs.ln_c[i] - nominal[k]).abs();
            let nearest = (0..nominal.len()).min_by(|&a, &b| gap(a).total_cmp(&gap(b)));
            if let Some(k) = nearest.filter(|&k| gap(k) <= width) {
                groups[k].push(i);
            }
        }
        groups.retain(|rows| !rows.is_empty());
    }
    groups
        .into_iter()
        .map(|mut rows| {
            let ln_c = rows.iter().map(|&i| runs.ln_c[i]).sum::<f64>() / rows.len() as f64;
            let spread = (runs.ln_c[rows[rows.len() - 1]] - runs.ln_c[rows[0]]).exp();
            rows.sort_by(|&i, &j| runs.ln_n[i].total_cmp(&runs.ln_n[j]).then(i.cmp(&j)));
            Group { ln_c, rows, spread }
        })
        .collect()
}

/// Rows whose values lie together, from logarithms: again and again the window of the factor
/// 1 + `tolerance` with the most rows. By increasing value; what is left over is alone.
pub fn clusters(ln: &[f64], tolerance: f64) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..ln.len()).collect();
    order.sort_by(|&i, &j| ln[i].total_cmp(&ln[j]));
    let mut groups = Vec::new();
    windows(&order, ln, tolerance.ln_1p(), &mut groups);
    groups
}

/// Splits rows sorted by ln C at the fullest window of a width (the tightest among equals), then
/// what lies on either side of it.
fn windows(sorted: &[usize], ln_c: &[f64], width: f64, groups: &mut Vec<Vec<usize>>) {
    // What is still to be split, the first last; a window that was found waits for what is before it.
    let mut open: Vec<(&[usize], bool)> = vec![(sorted, false)];
    while let Some((rows, found)) = open.pop() {
        if found {
            groups.push(rows.to_vec());
            continue;
        }
        let (start, count) = fullest(rows, ln_c, width);
        match count {
            0 => {}
            // Everybody is alone.
            1 => groups.extend(rows.iter().map(|&row| vec![row])),
            _ => {
                let (before, rest) = rows.split_at(start);
                let (window, after) = rest.split_at(count);
                open.extend([(after, false), (window, true), (before, false)]);
            }
        }
    }
}

/// Start and length of the fullest window of rows sorted by ln C.
fn fullest(sorted: &[usize], ln_c: &[f64], width: f64) -> (usize, usize) {
    let mut best = (0, f64::INFINITY, 0);
    let mut end = 0;
    for start in 0..sorted.len() {
        let from = ln_c[sorted[start]];
        end = end.max(start + 1);
        while end < sorted.len() && ln_c[sorted[end]] - from <= width {
            end += 1;
        }
        let (count, spread) = (end - start, ln_c[sorted[end - 1]] - from);
        if count > best.0 || (count == best.0 && spread < best.1) {
            best = (count, spread, start);
        }
    }
    (best.2, best.0)
}

/// The p-quantile of sorted numbers, linear between order statistics.
pub(crate) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = p * (sorted.len() - 1) as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (at - low as f64) * (sorted[high] - sorted[low])
}
