//! One law at every origin, and the scores of what it said.

use super::rows::Entrant;
use crate::base::objective::Objective;
use crate::data::measurements::Measurements;
use crate::engine::analysis::{Forecast, Forecaster};
use crate::engine::fit::{Fit, FitError, Spec, Starts, fit, promising};
use crate::engine::uncertainty::mixture::Mixture;
use crate::law::Law;
use crate::methods::compare::Origin;
use crate::methods::compare::score::{Scored, Scores, mean_scores};

/// Starts of a fit that is not reported itself.
const STARTS: usize = 16;

/// A law fitted to rows from the most promising starts: of many fits, none is worth a proof.
pub(super) fn fitted(law: &'static dyn Law, rows: &Measurements, starts: usize) -> Result<Fit, FitError> {
    let mut spec = Spec::new(law, Objective::DEFAULT);
    spec.starts = Starts::Only(promising(&spec, rows, starts)?);
    fit(&spec, rows)
}

/// What a law says of the rows held out at one origin, or why it says nothing.
pub(super) type Told = Result<Vec<Forecast>, String>;

/// Fits a law before an origin and forecasts the rows after it.
pub(super) fn told(entrant: &Entrant, origin: &Origin, level: f64) -> Told {
    let before = entrant.rows.select(&origin.before);
    let fit = fitted(entrant.law, &before, STARTS).map_err(|error| error.to_string())?;
    let forecaster = Forecaster::new(&fit, level).ok_or("its residuals are not logarithms")?;
    let at = |&row: &usize| {
        forecaster.at(&entrant.inputs(row)).ok_or_else(|| {
            format!("fitted to {} rows, it says nothing finite of row {}", origin.before.len(), entrant.rows.rows[row])
        })
    };
    origin.held.iter().map(at).collect()
}

/// Scores what one law said, origin by origin.
pub(super) fn scores(told: &[&Vec<Forecast>], measured: &[f64], origins: &[Origin], level: f64) -> Scores {
    let one = |k: usize, row: usize| {
        let said = &told[k][row];
        Scored { point: said.law, if_right: said.if_right.clone(), beside: said.beside.clone() }
    };
    mean_scores(&one, measured, origins, level)
}

/// Scores the equal average of what several laws said; its point is their geometric mean.
pub(super) fn average_scores(told: &[Vec<&Vec<Forecast>>], measured: &[f64], origins: &[Origin], level: f64) -> Scores {
    let one = |k: usize, row: usize| {
        let said: Vec<&Forecast> = told.iter().map(|law| &law[k][row]).collect();
        let all =
            |of: fn(&Forecast) -> &Mixture| Mixture::average(&said.iter().map(|f| of(f).clone()).collect::<Vec<_>>());
        let if_right = all(|f| &f.if_right);
        Scored { point: if_right.mean().exp(), if_right, beside: all(|f| &f.beside) }
    };
    mean_scores(&one, measured, origins, level)
}
