//! `scaling catalogue`.

use super::{Failure, Outcome, print, print_json};
use crate::published::papers::{Paper, State, papers};
use serde_json::{Value, json};
use std::io::Write;

/// The papers, each with what answers it.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling catalogue --json")]
pub struct Args {
    /// Only papers with this word in their title, class, items or state
    #[arg(long, value_name = "WORD")]
    search: Option<String>,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

fn word(value: &impl serde::Serialize) -> String {
    json!(value).as_str().unwrap_or_default().replace('-', " ")
}

fn matches(paper: &Paper, wanted: &str) -> bool {
    let text = format!("{} {} {} {}", paper.title, word(&paper.class), word(&paper.state()), paper.items.join(" "));
    text.to_lowercase().contains(&wanted.to_lowercase())
}

/// Lists the papers.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let mut all = papers().map_err(Failure::work)?;
    if let Some(wanted) = &args.search {
        all.retain(|paper| matches(paper, wanted));
    }
    if args.json {
        let row = |paper: &Paper| {
            json!({
                "row": paper.row,
                "title": paper.title,
                "arxiv": paper.arxiv,
                "class": paper.class,
                "items": paper.items,
                "references": paper.references,
                "state": paper.state(),
                "note": paper.note,
                "open": paper.open,
            })
        };
        return print_json(out, &Value::Array(all.iter().map(row).collect()));
    }
    let mut table = print::table(&["row", "paper", "class", "answered by", "state"]);
    for column in [1, 2, 3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    for paper in &all {
        let state = match &paper.open {
            Some(why) => format!("open: {why}"),
            None => match &paper.note {
                Some(note) => format!("{}: {note}", word(&paper.state())),
                None => word(&paper.state()),
            },
        };
        table.add_row([paper.row.to_string(), paper.title.clone(), word(&paper.class), paper.items.join(", "), state]);
    }
    let count = |state| all.iter().filter(|paper| paper.state() == state).count();
    writeln!(out, "{table}")?;
    Ok(writeln!(
        out,
        "\n{} papers: {} checked against print, {} work without a printed number, {} open, {} with nothing to compute",
        all.len(),
        count(State::Checked),
        count(State::Works),
        count(State::Open),
        count(State::NothingToCompute)
    )?)
}
