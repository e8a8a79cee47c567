//! Layout: a [`Figure`] becomes shapes at pixels. Knows the width of a text through a function, so
//! that no drawing library is needed to test that nothing is cut off.

use super::clip::Rect;
use super::colour::{Color, FAINT, GREY, INK, PAPER};
use super::marks;
use super::tree::{Axis, Dash, Entry, Figure, Key, Panel, Stroke};
use crate::base::text::{one_line, shortened};

pub use super::clip::Point;

/// Shapes on paper, back to front.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Shapes, back to front.
    pub items: Vec<Item>,
}

/// One shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A line.
    Path {
        /// Through these.
        points: Vec<Point>,
        /// Colour.
        color: Color,
        /// Width.
        width: f64,
    },
    /// An area.
    Area {
        /// Its corners.
        points: Vec<Point>,
        /// Colour.
        color: Color,
        /// 0 invisible, 1 covers.
        opacity: f64,
    },
    /// A disc.
    Disc {
        /// Centre.
        at: Point,
        /// Radius.
        radius: f64,
        /// Colour.
        color: Color,
        /// 0 invisible, 1 covers.
        opacity: f64,
    },
    /// A line of text.
    Text(Label),
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where its baseline starts, has its middle or ends.
    pub at: Point,
    /// The words.
    pub text: String,
    /// Height of an em.
    pub size: f64,
    /// Bold.
    pub bold: bool,
    /// Colour.
    pub color: Color,
    /// Which part of the text is at `at`.
    pub align: Align,
    /// Reads from bottom to top.
    pub upright: bool,
}

/// Which part of a text is at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Label {
    /// Level text of normal weight.
    pub fn new(at: Point, text: impl Into<String>, size: f64, color: Color, align: Align) -> Self {
        Self { at, text: text.into(), size, bold: false, color, align, upright: false }
    }
    /// The same, bold.
    pub fn heavy(self) -> Self {
        Self { bold: true, ..self }
    }
    /// The same, reading from bottom to top.
    pub fn turned(self) -> Self {
        Self { upright: true, ..self }
    }
    /// Where the ink may be, given the width of the text.
    pub fn extent(&self, width: f64) -> Rect {
        let before = match self.align {
            Align::Start => 0.0,
            Align::Middle => width / 2.0,
            Align::End => width,
        };
        let (up, down) = (0.78 * self.size, 0.24 * self.size);
        let (x, y) = self.at;
        if self.upright {
            Rect { left: x - up, right: x + down, top: y - (width - before), bottom: y + before }
        } else {
            Rect { left: x - before, right: x + width - before, top: y - up, bottom: y + down }
        }
    }
}

/// Width of a text at a size, bold or not.
pub type Width<'a> = &'a dyn Fn(&str, f64, bool) -> f64;

const PAD: f64 = 16.0;
const TITLE: f64 = 16.0;
const SMALL: f64 = 12.0;
/// Size of tick labels and words in a panel.
pub const TICK: f64 = 11.0;
const ROW: f64 = 19.0;
const SWATCH: f64 = 26.0;
const BAR: f64 = 12.0;

impl Scene {
    /// Lays a figure out.
    pub fn of(figure: &Figure, width: Width) -> Self {
        let mut scene = Self { width: f64::from(figure.width), height: f64::from(figure.height), items: Vec::new() };
        let page = Rect { left: 0.0, top: 0.0, right: scene.width, bottom: scene.height };
        scene.area(page.corners(), PAPER, 1.0);
        let mut top = PAD;
        let lines = |text: &str, size, bold| match text {
            "" => Vec::new(),
            text => wrap(text, size, bold, f64::from(figure.width) - 2.0 * PAD, width),
        };
        for line in lines(&figure.title, TITLE, true) {
            scene.label(Label::new((PAD, top + 0.8 * TITLE), line, TITLE, INK, Align::Start).heavy());
            top += 1.3 * TITLE;
        }
        for line in lines(&figure.subtitle, SMALL, false) {
            scene.text((PAD, top + 0.8 * SMALL), line, SMALL, GREY, Align::Start);
            top += 1.35 * SMALL;
        }
        top = scene.legend(&figure.legend, top + 4.0, width) + 6.0;
        scene.panels(figure, top, width);
        scene
    }

    /// Adds a line of text.
    pub fn text(&mut self, at: Point, text: impl Into<String>, size: f64, color: Color, align: Align) {
        self.label(Label::new(at, text, size, color, align));
    }
    /// Adds a line of text, turned or bold.
    pub fn label(&mut self, label: Label) {
        // Control characters make a figure ill-formed.
        let text = one_line(&label.text).into_owned();
        self.items.push(Item::Text(Label { text, ..label }));
    }
    /// Adds an area.
    pub fn area(&mut self, points: Vec<Point>, color: Color, opacity: f64) {
        if points.len() > 2 {
            self.items.push(Item::Area { points, color, opacity });
        }
    }
    /// Adds a line with its dashes.
    pub fn path(&mut self, points: &[Point], stroke: &Stroke) {
        let (color, width) = (stroke.color, stroke.width);
        let parts = match stroke.dash {
            Dash::Solid => vec![points.to_vec()],
            Dash::Dashed => super::clip::dashes(points, 7.0, 4.5),
            Dash::Dotted => super::clip::dashes(points, 1.6, 3.2),
        };
        self.items.extend(parts.into_iter().filter(|part| part.len() > 1).map(|points| Item::Path {
            points,
            color,
            width,
        }));
    }

    /// Draws the legend in rows and returns where it ends.
    fn legend(&mut self, entries: &[Entry], top: f64, width: Width) -> f64 {
        let (mut x, mut y) = (PAD, top);
        for entry in entries {
            let label = fitted(&entry.label, TICK + 0.5, self.width - 2.0 * PAD - SWATCH - 7.0, width);
            let wide = SWATCH + 7.0 + width(&label, TICK + 0.5, false);
            if x > PAD && x + wide > self.width - PAD {
                (x, y) = (PAD, y + ROW);
            }
            let middle = y + ROW / 2.0;
            for key in &entry.keys {
                match key {
                    Key::Point(marker) => marks::marker(self, (x + SWATCH / 2.0, middle), marker, marker.color),
                    Key::Line(stroke) => self.path(&[(x, middle), (x + SWATCH, middle)], stroke),
                    Key::Area(color, opacity) => {
                        let swatch = Rect { left: x, right: x + SWATCH, top: middle - 6.0, bottom: middle + 6.0 };
                        self.area(swatch.corners(), *color, *opacity);
                    }
                }
            }
            self.text((x + SWATCH + 7.0, middle + 4.0), label, TICK + 0.5, INK, Align::Start);
            x += wide + 20.0;
        }
        if entries.is_empty() { top } else { y + ROW }
    }

    fn panels(&mut self, figure: &Figure, top: f64, width: Width) {
        let columns = figure.columns.clamp(1, figure.panels.len().max(1));
        let rows = figure.panels.len().div_ceil(columns).max(1);
        let (wide, high) = ((self.width - PAD) / columns as f64, (self.height - top - PAD / 2.0) / rows as f64);
        for (i, panel) in figure.panels.iter().enumerate() {
            let (column, row) = (i % columns, i / columns);
            // One left margin per column keeps frames in line.
            let left = figure.panels.iter().skip(column).step_by(columns).map(|p| left_margin(p, width));
            let left = left.fold(0.0, f64::max);
            let cell = (PAD / 2.0 + column as f64 * wide, top + row as f64 * high);
            let above = if panel.title.is_empty() { 8.0 } else { 24.0 };
            let frame = Rect {
                left: cell.0 + left,
                top: cell.1 + above,
                right: cell.0 + wide - right_margin(panel, width),
                bottom: cell.1 + high - if panel.x.label.is_empty() { 26.0 } else { 46.0 },
            };
            self.panel(panel, &frame, width);
        }
    }

    fn panel(&mut self, panel: &Panel, frame: &Rect, width: Width) {
        if !panel.title.is_empty() {
            let title = fitted(&panel.title, SMALL, frame.width(), &|text, size, _| width(text, size, true));
            self.label(Label::new((frame.left, frame.top - 9.0), title, SMALL, INK, Align::Start).heavy());
        }
        let axes = Axes { x: &panel.x, y: &panel.y, frame: *frame };
        marks::backgrounds(self, panel, &axes);
        self.axis(&axes, width);
        marks::draw(self, panel, &axes, width);
        let ink = Stroke::solid(INK, 1.0);
        let (left, bottom) = (frame.left, frame.bottom);
        self.path(&[(left, frame.top), (left, bottom), (frame.right, bottom)], &ink);
        if let Some(scale) = &panel.scale {
            let bar = Rect { left: frame.right + 14.0, right: frame.right + 14.0 + BAR, ..*frame };
            let step = bar.height() / scale.colors.len().max(1) as f64;
            for (i, color) in scale.colors.iter().enumerate() {
                let bottom = bar.bottom - i as f64 * step;
                // Half a pixel of overlap hides the seams.
                let top = if i + 1 < scale.colors.len() { bottom - step - 0.5 } else { bar.top };
                self.area(Rect { top, bottom, ..bar }.corners(), *color, 1.0);
            }
            self.scale_labels(&scale.axis, &bar, width);
        }
    }

    fn axis(&mut self, axes: &Axes, width: Width) {
        let frame = axes.frame;
        let (grid, tick) = (Stroke::solid(FAINT, 1.0), Stroke::solid(INK, 1.0));
        let mut free_from = f64::NEG_INFINITY;
        for t in &axes.x.ticks {
            let x = axes.x_at(t.at);
            let length = if t.label.is_empty() { 3.0 } else { 5.5 };
            if !t.label.is_empty() && x > frame.left + 1.0 {
                self.path(&[(x, frame.top), (x, frame.bottom)], &grid);
            }
            self.path(&[(x, frame.bottom), (x, frame.bottom + length)], &tick);
            let half = width(&t.label, TICK, false) / 2.0;
            if !t.label.is_empty() && x - half > free_from {
                self.text((x, frame.bottom + 18.0), t.label.clone(), TICK, INK, Align::Middle);
                free_from = x + half + 5.0;
            }
        }
        let mut lowest = f64::INFINITY;
        let mut ticks: Vec<_> = axes.y.ticks.iter().map(|t| (axes.y_at(t.at), t)).collect();
        ticks.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (y, t) in ticks {
            let length = if t.label.is_empty() { 3.0 } else { 5.5 };
            if !t.label.is_empty() && y < frame.bottom - 1.0 {
                self.path(&[(frame.left, y), (frame.right, y)], &grid);
            }
            self.path(&[(frame.left - length, y), (frame.left, y)], &tick);
            if !t.label.is_empty() && y + 0.5 * TICK < lowest {
                self.text((frame.left - 8.0, y + 0.36 * TICK), t.label.clone(), TICK, INK, Align::End);
                lowest = y - 0.6 * TICK;
            }
        }
        let middle = (frame.left + frame.right) / 2.0;
        if !axes.x.label.is_empty() {
            let text = fitted(&axes.x.caption(), SMALL, frame.width(), width);
            self.text((middle, frame.bottom + 37.0), text, SMALL, INK, Align::Middle);
        }
        if !axes.y.label.is_empty() {
            let x = frame.left - tick_width(axes.y, width) - 16.0;
            let at = (x, (frame.top + frame.bottom) / 2.0);
            let text = fitted(&axes.y.caption(), SMALL, frame.height() + 40.0, width);
            self.label(Label::new(at, text, SMALL, INK, Align::Middle).turned());
        }
    }

    fn scale_labels(&mut self, axis: &Axis, bar: &Rect, width: Width) {
        let tick = Stroke::solid(INK, 1.0);
        for t in axis.ticks.iter().filter(|t| !t.label.is_empty()) {
            let y = bar.bottom - axis.place(t.at) * bar.height();
            self.path(&[(bar.right, y), (bar.right + 4.0, y)], &tick);
            self.text((bar.right + 7.0, y + 0.36 * TICK), t.label.clone(), TICK, INK, Align::Start);
        }
        let at = (bar.right + 7.0 + tick_width(axis, width) + 15.0, (bar.top + bar.bottom) / 2.0);
        let text = fitted(&axis.caption(), SMALL, bar.height() + 40.0, width);
        self.label(Label::new(at, text, SMALL, INK, Align::Middle).turned());
    }
}

/// Data to pixels.
pub struct Axes<'a> {
    /// Abscissa.
    pub x: &'a Axis,
    /// Ordinate.
    pub y: &'a Axis,
    /// Where they stand.
    pub frame: Rect,
}

impl Axes<'_> {
    /// Pixel of an abscissa.
    pub fn x_at(&self, value: f64) -> f64 {
        self.frame.left + self.x.place(value) * self.frame.width()
    }
    /// Pixel of an ordinate.
    pub fn y_at(&self, value: f64) -> f64 {
        self.frame.bottom - self.y.place(value) * self.frame.height()
    }
    /// Pixel of a point.
    pub fn at(&self, x: f64, y: f64) -> Point {
        (self.x_at(x), self.y_at(y))
    }
}

fn tick_width(axis: &Axis, width: Width) -> f64 {
    axis.ticks.iter().map(|t| width(&t.label, TICK, false)).fold(0.0, f64::max)
}

fn left_margin(panel: &Panel, width: Width) -> f64 {
    tick_width(&panel.y, width) + 8.0 + if panel.y.label.is_empty() { 8.0 } else { 26.0 }
}

fn right_margin(panel: &Panel, width: Width) -> f64 {
    match &panel.scale {
        Some(scale) => 14.0 + BAR + 7.0 + tick_width(&scale.axis, width) + 22.0,
        None => {
            let last = panel.x.ticks.iter().rfind(|t| !t.label.is_empty());
            last.map_or(0.0, |t| width(&t.label, TICK, false) / 2.0).max(10.0) + 4.0
        }
    }
}

/// A text that fits, cut in its middle where it must be: what it is stands at its start, its unit at
/// its end.
fn fitted(text: &str, size: f64, room: f64, width: Width) -> String {
    let text = &*shortened(text, LONGEST);
    let letters: Vec<char> = text.chars().collect();
    let cut = |kept: usize| -> String {
        let tail = kept / 3;
        let (head, tail) = (&letters[..kept - tail], &letters[letters.len() - tail..]);
        head.iter().chain(['…'].iter()).chain(tail).collect()
    };
    if width(text, size, false) <= room {
        return text.to_owned();
    }
    // The more is kept, the wider it is: bisection.
    let (mut fits, mut not) = (0, letters.len());
    while fits + 1 < not {
        let middle = fits.midpoint(not);
        *(if width(&cut(middle), size, false) <= room { &mut fits } else { &mut not }) = middle;
    }
    if fits == 0 { String::new() } else { cut(fits) }
}

/// Letters of a text, at most: no figure has room for more.
const LONGEST: usize = 300;

/// Breaks a text between words so that each line fits.
pub fn wrap(text: &str, size: f64, bold: bool, room: f64, width: Width) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in shortened(text, LONGEST).split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, bold) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
