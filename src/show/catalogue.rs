//! Pages and tables made from the registry: the documentation of every law.

use crate::law::{Card, Cost, Family, Law};
use crate::laws::LAWS;
use crate::methods::method::Method;
use crate::published::reference::Reference;
use crate::record::Comparison;
use crate::show::report::{Block, Document, Table, plain, tally};

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
    blocks.extend(notes(card.notes));
    Document { title: format!("{} ({})", card.title, card.id), blocks }
}

/// A cost's page: formula, inputs, unit, notes.
pub fn cost_page(cost: &Cost) -> Document {
    let mut blocks = vec![Block::Formula(cost.formula.to_owned())];
    let mut inputs = Table::new("Inputs", &["symbol", "what it is", "unit"]);
    for input in cost.inputs {
        inputs.row([input.symbol, input.name, input.unit].map(plain).to_vec());
    }
    blocks.extend(inputs.block());
    blocks.push(Block::Paragraph(plain(format!("Counted in {}; recorded as {}.", cost.unit, cost.name))));
    blocks.extend(notes(cost.notes));
    Document { title: format!("{} ({})", cost.title, cost.id), blocks }
}

/// Headed text as blocks.
fn notes(text: &str) -> impl Iterator<Item = Block> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| match line.strip_prefix("## ") {
        Some(heading) => Block::Heading(2, heading.to_owned()),
        None => Block::Paragraph(plain(line)),
    })
}

/// A method's page: formula, what it takes and gives, an example, notes.
pub fn method_page(method: &dyn Method) -> Document {
    let card = method.card();
    let mut blocks = vec![Block::Formula(card.formula.to_owned())];
    let mut columns = Table::new("Tables that it reads", &["table", "rows", "column", "what it is", "unit"]);
    for table in card.tables {
        let name = format!("{}{}", table.name, if table.optional { " (may be left out)" } else { "" });
        let mut rows = table.columns.iter().map(|c| [c.symbol, c.name, c.unit]).collect::<Vec<_>>();
        if rows.is_empty() {
            rows.push(["", "as the settings say", ""]);
        }
        for [symbol, what, unit] in rows {
            columns.row([name.as_str(), table.rows, symbol, what, unit].map(plain).to_vec());
        }
    }
    blocks.extend(columns.block());
    let mut settings = Table::new("Settings", &["key", "what it is"]);
    for setting in card.settings {
        settings.row([setting.name, setting.meaning].map(plain).to_vec());
    }
    blocks.extend(settings.block());
    let mut gives = Table::new("Named quantities", &["symbol", "what it is", "unit"]);
    for quantity in card.gives {
        gives.row([quantity.symbol, quantity.meaning, quantity.unit].map(plain).to_vec());
    }
    blocks.extend(gives.block());
    blocks.push(Block::Paragraph(plain("In a study:")));
    let head = format!("[[method]]\nname = \"{0}\"\nmethod = \"{0}\"\n", card.id);
    blocks.push(Block::Code(head + card.example.trim_end()));
    blocks.extend(notes(card.notes));
    Document { title: format!("{} ({})", card.title, card.id), blocks }
}

/// The reproduction scoreboard for the README: counts per paper, then what is known not to agree
/// and why, each reason once.
pub fn scoreboard(references: &[Reference], comparisons: &[Comparison]) -> String {
    let tallies = tally(comparisons);
    let sum = |f: fn(&crate::show::report::Tally) -> usize| tallies.iter().map(f).sum::<usize>();
    let mut out = format!(
        "{} published numbers of {} papers and tables: {} agree within their printed precision, {} are known not to, {} are \
         surprises.\n\n| paper | | agree | differ, as recorded | surprises |\n| --- | --- | ---: | ---: | ---: |\n",
        comparisons.len(),
        tallies.len(),
        sum(|t| t.agree),
        sum(|t| t.contradict),
        sum(|t| t.surprises)
    );
    for t in &tallies {
        let title = references.iter().find(|r| r.key == t.key).map_or("", |r| r.title.as_str());
        out += &format!("| `{}` | {title} | {} | {} | {} |\n", t.key, t.agree, t.contradict, t.surprises);
    }
    out += "\nWhat does not come out as printed, and why:\n\n";
    let mut reasons: Vec<(&str, &str, usize, &Comparison)> = Vec::new();
    for c in comparisons.iter().filter(|c| !c.agrees && !c.expected) {
        let paper = c.reference.split('/').next().unwrap_or_default();
        match reasons.iter_mut().find(|(p, why, ..)| *p == paper && *why == c.why) {
            Some((_, _, count, _)) => *count += 1,
            None => reasons.push((paper, &c.why, 1, c)),
        }
    }
    for (_, why, count, c) in reasons {
        let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
        let ours = crate::show::report::number::significant(c.ours, 5);
        out += &format!(
            "- `{}` {}: printed {}, ours {ours}{more}. {}\n",
            c.reference,
            c.quantity,
            c.printed,
            sentence(why)
        );
    }
    out
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let text = crate::show::figure::describe::sentence(text);
    if text.ends_with('.') { text } else { text + "." }
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
