//! `scaling run`.

use super::{Failure, Outcome, print, progress};
use crate::reference::{self, Check, Verdict};
use crate::study::{self, Study, write_whole};
use crate::{gallery, ingest, reproduction};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Which study.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling run my-study.toml --out results/")]
pub struct Args {
    /// A study file [default: the built-in study, which also compares every published number]
    study: Option<PathBuf>,
    /// Folder for records, tables, figures and the report [default: notebooks-output/NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Name and place of the built-in study.
const BUILT_IN: &str = "overview";

/// Runs all fits of a study, then writes tables, figures and the report.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let (study, text, name) = match &args.study {
        Some(path) => {
            let text = std::fs::read(path).unwrap_or_default();
            let stem = path.file_stem().map_or_else(|| "study".into(), |s| s.to_string_lossy().into_owned());
            (Study::read(path)?, text, stem)
        }
        None => {
            let bytes = ingest::embedded("study.toml").ok_or_else(|| Failure::work("the built-in study is missing"))?;
            let text = String::from_utf8_lossy(bytes);
            (Study::parse(&text, "study.toml", Path::new(""))?, bytes.to_vec(), BUILT_IN.to_owned())
        }
    };
    let folder = args.out.clone().unwrap_or_else(|| Path::new("notebooks-output").join(&name));
    let command = match &args.study {
        Some(path) => format!("scaling run {}", path.display()),
        None => "scaling run".to_owned(),
    };
    write_whole(&folder.join("study.toml"), &text)?;
    let bar = progress(study.jobs.len(), "fits");
    let outcomes = study::run(&study, &folder, &|_| bar.inc(1))?;
    bar.finish_and_clear();
    let checks = match args.study {
        Some(_) => Vec::new(),
        None => reproduction::check_all(&reference::all().map_err(Failure::work)?),
    };
    let sections = match args.study {
        Some(_) => Vec::new(),
        None => crate::families::sections().map_err(Failure::work)?,
    };
    gallery::write(&study, &outcomes, &checks, sections, &command, &folder).map_err(Failure::work)?;
    let cached = outcomes.iter().filter(|o| o.cached).count();
    writeln!(out, "{}: {} fits, {cached} of them unchanged since the last run\n", study.title, outcomes.len())?;
    fits(&outcomes, out)?;
    published(&checks, out)?;
    optima(&outcomes, out)?;
    writeln!(out, "\nreport: {}", folder.join("report.html").display())?;
    let failed = outcomes.iter().filter(|o| o.result.is_err()).count();
    let surprises = checks.iter().filter(|c| c.verdict == Verdict::Surprise).count();
    match (failed, surprises) {
        (0, 0) => Ok(()),
        (0, n) => Err(Failure::work(format!("{n} published number(s) did not come out as recorded"))),
        (n, _) => Err(Failure::work(format!("{n} of {} fits failed", outcomes.len()))),
    }
}

fn fits(outcomes: &[study::Outcome], out: &mut dyn Write) -> Outcome {
    let mut table = print::table(&["fit", "law", "rows", "objective", "warnings", "status"]);
    for o in outcomes {
        match &o.result {
            Ok(r) => table.add_row([
                o.job.name.clone(),
                r.law.id.clone(),
                r.provenance.rows_used.to_string(),
                format!("{:.6e}", r.objective_value),
                r.warnings.iter().map(|w| w.kind.as_str()).collect::<Vec<_>>().join(" "),
                if r.certificate.converged { "converged" } else { "NOT CONVERGED" }.to_owned(),
            ]),
            Err(why) => table.add_row([o.job.name.as_str(), &o.job.law, "", "", "", &format!("FAILED: {why}")]),
        };
    }
    Ok(writeln!(out, "{table}")?)
}

/// Every refitted number, then a count per paper of the rest.
fn published(checks: &[Check], out: &mut dyn Write) -> Outcome {
    if checks.is_empty() {
        return Ok(());
    }
    let main: Vec<&Check> =
        checks.iter().filter(|c| c.reference == "besiroglu2024/main" || c.verdict == Verdict::Surprise).collect();
    let mut table = print::table(&["published", "quantity", "printed", "ours", "verdict"]);
    for c in main {
        let ours = c.ours.map_or_else(|| "—".to_owned(), print::number);
        table.add_row([c.reference.as_str(), &c.quantity, &c.printed, &ours, super::reproduce::verdict(c.verdict)]);
    }
    writeln!(out, "\n{table}")?;
    let mut papers: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for c in checks {
        let paper = c.reference.split('/').next().unwrap_or_default();
        let slot = match c.verdict {
            Verdict::Agrees => 0,
            Verdict::ContradictsAsRecorded => 1,
            Verdict::Surprise => 2,
        };
        papers.entry(paper).or_default()[slot] += 1;
    }
    let mut table = print::table(&["paper", "agree", "contradict, as recorded", "surprises"]);
    for (paper, counts) in &papers {
        table.add_row([(*paper).to_owned(), counts[0].to_string(), counts[1].to_string(), counts[2].to_string()]);
    }
    Ok(writeln!(out, "\n{table}")?)
}

fn optima(outcomes: &[study::Outcome], out: &mut dyn Write) -> Outcome {
    let mut table = print::table(&["optimum of", "budget", "quantity", "estimate", "interval"]);
    for o in outcomes {
        let Ok(record) = &o.result else { continue };
        for optimum in &record.optima {
            for e in &optimum.quantities {
                let interval = match (e.lower, e.upper) {
                    (Some(low), Some(high)) => format!("{} … {}", print::number(low), print::number(high)),
                    _ => "—".to_owned(),
                };
                table.add_row([
                    o.job.name.clone(),
                    print::number(optimum.budget),
                    e.symbol.clone(),
                    print::number(e.estimate),
                    interval,
                ]);
            }
        }
    }
    if table.is_empty() { Ok(()) } else { Ok(writeln!(out, "\n{table}")?) }
}
