//! An account of several laws together.

use super::{Block, Picture, Table, plain};
use crate::record::chart::Section;

/// The blocks of a section without its heading: text, figures, tables.
pub fn of_section(section: &Section, pictures: &[Picture]) -> Vec<Block> {
    let mut out: Vec<Block> = section.text.iter().map(|text| Block::Paragraph(plain(text.as_str()))).collect();
    out.extend(pictures.iter().cloned().map(Block::Picture));
    for sheet in &section.tables {
        let heads: Vec<&str> = sheet.heads.iter().map(String::as_str).collect();
        let mut table = Table::new(sheet.caption.as_str(), &heads);
        for row in &sheet.rows {
            table.row(row.iter().map(|cell| plain(cell.as_str())).collect());
        }
        out.extend(table.block());
    }
    out
}
