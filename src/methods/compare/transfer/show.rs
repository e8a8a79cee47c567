//! A transfer in words, tables and a figure.

use super::outcome::{Parameter, Transfer, Value};
use crate::base::units::si;
use crate::record::chart::{Chart, Level, Look, Plot, Scale, Section, Series, Sheet, Tone};

pub(super) fn section(outcome: &Transfer) -> Section {
    let mut section = Section { text: vec![words(outcome)], ..Section::default() };
    section.tables.push(ways(outcome));
    section.tables.push(parameters(outcome));
    section.tables.extend(predictions(outcome));
    section.charts.push(chart(outcome));
    section
}

fn number(value: f64) -> String {
    let size = value.abs();
    if value != 0.0 && !(1e-3..1e5).contains(&size) { format!("{value:.3e}") } else { format!("{value:.4}") }
}

fn ends(value: &Value) -> String {
    match value.lower.zip(value.upper) {
        Some((low, high)) => format!("{} – {}", number(low), number(high)),
        None => "—".to_owned(),
    }
}

fn words(outcome: &Transfer) -> String {
    let shared: Vec<&str> = outcome.shared.iter().map(|p| p.symbol.as_str()).collect();
    let mut verdict = outcome.verdict.clone();
    verdict[..1].make_ascii_uppercase();
    let noise = outcome.noise.map_or_else(String::new, |s| format!(" Rows scatter by {:.2} % about it.", 100.0 * s));
    format!(
        "{verdict}. {} is fitted to {} rows of {} groups at once with one {} for all.{noise} The larger half of each group's rows, by {}, was forecast from the smaller half: with parameters tied to the other groups', alone, and by one law for all.",
        outcome.law,
        outcome.rows,
        outcome.groups.len(),
        shared.join(" and one "),
        outcome.by
    )
}

fn ways(outcome: &Transfer) -> Sheet {
    let level = format!("#{:.0} % interval covers", 100.0 * outcome.level);
    let heads =
        ["", "#CRPS", "#log score", "#relative error", &level, "#above the best", "#standard error", "#ΔAIC", "#ΔBIC"];
    let mut sheet = Sheet::new("Scores on rows that were not seen, every group alike; AIC and BIC on all rows", &heads);
    let dash = || "—".to_owned();
    let least = |of: fn(&crate::record::Criteria) -> f64| {
        outcome.ways.iter().filter_map(|way| way.criteria.as_ref().map(of)).fold(f64::INFINITY, f64::min)
    };
    let (aic, bic) = (least(|c| c.aic), least(|c| c.bic));
    for way in &outcome.ways {
        let mut row = vec![way.way.clone()];
        match &way.scores {
            Some(s) => row.extend([
                number(s.crps),
                format!("{:.2}", s.log_score),
                format!("{:.2} %", 100.0 * s.relative_error),
                format!("{:.1} %", 100.0 * s.coverage),
            ]),
            None => row.extend(std::iter::repeat_with(dash).take(4)),
        }
        let pair = outcome.pairs.iter().find(|pair| pair.law == way.way);
        row.push(pair.map_or_else(dash, |pair| number(pair.difference)));
        row.push(pair.and_then(|pair| pair.standard_error).map_or_else(dash, number));
        row.push(way.criteria.map_or_else(dash, |c| format!("{:.1}", c.aic - aic)));
        row.push(way.criteria.map_or_else(dash, |c| format!("{:.1}", c.bic - bic)));
        sheet.rows.push(row);
    }
    sheet
}

fn parameters(outcome: &Transfer) -> Sheet {
    let interval = format!("#{:.0} % interval", 100.0 * outcome.level);
    let heads = ["Group", "Parameter", "#tied", &interval, "#alone", &interval];
    let mut sheet = Sheet::new("Parameters, tied and from each group alone", &heads);
    let cells = |group: &str, symbol: &str, tied: Option<&Value>, alone: Option<&Value>| {
        let pair = |value: Option<&Value>| match value {
            Some(value) => [number(value.estimate), ends(value)],
            None => ["—".to_owned(), "—".to_owned()],
        };
        let mut row = vec![group.to_owned(), symbol.to_owned()];
        row.extend(pair(tied));
        row.extend(pair(alone));
        row
    };
    for p in &outcome.shared {
        sheet.rows.push(cells("all", &p.symbol, Some(&p.tied), None));
    }
    for (g, group) in outcome.groups.iter().enumerate() {
        for p in &outcome.shared {
            let alone = p.alone.get(g).and_then(Option::as_ref);
            if alone.is_some() {
                sheet.rows.push(cells(&group.name, &p.symbol, None, alone));
            }
        }
        for p in &group.own {
            sheet.rows.push(cells(&group.name, &p.symbol, Some(&p.tied), p.alone.first().and_then(Option::as_ref)));
        }
    }
    sheet
}

fn predictions(outcome: &Transfer) -> Option<Sheet> {
    if outcome.at.is_empty() {
        return None;
    }
    let at: Vec<String> = outcome.at.iter().map(|(symbol, value)| format!("{symbol} = {}", si(*value))).collect();
    let caption = format!("{} of a new run at {}, if the law is right", outcome.output, at.join(", "));
    let interval = format!("#{:.0} % interval", 100.0 * outcome.level);
    let mut sheet = Sheet::new(caption, &["Group", "#rows", "#prediction", &interval]);
    for group in &outcome.groups {
        let said = group.prediction.as_ref();
        let (value, interval) = said.map_or(("—".to_owned(), "—".to_owned()), |v| (number(v.estimate), ends(v)));
        sheet.rows.push(vec![group.name.clone(), group.rows.to_string(), value, interval]);
    }
    Some(sheet)
}

/// Each shared parameter as every group alone would have it, beside the one of all.
fn chart(outcome: &Transfer) -> Chart {
    let names: Vec<String> = outcome.groups.iter().map(|group| group.name.clone()).collect();
    let plots: Vec<Plot> = outcome.shared.iter().map(|p| plot(p, &names)).collect();
    let columns = plots.len().clamp(1, 3);
    let rows = plots.len().div_ceil(columns);
    Chart {
        name: "transfer".to_owned(),
        title: "What the groups share".to_owned(),
        subtitle: format!("{}, {} rows, {} groups", outcome.law, outcome.rows, outcome.groups.len()),
        caption: "Points with intervals are from a group's rows alone, where it has enough; the line is the value that all share, with its interval dotted.".to_owned(),
        size: (380 * columns as u32 + 80, (80 + 40 * names.len() as u32 + 120).min(900) * rows as u32),
        columns,
        plots,
    }
}

fn plot(p: &Parameter, names: &[String]) -> Plot {
    let known: Vec<(usize, &Value)> = p.alone.iter().enumerate().filter_map(|(g, v)| Some((g, v.as_ref()?))).collect();
    let end =
        |of: fn(&Value) -> Option<f64>| known.iter().map(|(_, v)| of(v).unwrap_or(v.estimate)).collect::<Vec<_>>();
    let points = known.iter().map(|(g, v)| (v.estimate, *g as f64));
    let line = |at: f64, look: Look| Level { name: String::new(), of_y: false, at, look, tone: Tone::Series(0) };
    let mut levels = vec![line(p.tied.estimate, Look::Line)];
    levels.extend(p.tied.lower.into_iter().chain(p.tied.upper).map(|at| line(at, Look::Dotted)));
    Plot {
        x: Scale::linear(&p.symbol, ""),
        y: Scale::names(names.to_vec()),
        series: vec![Series::new("", Look::Dots, Tone::Ink, points).between(end(|v| v.lower), end(|v| v.upper))],
        levels,
        ..Plot::default()
    }
}
