//! What a budget is best spent on.

use super::colour::{BLUE, PAPER, SERIES, VERMILLION};
use super::describe::{self, curve, extrapolated, interval};
use super::tree::{Along, Axis, Figure, Key, Mark, Marker, Panel, Shape, Stroke};
use crate::record::Record;

/// Draws [`crate::record::Curves::allocation`], one panel per input.
pub fn draw(record: &Record) -> Option<Figure> {
    let allocation = &record.curves.allocation;
    if allocation.is_empty() {
        return None;
    }
    let budget = describe::budget(record);
    let covered = record.curves.covered;
    let columns = allocation.len().min(2);
    let height = 160 + 320 * allocation.len().div_ceil(columns) as u32;
    let mut figure = Figure::new("allocation", "How a compute budget is best spent", describe::subtitle(record))
        .sized(if columns == 1 { 760 } else { 960 }, height)
        .key("compute-optimal", &[Key::Line(Stroke::solid(BLUE, 2.0))]);
    figure.columns = columns;
    if allocation.iter().any(|(_, band)| !band.lower.is_empty()) {
        figure = figure.key(format!("its {} interval", describe::level(record)), &[Key::Area(BLUE, 0.2)]);
    }
    if covered.is_some() {
        figure = figure.key("beyond the data", &describe::beyond(BLUE));
    }
    let look = Marker::new(Shape::Diamond, 5.0, PAPER).outlined(VERMILLION);
    if !record.optima.is_empty() {
        figure = figure.key("optimum asked for", &[Key::Point(look)]);
    }
    for (input, band) in allocation {
        let asked: Vec<_> =
            record.optima.iter().filter_map(|o| Some((o.budget, describe::chosen(o, &input.symbol)?))).collect();
        let seen = band.x.iter().copied().chain(asked.iter().map(|a| a.0));
        let x = Axis::log(describe::label(&budget), &budget.unit, seen, 6);
        let seen = band.y.iter().copied().chain(asked.iter().map(|a| a.1.estimate)).chain(describe::ends(band));
        let y = Axis::log(format!("Optimal {} {}", input.name, input.symbol), &input.unit, seen, 8);
        let panel = Panel::new(x, y)
            .with(extrapolated(covered))
            .with(interval("interval", band, SERIES[0]))
            .with(curve("optimum", band, covered, SERIES[0]))
            .mark(Mark::ErrorBars {
                name: "intervals of the optima".to_owned(),
                along: Along::Y,
                at: asked.iter().map(|a| a.0).collect(),
                lower: asked.iter().map(|(_, e)| e.lower.unwrap_or(e.estimate)).collect(),
                upper: asked.iter().map(|(_, e)| e.upper.unwrap_or(e.estimate)).collect(),
                stroke: Stroke::solid(VERMILLION, 1.4),
            });
        let (at, value) = asked.iter().map(|(budget, e)| (*budget, e.estimate)).unzip();
        figure = figure.panel(panel.mark(Mark::points("optima", at, value, look)));
    }
    let names: Vec<&str> = allocation.iter().map(|(input, _)| input.name.as_str()).collect();
    let caption = match describe::held(record) {
        held if held.is_empty() => format!("Optimal {} against the budget.", names.join(" and ")),
        held => format!("Optimal {} against the budget, at {held}.", names.join(" and ")),
    };
    Some(figure.caption(caption))
}
