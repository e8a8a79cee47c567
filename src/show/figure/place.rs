//! Where words go so that they cover as little as possible.

use super::clip::{self, Point, Rect};
use super::scene::Axes;
use super::tree::{Mark, Panel};

/// What is on a panel already: points that should stay visible, and patches of words.
pub struct Taken {
    dots: Vec<Point>,
    patches: Vec<Rect>,
    inside: Rect,
}

impl Taken {
    /// Everything that the marks of a panel draw, contours aside.
    pub fn by(panel: &Panel, axes: &Axes) -> Self {
        let mut dots = Vec::new();
        let pixels = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| axes.at(*x, *y)).collect::<Vec<Point>>();
        for mark in &panel.marks {
            match mark {
                Mark::Points { x, y, .. } => dots.extend(pixels(x, y)),
                Mark::Line { x, y, .. } => walk(&pixels(x, y), &axes.frame, &mut dots),
                Mark::Band { x, lower, upper, .. } => {
                    walk(&pixels(x, lower), &axes.frame, &mut dots);
                    walk(&pixels(x, upper), &axes.frame, &mut dots);
                }
                _ => {}
            }
        }
        let f = axes.frame;
        let inside = Rect { left: f.left + 5.0, right: f.right - 4.0, top: f.top + 3.0, bottom: f.bottom - 4.0 };
        Self { dots, patches: Vec::new(), inside }
    }
    /// How much a patch and the leader to it would hide; none if the patch does not fit.
    fn cost(&self, patch: &Rect, leader: Option<(Point, Point)>) -> Option<f64> {
        let crosses = |other: &&Rect| leader.is_some_and(|(a, b)| !clip::line(&[a, b], other).is_empty());
        let words = self.patches.iter().filter(|other| other.meets(patch) || crosses(other)).count();
        let dots = self.dots.iter().filter(|dot| patch.holds(**dot)).count();
        self.inside.covers(patch).then_some(1000.0 * words as f64 + 10.0 * dots as f64)
    }
    /// The best of the patches, the first of equals, which is then taken. With `of`, each is
    /// reached from that point by a leader.
    pub fn best(&mut self, patches: impl IntoIterator<Item = Rect>, of: Option<Point>) -> Option<Rect> {
        let mut found: Option<(f64, Rect)> = None;
        for (i, patch) in patches.into_iter().enumerate() {
            let leader = of.map(|at| (at, nearest(&patch, at)));
            let Some(cost) = self.cost(&patch, leader).map(|cost| cost + 0.02 * i as f64) else { continue };
            if found.is_none_or(|(least, _)| cost < least) {
                found = Some((cost, patch));
            }
        }
        let (_, patch) = found?;
        self.patches.push(patch);
        Some(patch)
    }
}

/// The point of a patch nearest to another.
pub fn nearest(patch: &Rect, (x, y): Point) -> Point {
    (x.clamp(patch.left, patch.right), y.clamp(patch.top, patch.bottom))
}

/// A dot every few pixels along a line.
fn walk(line: &[Point], frame: &Rect, dots: &mut Vec<Point>) {
    for part in clip::line(line, frame) {
        dots.extend(clip::dashes(&part, 3.0, 3.0).into_iter().filter_map(|dash| dash.first().copied()));
    }
}

/// Patches of a size around a point, the nearest first, above before beside before below.
pub fn around((x, y): Point, wide: f64, high: f64) -> impl Iterator<Item = Rect> {
    // Where along its width a patch above or below stands over the point.
    const ALONG: [f64; 5] = [0.0, 0.5, 0.2, 0.8, 1.0];
    let patch = move |left: f64, top: f64| Rect { left, top, right: left + wide, bottom: top + high };
    [9.0, 16.0, 26.0, 40.0, 58.0, 80.0, 106.0].into_iter().flat_map(move |far| {
        // A patch that stands beside its point keeps some distance sideways too.
        let aside = move |along: f64| {
            let away = if along == 0.0 {
                0.5 * far
            } else if along == 1.0 {
                -0.5 * far
            } else {
                0.0
            };
            x - along * wide + away
        };
        let above = ALONG.map(|along| patch(aside(along), y - far - high));
        let beside = [patch(x + far, y - high / 2.0), patch(x - far - wide, y - high / 2.0)];
        let below = ALONG.map(|along| patch(aside(along), y + far));
        above.into_iter().chain(beside).chain(below)
    })
}
