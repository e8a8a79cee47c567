//! Lines of equal value on a grid (marching squares), in the grid's own coordinates.

/// The lines on which a grid has a value: `values[j][i]` at `x[i]`, `y[j]`. Cells with a value
/// that is not finite are skipped.
pub fn lines(x: &[f64], y: &[f64], values: &[Vec<f64>], level: f64) -> Vec<Vec<(f64, f64)>> {
    join(segments(values, level))
        .into_iter()
        .map(|path| path.into_iter().map(|spot| (between(x, spot.at.0), between(y, spot.at.1))).collect())
        .collect()
}

/// Where a line crosses an edge of the grid.
#[derive(Clone, Copy)]
struct Spot {
    /// The edge: the indices of its lower left end, and whether it runs along x. Lines are joined
    /// by edges, because two crossings may coincide in a corner.
    edge: (usize, usize, bool),
    /// Indices plus fractions.
    at: (f64, f64),
}

/// Position along a positive axis by logarithm, so that straight lines on logarithmic paper stay
/// straight between grid points; by value elsewhere.
fn between(axis: &[f64], at: f64) -> f64 {
    let i = (at as usize).min(axis.len() - 2);
    let (a, b, f) = (axis[i], axis[i + 1], at - i as f64);
    if f == 0.0 {
        a
    } else if a > 0.0 && b > 0.0 {
        (a.ln() + f * (b.ln() - a.ln())).exp()
    } else {
        a + f * (b - a)
    }
}

fn segments(values: &[Vec<f64>], level: f64) -> Vec<(Spot, Spot)> {
    let mut found = Vec::new();
    for (j, rows) in values.windows(2).enumerate() {
        let cells = rows[0].len().min(rows[1].len()).saturating_sub(1);
        for i in 0..cells {
            let corner = [rows[0][i], rows[0][i + 1], rows[1][i + 1], rows[1][i]];
            if corner.iter().any(|v| !v.is_finite()) {
                continue;
            }
            // Crossings on the four edges, counter-clockwise from the bottom.
            let (u, v) = (i as f64, j as f64);
            let spot = |edge: usize| {
                let (a, b) = (corner[edge], corner[(edge + 1) % 4]);
                let f = (level - a) / (b - a);
                match edge {
                    0 => Spot { edge: (i, j, true), at: (u + f, v) },
                    1 => Spot { edge: (i + 1, j, false), at: (u + 1.0, v + f) },
                    2 => Spot { edge: (i, j + 1, true), at: (u + 1.0 - f, v + 1.0) },
                    _ => Spot { edge: (i, j, false), at: (u, v + 1.0 - f) },
                }
            };
            let above = corner.map(|value| value >= level);
            let crossed: Vec<usize> = (0..4).filter(|&e| above[e] != above[(e + 1) % 4]).collect();
            match crossed[..] {
                [a, b] => found.push((spot(a), spot(b))),
                [a, b, c, d] => {
                    // A saddle: the middle decides which corners hang together.
                    let middle = corner.iter().sum::<f64>() / 4.0 >= level;
                    if middle == above[0] {
                        found.push((spot(a), spot(b)));
                        found.push((spot(c), spot(d)));
                    } else {
                        found.push((spot(d), spot(a)));
                        found.push((spot(b), spot(c)));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Chains segments that end on the same edge.
fn join(mut segments: Vec<(Spot, Spot)>) -> Vec<Vec<Spot>> {
    let same = |a: Spot, b: Spot| a.edge == b.edge;
    let mut paths = Vec::new();
    while let Some((a, b)) = segments.pop() {
        let mut path = std::collections::VecDeque::from([a, b]);
        loop {
            let (head, tail) = (path[0], path[path.len() - 1]);
            let next = segments.iter().position(|(p, q)| [p, q].iter().any(|e| same(**e, tail) || same(**e, head)));
            let Some((p, q)) = next.map(|i| segments.swap_remove(i)) else { break };
            if same(p, tail) {
                path.push_back(q);
            } else if same(q, tail) {
                path.push_back(p);
            } else if same(p, head) {
                path.push_front(q);
            } else {
                path.push_front(p);
            }
        }
        paths.push(path.into_iter().collect());
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_one_closed_line_of_its_radius() {
        let axis: Vec<f64> = (-20..=20).map(|i| f64::from(i) * 0.1).collect();
        let values: Vec<Vec<f64>> =
            axis.iter().map(|y| axis.iter().map(|x| (x * x + y * y).sqrt()).collect()).collect();
        let found = lines(&axis, &axis, &values, 1.0);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].first().map(|p| (p.0 * 1e6).round()), found[0].last().map(|p| (p.0 * 1e6).round()));
        assert!(found[0].iter().all(|(x, y)| (x.hypot(*y) - 1.0).abs() < 0.01));
    }

    #[test]
    fn a_power_law_is_straight_on_logarithmic_paper() {
        let axis: Vec<f64> = (0..=30).map(|i| 10f64.powf(f64::from(i) * 0.1)).collect();
        let values: Vec<Vec<f64>> = axis.iter().map(|y| axis.iter().map(|x| (x * y).ln()).collect()).collect();
        let found = lines(&axis, &axis, &values, 3.0);
        assert_eq!(found.len(), 1);
        assert!(found[0].iter().all(|(x, y)| ((x * y).ln() - 3.0).abs() < 1e-9));
    }

    #[test]
    fn a_level_outside_has_no_line() {
        assert!(lines(&[0.0, 1.0], &[0.0, 1.0], &[vec![1.0, 2.0], vec![3.0, f64::NAN]], 2.5).is_empty());
        assert!(lines(&[0.0, 1.0], &[0.0, 1.0], &[vec![1.0, 2.0], vec![3.0, 4.0]], 9.0).is_empty());
    }
}
