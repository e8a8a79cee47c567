//! Runs that could be trained: a grid, and what people train by habit.

use super::fitted::Fitted;
use crate::engine::optimum::{Spending, optimum};
use crate::law::Card;

/// Points of the grid along each input, by how many are free.
const STEPS: [usize; 4] = [0, 200, 22, 9];
/// Tokens per parameter that a grid keeps to.
const RATIO: (f64, f64) = (4.0, 1000.0);
/// Sizes of an IsoFLOP profile, in units of the optimum.
const PROFILE: f64 = 4.0;

/// A run.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Inputs, card order.
    pub x: Vec<f64>,
    /// What it costs.
    pub cost: f64,
}

/// The least value of each free input that a grid goes down to, in units of the least of the rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floor(pub f64);

impl Floor {
    /// Where the law may be wrong: hardly below the rows.
    pub const CAUTIOUS: Self = Self(0.6);
    /// Where the law is trusted.
    pub const TRUSTING: Self = Self(0.25);
}

/// The law's own cost, and its inputs that the choice is over; the others must be fixed.
fn free(fitted: &Fitted, fixed: &[(String, f64)]) -> Option<(Spending, Vec<usize>)> {
    let card = fitted.law().card();
    let spending = Spending::of(card, None).ok()?;
    let chosen = spending.free.iter().filter(|symbol| fixed.iter().all(|(s, _)| s != *symbol));
    let free = chosen.filter_map(|symbol| card.input(symbol)).collect();
    Some((spending, free))
}

fn start(card: &Card, fixed: &[(String, f64)]) -> Vec<f64> {
    let value = |symbol: &str| fixed.iter().find(|(s, _)| s == symbol).map_or(f64::NAN, |(_, v)| *v);
    card.inputs.iter().map(|input| value(input.symbol)).collect()
}

/// Candidates evenly spread over the logarithms of the free inputs, from the floor up to what the
/// budget buys; of N and D between 4 and 1000 tokens per parameter. Empty where the law has no cost, an
/// input is neither free nor fixed, or more than three are free.
pub fn grid(fitted: &Fitted, budget: f64, floor: Floor, fixed: &[(String, f64)]) -> Vec<Candidate> {
    let card = fitted.law().card();
    let Some((spending, free)) = free(fitted, fixed) else { return Vec::new() };
    let steps = STEPS.get(free.len()).copied().unwrap_or(0);
    let cost = |x: &[f64]| (spending.cost.of)(x);
    let mut x = start(card, fixed);
    for &i in &free {
        let least = fitted.setup.rows.inputs[i].iter().copied().fold(f64::INFINITY, f64::min);
        x[i] = (floor.0 * least).max(card.inputs[i].domain.0);
    }
    if steps == 0 || !cost(&x).is_finite() || x.iter().any(|v| !v.is_finite() || *v <= 0.0) || cost(&x) > budget {
        return Vec::new();
    }
    let low = x.clone();
    let high: Vec<f64> =
        free.iter().map(|&i| affordable(&low, i, budget, &cost).min(card.inputs[i].domain.1)).collect();
    let ratio = card.input("N").zip(card.input("D")).filter(|(n, d)| free.contains(n) && free.contains(d));
    let mut out = Vec::new();
    for k in 0..steps.pow(free.len() as u32) {
        let mut at = k;
        for (a, &i) in free.iter().enumerate().rev() {
            let share = (at % steps) as f64 / (steps - 1) as f64;
            x[i] = low[i] * (high[a] / low[i]).powf(share);
            at /= steps;
        }
        let kept = ratio.is_none_or(|(n, d)| (RATIO.0..=RATIO.1).contains(&(x[d] / x[n])));
        let cost = cost(&x);
        if kept && cost <= budget * (1.0 + 1e-9) {
            out.push(Candidate { x: x.clone(), cost });
        }
    }
    out
}

/// The largest value of one input that a budget buys, the others where they are.
fn affordable(at: &[f64], i: usize, budget: f64, cost: &dyn Fn(&[f64]) -> f64) -> f64 {
    let of = |log: f64| {
        let mut x = at.to_vec();
        x[i] = log.exp();
        cost(&x)
    };
    let (mut low, mut high) = (at[i].ln(), at[i].ln() + 64.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if of(middle) <= budget { low = middle } else { high = middle }
    }
    low.exp()
}

fn best(fitted: &Fitted, budget: f64, fixed: &[(String, f64)]) -> Option<Candidate> {
    let choice = optimum(fitted.law(), fitted.theta(), None, budget, fixed).ok()?;
    Some(Candidate { x: choice.x, cost: budget })
}

/// The habit of one largest run, compute-optimal by the fit.
pub fn largest(fitted: &Fitted, budget: f64, fixed: &[(String, f64)]) -> Vec<Candidate> {
    best(fitted, budget, fixed).into_iter().collect()
}

/// So many runs at the optimum of an equal share of the budget.
pub fn shared(fitted: &Fitted, budget: f64, runs: usize, fixed: &[(String, f64)]) -> Vec<Candidate> {
    best(fitted, budget / runs.max(1) as f64, fixed).map_or(Vec::new(), |one| vec![one; runs])
}

/// Another IsoFLOP profile: so many sizes from a quarter to four times the optimum, each at an equal
/// share of the budget. Empty unless two inputs are free.
pub fn iso_cost(fitted: &Fitted, budget: f64, runs: usize, fixed: &[(String, f64)]) -> Vec<Candidate> {
    let Some((spending, free)) = free(fitted, fixed) else { return Vec::new() };
    let [first, second] = free[..] else { return Vec::new() };
    let each = budget / runs.max(1) as f64;
    let Some(middle) = best(fitted, each, fixed) else { return Vec::new() };
    let at = |k: usize| {
        let share = if runs > 1 { 2.0 * k as f64 / (runs - 1) as f64 - 1.0 } else { 0.0 };
        let mut x = middle.x.clone();
        x[first] *= PROFILE.powf(share);
        x[second] = f64::MIN_POSITIVE.max(x[second] * 1e-6);
        x[second] = affordable(&x, second, each, &|x| (spending.cost.of)(x));
        Candidate { cost: (spending.cost.of)(&x), x }
    };
    (0..runs).map(at).collect()
}
