//! Cutting lines and areas at a rectangle, and lines into dashes, in pixels.

/// A point in pixels, y downwards.
pub type Point = (f64, f64);

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Rect {
    /// Width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }
    /// Height.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }
    /// Whether a point lies inside, edges included.
    pub fn holds(&self, (x, y): Point) -> bool {
        x >= self.left - 0.01 && x <= self.right + 0.01 && y >= self.top - 0.01 && y <= self.bottom + 0.01
    }
    /// Whether two rectangles share more than an edge.
    pub fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
    /// Whether another lies inside.
    pub fn covers(&self, other: &Self) -> bool {
        self.holds((other.left, other.top)) && self.holds((other.right, other.bottom))
    }
    /// Its corners, in order.
    pub fn corners(&self) -> Vec<Point> {
        vec![(self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)]
    }
}

/// The parts of a line inside a rectangle (Liang and Barsky, segment by segment). Points that are
/// not finite break it.
pub fn line(points: &[Point], to: &Rect) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let Some((a, b)) = segment(pair[0], pair[1], to) else {
            open = false;
            continue;
        };
        match parts.last_mut() {
            Some(part) if open => part.push(b),
            _ => parts.push(vec![a, b]),
        }
        open = b == pair[1];
    }
    parts
}

fn segment(a: Point, b: Point, to: &Rect) -> Option<(Point, Point)> {
    if ![a.0, a.1, b.0, b.1].iter().all(|v| v.is_finite()) {
        return None;
    }
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    for (step, room) in [(-dx, a.0 - to.left), (dx, to.right - a.0), (-dy, a.1 - to.top), (dy, to.bottom - a.1)] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            enter = enter.max(room / step);
        } else {
            leave = leave.min(room / step);
        }
    }
    if !(dx.is_finite() && dy.is_finite()) {
        return None;
    }
    // Far ends round: what is cut lies in the rectangle all the same.
    let within = |v: f64, low: f64, high: f64| v.max(low).min(high);
    let at = |t: f64, end: Point| match t == 0.0 || t == 1.0 {
        true => end,
        false => (within(a.0 + t * dx, to.left, to.right), within(a.1 + t * dy, to.top, to.bottom)),
    };
    (enter <= leave).then(|| (at(enter, a), at(leave, b)))
}

/// The part of an area inside a rectangle (Sutherland and Hodgman).
pub fn area(points: &[Point], to: &Rect) -> Vec<Point> {
    let mut kept: Vec<Point> = points.iter().copied().filter(|p| p.0.is_finite() && p.1.is_finite()).collect();
    let sides: [(bool, f64, f64); 4] =
        [(true, to.left, 1.0), (true, to.right, -1.0), (false, to.top, 1.0), (false, to.bottom, -1.0)];
    for (vertical, edge, sign) in sides {
        let depth = |p: &Point| sign * (if vertical { p.0 } else { p.1 } - edge);
        let before = std::mem::take(&mut kept);
        for (i, p) in before.iter().enumerate() {
            let q = &before[(i + 1) % before.len()];
            let (dp, dq) = (depth(p), depth(q));
            if dp >= 0.0 {
                kept.push(*p);
            }
            if (dp < 0.0) != (dq < 0.0) {
                let t = dp / (dp - dq);
                kept.push((p.0 + t * (q.0 - p.0), p.1 + t * (q.1 - p.1)));
            }
        }
    }
    kept
}

/// A line cut into strokes of a length with gaps between them.
pub fn dashes(points: &[Point], stroke: f64, gap: f64) -> Vec<Vec<Point>> {
    let mut parts = Vec::new();
    let mut part: Vec<Point> = points.first().copied().into_iter().collect();
    let (mut drawing, mut left) = (true, stroke);
    for pair in points.windows(2) {
        let (mut a, b) = (pair[0], pair[1]);
        let mut length = (b.0 - a.0).hypot(b.1 - a.1);
        // No paper is so large.
        if !length.is_finite() || length > 1e5 {
            part.clear();
            continue;
        }
        while length > left {
            let t = left / length;
            a = (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
            length -= left;
            if drawing {
                part.push(a);
                parts.push(std::mem::take(&mut part));
            } else {
                part = vec![a];
            }
            drawing = !drawing;
            left = if drawing { stroke } else { gap };
        }
        left -= length;
        if drawing {
            part.push(b);
        }
    }
    if part.len() > 1 {
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Rect = Rect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };

    #[test]
    fn a_line_that_leaves_and_returns_is_two() {
        let parts = line(&[(0.5, 0.5), (0.5, 2.0), (0.7, 2.0), (0.7, 0.5)], &UNIT);
        assert_eq!(parts, [vec![(0.5, 0.5), (0.5, 1.0)], vec![(0.7, 1.0), (0.7, 0.5)]]);
        assert!(line(&[(2.0, 0.0), (3.0, 1.0)], &UNIT).is_empty());
        assert_eq!(line(&[(0.1, 0.1), (0.2, 0.2), (f64::NAN, 0.3), (0.4, 0.4), (0.5, 0.5)], &UNIT).len(), 2);
    }

    #[test]
    fn an_area_larger_than_the_rectangle_becomes_it() {
        let cut = area(&[(-1.0, -1.0), (2.0, -1.0), (2.0, 2.0), (-1.0, 2.0)], &UNIT);
        assert_eq!(cut.len(), 4);
        assert!(cut.iter().all(|p| UNIT.holds(*p)));
    }

    #[test]
    fn dashes_cover_their_share() {
        let parts = dashes(&[(0.0, 0.0), (4.0, 0.0), (10.0, 0.0)], 3.0, 2.0);
        assert_eq!(parts, [vec![(0.0, 0.0), (3.0, 0.0)], vec![(5.0, 0.0), (8.0, 0.0)]]);
    }
}
