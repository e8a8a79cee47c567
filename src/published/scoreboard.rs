//! All published numbers against ours, on the data sets that the references name.

use crate::data::ingest::{self, Needed};
use crate::data::measurements::Measurements;
use crate::published::claims;
use crate::published::procedure::Procedure;
use crate::published::reference::{Check, CostReference, FitReference, Reference, Verdict, check};
use crate::record::Comparison;

/// The rows that a reference names. A column of weights holds them as
/// they are to be used.
///
/// # Errors
/// One sentence if there are none or they cannot be read.
pub fn load(reference: &FitReference) -> Result<Measurements, String> {
    let data = reference.data.as_ref().ok_or("no data set is named")?;
    let mut request = ingest::Request::of(reference.law);
    request.map.clone_from(&data.map);
    request.filter.clone_from(&data.keep);
    if let Some(exclude) = &data.exclude {
        request.exclude.push((exclude.clone(), "left out as published".to_owned()));
    }
    if let Some(weights) = &data.weights {
        request.needed.push(Needed::new(&weights.column, "1"));
    }
    let mut rows = ingest::read(&data.source, &request).map_err(|error| error.to_string())?;
    if let Some(weights) = &data.weights {
        for column in rows.columns.iter_mut().filter(|column| column.symbol == weights.column) {
            column.values.iter_mut().for_each(|value| *value = value.powf(weights.power));
        }
    }
    Ok(rows)
}

/// Checks references, refitting where they ask for it.
pub fn check_all(references: &[Reference]) -> Vec<Check> {
    let mut checks = check(references, Some(&Procedure { load: &load }));
    checks.extend(references.iter().flat_map(|reference| claims::check(&reference.claims)));
    checks.extend(references.iter().flat_map(|reference| &reference.costs).flat_map(CostReference::check));
    // Papers in their order, whatever kinds of number they print.
    let place = |c: &Check| references.iter().position(|r| c.reference.split('/').next() == Some(r.key.as_str()));
    checks.sort_by_key(place);
    checks
}

/// Checks as plain data for figures and reports; those that could not be computed have no number
/// to show and are left to the table.
pub fn comparisons(checks: &[Check]) -> Vec<Comparison> {
    checks
        .iter()
        .filter_map(|c| {
            let value = crate::published::reference::Printed::parse(&c.printed)?.value;
            Some(Comparison {
                reference: c.reference.clone(),
                quantity: c.quantity.clone(),
                printed: c.printed.clone(),
                value,
                ours: c.ours?,
                lower: None,
                upper: None,
                agrees: c.verdict == Verdict::Agrees,
                expected: c.verdict != Verdict::ContradictsAsRecorded,
                why: c.why.clone(),
            })
        })
        .collect()
}
