//! A number as printed, and what its digits claim.

/// A number exactly as printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Printed {
    /// The text.
    pub text: String,
    /// Its value, the nearest double.
    pub value: f64,
    /// Half a unit in the last printed place.
    pub half_unit: f64,
}

impl Printed {
    /// Reads `482.01`, `-.5`, `1.0e-3`, `2T`, `3.637 %`; none if it is not such a number.
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.trim();
        let (body, shift) = match body.char_indices().next_back()? {
            (at, 'K') => (&body[..at], 3),
            (at, 'M') => (&body[..at], 6),
            (at, 'B') => (&body[..at], 9),
            (at, 'T') => (&body[..at], 12),
            (at, '%') => (&body[..at], -2),
            _ => (body, 0),
        };
        let body = body.trim_end();
        let (mantissa, exponent) = match body.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (body, 0),
        };
        let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let number = |c: char| c.is_ascii_digit() || c == '.';
        if !digits.contains(|c: char| c.is_ascii_digit()) || !digits.chars().all(number) {
            return None;
        }
        let power = exponent.checked_add(shift)?;
        let value: f64 = format!("{mantissa}e{power}").parse().ok()?;
        let half_unit: f64 =
            format!("5e{}", power.checked_sub(i32::try_from(decimals).ok()?)?.checked_sub(1)?).parse().ok()?;
        value.is_finite().then(|| Self { text: text.to_owned(), value, half_unit })
    }
}

/// How near a number must come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// Half a unit in the last printed place, widened by so many (for simulated numbers).
    Printed {
        /// Monte Carlo standard error of either side; five are added, three and a half of their
        /// difference's.
        mcse: f64,
    },
    /// Relative.
    Relative(f64),
    /// Absolute.
    Within(f64),
    /// This many matching digits: −log10 of the relative error.
    Digits(u32),
}

impl Tolerance {
    /// Whether `ours` meets the printed number.
    pub fn met(&self, printed: &Printed, ours: f64) -> bool {
        let size = printed.value.abs();
        let most = match *self {
            // A tie in the last place is decided by rounding, so it counts as met.
            Self::Printed { mcse } => printed.half_unit * (1.0 + 1e-9) + 5.0 * mcse,
            Self::Relative(tolerance) => tolerance * size,
            // As written in decimals, so that a difference of exactly this much is met.
            Self::Within(most) => most * (1.0 + 1e-9) + 4.0 * f64::EPSILON * size,
            Self::Digits(digits) => 10f64.powi(-(digits.min(300) as i32)) * size,
        };
        (ours - printed.value).abs() <= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (f64, f64) {
        let printed = Printed::parse(text).expect("a number");
        (printed.value, printed.half_unit)
    }

    #[test]
    fn digits_claim_half_a_unit_in_their_last_place() {
        assert_eq!(read("0.34"), (0.34, 5e-3));
        assert_eq!(read("0.3400"), (0.34, 5e-5));
        assert_eq!(read(".076"), (0.076, 5e-4));
        assert_eq!(read("1.0e-3"), (1e-3, 5e-5));
        assert_eq!(read("5e3"), (5e3, 500.0));
        assert_eq!(read("2T"), (2e12, 5e11));
        assert_eq!(read("1730T"), (1.73e15, 5e11));
        assert_eq!(read("-12"), (-12.0, 0.5));
        assert_eq!(read("1.92e+19"), (1.92e19, 5e16));
        assert_eq!(read(".7103 %"), (0.007_103, 5e-7));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "T",
            "1,5",
            "nan",
            "inf",
            "1.2.3",
            "--1",
            "0x10",
            "1e",
            "e5",
            "12 B parameters",
            "1e2147483647K",
            "1.0e-2147483648%",
        ] {
            assert_eq!(Printed::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn tolerances_mean_what_they_say() {
        let printed = Printed::parse("2.50").expect("a number");
        assert!(Tolerance::Printed { mcse: 0.0 }.met(&printed, 2.505));
        assert!(!Tolerance::Printed { mcse: 0.0 }.met(&printed, 2.5051));
        assert!(Tolerance::Printed { mcse: 0.1 }.met(&printed, 3.0));
        assert!(Tolerance::Relative(1e-3).met(&printed, 2.5025));
        assert!(!Tolerance::Relative(1e-3).met(&printed, 2.503));
        assert!(Tolerance::Digits(4).met(&printed, 2.5002));
        assert!(!Tolerance::Digits(4).met(&printed, 2.5003));
        assert!(!Tolerance::Relative(1.0).met(&printed, f64::NAN));
    }
}
