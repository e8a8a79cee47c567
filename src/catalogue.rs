//! Pages and tables made from the registry: the documentation of every law.

use crate::law::{Card, Family, Law};
use crate::laws::LAWS;
use crate::report::{Block, Document, Table, plain};

/// A family's name.
pub fn family(family: Family) -> String {
    serde_json::to_value(family).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A law's page: formula, inputs, parameters, derived quantities, notes.
pub fn page(law: &dyn Law) -> Document {
    let card = law.card();
    let mut blocks = vec![Block::Formula(card.formula.to_owned())];
    let mut inputs = Table::new("Inputs and output", &["symbol", "what it is", "unit"]);
    for input in card.inputs.iter().chain([&card.output]) {
        inputs.row(vec![plain(input.symbol), plain(input.name), plain(input.unit)]);
    }
    blocks.extend(inputs.block());
    let mut params = Table::new("Parameters", &["symbol", "what it is", "unit", "bounds"]);
    for p in card.params {
        params.row(vec![
            plain(p.symbol),
            plain(p.meaning),
            plain(p.unit),
            plain(format!("{} … {}", p.bounds.0, p.bounds.1)),
        ]);
    }
    blocks.extend(params.block());
    let mut derived = Table::new("Derived quantities", &["symbol", "what it is", "needs", "unit"]);
    for d in card.derived {
        derived.row(vec![plain(d.symbol), plain(d.meaning), plain(d.needs.join(", ")), plain(d.unit)]);
    }
    blocks.extend(derived.block());
    for line in card.notes.split('\n') {
        match line.strip_prefix("## ") {
            Some(heading) => blocks.push(Block::Heading(2, heading.to_owned())),
            None if line.trim().is_empty() => {}
            None => blocks.push(Block::Paragraph(plain(line.trim()))),
        }
    }
    Document { title: format!("{} ({})", card.title, card.id), blocks }
}

/// The catalogue of laws for the README: a Markdown table.
pub fn markdown() -> String {
    let mut out = String::from("| law | family | predicts | from | source |\n| --- | --- | --- | --- | --- |\n");
    for law in LAWS {
        let card: &Card = law.card();
        let inputs = card.inputs.iter().map(|i| i.symbol).collect::<Vec<_>>().join(", ");
        let family = family(card.family);
        out += &format!("| `{}` | {family} | {} | {inputs} | {} |\n", card.id, card.output.name, card.cite[0]);
    }
    out
}
