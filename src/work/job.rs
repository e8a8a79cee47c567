//! One fit from end to end: which rows, which law, which objective, what to work out. A study is
//! many of these, the command line makes one.

use crate::base::objective::{Objective, Residual};
use crate::base::units::Unit;
use crate::data::ingest::{self, Held, IngestError, Needed, Source};
use crate::data::measurements::Measurements;
use crate::engine::analysis::{self, Analysis};
use crate::engine::fit::{self, Constraints, FitError, Spec, Weights};
use crate::engine::optimum::OptimumError;
use crate::engine::solve::Method;
use crate::engine::uncertainty::FEWEST;
use crate::engine::uncertainty::covariance::Kind;
use crate::law::Law;
use crate::record::Estimator;
use crate::record::Record;
use crate::work::store;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Everything that determines a fit. Its serialised form is its identity: two equal jobs on equal
/// bytes give equal records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Name, also the stem of its files.
    pub name: String,
    /// What it is for, printed above its report; not part of its identity.
    #[serde(skip)]
    pub about: String,
    /// A file or a built-in data set; what a table in memory is called.
    pub data: String,
    /// A table in memory, in place of a file.
    #[serde(skip)]
    pub held: Option<Arc<Held>>,
    /// The law's id.
    pub law: String,
    /// Role = column.
    pub map: Vec<(String, String)>,
    /// Rows to keep.
    pub filter: Option<String>,
    /// Rows to hold out of the fit and predict with it.
    pub holdout: Option<String>,
    /// The objective.
    pub objective: Objective,
    /// Fixed, tied and bounded parameters, priors.
    pub constraints: Constraints,
    /// How rows are weighted; all alike if not said.
    pub weights: Option<Weights>,
    /// Which solver, for losses that leave a choice.
    pub solver: Method,
    /// Header of a text column that groups rows whose errors go together.
    pub cluster: Option<String>,
    /// How intervals are made.
    pub interval: Estimator,
    /// Covariance of the sandwich estimator.
    pub covariance: Kind,
    /// Bootstrap replicates.
    pub bootstrap: usize,
    /// Seed of every draw.
    pub seed: u64,
    /// Coverage of intervals.
    pub level: f64,
    /// Points to predict.
    pub predict: Vec<Vec<(String, f64)>>,
    /// Budgets to spend.
    pub compute: Vec<f64>,
    /// Inputs held in optima.
    pub at: Vec<(String, f64)>,
    /// Published fits to hold beside it: `besiroglu2024/main`.
    pub compare: Vec<String>,
    /// The command that makes it.
    pub command: String,
    /// Parameters whose constraints were typed in a loss unit, and that unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub typed: Vec<(String, String)>,
    /// Role = quantity that holds in every row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<(String, String)>,
    /// Columns of a wide table to make rows of: role, pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<(String, String)>,
    /// Decimals are written with a comma.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decimal_comma: bool,
}

impl Job {
    /// A law on data under the default objective, nothing else asked for.
    pub fn new(data: &str, law: &str) -> Self {
        Self {
            name: law.to_owned(),
            about: String::new(),
            data: data.to_owned(),
            held: None,
            law: law.to_owned(),
            map: Vec::new(),
            filter: None,
            holdout: None,
            objective: Objective::DEFAULT,
            constraints: Constraints::default(),
            weights: None,
            solver: Method::default(),
            cluster: None,
            interval: Estimator::default(),
            covariance: Kind::default(),
            bootstrap: 0,
            seed: 0,
            level: 0.95,
            predict: Vec::new(),
            compute: Vec::new(),
            at: Vec::new(),
            compare: Vec::new(),
            command: String::new(),
            typed: Vec::new(),
            set: Vec::new(),
            stack: None,
            decimal_comma: false,
        }
    }
}

/// Bootstrap replicates of one fit, at most.
pub const MOST_REPLICATES: usize = 1_000_000;

/// Replicates where an estimator draws some and nobody said how many.
const REPLICATES: usize = 1_000;

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// No such law.
    #[error("there is no law `{law}`{near}; `scaling laws` lists them")]
    UnknownLaw {
        /// The id.
        law: String,
        /// Similar ids.
        near: String,
    },
    /// A law that is written down and cannot be read.
    #[error("{0}")]
    WrittenLaw(String),
    /// Too few replicates for an interval.
    #[error("{0} bootstrap replicates are too few for an interval: ask for at least {FEWEST}, better 1000")]
    FewReplicates(usize),
    /// A cluster bootstrap without labels.
    #[error("a cluster bootstrap draws whole clusters: name the column that tells them apart with `--cluster COLUMN`")]
    NoLabels,
    /// The rows could not be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The problem could not be posed.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// More replicates than anybody waits for.
    #[error("{asked} bootstrap replicates are more than {MOST_REPLICATES}")]
    TooMany {
        /// Replicates asked for.
        asked: usize,
    },
    /// The data were not the same twice.
    #[error("{data}: it changed while it was read; fit again")]
    Changed {
        /// The file.
        data: String,
    },
    /// A prediction or optimum names what the law does not have.
    #[error(transparent)]
    Optimum(#[from] OptimumError),
}

/// The law of an id or of a text, or an error that names similar ones.
///
/// # Errors
/// [`JobError::UnknownLaw`], [`JobError::WrittenLaw`].
pub fn law(id: &str) -> Result<&'static dyn Law, JobError> {
    crate::laws::sought(id).map_err(JobError::WrittenLaw)?.ok_or_else(|| {
        let near = ingest::suggestion(id, crate::laws::LAWS.iter().map(|law| law.card().id));
        JobError::UnknownLaw { law: id.to_owned(), near }
    })
}

impl Job {
    /// A law on a table in memory.
    pub fn on(table: Held, law: &str) -> Self {
        Self { data: table.name().to_owned(), held: Some(Arc::new(table)), ..Self::new("", law) }
    }

    fn source(&self) -> Source {
        self.held.as_ref().map_or_else(|| Source::named(&self.data), |held| Source::Memory(Arc::clone(held)))
    }

    /// Reads the rows to fit.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn read(&self) -> Result<Measurements, JobError> {
        self.read_rows(false)
    }

    /// Reads the rows held out of the fit; `None` if none are asked for.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn read_held_out(&self) -> Result<Option<Measurements>, JobError> {
        self.holdout.as_ref().map(|_| self.read_rows(true)).transpose()
    }

    /// The rows to fit, or those held out of the fit.
    fn read_rows(&self, held_out: bool) -> Result<Measurements, JobError> {
        let mut request = ingest::Request::of(law(&self.law)?);
        request.map.clone_from(&self.map);
        request.set.clone_from(&self.set);
        request.stack.clone_from(&self.stack);
        request.decimal_comma = self.decimal_comma;
        request.filter.clone_from(&self.filter);
        match &self.holdout {
            Some(held) if held_out => {
                let filter = self.filter.iter().map(|text| (format!("not ({text})"), format!("not {text}")));
                request.exclude.extend(filter);
                request.filter = Some(held.clone());
            }
            Some(held) => request.exclude.push((held.clone(), format!("held out: {held}"))),
            None => {}
        }
        request.labels.extend(self.cluster.clone());
        match &self.weights {
            None => {}
            // Groups are told apart as they are written, be they numbers or names.
            Some(Weights::PerGroup(name)) if request.needed.iter().any(|needed| needed.symbol == *name) => {}
            Some(Weights::PerGroup(name)) => request.labels.push(name.clone()),
            Some(weights) => request.needed.push(Needed::new(weights.column(), "1")),
        }
        // Under log residuals the output must be positive whatever its domain.
        if matches!(self.objective.residual, Residual::Log)
            && let Some(output) = request.needed.iter_mut().find(|n| n.symbol == law_output(&self.law))
        {
            output.positive = true;
        }
        Ok(ingest::read(&self.source(), &request)?)
    }

    /// The spec of the fit.
    ///
    /// # Errors
    /// [`JobError::UnknownLaw`].
    pub fn spec(&self) -> Result<Spec, JobError> {
        let mut spec = Spec::new(law(&self.law)?, self.objective);
        spec.constraints = self.constraints.clone();
        spec.weights.clone_from(&self.weights);
        spec.method = self.solver;
        Ok(spec)
    }

    /// Brings constraints that were typed in a loss unit to that of the rows, and refuses what is in
    /// another: bits per byte and nat per token do not convert.
    fn in_loss_unit(&self, constraints: &mut Constraints, data: &Measurements) -> Result<(), JobError> {
        let card = law(&self.law)?.card();
        let column = data.provenance.columns.iter().find(|column| column.symbol == card.output.symbol);
        let own = column.map_or(card.output.unit, |column| column.unit.as_str());
        let bad = |text: String| Err(JobError::Fit(FitError::BadConstraint(text)));
        if own != card.output.unit && !self.compare.is_empty() {
            return bad(format!(
                "the loss is in {own} here, and published constants ({}) are in {}: the two do not compare; leave out `compare`",
                self.compare.join(", "),
                card.output.unit
            ));
        }
        for (symbol, typed) in &self.typed {
            let (Ok(from), Ok(to)) = (Unit::parse(typed), Unit::parse(own)) else { continue };
            if from.dimension != to.dimension {
                return bad(format!(
                    "{symbol} is given in {typed}, and the loss of the rows is in {own}; the two do not convert"
                ));
            }
            let factor = from.scale / to.scale;
            for (_, value) in constraints.fix.iter_mut().filter(|(s, _)| s == symbol) {
                *value *= factor;
            }
            for (_, a, b) in constraints.bounds.iter_mut().chain(&mut constraints.priors).filter(|(s, ..)| s == symbol)
            {
                *a *= factor;
                *b *= factor;
            }
        }
        Ok(())
    }

    /// How intervals are made, and from how many replicates: replicates without an estimator that
    /// draws them are of pairs, or of clusters where there are labels.
    ///
    /// # Errors
    /// [`JobError::FewReplicates`], and [`JobError::NoLabels`] for clusters without labels.
    pub fn estimator(&self) -> Result<(Estimator, usize), JobError> {
        let estimator = match (self.interval, self.bootstrap) {
            (Estimator::Profile, 1..) if self.cluster.is_some() => Estimator::Cluster,
            (Estimator::Profile, 1..) => Estimator::Pairs,
            (other, _) => other,
        };
        if estimator == Estimator::Cluster && self.cluster.is_none() {
            return Err(JobError::NoLabels);
        }
        match self.bootstrap {
            0 if estimator.draws() => Ok((estimator, REPLICATES)),
            count if estimator.draws() && count < FEWEST => Err(JobError::FewReplicates(count)),
            count => Ok((estimator, if estimator.draws() { count } else { 0 })),
        }
    }

    /// Reads, fits, and works out what was asked. `tick` is called once per bootstrap replicate.
    ///
    /// # Errors
    /// [`JobError`] when the rows cannot be read or the problem cannot be posed.
    pub fn run(&self, tick: &(dyn Fn() + Sync)) -> Result<Analysis, JobError> {
        if self.bootstrap > MOST_REPLICATES {
            return Err(JobError::TooMany { asked: self.bootstrap });
        }
        let (interval, bootstrap) = self.estimator()?;
        let data = self.read()?;
        let mut spec = self.spec()?;
        self.in_loss_unit(&mut spec.constraints, &data)?;
        let fit = fit::fit(&spec, &data)?;
        let request = analysis::Request {
            name: self.name.clone(),
            bootstrap,
            interval,
            seed: self.seed,
            level: self.level,
            covariance: self.covariance,
            cluster: self.cluster.clone(),
            predictions: self.predict.clone(),
            budgets: self.compute.clone(),
            fixed: self.at.clone(),
            command: self.command.clone(),
        };
        let groups = self.cluster.as_deref().and_then(|name| data.label(name));
        let held_out = self.read_held_out()?;
        if held_out.as_ref().is_some_and(|held| held.provenance.sha256 != data.provenance.sha256) {
            return Err(JobError::Changed { data: self.data.clone() });
        }
        let unseen = held_out.as_ref().zip(self.holdout.as_deref());
        Ok(analysis::analyse(&fit, &data, &request, groups, unseen, tick)?)
    }

    /// The hash of all that determines the record: the job, the bytes of its data, the layout of
    /// records and the sources of the program that makes them.
    ///
    /// # Errors
    /// [`IngestError`] if the data cannot be read.
    pub fn key(&self) -> Result<String, JobError> {
        Ok(self.key_on(&ingest::fingerprint(&self.source())?))
    }

    /// The same of a record that this job made, by the bytes that were read for it.
    ///
    /// # Errors
    /// [`IngestError`] if the record does not know them and the data cannot be read.
    pub fn key_of(&self, record: &Record) -> Result<String, JobError> {
        match &record.provenance.sha256 {
            Some(sha256) => Ok(self.key_on(sha256)),
            None => self.key(),
        }
    }

    fn key_on(&self, sha256: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(serde_json::to_vec(self).unwrap_or_default());
        hash.update(sha256);
        hash.update(ingest::card_of(&self.source()));
        hash.update(analysis::FORMAT.to_le_bytes());
        hash.update(store::maker());
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn law_output(id: &str) -> String {
    crate::laws::find(id).map(|law| law.card().output.symbol.to_owned()).unwrap_or_default()
}
