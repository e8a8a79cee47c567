//! Well determined, a ridge, or not identified: a fit's verdict from the directions that its rows
//! see and from how far the quantities of interest could be off.

use crate::engine::fit::certificate::at_bound;
use crate::engine::fit::identify::{Directions, directions};
use crate::engine::fit::problem::{Binding, FitProblem};
use crate::engine::fit::{Fit, Setup};
use crate::engine::optimum::optimum;
use crate::law::{Card, Law, Param, Role, Transform};
use crate::record::identifiability::{FlatDirection, Identifiability, Line, NARROW, Verdict, Width};
use nalgebra::DMatrix;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Factors that the interval of an exponent and of the optimum may span: twice or half, three
/// times or a third.
pub const EXPONENT: f64 = 4.0;
/// See there.
pub const OPTIMUM: f64 = 9.0;
/// Factors of an interval by curvature at which its ends mean nothing.
const ENDLESS: f64 = 1e3;
/// Step of central differences, in the solver's variables.
const STEP: f64 = 1e-4;
/// Relative response to a direction below which a quantity does not depend on it.
const DEPENDS: f64 = 1e-5;

/// How a fit's parameters follow from its variables, as a record can hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct Variables(pub Vec<Vec<usize>>);

impl Variables {
    /// By the symbols of a record; what is not a parameter of the law is left out.
    pub fn of_symbols(card: &Card, symbols: &[Vec<String>]) -> Self {
        Self(symbols.iter().map(|group| group.iter().filter_map(|s| card.param(s)).collect()).collect())
    }
    /// Every parameter by itself, but those without freedom.
    pub fn all(card: &Card, free: impl Fn(usize) -> bool) -> Self {
        Self((0..card.params.len()).filter(|&j| free(j)).map(|j| vec![j]).collect())
    }
    /// Parameters with variables moved by `by`: on the log scale where the solver is.
    pub fn moved(&self, card: &Card, theta: &[f64], by: &[f64]) -> Vec<f64> {
        let mut out = theta.to_vec();
        for (group, by) in self.0.iter().zip(by) {
            for &j in group {
                out[j] = match card.params[j].transform {
                    Transform::Log => theta[j] * by.exp(),
                    Transform::Identity => theta[j] + by,
                };
            }
        }
        out
    }
    /// The derivative of a function of the parameters along a direction, by central differences of
    /// fourth order.
    pub fn slope(&self, card: &Card, theta: &[f64], along: &[f64], f: &dyn Fn(&[f64]) -> f64) -> f64 {
        let at = |times: f64| {
            let by: Vec<f64> = along.iter().map(|v| v * STEP * times).collect();
            f(&self.moved(card, theta, &by))
        };
        (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * STEP)
    }
    /// All partial derivatives.
    pub fn gradient(&self, card: &Card, theta: &[f64], f: &dyn Fn(&[f64]) -> f64) -> Vec<f64> {
        let unit = |i: usize| (0..self.0.len()).map(|k| f64::from(u8::from(i == k))).collect::<Vec<f64>>();
        (0..self.0.len()).map(|i| self.slope(card, theta, &unit(i), f)).collect()
    }
}

/// An answer to a problem.
struct Answer<'a> {
    setup: &'a Setup,
    q: &'a [f64],
    theta: &'a [f64],
}

fn variables(fit: &Answer<'_>) -> Variables {
    let of = |i: usize| {
        let is = |j: &usize| matches!(fit.setup.bindings[*j], Binding::Free(k, _) if k == i);
        (0..fit.theta.len()).filter(is).collect()
    };
    Variables((0..fit.setup.free()).map(of).collect())
}

/// Judges a fit whose residuals have a scale.
pub fn identifiability(fit: &Fit, scale: f64, level: f64) -> Option<Identifiability> {
    judge(&fit.setup, &fit.q, &fit.theta, scale, level)
}

/// The same for an answer in the solver's variables and in parameters.
pub fn judge(setup: &Setup, q: &[f64], theta: &[f64], scale: f64, level: f64) -> Option<Identifiability> {
    let fit = &Answer { setup, q, theta };
    let card = fit.setup.law.card();
    let problem: FitProblem = fit.setup.problem();
    let seen = directions(fit.setup, &problem, fit.q)?;
    let of = variables(fit);
    let bound = at_bound(fit.setup, fit.theta);
    let symbol = |j: &usize| card.params[*j].symbol.to_owned();
    let flat: Vec<FlatDirection> = seen
        .flat
        .iter()
        .map(|flat| FlatDirection {
            step: flat.step.clone(),
            words: words(card, &of, &flat.step),
            deviation: (flat.response > 0.0).then(|| scale / flat.response).filter(|v| v.is_finite()),
        })
        .collect();
    let freedom = fit.setup.rows.len().saturating_sub(fit.setup.free());
    let t = StudentsT::new(0.0, 1.0, freedom.max(1) as f64).ok()?.inverse_cdf(0.5 * (1.0 + level));
    let line = line(fit);
    let widths = if flat.is_empty() && line.is_none() { widths(fit, &seen, &of, t * scale) } else { Vec::new() };
    let wide = |w: &Width| w.factor.is_none_or(|factor| factor > w.most);
    let verdict = if !flat.is_empty() || line.is_some() || widths.iter().any(|w| w.factor.is_none()) {
        Some(Verdict::NotIdentified)
    } else if freedom == 0 {
        None
    } else if widths.iter().any(wide) {
        Some(Verdict::Ridge)
    } else {
        Some(Verdict::WellDetermined)
    };
    Some(Identifiability {
        verdict,
        condition: seen.condition,
        variables: of.0.iter().map(|group| group.iter().map(symbol).collect()).collect(),
        on_bound: bound.iter().map(symbol).collect(),
        flat,
        line,
        widths,
    })
}

/// The line in the logarithms of the inputs that all rows lie on, if they do.
fn line(fit: &Answer<'_>) -> Option<Line> {
    let card = fit.setup.law.card();
    let rows = &fit.setup.rows;
    let kept: Vec<usize> = (0..rows.len()).filter(|&k| rows.weight[k] > 0.0).collect();
    let k = card.inputs.len();
    if k < 2 || kept.len() < 3 || !rows.logs.iter().all(|column| kept.iter().all(|&row| column[row].is_finite())) {
        return None;
    }
    let mean = |i: usize| kept.iter().map(|&row| rows.logs[i][row]).sum::<f64>() / kept.len() as f64;
    let through: Vec<f64> = (0..k).map(mean).collect();
    let centred = DMatrix::from_fn(kept.len(), k, |a, i| rows.logs[i][kept[a]] - through[i]);
    let varies = |i: usize| centred.column(i).amax() > 1e-9;
    let svd = centred.clone().qr().r().svd(false, true);
    let v_t = svd.v_t?;
    let most =
        (0..svd.singular_values.len()).max_by(|&a, &b| svd.singular_values[a].total_cmp(&svd.singular_values[b]))?;
    let rest = (0..svd.singular_values.len()).filter(|&i| i != most).map(|i| svd.singular_values[i]);
    let thin = rest.fold(0.0, f64::max) <= NARROW * svd.singular_values[most];
    // An input that never varies is not on a line with the others: its parameters show as flat.
    (thin && (0..k).all(varies)).then(|| Line {
        inputs: card.inputs.iter().map(|input| input.symbol.to_owned()).collect(),
        through,
        along: v_t.row(most).iter().copied().collect(),
    })
}

/// The parameters that a direction changes most, in words.
fn words(card: &Card, of: &Variables, step: &[f64]) -> String {
    let moves = |&i: &usize| step[i].abs() > 0.1 && !of.0[i].is_empty();
    let names: Vec<&str> = (0..of.0.len()).filter(moves).map(|i| card.params[of.0[i][0]].symbol).collect();
    match names.as_slice() {
        [] => "the parameters".to_owned(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// A function of the parameters.
type OfParameters<'a> = &'a dyn Fn(&[f64]) -> f64;

/// The factors that intervals span: of exponents, and of the first optimal input at ten times the
/// largest budget.
fn widths(fit: &Answer<'_>, seen: &Directions, of: &Variables, reach: f64) -> Vec<Width> {
    let card = fit.setup.law.card();
    let factor = |f: OfParameters<'_>| {
        let gradient = of.gradient(card, fit.theta, &|theta| f(theta).ln());
        let kept = |i: &usize| seen.variables.contains(i);
        let square: f64 = seen
            .root
            .row_iter()
            .map(|row| (0..gradient.len()).filter(kept).map(|i| row[i] * gradient[i]).sum::<f64>().powi(2))
            .sum();
        let factor = (2.0 * reach * square.sqrt()).exp();
        (1.0..ENDLESS).contains(&factor).then_some(factor)
    };
    let mut out = Vec::new();
    for (i, group) in of.0.iter().enumerate().filter(|(i, _)| seen.variables.contains(i)) {
        let Some(&j) = group.first() else { continue };
        let param = &card.params[j];
        if is_exponent(param) && fit.theta[j] > 0.0 && fit.q[i] != 0.0 {
            let width = factor(&|theta| theta[j]);
            out.push(Width { quantity: param.symbol.to_owned(), factor: width, most: EXPONENT });
        }
    }
    out.extend(optimum_width(fit, &factor));
    out
}

/// Whether a parameter is an exponent, whose interval is judged by the factor that it spans.
pub fn is_exponent(param: &Param) -> bool {
    param.role == Role::Nonlinear && param.unit == "1" && param.transform == Transform::Identity
}

fn optimum_width(fit: &Answer<'_>, factor: &dyn Fn(OfParameters<'_>) -> Option<f64>) -> Option<Width> {
    let (law, rows): (&dyn Law, _) = (fit.setup.law, &fit.setup.rows);
    let allocation = law.card().allocation.as_ref()?;
    let first = allocation.free.first()?;
    // Laws with further inputs have no one optimum.
    (law.card().inputs.len() == allocation.free.len()).then_some(())?;
    let at = law.card().input(first)?;
    let cost = |row: usize| (allocation.cost.of)(&rows.inputs.iter().map(|c| c[row]).collect::<Vec<f64>>());
    let budget = 10.0 * (0..rows.len()).map(cost).fold(0.0, f64::max);
    let found = optimum(law, fit.theta, None, budget, &[]).ok().filter(|choice| !choice.at_edge)?;
    let size = |theta: &[f64]| optimum(law, theta, None, budget, &[]).map_or(f64::NAN, |choice| choice.x[at]);
    (found.x[at] > 0.0).then_some(())?;
    let quantity = format!("{first} at ten times the largest budget");
    Some(Width { quantity, factor: factor(&size), most: OPTIMUM })
}

/// How far a quantity follows flat directions: one standard deviation of it (of its logarithm if it
/// is positive, else relative to its size), infinite where the rows say nothing.
pub fn along_flat(card: &Card, known: &Identifiability, theta: &[f64], f: &dyn Fn(&[f64]) -> f64) -> f64 {
    if known.flat.is_empty() {
        return 0.0;
    }
    let of = Variables::of_symbols(card, &known.variables);
    let here = f(theta);
    let relative = |theta: &[f64]| f(theta) / here;
    let gradient = of.gradient(card, theta, &relative);
    let mut square = 0.0;
    for flat in &known.flat {
        let slope: f64 = gradient.iter().zip(&flat.step).map(|(g, s)| g * s).sum();
        let parts: f64 = gradient.iter().zip(&flat.step).map(|(g, s)| (g * s).abs()).sum();
        square += match flat.deviation {
            Some(deviation) => (slope * deviation).powi(2),
            None if slope.abs() > DEPENDS * parts => f64::INFINITY,
            None => 0.0,
        };
    }
    if square.is_nan() { f64::INFINITY } else { square.sqrt() }
}
