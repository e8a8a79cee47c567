//! Figures of extrapolated curves: the curve, the fan of what may come, the backtest.

use super::{Said, Settings, extrapolate};
use crate::record::chart::{Chart, Look, Plot, Scale, Series, Tone};

/// The most curves that are drawn; a wall of small plots shows nothing.
pub const MOST: usize = 12;
/// Levels of the bands, widest first so that the narrow ones lie on top.
const BANDS: [f64; 4] = [0.95, 0.9, 0.8, 0.5];
/// Places along a fan.
const STEPS: usize = 24;

/// Names of the axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Names {
    /// Of x.
    pub x: String,
    /// Of y.
    pub y: String,
}

/// Every figure of the curves that could be extrapolated, the first twelve.
pub fn charts(said: &[Said], names: &Names) -> Vec<Chart> {
    let drawn: Vec<&Said> = said.iter().filter(|said| said.outcome.is_some()).take(MOST).collect();
    if drawn.is_empty() {
        return Vec::new();
    }
    let left_out = said.len() - drawn.len();
    let more = if left_out > 0 { format!(" {left_out} more curves are in the table only.") } else { String::new() };
    let draw = |name: &str, title: &str, caption: &str, plot: &dyn Fn(&Said) -> Plot| {
        let columns = if drawn.len() == 1 { 1 } else { drawn.len().min(3) };
        let rows = drawn.len().div_ceil(columns) as u32;
        let size = if columns == 1 { (900, 560) } else { (440 * columns as u32, 120 + 320 * rows) };
        Chart {
            name: name.to_owned(),
            title: title.to_owned(),
            subtitle: format!("assuming that {}", super::ASSUMES),
            caption: format!("{caption}{more}"),
            size,
            columns,
            plots: drawn.iter().map(|said| plot(said)).collect(),
        }
    };
    let mut charts = vec![
        draw(
            "curve",
            "Learning curves and where they go on",
            "Points as measured, the forecast with its 90 % interval, and what other rules say at the places asked for.",
            &|said| curve(said, names),
        ),
        draw(
            "fan",
            "What may come",
            "The last part of each curve and the intervals of a new measurement: 50, 80, 90 and 95 %.",
            &|said| fan(said, names),
        ),
    ];
    if drawn.iter().any(|said| !said.cuts.is_empty()) {
        charts.push(draw(
            "backtest",
            "Forecasts from earlier cuts against what came",
            "From each cut the doubling that followed, with 90 % intervals, over the points as measured.",
            &|said| cuts(said, names),
        ));
    }
    charts
}

fn axes(said: &Said, names: &Names) -> Plot {
    Plot {
        title: said.group.clone().unwrap_or_default(),
        x: Scale::log(&names.x, ""),
        y: Scale::log(&names.y, ""),
        ..Plot::default()
    }
}

fn measured(points: &[(f64, f64)]) -> Series {
    let look = if points.len() > 60 { Look::Faint } else { Look::Dots };
    Series::new("measured", look, Tone::Ink, points.iter().copied())
}

/// Lower and upper ends of the intervals of one level.
type Ends = (Vec<f64>, Vec<f64>);

/// The forecast along x, and the ends of the intervals of some levels.
fn path(said: &Said, levels: &[f64]) -> (Vec<(f64, f64)>, Vec<Ends>) {
    let Some(outcome) = &said.outcome else { return (Vec::new(), Vec::new()) };
    let end = outcome.forecasts.iter().map(|f| f.x).fold(2.0 * outcome.last_x, f64::max);
    let step = (end / outcome.last_x).ln() / STEPS as f64;
    // The end itself is exp(ln …) away from what was allowed: stay a hair inside.
    let to: Vec<f64> = (0..=STEPS).map(|i| outcome.last_x * (step * i as f64 * (1.0 - 1e-12)).exp()).collect();
    let (x, y): (Vec<f64>, Vec<f64>) = said.points.iter().copied().unzip();
    let settings = Settings { levels: levels.to_vec(), ..Settings::default() };
    let Ok(fan) = extrapolate(&x, &y, &to, &settings) else { return (Vec::new(), Vec::new()) };
    let ends = |k: usize| {
        let of = |f: &dyn Fn(&super::Interval) -> f64| fan.forecasts.iter().map(|at| f(&at.intervals[k])).collect();
        (of(&|i| i.lower), of(&|i| i.upper))
    };
    (fan.forecasts.iter().map(|at| (at.x, at.estimate)).collect(), (0..levels.len()).map(ends).collect())
}

fn curve(said: &Said, names: &Names) -> Plot {
    let (line, mut bands) = path(said, &[0.9]);
    let mut series = vec![measured(&said.points)];
    if let Some((lower, upper)) = bands.pop() {
        series.push(Series::new("forecast, 90 %", Look::Line, Tone::Series(0), line).between(lower, upper));
    }
    let places = said.outcome.iter().flat_map(|outcome| outcome.forecasts.iter().map(|f| f.x));
    let places: Vec<f64> = places.collect();
    for (k, baseline) in said.baselines.iter().enumerate() {
        let at = places.iter().zip(&baseline.estimates).filter_map(|(x, y)| y.map(|y| (*x, y)));
        let looks = [Look::Crosses, Look::Diamonds, Look::Squares, Look::Rings, Look::Above, Look::Below];
        series.push(Series::new(&baseline.rule, looks[k % looks.len()], Tone::Series(k + 1), at));
    }
    Plot { series, ..axes(said, names) }
}

fn fan(said: &Said, names: &Names) -> Plot {
    let (line, bands) = path(said, &BANDS);
    let last = said.points.last().map_or(0.0, |point| point.0);
    let recent: Vec<(f64, f64)> = said.points.iter().copied().filter(|point| point.0 >= last / 16.0).collect();
    let mut series = vec![measured(&recent)];
    for (k, (lower, upper)) in bands.into_iter().enumerate() {
        let name = if k == 0 { "forecast: 50, 80, 90, 95 %" } else { "" };
        series.push(Series::new(name, Look::Line, Tone::Series(0), line.iter().copied()).between(lower, upper));
    }
    Plot { series, ..axes(said, names) }
}

fn cuts(said: &Said, names: &Names) -> Plot {
    let first = said.cuts.iter().map(|cut| cut.last_x).fold(f64::INFINITY, f64::min);
    let shown: Vec<(f64, f64)> = said.points.iter().copied().filter(|point| point.0 >= first / 4.0).collect();
    let mut series = vec![measured(&shown)];
    for (k, cut) in said.cuts.iter().enumerate() {
        let line = cut.x.iter().copied().zip(cut.estimate.iter().copied());
        let name = format!("from 1/{} of x", cut.divisor);
        // A single test point makes no line.
        let look = if cut.x.len() > 1 { Look::Line } else { Look::Diamonds };
        series.push(Series::new(&name, look, Tone::Series(k), line).between(cut.lower.clone(), cut.upper.clone()));
    }
    Plot { series, ..axes(said, names) }
}
