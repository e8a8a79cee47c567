//! `scaling reproduce`.

use super::failure::Kind;
use super::{Failure, Outcome, print, print_json};
use crate::published::reference::{self, Verdict};
use crate::published::scoreboard;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// What to reproduce.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling reproduce besiroglu2024")]
pub struct Args {
    /// A reference (besiroglu2024), or one fit or claim of it (besiroglu2024/main) [default: all]
    key: Option<String>,
    /// Check your own published numbers: every KEY.toml in DIR instead of the built-in references
    ///
    /// The files have the format of the built-in ones under datasets/references. A `dataset` in
    /// them is the path of a file relative to DIR, or the id of a built-in data set. As in
    /// `scaling reproduce ours2026 --references published/`.
    #[arg(long, value_name = "DIR")]
    references: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Compares every published number with ours; any surprise is a failure.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let mut references = match &args.references {
        Some(folder) => reference::read_folder(folder).map_err(Failure::request)?,
        None => reference::all().map_err(Failure::work)?,
    };
    if let Some(key) = &args.key {
        let (paper, fit) = key.split_once('/').map_or((key.as_str(), None), |(paper, fit)| (paper, Some(fit)));
        references.retain(|r| r.key == paper);
        if let Some(fit) = fit {
            let name = format!("{paper}/{fit}");
            for reference in &mut references {
                reference.fits.retain(|fit| fit.name == name);
                reference.claims.retain(|claim| claim.name == name);
            }
        }
        if references.iter().all(|r| r.fits.is_empty() && r.claims.is_empty()) {
            return Err(Failure::request(format!("there is no reference `{key}`; `scaling reproduce` runs all")));
        }
    }
    let checks = scoreboard::check_all(&references);
    let surprises = checks.iter().filter(|c| c.verdict == Verdict::Surprise).count();
    if args.json {
        let figures: Vec<_> = checks
            .iter()
            .map(|c| {
                json!({ "reference": c.reference, "quantity": c.quantity, "printed": c.printed, "ours": c.ours,
                        "verdict": c.verdict, "kind": c.kind, "where": c.location, "why": c.why })
            })
            .collect();
        print_json(out, &json!({ "figures": figures, "surprises": surprises }))?;
    } else {
        let mut table = print::table(&["reference", "quantity", "printed", "ours", "verdict"]);
        for c in &checks {
            let ours =
                c.ours.map_or_else(|| "—".to_owned(), |v| format!("{v:.7}").chars().take(14).collect::<String>());
            let ours = c.ours.filter(|v| v.abs() >= 1e6 || v.abs() < 1e-3).map_or(ours, |v| format!("{v:.6e}"));
            table.add_row([
                c.reference.clone(),
                c.quantity.clone(),
                c.printed.clone(),
                ours,
                verdict(c.verdict).to_owned(),
            ]);
        }
        writeln!(out, "{table}")?;
        for c in checks.iter().filter(|c| c.verdict == Verdict::Surprise) {
            let ours = c.ours.map_or_else(|| "none".to_owned(), |ours| format!("{ours:.12e}"));
            writeln!(out, "surprise: {} {}: printed {}, ours {ours}: {}", c.reference, c.quantity, c.printed, c.why)?;
        }
        let known = checks.iter().filter(|c| c.verdict == Verdict::ContradictsAsRecorded).count();
        writeln!(
            out,
            "{} figures of {} references: {} agree, {known} contradict as recorded, {surprises} surprises",
            checks.len(),
            references.len(),
            checks.len() - known - surprises
        )?;
    }
    match surprises {
        0 => Ok(()),
        n => Err(Failure::work(format!("{n} published number(s) did not come out as recorded")).of(Kind::Surprise)),
    }
}

/// A verdict in words.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees => "agrees",
        Verdict::ContradictsAsRecorded => "contradicts, as recorded",
        Verdict::Surprise => "SURPRISE",
    }
}
