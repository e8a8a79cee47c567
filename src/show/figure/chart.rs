//! A [`Chart`] as it is given: scales become axes, series become marks, names become the legend.

use super::colour::{Color, GREY, INK, PAPER, SERIES, ramp};
use super::ticks::Tick;
use super::tree::{Along, Anchor, Axis, ColorScale, Dash, Figure, Key, Mark, Marker, Panel, Scale, Shape, Stroke};
use crate::record::chart::{self, Chart, Heat, Level, Look, Plot, Series, Tone};

/// Draws a chart.
pub fn draw(chart: &Chart) -> Figure {
    let mut figure = Figure::new(&chart.name, chart.title.as_str(), chart.subtitle.as_str())
        .sized(chart.size.0, chart.size.1)
        .caption(chart.caption.as_str());
    figure.columns = chart.columns.max(1);
    for (name, keys) in chart.plots.iter().flat_map(legend) {
        if !name.is_empty() && !figure.legend.iter().any(|entry| entry.label == name) {
            figure = figure.key(name, &keys);
        }
    }
    for plot in &chart.plots {
        figure = figure.panel(panel(plot, chart.columns.max(1)));
    }
    figure
}

fn panel(plot: &Plot, columns: usize) -> Panel {
    let room = if columns > 1 { 6 } else { 9 };
    let by_name = !plot.y.names.is_empty();
    let ends = |s: &Series, mine: bool| if mine { [s.lower.clone(), s.upper.clone()].concat() } else { Vec::new() };
    let level = |of_y: bool| plot.levels.iter().filter(move |l| l.of_y == of_y).map(|l| l.at);
    let xs = plot.series.iter().flat_map(|s| s.x.iter().copied().chain(ends(s, by_name))).chain(level(false));
    let ys = plot.series.iter().flat_map(|s| s.y.iter().copied().chain(ends(s, !by_name))).chain(level(true));
    let x = axis(&plot.x, xs.collect(), room);
    let mut y = axis(&plot.y, ys.collect(), 8);
    if by_name {
        y = y.reversed();
    }
    let mut panel = Panel::new(x, y);
    panel.title.clone_from(&plot.title);
    if let Some(heat) = &plot.heat {
        panel = cells(panel, heat);
    }
    for level in &plot.levels {
        let cuts = if level.of_y { Along::Y } else { Along::X };
        panel = panel.mark(Mark::rule(&level.name, cuts, level.at, stroke(level.look, color(level.tone), 1.4)));
    }
    // All bands behind all points and lines.
    panel = panel.with(plot.series.iter().filter_map(|s| spread(s, by_name)));
    for series in &plot.series {
        panel = panel.mark(mark(series));
    }
    for series in &plot.series {
        for ((x, y), label) in series.x.iter().zip(&series.y).zip(&series.labels).filter(|(_, l)| !l.is_empty()) {
            panel = panel.mark(Mark::text(label, (*x, *y), label.as_str(), Anchor::Free, INK));
        }
    }
    panel
}

fn axis(scale: &chart::Scale, values: Vec<f64>, room: usize) -> Axis {
    if !scale.names.is_empty() {
        return Axis { label: scale.name.clone(), ..Axis::names(&scale.names) };
    }
    let mut axis = match (scale.range, scale.log) {
        (Some(range), log) => {
            let spread = if log { Scale::Log } else { Scale::Linear };
            Axis::over(scale.name.as_str(), &scale.unit, spread, range, room)
        }
        (None, true) => Axis::log(scale.name.as_str(), &scale.unit, values, room),
        (None, false) => Axis::linear(scale.name.as_str(), &scale.unit, values, room),
    };
    if !scale.ticks.is_empty() {
        let ticks = scale.ticks.iter().map(|(at, label)| Tick { at: *at, label: label.clone() });
        axis.ticks = ticks.filter(|tick| axis.holds(tick.at)).collect();
    }
    axis
}

fn color(tone: Tone) -> Color {
    match tone {
        Tone::Series(k) => SERIES[k % SERIES.len()],
        Tone::Ramp(fraction) => ramp(fraction),
        Tone::Muted => GREY,
        Tone::Ink => INK,
    }
}

fn stroke(look: Look, color: Color, width: f64) -> Stroke {
    let dash = match look {
        Look::Dashed => Dash::Dashed,
        Look::Dotted => Dash::Dotted,
        _ => Dash::Solid,
    };
    Stroke { color, width, dash }
}

/// The points of a look; none for lines.
fn marker(look: Look, color: Color) -> Option<Marker> {
    let marker = match look {
        Look::Line | Look::Dashed | Look::Dotted => return None,
        Look::Dots => Marker::new(Shape::Circle, 4.0, color),
        Look::Faint => Marker::new(Shape::Circle, 2.8, color).faded(0.5),
        Look::Rings => Marker::new(Shape::Circle, 3.2, PAPER).outlined(color),
        Look::Diamonds => Marker::new(Shape::Diamond, 4.4, color),
        Look::Squares => Marker::new(Shape::Square, 4.2, color),
        Look::Crosses => Marker::new(Shape::Cross, 4.6, color),
        Look::Above => Marker::new(Shape::Triangle, 3.8, PAPER).outlined(color),
        Look::Below => Marker::new(Shape::TriangleDown, 3.8, PAPER).outlined(color),
    };
    Some(marker)
}

fn mark(series: &Series) -> Mark {
    let color = color(series.tone);
    match marker(series.look, color) {
        Some(marker) => Mark::points(&series.name, series.x.clone(), series.y.clone(), marker),
        None => Mark::line(&series.name, &series.x, &series.y, stroke(series.look, color, 2.0)),
    }
}

fn spread(series: &Series, by_name: bool) -> Option<Mark> {
    if series.lower.is_empty() || series.upper.is_empty() {
        return None;
    }
    let (name, lower, upper) = (format!("{}: interval", series.name), series.lower.clone(), series.upper.clone());
    let color = color(series.tone);
    Some(match marker(series.look, color) {
        None => Mark::Band { name, x: series.x.clone(), lower, upper, color, opacity: 0.2 },
        Some(_) => Mark::ErrorBars {
            name,
            along: if by_name { Along::X } else { Along::Y },
            at: if by_name { series.y.clone() } else { series.x.clone() },
            lower,
            upper,
            stroke: Stroke::solid(color, 1.4),
        },
    })
}

fn legend(plot: &Plot) -> Vec<(String, Vec<Key>)> {
    let of_series = |s: &Series| {
        let color = color(s.tone);
        let mut keys = Vec::new();
        match marker(s.look, color) {
            Some(marker) => {
                if !s.lower.is_empty() {
                    keys.push(Key::Line(Stroke::solid(color, 1.4)));
                }
                keys.push(Key::Point(marker));
            }
            None => {
                if !s.lower.is_empty() {
                    keys.push(Key::Area(color, 0.2));
                }
                keys.push(Key::Line(stroke(s.look, color, 2.0)));
            }
        }
        (s.name.clone(), keys)
    };
    let of_level = |l: &Level| (l.name.clone(), vec![Key::Line(stroke(l.look, color(l.tone), 1.4))]);
    plot.series.iter().map(of_series).chain(plot.levels.iter().map(of_level)).collect()
}

const SHADES: usize = 48;

fn cells(panel: Panel, heat: &Heat) -> Panel {
    let axis = axis(&heat.scale, heat.values.iter().flatten().copied().collect(), 7);
    let shade = |value: &f64| if value.is_finite() { ramp(axis.place(*value)) } else { PAPER };
    let colors = heat.values.iter().map(|row| row.iter().map(shade).collect()).collect();
    let name = heat.scale.name.clone();
    let mut panel = panel.mark(Mark::Cells { name, x: heat.x.clone(), y: heat.y.clone(), colors });
    let colors = (0..SHADES).map(|k| ramp((k as f64 + 0.5) / SHADES as f64)).collect();
    panel.scale = Some(ColorScale { axis, colors });
    panel
}
