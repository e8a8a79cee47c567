//! From polars columns to numbers and text.

use super::cells::Cells;
use super::error::Mistake;
use polars::prelude::{Column, DataFrame, DataType};

pub(super) fn column<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Column, Mistake> {
    frame.column(name).map_err(|error| Mistake::Reader(error.to_string()))
}

/// Appends a column as numbers: plain ones as they are, text with suffix and unit.
pub(super) fn append_numbers(column: &Column, cells: &mut Cells) -> Result<(), Mistake> {
    let reader = |error: polars::prelude::PolarsError| Mistake::Reader(error.to_string());
    let kind = column.dtype();
    if *kind == DataType::String {
        for text in column.str().map_err(reader)?.iter() {
            cells.push_text(text.unwrap_or_default());
        }
    } else if matches!(kind.to_string().as_str(), "cat" | "enum") {
        // A dictionary of texts, as pandas writes a category.
        let strings = column.cast(&DataType::String).map_err(reader)?;
        for text in strings.str().map_err(reader)?.iter() {
            cells.push_text(text.unwrap_or_default());
        }
    } else if kind.is_primitive_numeric() {
        let numbers = column.cast(&DataType::Float64).map_err(reader)?;
        for value in numbers.f64().map_err(reader)?.iter() {
            cells.push_optional(value);
        }
    } else if *kind == DataType::Null {
        (0..column.len()).for_each(|_| cells.push_empty());
    } else {
        return Err(Mistake::ColumnKind { column: column.name().to_string(), kind: kind.to_string() });
    }
    Ok(())
}

/// Appends a column as text; a missing value is an empty one.
pub(super) fn append_text(column: &Column, texts: &mut Vec<String>) -> Result<(), Mistake> {
    let reader = |error: polars::prelude::PolarsError| Mistake::Reader(error.to_string());
    let strings = column
        .cast(&DataType::String)
        .map_err(|_| Mistake::ColumnKind { column: column.name().to_string(), kind: column.dtype().to_string() })?;
    for text in strings.str().map_err(reader)?.iter() {
        texts.push(text.unwrap_or_default().to_owned());
    }
    Ok(())
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
