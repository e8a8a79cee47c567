//! A cubic surface through scattered points, continuously differentiable (Clough and Tocher 1965;
//! Alfeld 1984 and Farin 1986 for the element in Bernstein–Bézier form; Nielson 1983 and Renka and
//! Cline 1984 for the gradients).

use super::triangulation::{Point, Triangulation};

/// The most sweeps over the points for their gradients.
const SWEEPS: usize = 400;

/// The surface.
#[derive(Clone, Debug)]
pub struct CloughTocher {
    mesh: Triangulation,
    values: Vec<f64>,
    gradients: Vec<Point>,
}

impl CloughTocher {
    /// The surface through `values` at `points`, three points or more, not all on a line.
    ///
    /// The gradients make the curvature along the edges least, by sweeps over the points in their
    /// order from gradients of zero, until none changes by more than `tolerance`, absolutely below
    /// 1 and relatively above. A tolerance is thus in units of value per coordinate: with
    /// coordinates of 1e9 and values of 1, one of 1e-6 ends after the first sweep, and the surface
    /// depends on the order of the points. (The usual implementation does just that, so a recipe
    /// that names it needs the same here.)
    pub fn new(points: &[Point], values: &[f64], tolerance: f64) -> Option<Self> {
        let mesh = Triangulation::new(points)?;
        (values.len() == points.len()).then(|| {
            let gradients = gradients(&mesh, values, tolerance);
            Self { mesh, values: values.to_vec(), gradients }
        })
    }

    /// The surface at a point; `None` outside the hull of the points.
    pub fn at(&self, point: Point) -> Option<f64> {
        let (triangle, weights) = self.mesh.locate(point)?;
        Some(self.element(triangle, weights))
    }

    /// The macro-element: three cubics that meet in the triangle's centroid, their 19 ordinates in
    /// Bernstein–Bézier form. `edge[k]`, `near` and `far` are named by corner: edge k lies opposite
    /// corner k and runs from corner k+1 to corner k+2.
    fn element(&self, triangle: usize, weights: [f64; 3]) -> f64 {
        let corners = self.mesh.triangles()[triangle];
        let p = corners.map(|i| self.mesh.points()[i]);
        let f = corners.map(|i| self.values[i]);
        let slope = |i: usize, j: usize| {
            let g = self.gradients[corners[i]];
            g[0] * (p[j][0] - p[i][0]) + g[1] * (p[j][1] - p[i][1])
        };
        // On the edge from i to j, the ordinate next to i.
        let beside = |i: usize, j: usize| f[i] + slope(i, j) / 3.0;
        // Next to corner i, towards the centroid.
        let inward: [f64; 3] = std::array::from_fn(|i| {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            (beside(i, j) + beside(i, k) + f[i]) / 3.0
        });
        // In the small triangle of edge k: the derivative across the edge is linear along it, in
        // the direction of the neighbour's centroid, which makes the surface affinely invariant.
        let across: [f64; 3] = std::array::from_fn(|k| {
            let (i, j) = ((k + 1) % 3, (k + 2) % 3);
            let along = -f[i] + 3.0 * beside(i, j) - 3.0 * beside(j, i) + f[j];
            let bend = -f[i] + 2.0 * beside(i, j) - beside(j, i) + inward[i] + inward[j];
            (self.direction(triangle, k) * along + bend) / 2.0
        });
        let toward: [f64; 3] = std::array::from_fn(|i| (across[(i + 1) % 3] + across[(i + 2) % 3] + inward[i]) / 3.0);
        let centre = (toward[0] + toward[1] + toward[2]) / 3.0;

        // The point lies in the small triangle opposite its least weight; its weights there.
        let least = (0..3).fold(0, |least, i| if weights[i] < weights[least] { i } else { least });
        let (i, j) = ((least + 1) % 3, (least + 2) % 3);
        let (s, t, u) = (weights[i] - weights[least], weights[j] - weights[least], 3.0 * weights[least]);
        s * s * (s * f[i] + 3.0 * t * beside(i, j) + 3.0 * u * inward[i])
            + t * t * (t * f[j] + 3.0 * s * beside(j, i) + 3.0 * u * inward[j])
            + 3.0 * u * u * (s * toward[i] + t * toward[j])
            + 6.0 * s * t * u * across[least]
            + u * u * u * centre
    }

    /// Where the line from the triangle's centroid to the neighbour's across edge k cuts the edge,
    /// as minus the fraction of the way from corner k+1 to corner k+2; the middle on the hull.
    fn direction(&self, triangle: usize, k: usize) -> f64 {
        let Some(other) = self.mesh.neighbours()[triangle][k] else { return -0.5 };
        let q = self.mesh.triangles()[other].map(|i| self.mesh.points()[i]);
        let centroid = [(q[0][0] + q[1][0] + q[2][0]) / 3.0, (q[0][1] + q[1][1] + q[2][1]) / 3.0];
        let c = self.mesh.barycentric(triangle, centroid);
        let (i, j) = ((k + 1) % 3, (k + 2) % 3);
        (2.0 * c[j] + c[i] - 1.0) / (2.0 - 3.0 * c[j] - 3.0 * c[i])
    }
}

/// Gradients at the points of a mesh that make the sum over edges of the curvature of a cubic
/// along each edge least, by Gauss–Seidel sweeps.
fn gradients(mesh: &Triangulation, values: &[f64], tolerance: f64) -> Vec<Point> {
    let adjacent = mesh.adjacent();
    let points = mesh.points();
    let mut gradients = vec![[0.0; 2]; points.len()];
    for _ in 0..SWEEPS {
        let mut largest = 0f64;
        for i in 0..points.len() {
            let (mut xx, mut xy, mut yy, mut sx, mut sy) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for &j in &adjacent[i] {
                let (ex, ey) = (points[j][0] - points[i][0], points[j][1] - points[i][1]);
                let cubed = ex.hypot(ey).powi(3);
                let pull = 6.0 * (values[j] - values[i]) - 2.0 * (ex * gradients[j][0] + ey * gradients[j][1]);
                xx += 4.0 * ex * ex / cubed;
                xy += 4.0 * ex * ey / cubed;
                yy += 4.0 * ey * ey / cubed;
                sx += pull * ex / cubed;
                sy += pull * ey / cubed;
            }
            let determinant = xx * yy - xy * xy;
            let next = [(yy * sx - xy * sy) / determinant, (xx * sy - xy * sx) / determinant];
            let change = (next[0] - gradients[i][0]).abs().max((next[1] - gradients[i][1]).abs());
            largest = largest.max(change / next[0].abs().max(next[1].abs()).max(1.0));
            gradients[i] = next;
        }
        if largest < tolerance {
            break;
        }
    }
    gradients
}
