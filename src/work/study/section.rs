//! The sections of a study: its accounts, with their numbers looked up in what it came to.

use super::{MethodOutcome, Outcome, Study, StudyError};
use crate::record::chart::Section;
use crate::work::accounts::Known;

/// The sections of a study's report.
///
/// # Errors
/// [`StudyError::Malformed`], naming the section and the number that is not to be had.
pub fn sections(study: &Study, fits: &[Outcome], methods: &[MethodOutcome]) -> Result<Vec<Section>, StudyError> {
    let known = Known {
        fits: fits.iter().map(|o| (o.job.name.as_str(), o.result.as_ref().map_err(String::as_str))).collect(),
        methods: methods.iter().map(|o| (o.job.name.as_str(), o.result.as_ref().map_err(String::as_str))).collect(),
    };
    let one = |(place, account): (usize, &crate::work::accounts::Account)| {
        account.section(&format!("section-{}", place + 1), &known).map_err(|detail| StudyError::Malformed {
            path: study.title.clone(),
            detail: format!("section `{}`: {detail}", account.title),
        })
    };
    study.accounts.iter().enumerate().map(one).collect()
}
