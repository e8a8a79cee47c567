//! SVG through plotters: the only module that names it. Plotters rounds coordinates to whole
//! pixels, so everything is drawn ten times as large and the page scaled back.

use crate::base::text::one_line;
use crate::show::figure::FigureError;
use crate::show::figure::colour::Color;
use crate::show::figure::scene::{Align, Item, Label, Point, Scene};
use crate::show::figure::tree::Figure;
use plotters::coord::Shift;
use plotters::prelude::{Circle, DrawingArea, IntoDrawingArea, PathElement, Polygon, SVGBackend, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    BLACK, Color as _, FontDesc, FontFamily, FontStyle, FontTransform, IntoTextStyle, RGBColor, ShapeStyle,
    register_font,
};
use std::sync::Once;

const FINE: f64 = 10.0;
/// Plotters writes a font size divided by this.
const FONT_SIZE: f64 = 1.24;
/// Where plotters puts the baseline of a text anchored at its top, in ems.
const BASELINE: f64 = 0.76;
const FAMILY: &str = "DejaVu Sans, Helvetica, Arial, sans-serif";

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The figure as SVG.
pub fn svg(figure: &Figure) -> Result<String, FigureError> {
    of_scene(figure, &scene(figure))
}

/// The same of shapes that are laid out already.
pub fn of_scene(figure: &Figure, scene: &Scene) -> Result<String, FigureError> {
    let mut buffer = String::new();
    {
        let size = ((scene.width * FINE) as u32, (scene.height * FINE) as u32);
        let canvas = SVGBackend::with_string(&mut buffer, size).into_drawing_area();
        for item in &scene.items {
            draw(&canvas, item)?;
        }
        canvas.present().map_err(drawing)?;
    }
    Ok(finish(&buffer, figure))
}

/// The shapes that [`svg`] draws.
pub fn scene(figure: &Figure) -> Scene {
    Scene::of(figure, &width)
}

/// Width of a text in pixels.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    // Whole pixels again: measured large. Plotters scales a font by its height, which is 1.164 em
    // for this one.
    const LARGE: f64 = 1000.0;
    let wide = font(LARGE, bold).layout_box(text).map_or(0, |(_, (wide, _))| wide);
    f64::from(wide) / LARGE * 1.164 * size
}

fn font(size: f64, bold: bool) -> FontDesc<'static> {
    static REGISTER: Once = Once::new();
    REGISTER.call_once(|| {
        let fonts = [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())];
        for (style, bytes) in fonts {
            register_font("sans-serif", style, bytes).ok().expect("the embedded font is a font");
        }
    });
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::SansSerif, size, style)
}

fn drawing(error: impl std::fmt::Display) -> FigureError {
    FigureError { what: error.to_string() }
}

fn pixel((x, y): Point) -> (i32, i32) {
    ((x * FINE).round() as i32, (y * FINE).round() as i32)
}

fn rgb(color: Color) -> RGBColor {
    RGBColor(color.0, color.1, color.2)
}

fn draw(canvas: &Canvas, item: &Item) -> Result<(), FigureError> {
    let pixels = |points: &[Point]| points.iter().copied().map(pixel).collect::<Vec<_>>();
    match item {
        Item::Path { points, color, width } => {
            let style = ShapeStyle::from(rgb(*color)).stroke_width((width * FINE).round() as u32);
            canvas.draw(&PathElement::new(pixels(points), style)).map_err(drawing)
        }
        Item::Area { points, color, opacity } => {
            canvas.draw(&Polygon::new(pixels(points), rgb(*color).mix(*opacity).filled())).map_err(drawing)
        }
        Item::Disc { at, radius, color, opacity } => {
            let radius = (radius * FINE).round() as i32;
            canvas.draw(&Circle::new(pixel(*at), radius, rgb(*color).mix(*opacity).filled())).map_err(drawing)
        }
        Item::Text(label) => write(canvas, label),
    }
}

fn write(canvas: &Canvas, label: &Label) -> Result<(), FigureError> {
    let mut font = font(label.size * FINE * FONT_SIZE, label.bold);
    let (x, y) = label.at;
    // Turned text turns about its point, so its baseline moves sideways.
    let at = if label.upright { (x - BASELINE * label.size, y) } else { (x, y - BASELINE * label.size) };
    if label.upright {
        font = font.transform(FontTransform::Rotate270);
    }
    let align = match label.align {
        Align::Start => HPos::Left,
        Align::Middle => HPos::Center,
        Align::End => HPos::Right,
    };
    let color = rgb(label.color);
    let style = font.color(&BLACK).into_text_style(canvas).color(&color).pos(Pos::new(align, VPos::Top));
    canvas.draw(&Text::new(label.text.clone(), pixel(at), style)).map_err(drawing)
}

/// Scales the page back, names the fonts once, leaves out what says nothing, and tells screen
/// readers what is seen. Attributes cannot be confused with text: plotters escapes its quotes.
fn finish(buffer: &str, figure: &Figure) -> String {
    let body = buffer.split_once(">\n").map_or("", |(_, body)| body);
    // 1.24 times a size divided by 1.24 is not always the size.
    let body = body.replace("0.00000000000001\"", "0\"").replace("9.99999999999999\"", "9\"");
    let body = body
        .replace(" font-family=\"sans-serif\"", "")
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\" stroke-width=\"1\"", "")
        .replace(" \"/>", "\"/>")
        .replace(">\n", ">")
        .replace("\n</text>", "</text>")
        .replace("/>", "/>\n")
        .replace("</text>", "</text>\n");
    let body = compact(&body);
    let (width, height) = (figure.width, figure.height);
    let (title, alt) = (escape(&figure.title), escape(&figure.alt));
    let view = format!("0 0 {} {}", f64::from(width) * FINE, f64::from(height) * FINE);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"{view}\" \
         role=\"img\" aria-label=\"{title}\" font-family=\"{FAMILY}\" stroke-linejoin=\"round\" \
         stroke-linecap=\"butt\">\n<title>{title}</title>\n<desc>{alt}</desc>\n{body}"
    )
}

/// Writes a run of discs of one look as a group, and of lines of one look (the strokes of a dashed
/// line) as one path.
fn compact(body: &str) -> String {
    let disc = |line: &str| {
        let rest = line.strip_prefix("<circle ")?;
        let (at, look) = rest.split_at(rest.find(" r=")?);
        Some((at.to_owned(), look.strip_suffix("/>")?.to_owned()))
    };
    let stroke = |line: &str| {
        let rest = line.strip_prefix("<polyline ")?;
        let (look, points) = rest.split_once(" points=\"")?;
        Some((format!("M{}", points.strip_suffix("\"/>")?), look.to_owned()))
    };
    let mut out = String::with_capacity(body.len());
    let mut lines = body.lines().filter(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        if let Some((first, look)) = disc(line) {
            let mut run = vec![first];
            while let Some((next, _)) = lines.peek().and_then(|line| disc(line)).filter(|(_, same)| *same == look) {
                run.push(next);
                lines.next();
            }
            // The radius cannot be inherited everywhere; colour and opacity can, each disc for itself.
            let (radius, look) = look.trim_start().split_once(' ').unwrap_or((&look, ""));
            let look = look.replace("opacity=", "fill-opacity=");
            let discs: String = run.iter().map(|at| format!("<circle {at} {radius}/>\n")).collect();
            out.push_str(&format!("<g {look}>\n{discs}</g>\n"));
        } else if let Some((first, look)) = stroke(line) {
            let mut run = first;
            while let Some((next, _)) = lines.peek().and_then(|line| stroke(line)).filter(|(_, same)| *same == look) {
                run.push_str(&next);
                lines.next();
            }
            out.push_str(&format!("<path {look} d=\"{run}\"/>\n"));
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn escape(text: &str) -> String {
    one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
