//! Lines of equal loss over model size and data, with the optimal path.

use super::colour::{GREY, PAPER, VERMILLION, ordered};
use super::tree::{Axis, Figure, Key, Mark, Marker, Panel, Scale, Shape, Stroke};
use super::{contour, describe, ticks};
use crate::record::{Record, Surface};

/// Draws [`crate::record::Curves::surface`].
pub fn draw(record: &Record) -> Option<Figure> {
    let surface = record.curves.surface.as_ref()?;
    let ((n_axis, n), (d_axis, d)) = (describe::column(record, "N")?, describe::column(record, "D")?);
    if surface.n.len() < 2 || surface.d.len() < 2 {
        return None;
    }
    let ends = |v: &[f64]| (v[0], v[v.len() - 1]);
    let x = Axis::over(describe::label(n_axis), &n_axis.unit, Scale::Log, ends(&surface.n), 8);
    let y = Axis::over(describe::label(d_axis), &d_axis.unit, Scale::Log, ends(&surface.d), 8);
    let levels = levels(surface);
    if levels.is_empty() {
        return None;
    }
    let colors = ordered(levels.len());
    let mut panel = Panel::new(x, y);
    for ((level, text), color) in levels.iter().zip(&colors) {
        panel = panel.mark(Mark::Contour {
            name: format!("{} = {text}", record.law.output.symbol),
            label: text.clone(),
            paths: contour::lines(&surface.n, &surface.d, &surface.loss, *level),
            stroke: Stroke::solid(*color, 1.5),
        });
    }
    let row = Marker::new(Shape::Circle, 2.8, GREY).faded(0.5);
    let rows = n.iter().zip(d).enumerate().filter(|(k, _)| describe::belongs(record, *k));
    let (at_n, at_d): (Vec<f64>, Vec<f64>) = rows.map(|(_, (n, d))| (*n, *d)).unzip();
    let shown = at_n.len();
    panel = panel.mark(Mark::points("rows", at_n, at_d, row));
    let path = Stroke::dashed(VERMILLION, 2.0);
    let best = |symbol: &str| record.curves.allocation.iter().find(|(axis, _)| axis.symbol == symbol);
    let has_path = match (best("N"), best("D")) {
        (Some((_, n)), Some((_, d))) => {
            panel = panel.mark(Mark::line("optimal path", &n.y, &d.y, path));
            true
        }
        _ => false,
    };
    let optimum = Marker::new(Shape::Diamond, 5.0, PAPER).outlined(VERMILLION);
    let asked: Vec<(f64, f64)> = record
        .optima
        .iter()
        .filter_map(|o| Some((describe::chosen(o, "N")?.estimate, describe::chosen(o, "D")?.estimate)))
        .filter(|(n, d)| panel.x.holds(*n) && panel.y.holds(*d))
        .collect();
    let (at_n, at_d) = asked.iter().copied().unzip();
    panel = panel.mark(Mark::points("optima", at_n, at_d, optimum));

    let output = &record.law.output;
    let mut figure = Figure::new(
        "surface",
        format!("{} over {} and {}", describe::sentence(&output.name), n_axis.name, d_axis.name),
        describe::subtitle(record),
    )
    .sized(760, 560)
    .key("measured", &[Key::Point(row)])
    .key(
        format!("equal {} ({})", output.name, output.unit),
        &[Key::Line(Stroke::solid(colors[colors.len() / 2], 1.5))],
    );
    if has_path {
        figure = figure.key("compute-optimal path", &[Key::Line(path)]);
    }
    if !asked.is_empty() {
        figure = figure.key("optimum asked for", &[Key::Point(optimum)]);
    }
    let first_last = (levels.first()?.1.clone(), levels.last()?.1.clone());
    Some(figure.panel(panel).caption(format!(
        "Lines of equal {} from {} to {} {}{}; {shown} rows.",
        output.name,
        first_last.0,
        first_last.1,
        output.unit,
        match describe::held(record) {
            held if held.is_empty() => held,
            held => format!(" at {held}"),
        },
    )))
}

/// Round values, closer together where the surface is flat, with as many decimals as tell them
/// apart.
fn levels(surface: &Surface) -> Vec<(f64, String)> {
    let all = surface.loss.iter().flatten().copied().filter(|v| v.is_finite());
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let span = high - low;
    if span <= 0.0 || !span.is_finite() {
        return vec![(low, ticks::write(low, ticks::Notation::Power)); usize::from(low.is_finite())];
    }
    let decimals = (1.0 - span.log10()).ceil().max(0.0) as usize;
    let mut levels: Vec<(f64, String)> = (1..=11)
        .map(|i| format!("{:.decimals$}", low + span * (f64::from(i) / 12.0).powf(1.8)))
        .map(|text| (text.parse().unwrap_or(low), text))
        .collect();
    levels.dedup_by(|a, b| a.1 == b.1);
    levels
}
