//! `scaling table`, `scaling cite` and `scaling checklist`: what a paper takes from a fit.

use super::failure::Kind;
use super::{Failure, Outcome, print_json, saved};
use crate::data::ingest::csv_text;
use crate::record::Record;
use crate::record::method::MethodRecord;
use crate::show::report::{self, Document};
use crate::work::cite::Works;
use crate::work::job::Job;
use crate::work::store::write_whole;
use crate::work::study::{self, read_method};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A language of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Language {
    Latex,
    Markdown,
    Csv,
}

/// Which fits, and how they are set.
#[derive(clap::Args)]
#[command(
    after_help = "Example: scaling table my-runs --format latex > table.tex\n         scaling table results/ --format csv --out fits.csv"
)]
pub struct TableArgs {
    /// Saved fits, or the folder of a study's results
    #[arg(required = true)]
    fit: Vec<String>,
    /// Language; numbers are rounded to what is known, but whole in CSV
    #[arg(long, value_enum, default_value = "latex")]
    format: Language,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object: the text
    #[arg(long)]
    json: bool,
}

/// Which fit, and how it is set.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling checklist my-runs --format latex > appendix.tex")]
pub struct ChecklistArgs {
    /// A saved fit
    fit: String,
    /// Language
    #[arg(long, value_enum, default_value = "latex", hide_possible_values = true, value_name = "latex|markdown")]
    format: Language,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object: the text
    #[arg(long)]
    json: bool,
}

/// What is to be cited.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling cite my-runs >> paper.bib")]
pub struct CiteArgs {
    /// Saved fits, the folder of a study's results, laws, methods, data sets or published fits
    #[arg(required = true, value_name = "FIT|NAME")]
    of: Vec<String>,
    /// Print one JSON object: keys with what each is cited for, and the BibTeX
    #[arg(long)]
    json: bool,
}

/// The files of a folder within a study's results.
fn within(folder: &Path, name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join(name)).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    files.sort();
    files
}

/// The fit of a path, or all of a study's.
fn records(fit: &str) -> Result<Vec<Record>, Failure> {
    match &within(Path::new(fit), "fits")[..] {
        [] => Ok(vec![saved::record(fit)?.0]),
        files => files.iter().map(|file| Ok(crate::work::store::read_record(file)?)).collect(),
    }
}

/// Prints the numbers of fits.
pub fn table(args: &TableArgs, out: &mut dyn Write) -> Outcome {
    let mut all = Vec::new();
    for fit in &args.fit {
        all.extend(records(fit)?);
    }
    let text = match args.format {
        Language::Csv => {
            let outcome = |record: Record| {
                let name = record.name.clone();
                let job = Job { name, ..Job::new(&record.provenance.source, &record.law.id) };
                study::Outcome { job, result: Ok(record), cached: true }
            };
            let outcomes: Vec<study::Outcome> = all.into_iter().map(outcome).collect();
            csv_text(&study::table(&outcomes)).map_err(Failure::work)?
        }
        language => set(&report::tables(&all), language),
    };
    give(&text, args.out.as_deref(), args.json, out)
}

/// Prints what a reader needs to repeat a fit.
pub fn checklist(args: &ChecklistArgs, out: &mut dyn Write) -> Outcome {
    if args.format == Language::Csv {
        return Err(Failure::request("a checklist is prose: use --format latex or markdown").of(Kind::Usage));
    }
    let (record, _) = saved::record(&args.fit)?;
    give(&set(&report::provenance(&record), args.format), args.out.as_deref(), args.json, out)
}

/// Prints the BibTeX of what fits rest on.
pub fn cite(args: &CiteArgs, out: &mut dyn Write) -> Outcome {
    let mut works = Works::default();
    for of in &args.of {
        if Path::new(of).exists() {
            records(of)?.iter().for_each(|record| works.of_fit(record));
            let methods = within(Path::new(of), "methods");
            let methods: Vec<MethodRecord> = methods.iter().filter_map(|file| read_method(file)).collect();
            methods.iter().for_each(|record| works.of_method(record));
        } else if !works.of_name(of) {
            let why = format!("`{of}` is no saved fit, law, method, built-in data set or published fit");
            return Err(Failure::request(why).of(Kind::UnknownFit));
        }
    }
    if !args.json {
        return Ok(write!(out, "{}", works.bibtex())?);
    }
    let keys = works.keys.iter().map(|(key, what)| json!({ "key": key, "for": what })).collect::<Vec<_>>();
    print_json(out, &json!({ "keys": keys, "uncited": works.uncited, "bibtex": works.bibtex() }))
}

fn set(document: &Document, language: Language) -> String {
    match language {
        Language::Latex => report::latex(document),
        _ => report::markdown(document),
    }
}

/// Writes a text to its file, or prints it.
fn give(text: &str, file: Option<&Path>, as_json: bool, out: &mut dyn Write) -> Outcome {
    if let Some(file) = file {
        write_whole(file, text.as_bytes())?;
        return super::print_files(out, &[file.display().to_string()], as_json);
    }
    match as_json {
        true => print_json(out, &json!({ "text": text })),
        false => Ok(write!(out, "{text}")?),
    }
}
