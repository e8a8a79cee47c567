//! Jupyter notebooks (nbformat 4.5), and what a fit, a prediction and an optimum look like in one.
//! The Python package shows objects by the same functions, so that a notebook that is run again
//! says what was written.

use crate::data::ingest::cells_mark;
use crate::data::measurements::Warning;
use crate::record::method::MethodRecord;
use crate::record::{Estimate, Optimum, Prediction, Record};
use crate::show::report::html::escape;
use crate::show::report::number::{phrase, rounded};
use crate::show::report::trust;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// What a cell shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Plain text.
    pub text: String,
    /// HTML, where there is more to show.
    pub html: Option<String>,
    /// A figure.
    pub svg: Option<String>,
}

impl Shown {
    /// Text alone.
    pub fn text(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Markdown.
    Text(String),
    /// Python, and what its last expression shows.
    Code(String, Option<Shown>),
}

/// The notebook as JSON, its outputs in place.
pub fn write(cells: &[Cell]) -> String {
    let mut count = 0;
    let mut all = Vec::with_capacity(cells.len());
    for (k, cell) in cells.iter().enumerate() {
        let id = format!("cell-{k}");
        all.push(match cell {
            Cell::Text(text) => json!({ "cell_type": "markdown", "id": id, "metadata": {}, "source": lines(text) }),
            Cell::Code(code, shown) => {
                count += 1;
                let outputs: Vec<Value> = shown.iter().map(|shown| output(shown, count)).collect();
                json!({
                    "cell_type": "code", "id": id, "metadata": {}, "source": lines(code),
                    "execution_count": count, "outputs": outputs,
                })
            }
        });
    }
    let mut whole = json!({
        "cells": all,
        "metadata": {
            "kernelspec": { "display_name": "Python 3", "language": "python", "name": "python3" },
            "language_info": { "name": "python" },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    // So that it may be written again, unless somebody has edited it.
    whole["metadata"]["scaling"] = cells_mark(&whole).into();
    format!("{whole:#}\n")
}

fn output(shown: &Shown, count: usize) -> Value {
    let mut data = serde_json::Map::new();
    data.insert("text/plain".to_owned(), lines(&shown.text));
    data.extend(shown.html.iter().map(|html| ("text/html".to_owned(), lines(html))));
    data.extend(shown.svg.iter().map(|svg| ("image/svg+xml".to_owned(), lines(svg))));
    json!({ "output_type": "execute_result", "execution_count": count, "metadata": {}, "data": data })
}

/// Text as the format has it: lines with their ends.
fn lines(text: &str) -> Value {
    text.split_inclusive('\n').map(Value::from).collect()
}

/// A fit in a few lines of text.
pub fn fit_text(record: &Record) -> String {
    let (verdict, reasons) = trust(record);
    let rows = record.points.rows.len();
    let mut text = format!("{}: {rows} rows, {}\n", record.law.title, verdict.word());
    for estimate in record.parameters.iter().chain(&record.derived) {
        let _ = writeln!(text, "  {:<8} {}", estimate.symbol, phrase(estimate));
    }
    for reason in reasons {
        let _ = writeln!(text, "  - {reason}");
    }
    text.trim_end().to_owned()
}

/// A fit as a heading, its verdict with reasons, and a table.
pub fn fit_html(record: &Record) -> String {
    let (verdict, reasons) = trust(record);
    let mut html = format!("<h4>{}: {}</h4>", escape(&record.law.title), verdict.word());
    if !reasons.is_empty() {
        let items: String = reasons.iter().map(|reason| format!("<li>{}</li>", escape(reason))).collect();
        let _ = write!(html, "<ul>{items}</ul>");
    }
    let level = (1000.0 * record.interval.level).round() / 10.0;
    let _ = write!(html, "<table><tr><th></th><th>estimate</th><th>{level} % interval</th><th>unit</th><th></th></tr>");
    for estimate in record.parameters.iter().chain(&record.derived) {
        html.push_str(&row(estimate));
    }
    html.push_str("</table>");
    html
}

fn row(estimate: &Estimate) -> String {
    let written = rounded(estimate);
    let unit = if estimate.unit == "1" { "" } else { &estimate.unit };
    let cells = [&estimate.symbol, &written.estimate, &written.interval, unit, &estimate.meaning];
    let cells: String = cells.into_iter().map(|cell| format!("<td>{}</td>", escape(cell))).collect();
    format!("<tr>{cells}</tr>")
}

/// A prediction in words.
pub fn prediction_text(prediction: &Prediction) -> String {
    quantities(&prediction.quoted(), &prediction.warnings, |e| &e.meaning)
}

/// An optimum in words.
pub fn optimum_text(optimum: &Optimum) -> String {
    quantities(&optimum.quantities, &optimum.warnings, |e| &e.symbol)
}

/// What a method found, in words.
pub fn method_text(record: &MethodRecord) -> String {
    quantities(&record.quantities, &record.warnings, |e| &e.symbol)
}

fn quantities(list: &[Estimate], warnings: &[Warning], name: impl Fn(&Estimate) -> &str) -> String {
    let width = list.iter().map(|e| name(e).chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for estimate in list {
        let _ = writeln!(text, "{:<width$}  {}", name(estimate), phrase(estimate));
    }
    for warning in warnings {
        let _ = writeln!(text, "- {}", warning.message);
    }
    text.trim_end().to_owned()
}
