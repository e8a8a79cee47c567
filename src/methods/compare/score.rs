//! Scores of forecasts of rows that were not seen, and the rule for a claim from them.

use super::Origin;
use crate::engine::uncertainty::interval::mean_and_sd;
use crate::engine::uncertainty::mixture::Mixture;
use serde::{Deserialize, Serialize};

/// Standard errors that a difference must exceed, and origins and rows there must be.
const ERRORS: f64 = 2.0;
pub(super) const ORIGINS: usize = 3;
pub(super) const ROWS: usize = 60;

/// Scores of forecasts, means over origins of means over rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// CRPS of ln y: the smaller the better.
    pub crps: f64,
    /// Logarithm of the density of ln y: the larger the better.
    pub log_score: f64,
    /// |ŷ/y − 1|.
    pub relative_error: f64,
    /// Share of rows within the interval of a new run.
    pub coverage: f64,
    /// Share within the interval that holds if the law is right.
    pub coverage_if_right: f64,
    /// CRPS at each origin.
    pub by_origin: Vec<f64>,
}

/// What is compared against the best of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The best.
    pub best: String,
    /// The other.
    pub law: String,
    /// Mean over origins of its CRPS less that of the best.
    pub difference: f64,
    /// Standard error of that, over origins; none of one origin.
    pub standard_error: Option<f64>,
    /// Whether the best is shown to be better.
    pub shown: bool,
}

/// What is scored of a forecast: a point, the distribution if the law is right, and the one that
/// intervals come from.
#[derive(Clone)]
pub(super) struct Scored {
    pub point: f64,
    pub if_right: Mixture,
    pub beside: Mixture,
}

/// Scores of forecasts, by origin and row, as means over origins of means over rows.
pub(super) fn mean_scores(
    one: &dyn Fn(usize, usize) -> Scored,
    measured: &[f64],
    origins: &[Origin],
    level: f64,
) -> Scores {
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

/// Which predicts better, in a sentence.
pub(super) fn claim(not_worse: &[String], pairs: &[Pair], (rows, origins, each): (usize, usize, &str)) -> String {
    let on = format!("{rows} rows, {origins} {each}{}", if origins == 1 { "" } else { "s" });
    let worse: Vec<&str> = pairs.iter().filter(|pair| pair.shown).map(|pair| pair.law.as_str()).collect();
    match not_worse {
        [only] if pairs.is_empty() => format!("nothing to compare: {only} alone could be scored ({on})"),
        [winner] => format!("{winner} predicts better than {} ({on})", worse.join(", ")),
        alike => {
            let rest =
                if worse.is_empty() { String::new() } else { format!("; {} shown to be worse", worse.join(", ")) };
            format!("no difference shown between {} ({on}){rest}: average their predictions", alike.join(", "))
        }
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
