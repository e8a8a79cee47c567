//! `scaling laws`.

use super::{Outcome, print};
use crate::laws::{LAWS, costs, find_cost};
use crate::methods::registry;
use crate::show::{catalogue, report};
use crate::work::job::law;
use std::io::Write;

/// Which law, cost or method.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling laws chinchilla")]
pub struct Args {
    /// Id of a law, a cost or a method [default: list all]
    id: Option<String>,
}

/// Lists laws, costs and methods, or prints the page of one.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    if let Some(id) = &args.id {
        let page = match (registry::find(id), find_cost(id)) {
            (Ok(method), _) => catalogue::method_page(method),
            (_, Some(cost)) => catalogue::cost_page(cost),
            _ => catalogue::page(law(id)?),
        };
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
    writeln!(out, "{table}\n")?;
    let mut table = print::table(&["cost", "recorded as", "inputs", "unit", "cite", "title"]);
    for column in 1..6 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    for cost in costs() {
        let inputs = cost.inputs.iter().map(|i| i.symbol).collect::<Vec<_>>().join(" ");
        table.add_row([cost.id, cost.name, &inputs, cost.unit, cost.cite[0], cost.title]);
    }
    writeln!(out, "{table}\n")?;
    let mut table = print::table(&["method", "topic", "reads", "starts from", "cite", "title"]);
    for column in 1..6 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    for method in registry::METHODS {
        let card = method.card();
        let reads = card.tables.iter().map(|table| table.name).collect::<Vec<_>>().join(" ");
        let fits = match card.fits {
            (_, 0) => "",
            (1, 1) => "a fit",
            _ => "fits",
        };
        table.add_row([card.id, &catalogue::family(card.topic), &reads, fits, card.cite[0], card.title]);
    }
    Ok(writeln!(out, "{table}")?)
}
