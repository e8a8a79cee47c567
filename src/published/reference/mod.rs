//! Published numbers as data: what a paper printed, what must come out when we evaluate or refit
//! it, and whether it did.
//!
//! One file per paper, `datasets/references/<key>.toml`, or `<key>.toml` in a folder of the user's
//! own, where `dataset` may also be the path of a file in that folder. Every number is a string, exactly as
//! printed: `"0.34"` and `"0.3400"` claim different things. A number may carry `K`, `M`, `B`, `T`
//! or `%`.
//!
//! ```toml
//! key = "besiroglu2024"
//! title = "…"
//! arxiv = "2404.10102"
//!
//! [[fit]]                      # a parameter set; `besiroglu2024/main` in predict and optimum
//! id = "main"
//! law = "chinchilla"
//! where = "Table 2"            # where in the source
//! kind = "published"           # published | certified | computed (by us, in double precision, from verified inputs)
//! expect = "reproduce"         # reproduce: refit, must agree · contradict: refit, must not (needs `why`) · value-only: no refit
//! dataset = "hoffmann2022-figure4"
//! map = { x = "C", L = "N" }   # optional: role of the law = column of the data set
//! keep = "M >= 20"             # optional: rows to use; `exclude` = rows to leave out
//! weights = { column = "sd", power = "-2" }  # optional: rows are weighted by a power of a column
//! objective = { residual = "log", loss = "huber", delta = "1e-3" }   # value: sum over rows, squared = r²/2;
//! #   any loss and residual of the command line, with its tau, nu, factor or offset
//! fixed = ["E", "A"]           # optional: parameters held at their printed values in the refit
//! near = { R_D_star = "15" }   # optional: the local minimum next to this point is meant, not the global one
//! bootstrap = { replicates = "4000", level = "0.95", seed = "42" }   # optional: gives se.*, lower.*, upper.*; share = "0.8": from such subsamples
//! params = { E = "1.8172", A = "482.01" }     # compared when refitted; evaluated at otherwise; may be partial when refitted
//! derived = { a = "0.5126" }                  # compared: derived quantities that need no condition
//! objective_value = "0.00101827401780"        # compared when refitted
//! digits = { A = 4 }                          # optional: matching digits instead of the printed ones' claim
//! tolerance = { objective = "1e-9", "*" = "1e-6" }   # optional: relative tolerance, by key or for all keys
//! contradict = { E = "printed from another fit" }    # optional: keys of a reproduced fit that must not agree, and why
//! recommends = "learning-rate" # optional: takes part in recommendations · batch-tokens
//! input_units = { x = "PF-days" }              # optional: the unit of an input that the law leaves open
//! units = "N without embeddings"               # optional: how its authors count, shown beside a recommendation
//!
//! [[fit.value]]                # one more number that the source prints for this fit
//! quantity = "L"
//! at = { N = "70e9", D = "1.4e12" }
//! printed = "1.936645"
//! from = "params"              # params (default): at the printed parameters · refit: at ours
//! ```
//!
//! A `quantity` is the law's output, a derived quantity, a parameter, or
//! * `optimum.N`, `optimum.D`, `optimum.L`: the numeric optimum at `budget`;
//! * `cost`: what the inputs `at` cost, by the law's own cost;
//! * `error.L`: the relative error of the prediction against the measurement given as `L` in `at`;
//! * `objective`, `r2`, `rows`: of the parameters on the data set (R² on the unscaled measurement);
//! * `r2_scaled`: R² of the residuals that the objective sees, unweighted; `log_likelihood`: with
//!   independent residuals of one free scale, Laplace's for the absolute loss, normal for the squared,
//!   Huber's for `huber-likelihood`, of which `ln_scale` is the logarithm of the scale;
//! * `se.A`, `lower.A`, `upper.A`, `width.A`: of the bootstrap and its interval;
//! * a ratio of two of these: `D_opt/N_opt`.
//!
//! `[[claim]]` says something of a table, see [`Claim`], and `[[cost]]` prints numbers of a cost, see
//! [`CostReference`]; both are described in `datasets/FORMAT.md`.
//!
//! `via = "gadre2024/loss"` lets another fit predict an input that `at` leaves open. A value takes
//! `tolerance` (relative), `mcse` (Monte Carlo standard error of a simulated number: five of them
//! widen the tolerance), `expect = "contradict"` with `why`, and its own `where` and `kind`.

mod check;
mod claim;
mod cost;
mod number;
mod wire;

pub use check::{Check, Engine, Refit, Score, Verdict, check};
pub use claim::{Claim, Log, Over, Says};
pub use cost::{CostReference, CostValue, Quoted};
pub use number::{Printed, Tolerance};

use crate::base::objective::Objective;
use crate::data::ingest::Source;
use crate::law::Law;
use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/datasets/references");

/// What is wrong with a reference file, or with asking for one.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// The file is not the TOML expected here.
    #[error("{file}: {message}")]
    Malformed {
        /// File.
        file: String,
        /// The line and what is wrong there.
        message: String,
    },
    /// The file's contents contradict the registry or themselves.
    #[error("{reference}: {message}")]
    Inconsistent {
        /// File, and the fit in it if it is one fit's fault.
        reference: String,
        /// One sentence.
        message: String,
    },
    /// A folder or a file that cannot be read.
    #[error("cannot read {path}: {detail}")]
    Unreadable {
        /// Folder or file.
        path: String,
        /// Why.
        detail: String,
    },
    /// A folder without reference files.
    #[error("{folder} holds no reference file: a reference is a file KEY.toml there")]
    Empty {
        /// Folder.
        folder: String,
    },
    /// No such reference.
    #[error("there is no published fit {name}; known are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}

/// What a printed number rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Printed in the paper, or in its authors' code or data.
    Published,
    /// Certified by an institute.
    Certified,
    /// Computed in double precision or better from published inputs.
    Computed,
}

/// What must come of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// Refit, and agree.
    Reproduce,
    /// Refit, and disagree.
    Contradict,
    /// Evaluate what was printed; no refit.
    ValueOnly,
}

/// A printed number to be met, or, where `contradict` says why, to be missed.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The number.
    pub printed: Printed,
    /// How near is met.
    pub tolerance: Tolerance,
    /// Why it is not met, where it is known not to be.
    pub contradict: Option<String>,
}

/// The rows behind a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Built-in data set, or a file beside a reference read from a folder.
    pub source: Source,
    /// Role of the law → column of the data set, where they differ.
    pub map: Vec<(String, String)>,
    /// Condition on rows to use.
    pub keep: Option<String>,
    /// Condition on rows to leave out.
    pub exclude: Option<String>,
    /// How rows are weighted, if not all alike.
    pub weights: Option<Weights>,
}

/// Weights of rows: a power of a column, −2 of a standard deviation for inverse variances.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Column of the data set.
    pub column: String,
    /// The power.
    pub power: f64,
}

/// How standard errors and intervals were made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// Replicates.
    pub replicates: usize,
    /// Coverage of the percentile interval.
    pub level: f64,
    /// Seed of our draws.
    pub seed: u64,
    /// Share of the rows in each replicate, drawn without replacement; none for a bootstrap.
    pub share: Option<f64>,
}

/// What a fit advises on, for those that are rules for training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recommends {
    /// Peak learning rate.
    LearningRate,
    /// Batch size in tokens.
    BatchTokens,
}

/// Which parameters a value is evaluated at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    /// The printed ones.
    #[default]
    Params,
    /// Those of our refit.
    Refit,
}

/// One more number that a source prints for a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What it is, see the module's documentation.
    pub quantity: String,
    /// Inputs and conditions.
    pub at: BTreeMap<String, Printed>,
    /// Budget, for `optimum.*`.
    pub budget: Option<Printed>,
    /// The fit that predicts an input which `at` leaves open.
    pub via: Option<String>,
    /// Which parameters.
    pub from: From,
    /// The number and what is expected of it.
    pub expected: Expected,
    /// Where in the source.
    pub location: String,
    /// What it rests on.
    pub kind: Kind,
}

/// A published parameter set with its procedure.
#[derive(Clone)]
pub struct FitReference {
    /// `besiroglu2024/main`.
    pub name: String,
    /// The law.
    pub law: &'static dyn Law,
    /// Where in the source.
    pub location: String,
    /// What it rests on.
    pub kind: Kind,
    /// What must come of a refit.
    pub expect: Expect,
    /// Why it is contradicted.
    pub why: String,
    /// The rows, if they were released.
    pub data: Option<Data>,
    /// What was minimised.
    pub objective: Option<Objective>,
    /// Its value at the minimum.
    pub objective_value: Option<Expected>,
    /// What it advises on, if it is a rule for training.
    pub recommends: Option<Recommends>,
    /// How its authors count, where that must be said beside a recommendation.
    pub units: String,
    /// Units of inputs that the law leaves open: symbol, unit.
    pub input_units: Vec<(String, String)>,
    /// Parameters held fixed in a refit, by position.
    pub fixed: Vec<usize>,
    /// Start of a local search, by position, where a local minimum is meant.
    pub near: Vec<(usize, f64)>,
    /// How standard errors and intervals were made.
    pub bootstrap: Option<Bootstrap>,
    /// Parameters in card order; absent where none was printed.
    pub params: Vec<Option<Expected>>,
    /// Derived quantities without conditions.
    pub derived: Vec<(String, Expected)>,
    /// Everything else that was printed.
    pub values: Vec<Value>,
}

impl FitReference {
    /// The printed parameters in card order, if all were printed.
    pub fn theta(&self) -> Option<Vec<f64>> {
        self.params.iter().map(|param| param.as_ref().map(|expected| expected.printed.value)).collect()
    }

    /// Parameters in card order, NaN where none is printed: whatever depends on those is NaN too.
    pub fn printed_theta(&self) -> Vec<f64> {
        self.params.iter().map(|param| param.as_ref().map_or(f64::NAN, |expected| expected.printed.value)).collect()
    }
}

/// One paper's numbers.
#[derive(Clone)]
pub struct Reference {
    /// Key in `datasets/references.bib`, and file name.
    pub key: String,
    /// Title.
    pub title: String,
    /// arXiv number.
    pub arxiv: Option<String>,
    /// Its fits.
    pub fits: Vec<FitReference>,
    /// What it claims of tables.
    pub claims: Vec<Claim>,
    /// What it prints of costs.
    pub costs: Vec<CostReference>,
}

/// Every reference that the program carries, by key.
pub fn all() -> Result<Vec<Reference>, ReferenceError> {
    let mut references = Vec::new();
    for file in FILES.files() {
        let name = file.path().to_string_lossy();
        let Some(key) = name.strip_suffix(".toml") else { continue };
        let text = file.contents_utf8().ok_or_else(|| not_utf8(&name))?;
        references.push(parse(key, text)?);
    }
    references.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(references)
}

/// Every reference file of a folder, by key. A `dataset` there is a file's path relative to the
/// folder, or a built-in data set.
///
/// # Errors
/// One sentence naming the file and the key at fault.
pub fn read_folder(folder: &Path) -> Result<Vec<Reference>, ReferenceError> {
    let unreadable = |path: &Path, error: std::io::Error| ReferenceError::Unreadable {
        path: path.display().to_string(),
        detail: error.to_string(),
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(ReferenceError::Empty { folder: folder.display().to_string() });
    }
    files.sort();
    let read = |path: PathBuf| {
        let name = path.display().to_string();
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, error))?;
        let text = String::from_utf8(bytes).map_err(|_| not_utf8(&name))?;
        let key = path.file_stem().unwrap_or_default().to_string_lossy();
        wire::parse(&name, &key, &text, Some(folder))
    };
    files.into_iter().map(read).collect()
}

fn not_utf8(file: &str) -> ReferenceError {
    ReferenceError::Malformed { file: file.to_owned(), message: "is not UTF-8".to_owned() }
}

/// A published fit by name, `besiroglu2024/main`.
pub fn find(name: &str) -> Result<FitReference, ReferenceError> {
    let fits: Vec<FitReference> = all()?.into_iter().flat_map(|reference| reference.fits).collect();
    match fits.iter().find(|fit| fit.name == name) {
        Some(fit) => Ok(fit.clone()),
        None => {
            let key = name.split('/').next().unwrap_or_default();
            let same: Vec<&str> =
                fits.iter().map(|fit| fit.name.as_str()).filter(|known| known.split('/').next() == Some(key)).collect();
            let known = if same.is_empty() { fits.iter().map(|fit| fit.name.as_str()).collect() } else { same };
            Err(ReferenceError::Unknown { name: name.to_owned(), known: known.join(", ") })
        }
    }
}

/// Reads one reference file's text; `key` is the file's name without `.toml`.
pub fn parse(key: &str, text: &str) -> Result<Reference, ReferenceError> {
    wire::parse(&format!("datasets/references/{key}.toml"), key, text, None)
}
