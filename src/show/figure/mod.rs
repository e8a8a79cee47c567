//! Figures: a [`Record`] becomes a [`Figure`] of plain data, and that becomes SVG, PNG or JSON.
//! Nothing here computes a statistic; what a figure needs is in the record.

mod allocation;
pub mod backend;
mod basins;
mod chart;
pub mod clip;
pub mod colour;
pub mod contour;
pub mod describe;
mod frontier;
mod isoflop;
mod line;
mod marks;
mod place;
mod published;
mod residuals;
mod ridge;
pub mod scene;
mod style;
mod surface;
pub mod symbols;
pub mod ticks;
pub mod tree;

pub use backend::none::json;
pub use backend::pdf::pdf;
pub use backend::png::{png, png_for_print};
pub use backend::svg::svg;
pub use chart::draw as chart;
pub use published::draw as published;
pub use style::{Length, Style, styled};
pub use tree::Figure;

use crate::record::Record;
use thiserror::Error;

/// A figure that could not be drawn.
#[derive(Debug, Error)]
#[error("cannot draw the figure: {what}")]
pub struct FigureError {
    /// What went wrong.
    pub what: String,
}

/// A kind of figure.
pub struct Kind {
    /// Name, also the stem of the file.
    pub name: &'static str,
    /// Draws it; none where the record has no such data.
    pub draw: fn(&Record) -> Option<Figure>,
}

/// Every kind that draws one record, in the order of a report.
pub const KINDS: &[Kind] = &[
    Kind { name: "line", draw: line::draw },
    Kind { name: "isoflop", draw: isoflop::draw },
    Kind { name: "frontier", draw: frontier::draw },
    Kind { name: "allocation", draw: allocation::draw },
    Kind { name: "surface", draw: surface::draw },
    Kind { name: "residuals", draw: residuals::draw },
    Kind { name: "ridge", draw: ridge::draw },
    Kind { name: "basins", draw: basins::draw },
];

/// Every figure that a record has data for.
pub fn all(record: &Record) -> Vec<Figure> {
    KINDS.iter().filter_map(|kind| (kind.draw)(record)).collect()
}
