//! Hyper-parameters: every published rule on one plane, and how far each is from the best runs of
//! a grid.

use super::{FamilyError, columns, number};
use crate::methods::recommend::{Recommendation, Rule, Run, published, recommend};
use crate::published::reference::Recommends;
use crate::record::chart::{Chart, Level, Look, Plot, Scale, Section, Series, Sheet, Tone};

/// The run of the plane.
const N: f64 = 1e9;
const D: f64 = 1e11;
/// Tokens per sequence of the grid.
const SEQUENCE: f64 = 2048.0;
/// Whose loss the rules that ask for one are given.
const LOSS: &str = "besiroglu2024/main";
/// Finished runs: the best of each cell.
const GRID: &str = "steplaw2025-cell-optima";

/// The account of the family.
///
/// # Errors
/// [`FamilyError`].
pub fn section() -> Result<Section, FamilyError> {
    let rules = published()?;
    let known = super::Published::find(LOSS)?;
    let loss = known.law.predict(&[N, D], &known.theta);
    let answer = recommend(&rules, Run { n: N, d: D, sequence: SEQUENCE, loss: Some(loss) });
    let mut sheet = Sheet::new(
        format!("What each rule advises for {} parameters and {} tokens", number(N, 2), number(D, 2)),
        &["Rule", "#Learning rate", "#Batch, tokens", "Counts and notes"],
    );
    for row in &answer.rows {
        let of = |what| dash_of(row.value.filter(|_| row.what == what));
        let notes: Vec<&str> = [row.units.as_str()]
            .into_iter()
            .chain(row.notes.iter().map(String::as_str))
            .filter(|s| !s.is_empty())
            .collect();
        sheet.rows.push(vec![
            row.source.clone(),
            of(Recommends::LearningRate),
            of(Recommends::BatchTokens),
            notes.join("; "),
        ]);
    }
    let (low, high) = answer.range(Recommends::LearningRate).unwrap_or((f64::NAN, f64::NAN));
    Ok(Section {
        id: "hyperparameter".to_owned(),
        title: "Learning rate and batch size".to_owned(),
        text: vec![format!(
            "For one run, {} parameters on {} tokens, published rules advise learning rates from {} to {}. Each counts \
             its inputs in its own way (with or without embeddings, FLOP or petaflop-days, sequences or tokens), and \
             all are converted to tokens here. Rules that ask for the final loss are given {:.3}, the prediction of {LOSS}.",
            number(N, 2),
            number(D, 2),
            number(low, 2),
            number(high, 2),
            loss
        ),
        "The second figure holds the rules against finished runs: the run of lowest loss in each of the 17 cells of \
         model size and data of a public grid. The losses of the grid itself may not be redistributed, so the excess \
         loss of following a rule is not shown, only its distance from the best run."
            .to_owned()],
        tables: vec![sheet],
        charts: vec![plane(&answer), cells(&rules)?],
    })
}

fn dash_of(value: Option<f64>) -> String {
    super::dash(value.map(|value| number(value, 3)))
}

/// Papers that give both at a point, the others as lines.
fn plane(answer: &Recommendation) -> Chart {
    let points = answer.points();
    let name = |paper: &str| paper.trim_end_matches("-hyperparameters").to_owned();
    let both: Vec<(String, (f64, f64))> =
        points.iter().filter_map(|p| Some((name(&p.paper), (p.batch?, p.rate?)))).collect();
    // A paper's second set of constants lies beside its first, which has the name.
    let labels = (0..both.len()).map(|i| match both[..i].iter().any(|(paper, _)| *paper == both[i].0) {
        true => String::new(),
        false => both[i].0.clone(),
    });
    let dots = Series::new("rules for both", Look::Dots, Tone::Series(0), both.iter().map(|(_, at)| *at));
    let mut series = vec![dots.labelled(labels)];
    let around = |values: &mut dyn Iterator<Item = f64>| {
        let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
        (low / 1.6, high * 1.6)
    };
    let batches = around(&mut points.iter().filter_map(|p| p.batch));
    let rates = around(&mut points.iter().filter_map(|p| p.rate));
    let mut levels = Vec::new();
    let alone = points.iter().filter(|p| p.rate.is_none() || p.batch.is_none());
    for (k, point) in alone.enumerate() {
        let (of_y, at, what) = match (point.rate, point.batch) {
            (Some(rate), _) => (true, rate, "learning rate"),
            (None, Some(batch)) => (false, batch, "batch"),
            (None, None) => continue,
        };
        let look = if of_y { Look::Dashed } else { Look::Dotted };
        levels.push(Level {
            name: format!("{}: {what} alone", name(&point.paper)),
            of_y,
            at,
            look,
            tone: Tone::Series(k + 1),
        });
    }
    series.retain(|s| !s.x.is_empty());
    Chart {
        name: "hyperparameter-plane".to_owned(),
        title: format!("Learning rate and batch for {} parameters and {} tokens", number(N, 2), number(D, 2)),
        subtitle: "Every published rule at its own constants, in common units".to_owned(),
        caption: "Rules of one paper for both are a point; a rule for one of the two is a line. The rules were found \
                  with different schedules, optimisers and data."
            .to_owned(),
        size: (820, 560),
        columns: 1,
        plots: vec![Plot {
            x: Scale::log("Batch size", "tokens").within(batches.0, batches.1),
            y: Scale::log("Peak learning rate", "").within(rates.0, rates.1),
            series,
            levels,
            ..Plot::default()
        }],
    }
}

/// Each rule's advice over the best run's, cell by cell.
fn cells(rules: &[Rule]) -> Result<Chart, FamilyError> {
    let table =
        columns(GRID, &[], &[("N", "parameters"), ("D", "tokens"), ("eta", "1"), ("B", "tokens"), ("L", "nat/token")])?;
    let missing = || FamilyError::Missing(format!("{GRID} lacks a column"));
    let column = |name: &str| table.column(name).ok_or_else(missing);
    let (n, d, eta, b, loss) = (column("N")?, column("D")?, column("eta")?, column("B")?, column("L")?);
    let plot = |what: Recommends, best: &[f64], title: &str, axis: &str, tone: Tone| {
        let chosen: Vec<&Rule> = rules.iter().filter(|rule| rule.what == what).collect();
        let mut points = Vec::new();
        let mut middles = Vec::new();
        for (k, rule) in chosen.iter().enumerate() {
            let one = std::slice::from_ref(*rule);
            let mut ratios: Vec<f64> = (0..table.len())
                .filter_map(|i| {
                    let run = Run { n: n[i], d: d[i], sequence: SEQUENCE, loss: Some(loss[i]) };
                    Some(recommend(one, run).rows.first()?.value? / best[i])
                })
                .collect();
            ratios.sort_by(f64::total_cmp);
            points.extend(ratios.iter().map(|ratio| (*ratio, k as f64)));
            middles.extend(ratios.get(ratios.len() / 2).map(|middle| (*middle, k as f64)));
        }
        Plot {
            title: title.to_owned(),
            x: Scale::log(axis, ""),
            y: Scale::names(chosen.iter().map(|rule| rule.source.clone()).collect()),
            series: vec![
                Series::new("one cell of the grid", Look::Faint, tone, points),
                Series::new("median cell", Look::Diamonds, Tone::Ink, middles),
            ],
            levels: vec![Level {
                name: "as the best run".to_owned(),
                of_y: false,
                at: 1.0,
                look: Look::Dashed,
                tone: Tone::Muted,
            }],
            heat: None,
        }
    };
    Ok(Chart {
        name: "hyperparameter-cells".to_owned(),
        title: "Rules against the best runs of a grid".to_owned(),
        subtitle: format!(
            "{GRID}: {} cells of model size and data, one step of the grid is a factor of 1.4",
            table.len()
        ),
        caption: "Advice divided by what the run of lowest loss in the cell used.".to_owned(),
        size: (900, 620),
        columns: 1,
        plots: vec![
            plot(Recommends::LearningRate, eta, "Learning rate", "Advised over best learning rate", Tone::Series(0)),
            plot(Recommends::BatchTokens, b, "Batch size", "Advised over best batch size", Tone::Series(0)),
        ],
    })
}
