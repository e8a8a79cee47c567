//! Which runs to train next: those that tell most about a target for the money, by the joint Gaussian
//! of a law's variables and of what the law leaves out, linearised at a fit.
//!
//! A [`Belief`] holds what the rows say; [`select`] adds candidates greedily, the largest reduction of
//! the target's variance per max(cost/budget, 1/runs) first, and exchanges them if asked; [`Trial`]
//! finds out what the chosen runs do to the interval by simulating and refitting them.

mod belief;
mod candidates;
mod fitted;
mod goal;
mod select;
mod simulate;

pub use belief::{Belief, Field, Linear};
pub use candidates::{Candidate, Floor, grid, iso_cost, largest, shared};
pub use fitted::Fitted;
pub use goal::{Asked, Goal, Targets};
pub use select::{Aim, Rule, select};
pub use simulate::{Effect, Effort, Trial};

/// Size of what the law leaves out, on the logarithm of the output, where it is allowed for.
pub const ETA: f64 = 0.01;
/// Length over which that stays the same, in e-folds of the inputs.
pub const LENGTH: f64 = 2.0;

/// Chooses runs at a fit. The plain way in: everything that is measured is in `fitted`, `allow` says
/// whether the law may be wrong by [`ETA`] (no exchange then), and the answer is positions in
/// `candidates`, in the order chosen, their costs within the budget.
///
/// `None` where the fit has no noise to weigh runs by, or the target says nothing at its answer.
pub fn choose(
    fitted: &Fitted,
    candidates: &[Candidate],
    goal: &Goal,
    budget: f64,
    allow: bool,
    rule: &Rule,
) -> Option<Vec<usize>> {
    let belief = fitted.belief(if allow { ETA } else { 0.0 }, LENGTH)?;
    let targets = goal.targets(fitted)?;
    let mut points: Vec<Linear> = candidates.iter().map(|one| fitted.point(&one.x)).collect::<Option<_>>()?;
    points.extend(targets.linear.iter().cloned());
    let cost: Vec<f64> = candidates.iter().map(|one| one.cost).collect();
    let noise: Vec<f64> = candidates.iter().map(|one| fitted.noise_at(&one.x)).collect();
    let rule = Rule { exchange: if allow { 0 } else { rule.exchange }, ..rule.clone() };
    Some(select(&belief.field(points), (&cost, &noise), &targets, budget, &rule))
}
