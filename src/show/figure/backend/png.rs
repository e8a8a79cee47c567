//! SVG to PNG, with the font that the SVG was measured with.

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

/// Rasterises at two device pixels per pixel.
pub fn png(svg: &str) -> Result<Vec<u8>, FigureError> {
    let options =
        usvg::Options { fontdb: Arc::clone(&FONTS), font_family: "DejaVu Sans".to_owned(), ..usvg::Options::default() };
    let bad = |what: String| FigureError { what };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| bad(e.to_string()))?;
    const ZOOM: f32 = 2.0;
    let size = tree.size();
    let (width, height) = ((size.width() * ZOOM).ceil() as u32, (size.height() * ZOOM).ceil() as u32);
    let mut paper = tiny_skia::Pixmap::new(width, height).ok_or_else(|| bad("the figure has no area".to_owned()))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(ZOOM, ZOOM), &mut paper.as_mut());
    paper.encode_png().map_err(|e| bad(e.to_string()))
}
