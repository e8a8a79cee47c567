//! How far a fit can be relied on.

use crate::data::measurements::Warning;
use crate::record::Record;

/// How far a fit can be relied on, from what its record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Nothing speaks against it.
    Sound,
    /// Something does.
    Care,
    /// It is not a minimum, or not a well-determined one.
    Doubt,
}

impl Trust {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Care => "with care",
            Self::Doubt => "doubtful",
        }
    }
}

/// Judges a record, with the reasons.
pub fn trust(record: &Record) -> (Trust, Vec<String>) {
    let proof = &record.certificate;
    let mut doubts = Vec::new();
    if !proof.converged {
        doubts.push(format!("the search did not converge ({})", proof.termination));
    }
    if !proof.positive_definite {
        doubts.push("the objective is flat or saddle-shaped at the answer".to_owned());
    }
    if !doubts.is_empty() {
        return (Trust::Doubt, doubts);
    }
    let mut cares = Vec::new();
    if proof.starts_tried > 4 && proof.best_basin < 2 {
        cares.push(format!("only one of {} starts reached the answer", proof.starts_tried));
    }
    // Another minimum a tenth of a percent worse that predicts otherwise by more than a percent.
    if let [best, second, ..] = proof.basins.as_slice()
        && second.objective - best.objective <= 1e-3 * best.objective.abs()
        && second.prediction_gap > 0.01
    {
        cares.push("another minimum is nearly as good and predicts otherwise".to_owned());
    }
    let interval = &record.interval;
    if interval.replicates > 0 && interval.failed * 20 > interval.replicates {
        cares.push(format!("{} of {} bootstrap replicates failed", interval.failed, interval.replicates));
    }
    match all_warnings(record).len() {
        0 => {}
        1 => cares.push("there is a warning".to_owned()),
        count => cares.push(format!("there are {count} warnings")),
    }
    if cares.is_empty() { (Trust::Sound, cares) } else { (Trust::Care, cares) }
}

/// Every warning about the fit and its data, each once. Those about a prediction or an optimum stand
/// beside it.
pub fn all_warnings(record: &Record) -> Vec<&Warning> {
    let mut all: Vec<&Warning> = Vec::new();
    for warning in record.warnings.iter().chain(&record.provenance.warnings) {
        if !all.contains(&warning) {
            all.push(warning);
        }
    }
    all
}
