//! How a figure is set in print: its width on the page, the size of its words, with or without its
//! title, in colour or grey. Words keep their size on paper and everything else is laid out again
//! around them, so that a figure of one column is no shrunken figure of two.

use super::FigureError;
use super::backend::svg;
use super::colour::{self, Color};
use super::scene::{Item, Scene, TICK};
use super::tree::Figure;
use std::str::FromStr;

/// Points to the inch, as printers count.
const POINTS: f64 = 72.0;
/// Pixels to the inch, as browsers count.
const PIXELS: f64 = 96.0;
/// Size of the smallest words in print, in points, where only a width is given.
const USUAL: f64 = 8.0;
/// Panels narrower than this, in pixels of the layout, go below each other.
const NARROW: f64 = 260.0;

/// A length on paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length {
    inches: f64,
}

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let to_inch = match text[at..].trim() {
            "in" => 1.0,
            "cm" => 1.0 / 2.54,
            "mm" => 1.0 / 25.4,
            "pt" => 1.0 / POINTS,
            "px" => 1.0 / PIXELS,
            _ => return Err(format!("`{text}` is no length on paper: write 3.25in, 85mm, 8.5cm, 234pt or 600px")),
        };
        let inches =
            text[..at].trim().parse::<f64>().map_err(|_| format!("`{text}` is no length: write 3.25in"))? * to_inch;
        match (1.0..=40.0).contains(&inches) {
            true => Ok(Self { inches }),
            false => Err(format!("`{text}`: a figure is between 1 and 40 inches wide")),
        }
    }
}

/// How a figure is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Its width; as drawn for a screen if none is given.
    pub width: Option<Length>,
    /// Size of its smallest words, in points; 8 where a width is given, as drawn where none is.
    pub font: Option<f64>,
    /// With its title and the line below.
    pub titled: bool,
    /// Without colour.
    pub grey: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: None, font: None, titled: true, grey: false }
    }
}

/// A figure set in a style, as SVG.
///
/// # Errors
/// [`FigureError`] if it cannot be drawn, or has no room for words of that size.
pub fn styled(figure: &Figure, style: &Style) -> Result<String, FigureError> {
    let mut laid = figure.clone();
    if !style.titled {
        (laid.title, laid.subtitle) = (String::new(), String::new());
    }
    let usual = f64::from(figure.width) / PIXELS;
    let inches = style.width.map_or(usual, |width| width.inches);
    if style.width.is_some() || style.font.is_some() {
        let font = style.font.unwrap_or(USUAL);
        let wide = inches * POINTS / font * TICK;
        if wide < 200.0 {
            let least = 200.0 / TICK * font / POINTS;
            let what = format!(
                "words of {font} pt need {least:.2} inches and the figure is {inches:.2} wide; give another --width or --font-size"
            );
            return Err(FigureError { what });
        }
        fit(&mut laid, wide);
    }
    let mut scene = svg::scene(&laid);
    if style.grey {
        scene.items.iter_mut().for_each(in_grey);
    }
    // What a screen reader says stays.
    (laid.title, laid.subtitle) = (figure.title.clone(), figure.subtitle.clone());
    let drawn = svg::of_scene(&laid, &scene)?;
    Ok(match style.width.is_some() || style.font.is_some() {
        true => on_paper(&drawn, &scene, inches),
        false => drawn,
    })
}

/// The layout at another width: of the same proportions, panels below each other where they would
/// not fit side by side.
fn fit(figure: &mut Figure, wide: f64) {
    let (width, height) = (f64::from(figure.width), f64::from(figure.height));
    let columns = figure.columns.clamp(1, figure.panels.len().max(1));
    let rows = figure.panels.len().div_ceil(columns).max(1) as f64;
    let fewer = columns.min(((wide / NARROW) as usize).max(1));
    let more = figure.panels.len().div_ceil(fewer).max(1) as f64;
    // A panel keeps its proportions, but for very high ones, and ones with no room left below a legend.
    let panel = wide / fewer as f64;
    let high = (height / rows * panel / (width / columns as f64)).clamp(0.7 * panel, 0.85 * panel) * more;
    figure.columns = fewer;
    (figure.width, figure.height) = (wide.round() as u32, high.round() as u32);
}

fn in_grey(item: &mut Item) {
    let color: &mut Color = match item {
        Item::Path { color, .. } | Item::Area { color, .. } | Item::Disc { color, .. } => color,
        Item::Text(label) => &mut label.color,
    };
    *color = colour::grey(*color);
}

/// The same drawing with its size on paper.
fn on_paper(drawn: &str, scene: &Scene, inches: f64) -> String {
    let size = |wide: f64| format!("{}in", (wide * 1e4).round() / 1e4);
    let own = format!(" width=\"{}\" height=\"{}\" ", scene.width, scene.height);
    let new = format!(" width=\"{}\" height=\"{}\" ", size(inches), size(inches * scene.height / scene.width));
    drawn.replacen(&own, &new, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_paper() {
        let inches = |text: &str| text.parse::<Length>().map(|length| (length.inches * 1e6).round() / 1e6);
        for (text, expected) in
            [("3.25in", 3.25), ("82.55 mm", 3.25), ("8.255cm", 3.25), ("234pt", 3.25), ("312px", 3.25)]
        {
            assert_eq!(inches(text), Ok(expected), "{text}");
        }
        for wrong in ["3.25", "in", "0in", "-3in", "4 feet", "1e9in", "nanin"] {
            assert!(inches(wrong).is_err(), "{wrong}");
        }
    }
}
