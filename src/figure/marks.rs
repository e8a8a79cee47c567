//! Marks to shapes.

use super::clip::{self, Rect};
use super::colour::{Color, PAPER};
use super::scene::{Align, Axes, Item, Point, Scene, TICK, Width};
use super::tree::{Along, Anchor, Mark, Marker, Panel, Shape, Stroke};

/// Draws what lies behind the grid: shaded stretches and cells.
pub fn backgrounds(scene: &mut Scene, panel: &Panel, axes: &Axes) {
    let frame = axes.frame;
    for mark in &panel.marks {
        match mark {
            Mark::Region { of, from, to, color, opacity, .. } => {
                let stretch = |f: &dyn Fn(f64) -> f64, low: f64, high: f64| {
                    let at = |v: f64, end: f64| if v.is_finite() { f(v) } else { end };
                    (at(*from, low), at(*to, high))
                };
                let shape = match of {
                    Along::X => {
                        let (left, right) = stretch(&|v| axes.x_at(v), frame.left, frame.right);
                        Rect { left, right, ..frame }
                    }
                    Along::Y => {
                        let (bottom, top) = stretch(&|v| axes.y_at(v), frame.bottom, frame.top);
                        Rect { top, bottom, ..frame }
                    }
                };
                scene.area(clip::area(&shape.corners(), &frame), *color, *opacity);
            }
            Mark::Cells { x, y, colors, .. } => {
                for (row, ys) in colors.iter().zip(y.windows(2)) {
                    for (color, xs) in row.iter().zip(x.windows(2)) {
                        let (a, b) = (axes.at(xs[0], ys[0]), axes.at(xs[1], ys[1]));
                        // Half a pixel of overlap hides the seams between cells.
                        let cell = Rect { left: a.0, right: b.0 + 0.5, top: b.1 - 0.5, bottom: a.1 };
                        scene.area(clip::area(&cell.corners(), &frame), *color, 1.0);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Draws everything else, in order.
pub fn draw(scene: &mut Scene, panel: &Panel, axes: &Axes, width: Width) {
    let mut taken: Vec<Rect> = Vec::new();
    for mark in &panel.marks {
        one(scene, mark, axes, width, &mut taken);
    }
}

fn one(scene: &mut Scene, mark: &Mark, axes: &Axes, width: Width, taken: &mut Vec<Rect>) {
    let frame = axes.frame;
    let pixels = |x: &[f64], y: &[f64]| -> Vec<Point> { x.iter().zip(y).map(|(x, y)| axes.at(*x, *y)).collect() };
    match mark {
        Mark::Region { .. } | Mark::Cells { .. } => {}
        Mark::Points { x, y, marker: look, colors, .. } => {
            for (i, at) in pixels(x, y).into_iter().enumerate().filter(|(_, at)| frame.holds(*at)) {
                marker(scene, at, look, colors.get(i).copied().unwrap_or(look.color));
            }
        }
        Mark::Line { x, y, stroke, .. } => line(scene, &pixels(x, y), stroke, &frame),
        Mark::Band { x, lower, upper, color, opacity, .. } => {
            let mut around = pixels(x, upper);
            around.extend(pixels(x, lower).into_iter().rev());
            scene.area(clip::area(&around, &frame), *color, *opacity);
        }
        Mark::Rule { cuts, at, stroke, .. } => {
            let ends = match cuts {
                Along::X => [(axes.x_at(*at), frame.bottom), (axes.x_at(*at), frame.top)],
                Along::Y => [(frame.left, axes.y_at(*at)), (frame.right, axes.y_at(*at))],
            };
            line(scene, &ends, stroke, &frame);
        }
        Mark::ErrorBars { along, at, lower, upper, stroke, .. } => {
            for ((at, lower), upper) in at.iter().zip(lower).zip(upper) {
                error_bar(scene, axes, *along, (*at, *lower, *upper), stroke);
            }
        }
        Mark::Bars { along, at, to, thickness, color, .. } => {
            for (at, to) in at.iter().zip(to) {
                let (from, until) = (at - thickness / 2.0, at + thickness / 2.0);
                let bar = match along {
                    Along::X => {
                        let (a, b) = (axes.y_at(from), axes.y_at(until));
                        Rect { left: frame.left, right: axes.x_at(*to), top: a.min(b), bottom: a.max(b) }
                    }
                    Along::Y => {
                        let (a, b) = (axes.x_at(from), axes.x_at(until));
                        Rect { left: a.min(b), right: a.max(b), top: axes.y_at(*to), bottom: frame.bottom }
                    }
                };
                scene.area(clip::area(&bar.corners(), &frame), *color, 1.0);
            }
        }
        Mark::Contour { label, paths, stroke, .. } => {
            let paths: Vec<Vec<Point>> =
                paths.iter().map(|path| path.iter().map(|(x, y)| axes.at(*x, *y)).collect()).collect();
            for path in &paths {
                line(scene, path, stroke, &frame);
            }
            contour_label(scene, label, &paths, stroke.color, &frame, width, taken);
        }
        Mark::Text { x, y, text, anchor, color, .. } => {
            let at = axes.at(*x, *y);
            if frame.holds(at) {
                words(scene, at, text, *anchor, *color, &frame, width, taken);
            }
        }
    }
}

fn line(scene: &mut Scene, points: &[Point], stroke: &Stroke, frame: &Rect) {
    for part in clip::line(points, frame) {
        scene.path(&part, stroke);
    }
}

fn error_bar(scene: &mut Scene, axes: &Axes, along: Along, (at, lower, upper): (f64, f64, f64), stroke: &Stroke) {
    const CAP: f64 = 4.0;
    let (frame, place) = (axes.frame, |v: f64| match along {
        Along::X => axes.at(v, at),
        Along::Y => axes.at(at, v),
    });
    let (a, b) = (place(lower), place(upper));
    line(scene, &[a, b], stroke, &frame);
    for (x, y) in [a, b].into_iter().filter(|end| frame.holds(*end)) {
        let cap = match along {
            Along::X => [(x, y - CAP), (x, y + CAP)],
            Along::Y => [(x - CAP, y), (x + CAP, y)],
        };
        scene.path(&cap, &Stroke::solid(stroke.color, stroke.width));
    }
}

/// Draws one marker.
pub fn marker(scene: &mut Scene, (x, y): Point, look: &Marker, color: Color) {
    let (r, opacity) = (look.radius, look.opacity);
    let corners: Vec<Point> = match look.shape {
        Shape::Circle => {
            if let Some(outline) = look.outline {
                scene.items.push(Item::Disc { at: (x, y), radius: r + 1.2, color: outline, opacity: 1.0 });
            }
            scene.items.push(Item::Disc { at: (x, y), radius: r, color, opacity });
            return;
        }
        Shape::Cross => {
            let s = 0.75 * r;
            let stroke = Stroke::solid(color, 1.6);
            scene.path(&[(x - s, y - s), (x + s, y + s)], &stroke);
            scene.path(&[(x - s, y + s), (x + s, y - s)], &stroke);
            return;
        }
        Shape::Square => {
            let s = 0.88 * r;
            vec![(x - s, y - s), (x + s, y - s), (x + s, y + s), (x - s, y + s)]
        }
        Shape::Triangle => vec![(x, y - 1.2 * r), (x + 1.1 * r, y + 0.75 * r), (x - 1.1 * r, y + 0.75 * r)],
        Shape::Diamond => vec![(x, y - 1.25 * r), (x + 1.25 * r, y), (x, y + 1.25 * r), (x - 1.25 * r, y)],
    };
    let mut around = corners.clone();
    scene.area(corners, color, opacity);
    if let Some(outline) = look.outline {
        around.extend_from_within(..2);
        scene.path(&around, &Stroke::solid(outline, 1.2));
    }
}

/// Writes words beside a point, inside the frame, on a patch of paper.
#[expect(clippy::too_many_arguments, reason = "a text has a place, a look and neighbours")]
fn words(
    scene: &mut Scene,
    (x, y): Point,
    text: &str,
    anchor: Anchor,
    color: Color,
    frame: &Rect,
    width: Width,
    taken: &mut Vec<Rect>,
) {
    const LEAD: f64 = 1.3 * TICK;
    let lines: Vec<&str> = text.lines().collect();
    let wide = lines.iter().map(|line| width(line, TICK, false)).fold(0.0, f64::max);
    let high = LEAD * lines.len() as f64;
    let (left, top) = match anchor {
        Anchor::Right => (x + 8.0, y - high / 2.0),
        Anchor::Left => (x - 8.0 - wide, y - high / 2.0),
        Anchor::Above => (x - wide / 2.0, y - high - 7.0),
        Anchor::Below => (x - wide / 2.0, y + 7.0),
        Anchor::On => (x - wide / 2.0, y - high / 2.0),
    };
    let left = left.min(frame.right - wide - 4.0).max(frame.left + 4.0);
    let top = top.min(frame.bottom - high - 2.0).max(frame.top + 1.0);
    let patch = Rect { left: left - 3.0, right: left + wide + 3.0, top: top - 1.0, bottom: top + high + 1.0 };
    scene.area(patch.corners(), PAPER, 0.82);
    taken.push(patch);
    for (i, line) in lines.iter().enumerate() {
        let baseline = top + LEAD * i as f64 + 0.95 * TICK;
        scene.text((left, baseline), *line, TICK, color, Align::Start);
    }
}

/// Writes the value of a contour on it, where it covers neither an edge nor another label.
fn contour_label(
    scene: &mut Scene,
    label: &str,
    paths: &[Vec<Point>],
    color: Color,
    frame: &Rect,
    width: Width,
    taken: &mut Vec<Rect>,
) {
    if label.is_empty() {
        return;
    }
    let half = width(label, TICK - 1.0, false) / 2.0 + 3.0;
    let box_at = |(x, y): Point| Rect { left: x - half, right: x + half, top: y - 7.0, bottom: y + 7.0 };
    let inside = Rect {
        left: frame.left + 6.0,
        right: frame.right - 6.0,
        top: frame.top + 4.0,
        bottom: frame.bottom - 4.0,
    };
    let candidates = paths.iter().flat_map(|path| {
        // From the middle outwards: labels of neighbouring contours then stand in a row.
        let n = path.len();
        (0..n).map(move |i| if i % 2 == 0 { n / 2 + i / 2 } else { n / 2 - i.div_ceil(2) }).filter_map(|i| path.get(i))
    });
    let free = |at: &&Point| {
        let patch = box_at(**at);
        inside.covers(&patch) && !taken.iter().any(|other| other.meets(&patch))
    };
    let Some(&at) = candidates.into_iter().find(free) else { return };
    let patch = box_at(at);
    scene.area(patch.corners(), PAPER, 0.85);
    scene.text((at.0, at.1 + 0.36 * (TICK - 1.0)), label, TICK - 1.0, color, Align::Middle);
    taken.push(patch);
}
