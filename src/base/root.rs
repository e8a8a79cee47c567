//! One unknown: the root of a monotone function and the minimum of a function with one valley,
//! for derived quantities that have no closed form. Deterministic, no derivative needed.

/// Where `f` changes sign on [`low`, `high`], to the last bit or two; NaN where the ends have one sign.
pub fn root(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let found = match f(low) > 0.0 {
        // Seen from the other end, a fall is a rise.
        true => rise(|x| f(-x), -high, -low).map(|x| -x),
        false => rise(f, low, high),
    };
    found.unwrap_or(f64::NAN)
}

/// Where `f` rises through zero on [`low`, `high`], to the last bit or two; `None` where it is
/// above zero at the lower end or below at the upper.
pub fn rise(mut f: impl FnMut(f64) -> f64, mut low: f64, mut high: f64) -> Option<f64> {
    let (below, above) = (f(low), f(high));
    // Written so that a NaN at either end fails.
    if !(below <= 0.0 && above >= 0.0) {
        return None;
    }
    loop {
        let middle = 0.5 * (low + high);
        if !(low < middle && middle < high) {
            return Some(middle);
        }
        if f(middle) <= 0.0 { low = middle } else { high = middle }
    }
}

/// Where `f`, with one valley on [`low`, `high`], is smallest, by golden section. A smooth valley
/// is flat at the bottom, so expect half the digits of a double: 1e-8 of the argument.
pub fn minimum(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let ratio = 0.5 * (5f64.sqrt() - 1.0);
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut f_left, mut f_right) = (f(left), f(right));
    while high - low > 1e-10 * (1.0 + low.abs().max(high.abs())) {
        if f_left < f_right {
            (high, right, f_right) = (right, left, f_left);
            left = high - ratio * (high - low);
            f_left = f(left);
        } else {
            (low, left, f_left) = (left, right, f_right);
            right = low + ratio * (high - low);
            f_right = f(right);
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_found_and_refuses_an_interval_without_one() {
        for found in [root(|x| x * x - 2.0, 0.0, 2.0), root(|x| 2.0 - x * x, 0.0, 2.0)] {
            assert!((found - 2f64.sqrt()).abs() <= 2.0 * f64::EPSILON, "{found}");
        }
        assert!(root(|x| x * x + 1.0, 0.0, 2.0).is_nan());
        assert!(root(|_| f64::NAN, 0.0, 2.0).is_nan());
    }

    #[test]
    fn only_a_rise_is_a_rise() {
        assert_eq!(rise(|x| x - 1.0, 0.0, 2.0), Some(1.0));
        assert_eq!(rise(|x| 1.0 - x, 0.0, 2.0), None);
        assert_eq!(rise(|_| f64::NAN, 0.0, 2.0), None);
    }

    #[test]
    fn minimum_of_a_valley() {
        assert!((minimum(|x| (x - 3.0).powi(2) + 1.0, -10.0, 40.0) - 3.0).abs() < 1e-7);
    }
}
