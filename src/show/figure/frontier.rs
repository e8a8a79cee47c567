//! Loss against compute with the compute-optimal frontier.

use super::colour::{BLUE, GREY, INK, PAPER, VERMILLION};
use super::describe::{self, curve, extrapolated, interval};
use super::tree::{Along, Anchor, Axis, Figure, Key, Mark, Marker, Panel, Shape, Stroke};
use crate::record::Record;

/// Draws [`crate::record::Curves::frontier`] over the rows.
pub fn draw(record: &Record) -> Option<Figure> {
    let frontier = record.curves.frontier.as_ref()?;
    let covered = record.curves.covered;
    let budget = describe::budget(record);
    let output = &record.law.output;
    let (compute, measured) = match describe::column(record, "C") {
        Some((_, compute)) => {
            let rows = compute.iter().zip(&record.points.measured).enumerate();
            rows.filter(|(k, _)| describe::belongs(record, *k)).map(|(_, (c, l))| (*c, *l)).unzip()
        }
        None => (Vec::new(), Vec::new()),
    };
    let asked: Vec<_> = record.optima.iter().filter_map(|o| Some((o, describe::chosen(o, &output.symbol)?))).collect();

    let (x_seen, y_seen) = (frontier.x.iter().chain(&compute), frontier.y.iter().chain(&measured).copied());
    let x_seen = x_seen.copied().chain(asked.iter().map(|(o, _)| o.budget));
    let x = Axis::log(describe::label(&budget), &budget.unit, x_seen, 9);
    let y_seen = y_seen.chain(asked.iter().map(|(_, e)| e.estimate)).chain(describe::ends(frontier));
    let y = Axis::log(describe::label(output), &output.unit, y_seen, 8);
    let row = Marker::new(Shape::Circle, 2.8, GREY).faded(0.55);
    let mut panel = Panel::new(x, y).with(extrapolated(covered));
    panel = panel
        .with(interval("interval of the frontier", frontier, BLUE))
        .mark(Mark::points("rows", compute, measured, row))
        .with(curve("frontier", frontier, covered, BLUE));

    let optimum = Marker::new(Shape::Diamond, 5.0, PAPER).outlined(VERMILLION);
    let bar = Stroke::solid(VERMILLION, 1.4);
    panel = panel.mark(Mark::ErrorBars {
        name: "intervals of the optima".to_owned(),
        along: Along::Y,
        at: asked.iter().map(|(o, _)| o.budget).collect(),
        lower: asked.iter().map(|(_, e)| e.lower.unwrap_or(e.estimate)).collect(),
        upper: asked.iter().map(|(_, e)| e.upper.unwrap_or(e.estimate)).collect(),
        stroke: bar,
    });
    let (x, y) = asked.iter().map(|(o, e)| (o.budget, e.estimate)).unzip();
    panel = panel.mark(Mark::points("optima", x, y, optimum));
    // From the right, where the frontier is flat and words crowd.
    for (o, e) in asked.iter().rev() {
        let words: Vec<String> = record
            .law
            .inputs
            .iter()
            .filter_map(|input| describe::chosen(o, &input.symbol).map(|q| (input, q)))
            .map(|(input, q)| describe::rough(q.estimate, &input.unit))
            .collect();
        let name = format!("optimum at {}", describe::amount(o.budget, &budget.unit));
        panel = panel.mark(Mark::text(&name, (o.budget, e.estimate), words.join("\n"), Anchor::Free, INK));
    }

    let mut figure = Figure::new("frontier", "Loss against compute", describe::subtitle(record))
        .key("measured", &[Key::Point(row)])
        .key("compute-optimal frontier", &[Key::Line(Stroke::solid(BLUE, 2.0))]);
    if !frontier.lower.is_empty() {
        figure = figure.key(format!("its {} interval", describe::level(record)), &[Key::Area(BLUE, 0.2)]);
    }
    if covered.is_some() {
        figure = figure.key("beyond the data", &describe::beyond(BLUE));
    }
    if !asked.is_empty() {
        figure = figure.key("optimum asked for", &[Key::Point(optimum)]);
    }
    let mut caption = match covered {
        Some((low, high)) => format!(
            "Rows cover budgets from {} to {}; the frontier is extrapolated beyond (dashed, shaded).",
            describe::amount(low, &budget.unit),
            describe::amount(high, &budget.unit)
        ),
        None => "The best loss that the law allows at each budget.".to_owned(),
    };
    let held = describe::held(record);
    if !held.is_empty() {
        caption += &format!(" The frontier is for {held}, and the rows shown are those measured there.");
    }
    Some(figure.panel(panel).caption(caption))
}
