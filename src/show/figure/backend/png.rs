//! SVG to PNG, with the font that the SVG was measured with.

use crate::base::text::MADE_BY;
use crate::show::figure::FigureError;
use resvg::{tiny_skia, usvg};
use std::sync::{Arc, LazyLock};

static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

/// A figure as usvg sees it.
pub(super) fn parsed(svg: &str) -> Result<usvg::Tree, FigureError> {
    let options =
        usvg::Options { fontdb: Arc::clone(&FONTS), font_family: "DejaVu Sans".to_owned(), ..usvg::Options::default() };
    usvg::Tree::from_str(svg, &options).map_err(|error| FigureError { what: error.to_string() })
}

/// Rasterises at two device pixels per pixel.
///
/// # Errors
/// [`FigureError`] if it is no SVG, or has no area.
pub fn png(svg: &str) -> Result<Vec<u8>, FigureError> {
    raster(svg, 2.0)
}

/// Rasterises at 600 dots per inch of its size on paper, which is what journals ask of line art.
///
/// # Errors
/// [`FigureError`] if it is no SVG, or has no area.
pub fn png_for_print(svg: &str) -> Result<Vec<u8>, FigureError> {
    raster(svg, 600.0 / 96.0)
}

fn raster(svg: &str, zoom: f32) -> Result<Vec<u8>, FigureError> {
    let bad = |what: String| FigureError { what };
    let tree = parsed(svg)?;
    let size = tree.size();
    let (width, height) = ((size.width() * zoom).ceil() as u32, (size.height() * zoom).ceil() as u32);
    let mut paper = tiny_skia::Pixmap::new(width, height).ok_or_else(|| bad("the figure has no area".to_owned()))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(zoom, zoom), &mut paper.as_mut());
    paper.encode_png().map(marked).map_err(|e| bad(e.to_string()))
}

/// The picture with a chunk of text that says who made it, behind its header.
fn marked(png: Vec<u8>) -> Vec<u8> {
    /// Signature and header chunk.
    const HEADER: usize = 8 + 25;
    let body = [b"tEXtSoftware\0", MADE_BY.as_bytes()].concat();
    let length = (body.len() - 4) as u32;
    let (head, rest) = png.split_at(HEADER.min(png.len()));
    [head, &length.to_be_bytes(), &body, &checksum(&body).to_be_bytes(), rest].concat()
}

/// CRC-32 as PNG has it.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}
