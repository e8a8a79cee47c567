//! The names of units and of powers of ten.

use super::{Dimension, PF_DAY, Unit};

/// Signs of multiplication.
pub(super) const TIMES: [char; 5] = ['x', 'X', '*', '×', '·'];

/// The power of ten of a suffix: `B` 9, `million` 6.
pub(super) fn magnitude(text: &str) -> Option<i32> {
    Some(match text {
        "k" | "K" => 3,
        "m" | "M" => 6,
        "b" | "B" | "G" => 9,
        "t" | "T" => 12,
        "P" => 15,
        _ => match text.to_ascii_lowercase().as_str() {
            "thousand" | "thousands" | "ths" => 3,
            "million" | "millions" | "mn" | "mil" | "mil." | "mill" | "mill." | "mio" | "mio." | "mln" | "mm" => 6,
            "billion" | "billions" | "bn" | "bil" | "bil." | "bill." | "bln" | "mrd" | "mrd." => 9,
            "trillion" | "trillions" | "tn" | "tril" | "tril." | "trn" => 12,
            "quadrillion" | "quadrillions" => 15,
            _ => return None,
        },
    })
}

/// `10^21`, `x 10^21 FLOP`: a power of ten, a sign of multiplication before it or none, and perhaps
/// a unit.
pub(super) fn power_of_ten(text: &str) -> Option<(i32, Option<Unit>)> {
    let rest = text.trim_start_matches(TIMES).trim_start().strip_prefix("10^")?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '-' || c == '+')).unwrap_or(rest.len());
    let (power, unit) = rest.split_at(end);
    let power = power.parse().ok().filter(|power: &i32| (-399..400).contains(power))?;
    let unit = unit.trim();
    if unit.is_empty() { Some((power, None)) } else { named(unit).map(|unit| (power, Some(unit))) }
}

/// The same behind a number: the sign of multiplication must be there.
pub(super) fn times_power_of_ten(text: &str) -> Option<(i32, Option<Unit>)> {
    text.starts_with(TIMES).then(|| power_of_ten(text))?
}

/// `B tokens`, `Mtokens`, `billion`, `millions of tokens`: a power of ten and perhaps a unit.
pub(super) fn magnitude_and_unit(text: &str) -> Option<(i32, Option<Unit>)> {
    if let Some(power) = magnitude(text) {
        return Some((power, None));
    }
    if let Some((first, rest)) = text.split_once(char::is_whitespace)
        && let Some(power) = magnitude(first)
    {
        let rest = rest.trim();
        return named(rest.strip_prefix("of ").unwrap_or(rest)).map(|unit| (power, Some(unit)));
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
pub(super) fn named(text: &str) -> Option<Unit> {
    let words = text.to_lowercase().replace('_', " ");
    let words = words.replace(" per ", "/");
    let plain: String = words.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect();
    match plain.as_str() {
        "bpb" => return named("bits/byte"),
        "bpc" => return named("bits/character"),
        "bpt" => return named("bits/token"),
        "%" | "percent" | "percentage" | "pct" => return Some(Unit { dimension: Dimension::NUMBER, scale: 0.01 }),
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
