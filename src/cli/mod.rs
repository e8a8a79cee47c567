//! The command line: definitions here, one thin file per verb beside it. Verbs parse, call the
//! library and print; none computes.

mod answer;
mod approaches;
mod bench;
mod catalogue;
mod compare;
mod count;
mod datasets;
mod density;
mod design;
mod door;
mod explore;
mod extrapolate;
mod failure;
mod fit;
mod forecast;
mod frontier;
mod guide;
mod laws;
mod lifetime;
mod method;
mod notebook;
mod optimum;
mod paper;
mod part;
mod plot;
mod predict;
mod print;
mod recommend;
mod report;
mod reproduce;
mod run;
mod runs;
mod saved;
mod schema;
mod table;

use crate::base::fault;
use crate::base::word::Word;
use crate::work::given::{Amount, Given};
use clap::builder::TypedValueParser as _;
use clap::{CommandFactory, Parser, Subcommand};
use door::Door;
use failure::Failure;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// What scripts may rely on.
const STATUS: &str =
    "Exit status: 0 done; 1 the work failed or a number did not come out as it must; 2 the request makes no sense.
With --json a failure is one line of JSON on standard error: {\"error\": {\"kind\", \"message\", \"remedy\"}}.
A table named - is read from standard input.";

/// Fits neural scaling laws, says how far to trust the fit, and extrapolates.
#[derive(Parser)]
#[command(name = "scaling", version, max_term_width = 100, after_help = STATUS)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Fit a law to a table or a built-in data set
    Fit(Box<fit::Args>),
    /// Predict at given inputs, from a saved fit or published constants
    Predict(predict::Args),
    /// Find the best way to spend a budget
    Optimum(optimum::Args),
    /// Draw every figure of a saved fit
    Plot(plot::Args),
    /// Write the report of a saved fit as HTML and Markdown
    Report(report::Args),
    /// Write a study or a saved fit as a Jupyter notebook on the Python package, its outputs in place
    Notebook(notebook::Args),
    /// Print the numbers of fits as a table for a paper: LaTeX, Markdown or CSV
    Table(paper::TableArgs),
    /// Print the BibTeX of what a fit rests on: law, data, method and this program
    Cite(paper::CiteArgs),
    /// Print what a reader needs to repeat a fit, as an appendix for a paper
    Checklist(paper::ChecklistArgs),
    /// Run a study of many fits; without a file, the built-in one
    Run(run::Args),
    /// Harvest a folder of runs (wandb, Hugging Face, lm-eval, TensorBoard, JSON lines, logs) into one table
    Runs(runs::Args),
    /// Compare published numbers with ours
    Reproduce(reproduce::Args),
    /// Compare three ways to read the compute-optimal allocation off the same runs
    Approaches(approaches::Args),
    /// Learning rate and batch size by every published rule
    Recommend(recommend::Args),
    /// Find the cheapest model to train and serve at a given loss
    #[command(alias = "serve")]
    Lifetime(lifetime::Args),
    /// Capacity density of released models and how fast the best of it grows
    Density(Box<density::Args>),
    /// Forecast learning curves beyond their last point
    Extrapolate(Box<extrapolate::Args>),
    /// Freeze what a new run will measure, and score it afterwards
    #[command(subcommand)]
    Forecast(forecast::Verb),
    /// Choose the runs to train next, for a number beyond the rows or to get off a ridge
    Design(Box<design::Args>),
    /// Run a public benchmark of fitting and extrapolation on its tables
    Bench(bench::Args),
    /// Compare laws by their forecasts of unseen budgets, or two recipes by compute at equal loss
    Compare(Box<compare::Args>),
    /// Find the rows of a table that no other row betters
    Frontier(Box<frontier::Args>),
    /// Count parameters and training FLOP of an architecture by each convention, beside 6ND
    Count(count::Args),
    /// Fit in a browser: drop rows, change law and budget, see what it does
    Explore(explore::Args),
    /// List laws and methods, or show one
    Laws(laws::Args),
    /// List the papers that this program answers to, and what answers each
    Catalogue(catalogue::Args),
    /// List the built-in data sets, or show one
    Datasets(datasets::Args),
    /// Print one page to act on: what to ask first, which verdicts mean stop, how scripts talk to it
    Guide(guide::Args),
    /// Print the JSON Schemas of what is written and read
    Schema(schema::Args),
    /// Print a completion script for a shell
    #[command(after_help = "Example: scaling completions bash > ~/.local/share/bash-completion/completions/scaling")]
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
}

type Outcome = Result<(), Failure>;

/// Runs the program on its arguments.
pub fn main() -> ExitCode {
    fault::keep_quiet();
    let outcome = match Cli::try_parse() {
        Ok(cli) => {
            fault::caught(|| run(cli.verb)).unwrap_or_else(|fault| Err(Failure::work(fault).of(failure::Kind::Fault)))
        }
        Err(usage) => return failure::misused(&usage),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(failure::wants_json()),
    }
}

fn run(verb: Verb) -> Outcome {
    let mut door = Door::new(std::io::stdout().lock());
    let out: &mut dyn Write = &mut door;
    match verb {
        Verb::Fit(args) => fit::run(&args, out),
        Verb::Predict(args) => predict::run(&args, out),
        Verb::Optimum(args) => optimum::run(&args, out),
        Verb::Plot(args) => plot::run(&args, out),
        Verb::Report(args) => report::run(&args, out),
        Verb::Notebook(args) => notebook::run(&args, out),
        Verb::Table(args) => paper::table(&args, out),
        Verb::Cite(args) => paper::cite(&args, out),
        Verb::Checklist(args) => paper::checklist(&args, out),
        Verb::Run(args) => run::run(&args, out),
        Verb::Runs(args) => runs::run(&args, out),
        Verb::Reproduce(args) => reproduce::run(&args, out),
        Verb::Approaches(args) => approaches::run(&args, out),
        Verb::Recommend(args) => recommend::run(&args, out),
        Verb::Lifetime(args) => lifetime::run(&args, out),
        Verb::Density(args) => density::run(&args, out),
        Verb::Extrapolate(args) => extrapolate::run(&args, out),
        Verb::Forecast(verb) => forecast::run(&verb, out),
        Verb::Design(args) => design::run(&args, out),
        Verb::Bench(args) => bench::run(&args, out),
        Verb::Compare(args) => compare::run(&args, out),
        Verb::Frontier(args) => frontier::run(&args, out),
        Verb::Count(args) => count::run(&args, out),
        Verb::Explore(args) => explore::run(&args, out),
        Verb::Laws(args) => laws::run(&args, out),
        Verb::Catalogue(args) => catalogue::run(&args, out),
        Verb::Datasets(args) => datasets::run(&args, out),
        Verb::Guide(args) => guide::run(&args, out),
        Verb::Schema(args) => schema::run(&args, out),
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "scaling", &mut script);
            Ok(out.write_all(&script)?)
        }
    }?;
    Ok(door.flush()?)
}

/// `SYMBOL=VALUE`, the value with units: `N=70B`.
fn assignment(text: &str) -> Result<Given, String> {
    Given::parse(text)
}

/// `ROLE=COLUMN`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (a, b) = text.split_once('=').ok_or_else(|| format!("`{text}` is not NAME=NAME, as in N=\"Model Size\""))?;
    Ok((a.trim().to_owned(), b.trim().to_owned()))
}

/// A budget with units: `5.76e23`, `6 ZFLOP`.
fn amount(text: &str) -> Result<Amount, String> {
    Amount::parse(text)
}

/// A choice among words, which help and completions know.
fn word<W: Word + Send + Sync>() -> impl clap::builder::TypedValueParser<Value = W> {
    let names = W::ALL.iter().map(|word| Word::name(*word));
    clap::builder::PossibleValuesParser::new(names).try_map(|text: String| W::read(&text))
}

/// A model size: `7B`.
fn parameters(text: &str) -> Result<f64, String> {
    Amount::parse(text)?.in_unit(Some("parameters"))
}

/// A budget: `1e21`, `3 ZFLOP`.
fn flop(text: &str) -> Result<f64, String> {
    Amount::parse(text)?.in_unit(Some("FLOP"))
}

/// A number of tokens: `1.4T`.
fn tokens(text: &str) -> Result<f64, String> {
    Amount::parse(text)?.in_unit(Some("tokens"))
}

/// A progress bar on standard error that appears after a second and only on a terminal.
fn progress(total: usize, what: &'static str) -> indicatif::ProgressBar {
    if !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(total as u64);
    let template = format!("{what} {{wide_bar}} {{pos}}/{{len}} {{eta}}");
    if let Ok(style) = indicatif::ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr_with_hz(2));
    bar
}

/// The command as it was given, for records: the program's name instead of its path.
fn command_line() -> String {
    let quote = |word: String| match word.chars().all(|c| c.is_ascii_alphanumeric() || "-_=./,:+".contains(c)) {
        true => word,
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    std::iter::once("scaling".to_owned()).chain(words.map(quote)).collect::<Vec<_>>().join(" ")
}

fn print_json(out: &mut dyn Write, value: &serde_json::Value) -> Outcome {
    let text = serde_json::to_string_pretty(value).map_err(Failure::work)?;
    Ok(writeln!(out, "{text}")?)
}

/// The files that a verb wrote: a line each, or one object.
fn print_files(out: &mut dyn Write, files: &[String], as_json: bool) -> Outcome {
    if as_json {
        return print_json(out, &serde_json::json!({ "files": files }));
    }
    Ok(files.iter().try_for_each(|file| writeln!(out, "{file}"))?)
}
