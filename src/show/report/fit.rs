//! One fit, from its record.

mod evidence;
mod trust;
mod words;

use super::number::{phrase, rounded};
use super::{Block, Document, Picture, Span, Table, Tone, plain};
use crate::data::measurements::Warning;
use crate::record::{Estimate, Record};
use crate::show::figure::describe;
use evidence::{basins, certificate, checklist, correlation, criteria, influence, other_objectives, rival};
pub use trust::{Trust, all_warnings, trust};
use words::{beyond, measure, point, prose, symbol};

/// The report on one fit.
pub fn of_fit(record: &Record, pictures: &[Picture]) -> Document {
    Document {
        title: format!("{} on {}", record.law.title, describe::source(record)),
        blocks: blocks(record, pictures, 2),
    }
}

/// The tables of fits, without the rest of their reports.
pub fn tables(records: &[Record]) -> Document {
    let mut blocks = Vec::new();
    for record in records {
        let level = describe::level(record);
        let of = format!("{} on {}, {} rows", record.law.title, describe::source(record), record.provenance.rows_used);
        if records.len() > 1 {
            blocks.push(Block::Heading(2, record.name.clone()));
        }
        let caption = format!("Parameters of {of}; intervals cover {level} ({})", record.interval.method);
        let derived = estimates(format!("What follows from the parameters; intervals cover {level}"), &record.derived);
        let all = [estimates(caption, &record.parameters), derived, predictions(record), optima(record)];
        blocks.extend(all.into_iter().flatten());
    }
    Document { title: "Fits".to_owned(), blocks }
}

/// What a reader needs to repeat or doubt a fit, as an appendix: where the numbers come from, why this is
/// the minimum, what to be careful about, and the command.
pub fn provenance(record: &Record) -> Document {
    let mut blocks = vec![Block::Heading(2, "Where the numbers come from".to_owned())];
    blocks.extend(checklist(record));
    blocks.extend(certificate(record));
    let warnings = all_warnings(record);
    if !warnings.is_empty() {
        blocks.push(Block::Heading(2, "What to be careful about".to_owned()));
        blocks.push(Block::List(warnings.iter().map(|warning| prose(&warning.message)).collect()));
    }
    let made = match record.command.is_empty() {
        true => format!("Made with scaling {}, seed {}.", record.program, record.seed),
        false => format!("Made with scaling {}, seed {}, by the command ", record.program, record.seed),
    };
    let mut last = plain(made);
    if !record.command.is_empty() {
        last.push(Span::Code(record.command.clone()));
    }
    blocks.push(Block::Paragraph(last));
    Document { title: format!("Provenance of {} on {}", record.law.title, describe::source(record)), blocks }
}

/// The blocks of the report on one fit, with headings from a level down.
pub fn blocks(record: &Record, pictures: &[Picture], level: u8) -> Vec<Block> {
    let mut out = vec![
        Block::Notice(Tone::Answer, std::iter::once(answer(record)).chain(advice(record)).collect()),
        Block::Formula(record.law.formula.clone()),
    ];
    let warnings = all_warnings(record);
    if !warnings.is_empty() {
        let said = |w: &&Warning| {
            vec![Span::Strong(format!("{}: ", w.kind.replace('-', " "))), Span::Plain(w.message.clone())]
        };
        out.push(Block::Notice(Tone::Warning, warnings.iter().map(said).collect()));
    }
    let mut section = |title: &str, blocks: Vec<Option<Block>>| {
        let blocks: Vec<Block> = blocks.into_iter().flatten().collect();
        if !blocks.is_empty() {
            out.push(Block::Heading(level, title.to_owned()));
            out.extend(blocks);
        }
    };
    let picture = |names: &[&str]| -> Vec<Option<Block>> {
        let stem = |p: &Picture| p.file.rsplit('/').next().map(|f| f.trim_end_matches(".svg").to_owned());
        names
            .iter()
            .map(|name| pictures.iter().find(|p| stem(p).as_deref() == Some(name)).cloned().map(Block::Picture))
            .collect()
    };
    let level = describe::level(record);
    section(
        "Parameters",
        vec![
            estimates(
                format!("Parameters of the law; intervals cover {level} ({})", record.interval.method),
                &record.parameters,
            ),
            estimates(format!("What follows from them; intervals cover {level}"), &record.derived),
        ],
    );
    section("The law and the data", picture(&["line", "isoflop", "frontier", "surface"]));
    let mut asked = vec![predictions(record), optima(record), asked_warnings(record)];
    asked.extend(picture(&["allocation"]));
    section("Predictions and optima", asked);
    section("Where the numbers come from", vec![checklist(record)]);
    let mut proof = vec![certificate(record), basins(record)];
    proof.extend(picture(&["basins"]));
    section("Why this is the minimum", proof);
    section("The same answer under other losses", vec![rival(record), other_objectives(record), criteria(record)]);
    let mut left = picture(&["residuals"]);
    left.push(influence(record));
    section("What the law leaves unexplained", left);
    let mut together = vec![correlation(record)];
    together.extend(picture(&["ridge"]));
    section("Parameters that move together", together);
    section(
        "How to remake this",
        vec![
            Some(Block::Code(record.command.clone())),
            Some(Block::Paragraph(plain(format!("Made with {}, seed {}.", record.program, record.seed)))),
        ],
    );
    out
}

/// What a fit is asked for first: what follows from its parameters, else they themselves; those
/// that were fixed, or follow from fixed ones alone, only if there is nothing else.
pub fn main_results(record: &Record, count: usize) -> Vec<&Estimate> {
    let known = |e: &&Estimate| e.lower.is_some();
    let groups = [&record.derived, &record.parameters];
    match groups.iter().find(|group| group.iter().any(|e| known(&e))) {
        Some(group) => group.iter().filter(known).take(count).collect(),
        None => groups.iter().find(|g| !g.is_empty()).map_or_else(Vec::new, |g| g.iter().take(count).collect()),
    }
}

fn answer(record: &Record) -> Vec<Span> {
    let main = main_results(record, 3);
    let rows = record.provenance.rows_used;
    let mut out = vec![
        Span::Strong(record.law.title.clone()),
        Span::Plain(format!(", fitted to {rows} rows of {}: ", describe::source(record))),
    ];
    for (i, e) in main.iter().enumerate() {
        let before = match i {
            0 => "",
            _ if i + 1 == main.len() => " and ",
            _ => ", ",
        };
        out.push(Span::Plain(format!("{before}{} = ", describe::greek(&e.symbol))));
        out.push(Span::Strong(phrase(e)));
    }
    let (trust, reasons) = trust(record);
    let because = reasons.join("; ");
    out.push(Span::Plain(match trust {
        Trust::Sound => {
            "; no check speaks against it: rely on it within the data, and beyond them as far as you believe the law."
                .to_owned()
        }
        Trust::Care => format!("; use it with care: {because}."),
        Trust::Doubt => format!("; do not rely on it: {because}."),
    }));
    out
}

/// What to do with the first budget asked for.
fn advice(record: &Record) -> Option<Vec<Span>> {
    let optimum = record.optima.first()?;
    let budget = describe::amount(optimum.budget, &describe::budget(record).unit);
    let mut out = vec![Span::Plain(format!("The best way to spend {budget}: "))];
    for (i, q) in optimum.quantities.iter().enumerate() {
        out.push(Span::Plain(format!("{}{} = ", if i == 0 { "" } else { ", " }, describe::greek(&q.symbol))));
        out.push(Span::Strong(phrase(q)));
    }
    out.push(Span::Plain(".".to_owned()));
    Some(out)
}

fn estimates(caption: String, all: &[Estimate]) -> Option<Block> {
    let mut table = Table::new(caption, &["Symbol", "Meaning", "#Estimate", "#Standard error", "#Interval", "Unit"]);
    for e in all {
        let r = rounded(e);
        table.row(vec![
            symbol(&e.symbol),
            prose(&e.meaning),
            plain(r.estimate),
            plain(r.standard_error),
            plain(r.interval),
            measure(&e.unit),
        ]);
    }
    table.block()
}

fn predictions(record: &Record) -> Option<Block> {
    let heads = ["At", "Quantity", "#Estimate", "#Interval", "Unit", "Beyond the data"];
    let mut table = Table::new("Predictions asked for", &heads);
    for p in &record.predictions {
        for (i, e) in p.quoted().iter().enumerate() {
            let r = rounded(e);
            // Where it is, once for a new run and the law.
            let (at, outside) = match i {
                0 => (point(&p.at, record), beyond(&p.extrapolation)),
                _ => (String::new(), String::new()),
            };
            table.row(vec![
                plain(at),
                plain(format!("{} ({})", e.symbol, e.meaning)),
                plain(r.estimate),
                plain(r.interval),
                measure(&e.unit),
                plain(outside),
            ]);
        }
    }
    table.block()
}

fn optima(record: &Record) -> Option<Block> {
    let heads = ["#Budget", "Quantity", "#Estimate", "#Interval", "Unit", "Beyond the data"];
    let mut table = Table::new("The best way to spend a budget", &heads);
    let unit = describe::budget(record).unit;
    for o in &record.optima {
        let fixed = if o.fixed.is_empty() { String::new() } else { format!(", {}", point(&o.fixed, record)) };
        for (i, q) in o.quantities.iter().enumerate() {
            let r = rounded(q);
            // The budget once per group.
            let (budget, outside) = match i {
                0 => (format!("{}{fixed}", describe::amount(o.budget, &unit)), beyond(&o.extrapolation)),
                _ => (String::new(), String::new()),
            };
            table.row(vec![
                plain(budget),
                plain(format!("{} ({})", q.symbol, q.meaning)),
                plain(r.estimate),
                plain(r.interval),
                measure(&q.unit),
                plain(outside),
            ]);
        }
    }
    table.block()
}

/// What was noticed about predictions and optima, each with where.
fn asked_warnings(record: &Record) -> Option<Block> {
    let unit = describe::budget(record).unit;
    let predictions = record.predictions.iter().map(|p| (point(&p.at, record), &p.warnings));
    let optima = record.optima.iter().map(|o| (describe::amount(o.budget, &unit), &o.warnings));
    let said = |(at, warnings): (String, &Vec<Warning>)| {
        let line = |w: &Warning| vec![Span::Strong(format!("{at}: ")), Span::Plain(w.message.clone())];
        warnings.iter().map(line).collect::<Vec<_>>()
    };
    let items: Vec<Vec<Span>> = predictions.chain(optima).flat_map(said).collect();
    (!items.is_empty()).then_some(Block::Notice(Tone::Warning, items))
}
