//! `scaling recommend`.

use super::{Failure, Outcome, amount, print, print_json};
use crate::recommend::{Run, published, recommend};
use serde_json::json;
use std::io::Write;

/// The run to advise on.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling recommend --N 7B --D 1.4T --sequence 2048")]
pub struct Args {
    /// Parameters
    #[arg(long = "N", value_name = "PARAMETERS", value_parser = amount)]
    n: f64,
    /// Tokens
    #[arg(long = "D", value_name = "TOKENS", value_parser = amount)]
    d: f64,
    /// Tokens per sequence
    #[arg(long, value_name = "TOKENS", value_parser = amount, default_value = "2048")]
    sequence: f64,
    /// Loss expected at the end, for the rules that ask for it
    #[arg(long, value_name = "L")]
    loss: Option<f64>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Prints every published rule's answer side by side.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    if [args.n, args.d, args.sequence].iter().any(|v| v.is_nan() || *v <= 0.0) {
        return Err(Failure::request("N, D and the sequence length must be positive"));
    }
    let rules = published().map_err(Failure::work)?;
    let answer = recommend(&rules, Run { n: args.n, d: args.d, sequence: args.sequence, loss: args.loss });
    if args.json {
        return print_json(out, &json!(answer));
    }
    let mut table = print::table(&["rule", "recommends", "value", "sequences", "counts", "notes"]);
    for row in &answer.rows {
        let number = |v: Option<f64>| v.map_or_else(|| "—".to_owned(), print::number);
        let what = serde_json::to_value(row.what).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        table.add_row([
            row.source.clone(),
            what,
            number(row.value),
            number(row.sequences),
            row.units.clone(),
            row.notes.join("; "),
        ]);
    }
    Ok(writeln!(out, "{table}")?)
}
