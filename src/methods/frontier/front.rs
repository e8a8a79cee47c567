//! Dominance among points of any number of objectives, all to be made small: what is to be large
//! comes in with its sign turned.

use std::cmp::Ordering;

/// Comparisons of two numbers after which a front is given up.
const COMPARISONS: u64 = 4_000_000_000;
/// Slices after which a hypervolume is given up.
const SLICES: f64 = 1e8;

/// The front of a set of points, and for every other point one of the front that dominates it.
#[derive(Clone, Debug, PartialEq)]
pub struct Front {
    /// Positions of the points that none dominates, by increasing first objective.
    pub members: Vec<usize>,
    /// For each point, one that dominates it; none for the front's own.
    pub dominated_by: Vec<Option<usize>>,
}

/// Whether `a` is nowhere worse than `b` and somewhere better.
pub fn dominates(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a.iter().zip(b).any(|(a, b)| a < b)
}

/// The front. Equal points do not dominate each other. None if there are so many points and so many
/// of them on the front that it would take minutes.
pub fn front(points: &[Vec<f64>]) -> Option<Front> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&i, &j| lexicographic(&points[i], &points[j]).then(i.cmp(&j)));
    let mut found = Front { members: Vec::new(), dominated_by: vec![None; points.len()] };
    let objectives = points.first().map_or(0, Vec::len);
    let mut left = COMPARISONS;
    // Whoever dominates a point stands before it in this order.
    for &i in &order {
        let by = if objectives <= 2 {
            // The last member is the best so far in the second objective.
            found.members.last().filter(|&&m| dominates(&points[m], &points[i]))
        } else {
            left = left.checked_sub((found.members.len() * objectives) as u64)?;
            found.members.iter().find(|&&m| dominates(&points[m], &points[i]))
        };
        match by {
            Some(&m) => found.dominated_by[i] = Some(m),
            None => found.members.push(i),
        }
    }
    Some(found)
}

fn lexicographic(a: &[f64], b: &[f64]) -> Ordering {
    a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// The volume between points and a reference that is worse than they are, counting what several
/// dominate once; points beyond the reference count for nothing. None where that would take too long.
pub fn hypervolume(points: &[Vec<f64>], reference: &[f64]) -> Option<f64> {
    let inside: Vec<Vec<f64>> =
        points.iter().filter(|point| point.iter().zip(reference).all(|(p, r)| p <= r)).cloned().collect();
    let members = front(&inside)?.members;
    let best: Vec<&[f64]> = members.iter().map(|&i| inside[i].as_slice()).collect();
    let deep = reference.len().saturating_sub(2) as i32;
    ((best.len() as f64).powi(deep) <= SLICES).then(|| volume(best, reference))
}

/// Slices along the last objective; two objectives are a staircase.
fn volume(mut points: Vec<&[f64]>, reference: &[f64]) -> f64 {
    let last = reference.len() - 1;
    points.sort_by(|a, b| a[last].total_cmp(&b[last]));
    let height = |k: usize| points.get(k + 1).map_or(reference[last], |next| next[last]) - points[k][last];
    match last {
        0 => points.first().map_or(0.0, |best| reference[0] - best[0]),
        1 => {
            let mut least = reference[0];
            let slice = |k: usize| {
                least = least.min(points[k][0]);
                (reference[0] - least) * height(k)
            };
            (0..points.len()).map(slice).sum()
        }
        _ => {
            let flat = |k: usize| {
                let mut kept: Vec<&[f64]> = Vec::new();
                for point in points[..=k].iter().map(|point| &point[..last]) {
                    if !kept.iter().any(|other| *other == point || dominates(other, point)) {
                        kept.retain(|other| !dominates(point, other));
                        kept.push(point);
                    }
                }
                kept
            };
            let slice = |k: usize| if height(k) > 0.0 { volume(flat(k), &reference[..last]) * height(k) } else { 0.0 };
            (0..points.len()).map(slice).sum()
        }
    }
}

/// Front members that some weighting of two objectives prefers, with the weights of the first
/// beside one of the second between which it does: the convex part of the front, by increasing
/// first objective.
pub fn supported(points: &[Vec<f64>], members: &[usize]) -> Vec<(usize, f64, f64)> {
    let mut hull: Vec<usize> = Vec::new();
    let turn = |a: usize, b: usize, c: usize| {
        let ([a, b, c], p) = ([a, b, c], points);
        (p[b][0] - p[a][0]) * (p[c][1] - p[a][1]) - (p[b][1] - p[a][1]) * (p[c][0] - p[a][0])
    };
    for &i in members {
        if hull.last().is_some_and(|&last| points[last] == points[i]) {
            continue;
        }
        while let [.., a, b] = hull[..]
            && turn(a, b, i) <= 0.0
        {
            hull.pop();
        }
        hull.push(i);
    }
    let weight = |a: usize, b: usize| (points[a][1] - points[b][1]) / (points[b][0] - points[a][0]);
    let range = |k: usize| {
        let most = if k == 0 { f64::INFINITY } else { weight(hull[k - 1], hull[k]) };
        let least = hull.get(k + 1).map_or(0.0, |&next| weight(hull[k], next));
        (hull[k], least, most)
    };
    (0..hull.len()).map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brute(points: &[Vec<f64>]) -> Vec<usize> {
        let free = |&i: &usize| !points.iter().any(|other| dominates(other, &points[i]));
        (0..points.len()).filter(free).collect()
    }

    /// Points on a coarse grid, so that ties and duplicates occur.
    fn grid(count: usize, objectives: usize) -> Vec<Vec<f64>> {
        let mut state = 9_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as f64 % 7.0
        };
        (0..count).map(|_| (0..objectives).map(|_| next()).collect()).collect()
    }

    #[test]
    fn the_front_is_what_no_other_point_dominates() {
        for objectives in 1..=5 {
            let points = grid(60, objectives);
            let found = front(&points).unwrap();
            let mut members = found.members.clone();
            members.sort_unstable();
            assert_eq!(members, brute(&points), "{objectives} objectives");
            for (i, by) in found.dominated_by.iter().enumerate() {
                assert_eq!(by.is_none(), members.contains(&i));
                assert!(by.is_none_or(|by| dominates(&points[by], &points[i])));
            }
        }
    }

    #[test]
    fn a_hypervolume_counts_cells_once() {
        for objectives in 1..=4 {
            let points = grid(25, objectives);
            let reference = vec![7.0; objectives];
            let cells = 7_usize.pow(objectives as u32);
            let covered = (0..cells).filter(|cell| {
                let corner = |k: usize| (cell / 7_usize.pow(k as u32) % 7) as f64;
                points.iter().any(|point| (0..objectives).all(|k| point[k] <= corner(k)))
            });
            assert_eq!(hypervolume(&points, &reference), Some(covered.count() as f64), "{objectives} objectives");
        }
    }

    #[test]
    fn supported_points_are_the_choices_of_their_weights() {
        let points: Vec<Vec<f64>> =
            [[1.0, 9.0], [2.0, 5.0], [3.0, 4.5], [4.0, 1.0], [8.0, 0.0]].map(|p| p.to_vec()).to_vec();
        let members = front(&points).unwrap().members;
        let supported = supported(&points, &members);
        assert_eq!(supported.iter().map(|s| s.0).collect::<Vec<_>>(), [0, 1, 3, 4]);
        for (i, least, most) in supported {
            let weight = if most.is_finite() { (least + most) / 2.0 } else { least + 1.0 };
            let cost = |p: &Vec<f64>| weight * p[0] + p[1];
            assert!(points.iter().all(|p| cost(p) >= cost(&points[i])));
        }
    }
}
