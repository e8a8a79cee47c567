//! A law of one input through its data.

use super::colour::{BLUE, INK, PAPER};
use super::describe::{self, curve, extrapolated, interval};
use super::tree::{Figure, Key, Mark, Marker, Panel, Shape, Stroke};
use crate::record::Record;

/// Draws [`crate::record::Curves::line`] over the rows.
pub fn draw(record: &Record) -> Option<Figure> {
    let line = record.curves.line.as_ref()?;
    let (input, values) = record.points.inputs.first()?;
    let measured = &record.points.measured;
    let covered = describe::range(values);
    let row = Marker::new(Shape::Circle, 4.0, INK).faded(0.8);
    let asked: (Vec<f64>, Vec<f64>) = record
        .predictions
        .iter()
        .filter_map(|p| Some((p.at.iter().find(|(symbol, _)| *symbol == input.symbol)?.1, p.output.estimate)))
        .unzip();
    let seen = line.x.iter().chain(values).chain(&asked.0).copied();
    let x = describe::axis(input, seen, 8.0, 9);
    let seen = line.y.iter().chain(measured).chain(&asked.1).copied().chain(describe::ends(line));
    let y = describe::axis(&record.law.output, seen, 1.5, 8);
    let prediction = Marker::new(Shape::Diamond, 5.0, PAPER).outlined(INK);
    let mut figure = Figure::new(
        "line",
        format!("{} against {}", describe::sentence(&record.law.output.name), input.name),
        describe::subtitle(record),
    )
    .key("measured", &[Key::Point(row)])
    .key("fitted law", &[Key::Line(Stroke::solid(BLUE, 2.0))]);
    if !line.lower.is_empty() {
        figure = figure.key(format!("its {} interval", describe::level(record)), &[Key::Area(BLUE, 0.2)]);
    }
    figure = figure.key("beyond the data", &describe::beyond(BLUE));
    if !asked.0.is_empty() {
        figure = figure.key("prediction asked for", &[Key::Point(prediction)]);
    }
    let panel = Panel::new(x, y)
        .with(extrapolated(Some(covered)))
        .with(interval("interval of the law", line, BLUE))
        .with(curve("law", line, Some(covered), BLUE))
        .mark(Mark::points("rows", values.clone(), measured.clone(), row))
        .mark(Mark::points("predictions", asked.0, asked.1, prediction));
    Some(figure.panel(panel).caption(format!(
        "{} rows from {} to {}; the law is extrapolated beyond (dashed, shaded).",
        measured.len(),
        describe::amount(covered.0, &input.unit),
        describe::amount(covered.1, &input.unit)
    )))
}
