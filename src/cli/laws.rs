//! `scaling laws`.

use super::{Outcome, print};
use crate::laws::LAWS;
use crate::show::{catalogue, report};
use crate::work::job::law;
use std::io::Write;

/// Which law.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling laws chinchilla")]
pub struct Args {
    /// A law's id [default: list all]
    id: Option<String>,
}

/// Lists the laws, or prints one law's page.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    if let Some(id) = &args.id {
        let page = catalogue::page(law(id)?);
        return Ok(writeln!(out, "{}", report::markdown(&page))?);
    }
    let mut table = print::table(&["law", "family", "inputs", "parameters", "cite", "title"]);
    for column in 1..6 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    for law in LAWS {
        let card = law.card();
        let inputs = card.inputs.iter().map(|i| i.symbol).collect::<Vec<_>>().join(" ");
        let params = card.params.iter().map(|p| p.symbol).collect::<Vec<_>>().join(" ");
        table.add_row([card.id, &catalogue::family(card.family), &inputs, &params, card.cite[0], card.title]);
    }
    Ok(writeln!(out, "{table}")?)
}
