//! Two recipes in words, tables and a figure.

use super::outcome::{Ends, Recipes, Side, Speed};
use crate::record::chart::{Chart, Look, Plot, Scale, Section, Series, Sheet, Tone};

pub(super) fn section(outcome: &Recipes) -> Section {
    let mut section = Section { text: vec![words(outcome)], ..Section::default() };
    section.tables.extend(pairs(outcome));
    section.tables.extend(sensitivity(outcome));
    section.tables.extend(projections(outcome));
    section.charts.push(chart(outcome));
    section
}

fn number(value: f64) -> String {
    let size = value.abs();
    if value != 0.0 && !(1e-3..1e6).contains(&size) { format!("{value:.3e}") } else { format!("{value:.4}") }
}

fn ends(e: &Ends) -> String {
    match (e.lower, e.upper) {
        (Some(low), Some(high)) => format!("{} – {}", number(low), number(high)),
        _ => "—".to_owned(),
    }
}

fn words(outcome: &Recipes) -> String {
    let mut text = outcome.verdict.clone();
    text[..1].make_ascii_uppercase();
    text += &format!(
        ". Baseline: {}, {} rows, {} budgets; variant: {}, {} rows, {} budgets.",
        outcome.baseline.source,
        outcome.baseline.rows,
        outcome.baseline.frontier.len(),
        outcome.variant.source,
        outcome.variant.rows,
        outcome.variant.frontier.len()
    );
    if let Some(d) = &outcome.difference {
        text += &format!(
            " Over {} pairs by {}, the variant's loss less the baseline's is {} {} on average ({:.0} % interval {}).",
            outcome.pairs.len(),
            outcome.paired_by,
            number(d.estimate),
            outcome.unit,
            100.0 * outcome.level,
            ends(d)
        );
    }
    if let Some(c) = &outcome.crossing {
        let which = if c.variant_above { "above" } else { "below" };
        let place = if c.inside { "within" } else { "outside" };
        text += &format!(
            " With exponents of their own ({:.4} and {:.4}) the lines meet at {} = {:.3e} ({}), {place} the budgets of both; the variant is better {which}.",
            c.baseline,
            c.variant,
            outcome.by,
            c.compute.estimate,
            match c.compute.lower.zip(c.compute.upper) {
                Some((low, high)) => format!("{low:.2e} to {high:.2e}"),
                None => "the exponents are not shown to differ, and so nor is where".to_owned(),
            }
        );
    }
    if let Some(free) = &outcome.free_asymptote {
        text += &format!(
            " The baseline's own points would put the asymptote at {} ({}).",
            number(free.estimate),
            ends(free)
        );
    }
    text
}

fn pairs(outcome: &Recipes) -> Option<Sheet> {
    if outcome.pairs.is_empty() {
        return None;
    }
    let keys = outcome.paired_by.split(", ").map(|key| format!("#{key}"));
    let mut heads: Vec<String> = keys.collect();
    heads.extend(["#baseline", "#variant", "#difference", "#speed-up"].map(str::to_owned));
    let mut sheet = Sheet { caption: "Runs of both recipes at the same place".to_owned(), heads, rows: Vec::new() };
    for pair in &outcome.pairs {
        let mut row: Vec<String> = pair.at.iter().map(|v| format!("{v:.3e}")).collect();
        row.extend([pair.baseline, pair.variant, pair.variant - pair.baseline].map(number));
        row.push(pair.speed_up.map_or_else(|| "—".to_owned(), |s| format!("{s:.4}")));
        sheet.rows.push(row);
    }
    Some(sheet)
}

fn sensitivity(outcome: &Recipes) -> Option<Sheet> {
    let chosen = outcome.speed?;
    let interval = format!("#{:.0} % interval", 100.0 * outcome.level);
    let mut heads = vec!["#asymptote", "#alpha", "#speed-up", &interval];
    if chosen.wall_clock.is_some() {
        heads.push("#in time");
    }
    let mut sheet =
        Sheet::new("The effective speed-up and what the asymptote does to it; the first was chosen", &heads);
    for speed in std::iter::once(&chosen).chain(&outcome.sensitivity) {
        let Speed { asymptote, alpha, speed_up, wall_clock, .. } = speed;
        let mut row = vec![number(*asymptote), number(alpha.estimate), number(speed_up.estimate), ends(speed_up)];
        row.extend(wall_clock.map(|e| number(e.estimate)));
        sheet.rows.push(row);
    }
    Some(sheet)
}

fn projections(outcome: &Recipes) -> Option<Sheet> {
    if outcome.projections.is_empty() {
        return None;
    }
    let interval = format!("#{:.0} % interval", 100.0 * outcome.level);
    let by = format!("#{}", outcome.by);
    let heads = [&by, "#baseline", &interval, "#variant", &interval, "#speed-up", &interval];
    let mut sheet = Sheet::new("Losses of a new run by each recipe's own line, and the speed-up there", &heads);
    for there in &outcome.projections {
        let mut row = vec![format!("{:.3e}", there.compute)];
        for e in [&there.baseline, &there.variant, &there.speed_up] {
            row.extend([number(e.estimate), ends(e)]);
        }
        sheet.rows.push(row);
    }
    Some(sheet)
}

/// Both frontiers, their parallel lines above the asymptote.
fn chart(outcome: &Recipes) -> Chart {
    let mut plot = Plot {
        x: Scale::log(&outcome.by, if outcome.by == "C" { "FLOP" } else { "" }),
        y: Scale::log("loss", &outcome.unit),
        ..Plot::default()
    };
    let all = || outcome.baseline.frontier.iter().chain(&outcome.variant.frontier).map(|point| point.0);
    let furthest = outcome.projections.iter().map(|there| there.compute);
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().chain(furthest).fold(f64::NEG_INFINITY, f64::max));
    let mut side = |name: &str, side: &Side, tone: usize, factor: f64| {
        if let Some(speed) = &outcome.speed {
            let at = |k: i32| {
                let c = (low.ln() + f64::from(k) / 60.0 * (high / low).ln()).exp();
                (c, speed.asymptote + speed.amplitude * (c * factor).powf(-speed.alpha.estimate))
            };
            plot.series.push(Series::new("", Look::Line, Tone::Series(tone), (0..=60).map(at)));
        }
        plot.series.push(Series::new(name, Look::Dots, Tone::Series(tone), side.frontier.iter().copied()));
    };
    side("baseline", &outcome.baseline, 0, 1.0);
    side("variant", &outcome.variant, 1, outcome.speed.map_or(1.0, |speed| speed.speed_up.estimate));
    Chart {
        name: "recipes".to_owned(),
        title: "Two recipes".to_owned(),
        subtitle: format!("{} and {}", outcome.baseline.source, outcome.variant.source),
        caption: "The best run of each recipe at each budget; the lines share an exponent above the asymptote that was chosen.".to_owned(),
        size: (720, 460),
        columns: 1,
        plots: vec![plot],
    }
}
