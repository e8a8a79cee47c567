//! Capacity density: the two-step estimate on a table of models, as tables and figures. The command
//! line and the built-in study show the same.

mod figures;
mod request;

pub use figures::{charts, doubling, frontier, scores};
pub use request::{StepOne, Wish, fitted_step_one, read, read_losses, step_one};

use super::{FamilyError, dash, number};
use crate::data::ingest::{self, Reading, Source};
use crate::data::measurements::Warning;
use crate::laws::density::density_growth::MONTH;
use crate::methods::density::{
    Aggregate, Data, DensityStudy, Interval, LLAMA_1, ModelDensity, Row, Status, TimeLaw, day_number, write_date,
};
use crate::published::reference::{self, FitReference};
use crate::record::chart::{Section, Sheet};

/// The built-in table of models.
pub const TABLE: &str = "base-llm-benchmarks";
/// Published doubling times in months, as printed.
pub const PUBLISHED: [(f64, &str); 4] =
    [(3.0, "3 months"), (95.0 / MONTH, "95 days"), (3.3, "3.3 months"), (3.5, "3.5 months")];
/// Replicates and shuffles of the built-in study.
const REPLICATES: usize = 120;
/// Longest doubling time that is drawn, in months.
const LONGEST: f64 = 60.0;

/// The account of the family: the default study of the built-in table.
///
/// # Errors
/// [`FamilyError`].
pub fn section() -> Result<Section, FamilyError> {
    let wish = Wish { replicates: Some(REPLICATES), split: Some(day_number(2023, 12, 1)), ..Wish::default() };
    of_study(&wish.study(&Source::BuiltIn(TABLE.to_owned()), &Reading::default())?)
}

/// Months with their interval: `3.4 (2.7 to 4.7)`.
fn months(value: Option<f64>, interval: Option<&Interval>, lower_bound: bool) -> String {
    let Some(value) = value else { return "withheld".to_owned() };
    let sign = if lower_bound { "≤ " } else { "" };
    match interval {
        Some(Interval { faster: Some(faster), slower, .. }) => {
            let slower = slower.map_or_else(|| "no limit".to_owned(), |slower| format!("{slower:.1}"));
            format!("{sign}{value:.2} ({faster:.1} to {slower})")
        }
        _ => format!("{sign}{value:.2}"),
    }
}

/// A rule's doubling time; where it is withheld, the slope that stands instead.
fn of_law(law: Option<&TimeLaw>) -> String {
    dash(law.map(|law| match &law.withheld {
        Some(_) => format!("withheld ({:.4} per day)", law.line.slope),
        None => months(law.doubling_months, law.interval.as_ref(), law.lower_bound),
    }))
}

/// The doubling times of a study at one D0 as a table, benchmark by benchmark, then the aggregates.
pub fn doubling_table(study: &DensityStudy, data: Data) -> Sheet {
    let rules: Vec<String> = study.settings.rules.iter().map(ToString::to_string).collect();
    let mut heads = vec!["Score".to_owned(), "#Inverted".to_owned(), "#Censored above".to_owned(), "#below".to_owned()];
    heads.extend(rules.iter().map(|rule| format!("#{rule}")));
    heads.extend(["#p, dates shuffled", "#No reference: joint regression"].map(str::to_owned));
    let level = 100.0 * study.settings.level;
    let mut sheet = Sheet {
        caption: format!("Months in which density doubles at D0 = {data}; {level:.0}% intervals"),
        heads,
        rows: Vec::new(),
    };
    for row in study.rows.iter().filter(|row| row.data == data) {
        let count = |side: i8| {
            let models = row.models.iter().filter(|m| m.status != Status::Missing && m.status.side() == side);
            models.count().to_string()
        };
        let mut cells = vec![row.score.clone(), count(0), count(1), count(-1)];
        cells.extend((0..rules.len()).map(|k| match &row.refused {
            Some(_) => "refused".to_owned(),
            None => of_law(row.laws.iter().find(|law| law.name == rules[k])),
        }));
        let null = row.laws.first().and_then(|law| law.null.as_ref());
        cells.push(dash(null.map(|null| format!("{:.3}", null.p))));
        let joint = study.joint.iter().find(|joint| joint.score == row.score);
        cells.push(dash(joint.map(|joint| months(joint.doubling_months, joint.interval.as_ref(), false))));
        sheet.rows.push(cells);
    }
    sheet
}

/// Published doubling times as a phrase.
pub fn published() -> String {
    let said: Vec<&str> = PUBLISHED.iter().map(|(_, words)| *words).collect();
    said.join(", ")
}

/// The score that a study is about first: the composite, else its first benchmark.
fn main_row(study: &DensityStudy) -> Option<&Row> {
    let data = *study.settings.data.first()?;
    study
        .row(&Aggregate::Composite.to_string(), data)
        .or_else(|| study.rows.first())
        .filter(|row| row.refused.is_none())
}

/// The account of a study.
///
/// # Errors
/// [`FamilyError`] if the published figures that stand beside ours are missing.
pub fn of_study(study: &DensityStudy) -> Result<Section, FamilyError> {
    let mut text = vec![format!(
        "How many parameters a model of the reference recipe ({}) would need to score what a released model scores, \
         divided by how many it has: its density. {} of {} models are asked; step 1 is {}, {} draws of it are in the \
         intervals.",
        study.reference, study.targets, study.models, study.settings.law_name, study.law_draws
    )];
    if let Some(row) = main_row(study) {
        text.push(format!(
            "By the {} at D0 = {} the density of the best doubles in {} months. The densing law's published figures \
             are {}. This is not a reproduction: no coefficient and no table of the paper's own estimate was \
             published, the reference and benchmarks differ, and the default settings here were chosen after seeing \
             results.",
            row.score,
            row.label,
            of_law(row.laws.first()),
            published()
        ));
    }
    text.extend(study.warnings.iter().map(|warning| format!("{}: {}.", warning.kind, warning.message)));
    let mut tables: Vec<Sheet> = study.settings.data.iter().map(|data| doubling_table(study, *data)).collect();
    tables.extend([matched_table(study), corollaries(study)?, cautions_table(study)]);
    tables.retain(|table| !table.rows.is_empty());
    Ok(Section { id: "density".to_owned(), title: "Capacity density".to_owned(), text, tables, charts: charts(study) })
}

/// The smallest model that reaches a score, over time: the second check without a reference.
pub fn matched_table(study: &DensityStudy) -> Sheet {
    let heads = ["Score", "#Reached", "#Record models", "#Months per halving of the size", "#R²"];
    let caption = "Smallest model so far that reaches a score; record points, whose slope is biased upward";
    let mut sheet = Sheet::new(caption, &heads);
    for m in &study.matched {
        let two = |value: Option<f64>| dash(value.map(|value| format!("{value:.2}")));
        let reached = format!("{}", m.threshold);
        sheet.rows.push(vec![m.score.clone(), reached, m.points.len().to_string(), two(m.halving_months), two(m.r2)]);
    }
    sheet
}

/// What follows from a growing density, beside what the densing law's paper prints.
///
/// # Errors
/// [`FamilyError`] if the published figures are missing.
pub fn corollaries(study: &DensityStudy) -> Result<Sheet, FamilyError> {
    let mut sheet = Sheet::new("What follows", &["Corollary", "Here", "Published"]);
    let Some(row) = main_row(study) else { return Ok(sheet) };
    let published = reference::find("densing2024/highlights")?;
    let printed = |quantity: &str| {
        let mut values = published.values.iter().filter(|value| value.quantity == quantity);
        values.find(|value| value.kind == published.kind).map(|value| value.expected.printed.text.clone())
    };
    let chip = study.settings.chip_days;
    sheet.rows.push(vec![
        format!("Effective size on chips of a fixed price doubles, if their compute does every {chip:.0} days"),
        dash(row.chip_doubling_months.map(|months| {
            let bound = row.laws.first().is_some_and(|law| law.lower_bound);
            format!("{}{:.0} days ({})", if bound { "≤ " } else { "" }, months * MONTH, row.score)
        })),
        dash(printed("chip_doubling_days").map(|days| format!("{days} days"))),
    ]);
    sheet.rows.extend(prices(&published));
    if let Some(split) = &row.split {
        let slope =
            |line: &Option<crate::methods::density::Line>| dash(line.as_ref().map(|line| format!("{:.4}", line.slope)));
        let rate = |name: &str| -> Result<String, FamilyError> {
            let fit = reference::find(name)?;
            let rate = fit.law.card().param("A").and_then(|i| fit.params[i].as_ref());
            Ok(dash(rate.map(|rate| rate.printed.text.clone())))
        };
        let (before, after) = (rate("densing2024/mmlu-before-chatgpt")?, rate("densing2024/mmlu-after-chatgpt")?);
        sheet.rows.push(vec![
            format!("Growth per day before and from {}", write_date(split.day as i64 + LLAMA_1)),
            format!("{} and {} ({})", slope(&split.before), slope(&split.after), row.score),
            format!("{before} and {after} (MMLU, before and after ChatGPT)"),
        ]);
    }
    Ok(sheet)
}

/// The halving times of prices that the paper prints, computed again.
fn prices(published: &FitReference) -> Vec<Vec<String>> {
    let card = published.law.card();
    let of = |value: &reference::Value| {
        let derived = card.derived(&value.quantity).filter(|derived| derived.symbol == "price_halving_months")?;
        let at: Option<Vec<f64>> = derived.needs.iter().map(|need| value.at.get(*need).map(|n| n.value)).collect();
        let at = at.filter(|_| value.kind == published.kind)?;
        Some(vec![
            format!("A price that fell by {} in {} months halves", at[0], at[1]),
            format!("{:.2} months", (derived.value)(&[], &at)),
            format!("{} months", value.expected.printed.text),
        ])
    };
    published.values.iter().filter_map(of).collect()
}

/// What to know about the scores at the main D0: their warnings and why some were refused, each said
/// once with the scores that it holds for.
pub fn cautions(study: &DensityStudy) -> Vec<(Warning, Vec<String>)> {
    let main = study.settings.data.first();
    let mut found: Vec<(Warning, Vec<String>)> = Vec::new();
    for row in study.rows.iter().filter(|row| Some(&row.data) == main) {
        let known = |message: &String| row.warnings.iter().any(|warning| warning.message == *message);
        let refused = row.refused.iter().filter(|message| !known(message));
        let refused = refused.map(|message| Warning::new("refused", message.clone()));
        for warning in refused.chain(row.warnings.iter().cloned()) {
            match found.iter_mut().find(|(said, _)| *said == warning) {
                Some((_, scores)) => scores.push(row.score.clone()),
                None => found.push((warning, vec![row.score.clone()])),
            }
        }
    }
    found
}

/// The cautions as a table.
fn cautions_table(study: &DensityStudy) -> Sheet {
    let label = study.settings.data.first().map(ToString::to_string).unwrap_or_default();
    let mut sheet = Sheet::new(format!("What to know about the scores at D0 = {label}"), &["Scores", "Caution"]);
    sheet.rows.extend(cautions(study).into_iter().map(|(warning, scores)| vec![scores.join(", "), warning.message]));
    sheet
}

/// A model's name without its maker.
fn short(model: &ModelDensity) -> String {
    let name = model.model.rsplit('/').next().unwrap_or(&model.model);
    name.trim_end_matches("-hf").to_owned()
}

/// Every density of a study as rows: score, D0, model, family, date, parameters, benchmark score,
/// status, loss, effective parameters, density.
pub fn density_table(study: &DensityStudy) -> Vec<(String, ingest::TableColumn)> {
    let pairs: Vec<(&Row, &ModelDensity)> =
        study.rows.iter().flat_map(|row| row.models.iter().map(move |model| (row, model))).collect();
    let text = |name: &str, of: &dyn Fn(&Row, &ModelDensity) -> String| {
        (name.to_owned(), ingest::TableColumn::Text(pairs.iter().map(|(row, m)| of(row, m)).collect()))
    };
    let numbers = |name: &str, of: &dyn Fn(&ModelDensity) -> Option<f64>| {
        (name.to_owned(), ingest::TableColumn::Numbers(pairs.iter().map(|(_, m)| of(m)).collect()))
    };
    vec![
        text("score", &|row, _| row.score.clone()),
        text("D0", &|row, _| row.label.clone()),
        text("model", &|_, m| m.model.clone()),
        text("family", &|_, m| m.family.clone()),
        text("released", &|_, m| m.date.clone()),
        numbers("parameters", &|m| Some(m.size)),
        numbers("benchmark_score", &|m| m.score),
        text("status", &|_, m| m.status.name().to_owned()),
        numbers("loss", &|m| m.loss),
        numbers("effective_parameters", &|m| m.effective),
        numbers("density", &|m| m.density),
    ]
}

/// The best density of each month on the main score, newest last: month, model, density.
pub fn best_by_month(study: &DensityStudy) -> Sheet {
    let mut sheet = Sheet::new("", &["Month", "Densest model", "#Parameters", "#Density"]);
    let Some(row) = main_row(study) else { return sheet };
    sheet.caption = format!("Densest model of each month ({}, D0 = {})", row.score, row.label);
    let mut best: std::collections::BTreeMap<String, &ModelDensity> = std::collections::BTreeMap::new();
    for model in row.models.iter().filter(|m| m.density.is_some()) {
        let month = model.date.get(..7).unwrap_or(&model.date).to_owned();
        best.entry(month)
            .and_modify(|b| {
                if model.density > b.density {
                    *b = model
                }
            })
            .or_insert(model);
    }
    for (month, model) in best {
        let density = model.density.map(|density| number(density, 3));
        sheet.rows.push(vec![month, short(model), number(model.size, 3), dash(density)]);
    }
    sheet
}
