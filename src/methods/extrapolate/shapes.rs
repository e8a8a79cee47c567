//! The bank of shapes: how the slope of a curve in log-log scale goes on.

use std::sync::LazyLock;

/// Values of ρ, how fast the log-log slope decays at the last point.
pub const RHO: usize = 41;
/// Values of κ, how fast ρ grows per e-fold of x.
pub const KAPPA: [f64; 6] = [-0.1, 0.0, 0.05, 0.1, 0.2, 0.35];
/// Shapes: ρ outer, κ inner.
pub const SHAPES: usize = RHO * KAPPA.len();

/// The table runs over u = ln(x/x_last) from here …
const FIRST: f64 = -9.0;
/// … in steps of 1/50 …
const PER_UNIT: f64 = 50.0;
/// … to here, 66 times the last x.
pub const FARTHEST: f64 = 4.2;
const POINTS: usize = 661;
const ORIGIN: usize = 450;

/// ρ of a shape.
pub fn rho(shape: usize) -> f64 {
    (shape / KAPPA.len()) as f64 / 10.0 - 1.5
}

/// κ of a shape.
pub fn kappa(shape: usize) -> f64 {
    KAPPA[shape % KAPPA.len()]
}

/// H(u) = ∫₀ᵘ exp(−ρv − κv²/2) dv of every shape, by the trapezoid rule, one row of shapes per u;
/// the exponent is held between −60 and 9.
static TABLE: LazyLock<Vec<[f64; SHAPES]>> = LazyLock::new(|| {
    let at = |i: usize| (i as f64 - ORIGIN as f64) / PER_UNIT;
    let slope = |shape: usize, v: f64| (-rho(shape) * v - kappa(shape) * v * v / 2.0).clamp(-60.0, 9.0).exp();
    let mut table = vec![[0.0; SHAPES]; POINTS];
    for shape in 0..SHAPES {
        for i in ORIGIN + 1..POINTS {
            let step = (slope(shape, at(i - 1)) + slope(shape, at(i))) / (2.0 * PER_UNIT);
            table[i][shape] = table[i - 1][shape] + step;
        }
        for i in (0..ORIGIN).rev() {
            let step = (slope(shape, at(i)) + slope(shape, at(i + 1))) / (2.0 * PER_UNIT);
            table[i][shape] = table[i + 1][shape] - step;
        }
    }
    table
});

/// H(u) of every shape, linear between the points of the table and constant beyond its ends.
pub fn integrals(u: f64, out: &mut [f64; SHAPES]) {
    let place = ((u - FIRST) * PER_UNIT).clamp(0.0, (POINTS - 1) as f64);
    let low = (place as usize).min(POINTS - 2);
    let part = place - low as f64;
    let (a, b) = (&TABLE[low], &TABLE[low + 1]);
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = a + part * (b - a);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pure_power_law_and_a_floor_have_their_closed_forms() {
        let mut h = [0.0; SHAPES];
        for u in [-8.5, -1.0, 0.0, 0.31, 4.0] {
            integrals(u, &mut h);
            for shape in (0..SHAPES).filter(|&shape| kappa(shape) == 0.0 && rho(shape).abs() < 0.95) {
                let r = rho(shape);
                let exact = if r.abs() < 1e-9 { u } else { -(-r * u).exp_m1() / r };
                assert!((h[shape] - exact).abs() < 1e-3 * (1.0 + exact.abs()), "{u} {r}: {} {exact}", h[shape]);
            }
        }
        assert_eq!(rho(0), -1.5);
        assert_eq!(rho(SHAPES - 1), 2.5);
    }
}
