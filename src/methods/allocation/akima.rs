//! Akima's interpolation (1970): cubic between points, slopes from neighbouring chords weighted so
//! that a point off the curve does not make its neighbours swing.

/// A smooth curve through points.
#[derive(Clone, Debug)]
pub struct Akima {
    x: Vec<f64>,
    y: Vec<f64>,
    slope: Vec<f64>,
}

impl Akima {
    /// Through points with strictly increasing abscissae, at least two. None otherwise.
    pub fn new(x: &[f64], y: &[f64]) -> Option<Self> {
        let count = x.len();
        if count < 2 || y.len() != count || !x.is_sorted_by(|a, b| a < b) {
            return None;
        }
        // Chords, with two more at either end by quadratic extrapolation; chord[i + 2] follows x[i].
        let mut chord = vec![0.0; count + 3];
        for i in 0..count - 1 {
            chord[i + 2] = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
        }
        if count == 2 {
            chord = vec![chord[2]; count + 3];
        } else {
            chord[1] = 2.0 * chord[2] - chord[3];
            chord[0] = 2.0 * chord[1] - chord[2];
            chord[count + 1] = 2.0 * chord[count] - chord[count - 1];
            chord[count + 2] = 2.0 * chord[count + 1] - chord[count];
        }
        let turn = |i: usize| (chord[i + 1] - chord[i]).abs();
        let most = (0..count).map(|i| turn(i + 2) + turn(i)).fold(0.0, f64::max);
        let slope = (0..count)
            .map(|i| {
                let (before, after) = (turn(i), turn(i + 2));
                if before + after > 1e-9 * most {
                    (after * chord[i + 1] + before * chord[i + 2]) / (before + after)
                } else {
                    0.5 * (chord[i + 1] + chord[i + 2])
                }
            })
            .collect();
        Some(Self { x: x.to_vec(), y: y.to_vec(), slope })
    }
    /// The curve at `x`; beyond the ends, its last cubic.
    pub fn at(&self, x: f64) -> f64 {
        let i = self.x.partition_point(|&knot| knot <= x).clamp(1, self.x.len() - 1) - 1;
        let h = self.x[i + 1] - self.x[i];
        let t = (x - self.x[i]) / h;
        let chord = (self.y[i + 1] - self.y[i]) / h;
        let (left, right) = (self.slope[i] - chord, self.slope[i + 1] - chord);
        self.y[i] + h * t * (chord + (1.0 - t) * ((1.0 - t) * left - t * right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_passes_through_its_points_and_reproduces_parabolas_inside() {
        let x = [0.0, 0.7, 1.0, 2.5, 3.0, 4.2, 5.0];
        let line = Akima::new(&x, &x.map(|x| 3.0 - 2.0 * x)).unwrap();
        assert!((line.at(1.7) + 0.4).abs() < 1e-14);
        let x = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let y = x.map(|x: f64| (x - 2.2).powi(2));
        let curve = Akima::new(&x, &y).unwrap();
        for (x, y) in x.iter().zip(y) {
            assert!((curve.at(*x) - y).abs() < 1e-12);
        }
        for x in [0.3, 1.5, 2.2, 4.9] {
            assert!((curve.at(x) - (x - 2.2).powi(2)).abs() < 1e-12, "{x}");
        }
    }

    #[test]
    fn it_agrees_with_an_independent_implementation() {
        // scipy.interpolate.Akima1DInterpolator.
        let x = [0.0, 1.0, 2.5, 3.0, 4.5, 6.0];
        let y = [1.0, -1.0, 0.5, 2.0, 1.5, 1.6];
        let curve = Akima::new(&x, &y).unwrap();
        for (x, y) in [
            (0.4, -0.18880000000000008),
            (1.3, -0.9758736842105263),
            (2.8, 1.5494736842105257),
            (4.0, 1.6490299823633157),
            (5.9, 1.5756444444444446),
        ] {
            assert!((curve.at(x) - y).abs() < 1e-12, "{x}: {} {y}", curve.at(x));
        }
    }

    #[test]
    fn unsorted_or_single_points_make_no_curve() {
        assert!(Akima::new(&[0.0], &[1.0]).is_none());
        assert!(Akima::new(&[0.0, 0.0], &[1.0, 2.0]).is_none());
    }
}
