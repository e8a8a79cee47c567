//! A proof that the minimum is global, where one can be had: squared loss on raw residuals, at most
//! two nonlinear variables, linear coefficients that are not negative.
//!
//! Given the nonlinear parameters a, the objective's minimum over the coefficients c is that of a
//! least-squares problem, whose dual bounds it from below: for any numbers u, one per row,
//!
//! ½ Σ w (y − o − Σ c_j φ_j)² ≥ Σ w (u y − ½u²) − Σ w u o − Σ_j c_j Σ w u φ_j.
//!
//! Over a box of a, interval arithmetic bounds the last two sums (by Taylor's theorem about the box's
//! centre, at which u are the residuals), and no coefficient can be where some row forbids it, or where
//! the residuals at the centre, give or take what the columns change over the box, are too large.
//! Each column is taken relative to one of its rows, which its coefficient makes up for: the powers
//! of a model size then vary with ln N − ln N_0 and not with ln N. Boxes whose bound lies above the best value known hold no better minimum; the others are
//! halved. What remains is a statement about every a within the bounds.

mod region;

use super::Setup;
use super::seeds::linear_parameters;
use crate::base::objective::{Loss, Residual};
use rayon::prelude::*;
use region::{Bounded, Region, Side, variable};

/// Fraction of the objective that is not worth proving.
const TOLERANCE: f64 = 1e-5;
/// Rows times boxes, at most.
const EFFORT: usize = 4_000_000;
/// Boxes at most: what is ever proved takes half of them, and few rows are no reason for more.
const MOST_BOXES: usize = 20_000;
/// With fewer boxes nothing is proved.
const FEWEST_BOXES: usize = 4 * BATCH;
/// Boxes examined at a time, so that the order does not depend on the threads.
const BATCH: usize = 64;

/// What a proof came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// No parameters within the bounds reach an objective lower than this fraction below the best.
    pub gap: f64,
    /// Boxes examined.
    pub boxes: usize,
    /// Over what.
    pub region: String,
    /// Parameters that are better than the best known, card order, if any were met: the search missed
    /// a minimum.
    pub better: Option<Vec<f64>>,
}

impl Proof {
    fn without_boxes(region: &str) -> Self {
        Self { gap: 0.0, boxes: 0, region: region.to_owned(), better: None }
    }
    /// Whether the gap is as good as none.
    pub fn holds(&self) -> bool {
        self.gap <= 1.001 * TOLERANCE && self.better.is_none()
    }
    /// In words.
    pub fn describe(&self) -> String {
        if self.better.is_some() {
            return format!(
                "global minimum not proved: over {} a better point was met than any search led to",
                self.region
            );
        }
        match (self.holds(), self.boxes) {
            (true, 0) => format!("global minimum proved: {}", self.region),
            (true, boxes) => format!(
                "global minimum proved by branch and bound: over {} nothing is lower by more than 1e-5 of the objective ({boxes} boxes)",
                self.region
            ),
            (false, boxes) => format!(
                "global minimum not proved: over {} nothing is lower by more than {:.2} % of the objective, as far as {boxes} boxes tell",
                self.region,
                100.0 * self.gap
            ),
        }
    }
}

/// Proves that no parameters within the bounds give an objective below `best`, as far as they can
/// be excluded. `None` where the argument does not apply.
pub fn prove(setup: &Setup, best: f64) -> Option<Proof> {
    let applies = setup.objective.loss == Loss::Squared
        && setup.objective.residual == Residual::Raw
        && setup.priors.is_empty()
        && best.is_finite();
    if !applies {
        return None;
    }
    if best <= setup.exact() {
        return Some(Proof::without_boxes("the data are matched exactly"));
    }
    let linear = linear_parameters(setup);
    let of_linear: Vec<usize> = linear.iter().filter_map(|&j| variable(setup, j)).collect();
    let moved: Vec<usize> = (0..setup.free()).filter(|i| !of_linear.contains(i)).collect();
    if moved.len() > 2 {
        return None;
    }
    let budget = (EFFORT / setup.rows.len().max(1)).min(MOST_BOXES);
    if budget < FEWEST_BOXES {
        return None;
    }
    let region = Region::new(setup, best, linear, moved);
    if !region.is_positive() {
        return None;
    }
    let goal = best * (1.0 - TOLERANCE);
    if region.whole().is_empty() {
        // Nothing nonlinear: one solve of a convex problem is the answer.
        let found = region.bound(&[]);
        let better = (found.value < goal).then_some(found.theta);
        let region =
            format!("over {}, least squares that is linear in all that varies has one minimum", region.describe());
        return Some(Proof { gap: 0.0, boxes: 0, region, better });
    }
    let whole = region.whole();
    if whole.iter().any(|(low, high)| !(low.is_finite() && high.is_finite())) {
        return None;
    }
    let mut open: Vec<(f64, Vec<Side>)> = vec![(f64::NEG_INFINITY, whole)];
    let mut boxes = 0;
    let mut better = None;
    while !open.is_empty() && boxes < budget && better.is_none() {
        // The least bounds first; ties keep their order.
        open.sort_by(|a, b| b.0.total_cmp(&a.0));
        let batch = open.split_off(open.len().saturating_sub(BATCH / 2));
        let halves: Vec<Vec<Side>> = batch.iter().rev().flat_map(|(_, sides)| region.halve(sides)).collect();
        boxes += halves.len();
        let bounded: Vec<(Bounded, Vec<Side>)> =
            halves.into_par_iter().map(|sides| (region.bound(&sides), sides)).collect();
        better = bounded.iter().find(|(at, _)| at.value < goal).map(|(at, _)| at.theta.clone());
        open.extend(bounded.into_iter().map(|(at, sides)| (at.bound, sides)).filter(|(bound, _)| *bound < goal));
    }
    let least = open.iter().map(|(bound, _)| bound.max(0.0)).fold(goal, f64::min);
    let proof = Proof { gap: 1.0 - least / best, boxes, region: region.describe(), better };
    Some(proof).filter(|proof| proof.gap < 1.0 || proof.better.is_some())
}
