//! Which columns to read for a request, and what they become.

use super::cells::{Bad, Cells, Lines, Table};
use super::check;
use super::convert::{CONVERSIONS, Conversion};
use super::error::{Mistake, Place, nearest};
use super::expression::{Expression, Values};
use super::roles::{self, Headers};
use super::{Needed, Request};
use crate::base::units::{Dimension, Unit};
use crate::data::card::{CardCompute, DatasetCard};
use crate::data::measurements::Warning;
use crate::law::Counts;

/// What a name in a filter stands for.
#[derive(Clone, Copy)]
enum Target {
    Series(usize),
    Text(usize),
}

/// One series of numbers to have: read from a column, or made from other series.
struct Wish {
    symbol: String,
    header: Option<usize>,
    unit: Option<Unit>,
    conversion: Option<(&'static Conversion, Vec<usize>)>,
    dimension: Option<Dimension>,
    wanted: Option<Needed>,
    /// Its values must be sound: it is needed, or what is needed is made from it.
    checked: bool,
}

/// Everything to read.
pub(super) struct Plan {
    headers: Headers,
    map: Vec<(String, usize, Option<Unit>)>,
    symbols: Vec<String>,
    wishes: Vec<Wish>,
    texts: Vec<usize>,
    labels: usize,
    targets: Vec<(String, bool, Target)>,
    /// Conversions that a card declares; it may declare one for a role that has several.
    declared: Vec<CardCompute>,
    /// Where N, D and C, all read from columns, stand among the wishes.
    compute: Option<[usize; 3]>,
}

/// A series that has been read or made.
pub(super) struct Series {
    pub symbol: String,
    pub header: Option<String>,
    pub unit_name: String,
    pub counts: Counts,
    pub conversion: Option<&'static Conversion>,
    pub wanted: Option<Needed>,
    pub checked: bool,
    pub cells: Cells,
}

/// Everything read.
pub(super) struct Loaded {
    pub series: Vec<Series>,
    /// Text: first the request's labels, then what filters name.
    pub texts: Vec<Vec<String>>,
    labels: usize,
    targets: Vec<(String, bool, Target)>,
    compute: Option<[usize; 3]>,
    lines: Lines,
    pub sha256: String,
    pub rows_read: usize,
}

impl Plan {
    pub fn new(headers: &[String], card: Option<&DatasetCard>, request: &Request) -> Result<Self, Mistake> {
        let headers = Headers::new(headers, card);
        let map = request.map.iter().map(|(role, column)| {
            let (header, unit) = match (headers.mapped(column), headers.role(column, &[])) {
                (Ok(found), _) => found,
                // `--map x=N`: the column that plays the role N.
                (Err(_), Ok(Some(header))) => (header, headers.all[header].unit),
                (Err(error), _) => return Err(error),
            };
            Ok((role.clone(), header, unit))
        });
        let map = map.collect::<Result<Vec<_>, Mistake>>()?;
        let texts = request.labels.iter().map(|name| headers.named(name)).collect::<Result<Vec<_>, _>>()?;
        let mut plan = Self {
            headers,
            map,
            symbols: request.needed.iter().map(|needed| needed.symbol.clone()).collect(),
            wishes: Vec::new(),
            labels: texts.len(),
            texts,
            targets: Vec::new(),
            declared: card.map(|card| card.compute.clone()).unwrap_or_default(),
            compute: None,
        };
        // Columns first, so that a role made from others finds them.
        for needed in &request.needed {
            let header = plan.find(&needed.symbol)?;
            let dimension = Unit::parse(&needed.unit).ok().map(|unit| unit.dimension);
            plan.wish(&needed.symbol, header, dimension, Some(needed.clone()));
        }
        for i in 0..request.needed.len() {
            if plan.wishes[i].header.is_none() {
                plan.derive(i)?;
            }
        }
        plan.compute = plan.all_three();
        Ok(plan)
    }

    /// The column of a role: mapped, or suggested by a header.
    fn find(&self, role: &str) -> Result<Option<(usize, Option<Unit>)>, Mistake> {
        if let Some(&(_, header, unit)) = self.map.iter().find(|(mapped, ..)| mapped == role) {
            return Ok(Some((header, unit)));
        }
        let symbols: Vec<&str> = self.symbols.iter().map(String::as_str).collect();
        let found = self.headers.role(role, &symbols)?;
        // A column given to another role by hand is not up for this one.
        let found = found.filter(|&header| !self.map.iter().any(|&(_, mapped, _)| mapped == header));
        Ok(found.map(|header| (header, self.headers.all[header].unit)))
    }

    fn wish(
        &mut self,
        symbol: &str,
        header: Option<(usize, Option<Unit>)>,
        dimension: Option<Dimension>,
        wanted: Option<Needed>,
    ) -> usize {
        self.wishes.push(Wish {
            symbol: symbol.to_owned(),
            header: header.map(|(header, _)| header),
            unit: header.and_then(|(_, unit)| unit),
            conversion: None,
            dimension: dimension.or_else(|| roles::dimension(symbol)),
            checked: wanted.is_some(),
            wanted,
        });
        self.wishes.len() - 1
    }

    /// The series of a role that is in a column, if it is.
    fn series_of(&mut self, role: &str) -> Result<Option<usize>, Mistake> {
        if let Some(i) = self.wishes.iter().position(|wish| wish.symbol == role && wish.header.is_some()) {
            return Ok(Some(i));
        }
        let found = self.find(role)?;
        Ok(found.map(|found| self.wish(role, Some(found), None, None)))
    }

    /// Makes a role from others by a named conversion.
    fn derive(&mut self, i: usize) -> Result<(), Mistake> {
        let symbol = self.wishes[i].symbol.clone();
        let declared: Vec<&CardCompute> = self.declared.iter().filter(|compute| compute.is == symbol).collect();
        let conversions: Vec<&'static Conversion> = CONVERSIONS
            .iter()
            .filter(|conversion| conversion.makes == symbol)
            .filter(|conversion| declared.is_empty() || declared.iter().any(|compute| conversion.is(compute)))
            .collect();
        for conversion in conversions {
            let mut present = true;
            for role in conversion.from {
                present &= self.find(role)?.is_some();
            }
            if !present {
                continue;
            }
            let mut from = Vec::new();
            for role in conversion.from {
                from.extend(self.series_of(role)?);
            }
            for &source in &from {
                self.wishes[source].checked |= self.wishes[i].checked;
            }
            self.wishes[i].conversion = Some((conversion, from));
            return Ok(());
        }
        Err(match self.headers.all.as_slice() {
            [only] if only.text.contains(['|', ' ', ':']) => Mistake::WrongDelimiter { header: only.text.clone() },
            _ => Mistake::RoleMissing { role: symbol, headers: self.headers.texts() },
        })
    }

    /// N, D and C, if all are there without a doubt: then C can be checked.
    fn all_three(&mut self) -> Option<[usize; 3]> {
        let known = |plan: &Self, role: &str| matches!(plan.find(role), Ok(Some(_)));
        let any_needed = self.symbols.iter().any(|symbol| matches!(symbol.as_str(), "N" | "D" | "C"));
        if !any_needed || !["N", "D", "C"].iter().all(|role| known(self, role)) {
            return None;
        }
        let mut at = |role| self.series_of(role).ok().flatten();
        Some([at("N")?, at("D")?, at("C")?])
    }

    /// Finds what a filter names: a role, or a column.
    pub fn add_names(&mut self, expression: &Expression, text: &str) -> Result<(), Mistake> {
        for name in &expression.names {
            if self.targets.iter().any(|(known, is_text, _)| *known == name.name && *is_text == name.text) {
                continue;
            }
            let target = self.resolve(&name.name, name.text).map_err(|mistake| match mistake {
                Mistake::NoSuchColumn { column, .. } => {
                    let known = self.wishes.iter().map(|wish| wish.symbol.as_str());
                    let headers = self.headers.all.iter().map(|header| header.text.as_str());
                    let near = nearest(&column, known.chain(headers));
                    let near = if near.is_empty() { self.headers.texts() } else { near };
                    Mistake::Expression {
                        text: text.to_owned(),
                        position: name.position,
                        detail: Mistake::NoSuchColumn { column, near }.to_string(),
                    }
                }
                other => other,
            })?;
            self.targets.push((name.name.clone(), name.text, target));
        }
        Ok(())
    }

    fn resolve(&mut self, name: &str, text: bool) -> Result<Target, Mistake> {
        if text {
            let header = match self.find(name) {
                Ok(Some((header, _))) if self.headers.all.iter().all(|h| h.text != name) => header,
                _ => self.headers.named(name)?,
            };
            self.texts.push(header);
            return Ok(Target::Text(self.texts.len() - 1));
        }
        if let Some(i) = self.wishes.iter().position(|wish| wish.symbol == name) {
            return Ok(Target::Series(i));
        }
        if let Some(header) = self.headers.all.iter().position(|header| header.text == name) {
            let unit = self.headers.all[header].unit;
            return Ok(Target::Series(self.wish(name, Some((header, unit)), None, None)));
        }
        if let Some(i) = self.series_of(name)? {
            return Ok(Target::Series(i));
        }
        if CONVERSIONS.iter().any(|conversion| conversion.makes == name) {
            let i = self.wish(name, None, None, None);
            if self.derive(i).is_ok() {
                return Ok(Target::Series(i));
            }
            self.wishes.truncate(i);
        }
        let header = self.headers.named(name)?;
        let unit = self.headers.all[header].unit;
        Ok(Target::Series(self.wish(name, Some((header, unit)), None, None)))
    }

    /// Positions of the columns to read as numbers and as text.
    pub fn columns(&self) -> (Vec<usize>, Vec<usize>) {
        (self.wishes.iter().filter_map(|wish| wish.header).collect(), self.texts.clone())
    }

    /// Puts the columns read where they belong, in base units, and makes the others from them.
    pub fn fill(self, table: Table) -> Result<Loaded, Mistake> {
        let mut read = table.numbers.into_iter();
        let mut series: Vec<Series> = Vec::with_capacity(self.wishes.len());
        for wish in &self.wishes {
            let header = wish.header.map(|header| &self.headers.all[header]);
            let mut cells = match wish.header {
                Some(_) => read.next().expect("a column was read for each wish with a header"),
                None => Cells::default(),
            };
            if let Some(header) = header {
                let found = cells.settle(&header.text, wish.unit)?;
                if let (Some(found), Some(needed)) = (found, wish.dimension)
                    && found != needed
                    && needed != Dimension::NUMBER
                {
                    return Err(Mistake::WrongUnit {
                        column: header.text.clone(),
                        role: wish.symbol.clone(),
                        found: found.to_string(),
                        needed: needed.to_string(),
                    });
                }
            }
            let wanted_counts = wish.wanted.as_ref().map_or(Counts::Any, |needed| needed.counts);
            let found_counts = header.map_or(Counts::Any, |header| header.counts);
            series.push(Series {
                symbol: wish.symbol.clone(),
                header: header.map(|header| header.text.clone()),
                unit_name: wish.wanted.as_ref().map_or_else(String::new, |needed| needed.unit.clone()),
                counts: if found_counts == Counts::Any { wanted_counts } else { found_counts },
                conversion: wish.conversion.as_ref().map(|(conversion, _)| *conversion),
                wanted: wish.wanted.clone(),
                checked: wish.checked,
                cells,
            });
        }
        for (i, wish) in self.wishes.iter().enumerate() {
            if let Some((conversion, from)) = &wish.conversion {
                let mut x = vec![0.0; from.len()];
                let made = (0..table.rows).map(|row| {
                    x.iter_mut().zip(from).for_each(|(x, &source)| *x = series[source].cells.values[row]);
                    (conversion.of)(&x)
                });
                series[i].cells.values = made.collect();
            }
        }
        Ok(Loaded {
            series,
            labels: self.labels,
            texts: table.texts,
            targets: self.targets,
            compute: self.compute,
            lines: table.lines,
            sha256: table.sha256,
            rows_read: table.rows,
        })
    }
}

impl Loaded {
    /// The series asked for, in order.
    pub fn needed(&self) -> impl Iterator<Item = &Series> {
        self.series.iter().filter(|series| series.wanted.is_some())
    }

    /// The values of each name in a filter.
    pub fn values(&self, expression: &Expression) -> Vec<Values<'_>> {
        let of = |name: &str, text: bool| {
            let found = self.targets.iter().find(|(known, is_text, _)| known == name && *is_text == text);
            match found.expect("every name was resolved before reading").2 {
                Target::Series(i) => Values::Numbers(&self.series[i].cells.values),
                Target::Text(i) => Values::Texts(&self.texts[i]),
            }
        };
        expression.names.iter().map(|name| of(&name.name, name.text)).collect()
    }

    /// Where a cell is in the file.
    pub fn place(&self, series: &Series, row: usize) -> Place {
        let column = series.header.clone().unwrap_or_else(|| series.symbol.clone());
        Place { line: self.lines.line(row), row: row + 1, column }
    }

    /// What is noticed before rows are dropped from memory: C against 6ND.
    pub fn warnings(&self, rows: &[usize]) -> Vec<Warning> {
        let Some(at) = self.compute else { return Vec::new() };
        let [n, d, c] = at.map(|i| {
            let values = &self.series[i].cells.values;
            rows.iter().map(|&row| values[row]).collect::<Vec<f64>>()
        });
        let numbers: Vec<usize> = rows.iter().map(|row| row + 1).collect();
        super::convert::check_compute(&n, &d, &c, &numbers).into_iter().collect()
    }

    /// Keeps some rows of what was asked for, in the units asked for; lets go of the rest.
    pub fn retain(&mut self, rows: &[usize]) {
        self.series.retain(|series| series.wanted.is_some());
        self.texts.truncate(self.labels);
        for series in &mut self.series {
            let values = &mut series.cells.values;
            if rows.len() < values.len() {
                *values = rows.iter().map(|&row| values[row]).collect();
            }
            series.cells.bad = Vec::<(usize, Bad)>::new();
            let scale = Unit::parse(&series.unit_name).map_or(1.0, |unit| unit.scale);
            if scale != 1.0 {
                values.iter_mut().for_each(|value| *value /= scale);
            }
        }
        for label in &mut self.texts {
            if rows.len() < label.len() {
                *label = rows.iter().map(|&row| std::mem::take(&mut label[row])).collect();
            }
        }
        check::assert_same_length(self, rows.len());
    }
}
