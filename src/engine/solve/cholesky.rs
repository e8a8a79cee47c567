//! Cholesky factors of small dense matrices, in place and without allocation: the fitter
//! factorises a 5 × 5 matrix some ten thousand times a second.

/// Factorises the symmetric n × n matrix `a` (row by row) as L Lᵀ, overwriting its lower triangle
/// with L. False if it is not positive definite to rounding; `a` is then spoilt.
pub fn factorise(a: &mut [f64], n: usize) -> bool {
    for j in 0..n {
        let original = a[j * n + j];
        let mut pivot = original;
        for k in 0..j {
            pivot -= a[j * n + k] * a[j * n + k];
        }
        // A pivot that is rounding error of its own diagonal is zero.
        if pivot.is_nan() || pivot <= original.abs() * 4.0 * f64::EPSILON {
            return false;
        }
        let root = pivot.sqrt();
        a[j * n + j] = root;
        for i in j + 1..n {
            let mut sum = a[i * n + j];
            for k in 0..j {
                sum -= a[i * n + k] * a[j * n + k];
            }
            a[i * n + j] = sum / root;
        }
    }
    true
}

/// Solves L Lᵀ x = b in place, given the factor from [`factorise`].
pub fn solve(l: &[f64], n: usize, b: &mut [f64]) {
    for i in 0..n {
        let mut sum = b[i];
        for k in 0..i {
            sum -= l[i * n + k] * b[k];
        }
        b[i] = sum / l[i * n + i];
    }
    for i in (0..n).rev() {
        let mut sum = b[i];
        for k in i + 1..n {
            sum -= l[k * n + i] * b[k];
        }
        b[i] = sum / l[i * n + i];
    }
}

/// The inverse of the symmetric matrix with factor L.
pub fn inverse(l: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * n];
    let mut column = vec![0.0; n];
    for j in 0..n {
        column.fill(0.0);
        column[j] = 1.0;
        solve(l, n, &mut column);
        for i in 0..n {
            out[i * n + j] = column[i];
        }
    }
    out
}
