//! What the figures of one record say in the same words.

use super::ticks::{Notation, write};
use super::tree::{Axis, Scale};
use crate::record::{self, Record};

/// Line under a title: law and data.
pub fn subtitle(record: &Record) -> String {
    let source = record.provenance.title.as_deref().unwrap_or(&record.provenance.source);
    format!("{} · {source} · {} rows", record.law.title, record.provenance.rows_used)
}

/// Label of an axis: name and symbol.
pub fn label(axis: &record::Axis) -> String {
    let name = sentence(&axis.name);
    if axis.symbol == axis.name { name } else { format!("{name} {}", axis.symbol) }
}

/// The same with a capital first letter.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// An axis over values of a recorded quantity, logarithmic where they are positive and span more
/// than `spread` times.
pub fn axis(quantity: &record::Axis, values: impl IntoIterator<Item = f64> + Clone, spread: f64, room: usize) -> Axis {
    let (low, high) = values
        .clone()
        .into_iter()
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > 0.0 && high > spread * low {
        Axis::log(label(quantity), &quantity.unit, values, room)
    } else {
        Axis::linear(label(quantity), &quantity.unit, values, room)
    }
}

/// A quantity as printed: 6×10²¹ FLOP, 70B parameters.
pub fn amount(value: f64, unit: &str) -> String {
    let number = write(value, Notation::of(unit));
    if unit.is_empty() || unit == "1" { number } else { format!("{number} {unit}") }
}

/// The axis of budgets.
pub fn budget(record: &Record) -> record::Axis {
    let known = record.points.inputs.iter().map(|(axis, _)| axis).find(|axis| axis.symbol == "C");
    known.cloned().unwrap_or_else(|| record::Axis {
        symbol: "C".to_owned(),
        name: "training compute".to_owned(),
        unit: "FLOP".to_owned(),
    })
}

/// Coverage of the intervals, as printed: "95%".
pub fn level(record: &Record) -> String {
    format!("{}%", (record.interval.level * 1000.0).round() / 10.0)
}

/// An axis of the same kind over another range.
pub fn over(axis: &Axis, range: (f64, f64), room: usize) -> Axis {
    match axis.scale {
        Scale::Log => Axis::over(axis.label.clone(), &axis.unit, Scale::Log, range, room),
        Scale::Linear => Axis::over(axis.label.clone(), &axis.unit, Scale::Linear, range, room),
    }
}

/// The measured values of an input.
pub fn column<'a>(record: &'a Record, symbol: &str) -> Option<(&'a record::Axis, &'a [f64])> {
    record.points.inputs.iter().find(|(axis, _)| axis.symbol == symbol).map(|(axis, values)| (axis, values.as_slice()))
}
