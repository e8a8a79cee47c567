//! `scaling datasets`.

use super::{Failure, Outcome, print};
use crate::data::ingest;
use std::io::Write;

/// Which data set.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling datasets hoffmann2022-figure4")]
pub struct Args {
    /// A data set's id [default: list all]
    id: Option<String>,
}

/// Lists the built-in data sets, or prints one card.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let Some(id) = &args.id else {
        let mut table = print::table(&["data set", "rows", "roles", "title"]);
        for k in [2, 3] {
            if let Some(column) = table.column_mut(k) {
                column.set_cell_alignment(comfy_table::CellAlignment::Left);
            }
        }
        for card in ingest::built_in() {
            let roles = card.column.iter().filter_map(|c| c.is.clone()).collect::<Vec<_>>().join(" ");
            table.add_row([card.id, card.rows.to_string(), roles, card.title]);
        }
        return Ok(writeln!(out, "{table}")?);
    };
    let card = ingest::card(id).ok_or_else(|| {
        let hint = ingest::suggestion(id, ingest::built_in().iter().map(|c| c.id.as_str()));
        Failure::request(format!("there is no data set `{id}`{hint}; `scaling datasets` lists them"))
    })?;
    writeln!(out, "{}: {}", card.id, card.title)?;
    writeln!(out, "rows       {}", card.rows)?;
    writeln!(out, "cite       {}", card.cite.join(", "))?;
    writeln!(out, "source     {} ({})", card.source.url, card.source.method)?;
    writeln!(out, "licence    {}", card.licence)?;
    if let Some(precision) = &card.precision {
        writeln!(out, "precision  {precision}")?;
    }
    for column in &card.column {
        let role = column.is.as_ref().map_or(String::new(), |is| format!(", role {is}"));
        writeln!(
            out,
            "column     {}: {}{role} {}",
            column.name,
            column.unit,
            column.meaning.as_deref().unwrap_or_default()
        )?;
    }
    for compute in &card.compute {
        writeln!(out, "derived    {} from {} by {}", compute.is, compute.from.join(", "), compute.using)?;
    }
    for exclude in &card.exclude {
        writeln!(out, "left out   {}: {}", exclude.condition, exclude.reason)?;
    }
    for reproduces in &card.reproduces {
        writeln!(out, "reproduces {reproduces}")?;
    }
    Ok(())
}
