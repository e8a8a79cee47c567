//! `scaling guide`.

use super::{Outcome, print_json};
use serde_json::json;
use std::io::Write;

/// How to print it.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling guide > GUIDE.md")]
pub struct Args {
    /// Print one JSON object: the page as Markdown, and its commands in order
    #[arg(long)]
    json: bool,
}

/// The page. A test runs its commands.
const PAGE: &str = include_str!("guide.md");

/// Prints the page.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    match args.json {
        true => print_json(out, &json!({ "guide": PAGE, "commands": commands().collect::<Vec<_>>() })),
        false => Ok(write!(out, "{PAGE}")?),
    }
}

/// The commands of the page that run as they stand, beside a table `runs.csv`.
fn commands() -> impl Iterator<Item = &'static str> {
    let blocks = PAGE.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).filter(|line| !line.is_empty())
}
