//! The Delaunay triangulation of points in the plane.

use std::collections::BTreeMap;

/// A point of the plane.
pub type Point = [f64; 2];

/// Triangles no circumcircle of which holds a point.
#[derive(Clone, Debug)]
pub struct Triangulation {
    points: Vec<Point>,
    triangles: Vec<[usize; 3]>,
    neighbours: Vec<[Option<usize>; 3]>,
}

/// Twice the signed area of a, b, c: positive where c lies left of a → b.
fn area(a: Point, b: Point, c: Point) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

impl Triangulation {
    /// Triangulates at least three points that are not all on a line. Points on one circle are
    /// told apart by an infinitesimal weight, so that every lattice has one triangulation.
    ///
    /// Triangles are found edge by edge from the hull inwards, each by a look at all points: made
    /// for hundreds of points, not for millions.
    pub fn new(points: &[Point]) -> Option<Self> {
        let scaled = scale(points)?;
        let first = hull_edge(&scaled)?;
        let mut owner: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut triangles = Vec::new();
        let mut open = vec![first];
        while let Some((a, b)) = open.pop() {
            if owner.contains_key(&(a, b)) {
                continue;
            }
            let Some(c) = apex(&scaled, a, b) else { continue };
            for (from, to) in [(a, b), (b, c), (c, a)] {
                owner.insert((from, to), triangles.len());
                open.push((to, from));
            }
            triangles.push([a, b, c]);
        }
        let neighbours =
            triangles.iter().map(|&[a, b, c]| [(c, b), (a, c), (b, a)].map(|edge| owner.get(&edge).copied())).collect();
        (!triangles.is_empty()).then(|| Self { points: points.to_vec(), triangles, neighbours })
    }

    /// The points.
    pub fn points(&self) -> &[Point] {
        &self.points
    }
    /// The triangles' corners, counter-clockwise.
    pub fn triangles(&self) -> &[[usize; 3]] {
        &self.triangles
    }
    /// The triangle across from each corner, if the edge is not on the hull.
    pub fn neighbours(&self) -> &[[Option<usize>; 3]] {
        &self.neighbours
    }
    /// The points that share an edge with each point, in ascending order.
    pub fn adjacent(&self) -> Vec<Vec<usize>> {
        let mut adjacent = vec![Vec::new(); self.points.len()];
        for &[a, b, c] in &self.triangles {
            for (i, j) in [(a, b), (b, c), (c, a)] {
                adjacent[i].push(j);
                adjacent[j].push(i);
            }
        }
        for list in &mut adjacent {
            list.sort_unstable();
            list.dedup();
        }
        adjacent
    }
    /// Barycentric coordinates of a point in one triangle.
    pub fn barycentric(&self, triangle: usize, point: Point) -> [f64; 3] {
        let [a, b, c] = self.triangles[triangle].map(|i| self.points[i]);
        let whole = area(a, b, c);
        let (first, second) = (area(b, c, point) / whole, area(c, a, point) / whole);
        [first, second, 1.0 - first - second]
    }
    /// The triangle that holds a point, and its barycentric coordinates; `None` outside the hull.
    /// The box around the points is exact; its inside has a slack of rounding errors, so that no
    /// point falls between two triangles.
    pub fn locate(&self, point: Point) -> Option<(usize, [f64; 3])> {
        const SLACK: f64 = 100.0 * f64::EPSILON;
        if (0..2).any(|k| self.points.iter().all(|p| p[k] < point[k]) || self.points.iter().all(|p| p[k] > point[k])) {
            return None;
        }
        (0..self.triangles.len())
            .map(|i| (i, self.barycentric(i, point)))
            .find(|(_, weights)| weights.iter().all(|&weight| weight >= -SLACK))
    }
}

/// The points moved and scaled, equally in both directions, into the unit square.
fn scale(points: &[Point]) -> Option<Vec<Point>> {
    let bounds = |k: usize| {
        points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(p[k]), high.max(p[k])))
    };
    let (x, y) = (bounds(0), bounds(1));
    let extent = (x.1 - x.0).max(y.1 - y.0);
    (extent > 0.0 && extent.is_finite())
        .then(|| points.iter().map(|p| [(p[0] - x.0) / extent, (p[1] - y.0) / extent]).collect())
}

/// An edge of the hull with every point on its left.
fn hull_edge(points: &[Point]) -> Option<(usize, usize)> {
    let a = (0..points.len())
        .min_by(|&i, &j| points[i][0].total_cmp(&points[j][0]).then(points[i][1].total_cmp(&points[j][1])))?;
    let distance = |i: usize| (points[i][0] - points[a][0]).hypot(points[i][1] - points[a][1]);
    let mut b = (0..points.len()).find(|&i| distance(i) > 0.0)?;
    for i in 0..points.len() {
        let turn = area(points[a], points[b], points[i]);
        if distance(i) > 0.0 && (turn < 0.0 || (turn == 0.0 && distance(i) < distance(b))) {
            b = i;
        }
    }
    Some((a, b))
}

/// The point left of a → b whose circle through a and b holds no other point.
fn apex(points: &[Point], a: usize, b: usize) -> Option<usize> {
    let mut best: Option<usize> = None;
    for c in 0..points.len() {
        if area(points[a], points[b], points[c]) > 0.0 && best.is_none_or(|best| in_circle(points, [a, b, best], c)) {
            best = Some(c);
        }
    }
    best
}

/// Whether point d lies in the circle of a counter-clockwise triangle.
fn in_circle(points: &[Point], corners: [usize; 3], d: usize) -> bool {
    // Weights without pattern, a hundred roundings large: they decide only between points that
    // lie on one circle, and decide alike from whichever triangle they are asked.
    let weight = |i: usize| 1e-14 * (i as f64 * 0.618_033_988_749_894_9).fract();
    let [u, v, w] = corners.map(|i| {
        let (x, y) = (points[i][0] - points[d][0], points[i][1] - points[d][1]);
        [x, y, x * x + y * y + weight(i) - weight(d)]
    });
    u[0] * (v[1] * w[2] - v[2] * w[1]) - u[1] * (v[0] * w[2] - v[2] * w[0]) + u[2] * (v[0] * w[1] - v[1] * w[0]) > 0.0
}
