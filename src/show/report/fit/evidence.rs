//! Where a fit's numbers come from, and what speaks for and against them.

use super::words::objective;
use crate::record::{Criteria, Record};
use crate::show::figure::describe;
use crate::show::report::number::significant;
use crate::show::report::{Block, Span, Table, plain};

pub(super) fn checklist(record: &Record) -> Option<Block> {
    let provenance = &record.provenance;
    let mut table = Table::new("What a reader needs to repeat or doubt this fit", &["Question", "Answer"]);
    let mut item = |question: &str, answer: Vec<Span>| table.row(vec![plain(question), answer]);
    item("Form of the law", vec![Span::Math(record.law.formula.clone())]);
    if !record.law.cite.is_empty() {
        item("Published in", plain(record.law.cite.join(", ")));
    }
    let mut data = plain(describe::source(record));
    if provenance.title.is_some() {
        data.extend([Span::Plain(" (".to_owned()), Span::Code(provenance.source.clone()), Span::Plain(")".to_owned())]);
    }
    item("Data", data);
    if !provenance.cite.is_empty() {
        item("Data published in", plain(provenance.cite.join(", ")));
    }
    for (question, answer) in [("Licence", &provenance.licence), ("Precision of the data", &provenance.precision)] {
        if let Some(answer) = answer {
            item(question, plain(answer.clone()));
        }
    }
    if let Some(hash) = &provenance.sha256 {
        item("SHA-256 of the file", vec![Span::Code(hash.clone())]);
    }
    for column in &provenance.columns {
        let made = match (&column.header, &column.derived_by) {
            (_, Some(by)) => format!("derived: {by}"),
            (Some(header), None) => format!("column “{header}”"),
            (None, None) => "as given".to_owned(),
        };
        // `Any` means that the data do not say.
        let counts = serde_json::to_value(column.counts).ok().and_then(|v| v.as_str().map(|s| s.replace('-', " ")));
        let counts = match counts.as_deref() {
            None | Some("any") => "what it counts is not stated".to_owned(),
            Some(counts) => format!("counts {counts}"),
        };
        let unit = if column.unit == "1" { String::new() } else { format!(", in {}", column.unit) };
        let unstated = if column.unit == "1" || column.symbol == record.law.output.symbol {
            String::new()
        } else {
            format!("; {counts}")
        };
        item(&format!("{}, where from", column.symbol), plain(format!("{made}{unit}{unstated}")));
    }
    let dropped = provenance.rows_read.saturating_sub(provenance.rows_used);
    item("Rows", plain(format!("{} read, {} used, {dropped} left out", provenance.rows_read, provenance.rows_used)));
    for drop in &provenance.dropped {
        let numbers: Vec<String> = drop.rows.iter().take(20).map(usize::to_string).collect();
        let more = if drop.count > numbers.len() { ", …" } else { "" };
        item("Left out", plain(format!("{}: {} (rows {}{more})", drop.count, drop.reason, numbers.join(", "))));
    }
    item("What was minimised", plain(format!("the sum over rows of {}", objective(&record.objective))));
    let proof = &record.certificate;
    item(
        "Search",
        plain(format!(
            "{} starts, {} evaluations; ended by: {}",
            proof.starts_tried, proof.evaluations, proof.termination
        )),
    );
    let interval = &record.interval;
    let replicates = match interval.replicates {
        0 => String::new(),
        count => format!(", {count} replicates of which {} failed", interval.failed),
    };
    item("Intervals", plain(format!("{}, {}{replicates}", describe::level(record), interval.method)));
    item("Validation", plain(validation(record)));
    table.block()
}

fn validation(record: &Record) -> String {
    let gap = record
        .optima
        .iter()
        .filter_map(|o| o.closed_form_gap)
        .fold(None, |most: Option<f64>, gap| Some(most.map_or(gap, |most| most.max(gap))));
    let closed = gap.map(|gap| format!("closed-form optima agree with numeric ones to {}", significant(gap, 2)));
    closed.into_iter().chain([held_out(record)]).collect::<Vec<_>>().join("; ")
}

fn held_out(record: &Record) -> String {
    let Some(v) = &record.validation else { return "no rows were held out".to_owned() };
    let percent = |x: f64| format!("{}%", significant(100.0 * x, 2));
    let coverage = v.coverage.map_or_else(String::new, |c| {
        format!("; {} of them lie in their {} prediction interval", percent(c), percent(v.level))
    });
    format!(
        "{} rows held out ({}) are predicted to {} on average (bias {}, worst {}), against {} for the nearest fitted row{coverage}",
        v.rows.len(),
        v.condition,
        percent(v.mean_absolute_relative_error),
        percent(v.mean_relative_error),
        percent(v.worst_relative_error),
        percent(v.nearest_row_error),
    )
}

pub(super) fn certificate(record: &Record) -> Option<Block> {
    let proof = &record.certificate;
    let mut table = Table::new("The certificate of the answer", &["Check", "Finding"]);
    let mut item = |question: &str, answer: String| table.row(vec![plain(question), plain(answer)]);
    item(
        "Objective",
        format!(
            "{} ({} over {} rows)",
            significant(record.objective_value, 12),
            if record.scale.is_some() { "a negative log-likelihood" } else { "a sum" },
            record.provenance.rows_used
        ),
    );
    item(
        "Ended by",
        format!("{} ({})", proof.termination, if proof.converged { "converged" } else { "not converged" }),
    );
    item("Starts that reached it", format!("{} of {}", proof.best_basin, proof.starts_tried));
    item("Gradient", format!("one more Newton step would remove {} of the objective", significant(proof.gradient, 2)));
    let definite = if proof.positive_definite { "positive definite" } else { "not positive definite" };
    item("Hessian", format!("{definite}, condition {} when scaled to unit diagonal", significant(proof.condition, 2)));
    if let Some(text) = &proof.proof {
        item("Proof", text.clone());
    }
    if let Some(free) = &record.scale {
        let (scale, zone) = (significant(free.scale, 4), significant(free.effective_delta, 2));
        item(
            "Free scale",
            format!("{scale}, quadratic within {zone}; log-likelihood {}", significant(free.log_likelihood, 6)),
        );
    }
    item("Nearest bound", proof.nearest_bound.clone().unwrap_or_else(|| "none".to_owned()));
    item("Rows in the quadratic part of the loss", format!("{}%", significant(100.0 * proof.quadratic_share, 3)));
    table.block()
}

pub(super) fn basins(record: &Record) -> Option<Block> {
    const MOST: usize = 8;
    let all = &record.certificate.basins;
    let caption = match all.len() {
        0..=1 => return Some(Block::Paragraph(plain("Every start that converged ended in the same minimum."))),
        count if count > MOST => format!("The best {MOST} of {count} minima"),
        _ => "Every minimum found".to_owned(),
    };
    let mut heads = vec!["#Objective".to_owned(), "#Starts".to_owned(), "#Predictions differ by".to_owned()];
    heads.extend(record.parameters.iter().map(|p| format!("#{}", describe::greek(&p.symbol))));
    let mut table = Table::new(caption, &heads.iter().map(String::as_str).collect::<Vec<_>>());
    for basin in all.iter().take(MOST) {
        let mut row = vec![
            plain(significant(basin.objective, 7)),
            plain(basin.starts.to_string()),
            plain(format!("{}%", significant(100.0 * basin.prediction_gap, 2))),
        ];
        row.extend(basin.theta.iter().map(|v| plain(significant(*v, 4))));
        row.resize(heads.len(), plain("–"));
        table.row(row);
    }
    table.block()
}

pub(super) fn other_objectives(record: &Record) -> Option<Block> {
    let mut table =
        Table::new("Objectives at this answer; only the first was minimised", &["Objective", "#Sum over rows"]);
    if record.other_objectives.is_empty() {
        return None;
    }
    table.row(vec![
        vec![Span::Strong(describe::sentence(&objective(&record.objective)))],
        vec![Span::Strong(significant(record.objective_value, 6))],
    ]);
    for other in &record.other_objectives {
        table.row(vec![plain(describe::sentence(&objective(&other.objective))), plain(significant(other.value, 6))]);
    }
    table.block()
}

/// The answer under the other customary objective, where the two are far apart.
pub(super) fn rival(record: &Record) -> Option<Block> {
    let rival = record.rival.as_ref()?;
    let heads = ["Symbol", "#Minimised here", "#Minimised instead", "More than half an interval apart"];
    let mut table = Table::new(format!("The answer under {}, minimised instead", objective(&rival.objective)), &heads);
    for value in &rival.values {
        table.row(vec![
            plain(describe::greek(&value.symbol)),
            plain(significant(value.ours, 4)),
            plain(significant(value.other, 4)),
            plain(if value.far { "yes" } else { "no" }),
        ]);
    }
    table.block()
}

pub(super) fn criteria(record: &Record) -> Option<Block> {
    let c = record.criteria.as_ref()?;
    Some(Block::Paragraph(plain(format!(
        "Akaike’s criterion is {:.3} and Schwarz’s {:.3}, with {} parameters, the scale of the noise among them. They assume {}.",
        c.aic,
        c.bic,
        c.parameters,
        Criteria::ASSUMES
    ))))
}

pub(super) fn influence(record: &Record) -> Option<Block> {
    let mut table = Table::new("Rows whose removal moves the answer most", &["#Row", "#Largest relative change"]);
    for (row, change) in record.points.influence.iter().take(10) {
        table.row(vec![plain(row.to_string()), plain(format!("{}%", significant(100.0 * change, 2)))]);
    }
    table.block()
}

pub(super) fn correlation(record: &Record) -> Option<Block> {
    let matrix = record.correlation.as_ref()?;
    let names: Vec<String> = record.parameters.iter().map(|p| describe::greek(&p.symbol)).collect();
    let heads: Vec<String> =
        std::iter::once(String::new()).chain(names.iter().map(|name| format!("#{name}"))).collect();
    let mut table = Table::new("Correlation of the parameters", &heads.iter().map(String::as_str).collect::<Vec<_>>());
    for (name, row) in names.iter().zip(matrix) {
        let mut cells = vec![vec![Span::Strong(name.clone())]];
        cells.extend(row.iter().map(|r| {
            let text = if r.is_finite() { format!("{r:.2}").replace('-', "−") } else { "–".to_owned() };
            // What cannot be told apart stands out, the diagonal aside.
            if r.abs() >= 0.9 && r.abs() < 1.0 { vec![Span::Strong(text)] } else { plain(text) }
        }));
        cells.resize(heads.len(), plain("–"));
        table.row(cells);
    }
    table.block()
}
