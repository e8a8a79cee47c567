//! `scaling density`.

use super::failure::Kind;
use super::table::Reading;
use super::{Failure, Outcome, print, print_json, saved, tokens};
use crate::data::ingest::{self, Source};
use crate::methods::density::{Data, Rule, Size, read_date};
use crate::record::chart::Sheet;
use crate::show::figure;
use crate::show::report;
use crate::work::families::FamilyError;
use crate::work::families::density::{
    StepOne, TABLE, Wish, best_by_month, cautions, corollaries, density_table, doubling_table, fitted_step_one,
    matched_table, of_study, published, read_losses,
};
use crate::work::store::write_whole;
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
    #[command(flatten)]
    reading: Reading,
    /// Benchmarks, by column; NAME=FLOOR gives the score of guessing [default: six known ones]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = benchmark)]
    benchmark: Vec<(String, Option<f64>)>,
    /// The reference: families, or single models [default: Qwen1.5]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    reference: Vec<String>,
    /// Tokens of the reference, or tokens per parameter as 20N; the first is the main one
    /// [default: 1T,5T,20N]
    #[arg(long, value_name = "TOKENS,...", value_delimiter = ',', value_parser = data)]
    d0: Vec<Data>,
    /// Step 1, the loss law of the reference models: published constants, or a saved fit of
    /// chinchilla or densing-loss to losses of your own [default: besiroglu2024/main]
    #[arg(long, value_name = "FIT")]
    law: Option<String>,
    /// Measured losses of reference models in place of the law's: a table with columns model and
    /// loss; the law must be one of the same kind of loss
    #[arg(long, value_name = "TABLE", requires = "law")]
    losses: Option<String>,
    /// Envelope rules: quantile:0.9, quarters, months, maxima:30 (days), records, cumulative or
    /// least-squares; the first is the main one [default: quantile:0.9,quarters]
    #[arg(long, value_name = "RULE,...", value_delimiter = ',')]
    rule: Vec<Rule>,
    /// Draw the main envelope before and from a date too, as 2023-12
    #[arg(long, value_name = "DATE", value_parser = date)]
    split: Option<i64>,
    /// Factor beyond the reference sizes up to which effective sizes are believed, or none
    /// [default: 10]
    #[arg(long, value_name = "FACTOR", value_parser = guard)]
    guard: Option<f64>,
    /// Standard errors above guessing that a score must reach [default: 0]
    #[arg(long, value_name = "N")]
    floor_errors: Option<f64>,
    /// Fit the sigmoid's ceiling instead of taking a perfect score for it
    #[arg(long)]
    free_ceiling: bool,
    /// Kinds of family that are targets [default: general]
    #[arg(long, value_name = "KIND,...", value_delimiter = ',')]
    kind: Vec<String>,
    /// Include mixtures of experts, counted by all their parameters or the active ones
    #[arg(long, value_name = "total|active", value_parser = size)]
    mixtures: Option<Size>,
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
        None => Ok(Data::Fixed { tokens: positive(tokens(text)?)? }),
    }
}

fn date(text: &str) -> Result<i64, String> {
    read_date(text).map_err(|error| error.to_string())
}

/// A factor above one, or `none`.
fn guard(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        _ if text == "none" => Ok(f64::INFINITY),
        Ok(factor) if factor >= 1.0 => Ok(factor),
        _ => Err(format!("`{text}` is no factor above 1; `none` lifts the guard")),
    }
}

fn size(text: &str) -> Result<Size, String> {
    let known = [Size::Total, Size::Active].into_iter().find(|size| size.name() == text);
    known.ok_or_else(|| format!("`{text}`: write total or active"))
}

impl From<FamilyError> for Failure {
    fn from(error: FamilyError) -> Self {
        match error {
            FamilyError::Ingest(mistake) => mistake.into(),
            FamilyError::Fit(_) => Self::work(error).of(Kind::Fit),
            other => Self::request(other),
        }
    }
}

/// A saved fit, or published constants.
fn step_one(name: &str) -> Result<StepOne, Failure> {
    match Path::new(name).exists() {
        true => Ok(fitted_step_one(name, &saved::open(name)?.known)?),
        false => Ok(StepOne::Published(name.to_owned())),
    }
}

/// Estimates densities and their growth, benchmark by benchmark and then together.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let wish = Wish {
        benchmarks: args.benchmark.clone(),
        reference: args.reference.clone(),
        data: args.d0.clone(),
        law: args.law.as_deref().map(step_one).transpose()?,
        losses: args.losses.as_deref().map(|table| read_losses(&Source::named(table))).transpose()?.unwrap_or_default(),
        rules: args.rule.clone(),
        split: args.split,
        range_guard: args.guard,
        floor_errors: args.floor_errors,
        free_ceiling: args.free_ceiling,
        kinds: args.kind.clone(),
        mixtures: args.mixtures,
        replicates: args.bootstrap,
        seed: args.seed,
    };
    let found = wish.study(&Source::named(&args.data), &args.reading.said())?;
    if let Some(folder) = &args.out {
        let mut bytes = serde_json::to_vec_pretty(&found).map_err(Failure::work)?;
        bytes.push(b'\n');
        write_whole(&folder.join("density.json"), &bytes)?;
        ingest::write_table(&density_table(&found), &folder.join("densities.csv")).map_err(Failure::work)?;
        write_report(&of_study(&found)?, folder)?;
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
    for table in [matched_table(&found), corollaries(&found)?, best_by_month(&found)] {
        sheet(out, &table)?;
    }
    writeln!(out, "published doubling times: {}", published())?;
    print::warnings(out, &found.warnings)?;
    for (warning, scores) in cautions(&found) {
        writeln!(out, "warning [{}]: {}: {}", warning.kind, scores.join(", "), warning.message)?;
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
