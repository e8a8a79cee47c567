//! Interpolation against exact cases and against values of an independent implementation (SciPy
//! 1.17.1: CloughTocher2DInterpolator, interp1d of kind quadratic).

use proptest::prelude::*;
use scaling_laws::base::interpolate::{CloughTocher, QuadraticSpline, Triangulation, log_spaced};

fn scattered() -> (Vec<[f64; 2]>, Vec<f64>) {
    let points: Vec<[f64; 2]> = (0..12)
        .map(|i| [(f64::from(i) * 0.6180339887498949).fract(), (f64::from(i) * 0.7548776662466927).fract()])
        .collect();
    let values = points.iter().map(|&[x, y]| (3.0 * x).sin() * (2.0 * y).cos() + x * y).collect();
    (points, values)
}

#[test]
fn the_cubic_surface_agrees_with_scipy() {
    let (points, values) = scattered();
    for (tolerance, expected) in [
        (1e-6, [0.6474305162581946, 0.9357710947069345, 0.27039669299171554, 0.9321131112982816]),
        (1e9, [0.6759384730358924, 0.9089267495224764, 0.2957752966549664, 0.9146325872401248]),
    ] {
        let surface = CloughTocher::new(&points, &values, tolerance).expect("points span the plane");
        for (at, expected) in [[0.4, 0.5], [0.55, 0.3], [0.3, 0.75], [0.62, 0.1]].into_iter().zip(expected) {
            let ours = surface.at(at).expect("inside the hull");
            assert!((ours - expected).abs() < 1e-12, "{at:?}: {ours} against {expected}");
        }
        assert_eq!(surface.at([0.7, 0.62]), None);
        assert_eq!(surface.at([0.02, 0.95]), None);
    }
}

#[test]
fn the_quadratic_spline_agrees_with_scipy_also_beyond_its_ends() {
    let spline =
        QuadraticSpline::new(&[1.0, 2.0, 4.0, 5.0, 8.0, 13.0], &[0.0, 1.0, -1.0, 2.0, 0.5, 3.0]).expect("ascending");
    for (x, expected) in [
        (1.0, 0.0),
        (1.5, 0.8105945121951221),
        (3.0, -0.48475609756097526),
        (4.4, 0.03256097560975735),
        (7.0, 1.7103658536585362),
        (12.0, 1.3597560975609753),
        (13.0, 3.0),
        (14.0, 5.210365853658537),
    ] {
        assert!((spline.at(x) - expected).abs() < 1e-12, "{x}: {} against {expected}", spline.at(x));
    }
}

#[test]
fn interpolation_refuses_what_it_cannot_do() {
    assert!(Triangulation::new(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]).is_none());
    assert!(Triangulation::new(&[[3.0, 3.0]; 5]).is_none());
    assert!(Triangulation::new(&[]).is_none());
    assert!(QuadraticSpline::new(&[1.0, 1.0, 2.0], &[0.0; 3]).is_none());
    assert!(QuadraticSpline::new(&[1.0, 2.0], &[0.0; 2]).is_none());
}

#[test]
fn a_lattice_is_triangulated_once_over() {
    let points: Vec<[f64; 2]> = (0..81).map(|i| [f64::from(i % 9), f64::from(i / 9)]).collect();
    let mesh = Triangulation::new(&points).expect("a lattice spans the plane");
    assert_eq!(mesh.triangles().len(), 128);
}

#[test]
fn log_spaced_ends_where_it_should() {
    let grid = log_spaced(2.0, 2e6, 7);
    assert_eq!(grid.len(), 7);
    assert!(
        (grid[0] / 2.0 - 1.0).abs() < 1e-15
            && (grid[6] / 2e6 - 1.0).abs() < 1e-15
            && (grid[3] / 2e3 - 1.0).abs() < 1e-14
    );
}

fn area(p: [[f64; 2]; 3]) -> f64 {
    0.5 * ((p[1][0] - p[0][0]) * (p[2][1] - p[0][1]) - (p[1][1] - p[0][1]) * (p[2][0] - p[0][0]))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn triangles_cover_the_hull_without_overlap_and_reproduce_planes(
        seed in prop::collection::vec((0.0..1.0f64, 0.0..1.0f64), 0..40), a in -3.0..3.0f64, b in -3.0..3.0f64,
    ) {
        // The corners of the square make its area the hull's.
        let mut points = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
        points.extend(seed.iter().map(|&(x, y)| [x, y]));
        let mesh = Triangulation::new(&points).expect("a square");
        let total: f64 = mesh.triangles().iter().map(|t| area(t.map(|i| points[i]))).sum();
        prop_assert!((total - 1.0).abs() < 1e-9);
        let plane = |p: &[f64; 2]| 0.5 + a * p[0] + b * p[1];
        let surface = CloughTocher::new(&points, &points.iter().map(plane).collect::<Vec<_>>(), 1e-12).expect("a square");
        for at in [[0.31, 0.47], [0.9, 0.05], [0.5, 0.5]] {
            prop_assert!((surface.at(at).expect("inside") - plane(&at)).abs() < 1e-6);
        }
    }

    #[test]
    fn a_quadratic_is_its_own_spline(c in prop::array::uniform3(-5.0..5.0f64), at in 0.0..20.0f64) {
        let x = [1.0, 1.5, 4.0, 6.0, 6.5, 9.0, 15.0];
        let y = |x: f64| c[0] + c[1] * x + c[2] * x * x;
        let spline = QuadraticSpline::new(&x, &x.map(y)).expect("ascending");
        prop_assert!((spline.at(at) - y(at)).abs() < 1e-9 * (1.0 + y(at).abs()));
    }
}
