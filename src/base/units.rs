//! Numbers as people write them (`70B`, `1.4T`, `6 ZFLOP`, `12.5 PF-days`, `350M tokens`) and the
//! units that keep FLOP from meeting tokens.

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
        let text = text.trim();
        if matches!(text, "" | "1") {
            return Ok(Self::NUMBER);
        }
        if let Some(unit) = named(text) {
            return Ok(unit);
        }
        let unknown = || UnitError::UnknownUnit { unit: text.to_owned() };
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            let quantity = parse(text).map_err(|_| unknown())?;
            return Ok(Self {
                dimension: quantity.unit.map_or(Dimension::NUMBER, |u| u.dimension),
                scale: quantity.value,
            });
        }
        let (power, unit) = magnitude_and_unit(text).ok_or_else(unknown)?;
        let unit = unit.unwrap_or(Self::NUMBER);
        Ok(Self { dimension: unit.dimension, scale: unit.scale * 10f64.powi(power) })
    }
}

/// A number in base units, and the unit it was written with, if any.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// In base units of its dimension; as written if no unit was.
    pub value: f64,
    /// The unit written.
    pub unit: Option<Unit>,
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
    #[error("`{text}` has a comma that could mean thousands or decimals; write it with a point or without the comma")]
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

/// Reads a number with an optional suffix and unit: `3e21`, `1_000`, `70B`, `6 ZFLOP`,
/// `12.5 PF-days`, `350M tokens`, `6x10^23 FLOP`.
pub fn parse(text: &str) -> Result<Quantity, UnitError> {
    let text = text.trim();
    let not_a_number = || UnitError::NotANumber { text: text.to_owned() };
    let (digits, rest) = split_number(text).ok_or_else(not_a_number)?;
    let digits = without_separators(digits, text)?;
    let rest = rest.trim();
    let (power, unit) = if rest.is_empty() {
        (0, None)
    } else if let Some(power) = magnitude(rest) {
        (power, None)
    } else if let Some(unit) = named(rest) {
        (0, Some(unit))
    } else if let Some(found) = magnitude_and_unit(rest) {
        found
    } else if rest.contains(|c: char| c.is_ascii_digit()) {
        return Err(not_a_number());
    } else {
        return Err(UnitError::UnknownUnit { unit: rest.to_owned() });
    };
    // The power of ten is read with the digits, so that 1.4T is the double nearest to 1.4e12.
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| not_a_number())?),
        None => (digits.as_str(), 0),
    };
    let exponent = exponent.checked_add(power).ok_or_else(not_a_number)?;
    let value: f64 = format!("{mantissa}e{exponent}").parse().map_err(|_| not_a_number())?;
    Ok(Quantity { value: unit.map_or(value, |unit| value * unit.scale), unit })
}

/// Reads a quantity of one dimension, in its base unit. A number without a unit is taken to be in
/// the base unit.
pub fn parse_as(text: &str, needed: Dimension) -> Result<f64, UnitError> {
    let quantity = parse(text)?;
    match quantity.unit {
        Some(unit) if unit.dimension != needed => {
            Err(UnitError::WrongDimension { text: text.trim().to_owned(), found: unit.dimension, needed })
        }
        _ => Ok(quantity.value),
    }
}

/// The longest prefix that reads as a number, and what follows it.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut i = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let start = i;
    while digit(i) || (i > start && matches!(bytes.get(i), Some(b'_' | b',')) && digit(i + 1)) {
        i += 1;
    }
    let whole = i > start;
    if bytes.get(i) == Some(&b'.') && (whole || digit(i + 1)) {
        i += 1;
        while digit(i) || (bytes.get(i) == Some(&b'_') && digit(i + 1)) {
            i += 1;
        }
    } else if !whole {
        return None;
    }
    if matches!(bytes.get(i), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(i + 1), Some(b'+' | b'-')));
        if digit(i + 1 + sign) {
            i += 1 + sign;
            while digit(i) {
                i += 1;
            }
        }
    }
    Some(text.split_at(i))
}

/// Digits without `_`, and without `,` where it can only separate thousands.
fn without_separators(digits: &str, text: &str) -> Result<String, UnitError> {
    let plain = digits.replace('_', "");
    if !plain.contains(',') {
        return Ok(plain);
    }
    let whole = plain.split(['.', 'e', 'E']).next().unwrap_or_default();
    let mut groups = whole.trim_start_matches(['+', '-']).split(',');
    let head = groups.next().map_or(0, str::len);
    let tail: Vec<&str> = groups.collect();
    let unambiguous = tail.len() >= 2 || plain.contains('.');
    if unambiguous && (1..=3).contains(&head) && tail.iter().all(|group| group.len() == 3) {
        Ok(plain.replace(',', ""))
    } else {
        Err(UnitError::AmbiguousComma { text: text.to_owned() })
    }
}

/// The power of ten of a suffix: `B` 9, `million` 6.
fn magnitude(text: &str) -> Option<i32> {
    Some(match text {
        "k" | "K" => 3,
        "m" | "M" => 6,
        "b" | "B" | "G" => 9,
        "t" | "T" => 12,
        "P" => 15,
        _ => match text.to_ascii_lowercase().as_str() {
            "thousand" | "thousands" => 3,
            "million" | "millions" | "mn" => 6,
            "billion" | "billions" | "bn" => 9,
            "trillion" | "trillions" | "tn" => 12,
            "quadrillion" | "quadrillions" => 15,
            _ => return None,
        },
    })
}

/// `B tokens`, `Mtokens`, `billion`: a power of ten and perhaps a unit; `x10^21`, `^21` too.
fn magnitude_and_unit(text: &str) -> Option<(i32, Option<Unit>)> {
    if let Some(power) = magnitude(text) {
        return Some((power, None));
    }
    if let Some((first, rest)) = text.split_once(char::is_whitespace)
        && let Some(power) = magnitude(first)
    {
        return named(rest.trim()).map(|unit| (power, Some(unit)));
    }
    if let Some(rest) = text.strip_prefix(['x', 'X', '*', '×', '·'])
        && let Some(rest) = rest.trim_start().strip_prefix("10^")
    {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '-' || c == '+')).unwrap_or(rest.len());
        let (power, unit) = rest.split_at(end);
        let power = power.parse().ok()?;
        let unit = unit.trim();
        return if unit.is_empty() { Some((power, None)) } else { named(unit).map(|unit| (power, Some(unit))) };
    }
    let mut chars = text.chars();
    let first = chars.next()?;
    let power = magnitude(first.encode_utf8(&mut [0; 4]))?;
    named(chars.as_str()).map(|unit| (power, Some(unit)))
}

/// The countable things: name in messages, other spellings (singular, lower case), size.
const THINGS: &[(&str, &[&str], f64)] = &[
    ("parameters", &["parameter", "param", "weight"], 1.0),
    ("tokens", &["token", "tok", "visualtoken"], 1.0),
    ("nat", &["nat"], 1.0),
    ("bits", &["bit"], 1.0),
    ("days", &["day"], 1.0),
    ("days", &["hour", "h"], 1.0 / 24.0),
    ("days", &["minute"], 1.0 / 1440.0),
    ("days", &["second", "sec", "s"], 1.0 / 86_400.0),
    ("days", &["year"], 365.25),
    ("sequences", &["sequence", "seq"], 1.0),
    ("characters", &["character", "char"], 1.0),
    ("bytes", &["byte"], 1.0),
    ("examples", &["example", "sample"], 1.0),
    ("images", &["image"], 1.0),
    ("pixels", &["pixel"], 1.0),
    ("sentence pairs", &["sentencepair"], 1.0),
    ("steps", &["step"], 1.0),
    ("epochs", &["epoch"], 1.0),
    ("experts", &["expert"], 1.0),
    ("layers", &["layer"], 1.0),
    ("shots", &["shot"], 1.0),
    ("attempts", &["attempt"], 1.0),
    ("words", &["word"], 1.0),
    ("USD", &["usd", "dollar", "$"], 1.0),
];

/// SI prefixes as FLOP wear them: letter, word, power of ten.
const PREFIXES: &[(&str, &str, i32)] = &[
    ("k", "kilo", 3),
    ("m", "mega", 6),
    ("g", "giga", 9),
    ("t", "tera", 12),
    ("p", "peta", 15),
    ("e", "exa", 18),
    ("z", "zetta", 21),
    ("y", "yotta", 24),
    ("r", "ronna", 27),
];

fn singular(word: &str) -> &str {
    if word.len() > 1 { word.strip_suffix('s').unwrap_or(word) } else { word }
}

/// A unit by name, without a power of ten in front.
fn named(text: &str) -> Option<Unit> {
    let plain: String = text.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '-' | '_' | '.')).collect();
    match plain.as_str() {
        "%" | "percent" => return Some(Unit { dimension: Dimension::NUMBER, scale: 0.01 }),
        "1" => return Some(Unit::NUMBER),
        // A loss "in nats" is per token unless it says otherwise.
        "nat" | "nats" => return Some(Unit::base(Dimension::NAT_PER_TOKEN)),
        _ => {}
    }
    if let Some(rate) = plain.strip_suffix("days").or_else(|| plain.strip_suffix("day"))
        && let Some(power) = flop_prefix(rate.trim_end_matches("/s"), &["flops", "flop", "f"])
    {
        return (power > 0).then(|| Unit { dimension: Dimension::FLOP, scale: PF_DAY * 10f64.powi(power - 15) });
    }
    let (of, per) = match plain.split_once('/') {
        Some((of, per)) => (of, Some(per)),
        None => (plain.as_str(), None),
    };
    let (of, scale) = thing(of)?;
    let Some(per) = per else {
        return Some(Unit { dimension: Dimension { of, per: "1" }, scale });
    };
    let (per, per_scale) = thing(per)?;
    let (of, scale) = if of == "bits" { ("nat", std::f64::consts::LN_2) } else { (of, scale) };
    Some(Unit {
        dimension: Dimension { of, per: if per == "1" { per } else { singular(per) } },
        scale: scale / per_scale,
    })
}

fn thing(word: &str) -> Option<(&'static str, f64)> {
    if word == "1" {
        return Some(("1", 1.0));
    }
    if let Some(power) = flop_prefix(word, &["flops", "flop"]) {
        return Some(("FLOP", 10f64.powi(power)));
    }
    let word = singular(word);
    THINGS.iter().find(|(_, names, _)| names.contains(&word)).map(|&(name, _, scale)| (name, scale))
}

/// The power of ten of `zflop`, `petaflops`, `flop`, for any of the given endings.
fn flop_prefix(word: &str, endings: &[&str]) -> Option<i32> {
    endings.iter().find_map(|ending| {
        let prefix = word.strip_suffix(ending)?;
        if prefix.is_empty() {
            return Some(0);
        }
        PREFIXES.iter().find(|(letter, long, _)| prefix == *letter || prefix == *long).map(|&(_, _, power)| power)
    })
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
