//! Where ticks go and how their numbers are written.

use serde::Serialize;

/// A tick; without a label it is a short one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tick {
    /// Where.
    pub at: f64,
    /// What is printed.
    pub label: String,
}

/// How large and small numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// 10²¹.
    Power,
    /// 70B: what people say of parameters and tokens.
    Short,
}

impl Notation {
    /// The notation that fits a unit.
    pub fn of(unit: &str) -> Self {
        match unit {
            "parameters" | "tokens" | "characters" | "sequences" | "examples" | "images" => Self::Short,
            _ => Self::Power,
        }
    }
}

/// Ticks of a logarithmic axis over a positive range: every so many decades, decades, 1-2-5,
/// every digit, or round steps where the range is short.
pub fn log((low, high): (f64, f64), room: usize, notation: Notation) -> Vec<Tick> {
    if !(low > 0.0 && high > low && high.is_finite()) {
        return linear((low, high), room, notation);
    }
    let room = room.clamp(5, 12);
    let enough = (room / 2).max(3);
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let inside = |v: f64| v >= low * (1.0 - 1e-12) && v <= high * (1.0 + 1e-12);
    let grid = |digits: &[f64], every: i32| -> Vec<f64> {
        (first..=last)
            .filter(|k| k.rem_euclid(every) == 0)
            .flat_map(|k| digits.iter().map(move |d| d * power_of_ten(k)))
            .filter(|v| inside(*v))
            .collect()
    };
    const DIGITS: [f64; 9] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
    let mut every = 1;
    while grid(&[1.0], every).len() > room {
        every += 1;
    }
    let coarse_to_fine = [grid(&[1.0], every), grid(&[1.0, 3.0], 1), grid(&[1.0, 2.0, 5.0], 1), grid(&DIGITS, 1)];
    let fits = |values: &&Vec<f64>| (enough..=room).contains(&values.len());
    let Some(major) = coarse_to_fine.iter().find(fits) else {
        return linear((low, high), room, notation);
    };
    let minor = if every > 1 { grid(&[1.0], 1) } else { grid(&DIGITS, 1) };
    let mut ticks: Vec<Tick> = major.iter().map(|&at| Tick { at, label: write(at, notation) }).collect();
    ticks.extend(
        minor
            .into_iter()
            .filter(|v| !major.iter().any(|m| (m / v - 1.0).abs() < 1e-9))
            .map(|at| Tick { at, label: String::new() }),
    );
    ticks.sort_by(|a, b| a.at.total_cmp(&b.at));
    ticks
}

/// Ranges narrower than this, against the numbers at their ends, have no ticks.
const NARROWEST: f64 = 1e-13;

/// Ticks of a linear axis: steps of 1, 2 or 5 times a power of ten.
pub fn linear((low, high): (f64, f64), room: usize, notation: Notation) -> Vec<Tick> {
    let room = room.clamp(5, 12);
    let span = high - low;
    // Steps of a range that is hardly one cannot be written down.
    if !(span > 1e-290 && span.is_finite() && span > NARROWEST * low.abs().max(high.abs())) {
        return Vec::new();
    }
    let least = (span / room as f64).log10().floor() as i32;
    let steps = (least..=least + 3).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| (digit, power)));
    let enough = |(digit, power): &(f64, i32)| count(low, high, digit * power_of_ten(*power)) <= room as f64;
    let Some((digit, power)) = steps.into_iter().find(enough) else { return Vec::new() };
    let (step, digit) = (digit * power_of_ten(power), digit as i64);
    let (from, to) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    let largest = low.abs().max(high.abs());
    (from..=to)
        .map(|i| {
            // From whole numbers, so that 0.3 is 0.3 and zero is zero.
            let at = if power >= 0 {
                (i * digit) as f64 * power_of_ten(power)
            } else {
                (i * digit) as f64 / power_of_ten(-power)
            };
            let label = if i == 0 { "0".to_owned() } else { minus(aligned(at, largest, power, notation)) };
            Tick { at, label }
        })
        .collect()
}

/// A multiple of ten to the `power`, written so that neighbours differ and all share one unit,
/// that of the largest.
fn aligned(at: f64, largest: f64, power: i32, notation: Notation) -> String {
    let decimals = |unit: i32| (unit - power).max(0) as usize;
    if notation == Notation::Short && (1e3..1e15).contains(&largest) {
        let (unit, suffix) = suffix_of(largest);
        format!("{:.*}{suffix}", decimals(unit), at / power_of_ten(unit))
    } else if (1e-3..1e5).contains(&largest) {
        format!("{at:.*}", decimals(0))
    } else {
        let unit = largest.log10().floor() as i32;
        let exponent = superscript(&unit.to_string());
        format!("{:.*}×10{exponent}", decimals(unit), at / power_of_ten(unit))
    }
}

/// Thousands, millions, billions or trillions: the power of ten and its letter.
fn suffix_of(size: f64) -> (i32, &'static str) {
    let fits = |(unit, _): &(i32, &str)| size >= power_of_ten(*unit) * (1.0 - 1e-12);
    [(12, "T"), (9, "B"), (6, "M"), (3, "K")].into_iter().find(fits).unwrap_or((0, ""))
}

fn count(low: f64, high: f64, step: f64) -> f64 {
    (high / step + 1e-9).floor() - (low / step - 1e-9).ceil() + 1.0
}

fn power_of_ten(k: i32) -> f64 {
    // Parsed, because 10f64.powi(-3) is one unit in the last place off.
    format!("1e{k}").parse().unwrap_or(f64::NAN)
}

/// A number as printed beside a tick or in a legend: 4 significant digits at most, 1 where that
/// says it all.
pub fn write(value: f64, notation: Notation) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let size = value.abs();
    if notation == Notation::Short && (1e3..1e15).contains(&size) {
        let (unit, suffix) = suffix_of(size);
        return minus(format!("{}{suffix}", trim(value / power_of_ten(unit))));
    }
    if (1e-3 * (1.0 - 1e-12)..1e4).contains(&size) {
        return minus(trim(value));
    }
    let text = format!("{value:.3e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let power = format!("10{}", superscript(exponent));
    match mantissa {
        "1" => power,
        "-1" => format!("−{power}"),
        other => minus(format!("{other}×{power}")),
    }
}

/// A decimal with at most four significant digits and no idle zeros.
fn trim(value: f64) -> String {
    let digits = value.abs().log10().floor() as i32;
    let text = format!("{value:.*}", (3 - digits).max(0) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Digits and signs raised: "-21" gives "⁻²¹".
pub fn superscript(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '0'..='9' => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'].get(c as usize - '0' as usize).copied(),
            '-' | '−' => Some('⁻'),
            '+' => None,
            other => Some(other),
        })
        .collect()
}

fn minus(text: String) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().filter(|t| !t.label.is_empty()).map(|t| t.label.as_str()).collect()
    }

    #[test]
    fn reads_as_a_person_would_write() {
        assert_eq!(labels(&log((1e18, 1e25), 8, Notation::Power)).first(), Some(&"10¹⁸"));
        assert_eq!(labels(&log((1.8, 5.0), 8, Notation::Power)), ["2", "3", "4", "5"]);
        assert_eq!(labels(&log((4e7, 2e10), 8, Notation::Short)), ["100M", "300M", "1B", "3B", "10B"]);
        assert_eq!(
            labels(&linear((-0.3, 0.3), 7, Notation::Power)),
            ["−0.3", "−0.2", "−0.1", "0", "0.1", "0.2", "0.3"]
        );
        assert_eq!(write(6e21, Notation::Power), "6×10²¹");
        assert_eq!(write(70e9, Notation::Short), "70B");
        assert_eq!(write(-2.5e-7, Notation::Power), "−2.5×10⁻⁷");
    }

    #[test]
    fn a_range_that_is_none_has_no_ticks() {
        for range in [(f64::NAN, 1.0), (1.0, 1.0), (2.0, 1.0), (0.0, f64::INFINITY), (-1.0, f64::NAN)] {
            assert!(
                log(range, 8, Notation::Power).is_empty() && linear(range, 8, Notation::Power).is_empty(),
                "{range:?}"
            );
        }
        assert!(!log((0.0, 5.0), 8, Notation::Power).is_empty());
    }

    fn check(ticks: &[Tick], low: f64, high: f64) -> Result<(), TestCaseError> {
        let labelled: Vec<&Tick> = ticks.iter().filter(|t| !t.label.is_empty()).collect();
        prop_assert!((2..=12).contains(&labelled.len()), "{labelled:?}");
        let slack = 1e-8 * (high - low);
        prop_assert!(ticks.iter().all(|t| t.at >= low - slack && t.at <= high + slack), "{ticks:?}");
        prop_assert!(ticks.windows(2).all(|w| w[0].at < w[1].at), "{ticks:?}");
        prop_assert!(labelled.windows(2).all(|w| w[0].label != w[1].label), "{labelled:?}");
        Ok(())
    }

    proptest! {
        #[test]
        fn log_ranges_have_two_to_twelve_distinct_labels(
            start in -30.0..30.0f64, decades in 0.02..30.0f64, room in 3usize..12, short in any::<bool>()
        ) {
            let (low, high) = (10f64.powf(start), 10f64.powf(start + decades));
            let notation = if short { Notation::Short } else { Notation::Power };
            check(&log((low, high), room, notation), low, high)?;
        }

        #[test]
        fn linear_ranges_have_two_to_twelve_distinct_labels(
            middle in -10.0..10.0f64, width in 0.02..20.0f64, power in -12i32..12, room in 3usize..12
        ) {
            let scale = 10f64.powi(power);
            let (low, high) = ((middle - width / 2.0) * scale, (middle + width / 2.0) * scale);
            check(&linear((low, high), room, Notation::Power), low, high)?;
        }
    }
}
