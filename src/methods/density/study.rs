//! The whole study: every benchmark and aggregate at every D0.

use crate::data::measurements::Warning;
use crate::laws::density::density_growth::MONTH;
use crate::methods::density::estimate::{Cell, Panel, Score};
use crate::methods::density::time_law::{Replicate, bootstrap, slope_interval, why_withheld};
use crate::methods::density::{
    Data, DensityStudy, Doubling, Error, Frontier, LLAMA_1, Model, ModelDensity, ReferencePoint, Row, Scored, Settings,
    Sigmoid, Status, StatusCount, TimeLaw, before_and_after, envelope, fixed_price_chip_doubling, highest_invertible,
    joint_logit, matched_frontier, shuffled_dates, warnings, write_date,
};

/// Estimates densities and their growth. Fails only if the question cannot be posed; what goes
/// wrong with a benchmark or a model is a refusal, a status or a warning in the answer.
pub fn study(models: &[Model], settings: &Settings) -> Result<DensityStudy, Error> {
    let panel = Panel::new(models, settings)?;
    let steps: Vec<Step> = (0..panel.curves.len()).map(|curve| Step::new(&panel, curve)).collect();
    let used: Vec<bool> = steps.iter().map(|step| step.refused.is_none()).collect();
    let replicates = bootstrap(&panel, &used);
    let guard = panel.guard(&panel.reference);
    let sigmoids: Vec<Option<Sigmoid>> =
        steps.iter().map(|step| step.sigmoid.clone().filter(|_| step.refused.is_none())).collect();
    let mut rows = Vec::new();
    for (at, data) in settings.data.iter().enumerate() {
        let cells = panel.cells(&sigmoids, &settings.law, *data, &guard, &panel.targets);
        for (place, score) in panel.scores().into_iter().enumerate() {
            let step = match score {
                Score::Curve(curve) => Some(&steps[curve]),
                Score::Median | Score::Geomean => None,
            };
            rows.push(row(&panel, score, step, *data, &cells[place], &Draws { replicates: &replicates, at, place }));
        }
    }
    let doubling = rows.iter().filter_map(doubling).collect();
    let joint = panel.curves.iter().enumerate().filter_map(|(curve, c)| {
        let scored = scored(&panel, curve);
        joint_logit(&c.name, &scored, c.floor, settings.replicates, settings.level, settings.seed)
    });
    let matched = settings.thresholds.iter().filter_map(|(name, threshold)| {
        let curve = panel.curves.iter().position(|curve| curve.name == *name)?;
        matched_frontier(name, &scored(&panel, curve), *threshold)
    });
    Ok(DensityStudy {
        settings: settings.clone(),
        reference: settings.reference.label(),
        models: models.len(),
        targets: panel.targets.len(),
        law_draws: settings.law_draws.len(),
        doubling,
        joint: joint.collect(),
        matched: matched.collect(),
        warnings: study_warnings(&panel, &rows),
        rows,
    })
}

/// Step 2 of one curve, whatever D0.
struct Step {
    sigmoid: Option<Sigmoid>,
    reference: Vec<ReferencePoint>,
    refused: Option<String>,
    warnings: Vec<Warning>,
}

impl Step {
    fn new(panel: &Panel<'_>, curve: usize) -> Self {
        let settings = panel.settings;
        let points = panel.reference_points(&settings.law, curve, &panel.reference);
        let reference: Vec<ReferencePoint> = points
            .iter()
            .map(|(i, loss, score)| ReferencePoint {
                model: panel.models[*i].name.clone(),
                size: panel.models[*i].size(settings.size),
                loss: *loss,
                score: *score,
            })
            .collect();
        let sizes: Vec<(f64, f64)> = reference.iter().map(|point| (point.size, point.score)).collect();
        let sigmoid = panel.sigmoid(&settings.law, curve, &panel.reference);
        let mut step = Self { sigmoid, reference, refused: None, warnings: Vec::new() };
        if let Some((warning, refuse)) = warnings::weak_reference(&sizes, panel.curves[curve].floor) {
            step.refused = refuse.then(|| warning.message.clone());
            step.warnings.push(warning);
        }
        match &step.sigmoid {
            None => step.refused = step.refused.or_else(|| Some("refused: the sigmoid could not be fitted".to_owned())),
            Some(sigmoid) => {
                if let Some(warning) = warnings::sigmoid_trouble(sigmoid) {
                    if sigmoid.rises() {
                        step.refused = step.refused.or_else(|| Some(format!("refused: {}", warning.message)));
                    }
                    step.warnings.push(warning);
                }
            }
        }
        step
    }
}

/// Where a row finds its replicates.
struct Draws<'a> {
    replicates: &'a [Replicate],
    at: usize,
    place: usize,
}

impl Draws<'_> {
    fn lines(&self, rule: usize) -> Vec<Option<(f64, f64)>> {
        let of = |replicate: &Replicate| replicate[self.at][self.place].get(rule).copied().flatten();
        self.replicates.iter().map(of).collect()
    }
}

fn row(panel: &Panel<'_>, score: Score, step: Option<&Step>, data: Data, cells: &[Cell], draws: &Draws<'_>) -> Row {
    let settings = panel.settings;
    let refused = match step {
        Some(step) => step.refused.clone(),
        None => cells.is_empty().then(|| "refused: every benchmark was".to_owned()),
    };
    let sigmoid = step.and_then(|step| step.sigmoid.clone());
    let mut row = Row {
        score: panel.name(score),
        data,
        label: data.to_string(),
        highest_invertible: None,
        curve: Vec::new(),
        sigmoid,
        reference: step.map_or(Vec::new(), |step| step.reference.clone()),
        models: models_of(panel, score, cells),
        counts: Vec::new(),
        laws: Vec::new(),
        frontier: None,
        chip_doubling_months: None,
        split: None,
        warnings: step.map_or(Vec::new(), |step| step.warnings.clone()),
        refused,
    };
    if row.refused.is_some() {
        return row;
    }
    if let Some(sigmoid) = &row.sigmoid {
        row.highest_invertible = Some(highest_invertible(sigmoid, &settings.law, data));
        row.curve = curve(panel, sigmoid, data, &row.models);
    }
    let count = |status| StatusCount { status, models: row.models.iter().filter(|m| m.status == status).count() };
    row.counts = Status::ALL.map(count).to_vec();
    let lower_bound = model_warnings(panel, &mut row);

    let points = panel.points(&panel.targets, cells);
    let plain: Vec<(f64, f64)> = points.iter().map(|p| (p.1, p.2)).collect();
    let named: Vec<(&str, f64, f64)> = points.iter().map(|p| (panel.models[p.0].family.as_str(), p.1, p.2)).collect();
    for (k, rule) in settings.rules.iter().enumerate() {
        let Some(line) = envelope(*rule, &plain) else { continue };
        let lines = draws.lines(k);
        let slopes: Vec<Option<f64>> = lines.iter().map(|line| line.map(|line| line.0)).collect();
        let interval = slope_interval(&slopes, line.slope, settings.level);
        let null = shuffled_dates(&named, *rule, settings.permutations, settings.seed);
        if k == 0 {
            let span = plain.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), p| (a.min(p.0), b.max(p.0)));
            row.frontier = Some(Frontier::new(*rule, &line, span, &lines, settings.level));
        }
        row.warnings.extend(warnings::short_envelope(*rule, &line));
        row.warnings.extend(warnings::monotone_rule(*rule));
        row.warnings.extend(warnings::extreme(&[], Some((*rule, &line))));
        if interval.as_ref().is_some_and(|interval| !interval.holds_estimate) {
            let message = format!("{rule}: the estimate lies outside its bootstrap interval, which is invalid");
            row.warnings.push(Warning::new("invalid-interval", message));
        }
        row.laws.push(TimeLaw::new(*rule, line, lower_bound, interval, null));
    }
    let chip = settings.chip_days / MONTH;
    row.chip_doubling_months =
        row.laws.first().and_then(|law| law.doubling_months).map(|months| fixed_price_chip_doubling(months, chip));
    if let Some((day, rule)) = settings.split.zip(settings.rules.first()) {
        let split = before_and_after(*rule, &plain, (day - LLAMA_1) as f64);
        for (side, line) in [("before", &split.before), ("after", &split.after)] {
            if let Some(reason) = line.as_ref().and_then(why_withheld) {
                let message = format!("{rule} {side} {}: no doubling time, {reason}", write_date(day));
                row.warnings.push(Warning::new("no-doubling-time", message));
            }
        }
        row.split = Some(split);
    }
    row
}

fn models_of(panel: &Panel<'_>, score: Score, cells: &[Cell]) -> Vec<ModelDensity> {
    let of = |(i, cell): (&usize, &Cell)| {
        let model = &panel.models[*i];
        ModelDensity {
            model: model.name.clone(),
            family: model.family.clone(),
            date: write_date(model.released),
            day: model.day(),
            size: model.size(panel.settings.size),
            score: match score {
                Score::Curve(curve) => panel.curves[curve].scores[*i].map(|s| s.0),
                Score::Median | Score::Geomean => None,
            },
            status: cell.status,
            loss: cell.loss,
            effective: cell.size,
            density: cell.ln_density.map(f64::exp),
        }
    };
    panel.targets.iter().zip(cells).map(of).collect()
}

/// The reference recipe's score against size on D0, over the sizes of reference and targets.
fn curve(panel: &Panel<'_>, sigmoid: &Sigmoid, data: Data, models: &[ModelDensity]) -> Vec<(f64, f64)> {
    const STEPS: usize = 80;
    let range = panel.guard(&panel.reference).range;
    let sizes = models.iter().filter(|m| m.density.is_some()).flat_map(|m| [Some(m.size), m.effective]).flatten();
    let (low, high) = sizes.fold(range, |(a, b), n| (a.min(n), b.max(n)));
    (0..=STEPS)
        .map(|k| {
            let n = low * (high / low).powf(k as f64 / STEPS as f64);
            (n, sigmoid.score(panel.settings.law.loss(n, data.tokens(n))))
        })
        .collect()
}

/// Warnings about the densities of a row; whether its slopes are lower bounds.
fn model_warnings(panel: &Panel<'_>, row: &mut Row) -> bool {
    // An aggregate has no score to rank by: those censored above stand first, the rest by density.
    let rank = |m: &ModelDensity| m.score.or(m.density).unwrap_or(f64::INFINITY * f64::from(m.status.side()));
    let targets: Vec<(f64, Status)> = row.models.iter().map(|m| (rank(m), m.status)).collect();
    let (warning, lower_bound) = warnings::censored(&row.counts, &targets);
    row.warnings.push(warning);
    let sizes: Vec<f64> = row.models.iter().filter_map(|m| m.effective).collect();
    row.warnings.extend(warnings::outside_range(&sizes, panel.guard(&panel.reference).range));
    let densities: Vec<(&str, f64)> = row.models.iter().filter_map(|m| Some((m.model.as_str(), m.density?))).collect();
    row.warnings.extend(warnings::extreme(&densities, None));
    lower_bound
}

fn scored<'a>(panel: &Panel<'a>, curve: usize) -> Vec<Scored<'a>> {
    let of = |i: &usize| {
        let model = &panel.models[*i];
        let score = panel.curves[curve].scores[*i]?.0;
        Some(Scored { family: &model.family, day: model.day(), size: model.size(panel.settings.size), score })
    };
    panel.targets.iter().filter_map(of).collect()
}

fn doubling(row: &Row) -> Option<Doubling> {
    let law = row.laws.first()?;
    let interval = law.interval.as_ref();
    Some(Doubling {
        score: row.score.clone(),
        data: row.label.clone(),
        rule: law.name.clone(),
        months: law.doubling_months,
        faster: interval.and_then(|interval| interval.faster),
        slower: interval.and_then(|interval| interval.slower),
        lower_bound: law.lower_bound,
    })
}

fn study_warnings(panel: &Panel<'_>, rows: &[Row]) -> Vec<Warning> {
    let settings = panel.settings;
    let mut all = vec![warnings::relative(&settings.reference.label(), &settings.data)];
    let sizes = || panel.reference.iter().map(|i| panel.models[*i].size(settings.size).ln());
    let middle = (sizes().sum::<f64>() / panel.reference.len() as f64).exp();
    all.extend(settings.data.first().map(|data| warnings::tokens_count(&settings.law, *data, middle)));
    let mixed = |model: &&Model| !model.is_dense();
    let used = panel.targets.iter().map(|i| &panel.models[*i]).filter(mixed).count();
    let possible = panel.models.iter().filter(|model| settings.targets.holds_if_dense(model)).filter(mixed).count();
    all.extend(warnings::mixtures(settings.size, used, possible - used));
    all.extend(warnings::suspect_families(&suspects(panel, rows)));
    let dates = || panel.targets.iter().map(|i| panel.models[*i].released);
    if let Some((first, last)) = dates().min().zip(dates().max()) {
        all.push(warnings::window(first, last));
    }
    all.push(warnings::not_a_reproduction());
    all.extend(warnings::measured_losses(&measured(panel), panel.reference.len()));
    if settings.replicates > 0 && settings.law_draws.is_empty() {
        let message = "no draws of the step-1 law were given: the intervals leave out its uncertainty";
        all.push(Warning::new("step-1-uncertainty-missing", message));
    }
    let without = panel.models.iter().filter(|model| settings.is_reference(model)).count() - panel.reference.len();
    if without > 0 {
        let message = format!("left out of the reference, their training tokens unknown: {without} models");
        all.push(Warning::new("reference-without-tokens", message));
    }
    all
}

/// Measured losses of reference models beside what the law predicts for them, where it can.
fn measured(panel: &Panel<'_>) -> Vec<(f64, Option<f64>)> {
    let settings = panel.settings;
    let of = |i: &usize| {
        let model = &panel.models[*i];
        let predicted = model.tokens.map(|tokens| settings.law.loss(model.size(settings.size), tokens));
        Some((*settings.measured_losses.get(&model.name)?, predicted))
    };
    panel.reference.iter().filter_map(of).collect()
}

/// Suspect families among targets and reference, by benchmark, with the highest ratio of effective
/// to actual size at the main D0 (outside the guard too).
fn suspects(panel: &Panel<'_>, rows: &[Row]) -> Vec<(String, String, usize, Option<f64>)> {
    let mut found = Vec::new();
    for row in rows.iter().filter(|row| Some(&row.data) == panel.settings.data.first() && row.sigmoid.is_some()) {
        let mut families: Vec<&str> = row.models.iter().map(|m| m.family.as_str()).collect();
        families.sort_unstable();
        families.dedup();
        for family in families {
            if panel.settings.suspects.iter().any(|suspect| suspect.names(family, &row.score)) {
                let of: Vec<&ModelDensity> = row.models.iter().filter(|m| m.family == family).collect();
                let highest = of.iter().filter_map(|m| Some(m.effective? / m.size)).max_by(f64::total_cmp);
                found.push((family.to_owned(), row.score.clone(), of.len(), highest));
            }
        }
    }
    found
}
