//! A comparison in words, tables and a figure.

use super::outcome::{Comparison, Entry};
use crate::base::units::si;
use crate::methods::compare::{Pair, Scores, Split};
use crate::record::chart::{Chart, Look, Plot, Scale, Section, Series, Sheet, Tone};

pub(super) fn section(outcome: &Comparison) -> Section {
    let mut section = Section { text: vec![words(outcome)], ..Section::default() };
    section.text.extend(criteria(outcome));
    section.tables.push(scores(outcome));
    section.tables.extend(pairs(outcome));
    section.tables.extend(predictions(outcome));
    section.charts.push(chart(outcome));
    section
}

fn words(outcome: &Comparison) -> String {
    let mut verdict = outcome.verdict.clone();
    if outcome.laws.iter().all(|entry| !verdict.starts_with(&entry.law)) {
        verdict[..1].make_ascii_uppercase();
    }
    let parted = match outcome.split {
        Split::Budgets => format!("budgets of {}", outcome.by),
        Split::Blocks => format!("blocks of rows by increasing {}", outcome.by),
    };
    let first = outcome.origins.first().map_or(0, |origin| origin.before);
    format!(
        "{verdict}. Every law was fitted to the rows before each of {} {parted} and scored on its rows; the first was forecast from {first} rows.",
        outcome.origins.len()
    )
}

/// The second opinion.
fn criteria(outcome: &Comparison) -> Option<String> {
    let known: Vec<&Entry> = outcome.laws.iter().filter(|entry| entry.criteria.is_some()).collect();
    if known.len() < 2 {
        return None;
    }
    let least = |of: fn(&Entry) -> f64| {
        known.iter().min_by(|a, b| of(a).total_cmp(&of(b))).map_or("", |entry| entry.law.as_str())
    };
    let aic = least(|entry| entry.criteria.map_or(f64::INFINITY, |c| c.aic));
    let bic = least(|entry| entry.criteria.map_or(f64::INFINITY, |c| c.bic));
    let who =
        if aic == bic { format!("AIC and BIC both prefer {aic}") } else { format!("AIC prefers {aic}, BIC {bic}") };
    Some(format!("On all rows {who}: a second opinion, on rows that were seen."))
}

/// Four digits.
fn number(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 { format!("{value:.3e}") } else { format!("{value:.4}") }
}

fn percent(value: f64) -> String {
    format!("{:.1} %", 100.0 * value)
}

fn scores(outcome: &Comparison) -> Sheet {
    let level = format!("#{:.0} % interval covers", 100.0 * outcome.level);
    let heads = ["Law", "#CRPS", "#log score", "#relative error", &level, "#if the law is right", "#ΔAIC", "#ΔBIC"];
    let mut sheet = Sheet::new("Scores on rows that were not seen, every origin alike", &heads);
    let best = |of: fn(&Entry) -> Option<f64>| outcome.laws.iter().filter_map(of).fold(f64::INFINITY, f64::min);
    let aic: fn(&Entry) -> Option<f64> = |entry| Some(entry.criteria?.aic);
    let bic: fn(&Entry) -> Option<f64> = |entry| Some(entry.criteria?.bic);
    let dash = || "—".to_owned();
    let above = |entry: &Entry, of: fn(&Entry) -> Option<f64>| {
        of(entry).map_or_else(dash, |value| format!("{:.1}", value - best(of)))
    };
    let cells = |scores: Option<&Scores>| match scores {
        Some(s) => [
            number(s.crps),
            format!("{:.2}", s.log_score),
            percent(s.relative_error),
            percent(s.coverage),
            percent(s.coverage_if_right),
        ],
        None => std::array::from_fn(|_| dash()),
    };
    for entry in &outcome.laws {
        let mut row = vec![entry.law.clone()];
        row.extend(cells(entry.scores.as_ref()));
        row.extend([above(entry, aic), above(entry, bic)]);
        sheet.rows.push(row);
    }
    if let Some(average) = &outcome.average {
        let mut row = vec![format!("average of {}", outcome.not_worse.len())];
        row.extend(cells(Some(average)));
        row.extend([dash(), dash()]);
        sheet.rows.push(row);
    }
    sheet
}

fn pairs(outcome: &Comparison) -> Option<Sheet> {
    let best = outcome.pairs.first()?.best.clone();
    let caption = format!("CRPS above that of {best}, over origins");
    let mut sheet = Sheet::new(caption, &["Law", "#mean difference", "#standard error", "Shown to be worse"]);
    for pair in &outcome.pairs {
        let error = pair.standard_error.map_or_else(|| "—".to_owned(), number);
        let shown = if pair.shown { "yes" } else { "no" };
        sheet.rows.push(vec![pair.law.clone(), number(pair.difference), error, shown.to_owned()]);
    }
    Some(sheet)
}

fn predictions(outcome: &Comparison) -> Option<Sheet> {
    if outcome.predictions.is_empty() {
        return None;
    }
    let at: Vec<String> = outcome.at.iter().map(|(symbol, value)| format!("{symbol} = {}", si(*value))).collect();
    let caption = format!("{} of a new run at {}", outcome.output, at.join(", "));
    let interval = format!("#{:.0} % interval", 100.0 * outcome.level);
    let mut sheet = Sheet::new(caption, &["Law", "#median", &interval]);
    for said in &outcome.predictions {
        let ends = format!("{} – {}", number(said.lower), number(said.upper));
        sheet.rows.push(vec![said.law.clone(), number(said.estimate), ends]);
    }
    Some(sheet)
}

/// The score at each origin, and the difference to the best with two standard errors.
fn chart(outcome: &Comparison) -> Chart {
    let log = outcome.origins.iter().all(|origin| origin.from > 0.0);
    let middle = |k: usize| {
        let origin = &outcome.origins[k];
        if log { (origin.from * origin.to).sqrt() } else { 0.5 * (origin.from + origin.to) }
    };
    let mut curves = Plot {
        title: "Score at each origin".to_owned(),
        x: if log { Scale::log(&outcome.by, "") } else { Scale::linear(&outcome.by, "") },
        y: Scale::log("CRPS of the logarithm", ""),
        ..Plot::default()
    };
    for (i, entry) in outcome.laws.iter().enumerate() {
        let Some(scores) = &entry.scores else { continue };
        let points: Vec<(f64, f64)> = scores.by_origin.iter().enumerate().map(|(k, crps)| (middle(k), *crps)).collect();
        curves.series.push(Series::new("", Look::Line, Tone::Series(i), points.clone()));
        curves.series.push(Series::new(&entry.law, Look::Dots, Tone::Series(i), points));
    }
    let mut plots = vec![curves];
    if let Some(first) = outcome.pairs.first() {
        let at = outcome.pairs.iter().enumerate();
        let points = at.map(|(i, pair)| (pair.difference, i as f64));
        let end = |sign: f64| {
            let of = move |pair: &Pair| pair.difference + sign * 2.0 * pair.standard_error.unwrap_or(0.0);
            outcome.pairs.iter().map(of).collect::<Vec<f64>>()
        };
        plots.push(Plot {
            title: format!("Above {}", first.best),
            x: Scale::linear("Difference in CRPS, two standard errors", ""),
            y: Scale::names(outcome.pairs.iter().map(|pair| pair.law.clone()).collect()),
            series: vec![Series::new("", Look::Dots, Tone::Ink, points).between(end(-1.0), end(1.0))],
            levels: vec![crate::record::chart::Level {
                name: String::new(),
                of_y: false,
                at: 0.0,
                look: Look::Dashed,
                tone: Tone::Muted,
            }],
            ..Plot::default()
        });
    }
    let columns = plots.len();
    Chart {
        name: "compare".to_owned(),
        title: "Forecasts of rows that were not seen".to_owned(),
        subtitle: format!("{} rows of {}, {} origins", outcome.rows, outcome.source, outcome.origins.len()),
        caption: "The continuous ranked probability score of each law at each origin (lower is better), and how far each lies above the best on average over origins.".to_owned(),
        size: (480 * columns as u32 + 60, 420),
        columns,
        plots,
    }
}
