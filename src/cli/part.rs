//! `scaling run` of a part of a study: a shard, the fits that are named, or none at all, to see what
//! a run would do.

use super::run::{Asked, fit_json, fits, method_json, ran};
use super::{Failure, Outcome, print, print_json, progress};
use crate::work::study::{self, Planned, Shard, Study};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Which part.
#[derive(clap::Args)]
pub(super) struct Part {
    /// Run share i of n (3/16: the third of sixteen); `--merge` or a plain run writes the tables
    #[arg(long, value_name = "i/n", conflicts_with = "merge")]
    shard: Option<Shard>,
    /// Gather what shards have made, do what they have not, and write tables and report
    #[arg(long)]
    merge: bool,
    /// Run only the fits and methods of these names or patterns, separated by commas; write no tables
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "merge")]
    only: Vec<String>,
    /// Threads [default: every core, or RAYON_NUM_THREADS]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Say what would be fitted and what is cached, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Part {
    /// What of the study is asked for.
    fn of(&self, study: &Study) -> Result<Study, Failure> {
        let study = match &self.only[..] {
            [] => study.clone(),
            names => study.only(names).map_err(Failure::request)?,
        };
        Ok(self.shard.map_or_else(|| study.clone(), |shard| study.shard(shard)))
    }

    /// Does the part and says so; `false` if the whole study is asked for, and still to be run.
    ///
    /// # Errors
    /// A name that there is not, or work that failed.
    pub fn run(&self, asked: &Asked, folder: &Path, as_json: bool, out: &mut dyn Write) -> Result<bool, Failure> {
        if let Some(jobs) = self.jobs {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs));
            pool.build_global().map_err(Failure::work)?;
        }
        let part = self.of(&asked.study)?;
        if self.dry_run {
            self.planned(&part, folder, as_json, out)?;
            return Ok(true);
        }
        if self.shard.is_none() && self.only.is_empty() {
            if self.merge {
                study::clear(folder)?;
            }
            return Ok(false);
        }
        self.partly(&part, folder, as_json, out)?;
        Ok(true)
    }

    /// Runs the part and leaves its records; tables and the report are of the whole study.
    fn partly(&self, part: &Study, folder: &Path, as_json: bool, out: &mut dyn Write) -> Outcome {
        let bar = progress(part.jobs.len(), "fits");
        let outcomes = study::run(part, folder, &|_| bar.inc(1))?;
        bar.finish_and_clear();
        let bar = progress(part.methods.len(), "methods");
        let methods = study::run_methods(&part.methods, &outcomes, folder, &|_| bar.inc(1))?;
        bar.finish_and_clear();
        if as_json {
            let answer = json!({
                "title": part.title,
                "shard": self.shard.map(|shard| shard.to_string()),
                "fits": outcomes.iter().map(fit_json).collect::<Vec<_>>(),
                "methods": methods.iter().map(method_json).collect::<Vec<_>>(),
                "records": folder.join("fits"),
                "report": Value::Null,
            });
            print_json(out, &answer)?;
        } else {
            let which = self.shard.map_or_else(String::new, |shard| format!(", shard {shard}"));
            let cached = outcomes.iter().filter(|o| o.cached).count();
            let count = outcomes.len();
            writeln!(out, "{}{which}: {count} fits, {cached} of them unchanged since the last run\n", part.title)?;
            if !outcomes.is_empty() {
                fits(&outcomes, out)?;
            }
            ran(&methods, out)?;
            let records = folder.join("fits");
            writeln!(out, "\nrecords: {}; `--merge` writes the tables and the report", records.display())?;
        }
        super::run::failures(&outcomes, &methods)
    }

    fn planned(&self, part: &Study, folder: &Path, as_json: bool, out: &mut dyn Write) -> Outcome {
        let (fits, methods) = study::plan(part, folder);
        let cached = fits.iter().filter(|fit| fit.cached == Ok(true)).count();
        let wrong = fits.iter().filter(|fit| fit.cached.is_err()).count();
        if as_json {
            let answer = json!({
                "title": part.title,
                "dry_run": true,
                "shard": self.shard.map(|shard| shard.to_string()),
                "fits": fits.iter().map(|fit| planned_json(fit, "law")).collect::<Vec<_>>(),
                "methods": methods.iter().map(|method| planned_json(method, "method")).collect::<Vec<_>>(),
                "cached": cached,
                "to_fit": fits.len() - cached - wrong,
                "unreadable": wrong,
            });
            return print_json(out, &answer);
        }
        let mut table = print::table(&["name", "law or method", "data", "state"]);
        for k in 1..4 {
            if let Some(column) = table.column_mut(k) {
                column.set_cell_alignment(comfy_table::CellAlignment::Left);
            }
        }
        for (planned, todo) in fits.iter().map(|fit| (fit, "to fit")).chain(methods.iter().map(|m| (m, "to run"))) {
            let state = match &planned.cached {
                Ok(true) => "cached".to_owned(),
                Ok(false) => todo.to_owned(),
                Err(why) => format!("cannot: {why}"),
            };
            table.add_row([&planned.name, &planned.what, &planned.data, &state]);
        }
        writeln!(out, "{table}\n")?;
        let cannot = if wrong > 0 { format!(", {wrong} cannot be") } else { String::new() };
        let run = methods.iter().filter(|method| method.cached != Ok(true)).count();
        let also =
            if methods.is_empty() { String::new() } else { format!("; {run} of {} methods to run", methods.len()) };
        let to_fit = fits.len() - cached - wrong;
        Ok(writeln!(out, "{} fits: {cached} cached, {to_fit} to fit{cannot}{also}; nothing was done", fits.len())?)
    }
}

fn planned_json(planned: &Planned, what: &str) -> Value {
    let mut object = json!({
        "name": planned.name,
        "data": planned.data,
        "cached": planned.cached.as_ref().is_ok_and(|cached| *cached),
        "error": planned.cached.as_ref().err(),
    });
    object[what] = Value::from(planned.what.as_str());
    object
}

/// Where a study's results go if nobody says.
pub(super) fn folder(asked: &Asked, out: Option<&PathBuf>) -> PathBuf {
    out.cloned().unwrap_or_else(|| Path::new("notebooks-output").join(&asked.name))
}
