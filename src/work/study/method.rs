//! The methods of a study: read, run after its fits, each cached like a fit.

use super::{Outcome, Quantity, StudyError, data_of, label, one_stack};
use crate::base::fault;
use crate::base::text::message;
use crate::data::ingest::{Reading, TableColumn};
use crate::engine::analysis::Ranges;
use crate::engine::design::Fitted;
use crate::engine::uncertainty::Uncertainty;
use crate::methods::job::{JobTable, MethodJob};
use crate::methods::method::GivenFit;
use crate::methods::registry;
use crate::published::reference;
use crate::record::method::{FORMAT, MethodRecord};
use crate::work::store::{self, StoreError, write_whole};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A `[[method]]` as written: what is not a key here is a setting of the method.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct WireMethod {
    name: String,
    #[serde(default)]
    about: String,
    method: String,
    data: Option<String>,
    #[serde(default)]
    datasets: BTreeMap<String, String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    #[serde(rename = "where")]
    filter: Option<String>,
    #[serde(default)]
    set: BTreeMap<String, Quantity>,
    #[serde(default)]
    stack: BTreeMap<String, String>,
    decimal: Option<String>,
    fit: Option<String>,
    #[serde(default)]
    fits: Vec<String>,
    seed: Option<u64>,
    level: Option<f64>,
    #[serde(flatten)]
    settings: serde_json::Map<String, Value>,
}

impl WireMethod {
    /// The run that it asks for.
    pub(super) fn job(self, seed: u64, level: f64, folder: &Path, taken: &[&str]) -> Result<MethodJob, String> {
        label("method", &self.name, taken)?;
        let name = self.name.clone();
        self.read(seed, level, folder).map_err(|detail| format!("method `{name}`: {detail}"))
    }

    fn read(self, seed: u64, level: f64, folder: &Path) -> Result<MethodJob, String> {
        let method = registry::find(&self.method).map_err(|error| error.to_string())?;
        let card = method.card();
        let settings = Value::Object(self.settings);
        method.settings(&settings).map_err(|error| error.to_string())?;
        let level = self.level.unwrap_or(level);
        if !(level > 0.0 && level < 1.0) {
            return Err(format!("level = {level} must lie between 0 and 1"));
        }
        let first = card.tables.first().map_or("data", |table| table.name);
        let mut tables = Vec::new();
        for (name, data) in self.data.into_iter().map(|data| (first.to_owned(), data)).chain(self.datasets) {
            if tables.iter().any(|table: &JobTable| table.name == name) {
                return Err(format!("data and datasets both name the table `{name}`"));
            }
            tables.push(JobTable { name, data: data_of(&data, folder)?, held: None, reading: Reading::default() });
        }
        // Roles and rows are those of the method's first table.
        let reading = Reading {
            map: self.map.into_iter().collect(),
            filter: self.filter,
            set: self.set.into_iter().map(|(role, quantity)| (role, quantity.text())).collect(),
            stack: one_stack(self.stack)?,
            decimal_comma: self.decimal.as_deref().map(Reading::is_comma).transpose()?.unwrap_or_default(),
        };
        match tables.iter_mut().find(|table| table.name == first) {
            Some(table) => table.reading = reading,
            None if reading != Reading::default() => {
                return Err(format!(
                    "map, where, set, stack and decimal speak of the table `{first}`, which is not given"
                ));
            }
            None => {}
        }
        let fits: Vec<String> = self.fit.into_iter().chain(self.fits).collect();
        if !(card.fits.0..=card.fits.1).contains(&fits.len()) {
            let (least, most) = card.fits;
            return Err(format!("`{}` starts from {least} to {most} fits, and {} are named", card.id, fits.len()));
        }
        let missing = |table: &&crate::methods::method::Table| {
            !table.optional && tables.iter().all(|given| given.name != table.name)
        };
        if let Some(table) = card.tables.iter().find(missing) {
            return Err(format!("`{}` needs a table of {}: name it as `{}`", card.id, table.rows, table.name));
        }
        if let Some(table) = tables.iter().find(|table| card.tables.iter().all(|known| known.name != table.name)) {
            return Err(format!("`{}` reads no table `{}`", card.id, table.name));
        }
        Ok(MethodJob {
            name: self.name,
            about: self.about,
            method: self.method,
            tables,
            fits,
            seed: self.seed.unwrap_or(seed),
            level,
            settings,
            command: String::new(),
        })
    }
}

/// What became of one method.
#[derive(Clone, Debug)]
pub struct MethodOutcome {
    /// What was asked.
    pub job: MethodJob,
    /// Its record, or why there is none.
    pub result: Result<MethodRecord, String>,
    /// It was found on disk, not computed.
    pub cached: bool,
}

/// Runs the methods of a study, with results under `out`: `methods/NAME.json`. They may start from
/// the study's fits. `tick` is called once per finished method.
///
/// # Errors
/// [`StudyError::Store`] if the folder cannot be made; the failure of a method is in its outcome and
/// loses nothing else.
pub fn run_methods(
    jobs: &[MethodJob],
    fits: &[Outcome],
    out: &Path,
    tick: &dyn Fn(&MethodOutcome),
) -> Result<Vec<MethodOutcome>, StudyError> {
    if !jobs.is_empty() {
        let folder = out.join("methods");
        std::fs::create_dir_all(&folder).map_err(|error| StoreError::unwritable(&folder, &error))?;
    }
    let one = |job: &MethodJob| {
        let path = path_of(job, out);
        let (result, cached) = match fault::caught(|| run(job, fits, &path)) {
            Ok(Ok((record, cached))) => (Ok(record), cached),
            Ok(Err(why)) | Err(why) => {
                // What an earlier run left under this name is no answer to this one.
                let left = store::discard(&path).err().map_or_else(String::new, |error| format!("; {error}"));
                (Err(message(&why) + &left), false)
            }
        };
        let outcome = MethodOutcome { job: job.clone(), result, cached };
        tick(&outcome);
        outcome
    };
    Ok(jobs.iter().map(one).collect())
}

/// What a method starts from, and the hash of all that determines its record.
fn prepared(job: &MethodJob, fits: &[Outcome]) -> Result<(Vec<GivenFit>, String), String> {
    let mut known = Vec::new();
    let mut digests = vec![store::maker().into_bytes()];
    for name in &job.fits {
        let (fit, digest) = find(name, fits)?;
        known.push(fit);
        digests.push(digest);
    }
    let key = job.key(&digests).map_err(|error| error.to_string())?;
    Ok((known, key))
}

fn path_of(job: &MethodJob, out: &Path) -> PathBuf {
    out.join("methods").join(format!("{}.json", job.name))
}

/// Whether a method's record is there and nothing that determines it has changed.
pub(super) fn is_done(job: &MethodJob, fits: &[Outcome], out: &Path) -> Result<bool, String> {
    let (_, key) = prepared(job, fits)?;
    Ok(read(&path_of(job, out)).is_some_and(|stored| stored.key == key))
}

fn run(job: &MethodJob, fits: &[Outcome], path: &Path) -> Result<(MethodRecord, bool), String> {
    let (known, key) = prepared(job, fits)?;
    if let Some(record) = read(path).filter(|stored| stored.key == key) {
        return Ok((record.record, true));
    }
    let record = job.run(known).map_err(|error| error.to_string())?;
    let mut stored = Stored { made_by: store::maker(), key, sha256: String::new(), record };
    stored.sha256 = stored.digest();
    let mut bytes = serde_json::to_vec(&stored).map_err(|error| error.to_string())?;
    bytes.push(b'\n');
    write_whole(path, &bytes).map_err(|error| error.to_string())?;
    // What a second run will find, to the bit.
    let again = read(path).ok_or_else(|| format!("{} does not read back", path.display()))?;
    Ok((again.record, false))
}

/// A fit of this study, or published constants, and a digest of what it says.
fn find(name: &str, fits: &[Outcome]) -> Result<(GivenFit, Vec<u8>), String> {
    if let Some(outcome) = fits.iter().find(|outcome| outcome.job.name == name) {
        let record = outcome.result.as_ref().map_err(|why| format!("the fit `{name}` failed: {why}"))?;
        let known = Uncertainty::of_record(record).ok_or_else(|| format!("the law of the fit `{name}` is unknown"))?;
        let digest = serde_json::to_vec(record).map_err(|error| error.to_string())?;
        let fitted = Fitted::of_record(known.law, record);
        return Ok((GivenFit { name: name.to_owned(), known, ranges: Ranges::of_record(record), fitted }, digest));
    }
    let published = reference::find(name).map_err(|error| format!("`{name}` is no fit of this study; {error}"))?;
    let theta = published.theta().ok_or_else(|| format!("`{name}` does not print every parameter of its law"))?;
    let digest = serde_json::to_vec(&(published.law.card().id, &theta)).map_err(|error| error.to_string())?;
    let known = Uncertainty::none(published.law, theta);
    Ok((GivenFit { name: name.to_owned(), known, ranges: Ranges::unknown(), fitted: None }, digest))
}

/// A stored record: who made it, the hash of what determined it, its own, the record.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Stored {
    made_by: String,
    key: String,
    sha256: String,
    record: MethodRecord,
}

impl Stored {
    fn digest(&self) -> String {
        let record = serde_json::to_vec(&self.record).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [self.made_by.as_bytes(), self.key.as_bytes(), &record] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A stored record that is what was written.
fn read(path: &Path) -> Option<Stored> {
    let stored: Stored = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    (stored.record.format == FORMAT && stored.digest() == stored.sha256).then_some(stored)
}

/// The record of a method's file, if it is one and what was written.
pub fn read_method(path: &Path) -> Option<MethodRecord> {
    read(path).map(|stored| stored.record)
}

/// One table over all methods: a row per named quantity.
pub fn method_table(outcomes: &[MethodOutcome]) -> Vec<(String, TableColumn)> {
    let rows = || {
        let records = outcomes.iter().filter_map(|outcome| outcome.result.as_ref().ok());
        records.flat_map(|record| record.quantities.iter().map(move |quantity| (record, quantity)))
    };
    let text = |of: &dyn Fn(&(&MethodRecord, &crate::record::Estimate)) -> String| {
        TableColumn::Text(rows().map(|row| of(&row)).collect())
    };
    let number = |of: &dyn Fn(&crate::record::Estimate) -> Option<f64>| {
        TableColumn::Numbers(rows().map(|(_, quantity)| of(quantity)).collect())
    };
    vec![
        ("name".to_owned(), text(&|(record, _)| record.name.clone())),
        ("method".to_owned(), text(&|(record, _)| record.method.clone())),
        ("symbol".to_owned(), text(&|(_, quantity)| quantity.symbol.clone())),
        ("unit".to_owned(), text(&|(_, quantity)| quantity.unit.clone())),
        ("estimate".to_owned(), number(&|e| Some(e.estimate))),
        ("standard_error".to_owned(), number(&|e| e.standard_error)),
        ("lower".to_owned(), number(&|e| e.lower)),
        ("upper".to_owned(), number(&|e| e.upper)),
    ]
}
