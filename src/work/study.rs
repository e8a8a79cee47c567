//! Studies: many fits from one file, in parallel, each cached by the hash of all that determines
//! it. A study killed at any moment resumes where it was: files appear whole or not at all.

mod method;
mod part;
mod section;

pub use method::{MethodOutcome, method_table, read_method, run_methods};
pub use part::{Planned, Shard, clear, plan};
pub use section::sections;

use crate::base::fault;
use crate::base::objective::words::{Delta, LossKind, Named, Scale, Words};
use crate::base::text::message;
use crate::data::ingest::{Reading, Source, TableColumn, is_beside};
use crate::engine::fit::Weights;
use crate::engine::solve::Method;
use crate::law::Card;
use crate::methods::job::MethodJob;
use crate::published::reference;
use crate::record::{Estimate, Estimator, Record};
use crate::work::accounts::Account;
use crate::work::given::{Amount, Given, Wishes, unit_of, values};
use crate::work::job::{Job, MOST_REPLICATES, law};
use crate::work::store::{self, StoreError};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number as people write it: `5.76e23`, `"70B"`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Number {
    Plain(f64),
    Text(String),
}

impl Number {
    fn amount(&self) -> Result<Amount, String> {
        match self {
            Self::Plain(value) if value.is_finite() => Ok(Amount::plain(*value)),
            Self::Plain(value) => Err(format!("{value} is not a finite number")),
            Self::Text(text) => Amount::parse(text),
        }
    }

    /// An end of a range; an infinite one is open.
    fn end(&self) -> Result<Option<Amount>, String> {
        match self {
            Self::Plain(value) if value.is_infinite() => Ok(None),
            other => other.amount().map(Some),
        }
    }
}

/// A quantity as it goes into a table's request: its text.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Quantity {
    Plain(f64),
    Text(String),
}

impl Quantity {
    fn text(self) -> String {
        match self {
            Self::Plain(value) => format!("{value:e}"),
            Self::Text(text) => text,
        }
    }
}

/// The wire form of a study file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WireStudy {
    /// Title of the report.
    title: String,
    /// What the study is about, printed under the title.
    #[serde(default)]
    about: String,
    /// Seed of every draw that has none of its own.
    #[serde(default)]
    seed: u64,
    /// Bootstrap replicates of fits that do not say; 0 for profile intervals.
    #[serde(default)]
    bootstrap: usize,
    /// Coverage of intervals.
    #[serde(default = "ninety_five")]
    level: f64,
    /// The fits.
    #[serde(default)]
    fit: Vec<WireJob>,
    /// Methods, run after the fits.
    #[serde(default)]
    method: Vec<method::WireMethod>,
    /// Sections of the report, with numbers looked up.
    #[serde(default)]
    section: Vec<Account>,
}

/// The JSON Schema of a study file.
pub fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<WireStudy>()
}

fn ninety_five() -> f64 {
    0.95
}

/// The wire form of one fit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WireJob {
    /// Name, also of its files.
    name: String,
    /// Printed above it in the report.
    #[serde(default)]
    about: String,
    /// A table in the study's folder, or a built-in data set.
    data: String,
    /// The law's id.
    law: String,
    /// Role = column, or a formula of columns.
    #[serde(default)]
    map: BTreeMap<String, String>,
    /// Rows to keep.
    #[serde(rename = "where")]
    filter: Option<String>,
    /// Rows to hold out and predict.
    holdout: Option<String>,
    /// Role = quantity that holds in every row.
    #[serde(default)]
    set: BTreeMap<String, Quantity>,
    /// Role = pattern of columns to make rows of.
    #[serde(default)]
    stack: BTreeMap<String, String>,
    /// Decimal mark of a text table.
    #[serde(default)]
    decimal: Option<String>,
    /// An objective by name: default, hoffmann.
    #[schemars(with = "Option<Named>")]
    objective: Option<String>,
    /// raw, log, log1p, log-minus.
    #[schemars(with = "Option<Scale>")]
    residual: Option<String>,
    /// squared, huber, absolute, quantile, asymmetric-huber, student-t, cauchy, huber-likelihood.
    #[schemars(with = "Option<LossKind>")]
    loss: Option<String>,
    /// Half-width of Huber's quadratic zone, or "auto".
    delta: Option<WireDelta>,
    /// Quantile.
    tau: Option<f64>,
    /// Degrees of freedom.
    nu: Option<f64>,
    /// Multiplier of negative residuals.
    factor: Option<f64>,
    /// Offset of log-minus.
    offset: Option<f64>,
    /// Parameters held at a value.
    #[serde(default)]
    fix: BTreeMap<String, Number>,
    /// Pairs of parameters made one.
    #[serde(default)]
    tie: Vec<(String, String)>,
    /// Ranges of parameters.
    #[serde(default)]
    bound: BTreeMap<String, (Number, Number)>,
    /// Gaussian priors: mean and standard deviation.
    #[serde(default)]
    prior: BTreeMap<String, (Number, Number)>,
    /// A column, inverse-variance:COLUMN or per-group:COLUMN.
    weights: Option<Weights>,
    /// How a smooth objective is minimised.
    #[serde(default)]
    solver: Method,
    /// Column that groups rows whose errors go together.
    cluster: Option<String>,
    /// How intervals are made.
    interval: Option<Estimator>,
    /// Covariance of the sandwich estimator.
    covariance: Option<crate::engine::uncertainty::covariance::Kind>,
    /// Bootstrap replicates.
    bootstrap: Option<usize>,
    /// Seed of its draws.
    seed: Option<u64>,
    /// Coverage of its intervals.
    level: Option<f64>,
    /// Points to predict.
    #[serde(default)]
    predict: Vec<BTreeMap<String, Number>>,
    /// Budgets to spend.
    #[serde(default)]
    compute: Vec<Number>,
    /// Inputs held in optima.
    #[serde(default)]
    at: BTreeMap<String, Number>,
    /// Published fits to hold beside it: besiroglu2024/main.
    #[serde(default)]
    compare: Vec<String>,
}

/// Huber's delta: a number, or "auto".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum WireDelta {
    Number(f64),
    Text(String),
}

impl WireDelta {
    fn value(&self) -> Result<Delta, String> {
        match self {
            Self::Number(delta) => Ok(Delta::Fixed(*delta)),
            Self::Text(text) => text.parse(),
        }
    }
}

/// Letters of a fit's name, at most: it is a file's name too.
const LONGEST_NAME: usize = 120;

/// A study, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Title.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// The fits.
    pub jobs: Vec<Job>,
    /// The methods, run after the fits.
    pub methods: Vec<MethodJob>,
    /// The sections of its report.
    pub accounts: Vec<Account>,
}

/// What is wrong with a study file.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// It cannot be read.
    #[error("{path}: {detail}")]
    Unreadable {
        /// File.
        path: String,
        /// Why.
        detail: String,
    },
    /// It is not a study.
    #[error("{path}: {detail}")]
    Malformed {
        /// File.
        path: String,
        /// What and where.
        detail: String,
    },
    /// The output folder cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Study {
    /// Reads a study file; paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`StudyError`], naming the line and the key at fault.
    pub fn read(path: &Path) -> Result<Self, StudyError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| StudyError::Unreadable { path: name.clone(), detail: error.to_string() })?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Self::parse(&text, &name, &folder)
    }

    /// Reads a study from text.
    ///
    /// # Errors
    /// [`StudyError::Malformed`].
    pub fn parse(text: &str, name: &str, folder: &Path) -> Result<Self, StudyError> {
        let malformed = |detail: String| StudyError::Malformed { path: name.to_owned(), detail };
        let wire: WireStudy = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            malformed(format!("line {line}: {}", error.message()))
        })?;
        if wire.fit.is_empty() && wire.method.is_empty() {
            return Err(malformed("a study needs at least one [[fit]] or one [[method]]".to_owned()));
        }
        let defaults = (wire.seed, wire.bootstrap, wire.level);
        let mut jobs: Vec<Job> = Vec::new();
        for fit in wire.fit {
            let name = fit.name.clone();
            label("fit", &name, &jobs.iter().map(|job| job.name.as_str()).collect::<Vec<_>>()).map_err(malformed)?;
            let job = fit.job(defaults, folder).map_err(|detail| malformed(format!("fit `{name}`: {detail}")))?;
            jobs.push(job);
        }
        let asked: BTreeSet<&String> = jobs.iter().flat_map(|job| &job.compare).collect();
        for name in asked {
            reference::find(name).map_err(|error| malformed(format!("compare: {error}")))?;
        }
        let mut methods: Vec<MethodJob> = Vec::new();
        for method in wire.method {
            let taken: Vec<&str> = methods.iter().map(|job| job.name.as_str()).collect();
            let job = method.job(wire.seed, wire.level, folder, &taken).map_err(malformed)?;
            methods.push(job);
        }
        let mut accounts = wire.section;
        for account in &mut accounts {
            let title = account.title.clone();
            let wrong = |detail: String| malformed(format!("section `{title}`: {detail}"));
            account.check().map_err(wrong)?;
            for data in account.data() {
                *data = data_of(data, folder).map_err(wrong)?;
            }
        }
        Ok(Self { title: wire.title, about: wire.about, jobs, methods, accounts })
    }
}

/// Whether a name can be a file's, and no other of its kind has it.
fn label(kind: &str, name: &str, taken: &[&str]) -> Result<(), String> {
    let proper = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !proper || name.starts_with('.') {
        return Err(format!("{kind} name `{name}` is also a file name: use letters, digits, - _ and ."));
    }
    if name.len() > LONGEST_NAME {
        return Err(format!("{kind} name `{name}` has {} characters; a file name takes {LONGEST_NAME}", name.len()));
    }
    if taken.contains(&name) {
        return Err(format!("two {kind}s are named `{name}`"));
    }
    Ok(())
}

/// A built-in data set, or a file in the study's folder.
fn data_of(data: &str, folder: &Path) -> Result<String, String> {
    match Source::built_in(data) {
        Some(_) if !folder.join(data).is_file() => Ok(data.to_owned()),
        _ if data == "-" => Err("a study reads files, not standard input: its fits must be the same again".to_owned()),
        _ if is_beside(data) => Ok(folder.join(data).display().to_string()),
        _ => Err(format!(
            "data = \"{data}\" lies outside the study's folder; a study reads data in its folder or built in, so put the file there"
        )),
    }
}

fn given(map: &BTreeMap<String, Number>) -> Result<Vec<Given>, String> {
    map.iter().map(|(symbol, number)| Ok(Given { symbol: symbol.clone(), amount: number.amount()? })).collect()
}

impl WireJob {
    fn job(self, (seed, bootstrap, level): (u64, usize, f64), folder: &Path) -> Result<Job, String> {
        let words = Words {
            objective: self.objective.as_deref().map(str::parse).transpose()?,
            residual: self.residual.as_deref().map(str::parse).transpose()?,
            loss: self.loss.as_deref().map(str::parse).transpose()?,
            delta: self.delta.as_ref().map(WireDelta::value).transpose()?,
            tau: self.tau,
            nu: self.nu,
            factor: self.factor,
            offset: self.offset,
        };
        let objective = words.objective()?;
        // A law that there is not is that fit's failure and no other's: it says so when it runs.
        static UNKNOWN: Card = Card::DEFAULT;
        let card = law(&self.law).map_or(&UNKNOWN, |law| law.card());
        let bounds = self.bound.iter().map(|(k, (low, high))| Ok((k.clone(), low.end()?, high.end()?)));
        let priors = self.prior.iter().map(|(k, (mean, sd))| Ok((k.clone(), mean.amount()?, sd.amount()?)));
        let wishes = Wishes {
            fix: given(&self.fix)?,
            bounds: bounds.collect::<Result<_, String>>()?,
            priors: priors.collect::<Result<_, String>>()?,
        };
        let (fix, bounds, priors, typed) = wishes.resolve(card)?;
        let numbers = |map: &BTreeMap<String, Number>| -> Result<Vec<(String, f64)>, String> {
            values(&given(map)?, &|symbol| unit_of(card, symbol).map(str::to_owned))
        };
        let cost = card.allocation.as_ref().map_or("FLOP", |allocation| allocation.cost.unit);
        let compute = self.compute.iter().map(|number| number.amount()?.in_unit(Some(cost)));
        let level = self.level.unwrap_or(level);
        if !(level > 0.0 && level < 1.0) {
            return Err(format!("level = {level} must lie between 0 and 1"));
        }
        let data = data_of(&self.data, folder)?;
        if self.bootstrap.unwrap_or(bootstrap) > MOST_REPLICATES {
            return Err(format!("bootstrap asks for more than {MOST_REPLICATES} replicates"));
        }
        Ok(Job {
            held: None,
            name: self.name,
            about: self.about,
            data,
            law: self.law,
            map: self.map.into_iter().collect(),
            filter: self.filter,
            holdout: self.holdout,
            objective,
            constraints: crate::engine::fit::Constraints { fix, tie: self.tie, bounds, priors },
            weights: self.weights,
            solver: self.solver,
            cluster: self.cluster,
            interval: self.interval.unwrap_or(match self.covariance {
                Some(_) if self.bootstrap.unwrap_or(bootstrap) == 0 => Estimator::Sandwich,
                _ => Estimator::default(),
            }),
            covariance: self.covariance.unwrap_or_default(),
            bootstrap: self.bootstrap.unwrap_or(bootstrap),
            seed: self.seed.unwrap_or(seed),
            level,
            predict: self.predict.iter().map(numbers).collect::<Result<_, _>>()?,
            compute: compute.collect::<Result<_, _>>()?,
            at: numbers(&self.at)?,
            compare: self.compare,
            command: String::new(),
            typed,
            set: self.set.into_iter().map(|(role, quantity)| (role, quantity.text())).collect(),
            stack: one_stack(self.stack)?,
            decimal_comma: self
                .decimal
                .as_deref()
                .map(Reading::is_comma)
                .transpose()
                .map_err(|wrong| format!("decimal: {wrong}"))?
                .unwrap_or_default(),
        })
    }
}

/// A fit from the keys of a `[[fit]]`, as JSON; its name is the law's and its data are for the caller
/// to say, a table in memory or any path.
///
/// # Errors
/// One sentence that names the key at fault.
pub fn job_of(stanza: serde_json::Value) -> Result<Job, String> {
    let serde_json::Value::Object(mut stanza) = stanza else { return Err("a fit is an object".to_owned()) };
    for key in ["name", "data"] {
        stanza.entry(key).or_insert_with(|| serde_json::Value::from("fit"));
    }
    let wire: WireJob = serde_json::from_value(stanza.into()).map_err(|error| error.to_string())?;
    law(&wire.law).map_err(|error| error.to_string())?;
    wire.job((0, 0, ninety_five()), Path::new(""))
}

/// A wide table is made long once.
fn one_stack(stack: BTreeMap<String, String>) -> Result<Option<(String, String)>, String> {
    match stack.len() {
        0 | 1 => Ok(stack.into_iter().next()),
        _ => Err("stack names more than one role".to_owned()),
    }
}

/// What became of one job.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The job.
    pub job: Job,
    /// Its record, or why there is none.
    pub result: Result<Record, String>,
    /// It was found on disk, not computed.
    pub cached: bool,
}

/// Runs all jobs, several at a time, with results under `out`: `fits/NAME.json`,
/// `replicates/NAME.parquet`. `tick` is called once per finished fit.
///
/// # Errors
/// [`StudyError::Store`] if the folders cannot be made; the failure of a fit is in its outcome and
/// loses nothing else.
pub fn run(study: &Study, out: &Path, tick: &(dyn Fn(&Outcome) + Sync)) -> Result<Vec<Outcome>, StudyError> {
    for folder in [out.join("fits"), out.join("replicates")] {
        std::fs::create_dir_all(&folder).map_err(|error| StoreError::unwritable(&folder, &error))?;
    }
    // Jobs have threads of their own: a worker of the pool that waits inside one job would take up
    // another, and that one the next, until a thousand of them overflow its stack.
    let next = AtomicUsize::new(0);
    let work = || {
        let mut mine = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = study.jobs.get(index) else { return mine };
            let outcome = one(job, out).inspect(tick);
            if outcome.is_err() {
                next.store(study.jobs.len(), Ordering::Relaxed);
            }
            mine.push((index, outcome));
        }
    };
    let mut done: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..rayon::current_num_threads()).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Where a fit's record and its replicates are kept.
fn places(job: &Job, out: &Path) -> (PathBuf, PathBuf) {
    let record = out.join("fits").join(format!("{}.json", job.name));
    (record, out.join("replicates").join(format!("{}.parquet", job.name)))
}

/// A fit's record, if it is there and nothing that determines it has changed.
fn found(job: &Job, out: &Path) -> Result<Option<Record>, String> {
    let key = job.key().map_err(|error| message(&error.to_string()))?;
    let (record, replicates) = places(job, out);
    Ok(store::unchanged(&key, &record, &replicates))
}

fn one(job: &Job, out: &Path) -> Result<Outcome, StudyError> {
    let outcome = |result, cached| Outcome { job: job.clone(), result, cached };
    let (record_path, replicates_path) = places(job, out);
    let fitted = || -> Result<Outcome, String> {
        if let Some(record) = found(job, out)? {
            return Ok(outcome(Ok(record), true));
        }
        let analysis = job.run(&|| {}).map_err(|error| error.to_string())?;
        // Of the bytes that were read, should they have changed meanwhile.
        let key = job.key_of(&analysis.record).map_err(|error| error.to_string())?;
        store::write(&analysis, &key, &record_path, &replicates_path).map_err(|error| error.to_string())?;
        // What a second run will find, to the bit.
        let record = store::read_record(&record_path).map_err(|error| error.to_string())?;
        Ok(outcome(Ok(record), false))
    };
    let why = match fault::caught(fitted) {
        Ok(Ok(outcome)) => return Ok(outcome),
        Ok(Err(why)) | Err(why) => message(&why),
    };
    // What an earlier run left under this name is no answer to this one.
    let left = [&record_path, &replicates_path].map(|path| store::discard(path));
    let also = left.into_iter().filter_map(Result::err).map(|error| error.to_string());
    let new = also.filter(|error| !why.contains(error.as_str())).map(|error| format!("; {error}")).collect::<String>();
    Ok(outcome(Err(why + &new), false))
}

/// One table over all fits: a row per parameter, derived quantity, prediction and optimum.
pub fn table(outcomes: &[Outcome]) -> Vec<(String, TableColumn)> {
    let mut text: [Vec<String>; 7] = Default::default();
    let mut number: [Vec<Option<f64>>; 4] = Default::default();
    let mut push = |job: &Job, status: &str, kind: &str, at: &str, e: Option<&Estimate>| {
        let symbol = e.map_or(String::new(), |e| e.symbol.clone());
        let row = [&job.name, &job.law, &job.data, status, kind, at, &symbol].map(ToString::to_string);
        for (column, value) in text.iter_mut().zip(row) {
            column.push(value);
        }
        let values =
            [e.map(|e| e.estimate), e.and_then(|e| e.standard_error), e.and_then(|e| e.lower), e.and_then(|e| e.upper)];
        for (column, value) in number.iter_mut().zip(values) {
            column.push(value);
        }
    };
    let place = |at: &[(String, f64)]| at.iter().map(|(s, v)| format!("{s}={v:e}")).collect::<Vec<_>>().join(",");
    for Outcome { job, result, .. } in outcomes {
        let record = match result {
            Ok(record) => record,
            Err(why) => {
                push(job, &format!("failed: {why}"), "fit", "", None);
                continue;
            }
        };
        let status = if record.certificate.converged { "converged" } else { "not converged" };
        for e in &record.parameters {
            push(job, status, "parameter", "", Some(e));
        }
        for e in &record.derived {
            push(job, status, "derived", "", Some(e));
        }
        for p in &record.predictions {
            push(job, status, "prediction", &place(&p.at), Some(&p.output));
        }
        for o in &record.optima {
            for e in &o.quantities {
                push(job, status, "optimum", &format!("budget={:e}", o.budget), Some(e));
            }
        }
    }
    let names = ["fit", "law", "data", "status", "kind", "at", "symbol"];
    let numbers = ["estimate", "standard_error", "lower", "upper"];
    let texts = names.iter().zip(text).map(|(n, c)| ((*n).to_owned(), TableColumn::Text(c)));
    texts.chain(numbers.iter().zip(number).map(|(n, c)| ((*n).to_owned(), TableColumn::Numbers(c)))).collect()
}
