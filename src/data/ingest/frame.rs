//! From polars columns to numbers and text.

use super::cells::Cells;
use super::error::Mistake;
use polars::prelude::{Column, DataFrame, DataType, PolarsError};

/// A column as a table has it: of a struct, each field is one, called by a dotted name.
pub(super) struct Leaf {
    path: Vec<String>,
    /// Whether the reader has a word for its type.
    pub known: bool,
}

impl Leaf {
    /// Its name, with dots.
    pub fn header(&self) -> String {
        self.path.join(".")
    }

    /// The column of the file that it stands in.
    pub fn root(&self) -> &str {
        &self.path[0]
    }

    /// Its values.
    pub fn of(&self, frame: &DataFrame) -> Result<Column, Mistake> {
        let mut column = frame.column(self.root()).map_err(reader)?.clone();
        for name in &self.path[1..] {
            let inner = column.struct_().and_then(|fields| fields.field_by_name(name)).map_err(reader)?;
            column = Column::from(inner);
        }
        Ok(column)
    }
}

fn reader(error: PolarsError) -> Mistake {
    Mistake::Reader(error.to_string())
}

/// The columns of a file, structs taken apart.
pub(super) fn leaves(schema: Vec<(String, Option<DataType>)>) -> Vec<Leaf> {
    fn grow(path: Vec<String>, kind: Option<&DataType>, leaves: &mut Vec<Leaf>) {
        match kind {
            Some(DataType::Struct(fields)) if !fields.is_empty() => fields.iter().for_each(|field| {
                let path = [path.as_slice(), &[field.name.to_string()]].concat();
                grow(path, Some(&field.dtype), leaves);
            }),
            _ => leaves.push(Leaf { path, known: kind.is_some() }),
        }
    }
    let mut leaves = Vec::new();
    for (name, kind) in schema {
        grow(vec![name], kind.as_ref(), &mut leaves);
    }
    leaves
}

/// Appends a column as numbers: plain ones as they are, text with suffix and unit.
pub(super) fn append_numbers(column: &Column, header: &str, cells: &mut Cells) -> Result<(), Mistake> {
    let kind = column.dtype();
    if *kind == DataType::String {
        for text in column.str().map_err(reader)?.iter() {
            cells.push_text(text.unwrap_or_default());
        }
    } else if matches!(kind, DataType::Categorical(..) | DataType::Enum(..) | DataType::Decimal(..)) {
        // A dictionary of texts, as pandas writes a category; a decimal is read as the digits that it is.
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
        return Err(Mistake::ColumnKind { column: header.to_owned(), kind: words(kind) });
    }
    Ok(())
}

/// Appends a column as text; a missing value is an empty one.
pub(super) fn append_text(column: &Column, header: &str, texts: &mut Vec<String>) -> Result<(), Mistake> {
    let strings = column
        .cast(&DataType::String)
        .map_err(|_| Mistake::ColumnKind { column: header.to_owned(), kind: words(column.dtype()) })?;
    for text in strings.str().map_err(reader)?.iter() {
        texts.push(text.unwrap_or_default().to_owned());
    }
    Ok(())
}

/// What a column holds, in words that are nobody's own.
fn words(kind: &DataType) -> String {
    match kind {
        DataType::Boolean => "true and false".to_owned(),
        DataType::Date | DataType::Datetime(..) => "dates".to_owned(),
        DataType::Time => "times of day".to_owned(),
        DataType::Duration(_) => "spans of time".to_owned(),
        DataType::Binary => "bytes".to_owned(),
        DataType::List(_) => "lists".to_owned(),
        DataType::Struct(_) => "structs".to_owned(),
        other => other.to_string(),
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
