//! What an interactive page asks and is told: a table, one or two laws, rows left out, a budget. The
//! answer is that of a job, with the command and the study stanza that remake it.

use crate::base::objective::words::{LossKind, Named, Scale, Words};
use crate::data::ingest::{self, Source};
use crate::law::Card;
use crate::record::{Estimate, Record};
use crate::show::figure;
use crate::show::report::number::rounded;
use crate::show::report::{self, pictures, trust};
use crate::work::job::{self, Job, JobError};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Objectives to choose from: name, then the words of a study and of the command line.
pub const OBJECTIVES: &[(&str, Words)] = &[
    ("default", Words::NONE),
    ("hoffmann", Words { objective: Some(Named::Hoffmann), ..Words::NONE }),
    ("squared on log residuals", Words { loss: Some(LossKind::Squared), ..Words::NONE }),
    ("absolute on log residuals", Words { loss: Some(LossKind::Absolute), ..Words::NONE }),
    ("squared on raw residuals", Words { residual: Some(Scale::Raw), loss: Some(LossKind::Squared), ..Words::NONE }),
];

/// Rows that may be left out by hand.
const MOST_LEFT_OUT: usize = 10_000;

/// What is on screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// A file or a built-in data set.
    pub data: String,
    /// The law's id.
    pub law: String,
    /// Role = column.
    #[serde(default)]
    pub map: Vec<(String, String)>,
    /// Role, quantity: holds in every row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<(String, String)>,
    /// Columns of a wide table to make rows of: role, pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<(String, String)>,
    /// Decimals are written with a comma.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decimal_comma: bool,
    /// Rows to keep.
    #[serde(default, rename = "where")]
    pub filter: String,
    /// Numbers of rows left out by hand.
    #[serde(default)]
    pub exclude: Vec<usize>,
    /// One of [`OBJECTIVES`].
    #[serde(default = "usual")]
    pub objective: String,
    /// Coverage of intervals.
    #[serde(default = "ninety_five")]
    pub level: f64,
    /// A budget to spend, in the law's unit of cost.
    #[serde(default)]
    pub compute: Option<f64>,
    /// Inputs to predict at.
    #[serde(default)]
    pub at: Vec<(String, f64)>,
}

fn usual() -> String {
    OBJECTIVES[0].0.to_owned()
}

fn ninety_five() -> f64 {
    0.95
}

/// A quantity as it is read: every number is written here, none on the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Symbol.
    pub symbol: String,
    /// What it is.
    pub meaning: String,
    /// Unit, empty for a pure number.
    pub unit: String,
    /// Estimate.
    pub estimate: String,
    /// Interval.
    pub interval: String,
}

impl Line {
    fn of(estimate: &Estimate) -> Self {
        let written = rounded(estimate);
        Self {
            symbol: estimate.symbol.clone(),
            meaning: estimate.meaning.clone(),
            unit: if estimate.unit == "1" { String::new() } else { estimate.unit.clone() },
            estimate: written.estimate,
            interval: written.interval,
        }
    }
}

/// What is said of a screen.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// How far to trust it, in a word.
    pub trust: &'static str,
    /// Why.
    pub reasons: Vec<String>,
    /// Objective at the minimum.
    pub minimum: f64,
    /// How intervals were made.
    pub interval: String,
    /// Parameters.
    pub parameters: Vec<Line>,
    /// What follows from them.
    pub derived: Vec<Line>,
    /// The optimum under the budget.
    pub optimum: Vec<Line>,
    /// Prediction at the inputs asked for.
    pub prediction: Vec<Line>,
    /// Warnings of the optimum and the prediction.
    pub cautions: Vec<String>,
    /// The record, whose points and curves the page draws.
    pub record: Record,
    /// The commands that make it.
    pub command: String,
    /// The study that makes it.
    pub stanza: String,
}

/// A table as a page offers it.
#[derive(Clone, Debug, Serialize)]
pub struct Columns {
    /// Its headers.
    pub headers: Vec<String>,
}

/// The headers of a table.
///
/// # Errors
/// One sentence.
pub fn columns(data: &str) -> Result<Columns, String> {
    let headers = ingest::headers(&Source::named(data)).map_err(|error| error.to_string())?;
    Ok(Columns { headers })
}

impl Screen {
    /// A law on all rows of a table under the default objective.
    pub fn new(data: &str, law: &str) -> Self {
        Self {
            data: data.to_owned(),
            law: law.to_owned(),
            map: Vec::new(),
            set: Vec::new(),
            stack: None,
            decimal_comma: false,
            filter: String::new(),
            exclude: Vec::new(),
            objective: usual(),
            level: ninety_five(),
            compute: None,
            at: Vec::new(),
        }
    }

    /// The rows kept, as a condition.
    fn condition(&self) -> Option<String> {
        let left_out = |rows: &[usize]| rows.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
        let filter = self.filter.trim();
        match (filter.is_empty(), self.exclude.as_slice()) {
            (true, []) => None,
            (false, []) => Some(filter.to_owned()),
            (true, rows) => Some(format!("not row in [{}]", left_out(rows))),
            (false, rows) => Some(format!("({filter}) and not row in [{}]", left_out(rows))),
        }
    }

    fn words(&self) -> Result<Words, String> {
        let found = OBJECTIVES.iter().find(|(name, _)| *name == self.objective);
        found.map(|(_, words)| *words).ok_or_else(|| format!("there is no objective `{}`", self.objective))
    }

    /// The job that answers it.
    ///
    /// # Errors
    /// One sentence.
    pub fn job(&self) -> Result<Job, String> {
        if self.exclude.len() > MOST_LEFT_OUT {
            return Err(format!("more than {MOST_LEFT_OUT} rows left out one by one; use a condition"));
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(format!("level = {} must lie between 0 and 1", self.level));
        }
        let objective = self.words()?.objective()?;
        let card = job::law(&self.law).map_err(|error| error.to_string())?.card();
        Ok(Job {
            map: self.map.clone(),
            set: self.set.clone(),
            stack: self.stack.clone(),
            decimal_comma: self.decimal_comma,
            filter: self.condition(),
            objective,
            level: self.level,
            predict: self.place(card).into_iter().collect(),
            compute: self.compute.filter(|_| card.allocation.is_some()).into_iter().collect(),
            command: self.command(),
            ..Job::new(&self.data, &self.law)
        })
    }

    /// The inputs asked for, if they are all there.
    fn place(&self, card: &Card) -> Option<Vec<(String, f64)>> {
        card.inputs
            .iter()
            .map(|input| self.at.iter().find(|(symbol, _)| symbol == input.symbol).cloned())
            .collect::<Option<Vec<_>>>()
            .filter(|at| !at.is_empty())
    }

    /// Fits and answers.
    ///
    /// # Errors
    /// One sentence: what could not be read or fitted.
    pub fn answer(&self) -> Result<Answer, String> {
        let record = self.record()?;
        let (verdict, reasons) = trust(&record);
        let lines = |list: &[Estimate]| list.iter().map(Line::of).collect::<Vec<_>>();
        let spent = record.optima.first();
        let predicted = record.predictions.first();
        let warnings =
            spent.into_iter().flat_map(|o| &o.warnings).chain(predicted.into_iter().flat_map(|p| &p.warnings));
        let mut cautions: Vec<String> = warnings.map(|warning| warning.message.clone()).collect();
        cautions.dedup();
        Ok(Answer {
            trust: verdict.word(),
            reasons,
            minimum: record.objective_value,
            interval: record.interval.method.clone(),
            parameters: lines(&record.parameters),
            derived: lines(&record.derived),
            optimum: spent.map(|o| lines(&o.quantities)).unwrap_or_default(),
            prediction: predicted.map(|p| lines(&p.quoted())).unwrap_or_default(),
            cautions,
            command: self.commands(),
            stanza: self.stanza()?,
            record,
        })
    }

    fn record(&self) -> Result<Record, String> {
        let said = |error: JobError| error.to_string();
        Ok(self.job()?.run(&|| ()).map_err(said)?.record)
    }

    /// The report of its fit, one HTML file.
    ///
    /// # Errors
    /// One sentence.
    pub fn report(&self) -> Result<String, String> {
        let record = self.record()?;
        let pictures = pictures(&figure::all(&record), "figures").map_err(|error| error.to_string())?;
        Ok(report::html(&report::of_fit(&record, &pictures)))
    }

    fn command(&self) -> String {
        let mut line = format!("scaling fit {} --law {}", quoted(&self.data), quoted(&self.law));
        for (role, column) in &self.map {
            let _ = write!(line, " --map {}", quoted(&format!("{role}={column}")));
        }
        for (role, value) in &self.set {
            let _ = write!(line, " --set {}", quoted(&format!("{role}={value}")));
        }
        if let Some((role, pattern)) = &self.stack {
            let _ = write!(line, " --stack {}", quoted(&format!("{role}={pattern}")));
        }
        if self.decimal_comma {
            line.push_str(" --decimal comma");
        }
        if let Some(condition) = self.condition() {
            let _ = write!(line, " --where {}", quoted(&condition));
        }
        for (key, value) in self.words().unwrap_or(Words::NONE).said() {
            let _ = write!(line, " --{key} {value}");
        }
        if self.level != ninety_five() {
            let _ = write!(line, " --level {}", self.level);
        }
        line
    }

    /// The command of the fit, then those of the optimum and the prediction.
    fn commands(&self) -> String {
        let mut lines = format!("{} --out fit\n", self.command());
        let Some(law) = crate::laws::find(&self.law) else { return lines };
        if let Some(budget) = self.compute.filter(|_| law.card().allocation.is_some()) {
            let _ = writeln!(lines, "scaling optimum fit --compute {budget:e}");
        }
        if let Some(place) = self.place(law.card()) {
            let at: Vec<String> = place.iter().map(|(symbol, value)| format!("{symbol}={value:e}")).collect();
            let _ = writeln!(lines, "scaling predict fit --at {}", at.join(","));
        }
        lines
    }

    /// A study of this one fit.
    fn stanza(&self) -> Result<String, String> {
        let text = |value: &str| toml::Value::String(value.to_owned());
        let pairs = |list: &[(String, String)]| -> toml::Table {
            list.iter().map(|(role, column)| (role.clone(), text(column))).collect()
        };
        let mut fit = toml::Table::new();
        fit.insert("name".to_owned(), text(&self.law));
        fit.insert("data".to_owned(), text(&self.data));
        fit.insert("law".to_owned(), text(&self.law));
        if let Some(condition) = self.condition() {
            fit.insert("where".to_owned(), text(&condition));
        }
        for (key, value) in self.words()?.said() {
            fit.insert(key.to_owned(), text(value));
        }
        if self.level != ninety_five() {
            fit.insert("level".to_owned(), toml::Value::Float(self.level));
        }
        let card = job::law(&self.law).map_err(|error| error.to_string())?.card();
        if let Some(budget) = self.compute.filter(|_| card.allocation.is_some()) {
            fit.insert("compute".to_owned(), toml::Value::Array(vec![text(&format!("{budget:e}"))]));
        }
        if let Some(place) = self.place(card) {
            let place = place.into_iter().map(|(symbol, value)| (symbol, text(&format!("{value:e}")))).collect();
            fit.insert("predict".to_owned(), toml::Value::Array(vec![toml::Value::Table(place)]));
        }
        if self.decimal_comma {
            fit.insert("decimal".to_owned(), text("comma"));
        }
        if !self.set.is_empty() {
            fit.insert("set".to_owned(), toml::Value::Table(pairs(&self.set)));
        }
        if let Some(stack) = &self.stack {
            fit.insert("stack".to_owned(), toml::Value::Table(pairs(std::slice::from_ref(stack))));
        }
        if !self.map.is_empty() {
            fit.insert("map".to_owned(), toml::Value::Table(pairs(&self.map)));
        }
        let mut study = toml::Table::new();
        study.insert("title".to_owned(), text(&format!("{} on {}", self.law, self.data)));
        study.insert("fit".to_owned(), toml::Value::Array(vec![toml::Value::Table(fit)]));
        toml::to_string(&study).map_err(|error| error.to_string())
    }
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:+,".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen() -> Screen {
        Screen {
            filter: "L < 3.4469".to_owned(),
            exclude: vec![3, 17],
            compute: Some(1e23),
            at: vec![("N".to_owned(), 7e10), ("D".to_owned(), 1.4e12)],
            ..Screen::new("hoffmann2022-figure4", "chinchilla")
        }
    }

    #[test]
    fn the_study_of_a_screen_is_the_job_of_the_screen() {
        let screen = screen();
        let study = crate::work::study::Study::parse(&screen.stanza().unwrap(), "screen", std::path::Path::new("."));
        let study = study.unwrap();
        let (ours, theirs) = (screen.job().unwrap(), &study.jobs[0]);
        assert_eq!(ours.filter, theirs.filter);
        assert_eq!(ours.objective, theirs.objective);
        assert_eq!(ours.compute, theirs.compute);
        assert_eq!(ours.predict.len(), theirs.predict.len());
        assert_eq!(ours.level, theirs.level);
    }

    #[test]
    fn rows_left_out_by_hand_are_left_out_and_the_condition_says_so() {
        let screen = screen();
        let all = Screen { exclude: Vec::new(), ..screen.clone() }.job().unwrap().read().unwrap();
        let gone: Vec<usize> = all.rows.iter().copied().take(2).collect();
        let job = Screen { exclude: gone.clone(), ..screen }.job().unwrap();
        let kept = job.read().unwrap();
        assert_eq!(kept.len() + 2, all.len());
        assert!(kept.rows.iter().all(|row| !gone.contains(row)));
        assert!(job.command.contains("not row in ["), "{}", job.command);
    }

    #[test]
    fn words_are_quoted_for_a_shell_when_it_would_read_them() {
        assert_eq!(quoted("runs.csv"), "runs.csv");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
