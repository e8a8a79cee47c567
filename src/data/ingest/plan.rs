//! Which columns to read for a request, and what they become.

use super::cells::Table;
use super::convert::{CONVERSIONS, Conversion};
use super::error::{Mistake, nearest};
use super::expression::{Expression, Name};
use super::fill;
use super::loaded::{Loaded, Target};
use super::roles::{self, Headers};
use super::{Needed, Request};
use crate::base::units::{self, Dimension, Unit};
use crate::data::card::{CardCompute, DatasetCard};

/// What the number of a row is called in conditions, where no column is.
const ROW: &str = "row";

/// What fills a role.
#[derive(Clone)]
enum Found {
    Column(usize, Option<Unit>),
    /// A formula of the request, by position.
    Formula(usize),
    /// A constant of the request, by position.
    Constant(usize),
}

/// Where the numbers of a series come from.
#[derive(Clone)]
pub(super) enum Made {
    /// A column, by position.
    Column(usize),
    Conversion(&'static Conversion, Vec<usize>),
    Formula(Expression, Vec<usize>, String),
    Constant(f64, String),
    /// The row's number, as messages and records give it.
    Row,
    /// Not settled yet.
    Open,
}

/// One series of numbers to have: read from a column, or made from other series.
pub(super) struct Wish {
    pub symbol: String,
    pub made: Made,
    pub unit: Option<Unit>,
    pub dimension: Option<Dimension>,
    pub wanted: Option<Needed>,
    /// Its values must be sound: it is needed, or what is needed is made from it.
    pub checked: bool,
    /// Zero and negative values are mistakes, if it is not itself wanted.
    pub positive: bool,
}

impl Wish {
    fn column(&self) -> Option<usize> {
        match self.made {
            Made::Column(column) => Some(column),
            _ => None,
        }
    }
}

/// A formula of the request: role, formula, its text, the unit of what it gives.
struct Formula {
    role: String,
    expression: Expression,
    text: String,
    unit: Option<Unit>,
}

/// Everything to read.
pub(super) struct Plan {
    pub headers: Headers,
    map: Vec<(String, usize, Option<Unit>)>,
    formulas: Vec<Formula>,
    constants: Vec<(String, String)>,
    symbols: Vec<String>,
    pub wishes: Vec<Wish>,
    texts: Vec<usize>,
    pub labels: usize,
    targets: Vec<(String, bool, Target)>,
    /// Conversions that a card declares; it may declare one for a role that has several.
    declared: Vec<CardCompute>,
    /// Where N, D and C, none of them made from the others, stand among the wishes.
    pub compute: Option<[usize; 3]>,
    /// Roles whose formulas are being resolved: within its own formula a role is a column.
    making: Vec<String>,
}

impl Plan {
    pub fn new(headers: Headers, card: Option<&DatasetCard>, request: &Request) -> Result<Self, Mistake> {
        let mut plan = Self {
            headers,
            map: Vec::new(),
            formulas: Vec::new(),
            constants: request.set.clone(),
            symbols: request.needed.iter().map(|needed| needed.symbol.clone()).collect(),
            wishes: Vec::new(),
            labels: request.labels.len(),
            texts: Vec::new(),
            targets: Vec::new(),
            declared: card.map(|card| card.compute.clone()).unwrap_or_default(),
            compute: None,
            making: Vec::new(),
        };
        plan.once(request)?;
        for (role, column) in &request.map {
            plan.add_map(role, column)?;
        }
        for name in &request.labels {
            let header = plan.label(name)?;
            plan.texts.push(header);
        }
        // Columns first, so that a role made from others finds them.
        for needed in &request.needed {
            let found = plan.find(&needed.symbol)?;
            let dimension = Unit::parse(&needed.unit).ok().map(|unit| unit.dimension);
            plan.wish(&needed.symbol, found, dimension, Some(needed.clone()))?;
        }
        let mut missing = Vec::new();
        for i in 0..plan.wishes.len() {
            if plan.wishes[i].wanted.is_some() && matches!(plan.wishes[i].made, Made::Open) && !plan.derive(i)? {
                missing.push(plan.wishes[i].symbol.clone());
            }
        }
        if !missing.is_empty() {
            return Err(plan.missing(missing));
        }
        plan.compute = plan.all_three();
        Ok(plan)
    }

    /// A role is mapped once, or set once.
    fn once(&self, request: &Request) -> Result<(), Mistake> {
        let map = request.map.iter().map(|(role, column)| (role, format!("--map {role}={column}")));
        let given: Vec<(&String, String)> =
            map.chain(request.set.iter().map(|(role, value)| (role, format!("--set {role}={value}")))).collect();
        for (i, (role, second)) in given.iter().enumerate() {
            if let Some((_, first)) = given[..i].iter().find(|(other, _)| other == role) {
                return Err(Mistake::Twice { role: (*role).clone(), first: first.clone(), second: second.clone() });
            }
        }
        for (role, text) in &request.set {
            let parsed = units::parse(text).map_err(|error| error.to_string());
            let finite = |quantity: units::Quantity| match quantity.value.is_finite() {
                true => Ok(()),
                false => Err("it is not a finite number".to_owned()),
            };
            parsed.and_then(finite).map_err(|detail| Mistake::Constant {
                role: role.clone(),
                text: text.clone(),
                detail,
            })?;
        }
        Ok(())
    }

    /// `--map ROLE=…`: a column, with its unit in brackets; a role; or a formula.
    fn add_map(&mut self, role: &str, column: &str) -> Result<(), Mistake> {
        match (self.headers.mapped(column), self.headers.role(column, &[])) {
            (Ok((header, unit)), _) => self.map.push((role.to_owned(), header, unit)),
            // `--map x=N`: the column that plays the role N.
            (Err(_), Ok(Some(header))) => self.map.push((role.to_owned(), header, self.headers.all[header].unit)),
            (Err(error), _) => {
                let (text, unit) = match roles::bracketed(column) {
                    Some((formula, unit)) if column.contains(" (") || column.contains(" [") => {
                        match Unit::parse(unit) {
                            Ok(unit) => (formula.to_owned(), Some(unit)),
                            Err(_) => (column.to_owned(), None),
                        }
                    }
                    _ => (column.to_owned(), None),
                };
                let reckons = text.contains(|c: char| "+*/^-(".contains(c)) || text.parse::<f64>().is_ok();
                let expression = Expression::formula(&text, &|word| self.is_known(word));
                match expression {
                    // A formula, or a role that is made from others: `--map x=C`.
                    Ok(expression)
                        if !expression.names.is_empty()
                            && (!expression.is_column() || CONVERSIONS.iter().any(|known| known.makes == text)) =>
                    {
                        self.formulas.push(Formula { role: role.to_owned(), expression, text, unit });
                    }
                    Ok(expression) if expression.names.is_empty() => {
                        return Err(Mistake::Constant {
                            role: role.to_owned(),
                            text,
                            detail: format!("a number is no column; write --set {role}=VALUE"),
                        });
                    }
                    Err(fault) if reckons => return Err(fault),
                    _ => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Whether a word names a column, a role or a constant.
    pub fn is_known(&self, word: &str) -> bool {
        word == ROW
            || self.headers.named(word).is_ok()
            || self.symbols.iter().any(|symbol| symbol == word)
            || self.map.iter().any(|(role, ..)| role == word)
            || self.constants.iter().any(|(role, _)| role == word)
            || self.formulas.iter().any(|formula| formula.role == word)
            || matches!(self.headers.role(word, &[]), Ok(Some(_)))
    }

    /// The column of a label: a header, a role, or a header but for its punctuation.
    fn label(&self, name: &str) -> Result<usize, Mistake> {
        if let Some(header) = self.headers.all.iter().position(|header| header.text == name) {
            return Ok(header);
        }
        if let Some((_, header, _)) = self.map.iter().find(|(role, ..)| role == name) {
            return Ok(*header);
        }
        match self.headers.role(name, &[]) {
            Ok(Some(header)) => Ok(header),
            _ => self.headers.named(name),
        }
    }

    /// What fills a role: what the request says, or what a header suggests.
    fn find(&self, role: &str) -> Result<Option<Found>, Mistake> {
        if let Some(&(_, header, unit)) = self.map.iter().find(|(mapped, ..)| mapped == role) {
            return Ok(Some(Found::Column(header, unit)));
        }
        let within = self.making.iter().any(|making| making == role);
        if let Some(i) = self.formulas.iter().position(|formula| formula.role == role).filter(|_| !within) {
            return Ok(Some(Found::Formula(i)));
        }
        if let Some(i) = self.constants.iter().position(|(set, _)| set == role) {
            return Ok(Some(Found::Constant(i)));
        }
        let symbols: Vec<&str> = self.symbols.iter().map(String::as_str).collect();
        let found = self.headers.role(role, &symbols)?;
        // A column given to another role by hand is not up for this one.
        let found = found.filter(|&header| !self.map.iter().any(|&(_, mapped, _)| mapped == header));
        Ok(found.map(|header| Found::Column(header, self.headers.all[header].unit)))
    }

    fn wish(
        &mut self,
        symbol: &str,
        found: Option<Found>,
        dimension: Option<Dimension>,
        wanted: Option<Needed>,
    ) -> Result<usize, Mistake> {
        let (made, unit) = match &found {
            Some(Found::Column(header, unit)) => (Made::Column(*header), *unit),
            _ => (Made::Open, None),
        };
        self.wishes.push(Wish {
            symbol: symbol.to_owned(),
            made,
            unit,
            dimension: dimension.or_else(|| roles::dimension(symbol)),
            checked: wanted.is_some(),
            wanted,
            positive: true,
        });
        let i = self.wishes.len() - 1;
        match found {
            Some(Found::Formula(formula)) => self.make(i, formula)?,
            Some(Found::Constant(constant)) => self.set(i, constant)?,
            _ => {}
        }
        Ok(i)
    }

    /// Settles a wish that a formula of the request makes.
    fn make(&mut self, i: usize, formula: usize) -> Result<(), Mistake> {
        let Formula { role, expression, text, unit } = &self.formulas[formula];
        let (role, expression, text, unit) = (role.clone(), expression.clone(), text.clone(), *unit);
        self.making.push(role.clone());
        let mut sources = Vec::new();
        for name in &expression.names {
            let target = self.resolve(&name.name, name.text).map_err(|mistake| self.placed(mistake, name, &text))?;
            if let Target::Series(source) = target {
                sources.push(source);
            }
        }
        self.making.pop();
        for &source in &sources {
            let checked = self.wishes[i].checked;
            let wish = &mut self.wishes[source];
            wish.positive &= wish.checked;
            wish.checked |= checked;
        }
        let needed = self.wishes[i].dimension.filter(|&needed| needed != Dimension::NUMBER);
        if let (Some(unit), Some(needed)) = (unit.filter(|unit| unit.dimension != Dimension::NUMBER), needed)
            && unit.for_dimension(needed).is_none()
            && !(needed == Dimension::NAT_PER_TOKEN && unit.of_loss().is_some())
        {
            return Err(Mistake::WrongUnit {
                column: text,
                role,
                found: unit.dimension.to_string(),
                needed: needed.to_string(),
            });
        }
        self.wishes[i].unit = unit;
        self.wishes[i].made = Made::Formula(expression, sources, format!("{role} = {text}"));
        Ok(())
    }

    /// Settles a wish that a constant of the request fills.
    fn set(&mut self, i: usize, constant: usize) -> Result<(), Mistake> {
        let (role, text) = self.constants[constant].clone();
        let wrong = |detail: String| Mistake::Constant { role: role.clone(), text: text.clone(), detail };
        let quantity = units::parse(&text).map_err(|error| wrong(error.to_string()))?;
        let needed = self.wishes[i].dimension.unwrap_or(Dimension::NUMBER);
        let value = match quantity.unit {
            Some(_) if needed == Dimension::NUMBER => quantity.value,
            _ => {
                let base = Unit { dimension: needed, scale: 1.0 };
                quantity.in_unit(base, &text).map_err(|error| wrong(error.to_string()))?
            }
        };
        self.wishes[i].made = Made::Constant(value, format!("{role} = {text} in every row"));
        Ok(())
    }

    /// The series of a role that is in a column, or that the request makes, if it is.
    fn series_of(&mut self, role: &str) -> Result<Option<usize>, Mistake> {
        let direct = |wish: &Wish| !matches!(wish.made, Made::Open | Made::Conversion(..));
        if let Some(i) = self.wishes.iter().position(|wish| wish.symbol == role && direct(wish)) {
            return Ok(Some(i));
        }
        match self.find(role)? {
            Some(found) => self.wish(role, Some(found), None, None).map(Some),
            None => Ok(None),
        }
    }

    /// Makes a role from others by a named conversion; false if what it takes is not there.
    fn derive(&mut self, i: usize) -> Result<bool, Mistake> {
        let symbol = self.wishes[i].symbol.clone();
        for conversion in self.conversions(&symbol) {
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
            self.wishes[i].made = Made::Conversion(conversion, from);
            return Ok(true);
        }
        Ok(false)
    }

    fn conversions(&self, symbol: &str) -> Vec<&'static Conversion> {
        let declared: Vec<&CardCompute> = self.declared.iter().filter(|compute| compute.is == symbol).collect();
        CONVERSIONS
            .iter()
            .filter(|conversion| conversion.makes == symbol)
            .filter(|conversion| declared.is_empty() || declared.iter().any(|compute| conversion.is(compute)))
            .collect()
    }

    /// Roles that nothing fills, with what they could be made from.
    fn missing(&self, symbols: Vec<String>) -> Mistake {
        if let [only] = self.headers.all.as_slice()
            && only.text.contains(['|', ' ', ':'])
        {
            return Mistake::WrongDelimiter { header: only.text.clone() };
        }
        let lacks = |conversion: &Conversion| -> Vec<&'static str> {
            let there = |role: &str| matches!(self.find(role), Ok(Some(_))) || symbols.iter().any(|s| s == role);
            conversion.from.iter().copied().filter(|role| !there(role)).collect()
        };
        let instead = |symbol: &str| {
            let nearest = self.conversions(symbol).into_iter().min_by_key(|conversion| lacks(conversion).len());
            let lacking = nearest.map(|conversion| (lacks(conversion).join(" and "), conversion.formula));
            match lacking.filter(|(roles, _)| !roles.is_empty()) {
                Some((roles, formula)) => format!(", or {roles} to make it from ({formula})"),
                None => String::new(),
            }
        };
        let roles = symbols.iter().map(|symbol| (symbol.clone(), instead(symbol))).collect();
        Mistake::RoleMissing { roles, headers: self.headers.texts() }
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
            let target = self.resolve(&name.name, name.text).map_err(|mistake| self.placed(mistake, name, text))?;
            self.targets.push((name.name.clone(), name.text, target));
        }
        Ok(())
    }

    /// A name that is nothing, where it stands.
    fn placed(&self, mistake: Mistake, name: &Name, text: &str) -> Mistake {
        let Mistake::NoSuchColumn { column, .. } = mistake else { return mistake };
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

    fn resolve(&mut self, name: &str, text: bool) -> Result<Target, Mistake> {
        if text {
            self.texts.push(self.label(name)?);
            return Ok(Target::Text(self.texts.len() - 1));
        }
        let within = self.making.iter().any(|role| role == name);
        if within && self.making.last().is_some_and(|role| role != name) {
            return Err(Mistake::Circle {
                role: name.to_owned(),
                other: self.making.last().cloned().unwrap_or_default(),
            });
        }
        if let Some(i) = self.wishes.iter().position(|wish| wish.symbol == name).filter(|_| !within) {
            return Ok(Target::Series(i));
        }
        let column = |plan: &mut Self, header: usize| {
            let unit = plan.headers.all[header].unit;
            // Under its own name, so that it is not taken for the role that is being made.
            let symbol = if within { format!("column {name}") } else { name.to_owned() };
            let known = plan.headers.role_of(header);
            plan.wish(&symbol, Some(Found::Column(header, unit)), known.and_then(roles::dimension), None)
        };
        if let Some(header) = self.headers.all.iter().position(|header| header.text == name) {
            return Ok(Target::Series(column(self, header)?));
        }
        if within {
            let header = self.headers.role(name, &[])?.map_or_else(|| self.headers.named(name), Ok)?;
            return Ok(Target::Series(column(self, header)?));
        }
        if let Some(i) = self.series_of(name)? {
            return Ok(Target::Series(i));
        }
        if CONVERSIONS.iter().any(|conversion| conversion.makes == name) {
            let i = self.wish(name, None, None, None)?;
            if self.derive(i)? {
                return Ok(Target::Series(i));
            }
            self.wishes.truncate(i);
        }
        // A column that is mapped to another role is still known by what it is.
        let header = match self.headers.role(name, &[]) {
            Ok(Some(header)) => header,
            _ => match self.headers.named(name) {
                Err(_) if name == ROW => {
                    let i = self.wish(name, None, None, None)?;
                    self.wishes[i].made = Made::Row;
                    return Ok(Target::Series(i));
                }
                named => named?,
            },
        };
        Ok(Target::Series(column(self, header)?))
    }

    /// Positions of the columns to read as numbers and as text.
    pub fn columns(&self) -> (Vec<usize>, Vec<usize>) {
        (self.wishes.iter().filter_map(Wish::column).collect(), self.texts.clone())
    }

    /// Puts the columns read where they belong, in base units, and makes the others from them.
    pub fn fill(self, table: Table) -> Result<Loaded, Mistake> {
        let rows = table.rows;
        let series = fill::series(&self.headers, &self.wishes, table.numbers, rows)?;
        Ok(Loaded {
            series,
            labels: self.labels,
            texts: table.texts,
            targets: self.targets,
            compute: self.compute,
            lines: table.lines,
            notes: table.notes,
            sha256: table.sha256,
            rows_read: rows,
        })
    }
}
