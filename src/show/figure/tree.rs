//! A figure as plain data: panels, axes with their ticks, named marks. What is drawn where is
//! settled here; a backend only maps data to paper.

use super::colour::Color;
use super::ticks::{self, Notation, Tick};
use serde::Serialize;

/// A figure, ready for any backend.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Kind, also the stem of its file: `isoflop`.
    pub name: String,
    /// What is seen, in a few words.
    pub title: String,
    /// One line under the title: law, data, rows.
    pub subtitle: String,
    /// What it shows, for readers who cannot see it.
    pub alt: String,
    /// Caption under the figure in a report.
    pub caption: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Panels side by side before a new row starts.
    pub columns: usize,
    /// Panels, row by row.
    pub panels: Vec<Panel>,
    /// Legend, drawn above the panels so that it never covers data.
    pub legend: Vec<Entry>,
}

impl Figure {
    /// A figure without panels.
    pub fn new(name: &str, title: impl Into<String>, subtitle: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            title: title.into(),
            subtitle: subtitle.into(),
            alt: String::new(),
            caption: String::new(),
            width: 760,
            height: 500,
            columns: 1,
            panels: Vec::new(),
            legend: Vec::new(),
        }
    }
    /// The same with a caption, which is also what a screen reader says after the title.
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = caption.into();
        self.alt = format!("{}. {}", self.title, self.caption);
        self
    }
    /// The same, of another size.
    pub fn sized(mut self, width: u32, height: u32) -> Self {
        (self.width, self.height) = (width, height);
        self
    }
    /// The same with one more legend entry.
    pub fn key(mut self, label: impl Into<String>, keys: &[Key]) -> Self {
        self.legend.push(Entry { label: label.into(), keys: keys.to_vec() });
        self
    }
    /// The same with one more panel.
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }
}

/// One pair of axes and what is drawn on it, back to front.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Panel {
    /// Title of the panel; empty when the figure's says it all.
    pub title: String,
    /// Abscissa.
    pub x: Axis,
    /// Ordinate.
    pub y: Axis,
    /// Marks, back to front.
    pub marks: Vec<Mark>,
    /// What the colours of points or cells stand for.
    pub scale: Option<ColorScale>,
}

impl Panel {
    /// Empty axes.
    pub fn new(x: Axis, y: Axis) -> Self {
        Self { title: String::new(), x, y, marks: Vec::new(), scale: None }
    }
    /// The same with one more mark in front.
    pub fn mark(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }
    /// The same with marks in front.
    pub fn with(mut self, marks: impl IntoIterator<Item = Mark>) -> Self {
        self.marks.extend(marks);
        self
    }
}

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By their logarithm.
    Log,
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// What is measured: "model size N".
    pub label: String,
    /// Its unit; empty for an axis of names.
    pub unit: String,
    /// How values are spread.
    pub scale: Scale,
    /// Both ends.
    pub range: (f64, f64),
    /// Ticks inside the range; those without a label are short.
    pub ticks: Vec<Tick>,
}

impl Axis {
    /// A logarithmic axis over positive values with a margin, or a linear one where the values
    /// are not all positive.
    pub fn log(label: impl Into<String>, unit: &str, values: impl IntoIterator<Item = f64>, room: usize) -> Self {
        let (low, high) = extent(values);
        if low <= 0.0 {
            return Self::linear(label, unit, [low, high], room);
        }
        let margin = ((high / low).ln() * 0.04).max(1e-6).exp();
        Self::over(label, unit, Scale::Log, (low / margin, high * margin), room)
    }
    /// A linear axis over values with a margin.
    pub fn linear(label: impl Into<String>, unit: &str, values: impl IntoIterator<Item = f64>, room: usize) -> Self {
        let (low, high) = extent(values);
        let margin = ((high - low) * 0.04).max(high.abs() * 1e-6).max(f64::MIN_POSITIVE);
        Self::over(label, unit, Scale::Linear, (low - margin, high + margin), room)
    }
    /// An axis over exactly this range, with at most about `room` labels.
    pub fn over(label: impl Into<String>, unit: &str, scale: Scale, range: (f64, f64), room: usize) -> Self {
        let notation = Notation::of(unit);
        let ticks = match scale {
            Scale::Linear => ticks::linear(range, room, notation),
            Scale::Log => ticks::log(range, room, notation),
        };
        Self { label: label.into(), unit: unit.to_owned(), scale, range, ticks }
    }
    /// An axis of names, the first at the top or left, one unit apart.
    pub fn names(names: &[String]) -> Self {
        let label = |name: &String| match name.char_indices().nth(44) {
            Some((end, _)) => format!("{}…", &name[..end]),
            None => name.clone(),
        };
        let ticks = names.iter().enumerate().map(|(i, name)| Tick { at: i as f64, label: label(name) }).collect();
        let range = (-0.6, names.len() as f64 - 0.4);
        Self { label: String::new(), unit: String::new(), scale: Scale::Linear, range, ticks }
    }
    /// The same, growing in the other direction.
    pub fn reversed(mut self) -> Self {
        self.range = (self.range.1, self.range.0);
        self
    }
    /// Label with its unit, as printed.
    pub fn caption(&self) -> String {
        match self.unit.as_str() {
            "" | "1" => self.label.clone(),
            unit => format!("{} ({unit})", self.label),
        }
    }
    /// Where a value lies, 0 at the start of the axis and 1 at its end.
    pub fn place(&self, value: f64) -> f64 {
        let f = |v: f64| match self.scale {
            Scale::Linear => v,
            Scale::Log => v.ln(),
        };
        (f(value) - f(self.range.0)) / (f(self.range.1) - f(self.range.0))
    }
    /// Whether a value lies on the axis.
    pub fn holds(&self, value: f64) -> bool {
        (-1e-9..=1.0 + 1e-9).contains(&self.place(value))
    }
}

/// Smallest and largest finite value, moved apart if they coincide.
fn extent(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .into_iter()
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        (0.0, 1.0)
    } else if high - low <= 1e-9 * high.abs() {
        if high == 0.0 { (-1.0, 1.0) } else { (low - 0.1 * low.abs(), high + 0.1 * high.abs()) }
    } else {
        (low, high)
    }
}

/// A colour scale beside a panel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColorScale {
    /// What the colours stand for; its range runs from the ramp's start to its end.
    pub axis: Axis,
    /// Colours from the bottom up, evenly spaced along the axis.
    pub colors: Vec<Color>,
}

/// Shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Disc.
    Circle,
    /// Square.
    Square,
    /// Triangle, point up.
    Triangle,
    /// Triangle, point down.
    TriangleDown,
    /// Square on its corner.
    Diamond,
    /// Two crossing strokes.
    Cross,
}

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Long strokes.
    Dashed,
    /// Dots.
    Dotted,
}

/// Colour, width and dashes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Stroke {
    /// Colour.
    pub color: Color,
    /// Width in pixels.
    pub width: f64,
    /// Dashes.
    pub dash: Dash,
}

impl Stroke {
    /// An unbroken line.
    pub const fn solid(color: Color, width: f64) -> Self {
        Self { color, width, dash: Dash::Solid }
    }
    /// A dashed line.
    pub const fn dashed(color: Color, width: f64) -> Self {
        Self { color, width, dash: Dash::Dashed }
    }
    /// A dotted line.
    pub const fn dotted(color: Color, width: f64) -> Self {
        Self { color, width, dash: Dash::Dotted }
    }
}

/// Shape, size and outline of points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Marker {
    /// Shape.
    pub shape: Shape,
    /// Radius in pixels.
    pub radius: f64,
    /// Fill.
    pub color: Color,
    /// 0 invisible, 1 covers what is behind.
    pub opacity: f64,
    /// Colour of the outline, if any.
    pub outline: Option<Color>,
}

impl Marker {
    /// A marker without outline.
    pub const fn new(shape: Shape, radius: f64, color: Color) -> Self {
        Self { shape, radius, color, opacity: 1.0, outline: None }
    }
    /// The same, see-through.
    pub const fn faded(mut self, opacity: f64) -> Self {
        self.opacity = opacity;
        self
    }
    /// The same with an outline.
    pub const fn outlined(mut self, color: Color) -> Self {
        self.outline = Some(color);
        self
    }
}

/// Which way something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Along {
    /// Left to right.
    X,
    /// Bottom to top.
    Y,
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// To the right of it.
    Right,
    /// Wherever near it hides least.
    Free,
}

/// Something drawn on a panel. Every mark has a name, so that a snapshot says what moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "mark")]
pub enum Mark {
    /// Points, in one colour or each in its own.
    Points {
        /// Name.
        name: String,
        /// Abscissae.
        x: Vec<f64>,
        /// Ordinates.
        y: Vec<f64>,
        /// How they look.
        marker: Marker,
        /// One colour per point, or none for the marker's.
        colors: Vec<Color>,
    },
    /// A line through points.
    Line {
        /// Name.
        name: String,
        /// Abscissae.
        x: Vec<f64>,
        /// Ordinates.
        y: Vec<f64>,
        /// How it looks.
        stroke: Stroke,
    },
    /// The area between two curves.
    Band {
        /// Name.
        name: String,
        /// Abscissae.
        x: Vec<f64>,
        /// Lower ordinates.
        lower: Vec<f64>,
        /// Upper ordinates.
        upper: Vec<f64>,
        /// Colour.
        color: Color,
        /// 0 invisible, 1 covers what is behind.
        opacity: f64,
    },
    /// A line across the panel.
    Rule {
        /// Name.
        name: String,
        /// The axis it cuts.
        cuts: Along,
        /// Where it cuts it.
        at: f64,
        /// How it looks.
        stroke: Stroke,
    },
    /// A stretch of one axis, shaded across the panel.
    Region {
        /// Name.
        name: String,
        /// The axis it covers a part of.
        of: Along,
        /// Where it starts; minus infinity for the start of the axis.
        from: f64,
        /// Where it ends; infinity for the end of the axis.
        to: f64,
        /// Colour.
        color: Color,
        /// 0 invisible, 1 covers what is behind.
        opacity: f64,
    },
    /// Intervals with caps.
    ErrorBars {
        /// Name.
        name: String,
        /// Which way the intervals run.
        along: Along,
        /// Positions on the other axis.
        at: Vec<f64>,
        /// Lower ends.
        lower: Vec<f64>,
        /// Upper ends.
        upper: Vec<f64>,
        /// How they look.
        stroke: Stroke,
    },
    /// Bars from the start of one axis.
    Bars {
        /// Name.
        name: String,
        /// Which way the bars run.
        along: Along,
        /// Positions on the other axis.
        at: Vec<f64>,
        /// Where they end.
        to: Vec<f64>,
        /// Thickness, in units of the other axis.
        thickness: f64,
        /// Colour.
        color: Color,
    },
    /// The lines on which a surface has one value.
    Contour {
        /// Name.
        name: String,
        /// Printed on the line; empty for no label.
        label: String,
        /// Lines, each a list of points.
        paths: Vec<Vec<(f64, f64)>>,
        /// How they look.
        stroke: Stroke,
    },
    /// A grid of coloured cells.
    Cells {
        /// Name.
        name: String,
        /// Edges along x, one more than there are cells.
        x: Vec<f64>,
        /// Edges along y, one more than there are cells.
        y: Vec<f64>,
        /// Colours, row by row, bottom up.
        colors: Vec<Vec<Color>>,
    },
    /// Words.
    Text {
        /// Name.
        name: String,
        /// Abscissa.
        x: f64,
        /// Ordinate.
        y: f64,
        /// The words, one line each.
        text: String,
        /// On which side of the point.
        anchor: Anchor,
        /// Colour.
        color: Color,
    },
}

impl Mark {
    /// Points of one look.
    pub fn points(name: &str, x: Vec<f64>, y: Vec<f64>, marker: Marker) -> Self {
        Self::Points { name: name.to_owned(), x, y, marker, colors: Vec::new() }
    }
    /// A line.
    pub fn line(name: &str, x: &[f64], y: &[f64], stroke: Stroke) -> Self {
        Self::Line { name: name.to_owned(), x: x.to_vec(), y: y.to_vec(), stroke }
    }
    /// A line across the panel.
    pub fn rule(name: &str, cuts: Along, at: f64, stroke: Stroke) -> Self {
        Self::Rule { name: name.to_owned(), cuts, at, stroke }
    }
    /// Words beside a point.
    pub fn text(name: &str, (x, y): (f64, f64), text: impl Into<String>, anchor: Anchor, color: Color) -> Self {
        Self::Text { name: name.to_owned(), x, y, text: text.into(), anchor, color }
    }
}

/// A line of the legend.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// What it is.
    pub label: String,
    /// How it looks: drawn over each other, as in the panel.
    pub keys: Vec<Key>,
}

/// A sample in the legend.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Key {
    /// A point.
    Point(Marker),
    /// A line.
    Line(Stroke),
    /// An area, colour and opacity.
    Area(Color, f64),
}
