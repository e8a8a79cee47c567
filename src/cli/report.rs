//! `scaling report`.

use super::{Failure, Outcome, print_files, saved};
use crate::show::figure;
use crate::show::report::{self, pictures};
use crate::work::store::write_whole;
use std::io::Write;
use std::path::PathBuf;

/// What to report.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling report fit/record.json --out report/")]
pub struct Args {
    /// A saved fit
    fit: String,
    /// Folder for the report [default: beside the record]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON object: the files
    #[arg(long)]
    json: bool,
}

/// Writes `report.html` (self-contained) and `report.md` with its figures.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let (record, folder) = saved::record(&args.fit)?;
    let folder = args.out.clone().unwrap_or(folder);
    let pictures = pictures(&figure::all(&record), "figures").map_err(Failure::work)?;
    for picture in &pictures {
        write_whole(&folder.join(&picture.file), picture.svg.as_bytes())?;
    }
    let document = report::of_fit(&record, &pictures);
    let mut files = Vec::new();
    for (name, text) in [("report.html", report::html(&document)), ("report.md", report::markdown(&document))] {
        let path = folder.join(name);
        write_whole(&path, text.as_bytes())?;
        files.push(path.display().to_string());
    }
    print_files(out, &files, args.json)
}
