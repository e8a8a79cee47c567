//! Greedy choice with exchange: the rule that adds the run which tells most for its price.

use super::belief::Field;
use super::goal::Targets;
use nalgebra::{DMatrix, DVector};

/// What is to become small.
#[derive(Clone, Debug, PartialEq)]
pub enum Aim {
    /// The weighted sum of the targets' variances (c-optimal for one target, A-optimal for several).
    Variance(Vec<f64>),
    /// The determinant of the targets' covariance (D-optimal for all variables).
    Determinant,
}

/// How runs are chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Runs at most.
    pub runs: usize,
    /// Sweeps that exchange each chosen run for the best one, after the greedy choice.
    pub exchange: usize,
    /// Whether a candidate may be trained more than once.
    pub repeat: bool,
}

impl Default for Rule {
    fn default() -> Self {
        Self { runs: 8, exchange: 3, repeat: true }
    }
}

/// Gain below which a further run says nothing.
const NOTHING: f64 = 1e-9;

/// Covariances after some runs are known.
struct State<'a> {
    field: &'a Field<'a>,
    noise: &'a [f64],
    targets: usize,
    variance: DVector<f64>,
    /// Covariance of each target with everything.
    with: Vec<DVector<f64>>,
    /// What each run took away: covariances are those of the field minus uuᵀ over these.
    told: Vec<DVector<f64>>,
}

impl<'a> State<'a> {
    fn new(field: &'a Field<'a>, noise: &'a [f64], targets: usize) -> Self {
        let first = field.len() - targets;
        Self {
            field,
            noise,
            targets,
            variance: DVector::from_column_slice(field.variances()),
            with: (0..targets).map(|t| field.column(first + t)).collect(),
            told: Vec::new(),
        }
    }

    /// Adds a run.
    fn measure(&mut self, run: usize) {
        let mut u = self.field.column(run);
        for told in &self.told {
            u.axpy(-told[run], told, 1.0);
        }
        u /= (u[run].max(0.0) + self.noise[run].powi(2)).sqrt();
        self.variance.zip_apply(&u, |v, u| *v = (*v - u * u).max(0.0));
        let first = self.field.len() - self.targets;
        for (t, with) in self.with.iter_mut().enumerate() {
            with.axpy(-u[first + t], &u, 1.0);
        }
        self.told.push(u);
    }

    fn target_variances(&self) -> Vec<f64> {
        let first = self.field.len() - self.targets;
        (0..self.targets).map(|t| self.with[t][first + t].max(0.0)).collect()
    }

    /// What each candidate would gain.
    fn gains(&self, aim: &Aim) -> Vec<f64> {
        let first = self.field.len() - self.targets;
        let all = |k: usize| self.variance[k] + self.noise[k].powi(2);
        match aim {
            Aim::Variance(weights) => {
                let total: f64 = self.target_variances().iter().zip(weights).map(|(v, w)| v * w).sum();
                let part = |k: usize| (0..self.targets).map(|t| weights[t] * self.with[t][k].powi(2)).sum::<f64>();
                (0..first).map(|k| if total > 0.0 { part(k) / all(k) / total } else { 0.0 }).collect()
            }
            Aim::Determinant => {
                let own = DMatrix::from_fn(self.targets, self.targets, |a, b| self.with[a][first + b]);
                let Some(factor) = own.cholesky() else { return vec![0.0; first] };
                let cross = DMatrix::from_fn(self.targets, first, |t, k| self.with[t][k]);
                let white = factor.l_dirty().solve_lower_triangular(&cross).unwrap_or(cross);
                let gain = |k: usize| -(-(white.column(k).norm_squared() / all(k)).min(1.0 - 1e-15)).ln_1p();
                (0..first).map(gain).collect()
            }
        }
    }
}

/// The best of the candidates that are affordable and allowed; none if nothing gains.
fn best(score: impl Fn(usize) -> f64, candidates: usize, allowed: impl Fn(usize) -> bool) -> Option<usize> {
    let scored = (0..candidates).filter(|&k| allowed(k)).map(|k| (k, score(k)));
    let best = scored.fold(None, |best: Option<(usize, f64)>, (k, s)| match best {
        Some((_, most)) if s.is_nan() || s <= most => best,
        _ => Some((k, s)),
    });
    best.filter(|(_, score)| *score > NOTHING).map(|(k, _)| k)
}

/// Chooses among candidates, which are the first of the field's quantities; the targets are its last.
/// `runs` holds each candidate's cost and the standard deviation of its noise. The chosen positions, in
/// the order chosen; their costs stay within the budget.
pub fn select(
    field: &Field<'_>,
    (cost, noise): (&[f64], &[f64]),
    targets: &Targets,
    budget: f64,
    rule: &Rule,
) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut state = State::new(field, noise, targets.linear.len());
    let room = budget * (1.0 + 1e-12);
    let mut spent = 0.0;
    let share = |k: usize| (cost[k] / budget).max(1.0 / rule.runs.max(1) as f64);
    while chosen.len() < rule.runs && !targets.is_met(&state.target_variances()) {
        let gains = state.gains(&targets.aim);
        let allowed = |k: usize| spent + cost[k] <= room && (rule.repeat || !chosen.contains(&k));
        let Some(next) = best(|k| gains[k] / share(k), cost.len(), allowed) else { break };
        spent += cost[next];
        chosen.push(next);
        state.measure(next);
    }
    for _ in 0..rule.exchange {
        let before = chosen.clone();
        for slot in 0..chosen.len() {
            let mut state = State::new(field, noise, targets.linear.len());
            let rest: Vec<usize> = (0..chosen.len()).filter(|k| *k != slot).map(|k| chosen[k]).collect();
            rest.iter().for_each(|&run| state.measure(run));
            let left = room - rest.iter().map(|&run| cost[run]).sum::<f64>();
            let gains = state.gains(&targets.aim);
            let allowed = |k: usize| cost[k] <= left && (rule.repeat || !rest.contains(&k));
            if let Some(found) = best(|k| gains[k], cost.len(), allowed) {
                chosen[slot] = found;
            }
        }
        if chosen == before {
            break;
        }
    }
    chosen
}

/// The targets' variances once some runs are known.
pub(super) fn variances_after(field: &Field<'_>, noise: &[f64], targets: usize, runs: &[usize]) -> Vec<f64> {
    let mut state = State::new(field, noise, targets);
    runs.iter().for_each(|&run| state.measure(run));
    state.target_variances()
}
