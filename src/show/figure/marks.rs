//! Marks to shapes.

use super::clip::{self, Rect};
use super::colour::{Color, GREY, PAPER};
use super::place::{self, Taken};
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
    let mut taken = Taken::by(panel, axes);
    for mark in &panel.marks {
        one(scene, mark, axes, width, &mut taken);
    }
}

fn one(scene: &mut Scene, mark: &Mark, axes: &Axes, width: Width, taken: &mut Taken) {
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
            contour_label(scene, label, &paths, stroke.color, width, taken);
        }
        Mark::Text { x, y, text, anchor, color, .. } => {
            let at = axes.at(*x, *y);
            if frame.holds(at) {
                words(scene, at, text, (*anchor, *color), width, taken);
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
        Shape::TriangleDown => vec![(x, y + 1.2 * r), (x - 1.1 * r, y - 0.75 * r), (x + 1.1 * r, y - 0.75 * r)],
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
fn words(scene: &mut Scene, at: Point, text: &str, look: (Anchor, Color), width: Width, taken: &mut Taken) {
    const LEAD: f64 = 1.3 * TICK;
    let (anchor, color) = look;
    let lines: Vec<&str> = text.lines().collect();
    let wide = lines.iter().map(|line| width(line, TICK, false)).fold(0.0, f64::max) + 6.0;
    let high = LEAD * lines.len() as f64 + 2.0;
    let right = Rect { left: at.0 + 6.0, right: at.0 + 6.0 + wide, top: at.1 - high / 2.0, bottom: at.1 + high / 2.0 };
    let found = match anchor {
        Anchor::Right => taken.best([right], None),
        Anchor::Free => taken.best(place::around(at, wide, high), Some(at)),
    };
    let Some(patch) = found else { return };
    // A leader from the point to a patch that had to go far.
    let near = place::nearest(&patch, at);
    if (near.0 - at.0).hypot(near.1 - at.1) > 15.0 {
        scene.path(&[at, near], &Stroke::solid(GREY, 0.8));
    }
    scene.area(patch.corners(), PAPER, 0.82);
    for (i, line) in lines.iter().enumerate() {
        let baseline = patch.top + 1.0 + LEAD * i as f64 + 0.95 * TICK;
        scene.text((patch.left + 3.0, baseline), *line, TICK, color, Align::Start);
    }
}

/// Writes the value of a contour on it, where it hides least.
fn contour_label(scene: &mut Scene, label: &str, paths: &[Vec<Point>], color: Color, width: Width, taken: &mut Taken) {
    if label.is_empty() {
        return;
    }
    const SIZE: f64 = TICK - 1.0;
    let half = width(label, SIZE, false) / 2.0 + 3.0;
    // From the middle outwards: labels of neighbouring contours then stand in a row.
    let outwards = paths.iter().flat_map(|path| {
        let n = path.len();
        (0..n).map(move |i| if i % 2 == 0 { n / 2 + i / 2 } else { n / 2 - i.div_ceil(2) }).filter_map(|i| path.get(i))
    });
    let patches = outwards.map(|(x, y)| Rect { left: x - half, right: x + half, top: y - 7.0, bottom: y + 7.0 });
    let Some(patch) = taken.best(patches, None) else { return };
    scene.area(patch.corners(), PAPER, 0.85);
    let middle = ((patch.left + patch.right) / 2.0, (patch.top + patch.bottom) / 2.0 + 0.36 * SIZE);
    scene.text(middle, label, SIZE, color, Align::Middle);
}
