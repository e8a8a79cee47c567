//! Looks at the residuals of a fit: trends and runs along each input, groups that err together, rows
//! that stand apart, and whether the law explains anything at all.

use crate::engine::fit::Fit;
use crate::engine::solve::least_absolute::{Kinked, RowTable};
use crate::engine::uncertainty::bootstrap::generator;
use crate::engine::uncertainty::interval::{mean_and_sd, proposal_2};
use crate::record::diagnostics::{Diagnostics, Groups, Neighbours, Trend};
use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, StandardNormal};
use statrs::distribution::{ContinuousCDF, FisherSnedecor, StudentsT};

/// Residuals smaller than this share of the targets' size are rounding, or digits that were not printed.
const ROUNDING: f64 = 1e-9;
/// Draws of independent errors that neighbours are held against.
const DRAWS: u64 = 400;
/// More rows than this, and the fitted parameters no longer matter to neighbours.
const MANY: usize = 2_000;
/// Rows that share a value are a group from this many on.
const GROUP: usize = 3;
/// Keeps these draws apart from the bootstrap's own.
const STREAM: u64 = 0x7265_7369;

/// Residuals, weighted, with what they are examined by.
struct Rows<'a> {
    fit: &'a Fit,
    /// Positions of rows with weight.
    at: Vec<usize>,
    /// Residuals times the root of the relative weight.
    r: Vec<f64>,
    /// The same, cut at four scales.
    cut: Vec<f64>,
    /// Their gradients in the free parameters, weighted likewise.
    j: Option<DMatrix<f64>>,
    scale: f64,
}

/// Whether the rows are met to rounding, so that nothing is left to vary.
pub(super) fn matched(fit: &Fit) -> bool {
    let size = fit.setup.rows.target.iter().fold(0.0_f64, |a, t| a.max(t.abs())).max(1.0);
    fit.residuals().iter().all(|r| r.abs() <= ROUNDING * size)
}

/// The numbers that a verdict is read off. `labels` are the rows' labels by header, `clustered`
/// whether errors were reckoned by them.
pub(super) fn diagnose(fit: &Fit, labels: Option<(&str, &[String])>, influence: &[(usize, f64)]) -> Diagnostics {
    let rows = Rows::of(fit);
    let exact = matched(fit);
    let (explained, by_chance) = rows.signal();
    let trends = rows.trends();
    Diagnostics {
        rows: rows.at.len(),
        free: fit.setup.free(),
        scale: rows.scale,
        exact,
        explained,
        by_chance,
        trend_limit: rows.trend_limit(trends.len()),
        trends,
        neighbours: rows.neighbours(),
        groups: rows.groups(labels),
        farthest: rows.farthest(),
        discrepancy: None,
        influence: influence.first().copied(),
    }
}

impl<'a> Rows<'a> {
    fn of(fit: &'a Fit) -> Self {
        let posed = &fit.setup.rows;
        let at: Vec<usize> = (0..posed.len()).filter(|&k| posed.weight[k] > 0.0).collect();
        let mean = at.iter().map(|&k| posed.weight[k]).sum::<f64>() / at.len().max(1) as f64;
        let root: Vec<f64> = at.iter().map(|&k| (posed.weight[k] / mean).sqrt()).collect();
        let all = fit.residuals();
        let r: Vec<f64> = at.iter().zip(&root).map(|(&k, w)| w * all[k]).collect();
        let scale = proposal_2(&r, fit.setup.free());
        let cut = r.iter().map(|r| r.clamp(-4.0 * scale, 4.0 * scale)).collect();
        let j = (at.len() <= MANY).then(|| {
            let mut table = RowTable::default();
            Kinked::rows(&fit.setup.problem(), &fit.q, &mut table);
            let p = fit.setup.free();
            DMatrix::from_fn(at.len(), p, |k, i| root[k] * table.gradient.get(k * p + i).copied().unwrap_or(0.0))
        });
        Self { fit, at, r, cut, j, scale }
    }

    /// ln of an input at the rows, centred and in units of its spread; `None` if it does not vary.
    fn spread(&self, input: usize) -> Option<Vec<f64>> {
        let logs: Vec<f64> = self.at.iter().map(|&k| self.fit.setup.rows.logs[input][k]).collect();
        let (mean, sd) = mean_and_sd(&logs);
        (sd.is_finite() && sd > 1e-9).then(|| logs.iter().map(|v| (v - mean) / sd).collect())
    }

    /// Share of the variance explained, and the chance of it, without rows beyond ten scales.
    fn signal(&self) -> (Option<f64>, Option<f64>) {
        let posed = &self.fit.setup.rows;
        let near: Vec<usize> =
            (0..self.at.len()).filter(|&k| self.r[k].abs() <= 10.0 * self.scale.max(f64::MIN_POSITIVE)).collect();
        let weight = |k: usize| posed.weight[self.at[k]];
        let total: f64 = near.iter().map(|&k| weight(k)).sum();
        let mean = near.iter().map(|&k| weight(k) * posed.target[self.at[k]]).sum::<f64>() / total;
        let all: f64 = near.iter().map(|&k| weight(k) / total * (posed.target[self.at[k]] - mean).powi(2)).sum();
        let average = total / near.len().max(1) as f64;
        let rest: f64 = near.iter().map(|&k| average / total * self.r[k] * self.r[k]).sum();
        if !(all > 0.0 && rest.is_finite()) {
            return (None, None);
        }
        let (n, p) = (near.len() as f64, self.fit.setup.free() as f64);
        let by_chance = (p > 1.0 && n > p).then(|| {
            let f = ((all - rest).max(0.0) / (p - 1.0)) / (rest.max(f64::MIN_POSITIVE) / (n - p));
            FisherSnedecor::new(p - 1.0, n - p).map_or(0.0, |d| if f.is_finite() { d.sf(f) } else { 0.0 })
        });
        (Some(1.0 - rest / all), by_chance)
    }

    fn trends(&self) -> Vec<Trend> {
        let card = self.fit.setup.law.card();
        let mut out = Vec::new();
        for (i, input) in card.inputs.iter().enumerate() {
            let Some(z) = self.spread(i) else { continue };
            let t = |degree: usize| self.slope(&z, degree).unwrap_or(0.0);
            out.push(Trend { symbol: input.symbol.to_owned(), linear: t(1), quadratic: t(2) });
        }
        out
    }

    /// t of the highest coefficient of a polynomial in z through the residuals.
    fn slope(&self, z: &[f64], degree: usize) -> Option<f64> {
        let freedom = z.len().checked_sub(degree + 1).filter(|f| *f > 0)?;
        let x = DMatrix::from_fn(z.len(), degree + 1, |k, power| z[k].powi(power as i32));
        let y = DVector::from_column_slice(&self.cut);
        let qr = x.qr();
        let (q, r) = (qr.q(), qr.r());
        let last = r[(degree, degree)].abs();
        // Two values of an input have no bend.
        if last <= 1e-9 * (z.len() as f64).sqrt() {
            return None;
        }
        let along = q.transpose() * &y;
        let rest = (y.norm_squared() - along.norm_squared()).max(0.0) / freedom as f64;
        // The coefficient over its error: both are divided by the same corner of R.
        let t = along[degree] / rest.sqrt().max(f64::MIN_POSITIVE);
        t.is_finite().then_some(t)
    }

    /// |t| that one of this many trends passes by chance in one fit of a thousand.
    fn trend_limit(&self, inputs: usize) -> Option<f64> {
        let freedom = self.at.len().checked_sub(3).filter(|f| *f > 0 && inputs > 0)?;
        let tail = 1e-3 / (4 * inputs) as f64;
        Some(StudentsT::new(0.0, 1.0, freedom as f64).ok()?.inverse_cdf(1.0 - tail))
    }

    fn neighbours(&self) -> Vec<Neighbours> {
        let card = self.fit.setup.law.card();
        let n = self.at.len();
        if n < 5 || n <= self.fit.setup.free() || self.scale <= 0.0 {
            return Vec::new();
        }
        let drawn = self.j.as_ref().and_then(|j| self.independent(j));
        let logs = &self.fit.setup.rows.logs;
        let mut out = Vec::new();
        for (i, input) in card.inputs.iter().enumerate() {
            if self.spread(i).is_none() {
                continue;
            }
            let mut order: Vec<usize> = (0..n).collect();
            // Ties in the order of the other inputs, then as they stand.
            let others = (i..card.inputs.len()).chain(0..i);
            let key = |k: usize| others.clone().map(|i| logs[i][self.at[k]]).collect::<Vec<f64>>();
            let keys: Vec<Vec<f64>> = (0..n).map(key).collect();
            let by_key = |a: &usize, b: &usize| {
                let pairs = keys[*a].iter().zip(&keys[*b]).map(|(x, y)| x.total_cmp(y));
                pairs.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
            };
            order.sort_by(by_key);
            let correlation = neighbour_correlation(&order, &self.cut);
            let (mean, sd) = match &drawn {
                Some(draws) => mean_and_sd(&draws.iter().map(|d| neighbour_correlation(&order, d)).collect::<Vec<_>>()),
                None => (0.0, 1.0 / (n as f64).sqrt()),
            };
            let deviations = (correlation - mean) / sd;
            if deviations.is_finite() {
                out.push(Neighbours { symbol: input.symbol.to_owned(), correlation, deviations });
            }
        }
        out
    }

    /// Residuals that independent normal errors would leave: (I − QQᵀ)z, Q of the gradients.
    fn independent(&self, j: &DMatrix<f64>) -> Option<Vec<Vec<f64>>> {
        let length: Vec<f64> = j.column_iter().map(|c| c.norm()).collect();
        let kept: Vec<usize> = (0..length.len()).filter(|&i| length[i].is_finite() && length[i] > 0.0).collect();
        let scaled = DMatrix::from_fn(j.nrows(), kept.len(), |k, a| j[(k, kept[a])] / length[kept[a]]);
        if kept.is_empty() || !scaled.iter().all(|v| v.is_finite()) {
            return None;
        }
        let q = scaled.qr().q();
        let one = |draw: u64| {
            let mut rng = generator(STREAM, draw);
            let z = DVector::from_fn(j.nrows(), |_, _| StandardNormal.sample(&mut rng));
            (&z - &q * (q.transpose() * &z)).as_slice().to_vec()
        };
        Some((0..DRAWS).map(one).collect())
    }

    /// Rows that share a label, else a value of the first input that has such groups.
    fn groups(&self, labels: Option<(&str, &[String])>) -> Option<Groups> {
        if let Some((name, labels)) = labels {
            let keys: Vec<&str> = self.at.iter().map(|&k| labels[k].as_str()).collect();
            return self.grouped(&keys, name, true);
        }
        let posed = &self.fit.setup.rows;
        let inputs = self.fit.setup.law.card().inputs;
        if inputs.len() < 2 {
            return None;
        }
        // Checkpoints share a model size, which comes first; rows of the last input's values are a grid's.
        let find = |i: usize| {
            let keys: Vec<u64> = self.at.iter().map(|&k| posed.inputs[i][k].to_bits()).collect();
            self.grouped(&keys, inputs[i].symbol, false).filter(|g| 2 * g.rows >= self.at.len())
        };
        (0..inputs.len() - 1).find_map(find)
    }

    fn grouped<K: Ord + Copy>(&self, keys: &[K], by: &str, clustered: bool) -> Option<Groups> {
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by_key(|&k| (keys[k], k));
        let groups: Vec<Vec<f64>> = order
            .chunk_by(|&a, &b| keys[a] == keys[b])
            .filter(|group| group.len() >= GROUP)
            .map(|group| group.iter().map(|&k| self.cut[k]).collect())
            .collect();
        let (count, rows) = (groups.len(), groups.iter().map(Vec::len).sum::<usize>());
        if count < 2 || rows <= count {
            return None;
        }
        let mean = groups.iter().flatten().sum::<f64>() / rows as f64;
        let (mut between, mut within, mut same) = (0.0, 0.0, 0);
        for group in &groups {
            let own = group.iter().sum::<f64>() / group.len() as f64;
            between += group.len() as f64 * (own - mean).powi(2);
            within += group.iter().map(|r| (r - own).powi(2)).sum::<f64>();
            let above = group.iter().filter(|r| **r > 0.0).count();
            same += above.max(group.len() - above);
        }
        let freedom = ((count - 1) as f64, (rows - count) as f64);
        let f = (between / freedom.0) / (within / freedom.1).max(f64::MIN_POSITIVE);
        let by_chance =
            FisherSnedecor::new(freedom.0, freedom.1).map_or(1.0, |d| if f.is_finite() { d.sf(f) } else { 0.0 });
        let same_sign = same as f64 / rows as f64;
        Some(Groups { by: by.to_owned(), count, rows, same_sign, by_chance, clustered })
    }

    fn farthest(&self) -> Option<(usize, f64)> {
        let far = (0..self.r.len()).max_by(|&a, &b| self.r[a].abs().total_cmp(&self.r[b].abs()))?;
        // A scale of zero: more than half of the rows lie on the law.
        let away = self.r[far].abs() / self.scale;
        away.is_finite().then(|| (self.fit.row_ids[self.at[far]], away))
    }
}

fn neighbour_correlation(order: &[usize], r: &[f64]) -> f64 {
    let square: f64 = r.iter().map(|r| r * r).sum();
    order.windows(2).map(|pair| r[pair[0]] * r[pair[1]]).sum::<f64>() / square
}
