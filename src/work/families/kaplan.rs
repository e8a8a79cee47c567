//! Kaplan's laws: loss against one resource, against model size and data, and along training, with
//! the critical batch that ties steps to compute. All at published constants.

use super::{FamilyError, Published, number, spaced};
use crate::costs::{PF_DAY, six_n_d};
use crate::record::chart::{Chart, Look, Plot, Scale, Section, Series, Sheet, Tone};

/// Model sizes of the figures, and where the point of the table lies.
const SIZES: [f64; 6] = [1e6, 1e7, 1e8, 1e9, 1e10, 1e11];
const MODEL: f64 = 1e9;
const DATA: f64 = 1e10;
const STEPS: f64 = 1e5;
/// Batch of the curves against compute, the paper's own.
const BATCH: f64 = 524_288.0;
/// Excess over the loss with unlimited data that equation 4.4 allows.
const EXCESS: f64 = 0.02;
/// Points of a curve.
const POINTS: usize = 41;

/// The account of the family.
///
/// # Errors
/// [`FamilyError`].
pub fn section() -> Result<Section, FamilyError> {
    Ok(Section {
        id: "kaplan".to_owned(),
        title: "Loss against size, data, compute and steps".to_owned(),
        text: vec![
            "Kaplan et al. gave each resource its own power law, joined two of them at a time, and tied steps to \
             compute by a critical batch that depends on the loss alone. Nothing in these laws is irreducible, so \
             they promise too much at large budgets; their exponent of model size, 0.73, is the one that Hoffmann \
             contradicts."
                .to_owned(),
            "The paper prints three sets of constants, from three fits to different runs. They are not \
             interchangeable, as the table shows."
                .to_owned(),
        ],
        tables: vec![sets()?],
        charts: vec![resources()?, joint()?, batch()?, trajectories()?],
    })
}

fn sets() -> Result<Sheet, FamilyError> {
    let mut sheet = Sheet::new(
        format!("One model of {} parameters by every set of constants", number(MODEL, 2)),
        &["Constants", "Law", "At", "#Loss"],
    );
    let data = format!("D = {}", number(DATA, 2));
    let rows: [(&str, &[f64], String); 5] = [
        ("kaplan2020-scale/n", &[MODEL], "unlimited data".to_owned()),
        ("kaplan2020/table-2", &[MODEL, DATA], data.clone()),
        ("kaplan2020/table-5", &[MODEL, DATA], data),
        ("kaplan2020-scale/steps", &[MODEL, STEPS], format!("{} steps, unlimited batch", number(STEPS, 2))),
        ("kaplan2020-scale/trajectory", &[MODEL, STEPS, BATCH], format!("the same at a batch of {}", number(BATCH, 3))),
    ];
    for (name, x, at) in rows {
        let published = Published::find(name)?;
        let loss = number(published.law.predict(x, &published.theta), 5);
        sheet.rows.push(vec![name.to_owned(), published.law.card().id.to_owned(), at, loss]);
    }
    Ok(sheet)
}

fn resources() -> Result<Chart, FamilyError> {
    let plot = |title: &str, name: &str, x: Scale, range: (f64, f64)| {
        let p = Published::find(name)?;
        let alpha = p.law.card().param("alpha").map_or(f64::NAN, |i| p.theta[i]);
        let points = spaced(range, 11).into_iter().map(|x| (x, p.law.predict(&[x], &p.theta)));
        Ok::<_, FamilyError>(Plot {
            title: format!("{title}: exponent {}", number(alpha, 2)),
            x: x.within(range.0, range.1),
            y: Scale::log("Loss", "nat/token").within(1.5, 8.0),
            series: vec![Series::new("", Look::Line, Tone::Series(0), points)],
            ..Plot::default()
        })
    };
    Ok(Chart {
        name: "kaplan-resources".to_owned(),
        title: "One resource at a time".to_owned(),
        subtitle: "kaplan2020-scale, constants of table 5; each with the other two in plenty".to_owned(),
        caption: "Test loss on WebText2 against the least compute, the data and the model size without embeddings. \
                  Equal steps on the abscissa divide the loss by equal factors."
            .to_owned(),
        size: (1060, 380),
        columns: 3,
        plots: vec![
            plot("Compute", "kaplan2020-scale/c-min", Scale::log("Least compute", "PF-days"), (1e-9, 1e2))?,
            plot("Data", "kaplan2020-scale/d", Scale::log("Training data D", "tokens"), (1e6, 1e11))?,
            plot("Model size", "kaplan2020-scale/n", Scale::log("Model size N", "parameters"), (1e3, 1e10))?,
        ],
    })
}

fn joint() -> Result<Chart, FamilyError> {
    let p = Published::find("kaplan2020/table-2")?;
    let range = (1e7, 1e13);
    let last = (SIZES.len() - 1) as f64;
    let mut series: Vec<Series> = Vec::new();
    let mut enough = Vec::new();
    for (k, &n) in SIZES.iter().enumerate() {
        let line = spaced(range, POINTS).into_iter().map(|d| (d, p.law.predict(&[n, d], &p.theta)));
        series.push(Series::new(&format!("N = {}", number(n, 2)), Look::Line, Tone::Ramp(k as f64 / last), line));
        let d = p.derived("D_enough", &[n, EXCESS]);
        enough.extend((range.0..=range.1).contains(&d).then(|| (d, p.law.predict(&[n, d], &p.theta))));
    }
    let name = format!("loss {:.0}% above unlimited data", EXCESS * 100.0);
    series.push(Series::new(&name, Look::Diamonds, Tone::Ink, enough));
    Ok(Chart {
        name: "kaplan-joint".to_owned(),
        title: "Model size and data together".to_owned(),
        subtitle: "kaplan2020/table-2".to_owned(),
        caption:
            "A model stops gaining once its data suffice; where they do grows only as the 0.74th power of its size."
                .to_owned(),
        size: (820, 500),
        columns: 1,
        plots: vec![Plot {
            x: Scale::log("Training data D", "tokens").within(range.0, range.1),
            y: Scale::log("Loss", "nat/token").within(1.6, 6.0),
            series,
            ..Plot::default()
        }],
    })
}

fn batch() -> Result<Chart, FamilyError> {
    let p = Published::find("kaplan2020-scale/critical-batch")?;
    let minicpm = Published::find("minicpm2024/batch")?;
    let losses = spaced((2.0, 10.0), POINTS);
    let line = |p: &Published| losses.iter().map(|&l| (l, p.law.predict(&[l], &p.theta))).collect::<Vec<_>>();
    let at = 3.0;
    let critical = p.law.predict(&[at], &p.theta);
    let factor = |symbol: &str, b: f64| p.derived(symbol, &[at, b]);
    let batches = spaced((critical / 30.0, critical * 30.0), POINTS);
    let price = batches.iter().map(|&b| (factor("data_factor", b), factor("steps_factor", b)));
    let marked = [critical / 4.0, critical, critical * 4.0];
    let words = ["a quarter of it", "critical batch", "four times it"];
    let marks = marked.iter().map(|&b| (factor("data_factor", b), factor("steps_factor", b)));
    Ok(Chart {
        name: "kaplan-critical-batch".to_owned(),
        title: "The critical batch and what it trades".to_owned(),
        subtitle: "kaplan2020-scale/critical-batch; minicpm2024/batch".to_owned(),
        caption: "Left: the batch beyond which more parallel data save few steps, from the loss alone; MiniCPM's rule \
                  for the batch to use has nearly the same form. Right: at the critical batch a run takes twice the \
                  fewest steps and twice the fewest tokens; every other batch lies on the same curve."
            .to_owned(),
        size: (1000, 460),
        columns: 2,
        plots: vec![
            Plot {
                title: "Batch against loss".to_owned(),
                x: Scale::log("Loss", "nat/token").within(2.0, 10.0),
                y: Scale::log("Batch", "tokens"),
                series: vec![
                    Series::new("Kaplan et al. 2020, critical", Look::Line, Tone::Series(0), line(&p)),
                    Series::new("MiniCPM, to use", Look::Dashed, Tone::Series(1), line(&minicpm)),
                ],
                ..Plot::default()
            },
            Plot {
                title: "Steps against tokens, at every loss".to_owned(),
                x: Scale::log("Tokens over the fewest", "").within(1.0, 40.0),
                y: Scale::log("Steps over the fewest", "").within(1.0, 40.0),
                series: vec![
                    Series::new("", Look::Line, Tone::Series(0), price),
                    Series::new("", Look::Dots, Tone::Ink, marks).labelled(words.map(str::to_owned)),
                ],
                ..Plot::default()
            },
        ],
    })
}

fn trajectories() -> Result<Chart, FamilyError> {
    let steps = Published::find("kaplan2020-scale/steps")?;
    let batched = Published::find("kaplan2020-scale/trajectory")?;
    let taken = (1e3, 1e6);
    let days = (1e-6, 1e4);
    let last = (SIZES.len() - 1) as f64;
    let (mut by_steps, mut by_compute) = (Vec::new(), Vec::new());
    for (k, &n) in SIZES.iter().enumerate() {
        let (name, tone) = (format!("N = {}", number(n, 2)), Tone::Ramp(k as f64 / last));
        let curve = spaced(taken, POINTS).into_iter().map(|s| (s, steps.law.predict(&[n, s], &steps.theta)));
        by_steps.push(Series::new(&name, Look::Line, tone, curve));
        let cost = |s: f64| six_n_d(n, BATCH * s) / PF_DAY;
        let curve = spaced(taken, POINTS).into_iter();
        let curve = curve.map(|s| (cost(s), batched.law.predict(&[n, s, BATCH], &batched.theta)));
        let seen = curve.filter(|(c, _)| (days.0..=days.1).contains(c));
        by_compute.push(Series::new(&name, Look::Line, tone, seen));
    }
    let least = spaced((1.8, 6.0), POINTS).into_iter().map(|l| (batched.derived("C_eff", &[l]), l));
    let least = least.filter(|(c, _)| (days.0..=days.1).contains(c));
    by_compute.push(Series::new("least compute", Look::Dashed, Tone::Ink, least));
    let loss = || Scale::log("Loss", "nat/token").within(1.8, 7.0);
    let stop = steps.derived("stop_ratio", &[]);
    Ok(Chart {
        name: "kaplan-trajectories".to_owned(),
        title: "Loss along training, size by size".to_owned(),
        subtitle: format!(
            "kaplan2020-scale/steps at unlimited batch; kaplan2020-scale/trajectory at batches of {} tokens",
            number(BATCH, 3)
        ),
        caption: format!(
            "Large models learn more per step and per token. Dashed: the least compute for a loss, with batches far \
             below the critical one, so that curves at a fixed batch stay above it; it stops every model {:.0}% above \
             its converged loss.",
            (stop - 1.0) * 100.0
        ),
        size: (1060, 500),
        columns: 2,
        plots: vec![
            Plot {
                title: "Unlimited batch".to_owned(),
                x: Scale::log("Steps", "").within(taken.0, taken.1),
                y: loss(),
                series: by_steps,
                ..Plot::default()
            },
            Plot {
                title: "Fixed batch".to_owned(),
                x: Scale::log("Training compute", "PF-days").within(days.0, days.1),
                y: loss(),
                series: by_compute,
                ..Plot::default()
            },
        ],
    })
}
