//! What another language calls: requests and answers as JSON in the words of study files, tables
//! from memory. Everything here is done elsewhere; this is a door, like the command line.

use crate::base::units::Unit;
use crate::data::ingest::{self, Held, Needed, Request, Source};
use crate::engine::analysis::{Beside, Ranges, predict, spend};
use crate::engine::design;
use crate::engine::uncertainty::Uncertainty;
use crate::laws::find_cost;
use crate::methods::extrapolate::{BASELINES, Measure, Place, Said, Settings, Wish, runs, study as forecast};
use crate::methods::job::{JobTable, MethodJob};
use crate::methods::method::GivenFit;
use crate::methods::registry;
use crate::record::{Optimum, Prediction, Record};
use crate::show::figure;
use crate::show::notebook;
use crate::show::report::{self, pictures, trust};
use crate::work::store::{read_record, write_record, write_whole};
use crate::work::study::job_of;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::Arc;

/// A failure, in one sentence.
pub type Answered<T> = Result<T, String>;

/// A table: rows in memory, or a file or built-in data set by name.
#[derive(Clone, Debug)]
pub enum Rows {
    /// In memory.
    Held(Arc<Held>),
    /// A file, a folder, a pattern, or a built-in data set's id.
    Named(String),
}

impl Rows {
    fn source(&self) -> Source {
        match self {
            Self::Held(held) => Source::Memory(Arc::clone(held)),
            Self::Named(name) => Source::named(name),
        }
    }
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Fits a law: `stanza` is an object with the keys of a study's `[[fit]]`, without name and data.
///
/// # Errors
/// One sentence: what is wrong with the request, the rows or the fit.
pub fn fit(rows: &Rows, stanza: Value) -> Answered<Record> {
    let mut job = job_of(stanza)?;
    match rows {
        Rows::Named(name) => job.data.clone_from(name),
        Rows::Held(held) => {
            held.name().clone_into(&mut job.data);
            job.held = Some(Arc::clone(held));
        }
    }
    let record = job.run(&|| ()).map_err(said)?.record;
    match record.certificate.converged {
        true => Ok(record),
        false => Err(format!("the fit did not converge: {}", record.certificate.termination)),
    }
}

/// A saved record, or that of a folder.
///
/// # Errors
/// One sentence.
pub fn open(path: &str) -> Answered<Record> {
    let path = Path::new(path);
    let file = if path.is_dir() { path.join("record.json") } else { path.to_owned() };
    read_record(&file).map_err(said)
}

/// A fit to ask.
pub struct Fitted {
    record: Record,
    known: Uncertainty,
    ranges: Ranges,
    beside: Option<Beside>,
}

impl Fitted {
    /// Of a record.
    ///
    /// # Errors
    /// If its law is not registered.
    pub fn new(record: Record) -> Answered<Self> {
        let known = Uncertainty::of_record(&record)
            .ok_or_else(|| format!("the law `{}` is not one that this program has", record.law.id))?;
        let (ranges, beside) = (Ranges::of_record(&record), Beside::of_record(&record));
        Ok(Self { record, known, ranges, beside })
    }

    /// All that is known of the fit.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The record as JSON.
    ///
    /// # Errors
    /// Never, for a record that was made.
    pub fn json(&self) -> Answered<String> {
        serde_json::to_string_pretty(&self.record).map_err(said)
    }

    /// Saves the record as `record.json` in a folder; returns the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, folder: &Path) -> Answered<String> {
        let path = folder.join("record.json");
        write_record(&self.record, &path).map_err(said)?;
        Ok(path.display().to_string())
    }

    /// Predicts at one point given by symbol.
    ///
    /// # Errors
    /// One sentence, for a point at which the law says nothing.
    pub fn prediction(&self, at: &[(String, f64)]) -> Answered<Prediction> {
        predict(&self.known, &self.ranges, self.beside.as_ref(), at).map_err(said)
    }

    /// Predicts at points given by symbol.
    ///
    /// # Errors
    /// One sentence, for a point at which the law says nothing.
    pub fn predict(&self, points: &[Vec<(String, f64)>]) -> Answered<Value> {
        let level = self.known.level;
        let one = |at: &Vec<(String, f64)>| -> Answered<Value> {
            let there = self.prediction(at)?;
            let by_symbol =
                |list: &[(String, f64)]| list.iter().map(|(s, v)| (s.clone(), json!(v))).collect::<Map<_, _>>();
            Ok(json!({
                "at": by_symbol(&there.at), "estimate": there.output.estimate, "lower": there.output.lower,
                "upper": there.output.upper, "unit": there.output.unit, "level": level,
                "new_run": there.new_run, "extrapolation": by_symbol(&there.extrapolation), "warnings": there.warnings,
                "text": notebook::prediction_text(&there),
            }))
        };
        points.iter().map(one).collect::<Answered<Vec<_>>>().map(Value::Array)
    }

    /// Spends a budget under the law's own cost or another.
    ///
    /// # Errors
    /// One sentence, where there is no optimum.
    pub fn spent(&self, budget: f64, cost: Option<&str>, at: &[(String, f64)]) -> Answered<Optimum> {
        let cost = cost.map(|id| find_cost(id).ok_or_else(|| format!("there is no cost `{id}`"))).transpose()?;
        spend(&self.known, &self.ranges, cost, budget, at).map_err(said)
    }

    /// The same as JSON, with `text` that says it.
    ///
    /// # Errors
    /// One sentence, where there is no optimum.
    pub fn optimum(&self, budget: f64, cost: Option<&str>, at: &[(String, f64)]) -> Answered<Value> {
        let best = self.spent(budget, cost, at)?;
        let mut answer = serde_json::to_value(&best).map_err(said)?;
        answer["text"] = notebook::optimum_text(&best).into();
        Ok(answer)
    }

    /// What it is, in a few lines.
    pub fn text(&self) -> String {
        notebook::fit_text(&self.record)
    }

    /// What it is, as HTML for a notebook.
    pub fn html(&self) -> String {
        notebook::fit_html(&self.record)
    }

    /// A figure by name, or the one to look at first: its name and SVG.
    ///
    /// # Errors
    /// If there is none of that name, or it cannot be drawn.
    pub fn picture(&self, name: Option<&str>) -> Answered<Option<(String, String)>> {
        let drawn = figure::all(&self.record);
        let named = |wanted: &str| drawn.iter().find(|one| one.name == wanted);
        let chosen = match name {
            Some(name) => Some(named(name).ok_or_else(|| {
                let names: Vec<&str> = drawn.iter().map(|one| one.name.as_str()).collect();
                format!("there is no figure `{name}` of this fit; there are {}", names.join(", "))
            })?),
            None => named("frontier").or_else(|| named("line")).or_else(|| drawn.first()),
        };
        chosen.map(|one| Ok((one.name.clone(), figure::svg(one).map_err(said)?))).transpose()
    }

    /// How far to trust it: a word, and why.
    pub fn trust(&self) -> (&'static str, Vec<String>) {
        let (verdict, reasons) = trust(&self.record);
        (verdict.word(), reasons)
    }

    /// Its figures: name and SVG.
    ///
    /// # Errors
    /// If one cannot be drawn.
    pub fn figures(&self) -> Answered<Vec<(String, String)>> {
        let drawn = figure::all(&self.record);
        drawn.iter().map(|one| Ok((one.name.clone(), figure::svg(one).map_err(said)?))).collect()
    }

    /// Writes its report into a folder; returns the HTML file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn report(&self, folder: &Path) -> Answered<String> {
        let pictures = pictures(&figure::all(&self.record), "figures").map_err(said)?;
        for picture in &pictures {
            write_whole(&folder.join(&picture.file), picture.svg.as_bytes()).map_err(said)?;
        }
        let document = report::of_fit(&self.record, &pictures);
        let html = folder.join("report.html");
        write_whole(&html, report::html(&document).as_bytes()).map_err(said)?;
        write_whole(&folder.join("report.md"), report::markdown(&document).as_bytes()).map_err(said)?;
        Ok(html.display().to_string())
    }

    fn given(&self, name: &str) -> GivenFit {
        let fitted = design::Fitted::of_record(self.known.law, &self.record);
        GivenFit { name: name.to_owned(), known: self.known.clone(), ranges: self.ranges.clone(), fitted }
    }
}

/// Runs a method on tables and fits: `settings` is an object with the keys of its page; `map`,
/// `where`, `seed` and `level` may stand among them as in a study.
///
/// # Errors
/// One sentence.
pub fn method(id: &str, tables: Vec<(String, Rows)>, fits: &[&Fitted], settings: Value) -> Answered<Value> {
    /// What a stanza says beside the settings.
    #[derive(Default, Deserialize)]
    struct Beside {
        #[serde(default)]
        map: std::collections::BTreeMap<String, String>,
        #[serde(default, rename = "where")]
        filter: Option<String>,
        seed: Option<u64>,
        level: Option<f64>,
    }
    let Value::Object(mut settings) = settings else { return Err("settings are an object".to_owned()) };
    let mut apart = Map::new();
    for key in ["map", "where", "seed", "level"] {
        apart.extend(settings.remove(key).map(|value| (key.to_owned(), value)));
    }
    let apart: Beside = serde_json::from_value(Value::Object(apart)).map_err(said)?;
    let mut job = MethodJob::new(id);
    job.settings = Value::Object(settings);
    job.seed = apart.seed.unwrap_or(job.seed);
    job.level = apart.level.unwrap_or(job.level);
    if !(job.level > 0.0 && job.level < 1.0) {
        return Err(format!("level = {} must lie between 0 and 1", job.level));
    }
    let first = registry::find(id).map_err(said)?.card().tables.first().map_or("data", |table| table.name);
    for (k, (name, rows)) in tables.into_iter().enumerate() {
        let mut table = match rows {
            Rows::Named(data) => JobTable::only(&data),
            Rows::Held(held) => JobTable { held: Some(Arc::clone(&held)), ..JobTable::only(held.name()) },
        };
        table.name = if name.is_empty() { first.to_owned() } else { name };
        if k == 0 {
            (table.reading.map, table.reading.filter) = (apart.map.clone().into_iter().collect(), apart.filter.clone());
        }
        job.tables.push(table);
    }
    job.fits = (0..fits.len()).map(|k| format!("fit {}", k + 1)).collect();
    let given = fits.iter().zip(&job.fits).map(|(fit, name)| fit.given(name)).collect();
    let record = job.run(given).map_err(said)?;
    let mut answer = serde_json::to_value(&record).map_err(said)?;
    answer["text"] = notebook::method_text(&record).into();
    Ok(answer)
}

/// What to forecast of learning curves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curves {
    /// Column of the abscissa.
    pub x: String,
    /// Column of what is measured.
    pub y: String,
    /// Text column that tells curves apart.
    #[serde(default)]
    pub group: Option<String>,
    /// Rows to keep.
    #[serde(default, rename = "where")]
    pub filter: Option<String>,
    /// Multiples of each curve's last x.
    #[serde(default)]
    pub times: Vec<f64>,
    /// Values of x.
    #[serde(default)]
    pub at: Vec<f64>,
    /// A value of y to reach.
    #[serde(default)]
    pub target: Option<f64>,
    /// What y is; what its header says if not given.
    #[serde(default)]
    pub measure: Option<Measure>,
}

/// Forecasts every curve of a table, as `scaling extrapolate --json` prints it.
///
/// # Errors
/// One sentence.
pub fn extrapolate(rows: &Rows, ask: &Curves) -> Answered<Value> {
    let needed = |symbol: &str| Needed { positive: false, ..Needed::new(symbol, "1") };
    let request = Request {
        needed: vec![Needed::new("x", "1"), needed("y")],
        labels: ask.group.iter().cloned().collect(),
        map: vec![("x".to_owned(), ask.x.clone()), ("y".to_owned(), ask.y.clone())],
        filter: ask.filter.clone(),
        ..Request::default()
    };
    let table = ingest::read(&rows.source(), &request).map_err(said)?;
    let curves = runs(&table, ask.group.as_deref());
    let places = ask.times.iter().map(|&times| Place::Times(times)).chain(ask.at.iter().map(|&x| Place::At(x)));
    let wish = Wish {
        to: places.collect(),
        measure: ask.measure.unwrap_or_else(|| Measure::of_header(&ask.y)),
        settings: Settings { target: ask.target, ..Settings::default() },
        beside: BASELINES.iter().map(|rule| rule.name.to_owned()).collect(),
        cuts: vec![2.0, 4.0, 8.0],
    };
    let said_of: Vec<Said> = forecast(curves, &wish).map_err(said)?;
    Ok(crate::methods::extrapolate::contract(&said_of, &[], &table.provenance.warnings))
}

/// A number with its unit in the unit that a symbol of a law has: `70B`, `1.4T tokens`.
///
/// # Errors
/// One sentence, for a number in another kind of unit.
pub fn quantity(text: &str, unit: Option<&str>) -> Answered<f64> {
    let unit = unit.filter(|unit| Unit::parse(unit).is_ok());
    crate::work::given::Amount::parse(text)?.in_unit(unit)
}

/// The registered laws: id, title, symbols and units of inputs and output, parameters, page.
pub fn laws() -> Value {
    let axis = |input: &crate::law::Input| json!({ "symbol": input.symbol, "name": input.name, "unit": input.unit });
    crate::laws::LAWS
        .iter()
        .map(|law| {
            let card = law.card();
            json!({
                "id": card.id, "title": card.title, "family": card.family, "formula": card.formula,
                "inputs": card.inputs.iter().map(axis).collect::<Vec<_>>(), "output": axis(&card.output),
                "parameters": card.params.iter().map(|p| p.symbol).collect::<Vec<_>>(), "page": card.notes,
            })
        })
        .collect()
}
