//! Colours that stay apart for colour-blind readers and in print.

use serde::{Serialize, Serializer};

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

impl Serialize for Color {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2))
    }
}

/// Text and frames.
pub const INK: Color = Color(0x26, 0x2b, 0x33);
/// Secondary text, thin rules.
pub const GREY: Color = Color(0x6b, 0x72, 0x80);
/// Grid lines.
pub const FAINT: Color = Color(0xe3, 0xe6, 0xea);
/// Paper.
pub const PAPER: Color = Color(0xff, 0xff, 0xff);

// The palette of Okabe and Ito (2008), without yellow, which is lost on white paper.

/// Blue.
pub const BLUE: Color = Color(0x00, 0x72, 0xb2);
/// Vermillion.
pub const VERMILLION: Color = Color(0xd5, 0x5e, 0x00);
/// Bluish green.
pub const GREEN: Color = Color(0x00, 0x9e, 0x73);
/// Reddish purple.
pub const PURPLE: Color = Color(0xcc, 0x79, 0xa7);
/// Orange.
pub const ORANGE: Color = Color(0xe6, 0x9f, 0x00);
/// Sky blue.
pub const SKY: Color = Color(0x56, 0xb4, 0xe9);

/// Colours for a few series without order.
pub const SERIES: [Color; 6] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY];

/// Stops of a ramp whose lightness only grows, from dark violet over blue-green to light green
/// (after the ramp known as viridis); its pale end is left out, for white paper.
const STOPS: [(f64, f64, f64); 7] = [
    (68.0, 1.0, 84.0),
    (70.0, 50.0, 126.0),
    (54.0, 92.0, 141.0),
    (39.0, 127.0, 142.0),
    (31.0, 161.0, 135.0),
    (74.0, 193.0, 109.0),
    (150.0, 212.0, 62.0),
];

/// The colour at a fraction of the ramp, 0 dark and 1 light.
pub fn ramp(fraction: f64) -> Color {
    let t = fraction.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let i = (t as usize).min(STOPS.len() - 2);
    let f = t - i as f64;
    let mix = |a: f64, b: f64| (a + (b - a) * f).round() as u8;
    let (a, b) = (STOPS[i], STOPS[i + 1]);
    Color(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// The colour of each of `count` ordered series.
pub fn ordered(count: usize) -> Vec<Color> {
    (0..count).map(|i| ramp(if count < 2 { 0.4 } else { i as f64 / (count - 1) as f64 })).collect()
}

/// What a colour becomes where none is printed: its lightness, and for the series, of which several
/// are equally light, greys that stay apart.
pub fn grey(color: Color) -> Color {
    const APART: [u8; 6] = [0x18, 0x78, 0x48, 0x98, 0xb4, 0xcc];
    let light = || (0.299 * f64::from(color.0) + 0.587 * f64::from(color.1) + 0.114 * f64::from(color.2)).round();
    let series = SERIES.iter().position(|series| *series == color);
    let grey = series.map_or_else(|| light() as u8, |place| APART[place]);
    Color(grey, grey, grey)
}

/// A colour mixed with paper: 0 is the colour, 1 is paper.
pub fn tint(color: Color, fraction: f64) -> Color {
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * fraction).round() as u8;
    Color(mix(color.0, PAPER.0), mix(color.1, PAPER.1), mix(color.2, PAPER.2))
}
