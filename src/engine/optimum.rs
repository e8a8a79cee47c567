//! The best way to spend a budget: minimise a law under its cost, numerically always, and hold the
//! published closed form, where there is one, against it.

use crate::base::root::rise;
use crate::engine::solve::executor::{brent, nelder_mead};
use crate::law::{Bound, Card, ClosedForm, Cost, Law};

/// The best choice of inputs for one budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// All inputs, card order.
    pub x: Vec<f64>,
    /// The law's output there.
    pub output: f64,
    /// Largest relative difference of the closed form's inputs from these.
    pub closed_form_gap: Option<f64>,
    /// The search ended at the edge of its range: there is no interior optimum.
    pub at_edge: bool,
}

/// Why there is no optimum.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum OptimumError {
    /// The law has no cost model.
    #[error("`{0}` has no cost model, so no budget can be spent on it")]
    NoCost(String),
    /// An input must be given.
    #[error("`{law}` needs {symbol} to be given for an optimum: add `--at {symbol}=…`")]
    Needs {
        /// Law.
        law: String,
        /// Input.
        symbol: String,
    },
    /// An unknown input was given.
    #[error("`{symbol}` is not an input of `{law}`, which has {known}")]
    Unknown {
        /// Law.
        law: String,
        /// Symbol.
        symbol: String,
        /// What there is.
        known: String,
    },
    /// An input is no number, or not one that the law speaks of.
    #[error("{symbol} = {value} is outside the domain of `{law}`: it must be {domain}")]
    OutOfDomain {
        /// Law.
        law: String,
        /// Input or condition.
        symbol: String,
        /// Its value.
        value: f64,
        /// What it may be, in words.
        domain: String,
    },
    /// The law says nothing there.
    #[error("`{law}` gives {symbol} = {value} there, which is no number to go by; choose inputs nearer to the data")]
    NotFinite {
        /// Law.
        law: String,
        /// What was to be known.
        symbol: String,
        /// What came out.
        value: f64,
    },
    /// The budget is not positive, or nothing can be bought with it.
    #[error("a budget of {budget:e} buys nothing under the cost {cost} of `{law}`")]
    Unaffordable {
        /// Law.
        law: String,
        /// Budget.
        budget: f64,
        /// Cost model.
        cost: String,
    },
}

/// Whether every input lies in its law's domain, and every other condition is finite.
///
/// # Errors
/// [`OptimumError::OutOfDomain`], naming the first that does not.
pub fn admissible(card: &Card, at: &[(String, f64)]) -> Result<(), OptimumError> {
    for (symbol, value) in at {
        let (low, high) = card.input(symbol).map_or((f64::MIN, f64::MAX), |i| card.inputs[i].domain);
        if !(value.is_finite() && (low..=high).contains(value)) {
            let domain = match (low, high) {
                (f64::MIN_POSITIVE, f64::MAX) => "a positive number".to_owned(),
                (f64::MIN, f64::MAX) => "a finite number".to_owned(),
                (low, f64::MAX) => format!("at least {low}"),
                (low, high) => format!("between {low} and {high}"),
            };
            let law = card.id.to_owned();
            return Err(OptimumError::OutOfDomain { law, symbol: symbol.clone(), value: *value, domain });
        }
    }
    Ok(())
}

/// Half-width of the search in natural logarithms, around the even split of the budget: e^±32
/// covers fourteen decades either way.
const REACH: f64 = 32.0;

/// How a budget is spent: under the law's own cost, or under another.
#[derive(Clone, Debug)]
pub struct Spending {
    /// The cost.
    pub cost: &'static Cost,
    /// The law's inputs that the optimum chooses.
    pub free: Vec<&'static str>,
    /// The published closed form, which speaks of the law's own cost alone.
    pub closed_form: Option<ClosedForm>,
}

impl Spending {
    /// The law's own way, or `cost`: then every input that the cost reads is free, unless it counts
    /// in whole numbers.
    ///
    /// # Errors
    /// [`OptimumError::NoCost`] if neither the law nor the caller names one.
    pub fn of(card: &Card, cost: Option<&'static Cost>) -> Result<Self, OptimumError> {
        match (&card.allocation, cost) {
            (Some(own), cost) if cost.is_none_or(|cost| cost.id == own.cost.id) => {
                Ok(Self { cost: own.cost, free: own.free.to_vec(), closed_form: own.closed_form })
            }
            (_, Some(cost)) => {
                let read = |symbol: &&str| cost.inputs.iter().any(|input| input.symbol == *symbol);
                let continuous = card.inputs.iter().filter(|input| !input.integer).map(|input| input.symbol);
                Ok(Self { cost, free: continuous.filter(read).collect(), closed_form: None })
            }
            _ => Err(OptimumError::NoCost(card.id.to_owned())),
        }
    }
}

/// Finds the optimum for `theta` at `budget`, inputs in `fixed` held, under the law's own cost or
/// another, whose further inputs stand in `fixed` too.
///
/// # Errors
/// [`OptimumError`] if there is no cost, an input is missing or unknown, or the budget buys
/// nothing.
pub fn optimum(
    law: &dyn Law,
    theta: &[f64],
    cost: Option<&'static Cost>,
    budget: f64,
    fixed: &[(String, f64)],
) -> Result<Choice, OptimumError> {
    let card = law.card();
    let allocation = Spending::of(card, cost)?;
    let unaffordable =
        || OptimumError::Unaffordable { law: card.id.to_owned(), budget, cost: allocation.cost.name.to_owned() };
    let bound = allocation
        .cost
        .bind(card, fixed)
        .map_err(|symbol| OptimumError::Needs { law: card.id.to_owned(), symbol: symbol.to_owned() })?;
    if budget.is_nan() || budget <= 0.0 || !budget.is_finite() {
        return Err(unaffordable());
    }
    admissible(card, fixed)?;
    let mut x = vec![f64::NAN; card.inputs.len()];
    for (symbol, value) in fixed {
        match card.input(symbol) {
            Some(i) => x[i] = *value,
            None if allocation.cost.inputs.iter().any(|input| input.symbol == symbol) => {}
            None => {
                return Err(OptimumError::Unknown {
                    law: card.id.to_owned(),
                    symbol: symbol.clone(),
                    known: card.inputs.iter().map(|i| i.symbol).collect::<Vec<_>>().join(", "),
                });
            }
        }
    }
    let free: Vec<usize> = allocation.free.iter().filter_map(|s| card.input(s)).filter(|&i| x[i].is_nan()).collect();
    let whole: Vec<usize> =
        (0..x.len()).filter(|&i| x[i].is_nan() && !free.contains(&i) && card.inputs[i].integer).collect();
    if let Some(i) = (0..x.len()).find(|&i| x[i].is_nan() && !free.contains(&i) && !whole.contains(&i)) {
        return Err(OptimumError::Needs { law: card.id.to_owned(), symbol: card.inputs[i].symbol.to_owned() });
    }
    let mut starts: Vec<Vec<f64>> = combinations(card, &whole)
        .into_iter()
        .map(|choice| {
            let mut start = x.clone();
            for (&i, value) in whole.iter().zip(choice) {
                start[i] = value;
            }
            start
        })
        .collect();
    if free.len() == allocation.free.len() {
        rank(law, &allocation, theta, budget, &mut starts);
    }
    let mut best: Option<Choice> = None;
    for start in starts {
        let Some(found) = continuous(law, &bound, theta, budget, &start, &free) else { continue };
        if best.as_ref().is_none_or(|b| found.output < b.output) {
            best = Some(found);
        }
    }
    let mut best = best.ok_or_else(unaffordable)?;
    if whole.is_empty() && fixed.iter().all(|(s, _)| !allocation.free.contains(&s.as_str())) {
        best.closed_form_gap = allocation.closed_form.and_then(|f| f(theta, &x, budget)).map(|published| {
            allocation
                .free
                .iter()
                .zip(published)
                .filter_map(|(s, value)| card.input(s).map(|i| (value / best.x[i] - 1.0).abs()))
                .fold(0.0, f64::max)
        });
    }
    Ok(best)
}

/// The optimum of a replicate: the closed form where there is one (it is checked against the
/// numeric minimum at the point estimate), else the numeric minimum.
pub fn quick_optimum(
    law: &dyn Law,
    theta: &[f64],
    cost: Option<&'static Cost>,
    budget: f64,
    fixed: &[(String, f64)],
) -> Option<Choice> {
    let card = law.card();
    let allocation = Spending::of(card, cost).ok()?;
    let all_free = fixed.iter().all(|(s, _)| !allocation.free.contains(&s.as_str()));
    if let Some(closed) = allocation.closed_form.filter(|_| all_free) {
        let mut x: Vec<f64> = card
            .inputs
            .iter()
            .map(|i| fixed.iter().find(|(s, _)| s == i.symbol).map_or(f64::NAN, |(_, v)| *v))
            .collect();
        if let Some(values) = closed(theta, &x, budget) {
            for (symbol, value) in allocation.free.iter().zip(values) {
                if let Some(i) = card.input(symbol) {
                    x[i] = value;
                }
            }
            if x.iter().all(|v| v.is_finite()) {
                let output = law.predict(&x, theta);
                return Some(Choice { x, output, closed_form_gap: None, at_edge: false });
            }
        }
    }
    optimum(law, theta, cost, budget, fixed).ok()
}

/// Three tensors of sixteen widths make thousands of combinations. Where a closed form can say
/// which are promising, only those are searched.
const SEARCHED: usize = 32;

/// Keeps the combinations that the closed form finds best, if there is one and there are many.
fn rank(law: &dyn Law, allocation: &Spending, theta: &[f64], budget: f64, starts: &mut Vec<Vec<f64>>) {
    let Some(closed_form) = allocation.closed_form.filter(|_| starts.len() > SEARCHED) else { return };
    let output = |start: &Vec<f64>| -> Option<f64> {
        let mut x = start.clone();
        for (symbol, value) in allocation.free.iter().zip(closed_form(theta, start, budget)?) {
            x[law.card().input(symbol)?] = value;
        }
        Some(law.predict(&x, theta)).filter(|output| output.is_finite())
    };
    let mut ranked: Vec<(f64, Vec<f64>)> =
        starts.drain(..).map(|start| (output(&start).unwrap_or(f64::INFINITY), start)).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    starts.extend(ranked.into_iter().take(SEARCHED).map(|(_, start)| start));
}

/// Every combination of the whole-number inputs.
fn combinations(card: &Card, whole: &[usize]) -> Vec<Vec<f64>> {
    whole.iter().fold(vec![Vec::new()], |partial, &i| {
        let (low, high) = card.inputs[i].domain;
        let last = high.min(low.ceil() + 64.0);
        let values: Vec<f64> =
            std::iter::successors(Some(low.ceil()), |v| Some(v + 1.0)).take_while(|v| *v <= last).collect();
        partial
            .iter()
            .flat_map(|head| {
                values.iter().map(move |&v| {
                    let mut next = head.clone();
                    next.push(v);
                    next
                })
            })
            .collect()
    })
}

/// The optimum over continuous inputs: all but the last are searched on the log scale, the last
/// spends what is left.
fn continuous(law: &dyn Law, bound: &Bound, theta: &[f64], budget: f64, x: &[f64], free: &[usize]) -> Option<Choice> {
    let card = law.card();
    let cost = |x: &[f64]| bound.of(x);
    let Some((&last, searched)) = free.split_last() else {
        let affordable = cost(x) <= budget * (1.0 + 1e-12);
        let choice = Choice { x: x.to_vec(), output: law.predict(x, theta), closed_form_gap: None, at_edge: false };
        return (affordable && choice.output.is_finite()).then_some(choice);
    };
    // The even split: every free input e^centre.
    let centre = {
        let mut all = x.to_vec();
        let affordable = |v: f64, all: &mut Vec<f64>| {
            for &i in free {
                all[i] = v.exp();
            }
            cost(all.as_slice()) - budget
        };
        rise(|v| affordable(v, &mut all), -300.0, 300.0)?
    };
    let complete = |logs: &[f64]| -> Option<Vec<f64>> {
        let mut all = x.to_vec();
        for (&i, v) in searched.iter().zip(logs) {
            all[i] = v.exp();
        }
        let mut probe = all.clone();
        let rest = rise(
            |v| {
                probe[last] = v.exp();
                cost(&probe) - budget
            },
            centre - 4.0 * REACH,
            centre + 4.0 * REACH,
        )?;
        all[last] = rest.exp();
        let inside = free.iter().all(|&i| {
            let (low, high) = card.inputs[i].domain;
            all[i] >= low && all[i] <= high
        });
        inside.then_some(all)
    };
    let objective = |logs: &[f64]| complete(logs).map_or(f64::INFINITY, |all| law.predict(&all, theta));
    let (logs, at_edge) = match searched.len() {
        0 => (Vec::new(), false),
        1 => {
            let steps = 128;
            let at = |k: usize| centre - REACH + 2.0 * REACH * k as f64 / steps as f64;
            let values: Vec<f64> = (0..=steps).map(|k| objective(&[at(k)])).collect();
            let k = (0..=steps).min_by(|&a, &b| values[a].total_cmp(&values[b]))?;
            if !values[k].is_finite() {
                return None;
            }
            let (low, high) = (k.saturating_sub(1), (k + 1).min(steps));
            let (v, _) = brent(|v| objective(&[v]), at(low), at(high))?;
            let edge = k == 0 || k == steps || !values[low].is_finite() || !values[high].is_finite();
            (vec![refine(&|v| objective(&[v]), v)], edge)
        }
        n => {
            let starts = [0.0, 4.0, -4.0, 10.0, -10.0];
            let mut best: Option<(Vec<f64>, f64)> = None;
            for offset in starts {
                if let Some(found) = nelder_mead(objective, &vec![centre + offset; n], 2.0)
                    && best.as_ref().is_none_or(|b| found.1 < b.1)
                {
                    best = Some(found);
                }
            }
            let (logs, _) = best?;
            let edge = logs.iter().any(|v| (v - centre).abs() > REACH);
            (logs, edge)
        }
    };
    let x = complete(&logs)?;
    let output = law.predict(&x, theta);
    output.is_finite().then_some(Choice { x, output, closed_form_gap: None, at_edge })
}

/// A minimum located by values alone is known to half the digits; the zero of the slope, by
/// central differences wide enough to rise above rounding, gives most of the rest.
fn refine(f: &dyn Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-3;
    let slope = |x: f64| {
        // Fourth-order central difference.
        (8.0 * (f(x + h) - f(x - h)) - (f(x + 2.0 * h) - f(x - 2.0 * h))) / (12.0 * h)
    };
    rise(slope, x - 1e-3, x + 1e-3).unwrap_or(x)
}
