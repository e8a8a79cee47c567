//! Reports: records become a [`Document`], a tree of headings, tables and figures, and that
//! becomes HTML in one file or Markdown. Nothing here computes a statistic.

mod fit;
pub(crate) mod html;
mod latex;
mod markdown;
pub mod number;
mod section;
mod study;
pub mod tex;

pub use fit::{Trust, main_results, of_fit, provenance, tables, trust};
pub use html::html;
pub use latex::latex;
pub use markdown::markdown;
pub use section::{blocks_of_method, of_method, of_section};
pub use study::{DETAILED, Fitted, Ran, Study, Tally, of_study, tally};

use crate::show::figure::{self, Figure, FigureError};

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Title.
    pub title: String,
    /// Blocks, top down.
    pub blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading; level 2 is the highest below the title.
    Heading(u8, String),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// What a reader must not miss.
    Notice(Tone, Vec<Vec<Span>>),
    /// A formula on its own, LaTeX.
    Formula(String),
    /// A table.
    Table(Table),
    /// A figure.
    Picture(Picture),
    /// A list.
    List(Vec<Vec<Span>>),
    /// Lines to be typed.
    Code(String),
}

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The answer.
    Answer,
    /// A warning.
    Warning,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq)]
pub enum Span {
    /// Words.
    Plain(String),
    /// Words that matter.
    Strong(String),
    /// Something typed.
    Code(String),
    /// LaTeX.
    Math(String),
}

/// Words as text.
pub fn plain(text: impl Into<String>) -> Vec<Span> {
    vec![Span::Plain(text.into())]
}

/// A table: a row of heads, then rows of as many cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it shows, printed above it.
    pub caption: String,
    /// Heads of the columns and whether they hold numbers.
    pub columns: Vec<(String, bool)>,
    /// Rows.
    pub rows: Vec<Vec<Vec<Span>>>,
}

impl Table {
    /// An empty table: heads that start with `#` stand over numbers.
    pub fn new(caption: impl Into<String>, heads: &[&str]) -> Self {
        let columns =
            heads.iter().map(|head| (head.trim_start_matches('#').to_owned(), head.starts_with('#'))).collect();
        Self { caption: caption.into(), columns, rows: Vec::new() }
    }
    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Vec<Span>>) {
        self.rows.push(cells);
    }
    /// The block, or nothing for a table without rows.
    pub fn block(self) -> Option<Block> {
        (!self.rows.is_empty()).then_some(Block::Table(self))
    }
}

/// A figure in both forms: inline for HTML, a file for Markdown.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// File relative to the report: `chinchilla/isoflop.svg`.
    pub file: String,
    /// The SVG itself.
    pub svg: String,
    /// What it shows, for readers who cannot see it.
    pub alt: String,
    /// Caption.
    pub caption: String,
}

/// Draws figures for a report in whose folder they are, or will be, saved under `folder` (empty for
/// beside it).
pub fn pictures(figures: &[Figure], folder: &str) -> Result<Vec<Picture>, FigureError> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    figures
        .iter()
        .map(|figure| {
            Ok(Picture {
                file: format!("{prefix}{}.svg", figure.name),
                svg: figure::svg(figure)?,
                alt: figure.alt.clone(),
                caption: figure.caption.clone(),
            })
        })
        .collect()
}
