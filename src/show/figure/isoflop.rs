//! Loss along model size at fixed budgets, each curve with its minimum.

use super::colour::{Color, INK, PAPER, ordered};
use super::describe;
use super::ticks::{Notation, write};
use super::tree::{Axis, ColorScale, Figure, Key, Mark, Marker, Panel, Scale, Shape, Stroke};
use crate::record::{IsoFlop, Record};

/// Draws the curves of [`crate::record::Curves::isoflops`].
pub fn draw(record: &Record) -> Option<Figure> {
    let curves = &record.curves.isoflops;
    let (axis, n) = describe::column(record, "N")?;
    if curves.is_empty() {
        return None;
    }
    let measured = &record.points.measured;
    let shown = |curve: &IsoFlop| -> Vec<(f64, f64)> {
        let own = curve.points.iter().filter(|&&i| describe::belongs(record, i));
        own.filter_map(|&i| Some((*n.get(i)?, *measured.get(i)?))).collect()
    };
    let points: Vec<(f64, f64)> = curves.iter().flat_map(shown).collect();
    let minima: Vec<(f64, f64)> = curves.iter().map(|curve| curve.minimum).collect();

    // Curves leave the frame upwards: what matters is their bottom and the rows.
    let seen = points.iter().chain(&minima).copied();
    let x = Axis::log(describe::label(axis), &axis.unit, seen.clone().map(|p| p.0), 8);
    let y = Axis::log(describe::label(&record.law.output), &record.law.output.unit, seen.map(|p| p.1), 8);
    let budget = describe::budget(record);
    let colors = ordered(curves.len());
    let mut panel = Panel::new(x, y);
    for (curve, color) in curves.iter().zip(&colors) {
        let name = format!("{} {}", write(curve.budget, Notation::Power), budget.unit);
        panel = panel.mark(Mark::line(&format!("curve {name}"), &curve.n, &curve.loss, Stroke::solid(*color, 1.6)));
        let (x, y) = shown(curve).into_iter().unzip();
        let marker = Marker::new(Shape::Circle, 3.2, *color).faded(0.75);
        panel = panel.mark(Mark::points(&format!("rows {name}"), x, y, marker));
    }
    let (x, y): (Vec<f64>, Vec<f64>) = minima.iter().copied().unzip();
    let path = Stroke::dashed(INK, 1.2);
    let minimum = Marker::new(Shape::Diamond, 5.0, PAPER).outlined(INK);
    panel = panel.mark(Mark::line("path of the minima", &x, &y, path)).mark(Mark::points("minima", x, y, minimum));
    panel.scale = budgets(curves, &budget, &colors);

    let row = Marker::new(Shape::Circle, 3.2, colors[colors.len() / 2]).faded(0.75);
    let curve = Stroke::solid(colors[colors.len() / 2], 1.6);
    let (low, high) = (curves.first()?.budget, curves.last()?.budget);
    let figure = Figure::new("isoflop", "Loss along model size at fixed compute", describe::subtitle(record))
        .key("measured, at about that compute", &[Key::Point(row)])
        .key("fitted law at that compute", &[Key::Line(curve)])
        .key("minimum of each curve", &[Key::Line(path), Key::Point(minimum)])
        .panel(panel)
        .caption(format!(
            "{} curves of equal compute{} from {} to {}; the best model size moves from {} to {}.",
            curves.len(),
            match describe::held(record) {
                held if held.is_empty() => held,
                held => format!(" at {held}, with the rows measured there,"),
            },
            describe::amount(low, &budget.unit),
            describe::amount(high, &budget.unit),
            describe::rough(minima.first()?.0, &axis.unit),
            describe::rough(minima.last()?.0, &axis.unit),
        ));
    Some(figure)
}

/// One block of colour per budget, labelled at its middle.
fn budgets(curves: &[IsoFlop], budget: &crate::record::Axis, colors: &[Color]) -> Option<ColorScale> {
    let count = curves.len();
    let mut axis = Axis::over(describe::label(budget), &budget.unit, Scale::Linear, (-0.5, count as f64 - 0.5), 5);
    let every = count.div_ceil(14).max(1);
    axis.ticks = curves
        .iter()
        .enumerate()
        .step_by(every)
        .map(|(i, curve)| super::ticks::Tick { at: i as f64, label: write(curve.budget, Notation::Power) })
        .collect();
    (count > 1).then(|| ColorScale { axis, colors: colors.to_vec() })
}
