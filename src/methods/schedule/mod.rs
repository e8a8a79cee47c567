//! Loss under a whole learning-rate schedule: what a curve alone cannot foresee.

mod multi_power;
mod refit;

pub use multi_power::{Constants, Estimate, PUBLISHED, estimate_final, published};
pub use refit::{Refit, Run, refit};

use thiserror::Error;

/// The most steps of a schedule.
const MOST: f64 = 1e8;
/// Changes of the learning rate are gathered into at most this many.
const KNOTS: usize = 32_768;

/// A schedule that cannot be used, or a run that does not fit it.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ScheduleError {
    /// Steps that do not start at 0 or 1, or do not grow.
    #[error(
        "row {row} of the schedule: steps must grow from 0 or 1, with the warm-up, to the last; this one is {step}"
    )]
    Steps {
        /// From 1.
        row: usize,
        /// The step.
        step: f64,
    },
    /// A rate that is none.
    #[error("row {row} of the schedule: a learning rate of {rate} is not a finite number of zero or more")]
    Rate {
        /// From 1.
        row: usize,
        /// The rate.
        rate: f64,
    },
    /// Too few rows, no rate above zero, or more steps than anyone trains.
    #[error("the schedule needs two rows or more, a rate above zero, and at most 100 million steps")]
    Empty,
    /// A point of the run outside the schedule.
    #[error("step {step} of the run lies outside the schedule, which ends at {end}; both count optimiser steps")]
    Outside {
        /// The step.
        step: f64,
        /// The last step of the schedule.
        end: f64,
    },
    /// Too few points to fit all constants to.
    #[error("{points} points after the warm-ups of the finished runs are too few; at least {least} are needed")]
    TooFewToRefit {
        /// How many there are.
        points: usize,
        /// How many it takes.
        least: usize,
    },
    /// Losses that the law cannot be brought near.
    #[error("the multi-power law is not finite for these runs; losses and rates must be positive")]
    NoMinimum,
    /// Too few points to fit a level and a size to.
    #[error("{points} points after the warm-up are too few; at least 5 are needed")]
    TooFew {
        /// How many there are.
        points: usize,
    },
}

/// A change of the learning rate.
#[derive(Clone, Copy, Debug)]
struct Change {
    step: usize,
    /// η_k − η_{k−1}.
    by: f64,
    /// ln η_k.
    log_rate: f64,
    /// S(k − 1).
    before: f64,
}

/// Gathers changes into about so many, neighbours together; their middle stands for them. Those of
/// unlike size stay apart, so that a sudden drop keeps its place.
fn gather(changes: Vec<Change>, most: usize) -> Vec<Change> {
    let size = changes.len().div_ceil(most).max(1);
    if size == 1 {
        return changes;
    }
    let alike = |a: &Change, b: &Change| a.by * b.by > 0.0 && (a.by / b.by).abs() < 2.0 && (b.by / a.by).abs() < 2.0;
    let chunks = changes.chunk_by(alike).flat_map(|alike| alike.chunks(size));
    chunks.map(|chunk| Change { by: chunk.iter().map(|change| change.by).sum(), ..chunk[chunk.len() / 2] }).collect()
}

/// Learning rates of every step, as running sums and changes.
pub struct Schedule {
    /// S(t) = η_0 + … + η_t, by step.
    sums: Vec<f64>,
    /// Where η changes, by step.
    changes: Vec<Change>,
    /// The first step at the highest rate.
    pub peak: usize,
}

impl Schedule {
    /// From rows of step and rate, ascending; between rows the rate is linear. A schedule that
    /// starts at step 1 has rate 0 at step 0.
    ///
    /// # Errors
    /// [`ScheduleError`] naming the row.
    pub fn new(steps: &[f64], rates: &[f64]) -> Result<Self, ScheduleError> {
        for (i, (&step, &rate)) in steps.iter().zip(rates).enumerate() {
            let grows = if i == 0 { step == 0.0 || step == 1.0 } else { step > steps[i - 1] };
            if !(grows && step.fract() == 0.0) {
                return Err(ScheduleError::Steps { row: i + 1, step });
            }
            if !(rate.is_finite() && rate >= 0.0) {
                return Err(ScheduleError::Rate { row: i + 1, rate });
            }
        }
        let rows = steps.len().min(rates.len());
        if rows < 2 || steps[rows - 1] > MOST || rates.iter().all(|rate| *rate == 0.0) {
            return Err(ScheduleError::Empty);
        }
        let mut all = Vec::with_capacity(steps[rows - 1] as usize + 1);
        if steps[0] == 1.0 {
            all.push(0.0);
        }
        all.push(rates[0]);
        for i in 1..rows {
            let (from, to) = (steps[i - 1], steps[i]);
            let count = (to - from) as usize;
            let between = |k: usize| match k == count {
                true => rates[i],
                false => rates[i - 1] + (rates[i] - rates[i - 1]) * k as f64 / count as f64,
            };
            all.extend((1..=count).map(between));
        }
        Ok(Self::of_rates(&all))
    }

    /// From the log of a run, which may begin after the warm-up: the rate is then taken to have risen
    /// linearly from 0 to that of the first row.
    ///
    /// # Errors
    /// [`ScheduleError`] naming the row.
    pub fn of_log(steps: &[f64], rates: &[f64]) -> Result<Self, ScheduleError> {
        if steps.first().is_none_or(|first| *first <= 1.0) {
            return Self::new(steps, rates);
        }
        let from_zero = |rest: &[f64]| std::iter::once(0.0).chain(rest.iter().copied()).collect::<Vec<f64>>();
        Self::new(&from_zero(steps), &from_zero(rates))
    }

    /// From the rate of every step, from step 0.
    fn of_rates(rates: &[f64]) -> Self {
        let mut sum = 0.0;
        let sums = rates.iter().map(|rate| {
            sum += rate;
            sum
        });
        let sums: Vec<f64> = sums.collect();
        let change =
            |k: usize| Change { step: k, by: rates[k] - rates[k - 1], log_rate: rates[k].ln(), before: sums[k - 1] };
        let changed = (1..rates.len()).filter(|&k| rates[k] != rates[k - 1] && rates[k] > 0.0);
        let changes = gather(changed.map(change).collect(), KNOTS);
        let top = rates.iter().copied().fold(0.0, f64::max);
        let peak = rates.iter().position(|rate| *rate == top).unwrap_or(0);
        Self { sums, changes, peak }
    }

    /// Its changes, gathered into about so many.
    fn gathered(&self, most: usize) -> Vec<Change> {
        gather(self.changes.clone(), most)
    }

    /// The last step.
    pub fn end(&self) -> usize {
        self.sums.len() - 1
    }

    /// Sum of the learning rates up to and with a step.
    pub fn sum(&self, step: usize) -> f64 {
        self.sums[step.min(self.end())]
    }
}
