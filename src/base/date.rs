//! Dates as days since 1 January 1970.

use std::time::{SystemTime, UNIX_EPOCH};

/// Days since 1 January 1970 of a date of the Gregorian calendar.
pub const fn day_number(year: i64, month: i64, day: i64) -> i64 {
    // Years start in March, so that the leap day is the last of its year.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Reads `2023-07-18`. `None` if it is no day of the calendar.
pub fn read_day(text: &str) -> Option<i64> {
    match parts(text)?[..] {
        [year, month, day] => day_of(year, month, day),
        _ => None,
    }
}

/// Reads the same, or `2023-07`, which stands for the middle of the month (the 15th).
pub fn read_date(text: &str) -> Option<i64> {
    match parts(text)?[..] {
        [year, month] => day_of(year, month, 15),
        _ => read_day(text),
    }
}

fn parts(text: &str) -> Option<Vec<i64>> {
    text.trim().split('-').map(|part| part.parse().ok()).collect()
}

fn day_of(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let number = day_number(year, month, day);
    (civil(number) == (year, month, day)).then_some(number)
}

/// Today where the clock stands at Greenwich.
pub fn today() -> i64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(passed.as_secs() / 86_400).unwrap_or_default()
}

/// Year, month and day of a day number.
fn civil(number: i64) -> (i64, i64, i64) {
    let z = number + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * from_march + 2) / 5 + 1)
}

/// Writes a day number as `2023-07-18`.
pub fn write_date(number: i64) -> String {
    let (year, month, day) = civil(number);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_a_century_goes_there_and_back() {
        let (first, last) = (day_number(1970, 1, 1), day_number(2070, 1, 1));
        assert_eq!((first, last), (0, 36_525));
        for number in first..last {
            assert_eq!(read_day(&write_date(number)), Some(number));
        }
    }

    #[test]
    fn a_month_stands_for_its_middle_and_nonsense_is_refused() {
        assert_eq!(read_date("2023-02"), Some(day_number(2023, 2, 15)));
        assert_eq!(read_day("2023-02"), None);
        for text in [
            "2023",
            "2023-13",
            "2023-02-29",
            "soon",
            "2023-01-01-01",
            "9223372036854775807-01-01",
            "2023-9223372036854775807",
        ] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }
}
