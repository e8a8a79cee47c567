//! Published numbers against ours.

use super::colour::{BLUE, GREY, INK, PAPER, VERMILLION};
use super::ticks::{Notation, write};
use super::tree::{Along, Anchor, Axis, Figure, Key, Mark, Marker, Panel, Shape, Stroke};
use crate::record::Comparison;

/// Whiskers are cut at so many per cent, and what differs by more stands there with its number: in
/// its place it would flatten all others.
const CUT: f64 = 300.0;
/// Characters that the name of a comparison has room for.
const ROOM: usize = 44;

/// Draws the comparisons that come with an interval, as differences from the printed number.
pub fn draw(comparisons: &[Comparison]) -> Option<Figure> {
    let relative = |c: &Comparison, v: f64| 100.0 * (v / c.value - 1.0);
    let shown: Vec<(&Comparison, f64, f64)> = comparisons
        .iter()
        .filter(|c| c.value != 0.0 && c.ours.is_finite())
        .filter_map(|c| {
            let (a, b) = (relative(c, c.lower?), relative(c, c.upper?));
            Some((c, a.min(b), a.max(b)))
        })
        .collect();
    if shown.is_empty() {
        return None;
    }
    let names: Vec<String> = shown
        .iter()
        .map(|(c, ..)| {
            let name = format!("{}: {}", c.reference, super::describe::greek(&c.quantity));
            let whole = format!("{name} = {}", c.printed);
            if whole.chars().count() <= ROOM { whole } else { name }
        })
        .collect();
    let at: Vec<f64> = (0..shown.len()).map(|i| i as f64).collect();
    let exact: Vec<f64> = shown.iter().map(|(c, ..)| relative(c, c.ours)).collect();
    let ours: Vec<f64> = exact.iter().map(|v| v.clamp(-CUT, CUT)).collect();
    let cut = shown.iter().any(|(_, low, high)| low.abs() > CUT || high.abs() > CUT);
    let ends = shown.iter().flat_map(|(_, low, high)| [low.max(-CUT), high.min(CUT)]).chain(ours.iter().copied());
    let ends = ends.chain([0.0]).collect::<Vec<f64>>();
    let panel = Panel::new(Axis::linear("Ours minus printed, relative", "%", ends, 9), Axis::names(&names).reversed());
    let agrees = Marker::new(Shape::Circle, 4.2, BLUE);
    let differs = Marker::new(Shape::Square, 4.6, VERMILLION);
    let theirs = Marker::new(Shape::Diamond, 4.2, PAPER).outlined(INK);
    let split = |agreeing: bool| -> (Vec<f64>, Vec<f64>) {
        let chosen = shown.iter().zip(&ours).zip(&at).filter(|(((c, ..), _), _)| c.agrees == agreeing);
        chosen.map(|((_, ours), at)| (*ours, *at)).unzip()
    };
    let bars = |name: &str, agreeing: bool, stroke: Stroke| {
        let chosen = || shown.iter().zip(&at).filter(|((c, ..), _)| c.agrees == agreeing);
        Mark::ErrorBars {
            name: name.to_owned(),
            along: Along::X,
            at: chosen().map(|(_, at)| *at).collect(),
            lower: chosen().map(|((_, low, _), _)| low.clamp(-CUT, CUT)).collect(),
            upper: chosen().map(|((_, _, high), _)| high.clamp(-CUT, CUT)).collect(),
            stroke,
        }
    };
    let (agreeing, differing) = (split(true), split(false));
    let any_differs = !differing.0.is_empty();
    let panel = panel
        .mark(Mark::rule("printed", Along::X, 0.0, Stroke::solid(GREY, 1.2)))
        .mark(bars("intervals that agree", true, Stroke::solid(BLUE, 1.6)))
        .mark(bars("intervals that differ", false, Stroke::dashed(VERMILLION, 1.6)))
        .mark(Mark::points("printed", vec![0.0; at.len()], at.clone(), theirs))
        .mark(Mark::points("ours, agreeing", agreeing.0, agreeing.1, agrees))
        .mark(Mark::points("ours, differing", differing.0, differing.1, differs));
    let beyond = exact.iter().zip(&ours).zip(&at).filter(|((exact, ours), _)| exact != ours);
    let panel = beyond.fold(panel, |panel, ((exact, ours), at)| {
        let sign = if *exact > 0.0 { "+" } else { "" };
        let text = format!("{sign}{}%", write(*exact, Notation::Power));
        panel.mark(Mark::text("beyond the cut", (*ours, *at), text, Anchor::Free, VERMILLION))
    });
    let mut figure = Figure::new("published", "Published numbers against ours", "")
        .sized(820, 130 + 24 * shown.len() as u32)
        .key("as printed", &[Key::Point(theirs)])
        .key("ours, with its interval", &[Key::Line(Stroke::solid(BLUE, 1.6)), Key::Point(agrees)]);
    if any_differs {
        figure = figure.key("ours, not as printed", &[Key::Line(Stroke::dashed(VERMILLION, 1.6)), Key::Point(differs)]);
    }
    figure.subtitle = "Relative difference from the printed number; whiskers are our intervals".to_owned();
    if cut {
        figure.subtitle += &format!(", cut at {CUT}%");
    }
    let largest = exact.iter().fold(0.0f64, |most, v| most.max(v.abs()));
    Some(figure.panel(panel).caption(format!(
        "{} published numbers that we also have an interval for; the largest difference is {}%.",
        shown.len(),
        write(largest, Notation::Power)
    )))
}
