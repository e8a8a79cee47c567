//! `scaling density`.

use super::{Failure, Outcome, amount, print, print_json};
use crate::density::{Data, study};
use crate::families::FamilyError;
use crate::families::density::{TABLE, Wish, best_by_month, density_table, doubling_table, of_study, published, read};
use crate::figure;
use crate::ingest::{self, Source};
use crate::record::chart::Sheet;
use crate::report;
use crate::study::write_whole;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What to estimate.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling density --benchmark mmlu,gsm8k --d0 1T,20N --out density/")]
pub struct Args {
    /// A table with the columns of the built-in one: model, family, params_b, kind, tokens_t,
    /// released and a column of scores per benchmark
    #[arg(default_value = TABLE)]
    data: String,
    /// Benchmarks, by column; NAME=FLOOR gives the score of guessing [default: six known ones]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = benchmark)]
    benchmark: Vec<(String, Option<f64>)>,
    /// Families whose models are the reference [default: Qwen1.5]
    #[arg(long, value_name = "FAMILY,...", value_delimiter = ',')]
    reference: Vec<String>,
    /// Tokens of the reference, or tokens per parameter as 20N; the first is the main one
    /// [default: 1T,5T,20N]
    #[arg(long, value_name = "TOKENS,...", value_delimiter = ',', value_parser = data)]
    d0: Vec<Data>,
    /// Loss law of the reference models, published constants [default: besiroglu2024/main]
    #[arg(long, value_name = "REFERENCE")]
    law: Option<String>,
    /// Bootstrap replicates of all steps; 0 for no intervals [default: 120]
    #[arg(long, value_name = "N")]
    bootstrap: Option<usize>,
    /// Seed of every draw [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Folder for the study, the densities as a table, figures and a report
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// `NAME` or `NAME=FLOOR`.
fn benchmark(text: &str) -> Result<(String, Option<f64>), String> {
    match text.split_once('=') {
        None => Ok((text.to_owned(), None)),
        Some((name, floor)) => {
            let floor = floor.parse().map_err(|_| format!("`{floor}` is no score of guessing, as in {name}=0.25"))?;
            Ok((name.to_owned(), Some(floor)))
        }
    }
}

/// `1T` or `20N`.
fn data(text: &str) -> Result<Data, String> {
    let positive = |value: f64| match value > 0.0 && value.is_finite() {
        true => Ok(value),
        false => Err(format!("`{text}` must be positive")),
    };
    match text.strip_suffix('N') {
        Some(ratio) => {
            let ratio = ratio.trim().parse().map_err(|_| format!("`{text}` is not tokens per parameter, as in 20N"))?;
            Ok(Data::PerParameter { ratio: positive(ratio)? })
        }
        None => Ok(Data::Fixed { tokens: positive(amount(text)?)? }),
    }
}

impl From<FamilyError> for Failure {
    fn from(error: FamilyError) -> Self {
        match &error {
            FamilyError::Ingest(mistake) if !mistake.is_request() => Self::work(error),
            FamilyError::Fit(_) => Self::work(error),
            _ => Self::request(error),
        }
    }
}

/// Estimates densities and their growth, benchmark by benchmark and then together.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let wish = Wish {
        benchmarks: args.benchmark.clone(),
        reference: args.reference.clone(),
        data: args.d0.clone(),
        law: args.law.clone(),
        replicates: args.bootstrap,
        seed: args.seed,
    };
    let settings = wish.settings()?;
    let models = read(&Source::named(&args.data), &settings.benchmarks)?;
    let found = study(&models, &settings).map_err(Failure::request)?;
    if let Some(folder) = &args.out {
        let mut bytes = serde_json::to_vec_pretty(&found).map_err(Failure::work)?;
        bytes.push(b'\n');
        write_whole(&folder.join("density.json"), &bytes)?;
        ingest::write_table(&density_table(&found), &folder.join("densities.csv")).map_err(Failure::work)?;
        write_report(&of_study(&found), folder)?;
    }
    if args.json {
        return print_json(out, &json!(found));
    }
    writeln!(
        out,
        "{} of {} models against {}; step 1: {} ({} draws)\n",
        found.targets, found.models, found.reference, found.settings.law_name, found.law_draws
    )?;
    for data in &found.settings.data {
        sheet(out, &doubling_table(&found, *data))?;
    }
    sheet(out, &best_by_month(&found))?;
    writeln!(out, "published doubling times: {}", published())?;
    for row in &found.rows {
        if let Some(reason) = &row.refused {
            writeln!(out, "{} at {}: {reason}", row.score, row.label)?;
        }
    }
    print::warnings(out, &found.warnings)?;
    let main = found.settings.data.first();
    for row in found.rows.iter().filter(|row| Some(&row.data) == main) {
        for warning in &row.warnings {
            writeln!(out, "warning [{}]: {} at {}: {}", warning.kind, row.score, row.label, warning.message)?;
        }
    }
    if let Some(folder) = &args.out {
        writeln!(out, "\nreport: {}", folder.join("report.html").display())?;
    }
    Ok(())
}

fn sheet(out: &mut dyn Write, sheet: &Sheet) -> Outcome {
    if sheet.rows.is_empty() {
        return Ok(());
    }
    let heads: Vec<&str> = sheet.heads.iter().map(|head| head.trim_start_matches('#')).collect();
    let mut table = print::table(&heads);
    for (k, head) in sheet.heads.iter().enumerate() {
        if let Some(column) = table.column_mut(k).filter(|_| !head.starts_with('#')) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    for row in &sheet.rows {
        table.add_row(row);
    }
    Ok(writeln!(out, "{}\n{table}\n", sheet.caption)?)
}

fn write_report(section: &crate::record::chart::Section, folder: &Path) -> Outcome {
    let drawn: Vec<figure::Figure> = section.charts.iter().map(figure::chart).collect();
    let pictures = report::pictures(&drawn, "figures").map_err(Failure::work)?;
    for picture in &pictures {
        write_whole(&folder.join(&picture.file), picture.svg.as_bytes())?;
    }
    let document = report::Document { title: section.title.clone(), blocks: report::of_section(section, &pictures) };
    write_whole(&folder.join("report.html"), report::html(&document).as_bytes())?;
    Ok(write_whole(&folder.join("report.md"), report::markdown(&document).as_bytes())?)
}
