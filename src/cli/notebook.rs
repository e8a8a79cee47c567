//! `scaling notebook`.

use super::run::{Asked, NOTEBOOK, asked};
use super::{Failure, Outcome, progress, saved};
use crate::work::store::write_whole;
use crate::work::{notebook, study};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What to write up.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling notebook fit/record.json --out fit.ipynb")]
pub struct Args {
    /// A study file or a saved fit [default: the built-in study]
    #[arg(value_name = "STUDY|FIT")]
    what: Option<String>,
    /// The notebook [default: notebook.ipynb among the study's results, or beside the record]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Writes a Jupyter notebook on the Python package, its outputs in place.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let folder_of = |file: &Path| file.parent().map(Path::to_owned).unwrap_or_default();
    let is_study = args.what.as_deref().is_none_or(|what| Path::new(what).extension().is_some_and(|e| e == "toml"));
    let (file, text) = if is_study {
        let path = args.what.as_deref().map(Path::new);
        let Asked { study, text, name } = asked(path)?;
        let results = Path::new("notebooks-output").join(name);
        let file = args.out.clone().unwrap_or_else(|| results.join(NOTEBOOK));
        let kept = folder_of(&file);
        // Without a folder of their own the fits are those of the study's results, made once.
        let bar = progress(study.jobs.len(), "fits");
        let outcomes = study::run(&study, &results, &|_| bar.inc(1))?;
        bar.finish_and_clear();
        let bar = progress(study.methods.len(), "methods");
        let methods = study::run_methods(&study.methods, &outcomes, &results, &|_| bar.inc(1))?;
        bar.finish_and_clear();
        let studied = path.and_then(Path::parent).unwrap_or(Path::new(""));
        let text = String::from_utf8_lossy(&text);
        (file, notebook::of_study(&text, &outcomes, &methods, studied, &kept).map_err(Failure::work)?)
    } else {
        let what = args.what.as_deref().unwrap_or_default();
        let (record, folder) = saved::record(what)?;
        let file = args.out.clone().unwrap_or_else(|| folder.join(NOTEBOOK));
        let place = notebook::relative(what, Path::new(""), &folder_of(&file));
        (file, notebook::of_record(&record, &place).map_err(Failure::work)?)
    };
    write_whole(&file, text.as_bytes())?;
    writeln!(out, "{}", file.display())?;
    Ok(())
}
