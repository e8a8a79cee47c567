//! Learning curves continued: the 92 curves of Alabdulmohsin et al. 2022, and the 192 that Lee et
//! al. collected, cut at the first half of their points.
//!
//! The forecast is that of [`crate::methods::extrapolate`], which has no setting to choose; what
//! the hold-out inside the train rows would have said of it and of its rivals is shown as evidence.

use super::table::{Table, find};
use super::{BenchError, Evidence, Published, Suite, Task};
use crate::data::measurements::Warning;
use crate::methods::extrapolate::{Distribution, Settings, extrapolate, rivals};
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// 92 curves in four domains, by the split of their authors.
pub(super) const CURVES: Suite = Suite {
    id: "curves",
    title: "Learning curves beyond their train rows; score: mean over curves of the root mean square error of log loss",
    cite: "Alabdulmohsin, Neyshabur and Zhai 2022, arXiv:2209.06640",
    tasks: |folder| tasks(folder, CURVES.id),
    run: |folder, task| run(folder, task, CURVES.id),
};

/// 192 curves, the first half of the points to fit.
pub(super) const NSLPFN: Suite = Suite {
    id: "nslpfn",
    title: "Second halves of training curves from their first; score: mean over curves of the root mean square error of log loss",
    cite: "NSL-PFN, github.com/DongWooLee-Eli/nslpfn",
    tasks: |folder| tasks(folder, NSLPFN.id),
    run: |folder, task| run(folder, task, NSLPFN.id),
};

/// Headers of x and y, and those whose texts together name a curve.
const X: [&str; 6] = ["x", "Seen Examples", "seen_examples", "examples_seen", "tokens_seen", "sentence_pairs"];
const Y: [&str; 5] = ["y", "Loss", "loss", "error", "log_perplexity"];
const NAMES: [&str; 8] = ["curve", "group", "Domain", "Task", "Model", "task", "shots", "model"];
/// 1 in a row to fit, 0 in one to forecast; and the other way round.
const SPLITS: [(&str, f64); 3] = [("Training", 1.0), ("training", 1.0), ("holdout", 0.0)];
/// The forecast's name in tables.
const OURS: &str = "state-space";
/// Quantiles of the calibration error.
const DECILES: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/// How far a forecast goes: e to this, 66 times the last x.
const FARTHEST: f64 = 4.2;

/// What NSL-PFN's authors print for the 72 curves of image classification.
const PUBLISHED: [(&str, &str, f64); 2] =
    [("IC", "NSL-PFN, RMSE of log loss", 0.0280), ("IC", "NSL-PFN, log-likelihood", 3.330)];

/// A curve: what to see, what to forecast.
#[derive(Default)]
struct Curve {
    seen: Vec<(f64, f64)>,
    test: Vec<(f64, f64)>,
}

/// Tables of the folder itself, and folders that hold `train`.
fn places(folder: &Path) -> (Vec<PathBuf>, Vec<String>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let tasks = entries.iter().filter(|path| path.is_dir() && find(path, "train").is_some()).map(|path| name(path));
    let tasks = tasks.collect();
    let is_table = |path: &&PathBuf| {
        path.is_file() && path.extension().is_some_and(|extension| extension == "csv" || extension == "parquet")
    };
    (entries.iter().filter(is_table).cloned().collect(), tasks)
}

/// The domains of the folder's own tables where they have some, else one task of all curves; or the
/// folders with train rows.
fn tasks(folder: &Path, suite: &'static str) -> Result<Vec<String>, BenchError> {
    let (tables, tasks) = places(folder);
    if !tasks.is_empty() {
        return Ok(tasks);
    }
    let mut domains: Vec<String> = Vec::new();
    for path in &tables {
        let table = Table::read(path)?;
        if !curve_table(&table) {
            continue;
        }
        let names = if table.has("Domain") { table.texts("Domain")? } else { vec![suite.to_owned()] };
        for name in names {
            if !domains.contains(&name) {
                domains.push(name);
            }
        }
    }
    if domains.is_empty() {
        let wanted = "a table of curve, x, y, or folders with `train.parquet`";
        return Err(BenchError::NoTables { folder: folder.to_owned(), suite, wanted });
    }
    Ok(domains)
}

fn one_of(table: &Table, names: &[&'static str]) -> Option<&'static str> {
    names.iter().copied().find(|name| table.has(name))
}

fn curve_table(table: &Table) -> bool {
    one_of(table, &X).is_some() && one_of(table, &Y).is_some()
}

/// Adds a table's rows to the curves, those of one domain if named; `seen` says which rows are to
/// be fitted where the table itself does not.
fn add(
    table: &Table,
    domain: Option<&str>,
    seen: bool,
    curves: &mut Vec<(String, Curve)>,
    at: &mut HashMap<String, usize>,
) -> Result<(), BenchError> {
    let x = table.all_numbers(one_of(table, &X).unwrap_or(X[0]))?;
    let y = table.all_numbers(one_of(table, &Y).unwrap_or(Y[0]))?;
    let names: Vec<&str> = NAMES.into_iter().filter(|name| table.has(name)).collect();
    let names: Vec<Vec<String>> = names.iter().map(|name| table.texts(name)).collect::<Result<_, _>>()?;
    let domains = if table.has("Domain") { Some(table.texts("Domain")?) } else { None };
    let split = match SPLITS.iter().find(|(name, _)| table.has(name)) {
        Some((name, fit)) => Some((table.all_numbers(name)?, *fit)),
        None => None,
    };
    for i in 0..x.len() {
        if let (Some(domains), Some(domain)) = (&domains, domain)
            && domains[i] != domain
        {
            continue;
        }
        let name = names.iter().map(|texts| texts[i].as_str()).collect::<Vec<_>>().join(" ");
        let k = *at.entry(name.clone()).or_insert_with(|| {
            curves.push((name, Curve::default()));
            curves.len() - 1
        });
        let to_fit = split.as_ref().map_or(seen, |(split, fit)| split[i] == *fit);
        let side = if to_fit { &mut curves[k].1.seen } else { &mut curves[k].1.test };
        side.push((x[i], y[i]));
    }
    Ok(())
}

/// The curves of a task, each sorted by x without its exact repeats.
fn read(folder: &Path, task: &str, suite: &str) -> Result<Vec<(String, Curve)>, BenchError> {
    let (mut curves, mut at) = (Vec::new(), HashMap::new());
    let own = folder.join(task);
    if let Some(train) = find(&own, "train") {
        add(&Table::read(&train)?, None, true, &mut curves, &mut at)?;
        if let Some(test) = find(&own, "test") {
            add(&Table::read(&test)?, None, false, &mut curves, &mut at)?;
        }
    } else {
        for path in places(folder).0 {
            let table = Table::read(&path)?;
            if curve_table(&table) {
                add(&table, Some(task), true, &mut curves, &mut at)?;
            }
        }
    }
    let halves = suite == NSLPFN.id && curves.iter().all(|(_, curve)| curve.test.is_empty());
    for (_, curve) in &mut curves {
        for side in [&mut curve.seen, &mut curve.test] {
            side.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            side.dedup();
        }
        if halves {
            curve.test = curve.seen.split_off(curve.seen.len() / 2);
        }
    }
    Ok(curves)
}

/// Scores of one rule on one curve.
#[derive(Clone, Copy, Default)]
struct Score {
    rmse: f64,
    /// Log-likelihood, CRPS and coverage of 90 %, of ln y; none for rules without a distribution.
    spread: Option<[f64; 3]>,
    /// Share of the points below each decile.
    below: [f64; 9],
}

/// Every rule's score on one part of a curve, ours first; none where it fails.
fn scores(seen: &[(f64, f64)], test: &[(f64, f64)]) -> Option<(Vec<Option<Score>>, bool)> {
    let (x, y): (Vec<f64>, Vec<f64>) = seen.iter().copied().unzip();
    let last = *x.last()?;
    let end = last * (FARTHEST * (1.0 - 1e-9)).exp();
    let to: Vec<f64> = test.iter().map(|point| point.0.clamp(last, end)).collect();
    let outcome = extrapolate(&x, &y, &to, &Settings { levels: vec![0.9], ..Settings::default() }).ok()?;
    let n = test.len() as f64;
    let rmse = |logs: &mut dyn Iterator<Item = f64>| {
        let sum: f64 = logs.zip(test).map(|(log, point)| (log - point.1.ln()).powi(2)).sum();
        (sum / n).sqrt()
    };
    let mut ours = Score { rmse: rmse(&mut outcome.forecasts.iter().map(|f| f.log_mean)), ..Score::default() };
    let mut sums = [0.0; 3];
    for (forecast, point) in outcome.forecasts.iter().zip(test) {
        let at = Distribution { mean: forecast.log_mean, sd: forecast.sd_log };
        let log = point.1.ln();
        sums[0] += at.log_density(log) / n;
        sums[1] += at.crps(log) / n;
        sums[2] += f64::from(u8::from((log - at.mean).abs() <= 1.645 * at.sd)) / n;
        let place = at.cdf(log);
        for (below, decile) in ours.below.iter_mut().zip(DECILES) {
            *below += f64::from(u8::from(place <= decile)) / n;
        }
    }
    ours.spread = Some(sums);
    let rivals = rivals(seen, &to).into_iter().map(|rival| {
        let logs: Option<Vec<f64>> = rival.estimates.iter().map(|y| y.map(f64::ln)).collect();
        logs.map(|logs| Score { rmse: rmse(&mut logs.into_iter()), ..Score::default() })
    });
    let clamped = test.iter().any(|point| point.0 > end);
    Some((std::iter::once(Some(ours)).chain(rivals).collect(), clamped))
}

/// Mean RMSE over the curves of one rule, how many curves, and what is known of the spread.
fn evidence(name: &str, holdout: &str, k: usize, all: &[(Vec<Option<Score>>, usize)]) -> Evidence {
    let known: Vec<&Score> = all.iter().filter_map(|(scores, _)| scores[k].as_ref()).collect();
    let n = known.len() as f64;
    let mean = |f: &dyn Fn(&Score) -> f64| known.iter().map(|score| f(score)).sum::<f64>() / n;
    let failed = all.len() - known.len();
    let mut note = match failed {
        0 => format!("{} curves", all.len()),
        _ => format!("{} curves; {failed} more could not be fitted", known.len()),
    };
    if known.iter().all(|score| score.spread.is_some()) && !known.is_empty() {
        let [likelihood, crps, coverage] = [0, 1, 2].map(|i| mean(&|score| score.spread.map_or(0.0, |s| s[i])));
        let calibration = (0..9).map(|i| (mean(&|score| score.below[i]) - DECILES[i]).powi(2)).sum::<f64>() / 9.0;
        note = format!(
            "{note}; log-likelihood {likelihood:.3}, CRPS {crps:.5}, 90 % covers {:.1} %, mean squared calibration error {calibration:.5}",
            100.0 * coverage
        );
    }
    Evidence {
        candidate: name.to_owned(),
        holdout: holdout.to_owned(),
        rows: all.iter().map(|(_, rows)| rows).sum(),
        score: (!known.is_empty()).then(|| mean(&|score| score.rmse)),
        chosen: k == 0,
        note,
    }
}

fn run(folder: &Path, task: &str, suite: &'static str) -> Result<Task, BenchError> {
    let curves = read(folder, task, suite)?;
    type Scored = Option<(Vec<Option<Score>>, bool)>;
    let scored: Vec<(Scored, usize, Scored, usize)> = curves
        .par_iter()
        .map(|(_, curve)| {
            // Inside the train rows: from half of the last x, the doubling that follows.
            let half = curve.seen.last().map_or(0.0, |point| point.0) / 2.0;
            let cut = curve.seen.partition_point(|point| point.0 <= half);
            let (before, after) = curve.seen.split_at(cut);
            let inner = if after.is_empty() { None } else { scores(before, after) };
            let outer = if curve.test.is_empty() { None } else { scores(&curve.seen, &curve.test) };
            (inner, after.len(), outer, curve.test.len())
        })
        .collect();
    let names: Vec<String> =
        std::iter::once(OURS.to_owned()).chain(rivals(&[], &[]).into_iter().map(|rival| rival.rule)).collect();
    let inner: Vec<_> = scored.iter().filter_map(|s| s.0.as_ref().map(|(scores, _)| (scores.clone(), s.1))).collect();
    let outer: Vec<_> = scored.iter().filter_map(|s| s.2.as_ref().map(|(scores, _)| (scores.clone(), s.3))).collect();
    let mut rows = Vec::new();
    for (holdout, all) in [("train rows, last doubling of x", &inner), ("test rows", &outer)] {
        if !all.is_empty() {
            rows.extend(names.iter().enumerate().map(|(k, name)| evidence(name, holdout, k, all)));
        }
    }
    let score = (!outer.is_empty()).then(|| {
        outer.iter().map(|(scores, _)| scores[0].as_ref().map_or(f64::NAN, |score| score.rmse)).sum::<f64>()
            / outer.len() as f64
    });
    let mut warnings = Vec::new();
    let short = scored.iter().filter(|s| s.3 > 0 && s.2.is_none()).count();
    if short > 0 {
        let message = format!(
            "{short} curves have fewer than five points to fit, or values that are not positive: they are left out"
        );
        warnings.push(Warning::new("curves-left-out", message));
    }
    let clamped = scored.iter().filter(|s| s.2.as_ref().is_some_and(|(_, clamped)| *clamped)).count();
    if clamped > 0 {
        let message = format!(
            "{clamped} curves have test points beyond 66 times the last x: there the forecast at 66 times stands"
        );
        warnings.push(Warning::new("too-far", message));
    }
    let published = PUBLISHED.iter().filter(|(domain, ..)| suite == CURVES.id && *domain == task);
    Ok(Task {
        published: published
            .map(|(_, system, score)| Published { system: (*system).to_owned(), score: *score })
            .collect(),
        task: task.to_owned(),
        score: score.filter(|score| score.is_finite()),
        law: OURS.to_owned(),
        objective: "posterior mean of ln y; nothing is minimised".to_owned(),
        rows: format!("all train rows of {} curves, repeats once", curves.len()),
        evidence: rows,
        warnings,
        ..Task::default()
    })
}
