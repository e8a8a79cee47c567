//! HTML in one file: style and figures inside, no script, nothing fetched.

use super::{Block, Document, Span, Table, Tone, tex};
use crate::base::text::{MADE_BY, visible};
use std::collections::BTreeMap;

const STYLE: &str = include_str!("style.css");

/// The document as HTML.
pub fn html(document: &Document) -> String {
    let anchors = anchors(&document.blocks);
    let mut body = String::new();
    let mut heading = 0;
    for block in &document.blocks {
        match block {
            Block::Heading(level, text) => {
                let (level, id) = ((*level).clamp(2, 6), &anchors[heading]);
                heading += 1;
                body.push_str(&format!("<h{level} id=\"{id}\"><a href=\"#{id}\">{}</a></h{level}>\n", escape(text)));
            }
            other => body.push_str(&write(other)),
        }
    }
    let title = escape(&document.title);
    let contents = contents(&document.blocks, &anchors);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"generator\" content=\"{MADE_BY}\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{contents}{body}</main>\n</body>\n</html>\n"
    )
}

/// An id per heading, in order: its words, numbered where they repeat.
fn anchors(blocks: &[Block]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    blocks
        .iter()
        .filter_map(|block| match block {
            Block::Heading(_, text) => {
                let letters =
                    text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect::<String>();
                let words: Vec<&str> = letters.split('-').filter(|word| !word.is_empty()).collect();
                let id = if words.is_empty() { "part".to_owned() } else { words.join("-") };
                let count = seen.entry(id.clone()).and_modify(|count| *count += 1).or_insert(1);
                Some(if *count == 1 { id } else { format!("{id}-{count}") })
            }
            _ => None,
        })
        .collect()
}

/// The headings of the highest level, as links.
fn contents(blocks: &[Block], anchors: &[String]) -> String {
    let headings = blocks.iter().filter_map(|block| match block {
        Block::Heading(level, text) => Some((*level, text)),
        _ => None,
    });
    let links: Vec<String> = headings
        .zip(anchors)
        .filter(|((level, _), _)| *level <= 2)
        .map(|((_, text), id)| format!("<li><a href=\"#{id}\">{}</a></li>\n", escape(text)))
        .collect();
    if links.len() < 3 {
        return String::new();
    }
    format!(
        "<nav aria-label=\"Contents\"><details open><summary>Contents</summary>\n<ol>\n{}</ol>\n</details></nav>\n",
        links.concat()
    )
}

fn write(block: &Block) -> String {
    match block {
        Block::Heading(..) => String::new(),
        Block::Paragraph(text) => format!("<p>{}</p>\n", spans(text)),
        Block::Notice(Tone::Answer, items) => {
            let lines: String = items.iter().map(|item| format!("<p>{}</p>\n", spans(item))).collect();
            format!("<div class=\"notice\">\n{lines}</div>\n")
        }
        Block::Notice(Tone::Warning, items) => {
            let label = if items.len() == 1 { "Warning" } else { "Warnings" };
            format!(
                "<div class=\"notice warning\" role=\"note\">\n<p><strong>{label}</strong></p>\n{}</div>\n",
                list(items)
            )
        }
        Block::Formula(formula) => format!("<div class=\"formula\">{}</div>\n", tex::mathml(formula, true)),
        Block::Table(one) => table(one),
        Block::Picture(picture) => {
            format!("<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n", picture.svg, escape(&picture.caption))
        }
        Block::List(items) => list(items),
        Block::Code(text) => format!("<pre><code>{}</code></pre>\n", escape(text)),
    }
}

fn list(items: &[Vec<Span>]) -> String {
    let items: String = items.iter().map(|item| format!("<li>{}</li>\n", spans(item))).collect();
    format!("<ul>\n{items}</ul>\n")
}

fn table(table: &Table) -> String {
    let number = |column: usize| match table.columns.get(column) {
        Some((_, true)) => " class=\"n\"",
        _ => "",
    };
    let heads: String = table
        .columns
        .iter()
        .enumerate()
        .map(|(i, (head, _))| format!("<th scope=\"col\"{}>{}</th>", number(i), escape(head)))
        .collect();
    let row = |cells: &Vec<Vec<Span>>| {
        let cells: String =
            cells.iter().enumerate().map(|(i, cell)| format!("<td{}>{}</td>", number(i), spans(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let rows: String = table.rows.iter().map(row).collect();
    format!(
        "<div class=\"table\"><table>\n<caption>{}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n",
        escape(&table.caption)
    )
}

fn spans(text: &[Span]) -> String {
    text.iter()
        .map(|span| match span {
            Span::Plain(text) => escape(text),
            Span::Strong(text) => format!("<strong>{}</strong>", escape(text)),
            Span::Code(text) => format!("<code>{}</code>", escape(text)),
            Span::Math(formula) => tex::mathml(formula, false),
        })
        .collect()
}

pub(crate) fn escape(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
