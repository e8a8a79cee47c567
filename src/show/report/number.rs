//! Numbers as a reader wants them: as many digits as the uncertainty supports.

use crate::record::Estimate;
use crate::show::figure::ticks::{Notation, superscript};

/// An estimate and what surrounds it, all in one unit and to the same decimal.
pub struct Rounded {
    /// The estimate.
    pub estimate: String,
    /// Its standard error, or a dash.
    pub standard_error: String,
    /// Its interval as `low – high`, or a dash.
    pub interval: String,
}

/// Rounds an estimate to two digits of its standard error, or to five digits without one.
pub fn rounded(e: &Estimate) -> Rounded {
    let write = writer(e);
    let interval = match (e.interval_in_words(&write), e.lower, e.upper) {
        (Some(words), ..) => words,
        (None, Some(lower), Some(upper)) => format!("{} – {}", write(lower), write(upper)),
        _ => "–".to_owned(),
    };
    Rounded {
        estimate: write(e.estimate),
        standard_error: e.standard_error.map_or_else(|| "–".to_owned(), &write),
        interval,
    }
}

/// An estimate with its interval in one phrase: `0.514 (0.487 to 0.541)`, with its unit.
pub fn phrase(e: &Estimate) -> String {
    let write = writer(e);
    let unit = if e.unit == "1" || e.unit.is_empty() { String::new() } else { format!(" {}", e.unit) };
    match (e.interval_in_words(&write), e.lower, e.upper) {
        (Some(words), ..) => format!("{}{unit} ({words})", write(e.estimate)),
        (None, Some(lower), Some(upper)) => {
            format!("{}{unit} ({} to {})", write(e.estimate), write(lower), write(upper))
        }
        _ => format!("{}{unit}", write(e.estimate)),
    }
}

/// How the numbers of an estimate are written: to one decimal, that of its spread. Where the
/// interval spans orders of magnitude there is no such decimal, and each has two digits of its own.
fn writer(e: &Estimate) -> impl Fn(f64) -> String {
    let spread = e.standard_error.or_else(|| Some((e.upper? - e.lower?) / 4.0));
    let notation = Notation::of(&e.unit);
    let far = |(low, high): (f64, f64)| low * high > 0.0 && (high / low).abs().ln().abs() > 10f64.ln();
    let wild = spread.is_some_and(|s| s.is_finite() && s > 0.0 && s >= e.estimate.abs())
        || e.lower.zip(e.upper).is_some_and(far);
    let form = Form::of(e.estimate, spread, notation);
    move |value| if wild { Form::to(value, 2, notation).write(value) } else { form.write(value) }
}

/// A number alone, to so many significant digits.
pub fn significant(value: f64, digits: i32) -> String {
    Form::to(value, digits, Notation::Power).write(value)
}

/// How a group of numbers is written: divided by a power of ten, with decimals and a suffix.
struct Form {
    unit: i32,
    decimals: usize,
    suffix: String,
}

fn order(value: f64) -> i32 {
    if value == 0.0 || !value.is_finite() { 0 } else { value.abs().log10().floor() as i32 }
}

impl Form {
    /// For an estimate known to two digits of its spread.
    fn of(estimate: f64, spread: Option<f64>, notation: Notation) -> Self {
        match spread.filter(|s| s.is_finite() && *s > 0.0) {
            Some(spread) => Self::until(estimate.abs().max(spread), order(spread) - 1, notation),
            None => Self::to(estimate, 5, notation),
        }
    }
    fn to(value: f64, digits: i32, notation: Notation) -> Self {
        Self::until(value, order(value) - digits + 1, notation)
    }
    /// For numbers about as large as `size`, down to ten to the power `last`.
    fn until(size: f64, last: i32, notation: Notation) -> Self {
        let at = order(size);
        let (unit, suffix) = match notation {
            Notation::Short if (3..15).contains(&at) => {
                (at / 3 * 3, ["K", "M", "B", "T"][(at / 3 - 1) as usize].to_owned())
            }
            _ if (-4..6).contains(&at) => (0, String::new()),
            _ => (at, format!("×10{}", superscript(&at.to_string()))),
        };
        // More decimals than a double holds say nothing.
        Self { unit, decimals: (unit - last).clamp(0, 15) as usize, suffix }
    }
    fn write(&self, value: f64) -> String {
        if value.is_nan() {
            return "–".to_owned();
        }
        if value.is_infinite() {
            return if value > 0.0 { "∞".to_owned() } else { "−∞".to_owned() };
        }
        // An end of an interval may be orders of magnitude away from the estimate.
        let scaled = value / 10f64.powi(self.unit);
        if scaled.abs() >= 1e7 {
            let at = order(value);
            return format!("{:.1}×10{}", value / 10f64.powi(at), superscript(&at.to_string())).replace('-', "−");
        }
        let text = format!("{scaled:.*}", self.decimals);
        // No negative zero.
        let text = if text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
            text.trim_start_matches('-').to_owned()
        } else {
            text.replace('-', "−")
        };
        format!("{text}{}", self.suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(estimate: f64, standard_error: Option<f64>, unit: &str) -> Estimate {
        Estimate {
            symbol: String::new(),
            meaning: String::new(),
            unit: unit.to_owned(),
            estimate,
            standard_error,
            lower: standard_error.map(|se| estimate - 2.0 * se),
            upper: standard_error.map(|se| estimate + 2.0 * se),
            lower_end: crate::record::End::Closed,
            upper_end: crate::record::End::Closed,
        }
    }

    #[test]
    fn keeps_the_digits_that_the_standard_error_supports() {
        let r = rounded(&estimate(0.347_312_3, Some(0.020_2), "1"));
        assert_eq!(
            (r.estimate.as_str(), r.standard_error.as_str(), r.interval.as_str()),
            ("0.347", "0.020", "0.307 – 0.388")
        );
        let r = rounded(&estimate(2143.42, Some(1293.0), "nat/token"));
        assert_eq!((r.estimate.as_str(), r.interval.as_str()), ("2143", "−443 – 4729"));
        let r = rounded(&estimate(7.319e10, Some(1.04e10), "parameters"));
        assert_eq!((r.estimate.as_str(), r.standard_error.as_str()), ("73B", "10B"));
        assert_eq!(rounded(&estimate(1.817_2, None, "nat/token")).estimate, "1.8172");
        assert_eq!(phrase(&estimate(6.1e21, Some(2e20), "FLOP")), "6.10×10²¹ FLOP (5.70×10²¹ to 6.50×10²¹)");
    }

    #[test]
    fn writes_hard_values() {
        assert_eq!(significant(0.001_018_274_017_8, 6), "0.00101827");
        assert_eq!(significant(3.2e-15, 2), "3.2×10⁻¹⁵");
        assert_eq!(significant(0.0, 3), "0.00");
        assert_eq!(rounded(&estimate(f64::NAN, Some(1.0), "1")).estimate, "–");
    }
}
