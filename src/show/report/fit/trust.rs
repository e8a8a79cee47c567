//! How far a fit can be relied on.

use crate::data::measurements::Warning;
use crate::record::Record;
use crate::record::diagnostics::{Finding, findings};

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
    let findings = findings(record);
    let (grave, light): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| finding.grave);
    let said = |list: Vec<&Finding>| -> Vec<String> { list.iter().map(|f| reason(&f.warning.message)).collect() };
    if !grave.is_empty() {
        return (Trust::Doubt, said(grave));
    }
    let mut cares = said(light);
    if record.diagnostics.is_none() {
        cares.push("its residuals were not examined when it was made".to_owned());
    }
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
    // What was found is said in full; of other warnings it is enough that they are there.
    let told = |warning: &&&Warning| findings.iter().all(|finding| finding.warning.kind != warning.kind);
    match (all_warnings(record).iter().filter(told).count(), cares.is_empty()) {
        (0, _) => {}
        (1, true) => cares.push("there is a warning".to_owned()),
        (1, false) => cares.push("there is another warning".to_owned()),
        (count, true) => cares.push(format!("there are {count} warnings")),
        (count, false) => cares.push(format!("there are {count} other warnings")),
    }
    if cares.is_empty() { (Trust::Sound, cares) } else { (Trust::Care, cares) }
}

/// A sentence as part of another: its first clause, without a capital or a stop. What to do about
/// it stands among the warnings.
fn reason(message: &str) -> String {
    let clause = message.split_once(": ").map_or(message, |(clause, _)| clause).trim_end_matches('.');
    let mut letters = clause.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
    first + letters.as_str()
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
