//! `scaling plot`.

use super::{Failure, Outcome, print_files, saved};
use crate::show::figure::{self, Length, Style};
use crate::work::store::write_whole;
use std::io::Write;
use std::path::PathBuf;

/// What to draw, and how it is set.
#[derive(clap::Args)]
#[command(
    after_help = "Example: scaling plot fit/record.json --out figures/\n         scaling plot fit --format pdf --width 3.25in --no-title --font-size 8 --grey"
)]
pub struct Args {
    /// A saved fit
    fit: String,
    /// Folder for the figures [default: beside the record]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Formats, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_value = "svg")]
    format: Vec<Format>,
    /// Also write PNG
    #[arg(long)]
    png: bool,
    /// Width in print: 3.25in, 85mm, 8.5cm, 234pt [default: as for a screen]
    #[arg(long, value_name = "LENGTH")]
    width: Option<Length>,
    /// Leave out the title and the line below it: the caption says them
    #[arg(long)]
    no_title: bool,
    /// Size of the smallest words, in points [default: 8 with --width, else as for a screen]
    #[arg(long, value_name = "POINTS", value_parser = points)]
    font_size: Option<f64>,
    /// Without colour
    #[arg(long, alias = "gray")]
    grey: bool,
    /// Print one JSON object: the files
    #[arg(long)]
    json: bool,
}

/// A file format of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Svg,
    Png,
    Pdf,
}

fn points(text: &str) -> Result<f64, String> {
    let size: f64 =
        text.trim_end_matches("pt").trim().parse().map_err(|_| format!("`{text}` is no number of points"))?;
    match (4.0..=40.0).contains(&size) {
        true => Ok(size),
        false => Err(format!("{text}: words are between 4 and 40 points")),
    }
}

/// Draws every figure that the record has data for.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let (record, folder) = saved::record(&args.fit)?;
    let folder = args.out.clone().unwrap_or(folder);
    let style = Style { width: args.width, font: args.font_size, titled: !args.no_title, grey: args.grey };
    let print = args.width.is_some() || args.font_size.is_some();
    let wanted = |format: Format| args.format.contains(&format) || (format == Format::Png && args.png);
    let mut files = Vec::new();
    for drawing in figure::all(&record) {
        let svg = figure::styled(&drawing, &style).map_err(Failure::request)?;
        for (format, ending) in [(Format::Svg, "svg"), (Format::Png, "png"), (Format::Pdf, "pdf")] {
            if !wanted(format) {
                continue;
            }
            let bytes = match format {
                Format::Svg => Ok(svg.clone().into_bytes()),
                Format::Png if print => figure::png_for_print(&svg),
                Format::Png => figure::png(&svg),
                Format::Pdf => figure::pdf(&svg),
            };
            let path = folder.join(format!("{}.{ending}", drawing.name));
            write_whole(&path, &bytes.map_err(Failure::work)?)?;
            files.push(path.display().to_string());
        }
    }
    print_files(out, &files, args.json)
}
