//! What a study leaves behind: records, tables, figures and the report, all from the stored
//! records.

use crate::data::ingest::may_replace;
use crate::methods::registry;
use crate::published::reference::{self, Check};
use crate::record::Comparison;
use crate::record::chart::Section;
use crate::show::figure::{self, FigureError};
use crate::show::report::{self, Fitted, Picture, Ran, pictures};
use crate::work::store::{StoreError, write_whole};
use crate::work::study::{MethodOutcome, Outcome, Study, method_table, table};
use serde::Serialize;
use std::path::Path;

/// Why a gallery could not be made.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// A file could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A table could not be written.
    #[error(transparent)]
    Table(#[from] crate::data::ingest::IngestError),
    /// A figure could not be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// The checks could not be serialised.
    #[error("the published numbers could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// Published parameter sets that a job asks to be held beside its own, with its intervals.
pub fn beside(outcomes: &[Outcome]) -> Vec<Comparison> {
    let mut out = Vec::new();
    for outcome in outcomes {
        let Ok(record) = &outcome.result else { continue };
        for name in &outcome.job.compare {
            let Ok(published) = reference::find(name) else { continue };
            let symbols = published.law.card().params.iter().map(|p| p.symbol);
            let params = symbols.zip(&published.params).filter_map(|(s, e)| Some((s.to_owned(), e.as_ref()?)));
            let derived = published.derived.iter().map(|(s, e)| (s.clone(), e));
            // What was held at a published value agrees with it and says nothing.
            let held = |symbol: &str| outcome.job.constraints.fix.iter().any(|(fixed, _)| fixed == symbol);
            for (symbol, expected) in params.chain(derived).filter(|(symbol, _)| !held(symbol)) {
                let mut ours = record.parameters.iter().chain(&record.derived);
                let Some(estimate) = ours.find(|e| e.symbol == symbol) else { continue };
                out.push(Comparison {
                    reference: name.clone(),
                    quantity: symbol,
                    printed: expected.printed.text.clone(),
                    value: expected.printed.value,
                    ours: estimate.estimate,
                    lower: estimate.lower,
                    upper: estimate.upper,
                    agrees: expected.tolerance.met(&expected.printed, estimate.estimate),
                    expected: expected.contradict.is_none(),
                    why: expected.contradict.clone().unwrap_or_default(),
                });
            }
        }
    }
    out
}

/// Whether what [`write()`] writes may stand in a folder: asked before the work, so that none is lost to
/// a file of somebody else's.
///
/// # Errors
/// [`StoreError::Unwritable`], naming the file.
pub fn claim(out: &Path) -> Result<(), StoreError> {
    let heads = table(&[]).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(",");
    let files = [("report.html", ""), ("report.md", ""), ("fits.csv", &heads), ("fits.parquet", "")];
    files.into_iter().try_for_each(|(name, like)| {
        let path = out.join(name);
        may_replace(&path, like.as_bytes()).map_err(|error| StoreError::unwritable(&path, &error))
    })
}

/// The sections of a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accounts {
    /// The study's own.
    pub own: Vec<Section>,
    /// Of whole families of laws, in the built-in study.
    pub families: Vec<Section>,
}

/// Writes figures, tables and the report of a study's outcomes under `out`, with accounts of whole
/// families of laws if there are any, and the study's `own` sections.
///
/// # Errors
/// [`GalleryError`].
pub fn write(
    study: &Study,
    outcomes: &[Outcome],
    methods: &[MethodOutcome],
    checks: &[Check],
    Accounts { own, families: sections }: Accounts,
    command: &str,
    out: &Path,
) -> Result<(), GalleryError> {
    let mut fits: Vec<Fitted> = Vec::new();
    let mut failures = Vec::new();
    for outcome in outcomes {
        match &outcome.result {
            Ok(record) => {
                let drawn = match outcomes.len() <= report::DETAILED {
                    true => pictures(&figure::all(record), &format!("figures/{}", outcome.job.name))?,
                    false => Vec::new(),
                };
                save(&drawn, out)?;
                fits.push(Fitted { about: outcome.job.about.clone(), record: record.clone(), pictures: drawn });
            }
            Err(why) => failures.push((outcome.job.name.clone(), why.clone())),
        }
    }
    let mut ran = Vec::new();
    for outcome in methods {
        match drawn(outcome) {
            Ok(shown) => {
                save(&shown.pictures, out)?;
                ran.push(shown);
            }
            Err(why) => failures.push((outcome.job.name.clone(), why)),
        }
    }
    if !sections.is_empty() {
        // Nine digits are more than a figure shows.
        let accounts = sections.iter().map(|s| serde_json::to_value(s).map(rounded)).collect::<Result<Vec<_>, _>>()?;
        write_whole(&out.join("families.json"), lines(&accounts)?.as_bytes())?;
    }
    let mut families: Vec<(Section, Vec<Picture>)> = Vec::new();
    for section in own {
        let drawn: Vec<figure::Figure> = section.charts.iter().map(figure::chart).collect();
        let drawn = pictures(&drawn, &format!("figures/{}", section.id))?;
        save(&drawn, out)?;
        families.push((section, drawn));
    }
    for section in sections {
        let drawn: Vec<figure::Figure> = section.charts.iter().map(figure::chart).collect();
        let drawn = pictures(&drawn, "figures/families")?;
        save(&drawn, out)?;
        families.push((section, drawn));
    }
    let beside = beside(outcomes);
    let together: Vec<figure::Figure> = figure::published(&beside).into_iter().collect();
    let together = pictures(&together, "figures")?;
    save(&together, out)?;
    let all = crate::published::scoreboard::comparisons(checks);
    let document = report::of_study(&report::Study {
        title: &study.title,
        about: &study.about,
        fits: &fits,
        methods: &ran,
        failures: &failures,
        beside: &beside,
        comparisons: &all,
        sections: &families,
        pictures: &together,
        command,
    });
    write_whole(&out.join("report.html"), report::html(&document).as_bytes())?;
    write_whole(&out.join("report.md"), report::markdown(&document).as_bytes())?;
    if !checks.is_empty() {
        write_whole(&out.join("published.json"), lines(checks)?.as_bytes())?;
    }
    let rows = table(outcomes);
    crate::data::ingest::write_table(&rows, &out.join("fits.csv"))?;
    crate::data::ingest::write_table(&rows, &out.join("fits.parquet"))?;
    if !methods.is_empty() {
        crate::data::ingest::write_table(&method_table(methods), &out.join("methods.csv"))?;
    }
    Ok(())
}

/// A method's account, drawn from its stored outcome.
fn drawn(outcome: &MethodOutcome) -> Result<Ran, String> {
    let record = outcome.result.clone()?;
    let section = registry::find(&record.method).and_then(|method| method.show(&record.outcome));
    let section = section.map_err(|error| error.to_string())?;
    let figures: Vec<figure::Figure> = section.charts.iter().map(figure::chart).collect();
    let pictures =
        pictures(&figures, &format!("figures/methods/{}", record.name)).map_err(|error| error.to_string())?;
    Ok(Ran { about: outcome.job.about.clone(), record, section, pictures })
}

/// Every number to nine significant digits.
fn rounded(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(number) => match number.as_f64().and_then(|x| format!("{x:.8e}").parse::<f64>().ok()) {
            Some(x) if number.is_f64() => Value::from(x),
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(rounded).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, rounded(value))).collect(),
        other => other,
    }
}

/// A list as JSON, one member per line, so that a difference is one line.
fn lines(members: &[impl Serialize]) -> Result<String, serde_json::Error> {
    let lines = members.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("[\n{}\n]\n", lines.join(",\n")))
}

fn save(pictures: &[Picture], out: &Path) -> Result<(), StoreError> {
    pictures.iter().try_for_each(|picture| write_whole(&out.join(&picture.file), picture.svg.as_bytes()))
}
