//! One law at every origin, and the scores of what it said.

use super::outcome::{Pair, Scores};
use super::rows::Entrant;
use crate::base::objective::Objective;
use crate::engine::analysis::{Forecast, Forecaster};
use crate::engine::fit::{Spec, Starts, fit, promising};
use crate::engine::uncertainty::interval::mean_and_sd;
use crate::engine::uncertainty::mixture::Mixture;
use crate::methods::compare::Origin;

/// Starts of a fit that is not reported itself.
const STARTS: usize = 16;
/// Standard errors that a difference must exceed, and origins and rows there must be.
const ERRORS: f64 = 2.0;
pub(super) const ORIGINS: usize = 3;
pub(super) const ROWS: usize = 60;

/// What a law says of the rows held out at one origin, or why it says nothing.
pub(super) type Told = Result<Vec<Forecast>, String>;

/// Fits a law before an origin and forecasts the rows after it.
pub(super) fn told(entrant: &Entrant, origin: &Origin, level: f64) -> Told {
    let before = entrant.rows.select(&origin.before);
    let mut spec = Spec::new(entrant.law, Objective::DEFAULT);
    spec.starts = Starts::Only(promising(&spec, &before, STARTS).map_err(|error| error.to_string())?);
    let fit = fit(&spec, &before).map_err(|error| error.to_string())?;
    let forecaster = Forecaster::new(&fit, level).ok_or("its residuals are not logarithms")?;
    let at = |&row: &usize| {
        forecaster.at(&entrant.inputs(row)).ok_or_else(|| {
            format!("fitted to {} rows, it says nothing finite of row {}", origin.before.len(), entrant.rows.rows[row])
        })
    };
    origin.held.iter().map(at).collect()
}

/// What is scored of a forecast: a point, the distribution if the law is right, and the one that
/// intervals come from.
struct Scored {
    point: f64,
    if_right: Mixture,
    beside: Mixture,
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

fn mean_scores(one: &dyn Fn(usize, usize) -> Scored, measured: &[f64], origins: &[Origin], level: f64) -> Scores {
    let tail = 0.5 * (1.0 - level);
    let within = |of: &Mixture, ln: f64| {
        let p = of.cdf(ln);
        f64::from(u8::from((tail..=1.0 - tail).contains(&p)))
    };
    let rows = |(k, origin): (usize, &Origin)| {
        let mut sums = [0.0; 5];
        for (row, &at) in origin.held.iter().enumerate() {
            let (said, y) = (one(k, row), measured[at]);
            let ln = y.ln();
            let scores = [
                said.if_right.crps(ln),
                said.if_right.log_density(ln),
                (said.point / y - 1.0).abs(),
                within(&said.beside, ln),
                within(&said.if_right, ln),
            ];
            sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score);
        }
        sums.map(|sum| sum / origin.held.len() as f64)
    };
    let each: Vec<[f64; 5]> = origins.iter().enumerate().map(rows).collect();
    let mean = |i: usize| each.iter().map(|scores| scores[i]).sum::<f64>() / each.len() as f64;
    Scores {
        crps: mean(0),
        log_score: mean(1),
        relative_error: mean(2),
        coverage: mean(3),
        coverage_if_right: mean(4),
        by_origin: each.iter().map(|scores| scores[0]).collect(),
    }
}

/// The claim rule: the best is shown to be better if the mean difference is more than two standard
/// errors, over enough origins and rows.
pub(super) fn pair(best: (&str, &[f64]), other: (&str, &[f64]), rows: usize) -> Pair {
    let differences: Vec<f64> = other.1.iter().zip(best.1).map(|(other, best)| other - best).collect();
    let (mean, sd) = mean_and_sd(&differences);
    let standard_error = Some(sd / (differences.len() as f64).sqrt()).filter(|se| se.is_finite());
    let clear = standard_error.is_some_and(|se| mean.abs() > ERRORS * se);
    Pair {
        best: best.0.to_owned(),
        law: other.0.to_owned(),
        difference: mean,
        standard_error,
        shown: clear && differences.len() >= ORIGINS && rows >= ROWS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean difference .02, standard deviation .01 over 4 origins: standard error .005.
    const BEST: [f64; 4] = [0.01; 4];
    const OTHER: [f64; 4] = [0.0213397459621556, 0.03, 0.03, 0.0386602540378444];

    #[test]
    fn a_winner_needs_two_standard_errors_three_origins_and_sixty_rows() {
        let of = |best: &[f64], other: &[f64], rows| pair(("a", best), ("b", other), rows);
        let clear = of(&BEST, &OTHER, 60);
        assert!(clear.shown && (clear.difference - 0.02).abs() < 1e-12, "{clear:?}");
        assert!((clear.standard_error.expect("four origins") - 0.5 * 0.00707106781186547).abs() < 1e-12, "{clear:?}");
        assert!(!of(&BEST, &OTHER, 59).shown, "59 rows");
        assert!(!of(&BEST[..2], &OTHER[1..3], 100).shown, "2 origins");
        assert!(of(&BEST[..3], &OTHER[..3], 100).shown, "3 origins");
        let near: Vec<f64> = OTHER.iter().map(|d| d - 0.0135).collect();
        assert!(!of(&BEST, &near, 100).shown, "less than two standard errors");
        assert_eq!(of(&BEST[..1], &OTHER[..1], 100).standard_error, None);
    }
}
