//! What the figures of one record say in the same words.

use super::colour::Color;
use super::ticks::{Notation, write};
use super::tree::{Along, Axis, Key, Mark, Stroke};
use crate::record::{self, Band, Estimate, Optimum, Record};

/// Behind what is extrapolated.
const SHADE: Color = Color(0xf3, 0xf4, 0xf6);

/// Line under a title: law and data.
pub fn subtitle(record: &Record) -> String {
    format!("{} · {} · {} rows", record.law.title, source(record), record.provenance.rows_used)
}

/// Name of the data.
pub fn source(record: &Record) -> String {
    let provenance = &record.provenance;
    provenance.title.clone().unwrap_or_else(|| {
        // A path as given may say where somebody's files are; its last part is enough here.
        provenance.source.rsplit(['/', '\\']).next().unwrap_or(&provenance.source).to_owned()
    })
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

/// The same with three significant digits.
pub fn rough(value: f64, unit: &str) -> String {
    format!("{value:.2e}").parse().map_or_else(|_| amount(value, unit), |value| amount(value, unit))
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

/// Smallest and largest finite value.
pub fn range(values: &[f64]) -> (f64, f64) {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

/// A quantity of an optimum by the symbol of the input or output it is the optimum of: `N` or
/// `N_opt`.
pub fn chosen<'a>(optimum: &'a Optimum, symbol: &str) -> Option<&'a Estimate> {
    optimum.quantities.iter().find(|q| q.symbol == symbol || q.symbol.strip_suffix("_opt") == Some(symbol))
}

/// Shades what lies outside the data.
pub fn extrapolated(covered: Option<(f64, f64)>) -> Vec<Mark> {
    let outside = |from: f64, to: f64| Mark::Region {
        name: "beyond the data".to_owned(),
        of: Along::X,
        from,
        to,
        color: SHADE,
        opacity: 1.0,
    };
    covered.map_or_else(Vec::new, |(low, high)| vec![outside(f64::NEG_INFINITY, low), outside(high, f64::INFINITY)])
}

/// How [`extrapolated`] and the dashed part of [`curve`] look in a legend.
pub fn beyond(color: Color) -> [Key; 2] {
    [Key::Area(SHADE, 1.0), Key::Line(Stroke::dashed(color, 2.0))]
}

/// The interval of a curve, if it has one.
pub fn interval(name: &str, band: &Band, color: Color) -> Option<Mark> {
    (!band.lower.is_empty() && !band.upper.is_empty()).then(|| Mark::Band {
        name: name.to_owned(),
        x: band.x.clone(),
        lower: band.lower.clone(),
        upper: band.upper.clone(),
        color,
        opacity: 0.2,
    })
}

/// The ends of a curve's interval, as far as they leave the curve itself visible: an interval that
/// explodes runs out of the frame.
pub fn ends(band: &Band) -> Vec<f64> {
    let (low, high) = range(&band.y);
    let inside = |v: &f64| match low > 0.0 {
        true => *v > low * low / high && *v < high * high / low,
        false => *v > 2.0 * low - high && *v < 2.0 * high - low,
    };
    band.lower.iter().chain(&band.upper).copied().filter(inside).collect()
}

/// A curve, solid where data cover it and dashed beyond.
pub fn curve(name: &str, band: &Band, covered: Option<(f64, f64)>, color: Color) -> Vec<Mark> {
    let Some((low, high)) = covered else {
        return vec![Mark::line(name, &band.x, &band.y, Stroke::solid(color, 2.0))];
    };
    // Each part takes in the next point, so that the parts meet.
    let (from, to) = (band.x.partition_point(|x| *x < low), band.x.partition_point(|x| *x <= high));
    let part = |name: String, from: usize, to: usize, stroke: Stroke| {
        let to = to.min(band.x.len()).min(band.y.len());
        (from + 1 < to).then(|| Mark::line(&name, &band.x[from..to], &band.y[from..to], stroke))
    };
    let dashed = Stroke::dashed(color, 2.0);
    [
        part(format!("{name} below the data"), 0, from + 1, dashed),
        part(format!("{name} within the data"), from, to, Stroke::solid(color, 2.0)),
        part(format!("{name} beyond the data"), to.saturating_sub(1), band.x.len(), dashed),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A parameter's symbol as printed: `alpha` is α.
pub fn greek(symbol: &str) -> String {
    let (head, tail) = symbol.split_once('_').map_or((symbol, ""), |(head, tail)| (head, tail));
    let letter =
        crate::show::figure::symbols::GREEK.iter().find(|(name, _)| *name == head).map_or(head, |(_, letter)| letter);
    if tail.is_empty() { letter.to_owned() } else { format!("{letter}_{tail}") }
}

/// The inputs that no budget chooses, as the curves hold them: "U = 3B tokens". Empty where none is held.
pub fn held(record: &Record) -> String {
    let unit = |symbol: &str| record.law.inputs.iter().find(|axis| axis.symbol == symbol).map_or("", |axis| &axis.unit);
    let one = |(symbol, value): &(String, f64)| format!("{symbol} = {}", rough(*value, unit(symbol)));
    record.curves.held.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Whether a row is where the curves hold what no budget chooses, within one per cent: else it is of another curve.
pub fn belongs(record: &Record, place: usize) -> bool {
    record.curves.held.iter().all(|(symbol, value)| match column(record, symbol) {
        Some((_, values)) => values.get(place).is_some_and(|own| (own - value).abs() <= 0.01 * value.abs()),
        None => true,
    })
}

/// The measured values of an input.
pub fn column<'a>(record: &'a Record, symbol: &str) -> Option<(&'a record::Axis, &'a [f64])> {
    record.points.inputs.iter().find(|(axis, _)| axis.symbol == symbol).map(|(axis, values)| (axis, values.as_slice()))
}
