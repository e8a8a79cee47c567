//! `scaling laws`.

use super::{Failure, Outcome, print, print_json};
use crate::law::{Cost, Input, Law};
use crate::laws::{LAWS, costs, find_cost};
use crate::methods::method::Method;
use crate::methods::registry;
use crate::show::{catalogue, report};
use crate::work::job::law;
use serde_json::{Value, json};
use std::io::Write;

/// Which law, cost or method.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling laws chinchilla")]
pub struct Args {
    /// Id of a law, a cost or a method [default: list all]
    id: Option<String>,
    /// List only those with this word in id, title, formula, inputs or notes
    #[arg(long, value_name = "WORD", conflicts_with = "id")]
    search: Option<String>,
    /// Print the list as one JSON array, or the page of one as an object
    #[arg(long)]
    json: bool,
}

/// One line of the list.
struct Line {
    kind: &'static str,
    id: &'static str,
    topic: String,
    reads: String,
    cite: &'static str,
    title: &'static str,
    /// Everything that a search looks through.
    text: String,
}

fn lines() -> Vec<Line> {
    let law = |law: &&'static dyn Law| {
        let card = law.card();
        let inputs: Vec<&str> = card.inputs.iter().map(|i| i.symbol).collect();
        let names: Vec<&str> = card.inputs.iter().chain([&card.output]).map(|i| i.name).collect();
        Line {
            kind: "law",
            id: card.id,
            topic: catalogue::family(card.family),
            reads: inputs.join(" "),
            cite: card.cite[0],
            title: card.title,
            text: [card.formula, card.notes, &names.join(" ")].join(" "),
        }
    };
    let cost = |cost: &'static Cost| Line {
        kind: "cost",
        id: cost.id,
        topic: cost.unit.to_owned(),
        reads: cost.inputs.iter().map(|i| i.symbol).collect::<Vec<_>>().join(" "),
        cite: cost.cite[0],
        title: cost.title,
        text: cost.name.to_owned(),
    };
    let method = |method: &&'static dyn Method| {
        let card = method.card();
        Line {
            kind: "method",
            id: card.id,
            topic: catalogue::family(card.topic),
            reads: card.tables.iter().map(|table| table.name).collect::<Vec<_>>().join(" "),
            cite: card.cite[0],
            title: card.title,
            text: [card.formula, card.notes].join(" "),
        }
    };
    LAWS.iter().map(law).chain(costs().into_iter().map(cost)).chain(registry::METHODS.iter().map(method)).collect()
}

fn inputs(list: &[Input]) -> Vec<Value> {
    list.iter().map(|i| json!({ "symbol": i.symbol, "name": i.name, "unit": i.unit, "counts": i.counts })).collect()
}

/// The card of a law, a cost or a method as data.
fn of_id(id: &str) -> Result<Value, Failure> {
    if let Ok(method) = registry::find(id) {
        let card = method.card();
        let settings = card.settings.iter().map(|s| json!({ "name": s.name, "meaning": s.meaning }));
        let gives = card.gives.iter().map(|g| json!({ "symbol": g.symbol, "meaning": g.meaning, "unit": g.unit }));
        let tables = card.tables.iter().map(|t| {
            json!({ "name": t.name, "rows": t.rows, "optional": t.optional, "columns": t.columns.iter().map(|c| c.symbol).collect::<Vec<_>>() })
        });
        return Ok(json!({
            "kind": "method", "id": card.id, "topic": card.topic, "title": card.title, "formula": card.formula,
            "cite": card.cite, "tables": tables.collect::<Vec<_>>(), "settings": settings.collect::<Vec<_>>(),
            "gives": gives.collect::<Vec<_>>(), "example": card.example, "notes": card.notes,
        }));
    }
    if let Some(cost) = find_cost(id) {
        return Ok(json!({
            "kind": "cost", "id": cost.id, "title": cost.title, "formula": cost.formula, "cite": cost.cite,
            "unit": cost.unit, "inputs": inputs(cost.inputs), "notes": cost.notes,
        }));
    }
    let card = law(id)?.card();
    // An open end has no number in JSON: null.
    let params = card.params.iter().map(|p| {
        json!({ "symbol": p.symbol, "meaning": p.meaning, "unit": p.unit, "lower": p.bounds.0, "upper": p.bounds.1 })
    });
    let derived = card
        .derived
        .iter()
        .map(|d| json!({ "symbol": d.symbol, "meaning": d.meaning, "unit": d.unit, "needs": d.needs }));
    Ok(json!({
        "kind": "law", "id": card.id, "family": card.family, "title": card.title, "formula": card.formula,
        "cite": card.cite, "inputs": inputs(card.inputs), "output": inputs(&[card.output])[0],
        "parameters": params.collect::<Vec<_>>(), "derived": derived.collect::<Vec<_>>(),
        "cost": card.allocation.map(|a| a.cost.id), "notes": card.notes,
    }))
}

/// Lists laws, costs and methods, or prints the page of one.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    if let Some(id) = &args.id {
        if args.json {
            return print_json(out, &of_id(id)?);
        }
        let page = match (registry::find(id), find_cost(id)) {
            (Ok(method), _) => catalogue::method_page(method),
            (_, Some(cost)) => catalogue::cost_page(cost),
            _ => catalogue::page(law(id)?),
        };
        return Ok(writeln!(out, "{}", report::markdown(&page))?);
    }
    let mut lines = lines();
    if let Some(wanted) = args.search.as_ref().map(|word| word.to_lowercase()) {
        let holds =
            |line: &Line| [line.id, line.title, &line.topic, &line.text].join(" ").to_lowercase().contains(&wanted);
        lines.retain(holds);
    }
    if args.json {
        let row = |l: &Line| json!({ "kind": l.kind, "id": l.id, "topic": l.topic, "reads": l.reads, "cite": l.cite, "title": l.title });
        return print_json(out, &Value::Array(lines.iter().map(row).collect()));
    }
    for (kind, about) in [("law", "family"), ("cost", "unit"), ("method", "topic")] {
        let mut table = print::table(&[kind, about, "reads", "cite", "title"]);
        for column in 1..5 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(comfy_table::CellAlignment::Left);
            }
        }
        for l in lines.iter().filter(|l| l.kind == kind) {
            table.add_row([l.id, &l.topic, &l.reads, l.cite, l.title]);
        }
        if !table.is_empty() {
            writeln!(out, "{table}\n")?;
        }
    }
    Ok(writeln!(out, "{} laws, costs and methods", lines.len())?)
}
