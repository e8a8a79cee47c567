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

/// Patches of a size around a point, the nearest first, upper right before lower left.
pub fn around((x, y): Point, wide: f64, high: f64) -> impl Iterator<Item = Rect> {
    const SIDES: [(f64, f64); 8] =
        [(0.7, -0.7), (0.0, -1.0), (1.0, 0.0), (-0.7, -0.7), (0.7, 0.7), (-1.0, 0.0), (0.0, 1.0), (-0.7, 0.7)];
    [9.0, 18.0, 32.0, 50.0, 74.0, 104.0].into_iter().flat_map(move |far| {
        SIDES.into_iter().map(move |(u, v)| {
            // The patch's near edge or corner touches the circle.
            let middle = (x + u * far + f64::signum(u) * f64::from(u != 0.0) * wide / 2.0, {
                y + v * far + f64::signum(v) * f64::from(v != 0.0) * high / 2.0
            });
            Rect {
                left: middle.0 - wide / 2.0,
                right: middle.0 + wide / 2.0,
                top: middle.1 - high / 2.0,
                bottom: middle.1 + high / 2.0,
            }
        })
    })
}
