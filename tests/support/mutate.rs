//! Seeded mutation of texts and bytes: what a file goes through on its way, and what an enemy puts in.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// Pieces that readers stumble over, whatever they read.
const PIECES: &[&str] = &[
    "",
    "\0",
    "\u{1b}[31m",
    "\u{7}",
    "\u{202e}",
    "\u{feff}",
    "\"",
    "\"\"",
    "'",
    "`",
    "<script>",
    "]]>",
    "--",
    "\\",
    "\n",
    "\r",
    "\r\n",
    "\t",
    ",",
    ";",
    "|",
    " ",
    "#",
    "=",
    "==",
    "!=",
    "<=",
    ">=",
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    "~",
    "..",
    "...",
    "/",
    "../",
    "/etc/passwd",
    "%",
    "$",
    "&&",
    "||",
    "and",
    "or",
    "not",
    "not not",
    "in",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "null",
    "true",
    "false",
    "None",
    "N",
    "D",
    "L",
    "C",
    "x",
    "ln",
    "exp",
    "log10",
    "sqrt",
    "1e",
    "e9",
    "0x10",
    "1_000",
    "1,000",
    "1.234,5",
    "½",
    "٣",
    "−1",
    "×10⁶",
    "10^6",
    "x10^6",
    "B",
    "million",
    "tokens",
    "parameters",
    "FLOP",
    "PF-days",
    "nat/token",
    "bits/byte",
    "(millions)",
    "(%)",
];

/// Numbers at the ends of what numbers are.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-1",
    "1",
    "5e-324",
    "-5e-324",
    "2.2250738585072014e-308",
    "1e-300",
    "1e-17",
    "1e17",
    "1e300",
    "1.7976931348623157e308",
    "-1e308",
    "1e308",
    "1e309",
    "1e-400",
    "1e2147483647",
    "1e-2147483648",
    "1e99999999999",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "0.1",
    "0.5",
    "3",
    "1e9",
    "1e2147483647K",
    "1e2147483640T",
    "99999999999999999999999999999999999999999999999999",
];

fn pick<'a, T: ?Sized>(rng: &mut Pcg64Mcg, from: &[&'a T]) -> &'a T {
    from[rng.random_range(0..from.len())]
}

/// A stretch of the bytes.
fn stretch(rng: &mut Pcg64Mcg, length: usize) -> std::ops::Range<usize> {
    let from = rng.random_range(0..=length);
    let longest = [1, 4, 16, 64, length][rng.random_range(0..5)];
    from..(from + rng.random_range(0..=longest)).min(length)
}

/// Where a number stands in the text, if one does.
fn number(rng: &mut Pcg64Mcg, bytes: &[u8]) -> Option<std::ops::Range<usize>> {
    let digit = |b: &u8| b.is_ascii_digit();
    let starts: Vec<usize> =
        (0..bytes.len()).filter(|&i| digit(&bytes[i]) && (i == 0 || !digit(&bytes[i - 1]))).collect();
    let from = *starts.get(rng.random_range(0..starts.len().max(1)))?;
    let length = bytes[from..].iter().take_while(|b| digit(b) || b".eE+-".contains(b)).count();
    Some(from..from + length)
}

/// One to six changes.
pub fn mutate(rng: &mut Pcg64Mcg, seed: &[u8]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..rng.random_range(1..=6) {
        let at = stretch(rng, bytes.len());
        match rng.random_range(0..11) {
            0 if !bytes.is_empty() => {
                let i = rng.random_range(0..bytes.len());
                bytes[i] ^= 1 << rng.random_range(0..8);
            }
            1 => drop(bytes.drain(at)),
            2 => {
                let copy = bytes[at.clone()].to_vec();
                bytes.splice(at.end..at.end, copy);
            }
            3 => {
                let copy = bytes[at].to_vec();
                let to = rng.random_range(0..=bytes.len());
                bytes.splice(to..to, copy);
            }
            4 if rng.random_range(0..4) == 0 => bytes.truncate(at.start),
            5 => {
                let piece = pick(rng, PIECES);
                bytes.splice(at, piece.bytes());
            }
            // Deep or long: the same piece many times.
            6 if rng.random_range(0..8) == 0 => {
                let piece = pick(rng, PIECES).repeat([30, 300, 3_000, 20_000][rng.random_range(0..4)]);
                bytes.splice(at.start..at.start, piece.bytes());
            }
            7 | 8 => {
                if let Some(at) = number(rng, &bytes) {
                    let number = pick(rng, NUMBERS);
                    bytes.splice(at, number.bytes());
                }
            }
            _ => {
                let piece = pick(rng, PIECES);
                bytes.splice(at.start..at.start, piece.bytes());
            }
        }
    }
    bytes
}

/// A number of a record's tree replaced: mostly one, at times the whole of a list.
pub fn mutate_tree(rng: &mut Pcg64Mcg, tree: &mut serde_json::Value) {
    use serde_json::Value;
    fn leaves(tree: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
        match tree {
            Value::Array(items) => items.iter_mut().for_each(|item| leaves(item, visit)),
            Value::Object(map) => map.values_mut().for_each(|item| leaves(item, visit)),
            leaf => visit(leaf),
        }
    }
    let mut count = 0;
    leaves(tree, &mut |_| count += 1);
    for _ in 0..rng.random_range(1..=4) {
        let (from, length) = (rng.random_range(0..count.max(1)), [1, 1, 1, 8, 200][rng.random_range(0..5)]);
        let with = match rng.random_range(0..8) {
            0 => Value::String(pick(rng, PIECES).repeat([1, 1, 40, 2_500][rng.random_range(0..4)])),
            1 => Value::Null,
            _ => serde_json::from_str(pick(rng, NUMBERS)).unwrap_or(Value::Null),
        };
        let mut k = 0;
        leaves(tree, &mut |leaf| {
            let same_kind = leaf.is_string() == with.is_string();
            if (from..from + length).contains(&k) && same_kind {
                *leaf = with.clone();
            }
            k += 1;
        });
    }
}
