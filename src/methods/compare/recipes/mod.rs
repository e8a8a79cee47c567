//! Two recipes, architectures or data sets on the same kind of runs: what one gains over the other,
//! in loss at equal compute and in compute at equal loss.

mod card;
mod outcome;
mod rows;
mod show;
mod speed;

pub use outcome::{Crossing, Ends, Pair, Projection, Recipes, Side, Speed};

use crate::base::objective::{Loss, Objective, Residual};
use crate::data::measurements::{Measurements, Warning};
use crate::engine::fit::{Spec, fit};
use crate::engine::uncertainty::interval::mean_and_sd;
use crate::engine::uncertainty::profile::{Profiler, noise_of};
use crate::methods::allocation::t_quantile;
use crate::methods::method::{Amount, Author, Card, Given, MethodError};
use crate::record::Estimate;
use crate::record::chart::Section;
use rows::Recipe;
use serde::{Deserialize, Serialize};
use speed::{Above, Points};

/// Two recipes compared.
pub struct Compare;

/// What is chosen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Loss that no compute takes away.
    pub asymptote: Option<Amount>,
    /// Other asymptotes to show.
    pub sensitivity: Vec<Amount>,
    /// The exponent of both.
    pub alpha: Option<Amount>,
    /// What runs are ordered by.
    pub by: Option<String>,
    /// Compute at which both are projected.
    pub to: Vec<Amount>,
    /// Tokens a second of baseline and variant.
    pub throughput: Option<[Amount; 2]>,
}

/// Pairs from which a difference is called shown.
const PAIRS: usize = 3;
/// Points from which the baseline's own asymptote is sought.
const POINTS: usize = 5;

impl Author for Compare {
    const CARD: Card = card::CARD;
    type Settings = Settings;
    type Outcome = Recipes;

    fn run(given: &Given, settings: &Settings) -> Result<Recipes, MethodError> {
        sound(settings)?;
        let by = settings.by.clone().unwrap_or_else(|| "C".to_owned());
        let [baseline, variant] = rows::read(given, &by)?;
        let (unit, other) = (baseline.unit(), variant.unit());
        if unit != other {
            return Err(MethodError::refused(format!(
                "the baseline's loss is in {unit} and the variant's in {other}: the two do not compare; give both in one unit"
            )));
        }
        let (paired_by, mut pairs) = rows::pairs(&baseline, &variant);
        let differences: Vec<f64> = pairs.iter().map(|pair| pair.variant - pair.baseline).collect();
        let difference = mean(&differences, given.level);
        let clear = difference.is_some_and(|d| d.lower.zip(d.upper).is_some_and(|(low, high)| low > 0.0 || high < 0.0));
        let points = [baseline.frontier(), variant.frontier()];
        let mut out = Recipes {
            shown: clear && pairs.len() >= PAIRS,
            difference,
            verdict: String::new(),
            paired_by,
            pairs: Vec::new(),
            speed: None,
            sensitivity: Vec::new(),
            free_asymptote: free(&points[0], given.level),
            crossing: None,
            projections: Vec::new(),
            baseline: side(&baseline, &points[0]),
            variant: side(&variant, &points[1]),
            by,
            unit,
            level: given.level,
        };
        match settings.asymptote {
            Some(Amount(asymptote)) => speeds(asymptote, &points, settings, given, &mut pairs, &mut out)?,
            None => given.warn(Warning::new(
                "no-asymptote",
                "An effective speed-up rests on the loss that no compute takes away: name it as asymptote (it belongs to the evaluation set), and look at the sensitivity to it.",
            )),
        }
        out.pairs = pairs;
        warn(given, &out);
        out.verdict = verdict(&out);
        Ok(out)
    }

    fn quantities(outcome: &Recipes) -> Vec<Estimate> {
        let of = |symbol: &str, meaning: &str, unit: &str, ends: Ends| Estimate {
            lower: ends.lower,
            upper: ends.upper,
            ..Estimate::point(symbol, meaning, unit, ends.estimate)
        };
        let mut all = Vec::new();
        let gap =
            outcome.difference.map(|d| of("difference", "of the mean loss, variant less baseline", &outcome.unit, d));
        all.extend(gap);
        if let Some(speed) = &outcome.speed {
            all.push(of(
                "speed_up",
                "compute of the baseline for the same loss, over the variant's",
                "1",
                speed.speed_up,
            ));
            all.push(of("alpha", "exponent that both share", "1", speed.alpha));
            all.extend(speed.wall_clock.map(|ends| of("wall_clock", "the speed-up in time", "1", ends)));
        }
        let unit = if outcome.by == "C" { "FLOP" } else { "1" };
        all.extend(outcome.crossing.map(|c| of("crossing", "where both are equally good", unit, c.compute)));
        for there in &outcome.projections {
            let symbol = format!("speed_up_at.{:e}", there.compute);
            all.push(of(&symbol, "the speed-up there, each by its own exponent", "1", there.speed_up));
        }
        if all.is_empty() {
            // Nothing is paired and nothing chosen: the tables themselves.
            all.push(Estimate::point(
                "difference",
                "of the lowest losses, variant less baseline",
                &outcome.unit,
                lowest(outcome),
            ));
        }
        all
    }

    fn show(outcome: &Recipes) -> Section {
        show::section(outcome)
    }
}

fn lowest(outcome: &Recipes) -> f64 {
    let least = |side: &Side| side.frontier.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    least(&outcome.variant) - least(&outcome.baseline)
}

fn refused<T>(detail: String) -> Result<T, MethodError> {
    Err(MethodError::Settings { method: card::STATIC.id, detail })
}

fn sound(settings: &Settings) -> Result<(), MethodError> {
    let positive = settings.to.iter().map(|to| ("to", to.0));
    let positive = positive.chain(settings.alpha.map(|alpha| ("alpha", alpha.0)));
    let positive = positive.chain(settings.throughput.iter().flatten().map(|t| ("throughput", t.0)));
    for (key, value) in positive {
        if value <= 0.0 {
            return refused(format!("{key} = {value} must be a positive number"));
        }
    }
    for (key, value) in settings
        .asymptote
        .iter()
        .map(|a| ("asymptote", a.0))
        .chain(settings.sensitivity.iter().map(|a| ("sensitivity", a.0)))
    {
        if value < 0.0 {
            return refused(format!("{key} = {value} must not be negative"));
        }
    }
    match settings.asymptote {
        None if settings.alpha.is_some() || !settings.to.is_empty() || settings.throughput.is_some() => {
            refused("alpha, to and throughput speak of curves above an asymptote: add asymptote".to_owned())
        }
        _ => Ok(()),
    }
}

fn side(recipe: &Recipe, points: &Points) -> Side {
    let frontier = points.iter().map(|(ln, loss)| (ln.exp(), *loss)).collect();
    Side { source: recipe.rows.provenance.source.clone(), rows: recipe.rows.len(), frontier }
}

/// The mean with the interval of a t test. `None` of nothing.
fn mean(values: &[f64], level: f64) -> Option<Ends> {
    let (mean, sd) = mean_and_sd(values);
    let reach = t_quantile(values.len() as f64 - 1.0, level).map(|t| t * sd / (values.len() as f64).sqrt());
    let reach = reach.filter(|reach| reach.is_finite());
    let ends = Ends { estimate: mean, lower: reach.map(|r| mean - r), upper: reach.map(|r| mean + r) };
    (!values.is_empty()).then_some(ends)
}

/// Everything above the asymptote that was chosen, and the speed-up above others.
fn speeds(
    asymptote: f64,
    points: &[Points; 2],
    settings: &Settings,
    given: &Given,
    pairs: &mut [Pair],
    out: &mut Recipes,
) -> Result<(), MethodError> {
    let alpha = settings.alpha.map(|alpha| alpha.0);
    let throughput = settings.throughput.map(|[a, b]| [a.0, b.0]);
    let at = |asymptote: f64| Above::new(&points[0], &points[1], asymptote, alpha, given.level);
    let Some(above) = at(asymptote) else {
        let least = points.iter().flatten().map(|point| point.1).fold(f64::INFINITY, f64::min);
        return refused(format!(
            "asymptote = {asymptote} does not lie below the lowest loss, {least}: choose what no compute takes away"
        ));
    };
    out.speed = above.speed(throughput);
    if out.speed.is_none() {
        return Err(MethodError::refused(
            "losses that do not fall with compute, or one budget alone, have no exponent: add budgets, or give alpha",
        ));
    }
    let others: Vec<f64> = match settings.sensitivity.is_empty() {
        true => [0.0, 0.875, 1.125].map(|factor| factor * asymptote).into_iter().filter(|a| *a != asymptote).collect(),
        false => settings.sensitivity.iter().map(|a| a.0).collect(),
    };
    out.sensitivity = others.into_iter().filter_map(|other| at(other)?.speed(throughput)).collect();
    out.crossing = above.crossing();
    out.projections = settings.to.iter().filter_map(|to| above.projection(to.0)).collect();
    if out.projections.len() < settings.to.len() {
        let text = "A recipe of one budget, or whose losses do not fall, has no line to project.";
        given.warn(Warning::new("no-projection", text));
    }
    for pair in pairs {
        pair.speed_up = above.ratio(pair.baseline, pair.variant);
    }
    Ok(())
}

/// The asymptote that a recipe's own points choose, by least squares. `None` of too few, or where they
/// choose none.
fn free(points: &Points, level: f64) -> Option<Ends> {
    if points.len() < POINTS {
        return None;
    }
    let (x, loss): (Vec<f64>, Vec<f64>) = points.iter().map(|(ln, loss)| (ln.exp(), *loss)).unzip();
    let rows = Measurements::from_columns("frontier", vec![("x", x), ("L", loss)]);
    let objective = Objective { residual: Residual::Raw, loss: Loss::Squared };
    let fit = fit(&Spec::new(crate::laws::find("power-offset")?, objective), &rows).ok()?;
    let profiler = Profiler::new(&fit.setup, &fit.q, noise_of(&fit), None).ok();
    let interval = profiler.and_then(|profiler| profiler.parameter(0, level));
    // A floor that is not determined from below may be anything from zero on.
    let lower = interval.map(|interval| interval.lower.0.unwrap_or(0.0));
    let upper = interval.and_then(|interval| interval.upper.0);
    Some(Ends { estimate: fit.theta[0], lower, upper })
}

fn warn(given: &Given, out: &Recipes) {
    if out.pairs.is_empty() {
        let text = "No run of one recipe is at the place of a run of the other: nothing is paired.";
        given.warn(Warning::new("no-pairs", text));
    }
    if out.speed.is_some_and(|speed| speed.speed_up.lower.is_none()) {
        let text = "The points do not determine an interval of the speed-up: too few budgets, or too much scatter.";
        given.warn(Warning::new("no-interval", text));
    }
    if let Some(c) = out.crossing.filter(|c| c.compute.lower.is_some()) {
        let text = format!(
            "The exponents differ ({:.4} and {:.4}), so that the speed-up {} with compute: one number for all budgets is an average over those of the tables.",
            c.baseline,
            c.variant,
            if c.variant_above { "grows" } else { "falls" }
        );
        given.warn(Warning::new("exponents-differ", text));
    }
    let below =
        |speed: &Speed| out.free_asymptote.and_then(|free| free.upper).is_some_and(|most| speed.asymptote > most);
    let above =
        |speed: &Speed| out.free_asymptote.and_then(|free| free.lower).is_some_and(|least| speed.asymptote < least);
    if let Some(speed) = out.speed.filter(|speed| below(speed) || above(speed)) {
        let text = format!(
            "The asymptote {} lies outside the interval of the one that the baseline's own points would choose.",
            speed.asymptote
        );
        given.warn(Warning::new("asymptote-off", text));
    }
}

/// Which is better, in a sentence.
fn verdict(out: &Recipes) -> String {
    let digits = |value: f64| format!("{value:.3}");
    let Some(speed) = &out.speed else {
        return match out.difference {
            Some(d) if out.shown => {
                let which = if d.estimate < 0.0 { "lower" } else { "higher" };
                format!(
                    "the variant's loss is {which} by {} on average over {} pairs",
                    digits(d.estimate.abs()),
                    out.pairs.len()
                )
            }
            Some(_) => format!("no difference shown over {} pairs", out.pairs.len()),
            None => "nothing is paired and no asymptote is named: nothing to compare".to_owned(),
        };
    };
    let (s, a) = (speed.speed_up, speed.asymptote);
    let needs = format!("the baseline needs {} times the compute of the variant for the same loss", digits(s.estimate));
    match s.lower.zip(s.upper) {
        Some((low, high)) => {
            let ends = format!("({} to {}, asymptote {a})", digits(low), digits(high));
            if low <= 1.0 && 1.0 <= high {
                format!("no difference shown: {needs} {ends}")
            } else {
                format!("{needs} {ends}")
            }
        }
        None => format!("no difference shown: {needs}, from too little for an interval (asymptote {a})"),
    }
}
