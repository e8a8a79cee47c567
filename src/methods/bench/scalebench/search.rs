//! The least sum of squares of a form in its box: many starts weighed, the best of them followed to
//! their minima, and the neighbourhood of the best minimum searched.
//!
//! A start is a point of a sequence that fills the ranges of the drawn parameters evenly; the others
//! are solved for before it is weighed. In a box with many active bounds minima lie close to each
//! other, each with other bounds active: from the best one found, shorter and longer hops are tried
//! until none of them leads lower. Nothing is random, and the order of starts is that of the answer.

use super::forms::{Parameter, Shape};
use super::squares::{Held, Part, Squares};
use crate::base::real::Order;
use crate::engine::solve::levenberg_marquardt::LevenbergMarquardt;
use crate::engine::solve::{Evaluation, Iteration, Options, Problem, Solution, minimise};
use rayon::prelude::*;

/// Starts that are weighed.
const DRAWN: usize = 400;
/// Rows that they are weighed on, at most.
const WEIGHED_ON: usize = 400;
/// Starts that are followed.
const FOLLOWED: usize = 16;
/// Hops from the best minimum, tried at once; and how often at most.
const HOPS: usize = 8;
const ROUNDS: usize = 8;
/// Lengths of hops, as shares of the ranges of starts.
const LENGTHS: [f64; 2] = [0.03, 0.1];
/// Evaluations of one solve.
const BUDGET: usize = 1_000;
/// Sums of squares nearer than this, relatively, are one minimum.
pub const SAME: f64 = 1e-6;

/// The `k`-th point of a sequence that fills the unit cube of `n` dimensions evenly: multiples of
/// powers of the generalised golden ratio (Roberts 2018).
fn point(k: usize, n: usize) -> Vec<f64> {
    let mut root: f64 = 2.0;
    for _ in 0..60 {
        root = (1.0 + root).powf(1.0 / (n as f64 + 1.0));
    }
    (1..=n).map(|i| (0.5 + (k + 1) as f64 * root.powi(-(i as i32))).fract()).collect()
}

/// A minimum, and how it was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The best of all solves.
    pub best: Solution,
    /// Solves that ended.
    pub solves: usize,
    /// Those of them that ended at the best sum of squares.
    pub reached: usize,
}

/// What is searched: a form on rows, its variables by what a start does with them.
pub struct Search<'a> {
    shape: &'a Shape,
    parts: &'a [Part],
    /// The variables, parameters that parts share once.
    pub variables: Vec<Parameter>,
    solved: Vec<usize>,
    drawn: Vec<usize>,
}

impl<'a> Search<'a> {
    /// Of a form on the rows of some parts.
    pub fn new(shape: &'a Shape, parts: &'a [Part]) -> Self {
        let count = parts.iter().flat_map(|part| &part.variable).max().map_or(0, |i| i + 1);
        let mut variables = vec![shape.parameters[0]; count];
        for (&i, parameter) in parts.iter().flat_map(|part| part.variable.iter().zip(shape.parameters)) {
            variables[i] = *parameter;
        }
        let (solved, drawn) = (0..count).partition(|&i| variables[i].solved);
        Self { shape, parts, variables, solved, drawn }
    }

    /// The problem on all rows.
    pub fn problem(&self) -> Squares<'a> {
        Squares::new(self.shape, self.parts, self.variables.iter().map(|v| v.bounds).collect())
    }

    fn draw(&self, k: usize) -> Vec<f64> {
        let mut q: Vec<f64> = self.variables.iter().map(|v| 0.0f64.clamp(v.bounds.0, v.bounds.1)).collect();
        for (&i, share) in self.drawn.iter().zip(point(k, self.drawn.len())) {
            q[i] = self.variables[i].start(share);
        }
        q
    }

    /// Solves for the parameters that are solved for; the value there. `None` if it is not finite.
    fn weigh(&self, problem: &Squares<'_>, mut q: Vec<f64>) -> Option<(f64, Vec<f64>)> {
        let held = Held::new(problem, &self.solved, &q);
        let inner: Vec<f64> = self.solved.iter().map(|&i| q[i]).collect();
        let value = if inner.is_empty() {
            let mut here = Evaluation::new(q.len());
            if problem.evaluate(&q, Order::First, &mut here) { here.value } else { f64::NAN }
        } else {
            let options = Options { budget: 25, damping: 1e-6, tolerance: 1e-4, exact: 0.0 };
            let mut method = LevenbergMarquardt::new(inner.len(), options);
            minimise(&held, &inner, &mut method);
            let (end, value) = method.point();
            self.solved.iter().zip(end).for_each(|(&i, v)| q[i] = *v);
            value
        };
        value.is_finite().then_some((value, q))
    }

    fn follow(&self, starts: &[Vec<f64>]) -> Vec<Solution> {
        let solve = |problem: &mut Squares<'_>, q: &Vec<f64>| {
            let mut method = LevenbergMarquardt::new(q.len(), Options { budget: BUDGET, ..Options::default() });
            let termination = minimise(problem, q, &mut method);
            method.solution(termination)
        };
        starts.par_iter().map_init(|| self.problem(), solve).filter(|end| end.value.is_finite()).collect()
    }

    fn hop(&self, q: &[f64], k: usize) -> Vec<f64> {
        let shares = point(k, q.len());
        let moved = self.variables.iter().zip(q).zip(shares).map(|((v, &q), share)| {
            let range = if v.solved { q.abs() } else { v.starts.1 - v.starts.0 };
            (q + LENGTHS[k % LENGTHS.len()] * range * (2.0 * share - 1.0)).clamp(v.bounds.0, v.bounds.1)
        });
        moved.collect()
    }

    /// Searches. `None` if no start is finite.
    pub fn run(&self) -> Option<Found> {
        let rows = self.parts.iter().map(|part| part.target.len()).sum::<usize>();
        let thinned: Vec<Part> = self.parts.iter().map(|part| part.every(rows.div_ceil(WEIGHED_ON))).collect();
        let fewer = Search { parts: &thinned, ..Search::new(self.shape, &thinned) };
        let count = if self.drawn.is_empty() { 1 } else { DRAWN };
        let weigh = |problem: &mut Squares<'_>, k: usize| fewer.weigh(problem, self.draw(k));
        let weighed = (0..count).into_par_iter().map_init(|| fewer.problem(), weigh);
        let mut starts: Vec<(f64, Vec<f64>)> = weighed.flatten().collect();
        // Stable: of equals the first drawn comes first.
        starts.sort_by(|a, b| a.0.total_cmp(&b.0));
        starts.truncate(FOLLOWED);
        let least = |ends: &[Solution]| ends.iter().min_by(|a, b| a.value.total_cmp(&b.value)).cloned();
        let mut ends = self.follow(&starts.into_iter().map(|(_, q)| q).collect::<Vec<_>>());
        let mut best = least(&ends)?;
        for round in 0..ROUNDS {
            let hops: Vec<Vec<f64>> = (round * HOPS..(round + 1) * HOPS).map(|k| self.hop(&best.q, k)).collect();
            ends.extend(self.follow(&hops));
            let before = std::mem::replace(&mut best, least(&ends)?);
            if best.value >= before.value * (1.0 - SAME) {
                break;
            }
        }
        let reached = ends.iter().filter(|end| end.value <= best.value * (1.0 + SAME)).count();
        Some(Found { best, solves: ends.len(), reached })
    }
}
