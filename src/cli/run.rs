//! `scaling run`.

use super::failure::Kind;
use super::part::{self, Part};
use super::{Failure, Outcome, print, print_json, progress};
use crate::base::text::MADE_BY;
use crate::data::ingest;
use crate::published::reference::{self, Check, Verdict};
use crate::published::scoreboard;
use crate::record::Estimate;
use crate::show::report;
use crate::show::report::number::phrase;
use crate::work::gallery;
use crate::work::notebook;
use crate::work::store::write_whole;
use crate::work::study::{self, Study};
use serde_json::{Value, json};
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
    /// Print one JSON object: what became of each fit and method, and where the report is
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    part: Part,
}

/// Name of a study's notebook.
pub(super) const NOTEBOOK: &str = "notebook.ipynb";

/// Name and place of the built-in study.
const BUILT_IN: &str = "overview";

/// A study that is asked for.
pub(super) struct Asked {
    pub(super) study: Study,
    pub(super) text: Vec<u8>,
    pub(super) name: String,
}

/// A study by its file, or the built-in one.
pub(super) fn asked(path: Option<&Path>) -> Result<Asked, Failure> {
    let Some(path) = path else {
        let bytes = ingest::embedded("study.toml").ok_or_else(|| Failure::work("the built-in study is missing"))?;
        let text = String::from_utf8_lossy(bytes);
        let study = Study::parse(&text, "study.toml", Path::new(""))?;
        return Ok(Asked { study, text: bytes.to_vec(), name: BUILT_IN.to_owned() });
    };
    let text = std::fs::read(path).unwrap_or_default();
    let name = path.file_stem().map_or_else(|| "study".into(), |stem| stem.to_string_lossy().into_owned());
    Ok(Asked { study: Study::read(path)?, text, name })
}

/// Runs all fits of a study, then writes tables, figures and the report.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let asked = asked(args.study.as_deref())?;
    let folder = part::folder(&asked, args.out.as_ref());
    if args.part.run(&asked, &folder, args.json, out)? {
        return Ok(());
    }
    let Asked { study, text, .. } = asked;
    let command = match &args.study {
        Some(path) => format!("scaling run {}", path.display()),
        None => "scaling run".to_owned(),
    };
    write_whole(&folder.join("study.toml"), &copied(text.clone()))?;
    gallery::claim(&folder)?;
    let bar = progress(study.jobs.len(), "fits");
    let outcomes = study::run(&study, &folder, &|_| bar.inc(1))?;
    bar.finish_and_clear();
    let bar = progress(study.methods.len(), "methods");
    let methods = study::run_methods(&study.methods, &outcomes, &folder, &|_| bar.inc(1))?;
    bar.finish_and_clear();
    let own = study::sections(&study, &outcomes, &methods)?;
    let checks = match args.study {
        Some(_) => Vec::new(),
        None => scoreboard::check_all(&reference::all().map_err(Failure::work)?),
    };
    let sections = match args.study {
        Some(_) => Vec::new(),
        None => crate::work::families::sections().map_err(Failure::work)?,
    };
    let accounts = gallery::Accounts { own, families: sections };
    gallery::write(&study, &outcomes, &methods, &checks, accounts, &command, &folder)?;
    let studied = args.study.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let text = String::from_utf8_lossy(&text);
    let notebook = notebook::of_study(&text, &outcomes, &methods, studied, &folder).map_err(Failure::work)?;
    write_whole(&folder.join(NOTEBOOK), notebook.as_bytes())?;
    let cached = outcomes.iter().filter(|o| o.cached).count();
    if args.json {
        print_json(out, &as_json(&study, &outcomes, &methods, &checks, &folder))?;
    } else {
        writeln!(out, "{}: {} fits, {cached} of them unchanged since the last run\n", study.title, outcomes.len())?;
        if !outcomes.is_empty() {
            fits(&outcomes, out)?;
        }
        ran(&methods, out)?;
        published(&outcomes, &checks, out)?;
        optima(&outcomes, out)?;
        writeln!(out, "\nreport: {}", folder.join("report.html").display())?;
    }
    failures(&outcomes, &methods)?;
    match checks.iter().filter(|c| c.verdict == Verdict::Surprise).count() {
        0 => Ok(()),
        n => Err(Failure::work(format!("{n} published number(s) did not come out as recorded")).of(Kind::Surprise)),
    }
}

/// That something failed, if anything did.
pub(super) fn failures(outcomes: &[study::Outcome], methods: &[study::MethodOutcome]) -> Outcome {
    let lost = methods.iter().filter(|method| method.result.is_err()).count();
    if lost > 0 {
        return Err(Failure::work(format!("{lost} of {} methods failed", methods.len())));
    }
    match outcomes.iter().filter(|o| o.result.is_err()).count() {
        0 => Ok(()),
        n => Err(Failure::work(format!("{n} of {} fits failed", outcomes.len()))),
    }
}

/// What became of a fit, as data.
pub(super) fn fit_json(o: &study::Outcome) -> Value {
    let record = o.result.as_ref().ok();
    let (trust, reasons) = record.map(report::trust).unzip();
    json!({
        "name": o.job.name,
        "law": o.job.law,
        "data": o.job.data,
        "cached": o.cached,
        "error": o.result.as_ref().err(),
        "converged": record.map(|r| r.certificate.converged),
        "rows": record.map(|r| r.provenance.rows_used),
        "trust": trust.map(|trust| trust.word()),
        "reasons": reasons,
        "parameters": record.map(|r| print::by_symbol(&r.parameters)),
    })
}

/// What became of a method, as data.
pub(super) fn method_json(m: &study::MethodOutcome) -> Value {
    json!({
        "name": m.job.name,
        "method": m.job.method,
        "cached": m.cached,
        "error": m.result.as_ref().err(),
        "quantities": m.result.as_ref().ok().map(|r| print::by_symbol(&r.quantities)),
    })
}

/// What became of a study, as data; the numbers are in the records and in `fits.csv`.
fn as_json(
    study: &Study,
    outcomes: &[study::Outcome],
    methods: &[study::MethodOutcome],
    checks: &[Check],
    folder: &Path,
) -> Value {
    json!({
        "title": study.title,
        "fits": outcomes.iter().map(fit_json).collect::<Vec<_>>(),
        "methods": methods.iter().map(method_json).collect::<Vec<_>>(),
        "published_numbers": checks.len(),
        "surprises": checks.iter().filter(|c| c.verdict == Verdict::Surprise).count(),
        "report": folder.join("report.html"),
        "table": folder.join("fits.csv"),
    })
}

/// A study as it is kept beside its results, with a first line that says so.
fn copied(text: Vec<u8>) -> Vec<u8> {
    let first = format!("# A copy of the study, {MADE_BY}: edits belong into the study itself.\n");
    if text.starts_with(first.as_bytes()) { text } else { [first.into_bytes(), text].concat() }
}

/// Every method: what it read and its first numbers.
pub(super) fn ran(methods: &[study::MethodOutcome], out: &mut dyn Write) -> Outcome {
    if methods.is_empty() {
        return Ok(());
    }
    let mut table = print::table(&["method", "is", "rows", "main results"]);
    if let Some(column) = table.column_mut(3) {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    for method in methods {
        let (rows, main) = match &method.result {
            Ok(record) => {
                let rows: usize = record.provenance.iter().map(|provenance| provenance.rows_used).sum();
                let first = record.quantities.iter().take(3).map(|e| format!("{} = {}", e.symbol, phrase(e)));
                (rows.to_string(), first.collect::<Vec<_>>().join(", "))
            }
            Err(why) => (String::new(), format!("FAILED: {why}")),
        };
        table.add_row([method.job.name.clone(), method.job.method.clone(), rows, main]);
    }
    writeln!(out, "\n{table}")?;
    for record in methods.iter().filter_map(|method| method.result.as_ref().ok()) {
        print::warnings(out, &record.warnings)?;
    }
    Ok(())
}

/// Every fit: its law, what came out, and how many of the published numbers it meets.
pub(super) fn fits(outcomes: &[study::Outcome], out: &mut dyn Write) -> Outcome {
    let any = outcomes.iter().any(|o| !o.job.compare.is_empty());
    let mut heads = vec!["fit", "law", "rows", "main result", "trust"];
    if any {
        heads.push("published numbers met");
    }
    let mut table = print::table(&heads);
    for o in outcomes {
        let mut row = vec![o.job.name.clone(), o.job.law.clone()];
        match &o.result {
            Ok(record) => {
                let main = report::main_results(record, 1).pop();
                row.push(record.provenance.rows_used.to_string());
                row.push(main.map_or_else(String::new, |e| format!("{} = {}", e.symbol, phrase(e))));
                row.push(report::trust(record).0.word().to_owned());
            }
            Err(why) => row.extend([String::new(), format!("FAILED: {why}"), String::new()]),
        }
        if any {
            let beside = gallery::beside(std::slice::from_ref(o));
            let met = beside.iter().filter(|c| c.agrees).count();
            row.push(if beside.is_empty() { String::new() } else { format!("{met} of {}", beside.len()) });
        }
        table.add_row(row);
    }
    Ok(writeln!(out, "{table}")?)
}

/// The published numbers of the study's own fits, those of the first in full and of the others
/// what differs; then a count per paper of every number checked.
fn published(outcomes: &[study::Outcome], checks: &[Check], out: &mut dyn Write) -> Outcome {
    let mut table = print::table(&["published", "quantity", "printed", "ours", "interval", "verdict"]);
    let asked = outcomes.iter().map(|o| gallery::beside(std::slice::from_ref(o))).filter(|b| !b.is_empty());
    for (i, beside) in asked.enumerate() {
        for c in beside.iter().filter(|c| i == 0 || !c.agrees) {
            let verdict = match (c.agrees, c.expected) {
                (true, true) => "agrees",
                (false, false) => "differs, as recorded",
                _ => "SURPRISE",
            };
            let row = [&c.reference, &c.quantity, &c.printed, &print::number(c.ours), &interval(c.lower, c.upper)];
            table.add_row(row.into_iter().map(String::as_str).chain([verdict]));
        }
    }
    if !table.is_empty() {
        writeln!(out, "\n{table}")?;
    }
    let tallies = report::tally(&scoreboard::comparisons(checks));
    if tallies.is_empty() {
        return Ok(());
    }
    let head = ["paper", "agree", "differ*", "surprise"];
    let mut table = print::table(&[head, head].concat());
    let cells =
        |t: &report::Tally| vec![t.key.clone(), t.agree.to_string(), t.contradict.to_string(), t.surprises.to_string()];
    let half = tallies.len().div_ceil(2);
    for (i, left) in tallies[..half].iter().enumerate() {
        table.add_row(cells(left).into_iter().chain(tallies.get(half + i).map(cells).unwrap_or_default()));
    }
    if let Some(column) = table.column_mut(4) {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    writeln!(out, "\n{table}\n * as recorded: `scaling reproduce` names each, the report says why")?;
    let sum = |f: fn(&report::Tally) -> usize| tallies.iter().map(f).sum::<usize>();
    let (agree, differ) = (sum(|t| t.agree), sum(|t| t.contradict));
    let surprises = checks.iter().filter(|c| c.verdict == Verdict::Surprise).count();
    Ok(writeln!(
        out,
        " {} published numbers: {agree} agree, {differ} differ as recorded, {surprises} surprises",
        checks.len()
    )?)
}

fn interval(lower: Option<f64>, upper: Option<f64>) -> String {
    match (lower, upper) {
        (Some(low), Some(high)) => format!("{} … {}", print::number(low), print::number(high)),
        _ => "—".to_owned(),
    }
}

/// One line per budget.
fn optima(outcomes: &[study::Outcome], out: &mut dyn Write) -> Outcome {
    let mut table = print::table(&["optimum of", "budget", "best choice, with intervals"]);
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    for o in outcomes {
        let Ok(record) = &o.result else { continue };
        for optimum in &record.optima {
            let part = |e: &Estimate| {
                let interval = match (e.lower, e.upper) {
                    (Some(low), Some(high)) => format!(" ({} … {})", print::number(low), print::number(high)),
                    _ => String::new(),
                };
                format!("{} {}{interval}", e.symbol, print::number(e.estimate))
            };
            let best = optimum.quantities.iter().map(part).collect::<Vec<_>>().join("  ");
            table.add_row([o.job.name.clone(), print::number(optimum.budget), best]);
        }
    }
    if table.is_empty() { Ok(()) } else { Ok(writeln!(out, "\n{table}")?) }
}
