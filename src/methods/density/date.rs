//! Release dates as days.

use crate::methods::density::Error;

/// Release of Llama-1, 24 February 2023, in days since 1 January 1970: the origin of the time law.
pub const LLAMA_1: i64 = day_number(2023, 2, 24);

/// Days since 1 January 1970 of a date of the Gregorian calendar.
pub const fn day_number(year: i64, month: i64, day: i64) -> i64 {
    // Years start in March, so that the leap day is the last of its year.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Reads `2023-07-18`, or `2023-07`, which stands for the middle of the month (the 15th).
pub fn read_date(text: &str) -> Result<i64, Error> {
    let bad = || Error::Date { text: text.to_owned() };
    let parts = text.trim().split('-').map(str::parse).collect::<Result<Vec<i64>, _>>().map_err(|_| bad())?;
    let (year, month, day) = match parts[..] {
        [year, month] => (year, month, 15),
        [year, month, day] => (year, month, day),
        _ => return Err(bad()),
    };
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(bad());
    }
    let number = day_number(year, month, day);
    if civil(number) == (year, month, day) { Ok(number) } else { Err(bad()) }
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
            assert_eq!(read_date(&write_date(number)).unwrap(), number);
        }
    }

    #[test]
    fn a_month_stands_for_its_middle_and_nonsense_is_refused() {
        assert_eq!(read_date("2023-02").unwrap(), LLAMA_1 - 9);
        for text in [
            "2023",
            "2023-13",
            "2023-02-29",
            "soon",
            "2023-01-01-01",
            "9223372036854775807-01-01",
            "2023-9223372036854775807",
        ] {
            assert!(read_date(text).is_err(), "{text}");
        }
    }
}
