//! Tables and estimates on a terminal.

use crate::base::units::si;
use crate::data::measurements::Warning;
use crate::record::Estimate;
use serde_json::{Map, Value, json};
use std::io::Write;

/// A table with a header, right-aligned but for the first column.
pub fn table(heads: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(heads);
    for k in 1..heads.len() {
        if let Some(column) = table.column_mut(k) {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    table
}

/// A number for people: large ones with suffixes, others to four significant digits.
pub fn number(x: f64) -> String {
    let size = x.abs();
    if size >= 1e5 {
        si(x)
    } else if size >= 1e-3 {
        let digits = (3 - size.log10().floor() as i32).clamp(0, 8) as usize;
        format!("{x:.digits$}")
    } else if x == 0.0 {
        "0".to_owned()
    } else {
        format!("{x:.3e}")
    }
}

fn optional(x: Option<f64>) -> String {
    x.map_or_else(|| "—".to_owned(), number)
}

/// Estimates as rows: symbol, estimate, standard error, interval, meaning.
pub fn estimates(list: &[Estimate], level: f64) -> comfy_table::Table {
    let interval = format!("{:.0} % interval", 100.0 * level);
    let mut out = table(&["", "estimate", "std. error", &interval, "unit", "meaning"]);
    for e in list {
        let interval = match (e.interval_in_words(&number), e.lower, e.upper) {
            (Some(words), ..) => words,
            (None, Some(low), Some(high)) => format!("{} … {}", number(low), number(high)),
            _ => "—".to_owned(),
        };
        let unit = if e.unit == "1" { String::new() } else { e.unit.clone() };
        // Bits come whole from a choice of formats, and only then.
        let whole = e.unit == "bits" && e.estimate.fract() == 0.0;
        out.add_row([
            e.symbol.clone(),
            if whole { format!("{:.0}", e.estimate) } else { number(e.estimate) },
            optional(e.standard_error),
            interval,
            unit,
            e.meaning.clone(),
        ]);
    }
    for k in 4..6 {
        if let Some(column) = out.column_mut(k) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    out
}

/// Warnings, one line each.
pub fn warnings(out: &mut dyn Write, list: &[Warning]) -> std::io::Result<()> {
    for warning in list {
        writeln!(out, "warning [{}]: {}", warning.kind, warning.message)?;
    }
    Ok(())
}

/// Estimates as a JSON object by symbol.
pub fn by_symbol(list: &[Estimate]) -> Map<String, Value> {
    let quantities = super::answer::by_symbol(list);
    quantities.into_iter().map(|(symbol, quantity)| (symbol, json!(quantity))).collect()
}
