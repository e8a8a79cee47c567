//! Bootstrap replicates of the parameters that cannot be told apart.

use super::colour::{BLUE, PAPER, VERMILLION};
use super::describe;
use super::tree::{Along, Axis, Figure, Key, Mark, Marker, Panel, Shape, Stroke};
use crate::record::{Estimate, Record};

/// Replicates drawn at most: more would only darken the ridge.
const DRAWN: usize = 150;

/// Draws the replicates of the most correlated pair of parameters, and of the next pair that
/// shares none with it.
pub fn draw(record: &Record) -> Option<Figure> {
    let sample = &record.interval.sample;
    let sample: Vec<&Vec<f64>> = sample.iter().step_by(sample.len().div_ceil(DRAWN).max(1)).collect();
    let correlation = record.correlation.as_ref()?;
    if sample.len() < 10 {
        return None;
    }
    let pairs = pairs(correlation);
    let row = Marker::new(Shape::Circle, 2.6, BLUE).faded(0.5);
    let centre = Marker::new(Shape::Diamond, 5.5, PAPER).outlined(VERMILLION);
    let ends = Stroke::dotted(VERMILLION, 1.2);
    let mut figure = Figure::new("ridge", "Parameters that move together", describe::subtitle(record))
        .sized(if pairs.len() > 1 { 960 } else { 620 }, 470)
        .key("bootstrap replicate", &[Key::Point(row)])
        .key("estimate", &[Key::Point(centre)])
        .key(format!("{} interval of each alone", describe::level(record)), &[Key::Line(ends)]);
    figure.columns = pairs.len().max(1);
    let mut said = Vec::new();
    for &(i, j, r) in &pairs {
        let (a, b) = (record.parameters.get(i)?, record.parameters.get(j)?);
        let column = |k: usize| sample.iter().filter_map(|theta| theta.get(k).copied()).collect::<Vec<f64>>();
        let (x, y) = (column(i), column(j));
        let mut panel = Panel::new(axis(a, &x), axis(b, &y));
        panel.title = format!("correlation {}", format!("{r:.3}").replace('-', "−"));
        said.push(format!("{} and {}: {}", a.symbol, b.symbol, format!("{r:.3}").replace('-', "−")));
        let limits = |e: &Estimate, cuts: Along| {
            [e.lower, e.upper]
                .into_iter()
                .flatten()
                .map(|at| Mark::rule(&format!("end of the interval of {}", e.symbol), cuts, at, ends))
                .collect::<Vec<_>>()
        };
        figure = figure.panel(
            panel
                .with(limits(a, Along::X))
                .with(limits(b, Along::Y))
                .mark(Mark::points("replicates", x, y, row))
                .mark(Mark::points("estimate", vec![a.estimate], vec![b.estimate], centre)),
        );
    }
    (!pairs.is_empty()).then(|| {
        figure.caption(format!(
            "{} bootstrap replicates of the most correlated parameters ({}); along the ridge the law predicts nearly \
             the same, so neither parameter is known as well as what follows from both.",
            sample.len(),
            said.join("; ")
        ))
    })
}

fn axis(of: &Estimate, values: &[f64]) -> Axis {
    let seen = values.iter().copied().chain([of.estimate]);
    let (low, high) = describe::range(values);
    let label = format!("{} {}", describe::sentence(&of.meaning), describe::greek(&of.symbol));
    if low > 0.0 && high > 2.5 * low {
        Axis::log(label, &of.unit, seen, 7)
    } else {
        Axis::linear(label, &of.unit, seen, 7)
    }
}

/// The most correlated pair, then the most correlated one among the rest if it is worth showing.
fn pairs(correlation: &[Vec<f64>]) -> Vec<(usize, usize, f64)> {
    let mut all: Vec<(usize, usize, f64)> = correlation
        .iter()
        .enumerate()
        .flat_map(|(i, row)| row.iter().enumerate().skip(i + 1).map(move |(j, r)| (i, j, *r)))
        .filter(|(_, _, r)| r.is_finite())
        .collect();
    all.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    let Some(&first) = all.first() else { return Vec::new() };
    let shares = |p: &(usize, usize, f64)| p.0 == first.0 || p.0 == first.1 || p.1 == first.0 || p.1 == first.1;
    let second = all.into_iter().find(|p| !shares(p) && p.2.abs() > 0.5);
    std::iter::once(first).chain(second).collect()
}
