//! What runs do to an interval, by simulation: parameters are drawn from what the rows say, the new
//! runs are measured by them with noise, everything is fitted again, and the interval is taken.

use super::belief::{Belief, Linear};
use super::fitted::{Fitted, logarithms};
use super::goal::{Asked, Goal};
use super::select::variances_after;
use super::{ETA, LENGTH};
use crate::base::real::Order;
use crate::engine::fit::Setup;
use crate::engine::fit::adaptive::noise_at;
use crate::engine::fit::problem::{FitProblem, Rows};
use crate::engine::solve::{Evaluation, Newton, Options, Problem};
use crate::engine::uncertainty::bootstrap::generator;
use crate::engine::uncertainty::identifiability::judge;
use crate::engine::uncertainty::interval::quantile;
use crate::engine::uncertainty::profile::{Profiler, Rule};
use crate::record::Noise;
use crate::record::identifiability::Verdict;
use nalgebra::{DMatrix, DVector};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::sync::Arc;

/// Evaluations of one refit, which starts at the answer.
const BUDGET: usize = 200;
/// Draws of parameters, one of which the rows must not contradict at this level.
const TRIES: usize = 20;
const CONTRADICTED: f64 = 0.999;

/// How much is simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Simulated outcomes of each choice of runs.
    pub replicates: usize,
    /// Seed of every draw: the same for all choices.
    pub seed: u64,
    /// Coverage of the intervals.
    pub level: f64,
}

/// What a choice of runs does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effect {
    /// Root of what is left of the targets' variance (or of the determinant, per target) by linear
    /// algebra, the law trusted.
    pub linear: Option<f64>,
    /// Per number asked for, the median width of its interval, on the logarithm where it is positive;
    /// none where at least half have no end.
    pub widths: Vec<Option<f64>>,
    /// Root mean square error of the numbers asked for, on the same scale, the law exactly right.
    pub error: Option<f64>,
    /// The same where the law leaves out [`ETA`].
    pub error_if_wrong: Option<f64>,
    /// Share of outcomes whose verdict is "well determined".
    pub determined: Option<f64>,
    /// Refits that came to nothing.
    pub lost: usize,
}

/// A simulation at one fit for one goal.
pub struct Trial<'a> {
    fitted: &'a Fitted,
    asked: Vec<Asked>,
    effort: Effort,
    trusted: Belief,
    doubted: Belief,
    /// The price of the intervals as they are. Clean rows added to unruly ones would pay a lower one,
    /// and what that takes off is not what the runs do.
    rule: Rule,
}

/// What a refit gave: widths, errors squared, whether it is well determined.
type Told = (Vec<f64>, f64, Option<bool>);

impl<'a> Trial<'a> {
    /// `None` where nothing can be drawn.
    pub fn new(fitted: &'a Fitted, goal: &Goal, effort: Effort) -> Option<Self> {
        let asked = goal.asked(fitted);
        let (trusted, doubted) = (fitted.belief(0.0, LENGTH)?, fitted.belief(ETA, LENGTH)?);
        let now = Profiler::new(&fitted.setup, &fitted.q, Some(fitted.noise), None);
        let rule = now.map_or(Rule::Classical, |profile| profile.rule);
        (!asked.is_empty()).then_some(Self { fitted, asked, effort, trusted, doubted, rule })
    }

    /// The numbers asked for.
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// Whether the goal is reached without any run.
    pub fn is_met(&self, goal: &Goal) -> bool {
        let Some(targets) = goal.targets(self.fitted) else { return false };
        targets.is_met(self.trusted.field(targets.linear.clone()).variances())
    }

    /// Widths of their intervals as they are.
    pub fn now(&self) -> Vec<Option<f64>> {
        let fitted = self.fitted;
        let widths = self.widths(&fitted.setup, &fitted.q, fitted.noise);
        widths.into_iter().map(|w| Some(w).filter(|w| w.is_finite())).collect()
    }

    /// What runs do, inputs in card order. With no run: how far off the answer may be as it is.
    pub fn effect(&self, goal: &Goal, runs: &[Vec<f64>]) -> Effect {
        let told = self.outcomes(&self.trusted, false, runs);
        let doubted = self.outcomes(&self.doubted, true, runs);
        let root_mean = |all: &[Told]| {
            let mean = all.iter().map(|told| told.1).sum::<f64>() / all.len() as f64;
            Some(mean.sqrt()).filter(|v| v.is_finite())
        };
        let median = |k: usize| {
            let mut widths: Vec<f64> = told.iter().map(|told| told.0[k]).collect();
            widths.sort_by(f64::total_cmp);
            Some(quantile(&widths, 0.5)).filter(|w| w.is_finite())
        };
        let judged: Vec<bool> = told.iter().filter_map(|told| told.2).collect();
        Effect {
            linear: self.linear(goal, runs),
            widths: (0..self.asked.len()).map(median).collect(),
            error: root_mean(&told),
            error_if_wrong: root_mean(&doubted),
            determined: (judged.len() == told.len() && !told.is_empty())
                .then(|| judged.iter().filter(|good| **good).count() as f64 / judged.len() as f64),
            lost: 2 * self.effort.replicates - told.len() - doubted.len(),
        }
    }

    fn linear(&self, goal: &Goal, runs: &[Vec<f64>]) -> Option<f64> {
        let targets = goal.targets(self.fitted)?;
        let count = targets.linear.len();
        let mut points: Vec<Linear> = runs.iter().map(|x| self.fitted.point(x)).collect::<Option<_>>()?;
        points.extend(targets.linear.iter().cloned().map(|target| Linear { at: None, ..target }));
        let noise: Vec<f64> = runs.iter().map(|x| self.fitted.noise_at(x)).collect();
        let field = self.trusted.field(points);
        let all: Vec<usize> = (0..runs.len()).collect();
        let (before, after) =
            (variances_after(&field, &noise, count, &[]), variances_after(&field, &noise, count, &all));
        let logs = before.iter().zip(&after).map(|(b, a)| 0.5 * (a / b).ln());
        Some((logs.sum::<f64>() / count as f64).exp()).filter(|v| v.is_finite())
    }

    /// Every simulated outcome that came to something, in order.
    fn outcomes(&self, belief: &Belief, doubted: bool, runs: &[Vec<f64>]) -> Vec<Told> {
        let drawer = Drawer::new(self, belief, doubted, runs);
        let one = |index: usize| self.outcome(&drawer, doubted, runs, index as u64);
        (0..self.effort.replicates).into_par_iter().filter_map(one).collect()
    }

    fn outcome(&self, drawer: &Drawer, doubted: bool, runs: &[Vec<f64>], index: u64) -> Option<Told> {
        let fitted = self.fitted;
        let mut random = generator(self.effort.seed, index);
        let drawn = drawer.draw(&mut random);
        let law = fitted.law();
        let residual = fitted.setup.objective.residual;
        let measure = |(x, beside): (&Vec<f64>, &f64), noise: f64| {
            let mean = law.predict(x, &drawn.theta) * beside.exp();
            residual.inverse(residual.at(mean) + fitted.noise.scale * noise)
        };
        let noise: Vec<f64> = runs.iter().map(|_| StandardNormal.sample(&mut random)).collect();
        let measured: Vec<f64> =
            runs.iter().zip(&drawn.beside).zip(noise).map(|(run, noise)| measure(run, noise)).collect();
        let setup = extended(&fitted.setup, runs, &measured)?;
        let problem = setup.problem();
        let mut newton = Newton::new(
            setup.free(),
            Options { damping: 0.0, budget: BUDGET, exact: setup.exact(), ..Options::default() },
        );
        let end = if runs.is_empty() { fitted.q.clone() } else { setup.solve_in(&problem, &fitted.q, &mut newton).q };
        let theta = problem.theta(&end);
        let off = |(one, beside): (&Asked, &f64)| {
            (one.scaled(fitted, &theta) - one.scaled(fitted, &drawn.theta) - beside).powi(2)
        };
        let square = self.asked.iter().zip(&drawn.at_targets).map(off).sum::<f64>() / self.asked.len() as f64;
        if !square.is_finite() {
            return None;
        }
        if doubted {
            return Some((Vec::new(), square, None));
        }
        let scale = noise_at(&problem, &end)?;
        let widths = self.widths(&setup, &end, Noise { scale, ..fitted.noise });
        let judged = judge(&setup, &end, &theta, scale, self.effort.level);
        let well = judged.and_then(|seen| seen.verdict).map(|verdict| verdict == Verdict::WellDetermined);
        Some((widths, square, well))
    }

    /// Widths of the intervals at a minimum; infinite without an end.
    fn widths(&self, setup: &Setup, q: &[f64], noise: Noise) -> Vec<f64> {
        let Ok(profile) = Profiler::under(setup, q, Some(noise), None, self.rule) else {
            return vec![f64::INFINITY; self.asked.len()];
        };
        let law = self.fitted.law();
        let width = |one: &Asked| {
            let interval = match one {
                Asked::Parameter(j) => profile.parameter(*j, self.effort.level),
                other => profile.interval(&|theta| other.value(law, theta), self.effort.level),
            };
            let ends = interval.and_then(|i| i.lower.0.zip(i.upper.0));
            let width =
                ends.map(|(low, high)| if one.is_positive(self.fitted) { (high / low).ln() } else { high - low });
            width.filter(|w| w.is_finite()).unwrap_or(f64::INFINITY)
        };
        self.asked.iter().map(width).collect()
    }
}

/// The problem with further rows.
fn extended(setup: &Setup, runs: &[Vec<f64>], measured: &[f64]) -> Option<Setup> {
    let rows = &setup.rows;
    let weight = rows.weight.iter().sum::<f64>() / rows.len() as f64;
    let inputs = rows.inputs.iter().enumerate();
    let inputs = inputs.map(|(i, column)| column.iter().copied().chain(runs.iter().map(|x| x[i])).collect()).collect();
    let all = rows.measured.iter().chain(measured).copied().collect();
    let weights = rows.weight.iter().copied().chain(measured.iter().map(|_| weight)).collect();
    let rows = Rows::new(inputs, all, weights, &setup.objective);
    rows.target.iter().all(|v| v.is_finite()).then(|| Setup { rows: Arc::new(rows), ..setup.clone() })
}

/// Parameters, and what the law leaves out at the runs and at the numbers asked for.
struct Drawn {
    theta: Vec<f64>,
    beside: Vec<f64>,
    at_targets: Vec<f64>,
}

/// Draws from what the rows say.
struct Drawer<'a> {
    fitted: &'a Fitted,
    root: DMatrix<f64>,
    runs: usize,
    targets: usize,
    /// What the objective may rise by; none where the law may be wrong.
    most: Option<f64>,
    value: f64,
}

impl<'a> Drawer<'a> {
    fn new(trial: &Trial<'a>, belief: &Belief, doubted: bool, runs: &[Vec<f64>]) -> Self {
        let fitted = trial.fitted;
        let m = fitted.moving.0.len();
        let unit = |k: usize| (0..m).map(|i| f64::from(u8::from(i == k))).collect::<Vec<f64>>();
        let mut points: Vec<Linear> = (0..m).map(|k| Linear { gradient: unit(k), at: None }).collect();
        let beside = |x: Option<Vec<f64>>| Linear { gradient: vec![0.0; m], at: x.and_then(|x| logarithms(&x)) };
        points.extend(runs.iter().map(|x| beside(Some(x.clone()))));
        points.extend(trial.asked.iter().map(|one| beside(one.place(fitted))));
        let eigen = belief.field(points).covariance().symmetric_eigen();
        let scale = eigen.eigenvalues.map(|v| v.max(0.0).sqrt());
        let root = &eigen.eigenvectors * DMatrix::from_diagonal(&scale);
        let chi = ChiSquared::new(m as f64).map_or(f64::INFINITY, |chi| chi.inverse_cdf(CONTRADICTED));
        let value = value_at(&fitted.setup.problem(), &fitted.q).unwrap_or(f64::NAN);
        let most = (!doubted).then_some(0.5 * chi * fitted.noise.scale.powi(2));
        Self { fitted, root, runs: runs.len(), targets: trial.asked.len(), most, value }
    }

    /// A draw that the rows do not contradict; after so many that they do, the last one halved until
    /// they do not.
    fn draw(&self, random: &mut impl Rng) -> Drawn {
        let fitted = self.fitted;
        let problem = fitted.setup.problem();
        let m = fitted.moving.0.len();
        let mut shrink = 1.0;
        let mut z = DVector::zeros(self.root.ncols());
        for attempt in 0..2 * TRIES {
            if attempt < TRIES {
                z = DVector::from_fn(self.root.ncols(), |_, _| StandardNormal.sample(random));
            } else {
                shrink *= 0.5;
            }
            let drawn = &self.root * &z * shrink;
            let mut q = fitted.q.clone();
            for (&i, by) in fitted.moving.0.iter().zip(drawn.iter()) {
                let (low, high) = fitted.setup.bounds[i];
                q[i] = (q[i] + by).clamp(low, high);
            }
            let rise = value_at(&problem, &q).map(|value| value - self.value);
            if rise.is_some_and(|rise| self.most.is_none_or(|most| rise <= most)) {
                let part = |from: usize, count: usize| drawn.rows(from, count).iter().copied().collect();
                let at_targets = part(m + self.runs, self.targets);
                return Drawn { theta: problem.theta(&q), beside: part(m, self.runs), at_targets };
            }
        }
        Drawn { theta: fitted.theta().to_vec(), beside: vec![0.0; self.runs], at_targets: vec![0.0; self.targets] }
    }
}

fn value_at(problem: &FitProblem, q: &[f64]) -> Option<f64> {
    let mut here = Evaluation::new(q.len());
    problem.evaluate(q, Order::First, &mut here).then_some(here.value)
}
