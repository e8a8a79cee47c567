//! Approach 2: at each compute budget a parabola of loss in ln N, then a power law through the
//! vertices. With what it hides: how wide and how centred each grid is, which budgets were refused
//! and why, and how far a parabola would miss the optimum of a known surface on the same grid.

use super::parabola::{Parabola, Refusal};
use super::power_law::PowerLaw;
use super::{Error, Group, Runs, budgets};
use crate::data::measurements::{Measurements, Warning};
use crate::law::Law;
use rand::RngExt;
use serde::{Deserialize, Serialize};

/// A vertex farther from the middle of its grid than this share of the half-width is off-centre.
const OFF_CENTRE: f64 = 0.5;
/// A grid narrower than this factor in N hardly bends.
const NARROW: f64 = 4.0;

/// What the parabola is drawn through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// The loss.
    Raw,
    /// Its logarithm.
    Log,
}

/// How vertices are weighted in the power law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weighting {
    /// All alike, as Hoffmann et al. 2022.
    Equal,
    /// By the inverse variance of the vertex.
    InverseVariance,
}

/// How approach 2 is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// Width of a budget in compute, as a share of it.
    pub tolerance: f64,
    /// The budgets that were planned; empty to find them.
    pub nominal: Vec<f64>,
    /// Fewest rows for a parabola.
    pub min_points: usize,
    /// Loss or its logarithm.
    pub scale: Scale,
    /// Weights of the vertices.
    pub weighting: Weighting,
    /// Coverage of the intervals.
    pub level: f64,
    /// Bootstrap replicates (rows redrawn within each budget); 0 for errors from scatter.
    pub replicates: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tolerance: 0.15,
            nominal: Vec::new(),
            min_points: 5,
            scale: Scale::Raw,
            weighting: Weighting::Equal,
            level: 0.95,
            replicates: 0,
            seed: 0,
        }
    }
}

/// The optimum that a parabola shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Optimum {
    /// Model size.
    pub n: f64,
    /// Lower end of its interval by the delta method, where there is one.
    pub n_lower: Option<f64>,
    /// Upper end.
    pub n_upper: Option<f64>,
    /// Tokens that the budget leaves.
    pub d: f64,
    /// Loss.
    pub loss: f64,
}

/// One compute budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// C, the geometric mean over its rows.
    pub budget: f64,
    /// Largest over smallest C among its rows.
    pub spread: f64,
    /// Source rows, by increasing N.
    pub rows: Vec<usize>,
    /// Smallest and largest N.
    pub sizes: (f64, f64),
    /// The grid's width: largest over smallest N.
    pub width: f64,
    /// Distance of the vertex from the middle of the grid in ln N, in half-widths: beyond ±1 it
    /// is unbracketed.
    pub offset: Option<f64>,
    /// Whether the vertex is kept but far from the middle.
    pub off_centre: bool,
    /// The parabola, where there is one.
    pub parabola: Option<Parabola>,
    /// Its minimum, unless refused.
    pub optimum: Option<Optimum>,
    /// Why there is no optimum.
    pub refused: Option<Refusal>,
}

/// What approach 2 finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IsoFlops {
    /// How it was run.
    pub options: Options,
    /// Budgets, by increasing C, refused ones included.
    pub budgets: Vec<Budget>,
    /// Rows at none of the nominal budgets.
    pub left_out: usize,
    /// N_opt against C.
    pub n: PowerLaw,
    /// D_opt against C.
    pub d: PowerLaw,
    /// Bootstrap replicates in which fewer than three budgets had an optimum.
    pub failed: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

impl Options {
    fn parabola(&self, runs: &Runs, rows: &[usize]) -> Result<Parabola, Refusal> {
        let x: Vec<f64> = rows.iter().map(|&i| runs.ln_n[i]).collect();
        let y: Vec<f64> = rows.iter().map(|&i| self.on_scale(runs.loss[i])).collect();
        if rows.len() < self.min_points {
            return Err(Refusal::TooFewPoints);
        }
        Parabola::fit(&x, &y, self.level)
    }
    fn on_scale(&self, loss: f64) -> f64 {
        match self.scale {
            Scale::Raw => loss,
            Scale::Log => loss.ln(),
        }
    }
    /// N_opt and D_opt against C through vertices (ln C, ln N, ln D, error of ln N).
    fn lines(&self, vertices: &[[f64; 4]]) -> Option<(PowerLaw, PowerLaw)> {
        let column = |k: usize| vertices.iter().map(|vertex| vertex[k]).collect::<Vec<f64>>();
        let weights = match self.weighting {
            Weighting::Equal => None,
            Weighting::InverseVariance => Some(column(3).iter().map(|e| e.max(1e-9).powi(-2)).collect::<Vec<f64>>()),
        };
        let fit = |k| PowerLaw::fit(&column(0), &column(k), weights.as_deref(), self.level);
        Some((fit(1)?, fit(2)?))
    }
}

/// ln(ND) of a group: what its budget leaves for D at any N.
fn ln_nd(runs: &Runs, rows: &[usize]) -> f64 {
    rows.iter().map(|&i| runs.ln_n[i] + runs.ln_d[i]).sum::<f64>() / rows.len() as f64
}

fn examine(data: &Measurements, runs: &Runs, group: &Group, options: &Options) -> Budget {
    let ends = (runs.ln_n[group.rows[0]], runs.ln_n[group.rows[group.rows.len() - 1]]);
    let fitted = options.parabola(runs, &group.rows);
    let refused = fitted.and_then(|parabola| parabola.check(ends.0, ends.1)).err();
    let parabola = fitted.ok().filter(|parabola| parabola.vertex.is_finite());
    let offset = parabola.map(|parabola| (2.0 * parabola.vertex - ends.0 - ends.1) / (ends.1 - ends.0));
    let optimum = parabola.filter(|_| refused.is_none()).map(|parabola| Optimum {
        n: parabola.vertex.exp(),
        n_lower: parabola.half_width().map(|half| (parabola.vertex - half).exp()),
        n_upper: parabola.half_width().map(|half| (parabola.vertex + half).exp()),
        d: (ln_nd(runs, &group.rows) - parabola.vertex).exp(),
        loss: match options.scale {
            Scale::Raw => parabola.height,
            Scale::Log => parabola.height.exp(),
        },
    });
    Budget {
        budget: group.ln_c.exp(),
        spread: group.spread,
        rows: group.rows.iter().map(|&i| data.rows[i]).collect(),
        sizes: (ends.0.exp(), ends.1.exp()),
        width: (ends.1 - ends.0).exp(),
        offset,
        off_centre: refused.is_none() && offset.is_some_and(|offset| offset.abs() > OFF_CENTRE),
        parabola,
        optimum,
        refused,
    }
}

/// Vertices of the budgets that have one, as [`Options::lines`] wants them.
fn vertices(budgets: &[Budget]) -> Vec<[f64; 4]> {
    let vertex = |b: &Budget| {
        let error = b.parabola?.vertex_error.unwrap_or(1.0);
        b.optimum.map(|optimum| [b.budget.ln(), optimum.n.ln(), optimum.d.ln(), error])
    };
    budgets.iter().filter_map(vertex).collect()
}

/// Approach 2 on measurements with N, L and one of D and C.
pub fn isoflops(data: &Measurements, options: &Options) -> Result<IsoFlops, Error> {
    let runs = Runs::new(data)?;
    let groups = budgets(&runs, options.tolerance, &options.nominal);
    let budgets: Vec<Budget> = groups.iter().map(|group| examine(data, &runs, group, options)).collect();
    let kept = vertices(&budgets);
    let lines = if kept.len() < 3 { None } else { options.lines(&kept) };
    let Some((n, d)) = lines else {
        let why = budgets.iter().filter_map(|b| Some(format!("{:.3e} {}", b.budget, b.refused?))).take(12).collect();
        return Err(Error::TooFewOptima { found: kept.len(), needed: 3, why });
    };
    let (exponents, failed) = bootstrap(data, &runs, &groups, options);
    let method = "rows redrawn within each budget, percentile";
    let left_out = runs.len() - groups.iter().map(|group| group.rows.len()).sum::<usize>();
    let warnings = warnings(&budgets, options, left_out, failed);
    Ok(IsoFlops {
        options: options.clone(),
        left_out,
        budgets,
        n: n.with_replicates(exponents.iter().map(|e| e.0).collect(), method),
        d: d.with_replicates(exponents.iter().map(|e| e.1).collect(), method),
        failed,
        warnings,
    })
}

/// Exponents of N and D by replicate, and how many replicates had fewer than three optima.
fn bootstrap(data: &Measurements, runs: &Runs, groups: &[Group], options: &Options) -> (Vec<(f64, f64)>, usize) {
    let mut exponents = Vec::new();
    for replicate in 0..options.replicates {
        let mut rng = rand_pcg::Pcg64::new(u128::from(options.seed), replicate as u128);
        let drawn: Vec<Budget> = groups
            .iter()
            .map(|group| {
                let mut rows: Vec<usize> =
                    group.rows.iter().map(|_| group.rows[rng.random_range(0..group.rows.len())]).collect();
                rows.sort_by(|&i, &j| runs.ln_n[i].total_cmp(&runs.ln_n[j]));
                examine(data, runs, &Group { rows, ..*group }, options)
            })
            .collect();
        let kept = vertices(&drawn);
        if let Some((n, d)) = (kept.len() >= 3).then(|| options.lines(&kept)).flatten() {
            exponents.push((n.exponent, d.exponent));
        }
    }
    let failed = options.replicates - exponents.len();
    (exponents, failed)
}

fn warnings(budgets: &[Budget], options: &Options, left_out: usize, failed: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for b in budgets {
        let mut warn = |kind: &str, what: String| {
            warnings.push(Warning::new(kind, format!("Budget {:.3e}: {what}.", b.budget)));
        };
        if let Some(refusal) = b.refused.filter(|&refusal| refusal != Refusal::TooFewPoints) {
            warn("isoflop-refused", format!("refused, {refusal}"));
        }
        if let (true, Some(offset)) = (b.off_centre, b.offset) {
            warn("isoflop-off-centre", format!("the vertex lies {offset:.2} half-widths from the middle of the grid"));
        }
        if b.refused.is_none() && b.width < NARROW {
            warn("isoflop-narrow", format!("model sizes span a factor of {:.1} only", b.width));
        }
    }
    let small = || budgets.iter().filter(|b| b.refused == Some(Refusal::TooFewPoints));
    let rows = left_out + small().map(|b| b.rows.len()).sum::<usize>();
    if rows > 0 {
        let (count, least) = (small().count(), options.min_points);
        let message = match count {
            0 => format!("{rows} rows are at no budget."),
            _ => format!("{rows} rows are at no budget, or at one of {count} with fewer than {least} rows."),
        };
        warnings.push(Warning::new("isoflop-too-few-points", message));
    }
    if failed > 0 {
        let message = format!("{failed} of {} replicates had fewer than three optima.", options.replicates);
        warnings.push(Warning::new("isoflop-replicates-failed", message));
    }
    warnings
}

/// What a parabola makes of a known surface at one budget.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BudgetBias {
    /// The budget.
    pub budget: f64,
    /// The surface's optimal N.
    pub n_true: f64,
    /// The vertex of the parabola through the surface on this budget's grid.
    pub n_parabola: f64,
    /// ln(n_parabola / n_true).
    pub gap: f64,
    /// Whether the parabola would be refused.
    pub refused: Option<Refusal>,
}

/// What approach 2 would make of a known surface, without noise, on the grids of the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bias {
    /// Budget by budget.
    pub budgets: Vec<BudgetBias>,
    /// Exponent of N through the surface's optima at those budgets.
    pub exponent_true: f64,
    /// Exponent of N through the vertices.
    pub exponent_parabola: f64,
}

/// The bias of approach 2 on the surface of a law of N and D (a fit of approach 3, say): the
/// surface is evaluated on the model sizes measured at each budget, and its parabola compared with
/// its optimum.
pub fn bias(data: &Measurements, options: &Options, law: &dyn Law, theta: &[f64]) -> Result<Bias, Error> {
    let card = law.card();
    let (Some(at_n), Some(at_d), 2) = (card.input("N"), card.input("D"), card.inputs.len()) else {
        return Err(Error::MissingColumn("D"));
    };
    let loss = |ln_n: f64, ln_d: f64| {
        let mut x = [0.0; 2];
        x[at_n] = ln_n.exp();
        x[at_d] = ln_d.exp();
        law.predict(&x, theta)
    };
    let runs = Runs::new(data)?;
    let mut found = Vec::new();
    for group in budgets(&runs, options.tolerance, &options.nominal)
        .iter()
        .filter(|group| group.rows.len() >= options.min_points)
    {
        let nd = ln_nd(&runs, &group.rows);
        let surface = Runs { loss: runs.ln_n.iter().map(|&ln_n| loss(ln_n, nd - ln_n)).collect(), ..runs.clone() };
        let ends = (runs.ln_n[group.rows[0]], runs.ln_n[group.rows[group.rows.len() - 1]]);
        let Ok(parabola) = options.parabola(&surface, &group.rows) else { continue };
        let best = lowest(|ln_n| loss(ln_n, nd - ln_n), ends.0 - 12.0, ends.1 + 12.0);
        found.push(BudgetBias {
            budget: group.ln_c.exp(),
            n_true: best.exp(),
            n_parabola: parabola.vertex.exp(),
            gap: parabola.vertex - best,
            refused: parabola.check(ends.0, ends.1).err(),
        });
    }
    let kept: Vec<&BudgetBias> = found.iter().filter(|b| b.refused.is_none()).collect();
    let ln_c: Vec<f64> = kept.iter().map(|b| b.budget.ln()).collect();
    let exponent = |n: fn(&BudgetBias) -> f64| {
        let ln_n: Vec<f64> = kept.iter().map(|b| n(b).ln()).collect();
        PowerLaw::fit(&ln_c, &ln_n, None, options.level).map(|line| line.exponent)
    };
    match (exponent(|b| b.n_true), exponent(|b| b.n_parabola)) {
        (Some(exponent_true), Some(exponent_parabola)) => Ok(Bias { exponent_true, exponent_parabola, budgets: found }),
        _ => Err(Error::TooFewOptima { found: kept.len(), needed: 2, why: Vec::new() }),
    }
}

/// Where a function with one valley is lowest, by golden sections.
fn lowest(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut a, mut b) = (high - golden * (high - low), low + golden * (high - low));
    let (mut fa, mut fb) = (f(a), f(b));
    // Each section takes a third off; infinite ends would never meet.
    for _ in 0..200 {
        if high - low <= 1e-8 {
            break;
        }
        if fa < fb {
            (high, b, fb) = (b, a, fa);
            a = high - golden * (high - low);
            fa = f(a);
        } else {
            (low, a, fa) = (a, b, fb);
            b = low + golden * (high - low);
            fb = f(b);
        }
    }
    0.5 * (low + high)
}
