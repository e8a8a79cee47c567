//! Markdown, as code hosts show it: pipe tables, figures as files, formulas between dollars.

use super::{Block, Document, Span, Table, Tone};
use crate::base::text::{MADE_BY, one_line, visible};

/// The document as Markdown.
pub fn markdown(document: &Document) -> String {
    let mut out = format!("<!-- {MADE_BY} -->\n# {}\n", escape(&document.title));
    for block in &document.blocks {
        out.push('\n');
        match block {
            Block::Heading(level, text) => {
                out.push_str(&format!("{} {}\n", "#".repeat(usize::from((*level).clamp(1, 6))), escape(text)));
            }
            Block::Paragraph(text) => out.push_str(&format!("{}\n", spans(text))),
            Block::Notice(tone, items) => notice(&mut out, *tone, items),
            Block::Formula(tex) => out.push_str(&format!("$$\n{}\n$$\n", formula(tex))),
            Block::Table(table) => pipes(&mut out, table),
            Block::Picture(picture) => {
                let file = picture.file.replace(' ', "%20");
                out.push_str(&format!("![{}]({file})\n\n*{}*\n", escape(&picture.alt), escape(&picture.caption)));
            }
            Block::List(items) => {
                for item in items {
                    out.push_str(&format!("- {}\n", spans(item)));
                }
            }
            Block::Code(text) => {
                let fence = "`".repeat(longest_run(text).max(2) + 1);
                out.push_str(&format!("{fence}sh\n{}\n{fence}\n", visible(text)));
            }
        }
    }
    out
}

fn notice(out: &mut String, tone: Tone, items: &[Vec<Span>]) {
    match (tone, items) {
        (Tone::Answer, items) => {
            let lines: Vec<String> = items.iter().map(|item| format!("> {}\n", spans(item))).collect();
            out.push_str(&lines.join(">\n"));
        }
        (Tone::Warning, items) => {
            out.push_str("> **Read this first**\n>\n");
            for item in items {
                out.push_str(&format!("> - {}\n", spans(item)));
            }
        }
    }
}

fn pipes(out: &mut String, table: &Table) {
    out.push_str(&format!("*{}*\n\n", escape(&table.caption)));
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out.push_str(&line(table.columns.iter().map(|(head, _)| escape(head)).collect()));
    let rule = |(_, number): &(String, bool)| if *number { "---:" } else { "---" }.to_owned();
    out.push_str(&line(table.columns.iter().map(rule).collect()));
    for row in &table.rows {
        out.push_str(&line(row.iter().map(|cell| spans(cell)).collect()));
    }
}

fn spans(text: &[Span]) -> String {
    text.iter()
        .map(|span| match span {
            Span::Plain(text) => escape(text),
            // Spaces at the ends of strong text break it.
            Span::Strong(text) if text.trim().is_empty() => text.clone(),
            Span::Strong(text) => {
                let (body, end) = text.split_at(text.trim_end().len());
                format!("**{}**{end}", escape(body))
            }
            Span::Code(text) => code(text),
            Span::Math(tex) => format!("${}$", formula(tex).replace('|', r"\vert ")),
        })
        .collect()
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A text as it is, between more backticks than are in it; bars would end a table's cell.
fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let room = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{room}{}{room}{fence}", one_line(text).replace('|', r"\|"))
}

/// A formula on one line that cannot end itself, nor hold a tag.
fn formula(tex: &str) -> String {
    one_line(tex).replace('$', "").replace('<', r"\lt ").replace('>', r"\gt ")
}

/// Keeps characters that Markdown reads as markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '$' | '#') {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}
