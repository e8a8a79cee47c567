//! Hold-outs inside the train rows that mirror where the test rows lie.

use crate::methods::bench::rows::Rows;

/// Which rows are fitted and which are forecast.
#[derive(Clone)]
pub(super) struct HoldOut {
    /// In words.
    pub name: String,
    /// Rows to fit.
    pub train: Vec<usize>,
    /// Rows to forecast.
    pub held: Vec<usize>,
}

/// A rule for hold-outs; inputs by their position.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// The largest value of an input from all smaller ones; then the second largest, and so on.
    Largest {
        /// Which input.
        input: usize,
        /// What it is called.
        name: &'static str,
        /// How many origins.
        origins: usize,
    },
    /// Every k-th row of each group, k times.
    Folds(usize),
    /// Rows whose first or second named input is among its k largest values, for several k.
    Edge {
        /// The two inputs.
        inputs: [usize; 2],
        /// What the two are called.
        name: &'static str,
        /// How many of the largest values are held out.
        largest: &'static [usize],
    },
    /// One cell at the upper corner of two inputs; what lies beyond it in both is not fitted either.
    Corner {
        /// The two inputs.
        inputs: [usize; 2],
        /// How many cells, from the largest product down.
        cells: usize,
    },
    /// What lies beyond a quantile of an input, by group, for several quantiles.
    Beyond {
        /// Which input.
        input: usize,
        /// The quantiles.
        quantiles: &'static [f64],
    },
}

/// Fewer rows than this say too little, unless there is nothing better.
const ENOUGH: usize = 15;

impl Rule {
    /// The hold-outs of some rows.
    pub fn apply(&self, rows: &Rows) -> Vec<HoldOut> {
        let all = match *self {
            Self::Largest { input, name, origins } => largest(rows, input, name, origins),
            Self::Folds(count) => folds(rows, count),
            Self::Edge { inputs, name, largest } => largest.iter().map(|&k| edge(rows, inputs, name, k)).collect(),
            Self::Corner { inputs, cells } => corners(rows, inputs, cells),
            Self::Beyond { input, quantiles } => quantiles.iter().map(|&q| beyond(rows, input, q)).collect(),
        };
        let all: Vec<HoldOut> = all.into_iter().filter(|h| !h.train.is_empty() && !h.held.is_empty()).collect();
        let large: Vec<HoldOut> = all.iter().filter(|h| h.held.len() >= ENOUGH).cloned().collect();
        if large.is_empty() { all } else { large }
    }
}

/// Distinct values, largest first.
fn descending(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    sorted.dedup();
    sorted
}

fn split(rows: &Rows, name: String, train: impl Fn(usize) -> bool, held: impl Fn(usize) -> bool) -> HoldOut {
    let all = 0..rows.len();
    HoldOut { name, train: all.clone().filter(|&k| train(k)).collect(), held: all.filter(|&k| held(k)).collect() }
}

fn largest(rows: &Rows, input: usize, name: &str, origins: usize) -> Vec<HoldOut> {
    let x = &rows.x[input];
    let one = |value: f64| split(rows, format!("{name} = {value:.3e} from below"), |k| x[k] < value, |k| x[k] == value);
    descending(x).into_iter().take(origins).map(one).collect()
}

fn folds(rows: &Rows, count: usize) -> Vec<HoldOut> {
    let mut seen = std::collections::HashMap::new();
    let place: Vec<usize> = rows
        .group
        .iter()
        .map(|group| {
            let next = seen.entry(group).or_insert(0);
            *next += 1;
            *next - 1
        })
        .collect();
    let one = |f: usize| {
        let name = format!("every {count}th row of each group, from the {}.", f + 1);
        split(rows, name, |k| place[k] % count != f, |k| place[k] % count == f)
    };
    (0..count).map(one).collect()
}

fn edge(rows: &Rows, inputs: [usize; 2], name: &str, k: usize) -> HoldOut {
    let limit = inputs.map(|i| {
        let values = descending(&rows.x[i]);
        values[(k - 1).min(values.len() - 1)]
    });
    let out = |row: usize| inputs.iter().zip(limit).any(|(&i, limit)| rows.x[i][row] >= limit);
    split(rows, format!("{name} among its {k} largest"), |row| !out(row), out)
}

fn corners(rows: &Rows, [a, b]: [usize; 2], cells: usize) -> Vec<HoldOut> {
    let (x, y) = (&rows.x[a], &rows.x[b]);
    let mut all: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    all.sort_by(|p, q| (q.0 * q.1).total_cmp(&(p.0 * p.1)).then(p.0.total_cmp(&q.0)));
    all.dedup();
    let one = |(p, q): (f64, f64)| {
        let name = format!("cell {p:.3e}, {q:.3e}");
        split(rows, name, |k| x[k] < p || y[k] < q, |k| x[k] == p && y[k] == q)
    };
    all.into_iter().take(cells).map(one).collect()
}

fn beyond(rows: &Rows, input: usize, q: f64) -> HoldOut {
    let x = &rows.x[input];
    let mut limit = std::collections::HashMap::new();
    let all: Vec<usize> = (0..rows.len()).collect();
    for group in rows.groups(&all) {
        let mut values: Vec<f64> = all.iter().filter(|&&k| rows.group[k] == group).map(|&k| x[k]).collect();
        values.sort_by(f64::total_cmp);
        let at = q * (values.len() - 1) as f64;
        let (i, f) = (at as usize, at.fract());
        limit.insert(group, values[i] + f * (values[(i + 1).min(values.len() - 1)] - values[i]));
    }
    let below = |k: usize| x[k] <= limit[rows.group[k].as_str()];
    split(rows, format!("beyond the {:.0} % quantile of each group", 100.0 * q), below, |k| !below(k))
}
