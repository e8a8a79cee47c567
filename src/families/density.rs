//! Capacity density: the two-step estimate on a table of models, as tables and figures. The command
//! line and the built-in study show the same.

use super::{FamilyError, dash, number};
use crate::density::{
    Aggregate, Benchmark, Data, DensityStudy, Doubling, Interval, LLAMA_1, LossLaw, Model, ModelDensity, Reference,
    Row, Settings, Status, TimeLaw, day_number, models, study, table_columns,
};
use crate::fit::{Spec, fit};
use crate::ingest::{self, Source};
use crate::objective::Objective;
use crate::record::chart::{Chart, Level, Look, Plot, Scale, Section, Series, Sheet, Tone};
use crate::reference;
use crate::uncertainty::bootstrap::bootstrap;

/// The built-in table of models.
pub const TABLE: &str = "base-llm-benchmarks";
/// Published doubling times in months, as printed.
pub const PUBLISHED: [(f64, &str); 4] =
    [(3.0, "3 months"), (95.0 / 30.4375, "95 days"), (3.3, "3.3 months"), (3.5, "3.5 months")];
/// Replicates and shuffles of the built-in study.
const REPLICATES: usize = 120;
/// Longest doubling time that is drawn, in months.
const LONGEST: f64 = 60.0;

/// Step 1 by the name of a published fit: its constants, and draws from a bootstrap of it on its own
/// rows where they are built in. Rows whose published objective has kinks are redrawn under
/// Hoffmann's, which bends near zero only.
///
/// # Errors
/// [`FamilyError`] if there is no such fit, or its law is not a loss in N and D.
pub fn step_one(name: &str, replicates: usize, seed: u64) -> Result<(LossLaw, Vec<LossLaw>), FamilyError> {
    let published = reference::find(name)?;
    let card = published.law.card();
    let law = |theta: &[f64]| LossLaw::from_parameters(|symbol| card.param(symbol).map(|i| theta[i]));
    let wrong =
        || FamilyError::Missing(format!("{name} is no loss law E + A/N^alpha + B/D^beta with all its constants"));
    let main = published.theta().as_deref().and_then(law).ok_or_else(wrong)?;
    let (Some(_), Some(objective)) = (&published.data, published.objective) else { return Ok((main, Vec::new())) };
    if replicates == 0 {
        return Ok((main, Vec::new()));
    }
    let data = crate::reproduction::load(&published).map_err(FamilyError::Missing)?;
    let objective = if objective.loss.is_kinked() { Objective::HOFFMANN } else { objective };
    let fitted = fit(&Spec::new(published.law, objective), &data)?;
    let draws = bootstrap(&fitted, replicates, seed, None, &|| {});
    Ok((main, draws.thetas.iter().filter_map(|theta| law(theta)).collect()))
}

/// What a user may ask for; what is left open is [`Settings::default`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// Benchmarks by column, with the score of guessing where the column is not a known one.
    pub benchmarks: Vec<(String, Option<f64>)>,
    /// Reference families.
    pub reference: Vec<String>,
    /// Choices of D0, the main one first.
    pub data: Vec<Data>,
    /// The loss law, a published fit.
    pub law: Option<String>,
    /// Bootstrap replicates; none for the default.
    pub replicates: Option<usize>,
    /// Seed of every draw; none for the default.
    pub seed: Option<u64>,
}

impl Wish {
    /// The settings of a study.
    ///
    /// # Errors
    /// [`FamilyError`] for a benchmark whose score of guessing is not known, or a law that cannot be
    /// step 1.
    pub fn settings(&self) -> Result<Settings, FamilyError> {
        let mut settings = Settings::default();
        if !self.benchmarks.is_empty() {
            let standard = Benchmark::standard();
            let chosen = self.benchmarks.iter().map(|(name, floor)| {
                let known = standard.iter().find(|benchmark| benchmark.name == *name);
                match (known, floor) {
                    (Some(known), None) => Ok(known.clone()),
                    (known, Some(floor)) if (0.0..1.0).contains(floor) => {
                        Ok(Benchmark { name: name.clone(), floor: *floor, items: known.and_then(|known| known.items) })
                    }
                    (_, Some(floor)) => {
                        Err(FamilyError::Missing(format!("guessing on {name} cannot score {floor}: say 0 to 1")))
                    }
                    (None, None) => Err(FamilyError::Missing(format!(
                        "what guessing scores on `{name}` is not known: write {name}=0.25"
                    ))),
                }
            });
            settings.benchmarks = chosen.collect::<Result<_, _>>()?;
            settings.composite.retain(|name| settings.benchmarks.iter().any(|b| b.name == *name));
            let others = settings.benchmarks.iter().filter(|b| !standard.iter().any(|s| s.name == b.name));
            settings.composite.extend(others.map(|b| b.name.clone()));
            if settings.composite.len() < 2 {
                settings.aggregates.retain(|aggregate| *aggregate != Aggregate::Composite);
            }
            if settings.benchmarks.len() < 2 {
                settings.aggregates.clear();
            }
            let scores = |name: &String| settings.benchmarks.iter().any(|b| b.name == *name);
            let composite = settings.aggregates.contains(&Aggregate::Composite);
            settings.thresholds.retain(|(name, _)| scores(name) || (name == "composite" && composite));
        }
        if !self.reference.is_empty() {
            settings.reference = Reference { families: self.reference.clone(), models: Vec::new() };
        }
        if !self.data.is_empty() {
            settings.data.clone_from(&self.data);
        }
        settings.replicates = self.replicates.unwrap_or(settings.replicates);
        if settings.replicates == 0 {
            settings.permutations = 0;
        }
        settings.seed = self.seed.unwrap_or(settings.seed);
        settings.law_name = self.law.clone().unwrap_or(settings.law_name);
        (settings.law, settings.law_draws) = step_one(&settings.law_name, settings.replicates, settings.seed)?;
        Ok(settings)
    }
}

/// The models of a table with the columns of the built-in one.
///
/// # Errors
/// [`FamilyError`].
pub fn read(source: &Source, benchmarks: &[Benchmark]) -> Result<Vec<Model>, FamilyError> {
    let names: Vec<&str> = benchmarks.iter().map(|benchmark| benchmark.name.as_str()).collect();
    let mut labels = table_columns(&names);
    // A table of dense models need not have it.
    let headers = ingest::headers(source)?;
    labels.retain(|label| label != "active_params_b" || headers.contains(label));
    let request = ingest::Request { labels, ..ingest::Request::default() };
    Ok(models(&ingest::read(source, &request)?, &names)?)
}

/// The account of the family: the default study of the built-in table.
///
/// # Errors
/// [`FamilyError`].
pub fn section() -> Result<Section, FamilyError> {
    let settings = Wish { replicates: Some(REPLICATES), ..Wish::default() }.settings()?;
    let models = read(&Source::BuiltIn(TABLE.to_owned()), &settings.benchmarks)?;
    Ok(of_study(&study(&models, &settings)?))
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

fn of_law(law: Option<&TimeLaw>) -> String {
    dash(law.map(|law| months(law.doubling_months, law.interval.as_ref(), law.lower_bound)))
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
pub fn of_study(study: &DensityStudy) -> Section {
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
    Section {
        id: "density".to_owned(),
        title: "Capacity density".to_owned(),
        text,
        tables: study.settings.data.iter().map(|data| doubling_table(study, *data)).collect(),
        charts: charts(study),
    }
}

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

/// A model's name without its maker.
fn short(model: &ModelDensity) -> String {
    let name = model.model.rsplit('/').next().unwrap_or(&model.model);
    name.trim_end_matches("-hf").to_owned()
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
        let placed = row.models.iter().filter(|m| m.status == Status::Ok);
        let placed = placed.filter_map(|m| Some((m.size, m.score?)));
        let other = row.models.iter().filter(|m| m.status != Status::Ok);
        let other = other.filter_map(|m| Some((m.size, m.score?)));
        let mut series = vec![
            Series::new("released models", Look::Faint, Tone::Series(0), placed),
            Series::new("without a density", Look::Crosses, Tone::Series(3), other),
            Series::new(&format!("reference recipe on {main} tokens"), Look::Line, Tone::Series(1), row.curve.clone()),
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
        title: "Score against parameters: what density is read off".to_owned(),
        subtitle: format!("reference {}, D0 = {main}", study.reference),
        caption: "A model's effective size is where the curve of the reference recipe reaches its score: density is \
                  the horizontal distance from the model to the curve."
            .to_owned(),
        size: ([900, 900, 900, 1080, 1280][columns], 130 + 270 * rows.len().div_ceil(columns) as u32),
        columns,
        plots: rows.iter().map(plot).collect(),
    })
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
