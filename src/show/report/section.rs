//! An account of several laws together, or of what a method came to.

use super::{Block, Document, Picture, Span, Table, Tone, plain};
use crate::record::chart::Section;
use crate::record::method::MethodRecord;

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

/// The blocks of what a method came to: its warnings, its section, its tables' provenance.
pub fn blocks_of_method(record: &MethodRecord, section: &Section, pictures: &[Picture]) -> Vec<Block> {
    let mut out = Vec::new();
    let read = record.provenance.iter().flat_map(|provenance| &provenance.warnings);
    let warnings: Vec<Vec<Span>> = record.warnings.iter().chain(read).map(|w| plain(w.message.as_str())).collect();
    if !warnings.is_empty() {
        out.push(Block::Notice(Tone::Warning, warnings));
    }
    out.extend(of_section(section, pictures));
    let rows = record.provenance.iter().map(|p| format!("{} of {} rows of {}", p.rows_used, p.rows_read, p.source));
    let from: Vec<String> = rows.chain(record.fits.iter().map(|fit| format!("the fit {fit}"))).collect();
    if !from.is_empty() {
        out.push(Block::Paragraph(plain(format!("From {}.", from.join(", ")))));
    }
    out
}

/// The report on one run of a method.
pub fn of_method(record: &MethodRecord, section: &Section, pictures: &[Picture]) -> Document {
    let mut blocks = blocks_of_method(record, section, pictures);
    if !record.command.is_empty() {
        blocks.push(Block::Code(record.command.clone()));
    }
    Document { title: section.title.clone(), blocks }
}
