//! A design in words, tables and a figure.

use super::outcome::{Choice, Outcome};
use crate::base::units::si;
use crate::engine::design::Asked;
use crate::law::Card;
use crate::record::chart::{Chart, Level, Look, Plot, Scale, Section, Series, Sheet, Tone};

/// What a number asked for is called.
pub(super) fn name(card: &Card, asked: &Asked) -> String {
    match asked {
        Asked::Optimum(input, budget, _) => format!("{}_opt@{budget:e}", card.inputs[*input].symbol),
        Asked::BestOutput(budget, _) => format!("{}_opt@{budget:e}", card.output.symbol),
        Asked::Output(x) => {
            let at = card.inputs.iter().zip(x).map(|(input, v)| format!("{}={}", input.symbol, si(*v)));
            format!("{}@{}", card.output.symbol, at.collect::<Vec<_>>().join(","))
        }
        Asked::Parameter(j) => card.params[*j].symbol.to_owned(),
    }
}

pub(super) fn section(outcome: &Outcome) -> Section {
    let mut section = Section { text: vec![words(outcome)], ..Section::default() };
    section.text.extend(remark(outcome));
    section.tables.extend(runs(outcome));
    section.tables.push(choices(outcome));
    section.charts.push(chart(outcome));
    section
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), |v| format!("{:.1} %", 100.0 * v))
}

fn factor(value: Option<f64>) -> String {
    value.map_or_else(|| "no end".to_owned(), |v| if v < 1e4 { format!("{v:.3}") } else { format!("{v:.1e}") })
}

fn words(outcome: &Outcome) -> String {
    let spent = outcome.spent.map_or_else(String::new, |spent| format!("; the rows cost {}", si(spent)));
    let listed = if outcome.listed { "of the list" } else { "of a grid" };
    let now: Vec<String> = outcome
        .asked
        .iter()
        .map(|asked| {
            let width = asked.width.map_or_else(
                || "its interval has no end".to_owned(),
                |w| {
                    format!(
                        "the ends of its {:.0} % interval lie a factor of {} apart",
                        100.0 * outcome.level,
                        factor(Some(w))
                    )
                },
            );
            format!("{} = {}, {width}", asked.name, si(asked.estimate))
        })
        .collect();
    format!(
        "{}: {}. Chosen among {} runs {listed} for at most {} {}{spent}.",
        outcome.fit,
        now.join("; "),
        outcome.candidates,
        si(outcome.budget),
        outcome.unit
    )
}

/// What the recommended runs do.
fn remark(outcome: &Outcome) -> Option<String> {
    let choice = outcome.recommended()?;
    let count: usize = choice.runs.iter().map(|run| run.count).sum();
    let mut parts = Vec::new();
    if let Some(share) = choice.share {
        parts.push(format!("leave {} of the interval's width (on the logarithm)", percent(Some(share))));
    }
    if outcome.target == super::target::IDENTIFIABILITY
        && let Some(determined) = choice.determined
    {
        let now = percent(outcome.determined_now);
        parts.push(format!(
            "make the verdict \"well determined\" in {} of simulated outcomes (now {now})",
            percent(Some(determined))
        ));
    }
    if let (Some(now), Some(after)) = (outcome.error_now.1, choice.error_if_wrong) {
        parts.push(format!(
            "bring the error, the law off by one per cent, from {} to {}",
            percent(Some(now)),
            percent(Some(after))
        ));
    }
    let runs = if count == 1 { "run" } else { "runs" };
    (!parts.is_empty()).then(|| format!("The {count} {runs} of the {} choice {}.", choice.name, parts.join(", ")))
}

fn runs(outcome: &Outcome) -> Option<Sheet> {
    let choice = outcome.recommended()?;
    let mut heads = vec!["#runs".to_owned()];
    heads.extend(outcome.inputs.iter().map(|symbol| format!("#{symbol}")));
    heads.extend(["#cost of one".to_owned(), "#of the budget".to_owned()]);
    if outcome.listed {
        heads.push("#row".to_owned());
    }
    let mut sheet = Sheet { caption: format!("Runs to train next ({})", choice.name), heads, rows: Vec::new() };
    for run in &choice.runs {
        let mut row = vec![run.count.to_string()];
        row.extend(run.x.iter().map(|v| si(*v)));
        let share = run.count as f64 * run.cost / outcome.budget;
        row.extend([si(run.cost), percent(Some(share))]);
        row.extend(run.row.map(|row| row.to_string()));
        sheet.rows.push(row);
    }
    Some(sheet)
}

fn choices(outcome: &Outcome) -> Sheet {
    let several = outcome.asked.len() > 1;
    let width = if several { "#width of the first interval" } else { "#interval spans a factor" };
    let heads = [
        "Choice",
        "#runs",
        "#cost",
        width,
        "#of that now",
        "#linearised",
        "#error, law right",
        "#error, law 1 % off",
        "#well determined",
    ];
    let caption = format!("What each choice does, by {} simulated refits", outcome.replicates);
    let mut sheet = Sheet::new(caption, &heads);
    let now = outcome.asked.first().and_then(|asked| asked.width);
    let (error, wrong) = outcome.error_now;
    let full = now.map(|_| 1.0);
    sheet.rows.push(vec![
        "nothing".to_owned(),
        "0".to_owned(),
        "0".to_owned(),
        factor(now),
        percent(full),
        percent(Some(1.0)),
        percent(error),
        percent(wrong),
        percent(outcome.determined_now),
    ]);
    for choice in &outcome.choices {
        sheet.rows.push(vec![
            choice.name.clone(),
            choice.runs.iter().map(|run| run.count).sum::<usize>().to_string(),
            si(choice.cost),
            factor(choice.width),
            percent(choice.share),
            percent(choice.linear),
            percent(choice.error),
            percent(choice.error_if_wrong),
            percent(choice.determined),
        ]);
    }
    sheet
}

/// Rows and runs over the first two inputs, and what is left of the interval.
fn chart(outcome: &Outcome) -> Chart {
    let mut plots = Vec::new();
    if outcome.inputs.len() >= 2 {
        plots.push(places(outcome));
    }
    plots.push(left(outcome));
    Chart {
        name: "design".to_owned(),
        title: format!("Runs that tell of {}", outcome.target),
        subtitle: format!("{}, {} {} at most", outcome.fit, si(outcome.budget), outcome.unit),
        caption: "Runs to train next beside the rows, and what each choice leaves of the interval's width, by simulated refits.".to_owned(),
        size: (if plots.len() > 1 { 980 } else { 560 }, 420),
        columns: plots.len(),
        plots,
    }
}

fn places(outcome: &Outcome) -> Plot {
    let at = |choice: &Choice| choice.runs.iter().map(|run| (run.x[0], run.x[1])).collect::<Vec<_>>();
    let rows = outcome.rows[0].iter().copied().zip(outcome.rows[1].iter().copied());
    let mut series = vec![Series::new("rows", Look::Faint, Tone::Muted, rows)];
    let looks = [Look::Dots, Look::Diamonds, Look::Squares, Look::Crosses, Look::Rings, Look::Above];
    for (k, choice) in outcome.choices.iter().enumerate().skip(1).take(looks.len() - 1).rev() {
        series.push(Series::new(&choice.name, looks[k], Tone::Series(k), at(choice)));
    }
    series.extend(outcome.recommended().map(|choice| {
        let labels =
            choice.runs.iter().map(|run| if run.count > 1 { format!("×{}", run.count) } else { String::new() });
        Series::new(&choice.name, looks[0], Tone::Series(0), at(choice)).labelled(labels)
    }));
    Plot {
        title: "Where they lie".to_owned(),
        x: Scale::log(&outcome.inputs[0], ""),
        y: Scale::log(&outcome.inputs[1], ""),
        series,
        ..Plot::default()
    }
}

fn left(outcome: &Outcome) -> Plot {
    let shares: Vec<Option<f64>> = outcome.choices.iter().map(|choice| choice.share.or(choice.linear)).collect();
    let linear = outcome.choices.iter().any(|choice| choice.share.is_none());
    let points = shares.iter().enumerate().filter_map(|(k, share)| share.map(|share| (100.0 * share, k as f64)));
    let now = Level { name: "now".to_owned(), of_y: false, at: 100.0, look: Look::Dashed, tone: Tone::Muted };
    let title = if linear { "Linearised width left" } else { "Width left" };
    Plot {
        title: title.to_owned(),
        x: Scale::linear("of the interval now, per cent", ""),
        y: Scale::names(outcome.choices.iter().map(|choice| choice.name.clone()).collect()),
        series: vec![Series::new("", Look::Dots, Tone::Series(0), points)],
        levels: vec![now],
        ..Plot::default()
    }
}
