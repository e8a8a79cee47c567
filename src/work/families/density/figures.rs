//! The figures of capacity density.

use super::{LONGEST, PUBLISHED, main_row, of_law, published, short};
use crate::methods::density::{DensityStudy, Doubling, LLAMA_1, ModelDensity, Row, Status, TimeLaw, day_number};
use crate::record::chart::{Chart, Level, Look, Plot, Scale, Series, Tone};

/// Every figure of a study.
pub fn charts(study: &DensityStudy) -> Vec<Chart> {
    let frontier = main_row(study).map(frontier);
    frontier.into_iter().chain([doubling(study)]).chain(scores(study)).collect()
}

/// The first day of each quarter, in days since the release of Llama-1.
fn quarters() -> Vec<(f64, String)> {
    let quarter = |year: i64, month: i64| ((day_number(year, month, 1) - LLAMA_1) as f64, format!("{year}-{month:02}"));
    (2018..2035).flat_map(|year| [1, 4, 7, 10].map(|month| quarter(year, month))).collect()
}

/// Density against release date.
pub fn frontier(row: &Row) -> Chart {
    let day = |m: &ModelDensity| m.day;
    let known = || row.models.iter().filter_map(|m| Some((m, (day(m), m.density?))));
    let band = row.frontier.as_ref();
    let lower = band.map_or(&[][..], |band| &band.lower);
    let upper = band.map_or(&[][..], |band| &band.upper);
    let all = || known().map(|(_, p)| p.1).chain(lower.iter().copied()).chain(upper.iter().copied());
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
    // Censored models stand at the edge that they are beyond.
    let (bottom, top) = (low / 1.6, high * 1.6);
    let censored = |side: i8, y: f64| {
        row.models.iter().filter(move |m| m.status.side() == side).map(move |m| (m.day, y)).collect::<Vec<_>>()
    };
    let (above, below) = (censored(1, top / 1.15), censored(-1, bottom * 1.15));
    let mut series = Vec::new();
    if let Some(band) = band {
        let line = band.day.iter().copied().zip(band.density.iter().copied());
        series.push(
            Series::new(&format!("{} with its interval", band.rule), Look::Line, Tone::Series(1), line)
                .between(band.lower.clone(), band.upper.clone()),
        );
    }
    let second = row.laws.get(1);
    if let (Some(law), Some(band)) = (second, band) {
        let line = band.day.iter().map(|t| (*t, law.line.at(*t).exp()));
        series.push(Series::new(&law.name, Look::Dashed, Tone::Series(2), line));
    }
    let best = |m: &ModelDensity, density: f64| {
        let on = |law: &TimeLaw| law.line.points.iter().any(|p| p.0 == m.day && (p.1 - density.ln()).abs() < 1e-9);
        second.is_some_and(on)
    };
    let labels = known().map(|(m, p)| if best(m, p.1) { short(m) } else { String::new() });
    series.push(
        Series::new("density of a model", Look::Dots, Tone::Series(0), known().map(|(_, p)| p))
            .labelled(labels.collect::<Vec<_>>()),
    );
    series.push(Series::new(&format!("{} censored above", above.len()), Look::Above, Tone::Series(3), above));
    series.push(Series::new(&format!("{} censored below", below.len()), Look::Below, Tone::Series(3), below));
    series.retain(|s| !s.x.is_empty());
    let doubles = of_law(row.laws.first());
    Chart {
        name: "density-frontier".to_owned(),
        title: format!("Density against release date: the best doubles in {doubles} months"),
        subtitle: format!("{}, D0 = {}; published doubling times: {}", row.score, row.label, published()),
        caption: format!(
            "Effective over actual parameters on the {} score. Models whose score lies outside what the reference can \
             be asked stand at the edges; the best model of each quarter is named.",
            row.score
        ),
        size: (900, 580),
        columns: 1,
        plots: vec![Plot {
            x: Scale { ticks: quarters(), ..Scale::linear("Release date", "") },
            y: Scale::log("Density", "").within(bottom, top),
            series,
            ..Plot::default()
        }],
    }
}

/// Doubling time by benchmark and D0.
pub fn doubling(study: &DensityStudy) -> Chart {
    let mut names: Vec<String> = Vec::new();
    for row in &study.rows {
        if !names.contains(&row.score) {
            names.push(row.score.clone());
        }
    }
    let labels: Vec<String> = study.settings.data.iter().map(ToString::to_string).collect();
    let count = labels.len() as f64;
    let series = labels.iter().enumerate().map(|(k, label)| {
        let shift = 0.22 * (k as f64 - (count - 1.0) / 2.0);
        let of = |name: &String| study.doubling.iter().find(|d| d.score == *name && d.data == *label);
        let shown: Vec<(f64, &Doubling, f64)> = names
            .iter()
            .enumerate()
            .filter_map(|(i, name)| {
                let found = of(name)?;
                Some((i as f64 + shift, found, found.months?))
            })
            .filter(|(.., months)| *months <= LONGEST)
            .collect();
        let look = [Look::Dots, Look::Squares, Look::Diamonds][k % 3];
        Series::new(
            &format!("D0 = {label}"),
            look,
            Tone::Series([0, 2, 3, 4, 5][k % 5]),
            shown.iter().map(|s| (s.2, s.0)),
        )
        .between(
            shown.iter().map(|s| s.1.faster.unwrap_or(s.2)).collect(),
            // Without an upper limit the interval runs out of the figure.
            shown
                .iter()
                .map(|s| s.1.faster.map_or(s.2, |_| s.1.slower.unwrap_or(2.0 * LONGEST).min(2.0 * LONGEST)))
                .collect(),
        )
    });
    let series: Vec<Series> = series.collect();
    let levels = PUBLISHED.iter().map(|(at, _)| Level {
        name: format!("published: {}", published()),
        of_y: false,
        at: *at,
        look: Look::Dotted,
        tone: Tone::Series(1),
    });
    Chart {
        name: "density-doubling".to_owned(),
        title: "Doubling time of density, by benchmark and D0".to_owned(),
        subtitle: format!("reference {}, step 1 {}, {}", study.reference, study.settings.law_name, rule(study)),
        caption: "The benchmark and the choice of D0 matter more than anything else. Doubling times that are withheld \
                  or longer than five years are not drawn; intervals that leave the figure have no upper limit in it."
            .to_owned(),
        size: (860, 160 + 42 * names.len() as u32),
        columns: 1,
        plots: vec![Plot {
            x: Scale::log("Doubling time", "months").within(1.0, LONGEST),
            y: Scale::names(names),
            series,
            levels: levels.collect(),
            ..Plot::default()
        }],
    }
}

fn rule(study: &DensityStudy) -> String {
    study.settings.rules.first().map_or_else(String::new, ToString::to_string)
}

/// Score against parameters, one plot a score, at the main D0.
pub fn scores(study: &DensityStudy) -> Option<Chart> {
    let main = study.settings.data.first()?;
    let rows: Vec<&Row> = study.rows.iter().filter(|row| row.data == *main && !row.curve.is_empty()).collect();
    if rows.is_empty() {
        return None;
    }
    let columns = match rows.len() {
        0..=4 => rows.len().min(2),
        5 | 6 | 9 => 3,
        _ => 4,
    };
    let plot = |row: &&Row| {
        let placed = || row.models.iter().filter(|m| m.status == Status::Ok);
        let actual = placed().filter_map(|m| Some((m.size, m.score?)));
        let effective = placed().filter_map(|m| Some((m.effective?, m.score?)));
        let other = row.models.iter().filter(|m| m.status != Status::Ok);
        let other = other.filter_map(|m| Some((m.size, m.score?)));
        let mut series = vec![
            Series::new("released models", Look::Faint, Tone::Series(0), actual),
            Series::new("without a density", Look::Crosses, Tone::Series(3), other),
            Series::new(&format!("reference recipe on {main} tokens"), Look::Line, Tone::Series(1), row.curve.clone()),
            Series::new("released models at their effective size", Look::Faint, Tone::Series(2), effective),
            Series::new(
                "reference models as trained",
                Look::Squares,
                Tone::Series(1),
                row.reference.iter().map(|point| (point.size, point.score)),
            ),
        ];
        series.retain(|s| !s.x.is_empty());
        let highest = row.highest_invertible.map(|at| Level {
            name: "score of an infinite reference model".to_owned(),
            of_y: true,
            at,
            look: Look::Dotted,
            tone: Tone::Muted,
        });
        Plot {
            title: row.score.clone(),
            x: Scale::log("Model size", "parameters"),
            y: Scale::linear("Score", ""),
            series,
            levels: highest.into_iter().collect(),
            heat: None,
        }
    };
    Some(Chart {
        name: "density-scores".to_owned(),
        title: "Score against parameters, actual and effective".to_owned(),
        subtitle: format!("reference {}, D0 = {main}", study.reference),
        caption: "A model's effective size is where the curve of the reference recipe reaches its score: density is \
                  the horizontal way from the model to its place on the curve."
            .to_owned(),
        size: ([900, 900, 900, 1080, 1280][columns], 130 + 270 * rows.len().div_ceil(columns) as u32),
        columns,
        plots: rows.iter().map(plot).collect(),
    })
}
