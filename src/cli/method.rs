//! What the verbs that run one method share: their options, and how an outcome is shown.

use super::{Failure, Outcome, command_line, print, print_json};
use crate::methods::job::MethodJob;
use crate::methods::method::GivenFit;
use crate::methods::registry;
use crate::record::chart::{Section, Sheet};
use crate::record::method::MethodRecord;
use crate::show::{figure, report};
use crate::work::store::write_whole;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Options of every method.
#[derive(clap::Args)]
pub(super) struct Common {
    /// Folder for the record, the report and the figures
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Runs a method and shows what came out.
pub(super) fn run(job: MethodJob, fits: Vec<GivenFit>, common: &Common, out: &mut dyn Write) -> Outcome {
    done(job, fits, common, out, (true, &|record, out| print_json(out, &json!(record))))
}

/// The same with a JSON of its own, for a method whose tables say all its quantities.
pub(super) fn run_as(
    job: MethodJob,
    fits: Vec<GivenFit>,
    common: &Common,
    out: &mut dyn Write,
    as_json: AsJson<'_>,
) -> Outcome {
    done(job, fits, common, out, (false, as_json))
}

/// How a record becomes JSON.
type AsJson<'a> = &'a dyn Fn(&MethodRecord, &mut dyn Write) -> Outcome;

fn done(
    mut job: MethodJob,
    fits: Vec<GivenFit>,
    common: &Common,
    out: &mut dyn Write,
    (quantities, as_json): (bool, AsJson<'_>),
) -> Outcome {
    job.command = command_line();
    let record = job.run(fits)?;
    let section = registry::find(&record.method)?.show(&record.outcome)?;
    if let Some(folder) = &common.out {
        write(&record, &section, folder)?;
    }
    if common.json {
        return as_json(&record, out);
    }
    show(&record, &section, quantities, out)?;
    match &common.out {
        Some(folder) => Ok(writeln!(out, "\nreport: {}", folder.join("report.html").display())?),
        None => Ok(()),
    }
}

/// Prose and tables on screen, its quantities if they are not among them, then every warning.
fn show(record: &MethodRecord, section: &Section, quantities: bool, out: &mut dyn Write) -> Outcome {
    for text in &section.text {
        writeln!(out, "{text}\n")?;
    }
    for sheet in section.tables.iter().filter(|sheet| !sheet.rows.is_empty()) {
        writeln!(out, "{}\n{}\n", sheet.caption, drawn(sheet))?;
    }
    if quantities && !record.quantities.is_empty() {
        writeln!(out, "{}", print::estimates(&record.quantities, record.level))?;
    }
    let read = record.provenance.iter().flat_map(|provenance| &provenance.warnings);
    let warnings: Vec<_> = record.warnings.iter().chain(read).cloned().collect();
    print::warnings(out, &warnings)?;
    Ok(())
}

fn drawn(sheet: &Sheet) -> comfy_table::Table {
    let heads: Vec<&str> = sheet.heads.iter().map(|head| head.trim_start_matches('#')).collect();
    let mut table = print::table(&heads);
    for row in &sheet.rows {
        table.add_row(row);
    }
    table
}

/// The record, its report and its figures.
fn write(record: &MethodRecord, section: &Section, folder: &Path) -> Outcome {
    let mut bytes = serde_json::to_vec_pretty(record).map_err(Failure::work)?;
    bytes.push(b'\n');
    write_whole(&folder.join("record.json"), &bytes)?;
    let figures: Vec<figure::Figure> = section.charts.iter().map(figure::chart).collect();
    let pictures = report::pictures(&figures, "").map_err(Failure::work)?;
    for picture in &pictures {
        write_whole(&folder.join(&picture.file), picture.svg.as_bytes())?;
    }
    let document = report::of_method(record, section, &pictures);
    write_whole(&folder.join("report.html"), report::html(&document).as_bytes())?;
    Ok(write_whole(&folder.join("report.md"), report::markdown(&document).as_bytes())?)
}
