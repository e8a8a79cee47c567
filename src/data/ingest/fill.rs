//! From columns read to the series asked for: brought to base units, and made from each other.

use super::cells::Cells;
use super::error::Mistake;
use super::expression::Values;
use super::loaded::Series;
use super::plan::{Made, Wish};
use super::roles::Headers;
use crate::base::units::{Dimension, Unit};
use crate::law::Counts;

/// All series of a plan, in its order.
pub(super) fn series(
    headers: &Headers,
    wishes: &[Wish],
    read: Vec<Cells>,
    rows: usize,
) -> Result<Vec<Series>, Mistake> {
    let mut read = read.into_iter();
    let mut series: Vec<Series> = Vec::with_capacity(wishes.len());
    for wish in wishes {
        series.push(match &wish.made {
            Made::Column(column) => {
                let cells = read.next().expect("a column was read for each wish that is one");
                of_column(headers, wish, *column, cells)?
            }
            _ => blank(wish),
        });
    }
    // What is made from others is made when they are; a plan has no circles.
    let mut done: Vec<bool> = wishes.iter().map(|wish| matches!(wish.made, Made::Column(_))).collect();
    while let Some(i) = (0..wishes.len()).find(|&i| !done[i] && ready(&wishes[i].made, &done)) {
        series[i].cells.values = values(&wishes[i], &series, rows);
        done[i] = true;
    }
    Ok(series)
}

fn sources(made: &Made) -> &[usize] {
    match made {
        Made::Conversion(_, sources) | Made::Formula(_, sources, _) => sources,
        _ => &[],
    }
}

fn ready(made: &Made, done: &[bool]) -> bool {
    sources(made).iter().all(|&source| done[source])
}

fn values(wish: &Wish, series: &[Series], rows: usize) -> Vec<f64> {
    let of = |sources: &[usize]| -> Vec<&[f64]> {
        sources.iter().map(|&source| series[source].cells.values.as_slice()).collect()
    };
    match &wish.made {
        Made::Conversion(conversion, from) => {
            let columns = of(from);
            let mut x = vec![0.0; columns.len()];
            let mut row = |row: usize| {
                x.iter_mut().zip(&columns).for_each(|(x, column)| *x = column[row]);
                (conversion.of)(&x)
            };
            (0..rows).map(&mut row).collect()
        }
        Made::Formula(expression, from, _) => {
            let columns: Vec<Values<'_>> = of(from).into_iter().map(Values::Numbers).collect();
            let carried = wish.unit.filter(|unit| is_carried(wish, *unit)).is_some();
            let scale = wish.unit.filter(|_| !carried).map_or(1.0, |unit| unit.scale);
            (0..rows).map(|row| scale * expression.value(&columns, row)).collect()
        }
        Made::Constant(value, _) => vec![*value; rows],
        Made::Row => (1..=rows).map(|row| row as f64).collect(),
        Made::Column(_) | Made::Open => vec![f64::NAN; rows],
    }
}

/// A series that is no column.
fn blank(wish: &Wish) -> Series {
    let derived_by = match &wish.made {
        Made::Conversion(conversion, _) => Some(conversion.formula.to_owned()),
        Made::Formula(_, _, text) | Made::Constant(_, text) => Some(text.clone()),
        Made::Column(_) | Made::Row | Made::Open => None,
    };
    let mut series = Series {
        symbol: wish.symbol.clone(),
        header: None,
        bracket: None,
        unit_name: wish.wanted.as_ref().map_or_else(String::new, |needed| needed.unit.clone()),
        unit: wish.dimension.filter(|&of| of != Dimension::NUMBER).map(|dimension| Unit { dimension, scale: 1.0 }),
        counts: wish.wanted.as_ref().map_or(Counts::Any, |needed| needed.counts),
        derived_by,
        wanted: wish.wanted.clone(),
        checked: wish.checked,
        positive: wish.positive,
        cells: Cells::default(),
    };
    if let Some(loss) = wish.unit.filter(|unit| is_carried(wish, *unit)) {
        carry(&mut series, loss);
    }
    series
}

/// Whether values in this unit are a loss that stays in it: per byte or per character where the law
/// says per token, or where it says nothing.
fn is_carried(wish: &Wish, unit: Unit) -> bool {
    let loss = unit.dimension != Dimension::BITS && unit.dimension != Dimension::NAT_PER_TOKEN;
    let asked = matches!(wish.dimension, Some(Dimension::NAT_PER_TOKEN | Dimension::NUMBER) | None);
    loss && asked && unit.of_loss().is_some()
}

fn of_column(headers: &Headers, wish: &Wish, column: usize, mut cells: Cells) -> Result<Series, Mistake> {
    let header = &headers.all[column];
    let found = cells.settle(&header.text, wish.unit)?;
    let mut series = blank(wish);
    series.header = Some(header.text.clone());
    series.bracket = header.bracket.clone().filter(|_| wish.unit.is_none());
    if header.counts != Counts::Any {
        series.counts = header.counts;
    }
    series.cells = cells;
    let Some(found) = found else { return Ok(series) };
    if is_carried(wish, found) {
        series.cells.values.iter_mut().for_each(|value| *value /= found.scale);
        carry(&mut series, found);
        return Ok(series);
    }
    match wish.dimension {
        Some(needed) if needed != Dimension::NUMBER => match found.for_dimension(needed) {
            // Bits for a loss are bits per token.
            Some(unit) if unit.dimension != found.dimension => {
                series.cells.values.iter_mut().for_each(|value| *value *= unit.scale / found.scale);
            }
            Some(_) => {}
            None => {
                return Err(Mistake::WrongUnit {
                    column: header.text.clone(),
                    role: wish.symbol.clone(),
                    found: found.dimension.to_string(),
                    needed: needed.to_string(),
                });
            }
        },
        // Where the law asks for a number of anything, what it is a number of is known now.
        _ if found.dimension != Dimension::NUMBER => {
            let unit = Unit { dimension: found.dimension, scale: 1.0 };
            series.unit = Some(unit);
            if series.wanted.is_some() {
                series.unit_name = found.dimension.to_string();
            }
        }
        _ => {}
    }
    Ok(series)
}

/// A loss per byte or per character stays what it is: it does not convert to one per token, and
/// what is fitted to it is in its unit.
fn carry(series: &mut Series, loss: Unit) {
    if let Some(name) = loss.of_loss() {
        series.unit = Unit::parse(&name).ok();
        if series.wanted.is_some() {
            series.unit_name = name;
        }
    }
}
