//! SVG to PDF: the same shapes as vectors, words as outlines, so that no reader needs a font and no
//! journal asks for one. The file is written here: what a figure is made of is fills and strokes.

use super::png::parsed;
use crate::base::text::MADE_BY;
use crate::show::figure::FigureError;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use resvg::tiny_skia::{PathSegment, Transform};
use resvg::usvg::{self, FillRule, LineCap, LineJoin, Node, Paint};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;

/// Points of a page per pixel of a figure: 72 by 96 to the inch.
const POINTS: f32 = 0.75;

/// The figure as a page of its size.
///
/// # Errors
/// [`FigureError`] if it is no SVG.
pub fn pdf(svg: &str) -> Result<Vec<u8>, FigureError> {
    let tree = parsed(svg)?;
    let (width, height) = (tree.size().width() * POINTS, tree.size().height() * POINTS);
    // A page counts upwards.
    let mut page = Page { flip: Transform::from_row(POINTS, 0.0, 0.0, -POINTS, 0.0, height), ..Page::default() };
    page.nodes(tree.root(), 1.0);
    let looks: String = page.opacities.iter().fold(String::new(), |mut all, look| {
        let opacity = f32::from(*look) / 1000.0;
        let _ = write!(all, "/G{look} <</ca {opacity} /CA {opacity}>> ");
        all
    });
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    let packed = packed.write_all(page.content.as_bytes()).and_then(|()| packed.finish());
    let packed = packed.map_err(|error| FigureError { what: error.to_string() })?;
    let head = format!("<</Length {} /Filter /FlateDecode>>\nstream\n", packed.len());
    let page = format!(
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R /Resources <</ExtGState <<{looks}>>>> /Group <</S /Transparency /CS /DeviceRGB>>>>"
    );
    Ok(file(&[
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>".to_vec(),
        page.into_bytes(),
        [head.as_bytes(), &packed, b"\nendstream"].concat(),
        format!("<</Producer ({MADE_BY})>>").into_bytes(),
    ]))
}

/// Objects in a file: the first is the catalogue, the last says who made it.
fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    // A line of high bytes tells mail and version control that this is no text.
    let mut out = format!("%PDF-1.7\n%{MADE_BY}\n").into_bytes();
    out.extend(b"%\xe2\xe3\xcf\xd3\n");
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", i + 1).bytes().chain(object.iter().copied()).chain(*b"\nendobj\n"));
    }
    let (table, size) = (out.len(), objects.len() + 1);
    let rows: String = places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
    let end = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n<</Size {size} /Root 1 0 R /Info {} 0 R>>\nstartxref\n{table}\n%%EOF\n",
        objects.len()
    );
    out.extend(end.bytes());
    out
}

/// What is drawn on a page.
#[derive(Default)]
struct Page {
    flip: Transform,
    content: String,
    /// In thousandths.
    opacities: BTreeSet<u16>,
}

impl Page {
    fn nodes(&mut self, group: &usvg::Group, opacity: f32) {
        let opacity = opacity * group.opacity().get();
        for node in group.children() {
            match node {
                Node::Group(inner) => self.nodes(inner, opacity),
                Node::Path(path) => self.shape(path, opacity),
                Node::Text(text) => self.nodes(text.flattened(), opacity),
                Node::Image(_) => {}
            }
        }
    }

    fn shape(&mut self, path: &usvg::Path, opacity: f32) {
        let to_page = path.abs_transform().post_concat(self.flip);
        let Some(outline) = path.data().clone().transform(to_page) else { return };
        let mut drawn = String::new();
        let mut last = (0.0_f32, 0.0_f32);
        for segment in outline.segments() {
            let _ = match segment {
                PathSegment::MoveTo(p) => writeln!(drawn, "{:.2} {:.2} m", p.x, p.y),
                PathSegment::LineTo(p) => writeln!(drawn, "{:.2} {:.2} l", p.x, p.y),
                // PDF has cubic curves only.
                PathSegment::QuadTo(c, p) => {
                    let third = |a: f32, b: f32| a + 2.0 / 3.0 * (b - a);
                    let (x1, y1, x2, y2) = (third(last.0, c.x), third(last.1, c.y), third(p.x, c.x), third(p.y, c.y));
                    writeln!(drawn, "{x1:.2} {y1:.2} {x2:.2} {y2:.2} {:.2} {:.2} c", p.x, p.y)
                }
                PathSegment::CubicTo(a, b, p) => {
                    writeln!(drawn, "{:.2} {:.2} {:.2} {:.2} {:.2} {:.2} c", a.x, a.y, b.x, b.y, p.x, p.y)
                }
                PathSegment::Close => writeln!(drawn, "h"),
            };
            if let PathSegment::MoveTo(p)
            | PathSegment::LineTo(p)
            | PathSegment::QuadTo(_, p)
            | PathSegment::CubicTo(_, _, p) = segment
            {
                last = (p.x, p.y);
            }
        }
        if let Some((fill, color)) = path.fill().and_then(|fill| Some((fill, color(fill.paint())?))) {
            self.look(opacity * fill.opacity().get());
            let rule = if fill.rule() == FillRule::EvenOdd { "f*" } else { "f" };
            let _ = writeln!(self.content, "{color} rg\n{drawn}{rule}");
        }
        if let Some((stroke, color)) = path.stroke().and_then(|stroke| Some((stroke, color(stroke.paint())?))) {
            self.look(opacity * stroke.opacity().get());
            let width = stroke.width().get() * to_page.get_scale().0.abs();
            let join = match stroke.linejoin() {
                LineJoin::Round => 1,
                LineJoin::Bevel => 2,
                _ => 0,
            };
            let cap = match stroke.linecap() {
                LineCap::Butt => 0,
                LineCap::Round => 1,
                LineCap::Square => 2,
            };
            let _ = writeln!(self.content, "{color} RG {width:.3} w {join} j {cap} J\n{drawn}S");
        }
    }

    fn look(&mut self, opacity: f32) {
        let look = (opacity.clamp(0.0, 1.0) * 1000.0).round() as u16;
        self.opacities.insert(look);
        let _ = writeln!(self.content, "/G{look} gs");
    }
}

/// Figures have flat colours.
fn color(paint: &Paint) -> Option<String> {
    let Paint::Color(color) = paint else { return None };
    let part = |value: u8| format!("{:.3}", f32::from(value) / 255.0);
    Some(format!("{} {} {}", part(color.red), part(color.green), part(color.blue)))
}
