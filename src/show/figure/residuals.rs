//! What the law leaves unexplained, against every input and the budget.

use super::colour::{BLUE, GREEN, GREY, INK, VERMILLION};
use super::describe;
use super::tree::{Along, Anchor, Axis, Figure, Key, Mark, Marker, Panel, Shape, Stroke};
use crate::base::objective::Residual;
use crate::record::Record;

/// Draws the residuals of [`Record::points`].
pub fn draw(record: &Record) -> Option<Figure> {
    let points = &record.points;
    if points.residual.is_empty() || points.inputs.is_empty() {
        return None;
    }
    let symbol = &record.law.output.symbol;
    let (label, unit) = match record.objective.residual {
        Residual::Raw => (format!("Residual {symbol} − {symbol}̂"), record.law.output.unit.as_str()),
        Residual::Log => (format!("Residual ln({symbol} / {symbol}̂)"), "1"),
        Residual::Log1p => (format!("Residual ln((1 + {symbol}) / (1 + {symbol}̂))"), "1"),
        Residual::LogMinus { offset } => (format!("Residual ln(({symbol} − {offset}) / ({symbol}̂ − {offset}))"), "1"),
    };
    let delta = record.objective.loss.delta();
    let count = points.inputs.len();
    let columns = if count == 4 { 2 } else { count.min(3) };
    let (width, height) = ([620, 820, 1020][columns - 1], 140 + 290 * count.div_ceil(columns) as u32);
    let row = Marker::new(Shape::Circle, 2.8, BLUE).faded(0.6);
    let strong = Marker::new(Shape::Circle, 4.2, VERMILLION);
    let mut figure = Figure::new("residuals", "What the law leaves unexplained", describe::subtitle(record))
        .sized(width, height)
        .key("row", &[Key::Point(row)]);
    figure.columns = columns;
    let influential: Vec<usize> = points
        .influence
        .iter()
        .take(3)
        .filter_map(|(source, _)| points.rows.iter().position(|row| row == source))
        .collect();
    if !influential.is_empty() {
        figure = figure.key("row that moves the answer most, with its number", &[Key::Point(strong)]);
    }
    if delta.is_some() {
        figure = figure.key("where the loss is quadratic", &[Key::Area(GREEN, 0.16)]);
    }
    for (i, (input, values)) in points.inputs.iter().enumerate() {
        let x = describe::axis(input, values.iter().copied(), 8.0, if columns == 3 { 5 } else { 7 });
        let mut y = Axis::linear(label.clone(), unit, points.residual.iter().copied().chain([0.0]), 7);
        if i % columns > 0 {
            y.label.clear();
        }
        let pick = |from: &[f64]| influential.iter().filter_map(|&i| from.get(i).copied()).collect::<Vec<_>>();
        let mut panel = Panel::new(x, y)
            .with(delta.map(|delta| Mark::Region {
                name: "quadratic zone".to_owned(),
                of: Along::Y,
                from: -delta,
                to: delta,
                color: GREEN,
                opacity: 0.16,
            }))
            .mark(Mark::rule("zero", Along::Y, 0.0, Stroke::solid(GREY, 1.2)))
            .mark(Mark::points("rows", values.clone(), points.residual.clone(), row))
            .mark(Mark::points("influential rows", pick(values), pick(&points.residual), strong));
        for &at in &influential {
            if let (Some(x), Some(y), Some(number)) = (values.get(at), points.residual.get(at), points.rows.get(at)) {
                let name = format!("row {number}");
                panel = panel.mark(Mark::text(&name, (*x, *y), number.to_string(), Anchor::Free, INK));
            }
        }
        figure = figure.panel(panel);
    }
    let names: Vec<&str> = points.inputs.iter().map(|(input, _)| input.name.as_str()).collect();
    let largest = points.residual.iter().fold(0.0f64, |most, r| most.max(r.abs()));
    Some(figure.caption(format!(
        "Residuals against {}; the largest is {}. A trend means that the law has the wrong shape.",
        names.join(", "),
        describe::amount(largest, unit)
    )))
}
