//! Intervals by a vertically adjusted profile: all values c of a quantity Q for which the objective,
//! minimised subject to Q = c, rises by no more than
//!
//! Δ = ½ t²_ν V/κ
//!
//! above its minimum. V and ν are the quantity's [`Price`], κ the inverse curvature of the profile:
//! with squared loss and the classical price this is the F(1, n − p) profile; a robust price
//! stretches the threshold (Chandler and Bate 2007), so that curvature and asymmetry are kept.
//!
//! An interval found so does not depend on how a quantity is parametrised, and an end may not exist:
//! it is then open, or a bound of the quantity.

mod gates;
mod march;
mod pinned;
mod price;

pub use price::{Price, Pricer, expected};

use crate::base::objective::Loss;
use crate::base::real::Order;
use crate::engine::fit::certificate::at_bound;
use crate::engine::fit::problem::{Binding, FitProblem};
use crate::engine::fit::{Fit, Setup, adaptive};
use crate::engine::solve::{Evaluation, Newton, Options, Problem};
use crate::law::{Role, Transform};
use crate::record::{End, Gates, Noise};
use march::{March, Reach};
use nalgebra::DVector;
use pinned::{Held, Pinned};
use price::Slopes;
use std::sync::Arc;

/// Rows beyond which a profile is not followed: there the delta method says the same.
const ROWS: usize = 20_000;
/// Effect of a vanishing coefficient, in units of the noise, below which it is gone.
const GONE: f64 = 1e-4;
/// Evaluations of one solve along a profile.
const BUDGET: usize = 60;

/// Which price is paid, and so what the interval withstands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Independent errors of one size.
    Classical,
    /// Independent errors.
    Rows,
    /// Errors that go together within runs.
    Runs,
}

impl Rule {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classical => "classical price",
            Self::Rows => "HC2 price, residuals being of unequal size",
            Self::Runs => "CR2 price, by run",
        }
    }
}

/// Why there is no profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoProfile {
    /// No degrees of freedom, no noise, or no curvature.
    NoFreedom,
    /// Too few runs to price the quantity by: how many, and how many directions they must carry.
    FewRuns(usize, usize),
}

/// A fit whose quantities have profile intervals.
pub struct Profiler {
    setup: Setup,
    q: Vec<f64>,
    value: f64,
    pricer: Pricer,
    /// Steps for derivatives of quantities.
    step: Vec<f64>,
    /// Bounds that are the user's, or where a quantity ends by nature.
    meant: Vec<bool>,
    /// Which price.
    pub rule: Rule,
    /// What the residuals say of their sizes and neighbours.
    pub gates: Gates,
    /// The noise.
    pub noise: f64,
    /// The quantile of leave-one-out residuals' sizes, of 40 rows and more.
    beyond: Vec<f64>,
    /// Kinked or so many rows that the profile is not followed.
    straight: bool,
}

/// An interval and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Standard error, natural scale, where it means anything.
    pub standard_error: Option<f64>,
    /// Lower end.
    pub lower: (Option<f64>, End),
    /// Upper end.
    pub upper: (Option<f64>, End),
    /// ν.
    pub freedom: f64,
}

/// The noise of a fit's residuals: as found with the answer, else from an adaptive fit of the same
/// rows that starts at it.
pub fn noise_of(fit: &Fit) -> Option<Noise> {
    fit.noise.or_else(|| adaptive::noise_around(&fit.setup, &fit.q).map(|scale| Noise { scale, delta: None }))
}

impl Profiler {
    /// Of a minimum. `runs` gives a run's number per row.
    ///
    /// # Errors
    /// [`NoProfile`] where nothing can be said.
    pub fn new(setup: &Setup, q: &[f64], noise: Option<Noise>, runs: Option<&[usize]>) -> Result<Self, NoProfile> {
        Self::under(setup, q, noise, runs, Rule::Classical)
    }

    /// The same, the price being that of `least` whether or not the rows ask for it: what compares two
    /// minima must pay one price at both.
    ///
    /// # Errors
    /// [`NoProfile`] where nothing can be said.
    pub fn under(
        setup: &Setup,
        q: &[f64],
        noise: Option<Noise>,
        runs: Option<&[usize]>,
        least: Rule,
    ) -> Result<Self, NoProfile> {
        let noise = noise.filter(|noise| noise.scale > 0.0).ok_or(NoProfile::NoFreedom)?;
        let (mut setup, mut q) = with_natural_bounds(setup, q);
        let problem = setup.problem();
        let m = setup.free();
        let mut here = Evaluation::new(m);
        if !problem.evaluate(&q, Order::First, &mut here) {
            return Err(NoProfile::NoFreedom);
        }
        let (mut pricer, residual) = pricer(&setup, &problem, &q, &noise).ok_or(NoProfile::NoFreedom)?;
        let weighted: Vec<usize> = (0..setup.rows.len()).filter(|&k| setup.rows.weight[k] > 0.0).collect();
        let leverage = pricer.leverages();
        let mut gates = Gates::default();
        let mut rule = Rule::Classical;
        match runs {
            Some(runs) => {
                let labels = numbered(weighted.iter().map(|&k| runs[k]), pricer.leverages().len());
                let count = weighted.iter().map(|&k| runs[k]).collect::<std::collections::BTreeSet<_>>().len();
                if count <= pricer.rank() {
                    return Err(NoProfile::FewRuns(count, pricer.rank()));
                }
                pricer.by_runs(&labels);
                rule = Rule::Runs;
            }
            None => {
                let inputs: Vec<Vec<f64>> = setup
                    .rows
                    .logs
                    .iter()
                    .zip(&setup.rows.inputs)
                    .map(|(logs, plain)| {
                        let finite = weighted.iter().all(|&k| logs[k].is_finite());
                        weighted.iter().map(|&k| if finite { logs[k] } else { plain[k] }).collect()
                    })
                    .collect();
                gates.variance = gates::variance(&residual, &leverage[..residual.len()], &inputs, noise.scale);
                let card = setup.law.card();
                if let (Some(_), Some(last)) = (card.input("N"), card.input("D")) {
                    let (neighbours, group) = gates::groups(&inputs, last);
                    gates.runs = gates::runs(&residual, &neighbours, &pricer);
                    let count = group.iter().max().map_or(0, |last| last + 1);
                    // Rows that go together, in fewer groups than could say how: no interval is better than one
                    // that takes them for independent.
                    let correlated = gates.correlated() || least == Rule::Runs;
                    if correlated && count <= pricer.rank() {
                        return Err(NoProfile::FewRuns(count, pricer.rank()));
                    }
                    if correlated {
                        pricer.by_runs(&numbered(group.into_iter(), leverage.len()));
                        rule = Rule::Runs;
                    }
                }
                if rule == Rule::Classical && (gates.unequal() || least == Rule::Rows) && pricer.by_rows() {
                    rule = Rule::Rows;
                }
            }
        }
        let step: Vec<f64> = pricer
            .steps()
            .zip(&q)
            .map(|(unit, q)| {
                let least = 1e-5 * if *q == 0.0 { 1.0 } else { q.abs() };
                let step = if unit.is_finite() { (noise.scale * unit).max(least) } else { least };
                step.min(0.1)
            })
            .collect();
        let mut meant = vec![false; m];
        floors(&mut setup, &mut q, &problem, &noise, &mut meant);
        let mut beyond: Vec<f64> =
            residual.iter().zip(&leverage).map(|(r, h)| r.abs() / (1.0 - h.min(0.98)).sqrt()).collect();
        beyond.sort_by(f64::total_cmp);
        let straight = setup.objective.loss.is_kinked() || setup.rows.len() > ROWS;
        let value = here.value;
        Ok(Self { setup, q, value, pricer, step, meant, rule, gates, noise: noise.scale, beyond, straight })
    }

    /// n − p.
    pub fn freedom(&self) -> f64 {
        self.pricer.freedom()
    }

    /// Leverage of each weighted row.
    pub fn leverages(&self) -> Vec<f64> {
        self.pricer.leverages()
    }

    /// In words: method, price, degrees of freedom.
    pub fn describe(&self, adaptive: bool) -> String {
        let method = if self.straight { "parabola of the profile" } else { "profile" };
        let expected = match self.setup.objective.loss {
            Loss::Squared => "",
            Loss::Huber { .. } if adaptive => "",
            _ => ", curvature as expected under normal noise",
        };
        format!("{method}, {}{expected}, n − p = {}", self.rule.name(), self.freedom())
    }

    /// The half-width on the residual scale that a new measurement adds to an interval of the mean.
    pub fn spread(&self, level: f64) -> f64 {
        let normal = march::student(self.freedom(), level) * self.noise;
        let n = self.beyond.len() as f64;
        if n < 40.0 {
            return normal;
        }
        normal.max(super::interval::quantile(&self.beyond, (level * (1.0 + 1.0 / n)).min(1.0)))
    }

    fn problem(&self) -> FitProblem {
        self.setup.problem()
    }

    /// Covariance of the parameters, card order and natural scale, at the price that is paid; zero for
    /// fixed ones and for those that the rows do not determine.
    pub fn covariance(&self) -> Vec<Vec<f64>> {
        let theta = self.problem().theta(&self.q);
        let slopes = self.problem().slopes(&theta);
        let variance = |a: (usize, f64), b: (usize, f64), sign: f64| {
            let mut g = DVector::zeros(self.q.len());
            g[a.0] += a.1;
            g[b.0] += sign * b.1;
            if g.norm() == 0.0 { Some(0.0) } else { self.pricer.price(&g).map(|price| price.variance) }
        };
        let entry = |a: &Option<(usize, f64)>, b: &Option<(usize, f64)>| match (a, b) {
            (Some(a), Some(b)) => {
                variance(*a, *b, 1.0).zip(variance(*a, *b, -1.0)).map_or(0.0, |(s, d)| 0.25 * (s - d))
            }
            _ => 0.0,
        };
        slopes.iter().map(|a| slopes.iter().map(|b| entry(a, b)).collect()).collect()
    }

    /// Parameters that the rows do not determine, card order.
    pub fn undetermined(&self) -> Vec<usize> {
        let open = |i: usize| {
            let g = DVector::from_fn(self.q.len(), |k, _| if k == i { 1.0 } else { 0.0 });
            self.pricer.price(&g).is_none()
        };
        let flat = |j: &usize| matches!(self.setup.bindings[*j], Binding::Free(i, _) if open(i));
        (0..self.setup.bindings.len()).filter(flat).collect()
    }

    /// Correlation of the parameters, card order, by the classical price.
    pub fn correlation(&self) -> Vec<Vec<f64>> {
        let p = self.setup.bindings.len();
        let variable = |j: usize| match self.setup.bindings[j] {
            Binding::Free(i, _) => Some(i),
            Binding::Fixed(_) => None,
        };
        let unit = |i: usize| DVector::from_fn(self.q.len(), |k, _| if k == i { 1.0 } else { 0.0 });
        let spread = |i: usize| self.pricer.coordinates(&unit(i));
        let entry = |a: usize, b: usize| match (variable(a), variable(b)) {
            _ if a == b => 1.0,
            (Some(i), Some(j)) => {
                let (x, y) = (spread(i), spread(j));
                let size = x.norm() * y.norm();
                if size > 0.0 { (x.dot(&y) / size).clamp(-1.0, 1.0) } else { 0.0 }
            }
            _ => 0.0,
        };
        (0..p).map(|a| (0..p).map(|b| entry(a, b)).collect()).collect()
    }

    /// The interval of a parameter, card order. `None` if it is fixed.
    pub fn parameter(&self, j: usize, level: f64) -> Option<Interval> {
        let Binding::Free(i, transform) = self.setup.bindings[j] else { return None };
        let g = DVector::from_fn(self.q.len(), |k, _| if k == i { 1.0 } else { 0.0 });
        let back = |v: f64| match transform {
            Transform::Identity => v,
            Transform::Log => v.exp(),
        };
        let (low, high) = self.setup.bounds[i];
        // Where the quantity ends: a coefficient that has vanished is zero.
        let floor = match transform {
            Transform::Log if self.setup.law.card().params[j].bounds.0 <= 0.0 && !self.meant[i] => 0.0,
            _ => back(low),
        };
        let ends = (
            if low.is_finite() { End::Bound { at: floor } } else { End::Open },
            if high.is_finite() && !(transform == Transform::Log && high >= 690.0) {
                End::Bound { at: back(high) }
            } else {
                End::Open
            },
        );
        let Some(price) = self.pricer.price(&g) else { return Some(Interval::open()) };
        let slope = if transform == Transform::Log { back(self.q[i]) } else { 1.0 };
        let positive = self.setup.law.card().params[j].transform == Transform::Log;
        let room = (low - self.q[i], high - self.q[i]);
        if self.straight {
            return Some(self.straightened(price, level, self.q[i], slope, positive, &back, room, ends));
        }
        let problem = self.problem();
        let mut held = Held { problem: &problem, bounds: self.setup.bounds.to_vec() };
        let mut newton = self.newton();
        let direction = self.pricer.direction(&g);
        let mut side = |sign: f64| {
            let march = March::new(price, level, sign, if sign < 0.0 { room.0 } else { room.1 });
            let mut from = self.q.clone();
            let reach = march.run(&mut |offset, _, _| {
                let target = (self.q[i] + offset).clamp(low, high);
                held.bounds[i] = (target, target);
                let ahead = target - from[i];
                from.iter_mut().zip(direction.iter()).for_each(|(q, d)| *q += d * ahead);
                from[i] = target;
                let end = newton.follow(&held, &from)?;
                from.copy_from_slice(end.q);
                Some((target - self.q[i], end.value - self.value))
            });
            (reach, self.is_stopped(&from, Some(i)))
        };
        let (lower, upper) = (side(-1.0), side(1.0));
        let value = |(reach, stopped): (Reach, bool), end: End| match reach {
            Reach::At(_) if stopped => (None, End::Open),
            Reach::At(offset) => (Some(back(self.q[i] + offset)), End::Closed),
            Reach::Limit => (None, end),
            Reach::Open => (None, End::Open),
        };
        Some(Interval {
            standard_error: error(price.variance.sqrt() * slope, back(self.q[i]), positive),
            lower: value(lower, ends.0),
            upper: value(upper, ends.1),
            freedom: price.freedom,
        })
    }

    #[allow(clippy::too_many_arguments, reason = "a parameter's scale, in its parts")]
    fn straightened(
        &self,
        price: Price,
        level: f64,
        at: f64,
        slope: f64,
        positive: bool,
        back: &dyn Fn(f64) -> f64,
        room: (f64, f64),
        ends: (End, End),
    ) -> Interval {
        let reach = march::student(price.freedom, level) * price.variance.sqrt();
        let end = |offset: f64, beyond: bool, end: End| match beyond {
            true => (None, end),
            false => (Some(back(at + offset)), End::Closed),
        };
        Interval {
            standard_error: error(price.variance.sqrt() * slope, back(at), positive),
            lower: end(-reach, -reach <= room.0, ends.0),
            upper: end(reach, reach >= room.1, ends.1),
            freedom: price.freedom,
        }
    }

    /// The interval of any function of the parameters (card order, natural scale). `None` if it is not
    /// finite at the answer, or does not vary.
    pub fn interval(&self, f: &dyn Fn(&[f64]) -> f64, level: f64) -> Option<Interval> {
        let problem = self.problem();
        let mut pinned = Pinned::new(&problem, f, &self.step, &self.q, &self.setup.bounds)?;
        let g = pinned.gradient(&self.q)?;
        if g.iter().all(|v| *v == 0.0) {
            return None;
        }
        let Some(price) = self.pricer.price(&g) else { return Some(Interval::open()) };
        let reach = march::student(price.freedom, level) * price.variance.sqrt();
        pinned.choose_scale(&self.pricer, &self.q, reach / price.kappa.sqrt().max(f64::MIN_POSITIVE));
        self.followed(pinned, level)
    }

    fn followed(&self, mut pinned: Pinned, level: f64) -> Option<Interval> {
        let g = pinned.gradient(&self.q)?;
        let price = self.pricer.price(&g)?;
        let reach = march::student(price.freedom, level) * price.variance.sqrt();
        let at = pinned.at(&self.q);
        if reach <= 1e-12 * at.abs().max(1e-12) {
            return None;
        }
        let point = pinned.back(at);
        let slope = pinned.slope(at);
        let standard_error = error(price.variance.sqrt() * slope, point, pinned.is_log());
        if self.straight {
            let (lower, upper) = (pinned.back(at - reach), pinned.back(at + reach));
            let (lower, upper) = ((Some(lower), End::Closed), (Some(upper), End::Closed));
            return Some(Interval { standard_error, lower, upper, freedom: price.freedom });
        }
        let mut newton = self.newton();
        let direction = self.pricer.direction(&g);
        let mut side = |sign: f64| {
            let march = March::new(price, level, sign, sign * f64::INFINITY);
            let mut from = self.q.clone();
            let mut there = at;
            let mut first = true;
            let reach = march.run(&mut |offset, stiffness, again| {
                if first || !again {
                    let ahead = at + offset - there;
                    from.iter_mut().zip(direction.iter()).for_each(|(q, d)| *q += d * ahead);
                }
                first = false;
                pinned.aim(at + offset, stiffness, &from);
                let end = newton.follow(&pinned, &from)?;
                let found = pinned.at(end.q);
                if !found.is_finite() {
                    return None;
                }
                from.copy_from_slice(end.q);
                there = found;
                Some((found - at, end.value - pinned.penalty(found) - self.value))
            });
            (reach, self.is_stopped(&from, None))
        };
        let (lower, upper) = (side(-1.0), side(1.0));
        let value = |(reach, stopped): (Reach, bool)| match reach {
            Reach::At(offset) if !stopped => (Some(pinned.back(at + offset)), End::Closed),
            _ => (None, End::Open),
        };
        Some(Interval { standard_error, lower: value(lower), upper: value(upper), freedom: price.freedom })
    }

    /// Whether a variable other than `own` stands on a bound that only the search needs.
    fn is_stopped(&self, q: &[f64], own: Option<usize>) -> bool {
        let on = |i: usize| {
            let (low, high) = self.setup.bounds[i];
            q[i] <= low || q[i] >= high
        };
        (0..q.len()).any(|i| Some(i) != own && !self.meant[i] && on(i))
    }

    fn newton(&self) -> Newton {
        let exact = self.setup.exact();
        Newton::new(self.q.len(), Options { budget: BUDGET, tolerance: 1e-7, damping: 0.0, exact })
    }
}

/// A standard error, unless it is that of a positive number and larger than the number.
fn error(size: f64, point: f64, positive: bool) -> Option<f64> {
    Some(size.abs()).filter(|s| s.is_finite() && (!positive || *s < point.abs()))
}

impl Interval {
    fn open() -> Self {
        Self { standard_error: None, lower: (None, End::Open), upper: (None, End::Open), freedom: f64::NAN }
    }
}

/// Where a solve along a profile ended.
struct Ended<'a> {
    q: &'a [f64],
    value: f64,
}

trait Follow {
    fn follow(&mut self, problem: &dyn Problem, q: &[f64]) -> Option<Ended<'_>>;
}

impl Follow for Newton {
    /// A warm solve; `None` if it cannot start.
    fn follow(&mut self, problem: &dyn Problem, q: &[f64]) -> Option<Ended<'_>> {
        use crate::engine::solve::{Termination, minimise};
        (minimise(problem, q, self) != Termination::BadStart).then(|| Ended { q: &self.q, value: self.here.value })
    }
}

/// Numbers of runs from 0 on; rows beyond those given (priors) have one each.
fn numbered(labels: impl Iterator<Item = usize>, all: usize) -> Vec<usize> {
    let mut known = std::collections::HashMap::new();
    let mut out: Vec<usize> = labels
        .map(|label| {
            let next = known.len();
            *known.entry(label).or_insert(next)
        })
        .collect();
    let mut next = known.len();
    while out.len() < all {
        out.push(next);
        next += 1;
    }
    out
}

/// Coefficients that have vanished move on their natural scale from here on, where they can come
/// back: on the log scale they have no slope.
fn with_natural_bounds(setup: &Setup, q: &[f64]) -> (Setup, Vec<f64>) {
    let theta = setup.problem().theta(q);
    let card = setup.law.card();
    let mut bindings = setup.bindings.to_vec();
    let mut bounds = setup.bounds.to_vec();
    let mut moved = q.to_vec();
    let mut any = false;
    for j in at_bound(setup, &theta) {
        if let Binding::Free(i, Transform::Log) = bindings[j]
            && card.params[j].role == Role::Linear
            && bounds[i].0 <= -690.0
            && setup.priors.iter().all(|prior| prior.variable != i)
        {
            for k in setup.parameters_of(&[i]) {
                bindings[k] = Binding::Free(i, Transform::Identity);
            }
            bounds[i] = (0.0, if bounds[i].1 >= 690.0 { f64::INFINITY } else { bounds[i].1.exp() });
            moved[i] = 0.0;
            any = true;
        }
    }
    let natural = Setup { bindings: Arc::from(bindings), bounds: Arc::from(bounds), ..setup.clone() };
    let finite = || natural.problem().evaluate(&moved, Order::Second, &mut Evaluation::new(moved.len()));
    if any && finite() { (natural, moved) } else { (setup.clone(), q.to_vec()) }
}

/// Ends the log scale of every coefficient where it no longer matters, so that a search does not run
/// after it; marks which bounds are the user's or nature's.
fn floors(setup: &mut Setup, q: &mut [f64], problem: &FitProblem, noise: &Noise, meant: &mut [bool]) {
    let card = setup.law.card();
    let mut effect = vec![0.0_f64; q.len()];
    for (_, _, g) in problem.row_derivatives(q) {
        effect.iter_mut().zip(&g).for_each(|(most, g)| *most = most.max(g.abs()));
    }
    let mut bounds = setup.bounds.to_vec();
    for j in 0..card.params.len() {
        let Binding::Free(i, transform) = setup.bindings[j] else { continue };
        let (low, high) = card.params[j].bounds;
        let (known_low, known_high) = match transform {
            Transform::Identity => bounds[i],
            Transform::Log => (bounds[i].0.exp(), bounds[i].1.exp()),
        };
        // A bound within the card's is the user's; zero is where a positive number ends.
        let tighter = known_low > low.max(1e-299) * (1.0 + 1e-12) && low >= 0.0 && transform == Transform::Log
            || transform == Transform::Identity && known_low > low
            || high.is_finite() && known_high < high * (1.0 - 1e-12)
            || !high.is_finite() && transform == Transform::Identity && known_high.is_finite();
        meant[i] |= tighter || (transform == Transform::Identity && known_low == 0.0);
        if transform == Transform::Log && card.params[j].role == Role::Linear && bounds[i].0 <= -690.0 {
            let room = (effect[i] / (GONE * noise.scale)).ln().max(1.0);
            if room.is_finite() {
                bounds[i].0 = bounds[i].0.max(q[i] - room);
                meant[i] = false;
            }
        }
    }
    setup.bounds = Arc::from(bounds);
}

/// Classical prices from the derivatives of rows under a smooth loss at the scale of its fit: residual,
/// weight and gradient of each, in so many variables.
pub fn classical(rows: &[(f64, f64, Vec<f64>)], loss: Loss, variables: usize) -> Option<Pricer> {
    let inside: Vec<bool> = rows.iter().map(|(r, ..)| loss.is_quadratic_at(*r)).collect();
    let curvature = inside.iter().filter(|i| **i).count() as f64 / inside.len() as f64;
    let psi = rows.iter().map(|(r, w, _)| w.sqrt() * loss.rho(*r).slope).collect();
    Pricer::new(&gates::matrix(rows, &[], variables), Slopes { psi, inside, curvature, square: None })
}

/// Prices and residuals of the weighted rows.
fn pricer(setup: &Setup, problem: &FitProblem, q: &[f64], noise: &Noise) -> Option<(Pricer, Vec<f64>)> {
    let loss = setup.objective.loss;
    let rows = problem.row_derivatives(q);
    let extra: Vec<(usize, f64, f64)> = setup
        .priors
        .iter()
        .map(|prior| {
            let length = prior.scale.sqrt() / prior.sd;
            (prior.variable, length, (prior.mean - q[prior.variable]) * length)
        })
        .collect();
    let lengths: Vec<(usize, f64)> = extra.iter().map(|(i, length, _)| (*i, -length)).collect();
    let matrix = gates::matrix(&rows, &lengths, q.len());
    // A prior is one more row, at the noise that its unit stands for.
    let psi = rows.iter().map(|(r, w, _)| w.sqrt() * loss.rho(*r).slope);
    let inside: Vec<bool> =
        rows.iter().map(|(r, ..)| loss.is_quadratic_at(*r)).chain(extra.iter().map(|_| true)).collect();
    let (square, curvature) = match loss {
        Loss::Squared => (None, 1.0),
        Loss::Huber { .. } if noise.delta.is_some() => {
            (None, inside.iter().filter(|i| **i).count() as f64 / inside.len() as f64)
        }
        loss => {
            let (square, curvature) = expected(loss, noise.scale);
            (Some(square), curvature)
        }
    };
    let psi = psi.chain(extra.iter().map(|(_, _, r)| *r)).collect();
    let pricer = Pricer::new(&matrix, Slopes { psi, inside, curvature, square })?;
    Some((pricer, rows.iter().map(|(r, w, _)| w.sqrt() * r).collect()))
}
