//! Release dates as days.

use crate::base::date::{self, day_number};
use crate::methods::density::Error;

/// Release of Llama-1, 24 February 2023, in days since 1 January 1970: the origin of the time law.
pub const LLAMA_1: i64 = day_number(2023, 2, 24);

/// Reads `2023-07-18`, or `2023-07`, which stands for the middle of the month (the 15th).
///
/// # Errors
/// [`Error::Date`].
pub fn read_date(text: &str) -> Result<i64, Error> {
    date::read_date(text).ok_or_else(|| Error::Date { text: text.to_owned() })
}
