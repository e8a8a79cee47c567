//! One run of a method from end to end: which tables, which fits, which settings. A study is many of
//! these beside its fits; a verb of the command line makes one.

use crate::data::ingest::{self, Held, Reading, Source};
use crate::methods::method::{Card, Given, GivenFit, Method, MethodError};
use crate::methods::registry;
use crate::record::method::{FORMAT, MethodRecord};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Everything that determines a run of a method. Its serialised form is its identity, with the
/// bytes of its tables and the fits it starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodJob {
    /// Name, also the stem of its files.
    pub name: String,
    /// What it is for, printed above its section; not part of its identity.
    #[serde(skip)]
    pub about: String,
    /// The method's id.
    pub method: String,
    /// Its tables.
    pub tables: Vec<JobTable>,
    /// Fits to start from: of the same study, published or saved.
    pub fits: Vec<String>,
    /// Seed of every draw.
    pub seed: u64,
    /// Coverage of intervals.
    pub level: f64,
    /// Its settings as written.
    pub settings: Value,
    /// The command that makes it.
    pub command: String,
}

/// A table of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobTable {
    /// What the method calls it; empty for its first.
    pub name: String,
    /// A file or a built-in data set; what a table in memory is called.
    pub data: String,
    /// A table in memory, in place of a file.
    #[serde(skip)]
    pub held: Option<Arc<Held>>,
    /// How it is read.
    #[serde(flatten)]
    pub reading: Reading,
}

impl JobTable {
    fn source(&self) -> Source {
        self.held.as_ref().map_or_else(|| Source::named(&self.data), |held| Source::Memory(Arc::clone(held)))
    }

    /// The method's first table, whole.
    pub fn only(data: &str) -> Self {
        Self { name: String::new(), data: data.to_owned(), held: None, reading: Reading::default() }
    }
}

impl MethodJob {
    /// A method with its default settings, given nothing.
    pub fn new(method: &str) -> Self {
        Self {
            name: method.to_owned(),
            about: String::new(),
            method: method.to_owned(),
            tables: Vec::new(),
            fits: Vec::new(),
            seed: 0,
            level: 0.95,
            settings: Value::Object(serde_json::Map::new()),
            command: String::new(),
        }
    }

    /// What the method is given, besides fits.
    ///
    /// # Errors
    /// [`MethodError`] if a table cannot be one of the method's.
    fn given(&self, card: &'static Card, fits: Vec<GivenFit>) -> Result<Given, MethodError> {
        let mut given = Given::new(self.seed, self.level);
        for table in &self.tables {
            let first = card.tables.first().map_or("data", |table| table.name);
            let name = if table.name.is_empty() { first } else { &table.name };
            if given.has(name) {
                return Err(MethodError::refused(format!("the table `{name}` of `{}` is given twice", card.id)));
            }
            given = given.table(name, table.source(), table.reading.clone());
        }
        given.fits = fits;
        Ok(given)
    }

    /// Runs it from its fits, in the order of their names.
    ///
    /// # Errors
    /// [`MethodError`].
    pub fn run(&self, fits: Vec<GivenFit>) -> Result<MethodRecord, MethodError> {
        let method: &dyn Method = registry::find(&self.method)?;
        let given = self.given(method.card(), fits)?;
        let outcome = method.run(&given, &self.settings)?;
        Ok(MethodRecord {
            format: FORMAT,
            name: self.name.clone(),
            method: self.method.clone(),
            settings: method.settings(&self.settings)?,
            fits: self.fits.clone(),
            provenance: given.provenance(),
            quantities: method.quantities(&outcome)?,
            outcome,
            warnings: given.warnings(),
            seed: self.seed,
            level: self.level,
            command: self.command.clone(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// The hash of all that determines the record; `fits` are digests of those it starts from.
    ///
    /// # Errors
    /// [`MethodError`] if the method is unknown or a table cannot be read.
    pub fn key(&self, fits: &[Vec<u8>]) -> Result<String, MethodError> {
        registry::find(&self.method)?;
        let mut hash = Sha256::new();
        hash.update(serde_json::to_vec(self).unwrap_or_default());
        for table in &self.tables {
            hash.update(ingest::fingerprint(&table.source())?);
        }
        for fit in fits {
            hash.update(Sha256::digest(fit));
        }
        hash.update(FORMAT.to_le_bytes());
        hash.update(env!("CARGO_PKG_VERSION"));
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}
