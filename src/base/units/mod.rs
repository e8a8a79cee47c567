//! Numbers as people write them (`70B`, `1.4T`, `6 ZFLOP`, `12.5 PF-days`, `350M tokens`) and the
//! units that keep FLOP from meeting tokens.

mod digits;
mod names;

use digits::{shown, spelled, split_number, without_separators};
use names::{TIMES, magnitude, magnitude_and_unit, named, power_of_ten, times_power_of_ten};
use std::fmt;

/// One petaflop-day in FLOP.
pub const PF_DAY: f64 = 1e15 * 86_400.0;

/// What a quantity is a number of, possibly per something: tokens, FLOP, nat per token. Two
/// quantities of different dimensions never convert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimension {
    of: &'static str,
    per: &'static str,
}

impl Dimension {
    /// A pure number.
    pub const NUMBER: Self = Self { of: "1", per: "1" };
    /// Model size.
    pub const PARAMETERS: Self = Self { of: "parameters", per: "1" };
    /// Training data.
    pub const TOKENS: Self = Self { of: "tokens", per: "1" };
    /// Compute.
    pub const FLOP: Self = Self { of: "FLOP", per: "1" };
    /// Cross-entropy.
    pub const NAT_PER_TOKEN: Self = Self { of: "nat", per: "token" };
    /// Numeric precision.
    pub const BITS: Self = Self { of: "bits", per: "1" };
    /// Time.
    pub const DAYS: Self = Self { of: "days", per: "1" };
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.of, self.per) {
            ("1", "1") => write!(f, "a pure number"),
            (of, "1") => write!(f, "{of}"),
            (of, per) => write!(f, "{of}/{per}"),
        }
    }
}

/// A dimension and how many of its base units one of this unit is: a PF-day is 8.64e19 FLOP.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// What is counted.
    pub dimension: Dimension,
    /// In base units.
    pub scale: f64,
}

impl Unit {
    /// A pure number.
    pub const NUMBER: Self = Self { dimension: Dimension::NUMBER, scale: 1.0 };

    const fn base(dimension: Dimension) -> Self {
        Self { dimension, scale: 1.0 }
    }

    /// Reads a unit: `tokens`, `nat/token`, `ZFLOP`, `PF-days`, `1`, `%`; with a power of ten in
    /// front if need be: `B parameters`, `1e18 FLOP`.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let plain = spelled(text.trim());
        let plain = plain.strip_prefix("in ").or_else(|| plain.strip_prefix("In ")).unwrap_or(&plain).trim();
        let plain = plain.strip_prefix("units of ").unwrap_or(plain).trim();
        if matches!(plain, "" | "1") {
            return Ok(Self::NUMBER);
        }
        if let Some(unit) = named(plain) {
            return Ok(unit);
        }
        let unknown = || UnitError::UnknownUnit { unit: text.trim().to_owned() };
        let found = power_of_ten(plain).or_else(|| magnitude_and_unit(plain));
        if let Some((power, unit)) = found {
            let unit = unit.unwrap_or(Self::NUMBER);
            return Ok(Self { dimension: unit.dimension, scale: unit.scale * 10f64.powi(power) });
        }
        let digits = plain.trim_start_matches(TIMES).trim_start();
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(unknown());
        }
        let quantity = parse(digits).ok().filter(|quantity| quantity.value > 0.0).ok_or_else(unknown)?;
        Ok(Self { dimension: quantity.unit.map_or(Dimension::NUMBER, |u| u.dimension), scale: quantity.value })
    }

    /// The unit that `bits` are where a loss must stand: a loss in bits is per token unless it says
    /// otherwise, as one in nats is.
    fn as_loss(self) -> Self {
        match self.dimension {
            Dimension::BITS => Self { dimension: Dimension::NAT_PER_TOKEN, scale: self.scale * std::f64::consts::LN_2 },
            _ => self,
        }
    }

    /// The name of this unit as one of a loss, if it is one: `bits/byte`, `nat/token`.
    pub fn of_loss(self) -> Option<String> {
        let unit = self.as_loss();
        let per = (unit.dimension.of == "nat" && unit.dimension.per != "1").then_some(unit.dimension.per)?;
        let of = [("nat", 1.0), ("bits", std::f64::consts::LN_2)].into_iter().find(|(_, scale)| *scale == unit.scale);
        of.map(|(of, _)| format!("{of}/{per}"))
    }

    /// This unit, if a quantity of the needed one can be written in it: of the same dimension, or
    /// bits for a loss.
    pub fn for_dimension(self, needed: Dimension) -> Option<Self> {
        let unit = if needed == Dimension::NAT_PER_TOKEN { self.as_loss() } else { self };
        (unit.dimension == needed).then_some(unit)
    }
}

/// A number in base units, and the unit it was written with, if any.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// In base units of its dimension; as written if no unit was.
    pub value: f64,
    /// The unit written.
    pub unit: Option<Unit>,
    /// The number without its unit: 3640 of `3640 PF-days`, 4.1e5 of `0.41M`.
    pub number: f64,
    /// A power of ten was written beside the digits (`0.41M`, `6x10^23`): the number is complete.
    pub scaled: bool,
}

impl Quantity {
    /// The number of a stated unit that this is; without a unit of its own it is taken to be in
    /// that one. `text` is for the message.
    ///
    /// # Errors
    /// [`UnitError::WrongDimension`] or [`UnitError::NoUnitHere`].
    pub fn in_unit(&self, needed: Unit, text: &str) -> Result<f64, UnitError> {
        let Some(unit) = self.unit else { return Ok(self.number) };
        if unit == needed {
            return Ok(self.number);
        }
        let text = text.trim().to_owned();
        match unit.for_dimension(needed.dimension) {
            Some(unit) => Ok(self.number * (unit.scale / needed.scale)),
            None if needed.dimension == Dimension::NUMBER => Err(UnitError::NoUnitHere { text, found: unit.dimension }),
            None => Err(UnitError::WrongDimension { text, found: unit.dimension, needed: needed.dimension }),
        }
    }
}

/// Why a text is not the quantity asked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UnitError {
    /// Not a number at all.
    #[error("`{text}` is not a number")]
    NotANumber {
        /// As written.
        text: String,
    },
    /// A comma that could be a decimal mark or a separator of thousands.
    #[error(
        "`{text}` has a comma that could mean thousands or decimals; write it with a point or without the comma, or say which with --decimal ,"
    )]
    AmbiguousComma {
        /// As written.
        text: String,
    },
    /// A number followed by something unknown.
    #[error("`{unit}` is not a unit known here (write parameters, tokens, FLOP, PF-days, nat/token, bits, days, …)")]
    UnknownUnit {
        /// As written.
        unit: String,
    },
    /// A unit on what is a pure number.
    #[error("`{text}` counts {found} where a number without a unit must stand")]
    NoUnitHere {
        /// As written.
        text: String,
        /// Its dimension.
        found: Dimension,
    },
    /// A unit of another dimension.
    #[error("`{text}` counts {found} where {needed} must stand")]
    WrongDimension {
        /// As written.
        text: String,
        /// Its dimension.
        found: Dimension,
        /// The dimension asked for.
        needed: Dimension,
    },
}

/// How decimals and thousands are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decimal {
    /// `1,234.5`; a comma that could be either is an error.
    #[default]
    Point,
    /// `3,894`, as some cells of the table show; a single point is a decimal one where it cannot
    /// separate thousands, else an error.
    CommaSeen,
    /// `1.234,5`, as the user says.
    Comma,
}

/// Reads a number with an optional suffix and unit: `3e21`, `1_000`, `70B`, `6 ZFLOP`,
/// `12.5 PF-days`, `350M tokens`, `6x10^23 FLOP`, `6·10²³`, `50 000 000`.
///
/// # Errors
/// [`UnitError`].
pub fn parse(text: &str) -> Result<Quantity, UnitError> {
    parse_with(text, Decimal::Point)
}

/// The same with a stated decimal mark.
///
/// # Errors
/// [`UnitError`].
pub fn parse_with(text: &str, decimal: Decimal) -> Result<Quantity, UnitError> {
    let spelled = spelled(text.trim());
    let text = &*spelled;
    let not_a_number = || UnitError::NotANumber { text: shown(text) };
    let (digits, rest) = split_number(text, decimal).ok_or_else(not_a_number)?;
    let digits = without_separators(digits, text, decimal)?;
    let rest = rest.trim();
    let (power, unit) = if rest.is_empty() {
        (0, None)
    } else if let Some(power) = magnitude(rest) {
        (power, None)
    } else if let Some(unit) = named(rest) {
        (0, Some(unit))
    } else if let Some(found) = times_power_of_ten(rest).or_else(|| magnitude_and_unit(rest)) {
        found
    } else if rest.contains(|c: char| c.is_ascii_digit()) {
        return Err(not_a_number());
    } else {
        return Err(UnitError::UnknownUnit { unit: shown(rest) });
    };
    // The power of ten is read with the digits, so that 1.4T is the double nearest to 1.4e12.
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| not_a_number())?),
        None => (digits.as_str(), 0),
    };
    let exponent = exponent.checked_add(power).ok_or_else(not_a_number)?;
    let number: f64 = format!("{mantissa}e{exponent}").parse().map_err(|_| not_a_number())?;
    Ok(Quantity { value: unit.map_or(number, |unit| number * unit.scale), unit, number, scaled: power != 0 })
}

/// Reads a quantity in a stated unit; a number without one is taken to be in that unit.
///
/// # Errors
/// [`UnitError`].
pub fn parse_in(text: &str, needed: Unit) -> Result<f64, UnitError> {
    parse(text)?.in_unit(needed, text)
}

/// Reads a quantity of one dimension, in its base unit. A number without a unit is taken to be in
/// the base unit.
///
/// # Errors
/// [`UnitError`].
pub fn parse_as(text: &str, needed: Dimension) -> Result<f64, UnitError> {
    parse_in(text, Unit::base(needed))
}

/// A number for people: `70.3B`, `1.4T`, `125M`, `0.348`, `5.76e23`; three significant digits.
pub fn si(x: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    if !x.is_finite() {
        return x.to_string();
    }
    let rounded = format!("{x:.2e}");
    let (mantissa, exponent) = rounded.split_once('e').expect("scientific notation has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is an integer");
    let suffix = match exponent {
        -4..=2 => return trim_zeros(&format!("{x:.*}", usize::try_from(2 - exponent).unwrap_or(0))).to_owned(),
        3..=5 => "K",
        6..=8 => "M",
        9..=11 => "B",
        12..=14 => "T",
        _ => return format!("{}e{exponent}", trim_zeros(mantissa)),
    };
    let power = exponent.rem_euclid(3);
    let value: f64 = mantissa.parse::<f64>().expect("the mantissa is a number") * 10f64.powi(power);
    format!("{}{suffix}", trim_zeros(&format!("{value:.*}", usize::try_from(2 - power).unwrap_or(0))))
}

fn trim_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        parse(text).unwrap().value
    }

    #[test]
    fn suffixes_and_units_are_read_to_the_nearest_double() {
        for (text, expected) in [
            ("70B", 70e9),
            ("1.4T", 1.4e12),
            ("3e21", 3e21),
            ("6 ZFLOP", 6e21),
            ("350M tokens", 350e6),
            ("1_000", 1000.0),
            ("1,000,000", 1e6),
            ("2.5k", 2500.0),
            ("12.5 PF-days", 12.5 * 8.64e19),
            ("12.5 petaflop/s-days", 12.5 * 8.64e19),
            ("-3", -3.0),
            (".5", 0.5),
            ("6x10^23 FLOP", 6e23),
            ("6 × 10^23", 6e23),
            ("7 billion params", 7e9),
            ("300Btokens", 3e11),
            ("50%", 0.5),
            ("48 hours", 2.0),
            ("2E3", 2e3),
        ] {
            assert!((value(text) - expected).abs() <= 1e-15 * expected.abs(), "{text}: {}", value(text));
        }
        assert_eq!(value("1.4T"), 1.4e12);
    }

    #[test]
    fn what_is_not_a_quantity_is_said_in_one_sentence() {
        assert_eq!(parse("abc").unwrap_err().to_string(), "`abc` is not a number");
        assert_eq!(parse("").unwrap_err().to_string(), "`` is not a number");
        assert_eq!(parse("1.2.3").unwrap_err().to_string(), "`1.2.3` is not a number");
        assert!(parse("5 parsecs").unwrap_err().to_string().starts_with("`parsecs` is not a unit known here"));
        assert!(parse("3,14").unwrap_err().to_string().contains("could mean thousands or decimals"));
        assert_eq!(
            parse_as("6 ZFLOP", Dimension::TOKENS).unwrap_err().to_string(),
            "`6 ZFLOP` counts FLOP where tokens must stand"
        );
    }

    #[test]
    fn units_of_cards_and_laws_are_known() {
        let unit = |text| Unit::parse(text).unwrap();
        assert_eq!(unit("nat/token"), Unit::base(Dimension::NAT_PER_TOKEN));
        assert_eq!(unit("nats"), Unit::base(Dimension::NAT_PER_TOKEN));
        assert_eq!(unit("bits/token").scale, std::f64::consts::LN_2);
        assert_eq!(unit("B parameters"), Unit { dimension: Dimension::PARAMETERS, scale: 1e9 });
        assert_eq!(unit("1e18 FLOP"), Unit { dimension: Dimension::FLOP, scale: 1e18 });
        assert_eq!(unit("1e18").scale, 1e18);
        assert_eq!(unit("PF-days").scale, 8.64e19);
        assert_eq!(unit("tokens/parameter").dimension.to_string(), "tokens/parameter");
        assert_eq!(unit("1"), Unit::NUMBER);
        assert_ne!(unit("FLOP/s").dimension, Dimension::FLOP);
        assert!(Unit::parse("furlongs").is_err());
    }

    #[test]
    fn numbers_are_printed_with_three_digits() {
        for (x, expected) in [
            (70.3e9, "70.3B"),
            (1.4e12, "1.4T"),
            (124_700_000.0, "125M"),
            (999_950_000.0, "1B"),
            (1000.0, "1K"),
            (999.0, "999"),
            (20.0, "20"),
            (0.348_12, "0.348"),
            (5.76e23, "5.76e23"),
            (1.0e-7, "1e-7"),
            (0.0, "0"),
            (-2.5e9, "-2.5B"),
        ] {
            assert_eq!(si(x), expected);
        }
    }
}
