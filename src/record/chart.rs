//! What a figure that shows no single fit is drawn from: named series on labelled scales. Everything
//! is computed; a drawing of it maps numbers to paper.

use serde::{Deserialize, Serialize};

/// A part of a report that tells of several laws together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Short name, also of a folder: `density`.
    pub id: String,
    /// Title.
    pub title: String,
    /// Paragraphs.
    pub text: Vec<String>,
    /// Tables.
    pub tables: Vec<Sheet>,
    /// Figures.
    pub charts: Vec<Chart>,
}

/// A table of text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// What it shows.
    pub caption: String,
    /// Heads of the columns; those over numbers start with `#`.
    pub heads: Vec<String>,
    /// Rows, as many cells each as there are heads.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// A table without rows.
    pub fn new(caption: impl Into<String>, heads: &[&str]) -> Self {
        Self { caption: caption.into(), heads: heads.iter().map(|head| (*head).to_owned()).collect(), rows: Vec::new() }
    }
}

/// A figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// Stem of its file.
    pub name: String,
    /// What is seen, in a few words.
    pub title: String,
    /// One line under it.
    pub subtitle: String,
    /// Caption.
    pub caption: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Plots side by side before a new row starts.
    pub columns: usize,
    /// Plots, row by row.
    pub plots: Vec<Plot>,
}

/// One pair of axes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// Title; empty where the figure's says it all.
    pub title: String,
    /// Abscissa.
    pub x: Scale,
    /// Ordinate.
    pub y: Scale,
    /// Coloured cells behind everything.
    pub heat: Option<Heat>,
    /// Series, back to front.
    pub series: Vec<Series>,
    /// Marked values.
    pub levels: Vec<Level>,
}

/// An axis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// What is measured.
    pub name: String,
    /// Its unit; empty for none.
    pub unit: String,
    /// Spread by logarithms.
    pub log: bool,
    /// Both ends; none to fit the data.
    pub range: Option<(f64, f64)>,
    /// Labelled values in place of round numbers; empty for round numbers.
    pub ticks: Vec<(f64, String)>,
    /// Names at 0, 1, 2 … from the top down or left to right; empty for an axis of numbers.
    pub names: Vec<String>,
}

impl Scale {
    /// An even scale.
    pub fn linear(name: &str, unit: &str) -> Self {
        Self { name: name.to_owned(), unit: unit.to_owned(), ..Self::default() }
    }
    /// A logarithmic scale.
    pub fn log(name: &str, unit: &str) -> Self {
        Self { log: true, ..Self::linear(name, unit) }
    }
    /// A scale of names.
    pub fn names(names: Vec<String>) -> Self {
        Self { names, ..Self::default() }
    }
    /// The same with fixed ends.
    pub fn within(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }
}

/// Points or a curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Name in the legend, once for all series of one name; empty to stay out of it.
    pub name: String,
    /// Abscissae.
    pub x: Vec<f64>,
    /// Ordinates.
    pub y: Vec<f64>,
    /// Lower ends of intervals, of the ordinate or, beside an ordinate of names, of the abscissa;
    /// empty for none.
    pub lower: Vec<f64>,
    /// Upper ends.
    pub upper: Vec<f64>,
    /// Words beside the points, empty ones left out; empty for none.
    pub labels: Vec<String>,
    /// How it is drawn.
    pub look: Look,
    /// Its colour.
    pub tone: Tone,
}

impl Series {
    /// A series without intervals and labels.
    pub fn new(name: &str, look: Look, tone: Tone, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let (x, y) = points.into_iter().unzip();
        let name = name.to_owned();
        Self { name, x, y, lower: Vec::new(), upper: Vec::new(), labels: Vec::new(), look, tone }
    }
    /// The same with intervals.
    pub fn between(mut self, lower: Vec<f64>, upper: Vec<f64>) -> Self {
        (self.lower, self.upper) = (lower, upper);
        self
    }
    /// The same with words beside its points.
    pub fn labelled(mut self, labels: impl IntoIterator<Item = String>) -> Self {
        self.labels = labels.into_iter().collect();
        self
    }
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// An unbroken line; intervals are a band.
    Line,
    /// A dashed line.
    Dashed,
    /// A dotted line.
    Dotted,
    /// Discs; intervals are bars.
    Dots,
    /// Small pale discs.
    Faint,
    /// Rings.
    Rings,
    /// Diamonds.
    Diamonds,
    /// Squares.
    Squares,
    /// Crosses.
    Crosses,
    /// Triangles that point up: the value is at least this.
    Above,
    /// Triangles that point down: the value is at most this.
    Below,
}

/// A colour by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// The n-th of a few series without order.
    Series(usize),
    /// A fraction of the way from the first to the last of ordered series.
    Ramp(f64),
    /// Secondary.
    Muted,
    /// The colour of text.
    Ink,
}

/// A marked value of an axis: a line across the plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Name in the legend, as of [`Series`].
    pub name: String,
    /// Whether it is a value of the ordinate, not of the abscissa.
    pub of_y: bool,
    /// The value.
    pub at: f64,
    /// How it is drawn.
    pub look: Look,
    /// Its colour.
    pub tone: Tone,
}

/// Coloured cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heat {
    /// Edges along the abscissa, one more than there are cells.
    pub x: Vec<f64>,
    /// Edges along the ordinate.
    pub y: Vec<f64>,
    /// Values, row by row from the bottom up.
    pub values: Vec<Vec<f64>>,
    /// What the colours stand for.
    pub scale: Scale,
}
