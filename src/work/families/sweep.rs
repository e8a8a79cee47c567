//! A sweep over learning rate and batch as it was measured, with each rule's advice on it.

use super::number;
use crate::methods::recommend::sweep::Sweep;
use crate::record::chart::{Chart, Level, Look, Plot, Scale, Series, Tone};
use crate::show::figure::contour;

/// Excess loss over the best run on which a line is drawn, relative.
const LEVELS: [f64; 8] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
/// Points of the grid that the lines are followed on, each way.
const GRID: usize = 161;

/// The figure of a sweep.
pub fn chart(sweep: &Sweep) -> Chart {
    let around = |of: fn(&crate::methods::recommend::GridRun) -> f64| {
        let values = sweep.runs.iter().map(of);
        values.fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)))
    };
    let (rates, batches) = (around(|run| run.rate), around(|run| run.batch));
    let mut series = lines(sweep, rates, batches);
    let runs = sweep.runs.iter().map(|run| (run.batch, run.rate));
    series.push(Series::new("runs", Look::Faint, Tone::Muted, runs));
    let best = Series::new("best run", Look::Diamonds, Tone::Ink, [(sweep.best.batch, sweep.best.rate)]);
    series.push(best.labelled(["best run".to_owned()]));
    let inside = |value: f64, (low, high): (f64, f64)| value >= low / ROOM && value <= high * ROOM;
    let mut places: Vec<(f64, f64)> = Vec::new();
    let mut labels: Vec<String> = Vec::new();
    let mut levels = Vec::new();
    let mut absent = Vec::new();
    for advice in &sweep.advice {
        let paper = advice.point.paper.trim_end_matches("-hyperparameters");
        let label = match advice.excess {
            Some(excess) => format!("{paper} +{:.2} %", 100.0 * excess),
            None => format!("{paper} (not in the sweep)"),
        };
        let mut level = |of_y: bool, at: f64, what: &str| {
            let look = if of_y { Look::Dashed } else { Look::Dotted };
            let tone = Tone::Series(2 + levels.len());
            levels.push(Level { name: format!("{label}: {what} alone"), of_y, at, look, tone });
        };
        match (advice.point.rate, advice.point.batch) {
            (Some(rate), Some(batch)) if inside(rate, rates) && inside(batch, batches) => {
                places.push((batch, rate));
                // A paper's second set of constants with the same excess lies beside its first.
                labels.push(if labels.contains(&label) { String::new() } else { label });
            }
            (Some(rate), None) if inside(rate, rates) => level(true, rate, "learning rate"),
            (None, Some(batch)) if inside(batch, batches) => level(false, batch, "batch"),
            _ => absent.push(paper.to_owned()),
        }
    }
    series.push(Series::new("a law's advice", Look::Squares, Tone::Series(1), places).labelled(labels));
    let absent = match absent.is_empty() {
        true => String::new(),
        false => format!(" Too far from the runs to be shown: {}.", absent.join(", ")),
    };
    Chart {
        name: "sweep".to_owned(),
        title: "Loss over learning rate and batch, and where each law would have gone".to_owned(),
        subtitle: format!(
            "{} parameters, {} tokens: {} runs, the best at a loss of {:.4}",
            number(sweep.run.n, 3),
            number(sweep.run.d, 3),
            sweep.runs.len(),
            sweep.best.loss
        ),
        caption: format!(
            "Lines of equal loss, by their relative excess over the best run, interpolated between runs in the \
             logarithms of learning rate and batch and not beyond them; where runs are sparse, the line between \
             them lies above the bowl that they are on. A rule for one of the two is a line across, \
             with the excess at the best place on it.{absent}"
        ),
        size: (900, 640),
        columns: 1,
        plots: vec![Plot {
            x: Scale::log("Batch size", "tokens").within(batches.0 / ROOM, batches.1 * ROOM),
            y: Scale::log("Peak learning rate", "").within(rates.0 / ROOM, rates.1 * ROOM),
            series,
            levels,
            ..Plot::default()
        }],
    }
}

/// Room around the runs, as a factor.
const ROOM: f64 = 1.5;

/// Lines of equal excess.
fn lines(sweep: &Sweep, rates: (f64, f64), batches: (f64, f64)) -> Vec<Series> {
    let (rates, batches) = (super::spaced(rates, GRID), super::spaced(batches, GRID));
    let Some(excess) = sweep.excess_on(&rates, &batches) else { return Vec::new() };
    let highest = excess.iter().flatten().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
    let levels: Vec<f64> = LEVELS.into_iter().filter(|level| *level < highest).collect();
    let last = levels.len().saturating_sub(1).max(1) as f64;
    let of_level = |(k, level): (usize, &f64)| {
        let name = format!("+{} %", 100.0 * level);
        let tone = Tone::Ramp(k as f64 / last);
        let paths = contour::lines(&batches, &rates, &excess, *level);
        paths.into_iter().map(move |path| Series::new(&name, Look::Line, tone, path)).collect::<Vec<_>>()
    };
    levels.iter().enumerate().flat_map(of_level).collect()
}
