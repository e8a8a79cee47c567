//! What the residuals of a fit say against it, as numbers, and the findings that follow from them. A
//! verdict is read off these alone, so that a saved record is judged as the fit was.

use super::identifiability::Identifiability;
use super::{Estimate, Record, nullable};
use crate::data::measurements::Warning;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Numbers about the residuals of a fit. Residuals are on the objective's scale, times the root of
/// their weight over the mean weight.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnostics {
    /// Rows of positive weight.
    pub rows: usize,
    /// Free parameters.
    pub free: usize,
    /// Huber's scale of the residuals (Proposal 2, with n − p).
    #[serde(deserialize_with = "nullable")]
    pub scale: f64,
    /// The residuals are no larger than rounding: what they look like means nothing.
    pub exact: bool,
    /// Share of the variance of the rows that the law explains, rows farther than ten scales left out.
    pub explained: Option<f64>,
    /// How often chance alone explains as much: an F test against a constant.
    pub by_chance: Option<f64>,
    /// Trend in the logarithm of each input.
    pub trends: Vec<Trend>,
    /// |t| that a trend without meaning exceeds in one fit of a thousand.
    pub trend_limit: Option<f64>,
    /// Correlation of neighbours along each input.
    pub neighbours: Vec<Neighbours>,
    /// Rows that share a value or a label, where there are such groups.
    pub groups: Option<Groups>,
    /// The row farthest from the law, and how many scales away it is.
    pub farthest: Option<(usize, f64)>,
    /// Size of what the law leaves out beside noise, on the logarithm of the output: the posterior
    /// mean of a Gaussian process beside it.
    #[serde(default)]
    pub discrepancy: Option<f64>,
    /// The row whose removal moves the answer most, and the largest relative change of a prediction.
    pub influence: Option<(usize, f64)>,
}

/// Least squares of the residuals on 1, z and z², z the logarithm of an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trend {
    /// Input.
    pub symbol: String,
    /// t of the slope of the line.
    pub linear: f64,
    /// t of the curvature.
    pub quadratic: f64,
}

/// Correlation of neighbouring residuals, rows in order of an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Neighbours {
    /// Input.
    pub symbol: String,
    /// Σ rᵢrᵢ₊₁ / Σ r².
    pub correlation: f64,
    /// How many standard deviations that is from what independent errors would give.
    pub deviations: f64,
}

/// Rows in groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Groups {
    /// What the rows of a group share: the symbol of an input, or the header of a label.
    pub by: String,
    /// Groups.
    pub count: usize,
    /// Rows in groups of three and more.
    pub rows: usize,
    /// Share of them on the side of zero that most of their group is on.
    pub same_sign: f64,
    /// How often chance alone sets the groups as far apart: an F test.
    pub by_chance: f64,
    /// Whether errors were reckoned by these groups already.
    pub clustered: bool,
}

/// Something that speaks against a fit, with its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Kind and sentence.
    pub warning: Warning,
    /// It does not only ask for care: the fit means little.
    pub grave: bool,
}

/// Neighbours farther from chance than this many standard deviations are no chance: 3.3 is passed
/// by one fit of a thousand.
const DEVIATIONS: f64 = 3.3;
/// Chances below this are no chance.
const CHANCE: f64 = 1e-3;
/// Scales at which a row is an outlier.
const OUTLIER: f64 = 10.0;
/// Relative change of a prediction at which one row decides the answer.
const DECISIVE: f64 = 0.1;
/// Share of the variance below which a law explains little.
const LITTLE: f64 = 0.5;
/// Upper over lower end, or width over size, at which an interval says nothing.
const NOTHING: f64 = 1e6;
/// Lost replicates: above the first share the others may be a biased choice, above the second they are.
const LOST: (f64, f64) = (0.05, 0.2);
/// What a law may leave out and still be said to fit: correct laws show .004 to .0055, real tables
/// .0097 and more.
const LEFT_OUT: f64 = 0.008;

impl Finding {
    pub(super) fn care(kind: &str, message: String) -> Self {
        Self { warning: Warning::new(kind, message), grave: false }
    }
    pub(super) fn grave(kind: &str, message: String) -> Self {
        Self { warning: Warning::new(kind, message), grave: true }
    }
}

impl Diagnostics {
    /// What speaks against the fit.
    pub fn findings(&self) -> Vec<Finding> {
        let mut out = Vec::new();
        if self.exact {
            return out;
        }
        out.extend(self.signal());
        out.extend(self.trend());
        out.extend(self.neighbour());
        out.extend(self.group());
        if let Some(eta) = self.discrepancy.filter(|eta| *eta > LEFT_OUT) {
            let message = format!(
                "The law does not fit: beside noise it leaves out {:.1} % of the output (correct laws show about half a per cent), and beyond the rows more.",
                100.0 * eta
            );
            out.push(Finding::care("law-does-not-fit", message));
        }
        if let Some((row, away)) = self.farthest.filter(|(_, away)| *away > OUTLIER) {
            let message = format!(
                "Row {row} lies {} times the scatter of the rows away from the law: look whether it is a failed run or a mistyped cell.",
                times(away)
            );
            out.push(Finding::care("outlier", message));
        }
        if let Some((row, change)) = self.influence.filter(|(_, c)| *c > DECISIVE.max(5.0 * self.scale)) {
            let message = format!(
                "One row decides the answer: without row {row} a prediction on the rows changes by {} %.",
                times(100.0 * change)
            );
            out.push(Finding::care("influential-row", message));
        }
        out
    }

    fn signal(&self) -> Option<Finding> {
        let explained = self.explained?;
        let share = 100.0 * explained.max(0.0);
        if self.by_chance.is_some_and(|p| p > 0.05) {
            let message = format!(
                "The law explains {share:.0} % of the variation of the rows, no more than chance would: these rows do not show that the output depends on the inputs in this way."
            );
            return Some(Finding::grave("no-signal", message));
        }
        (explained < LITTLE).then(|| {
            let message = format!(
                "The law explains only {share:.0} % of the variation of the rows; the rest is scatter or another law."
            );
            Finding::care("little-explained", message)
        })
    }

    fn trend(&self) -> Option<Finding> {
        let limit = self.trend_limit?;
        let size = |trend: &Trend| trend.linear.abs().max(trend.quadratic.abs());
        let worst = self.trends.iter().max_by(|a, b| size(a).total_cmp(&size(b))).filter(|t| size(t) > limit)?;
        let (shape, t) = match worst.quadratic.abs() >= worst.linear.abs() {
            true => ("bend", worst.quadratic),
            false => ("slope", worst.linear),
        };
        let message = format!(
            "The residuals have a {shape} along ln {} with |t| {:.1}, where chance passes {limit:.1} in one fit of a thousand: the law misses these rows systematically, and more so beyond them.",
            worst.symbol,
            t.abs()
        );
        Some(Finding::care("residual-trend", message))
    }

    fn neighbour(&self) -> Option<Finding> {
        let worst = self.neighbours.iter().max_by(|a, b| a.deviations.abs().total_cmp(&b.deviations.abs()))?;
        let away = worst.deviations.abs();
        (away > DEVIATIONS).then(|| {
            let how = if worst.correlation > 0.0 { "err alike" } else { "err by turns to either side" };
            let message = format!(
                "Rows that are neighbours in {} {how} (correlation {:.2}, {away:.1} standard deviations from chance): they are not independent, or the law has the wrong shape.",
                worst.symbol, worst.correlation
            );
            Finding::care("residual-runs", message)
        })
    }

    fn group(&self) -> Option<Finding> {
        let groups = self.groups.as_ref().filter(|g| !g.clustered && g.by_chance < CHANCE && g.same_sign > 0.7)?;
        let message = format!(
            "Rows of the same {} err to the same side ({:.0} % of {} rows in {} groups): if they are checkpoints of one run they are not independent, and intervals are too narrow; name the runs with `--cluster COLUMN`.",
            groups.by,
            100.0 * groups.same_sign,
            groups.rows,
            groups.count
        );
        Some(Finding::care("rows-of-one-run", message))
    }
}

/// A multiple for people: two digits, large ones in powers of ten.
fn times(value: f64) -> String {
    match value {
        v if v >= 1e4 => format!("{v:.1e}"),
        v if v >= 10.0 => format!("{v:.0}"),
        v => format!("{v:.1}"),
    }
}

/// Everything that speaks against a fit and is not already a warning of the fit itself: its
/// residuals, its intervals, the replicates it lost, and the rows it never saw.
pub fn findings(record: &Record) -> Vec<Finding> {
    let mut out = record.diagnostics.as_ref().map(Diagnostics::findings).unwrap_or_default();
    out.extend(record.identifiability.as_ref().and_then(Identifiability::finding));
    out.extend(replicates(record));
    out.extend(intervals(record));
    out.extend(held_out(record));
    out
}

fn replicates(record: &Record) -> Option<Finding> {
    let (failed, drawn) = (record.interval.failed, record.interval.replicates);
    let share = failed as f64 / drawn.max(1) as f64;
    let message =
        |why: &str| format!("{failed} of {drawn} bootstrap replicates ({:.0} %) failed: {why}.", 100.0 * share);
    if share > LOST.1 {
        let why = "those left are a biased choice, and the intervals mean little";
        return Some(Finding::grave("replicates-lost", message(why)));
    }
    (share > LOST.0).then(|| Finding::care("replicates-lost", message("the intervals may be biased by those left out")))
}

fn intervals(record: &Record) -> Vec<Finding> {
    let all = || record.parameters.iter().chain(&record.derived);
    let ends = |e: &Estimate| e.lower.zip(e.upper).filter(|(low, high)| low.is_finite() && high.is_finite());
    let outside = |e: &&Estimate| {
        let slack = 1e-9 * e.estimate.abs();
        ends(e).is_some_and(|(low, high)| e.estimate < low - slack || e.estimate > high + slack)
    };
    let wide = |e: &&Estimate| {
        ends(e)
            .is_some_and(|(low, high)| high - low > NOTHING * e.estimate.abs() || (low > 0.0 && high > NOTHING * low))
    };
    let names = |list: Vec<&Estimate>| list.iter().map(|e| e.symbol.as_str()).collect::<Vec<_>>().join(", ");
    let (strange, empty): (Vec<_>, Vec<_>) = (all().filter(outside).collect(), all().filter(wide).collect());
    let mut out = Vec::new();
    if !strange.is_empty() {
        let message = format!(
            "The estimate of {} lies outside its own interval: refits on resampled rows end elsewhere.",
            names(strange)
        );
        out.push(Finding::grave("outside-own-interval", message));
    }
    if !empty.is_empty() {
        let message = format!(
            "The interval of {} is more than a million times as wide as the estimate: the rows say nothing about it.",
            names(empty)
        );
        out.push(Finding::care("interval-says-nothing", message));
    }
    out
}

/// Rows never seen: fewer in their intervals than chance would leave out, or, where there are none,
/// errors far beyond the scatter of the fit.
fn held_out(record: &Record) -> Vec<Finding> {
    let Some(v) = &record.validation else { return Vec::new() };
    let count = v.rows.len();
    let mut out = Vec::new();
    if let Some(coverage) = v.coverage {
        let inside = (coverage * count as f64).round() as usize;
        if chance_of_at_most(inside, count, v.level) < 0.01 {
            let message = format!(
                "{inside} of {count} held-out rows lie in their {:.0} % prediction interval: the fit does not know how wrong it is beyond its rows.",
                100.0 * v.level
            );
            out.push(match coverage < 0.5 * v.level {
                true => Finding::grave("held-out-missed", message),
                false => Finding::care("held-out-missed", message),
            });
        }
    } else if let (Some(error), Some(d)) = (v.root_mean_square_log_error, &record.diagnostics)
        && record.objective.residual == crate::base::objective::Residual::Log
        && error > 3.0 * d.scale
        && error > 1e-6
    {
        let message = format!(
            "Held-out rows are missed by {:.2} % (root mean square), {} times the scatter of the fitted rows.",
            100.0 * error,
            times(error / d.scale.max(1e-300))
        );
        out.push(Finding::care("held-out-missed", message));
    }
    if v.mean_absolute_relative_error > v.nearest_row_error && v.mean_absolute_relative_error > 1e-6 {
        let message = format!(
            "Held-out rows are predicted to {:.2} % on average, and to {:.2} % by taking the nearest fitted row instead of the law.",
            100.0 * v.mean_absolute_relative_error,
            100.0 * v.nearest_row_error
        );
        out.push(Finding::care("held-out-no-better", message));
    }
    out
}

/// The chance of at most k successes in n trials of probability p, term by term in logarithms.
fn chance_of_at_most(k: usize, n: usize, p: f64) -> f64 {
    let mut ln_term = n as f64 * (-p).ln_1p();
    let mut sum = ln_term.exp();
    for i in 1..=k.min(n) {
        ln_term += ((n - i + 1) as f64 / i as f64 * p / (1.0 - p)).ln();
        sum += ln_term.exp();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binomial_tail_is_that_of_a_table() {
        // 0.95^20 and its complement's first terms, by hand.
        assert!((chance_of_at_most(20, 20, 0.95) - 1.0).abs() < 1e-12);
        assert!((chance_of_at_most(19, 20, 0.95) - (1.0 - 0.95_f64.powi(20))).abs() < 1e-12);
        assert!(chance_of_at_most(300, 1000, 0.95) < 1e-12);
    }

    #[test]
    fn what_rounding_leaves_is_no_finding() {
        let trend = Trend { symbol: "N".to_owned(), linear: 40.0, quadratic: 40.0 };
        let seen = Diagnostics { trends: vec![trend], trend_limit: Some(3.5), ..Diagnostics::default() };
        assert_eq!(seen.findings().len(), 1);
        assert!(Diagnostics { exact: true, ..seen }.findings().is_empty());
    }
}
