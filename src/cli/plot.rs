//! `scaling plot`.

use super::{Failure, Outcome, print_files, saved};
use crate::show::figure;
use crate::work::store::write_whole;
use std::io::Write;
use std::path::PathBuf;

/// What to draw.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling plot fit/record.json --out figures/")]
pub struct Args {
    /// A saved fit
    fit: String,
    /// Folder for the figures [default: beside the record]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Also write PNG
    #[arg(long)]
    png: bool,
    /// Print one JSON object: the files
    #[arg(long)]
    json: bool,
}

/// Draws every figure that the record has data for.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let (record, folder) = saved::record(&args.fit)?;
    let folder = args.out.clone().unwrap_or(folder);
    let mut files = Vec::new();
    for drawing in figure::all(&record) {
        let svg = figure::svg(&drawing).map_err(Failure::work)?;
        let path = folder.join(format!("{}.svg", drawing.name));
        write_whole(&path, svg.as_bytes())?;
        files.push(path.display().to_string());
        if args.png {
            let path = path.with_extension("png");
            write_whole(&path, &figure::png(&svg).map_err(Failure::work)?)?;
            files.push(path.display().to_string());
        }
    }
    print_files(out, &files, args.json)
}
