//! How far each approach's fit moves when its rows are drawn again: parameters of the replicates,
//! each a function of the seed and its number alone.

use super::envelope::{Point, envelope, interpolated, rows};
use crate::base::objective::{Loss, Objective, Residual};
use crate::data::measurements::Measurements;
use crate::engine::fit::{Fit, FitError, Spec, Starts, fit};
use crate::engine::uncertainty::bootstrap::{Bootstrap, bootstrap, generator};
use crate::law::Law;
use crate::laws::vocabulary::tokens::{cheapest_vocabulary, vocabulary_parameters};
use rand::RngExt;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Training FLOP from which a point of a training curve counts for approach 3.
pub const LEAST_COMPUTE: f64 = 2.18e17;

/// Non-vocabulary parameters at which approach 2 finds the vocabulary of least cost; its power law
/// goes through the first.
pub const SIZES: [f64; 7] = [33e6, 85e6, 151e6, 302e6, 631e6, 1130e6, 2870e6];

/// What approach 3 minimises.
const PARAMETRIC: Objective = Objective { residual: Residual::Raw, loss: Loss::Huber { delta: 1e-3 } };

/// Approach 1 on runs drawn with replacement: interpolation, envelope and fit are made again from
/// those drawn. `last_tokens` are as for [`interpolated`]. Draws that
/// leave nothing to fit are left out.
///
/// # Errors
/// [`FitError`] when the fit cannot be posed on all runs.
pub fn of_approach_1(
    law: &'static dyn Law,
    runs: &[Point],
    last_tokens: &[f64],
    count: usize,
    seed: u64,
) -> Result<Vec<Vec<f64>>, FitError> {
    let again = |runs: &[Point], last_tokens: &[f64], starts: Starts| {
        let added = interpolated(runs, last_tokens);
        let points = envelope(runs.iter().copied().chain(added).collect());
        fit(&Spec { starts, ..Spec::new(law, Objective::HOFFMANN) }, &rows(&points))
    };
    // Linear in the logarithms of its coefficients, so convex: one start finds the minimum.
    let start = again(runs, last_tokens, Starts::Search)?.theta;
    let (names, models) = (names(runs), models(runs));
    let replicate = |index: usize| {
        let mut rng = generator(seed, index as u64);
        let drawn: BTreeSet<usize> = (0..names.len()).map(|_| rng.random_range(0..names.len())).collect();
        let drawn: BTreeSet<Name> = drawn.into_iter().map(|k| names[k]).collect();
        // A run drawn twice adds nothing to an envelope.
        let part: Vec<Point> = runs.iter().filter(|p| drawn.contains(&name(p))).copied().collect();
        let left = self::models(&part);
        let tokens = models.iter().zip(last_tokens).filter(|(model, _)| left.contains(model));
        let tokens: Vec<f64> = tokens.map(|(_, tokens)| *tokens).collect();
        let found = again(&part, &tokens, Starts::Only(vec![start.clone()])).ok()?;
        found.certificate.converged.then_some(found.theta)
    };
    Ok((0..count).into_par_iter().filter_map(replicate).collect())
}

/// Approach 2: gamma on its rows drawn with replacement, beside the vocabulary parameters `n_v0` of
/// the smallest model, which are one measured value and stay as they are. The rows are roots of an
/// equation, without noise: their spread is that of the width rule's steps, not of measurement.
///
/// # Errors
/// [`FitError`] when the fit cannot be posed.
pub fn of_approach_2(law: &'static dyn Law, n_v0: f64, count: usize, seed: u64) -> Result<Vec<Vec<f64>>, FitError> {
    let cheapest = SIZES.map(|n| vocabulary_parameters(n, cheapest_vocabulary(n)));
    let data = Measurements::from_columns(
        "vocabularies of least cost",
        vec![("N_nv", SIZES[1..].to_vec()), ("N_v", cheapest[1..].to_vec())],
    );
    let mut spec = Spec::new(law, Objective::HOFFMANN);
    spec.constraints.fix.push(("N_v0".to_owned(), cheapest[0]));
    let replicates = bootstrap(&fit(&spec, &data)?, count, seed, None, &|| {});
    Ok(replicates.thetas.into_iter().map(|theta| vec![n_v0, theta[1]]).collect())
}

/// Approach 3 under one of its laws, on the points of at least [`LEAST_COMPUTE`], whole runs drawn
/// with replacement: the points of one training curve err together. The fit on all of them, too.
///
/// # Errors
/// [`FitError`] when the fit cannot be posed.
pub fn of_approach_3(
    law: &'static dyn Law,
    runs: &[Point],
    count: usize,
    seed: u64,
) -> Result<(Fit, Bootstrap), FitError> {
    let used: Vec<&Point> = runs.iter().filter(|p| p.c >= LEAST_COMPUTE).collect();
    let column = |of: fn(&Point) -> f64| used.iter().map(|&p| of(p)).collect::<Vec<f64>>();
    let data = Measurements::from_columns(
        "training curves",
        vec![("N_nv", column(|p| p.n_nv)), ("V", column(|p| p.v)), ("H", column(|p| p.h)), ("L_u", column(|p| p.loss))],
    );
    let found = fit(&Spec::new(law, PARAMETRIC), &data)?;
    let run: Vec<String> = used.iter().map(|p| format!("{}, {}", p.n_nv, p.v)).collect();
    let replicates = bootstrap(&found, count, seed, Some(&run), &|| {});
    Ok((found, replicates))
}

/// A run by the bits of its model size and vocabulary; positive numbers are in the order of their bits.
type Name = (u64, u64);

fn name(point: &Point) -> Name {
    (point.n_nv.to_bits(), point.v.to_bits())
}

fn names(runs: &[Point]) -> Vec<Name> {
    runs.iter().map(name).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Model sizes, ascending.
fn models(runs: &[Point]) -> Vec<u64> {
    runs.iter().map(|p| p.n_nv.to_bits()).collect::<BTreeSet<_>>().into_iter().collect()
}
