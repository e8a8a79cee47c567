//! The frontier in words, a table and one figure a part.

use super::outcome::{Frontier, Group, Objective};
use crate::base::units::si;
use crate::data::card::Better;
use crate::record::chart::{Chart, Look, Plot, Scale, Section, Series, Sheet, Tone};

/// Rows up to which each is named in the figure.
const NAMED: usize = 30;
/// Largest over smallest value from which an axis is logarithmic.
const WIDE: f64 = 30.0;

pub(super) fn section(outcome: &Frontier) -> Section {
    let mut section = Section { text: vec![words(outcome)], ..Section::default() };
    for group in &outcome.groups {
        section.tables.push(table(outcome, group));
        section.charts.extend(chart(outcome, group));
    }
    section
}

fn words(outcome: &Frontier) -> String {
    let side = |better: Better| {
        let names = outcome.objectives.iter().filter(|o| o.better == better).map(|o| o.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let (small, large) = (side(Better::Lower), side(Better::Higher));
    let asked = match (small.is_empty(), large.is_empty()) {
        (false, false) => format!("{small} low and {large} high"),
        (false, true) => format!("{small} low"),
        _ => format!("{large} high"),
    };
    let count = |group: &Group| {
        let name = if group.name.is_empty() { String::new() } else { format!("{}: ", group.name) };
        format!("{name}{} of {} rows are on the front", group.front, group.rows)
    };
    let counts: Vec<String> = outcome.groups.iter().map(count).collect();
    format!("Wanted are {asked}. {}.", counts.join("; "))
}

/// Rows of the front, the best first objective first.
fn table(outcome: &Frontier, group: &Group) -> Sheet {
    let part = if group.name.is_empty() { String::new() } else { format!(" of {}", group.name) };
    let relative = outcome.baseline.as_ref().map(|base| format!(", relative to the row where {base}"));
    let mut heads = vec!["Row".to_owned()];
    heads.extend(outcome.objectives.iter().map(|o| format!("#{}", o.name)));
    if relative.is_some() {
        heads.extend(outcome.objectives.iter().map(|o| format!("#{} / baseline", o.name)));
    }
    let caption = format!("The front{part}{}", relative.unwrap_or_default());
    let mut sheet = Sheet { caption, heads, rows: Vec::new() };
    let mut front: Vec<_> = group.points.iter().filter(|point| point.on_front).collect();
    front.sort_by(|a, b| a.values[0].total_cmp(&b.values[0]));
    for point in front {
        let name = if point.label.is_empty() { point.row.to_string() } else { point.label.clone() };
        let ratios = point.relative.iter().map(|r| r.map_or_else(|| "—".to_owned(), |r| format!("{:.2} %", 100.0 * r)));
        sheet.rows.push([name].into_iter().chain(point.values.iter().map(|v| number(*v))).chain(ratios).collect());
    }
    sheet
}

fn number(value: f64) -> String {
    if value.abs() >= 1e5 { si(value) } else { format!("{value}") }
}

/// The last objective against each of the others.
fn chart(outcome: &Frontier, group: &Group) -> Option<Chart> {
    let (last, others) = outcome.objectives.split_last()?;
    if others.is_empty() {
        return None;
    }
    let k = others.len();
    let plots: Vec<Plot> = others.iter().enumerate().map(|(j, o)| plot(group, (j, o), (k, last))).collect();
    let columns = plots.len().min(3);
    let rows = plots.len().div_ceil(columns);
    let name = if group.name.is_empty() { "frontier".to_owned() } else { format!("frontier-{}", slug(&group.name)) };
    let title = if group.name.is_empty() { "Frontier".to_owned() } else { format!("Frontier of {}", group.name) };
    Some(Chart {
        name,
        title,
        subtitle: format!("{} of {} rows are dominated by none", group.front, group.rows),
        caption:
            "Filled points are on the front of all objectives together; the line joins the front of the two shown."
                .to_owned(),
        size: (420 * columns as u32 + 120, 360 * rows as u32 + 60),
        columns,
        plots,
    })
}

fn slug(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

fn plot(group: &Group, x: (usize, &Objective), y: (usize, &Objective)) -> Plot {
    let at = |keep: bool| {
        let points = group.points.iter().filter(move |point| point.on_front == keep);
        points.map(move |point| (point.values[x.0], point.values[y.0]))
    };
    let (sx, sy) = (x.1.better.sign(), y.1.better.sign());
    let pair: Vec<Vec<f64>> = group.points.iter().map(|p| vec![sx * p.values[x.0], sy * p.values[y.0]]).collect();
    let members = super::front::front(&pair).map(|front| front.members).unwrap_or_default();
    let line = members.iter().map(|&i| (sx * pair[i][0], sy * pair[i][1]));
    let mut front = Series::new("on the front", Look::Dots, Tone::Series(0), at(true));
    if group.front <= NAMED {
        let label = group.points.iter().filter(|point| point.on_front).map(|point| point.label.clone());
        front = front.labelled(label);
    }
    Plot {
        x: scale(group, x),
        y: scale(group, y),
        series: vec![
            Series::new("", Look::Line, Tone::Series(0), line),
            Series::new("dominated", Look::Rings, Tone::Muted, at(false)),
            front,
        ],
        ..Plot::default()
    }
}

fn scale(group: &Group, (k, objective): (usize, &Objective)) -> Scale {
    let values = group.points.iter().map(|point| point.values[k]);
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    if low > 0.0 && high / low > WIDE { Scale::log(&objective.name, "") } else { Scale::linear(&objective.name, "") }
}
