//! Precision: what bits are worth, at the published constants of floating-point and integer
//! training.

use super::{FamilyError, Published, number};
use crate::engine::optimum::optimum;
use crate::record::chart::{Chart, Heat, Level, Look, Plot, Scale, Section, Series, Sheet, Tone};
use crate::work::families::layouts::{capacity_map, loss_against_data, precision_against_compute, precision_at_size};

/// The constants that everything here is drawn from.
const FLOATING: &str = "capybara2025/table-2";
/// Integer training without and with the offsets of the appendix.
const INTEGER: [(&str, &str); 2] =
    [("kumar2024/main-text", "without offsets"), ("kumar2024/appendix-k", "with offsets")];
/// Elements that share a scale.
const BLOCK: f64 = 128.0;
/// Model size of the figures.
const SIZE: f64 = 1e9;
/// Widths of the formats shown.
const WIDTHS: [usize; 5] = [3, 4, 6, 8, 16];
/// Bits along either side of the map.
const BITS: u32 = 10;
/// Range of tokens, and of budgets.
const TOKENS: (f64, f64) = (1e10, 1e16);
const BUDGETS: (f64, f64) = (1e19, 1e27);
/// Size and tokens of the runs that the slices show, and the layout that they depart from.
const RUN: (f64, f64) = (679_477_248.0, 1e11);
const LAYOUT: (f64, f64) = (4.0, 3.0);
/// Post-training quantisation, and its widths.
const AFTER: &str = "kumar2024/ptq";
const AFTER_WIDTHS: [f64; 4] = [3.0, 4.0, 5.0, 6.0];

/// The account of the family.
///
/// # Errors
/// [`FamilyError`].
pub fn section() -> Result<Section, FamilyError> {
    let floating = Published::find(FLOATING)?;
    Ok(Section {
        id: "precision".to_owned(),
        title: "Precision".to_owned(),
        text: vec![
            "Training in few bits adds to the loss a term that grows with the data and shrinks with the capacity of \
             the number format, so every format has a critical amount of data beyond which more data makes the model \
             worse. All figures here are evaluated at published constants; the losses behind them were not released."
                .to_owned(),
            "The two laws disagree on how precision should scale: with model size, data and bits all free, \
             floating-point training wants more bits with compute, integer training the same number at every budget. \
             The offsets in the appendix of the integer law move its answer by bits, not by decimals."
                .to_owned(),
        ],
        tables: vec![formats(&floating), budgets(&floating)?],
        charts: vec![loss(&floating), slices(&floating), map(&floating), integer()?, bits(&floating)?],
    })
}

/// Tokens with their suffix, in trillions however many they are.
fn tokens(value: f64) -> String {
    if value >= 1e15 { format!("{:.0}T", value / 1e12) } else { number(value, 3) }
}

fn formats(floating: &Published) -> Sheet {
    let best = capacity_map(&floating.theta, BITS, 16).best;
    let mut sheet = Sheet::new(
        format!("Best layout of each width and its critical data (blocks of {BLOCK})"),
        &["#Bits", "Layout", "#Critical data, 1B parameters", "#70B parameters"],
    );
    for width in WIDTHS {
        let layout = best[width - 1];
        let (e, m) = (f64::from(layout.exponent), f64::from(layout.mantissa));
        let critical = |n: f64| tokens(floating.derived("D_crit", &[n, e, m, BLOCK]));
        sheet.rows.push(vec![width.to_string(), layout.name(), critical(1e9), critical(70e9)]);
    }
    sheet
}

fn budgets(floating: &Published) -> Result<Sheet, FamilyError> {
    let mut sheet = Sheet::new(
        format!("Which N, D, E and M to buy with a budget in FLOP at (6/16)(E+M+1)ND each, blocks of {BLOCK}"),
        &["#Budget", "#N", "#D", "#Tokens per parameter", "Layout", "#Loss"],
    );
    for budget in [1e21, 1e23, 1e25] {
        let choice = optimum(floating.law, &floating.theta, None, budget, &[("B".to_owned(), BLOCK)])
            .map_err(|error| FamilyError::Missing(error.to_string()))?;
        let [n, d, e, m, _] = choice.x[..] else {
            return Err(FamilyError::Missing("the floating-point law has five inputs".to_owned()));
        };
        sheet.rows.push(vec![
            number(budget, 3),
            number(n, 3),
            number(d, 3),
            number(d / n, 3),
            format!("E{e:.0}M{m:.0}"),
            number(choice.output, 4),
        ]);
    }
    Ok(sheet)
}

fn loss(floating: &Published) -> Chart {
    let best = capacity_map(&floating.theta, BITS, 16).best;
    let layouts: Vec<_> = WIDTHS.iter().map(|width| best[width - 1]).collect();
    let curves = loss_against_data(&floating.theta, SIZE, BLOCK, &layouts, TOKENS);
    let last = (curves.len() - 1) as f64;
    let tone = |k: usize| Tone::Ramp(k as f64 / last);
    let lines = curves.iter().enumerate().map(|(k, c)| {
        let name = format!("{} ({} bits)", c.layout.name(), c.layout.width());
        Series::new(&name, Look::Line, tone(k), c.loss.x.iter().copied().zip(c.loss.y.iter().copied()))
    });
    let seen = || curves.iter().enumerate().filter(|(_, c)| (TOKENS.0..=TOKENS.1).contains(&c.critical.0));
    let mut turns = Series::new("", Look::Diamonds, Tone::Ink, seen().map(|(_, c)| c.critical));
    turns.name = "critical data".to_owned();
    let turns = turns.labelled(seen().map(|(_, c)| tokens(c.critical.0)));
    Chart {
        name: "precision-loss".to_owned(),
        title: "Loss against data, format by format".to_owned(),
        subtitle: format!("{FLOATING}, {} parameters, blocks of {BLOCK}", number(SIZE, 2)),
        caption: "Where a curve turns is the critical data of its format: training longer in it makes the model worse."
            .to_owned(),
        size: (820, 500),
        columns: 1,
        plots: vec![Plot {
            x: Scale::log("Training data D", "tokens").within(TOKENS.0, TOKENS.1),
            y: Scale::linear("Loss", "nat/token").within(2.2, 4.2),
            series: lines.chain([turns]).collect(),
            ..Plot::default()
        }],
    }
}

/// The law along one of its three arguments of precision, as the paper's marginal fits show it.
fn slices(floating: &Published) -> Chart {
    let (n, d) = RUN;
    let law = |e: f64, m: f64, b: f64| floating.law.predict(&[n, d, e, m, b], &floating.theta);
    let whole = floating.law.predict(&[n, d, LAYOUT.0, LAYOUT.1, 1.0], &floating.theta);
    let plot = |title: &str, x: Scale, series: Vec<Series>| Plot {
        title: title.to_owned(),
        x,
        y: Scale::linear("Loss", "nat/token").within(2.6, 2.85),
        series,
        levels: vec![Level {
            name: "16-bit part".to_owned(),
            of_y: true,
            at: whole,
            look: Look::Dotted,
            tone: Tone::Muted,
        }],
        ..Plot::default()
    };
    let bits = |low: u32| (low * 10..=70).map(|k| f64::from(k) / 10.0);
    let of = |k: usize, name: String, points: Vec<(f64, f64)>| Series::new(&name, Look::Line, Tone::Series(k), points);
    let exponent = [1.0, 3.0].into_iter().enumerate();
    let exponent = exponent.map(|(k, m)| of(k, format!("M = {m}"), bits(1).map(|e| (e, law(e, m, BLOCK))).collect()));
    let mantissa = [1.0, 3.0].into_iter().enumerate();
    let mantissa =
        mantissa.map(|(k, e)| of(k + 2, format!("E = {e}"), bits(1).map(|m| (m, law(e, m, BLOCK))).collect()));
    let block = [(1.0, 1.0), (2.0, 1.0)].into_iter().enumerate().map(|(k, (e, m))| {
        let points = (0..=40).map(|k| (f64::from(k) * 0.25).exp2()).map(|b| (b, law(e, m, b)));
        of(k + 4, format!("E{e:.0}M{m:.0}"), points.collect())
    });
    let (exponent, mantissa, block) = (exponent.collect(), mantissa.collect(), block.collect());
    Chart {
        name: "precision-slices".to_owned(),
        title: "Exponent bits, mantissa bits, block size".to_owned(),
        subtitle: format!("{FLOATING}, {} parameters on {} tokens", number(n, 3), number(d, 2)),
        caption: format!(
            "Bits beyond three of either kind gain little; the loss grows with the logarithm of the block that shares \
             a scale. Left and middle: blocks of {BLOCK}."
        ),
        size: (1060, 420),
        columns: 3,
        plots: vec![
            plot("Exponent", Scale::linear("Exponent bits E", "").within(1.0, 7.0), exponent),
            plot("Mantissa", Scale::linear("Mantissa bits M", "").within(1.0, 7.0), mantissa),
            plot("Block", Scale::log("Block size B", "").within(1.0, 1024.0), block),
        ],
    }
}

/// Integer training and quantisation afterwards.
fn integer() -> Result<Chart, FamilyError> {
    let mut kept = Vec::new();
    let mut best = Vec::new();
    for (k, (name, words)) in INTEGER.iter().enumerate() {
        let p = Published::find(name)?;
        let share = |bits: f64| (bits, p.derived("F", &[bits]));
        let shown = (10..=80).map(|k| share(f64::from(k) * 0.2)).filter(|(_, share)| (0.0..=1.0).contains(share));
        kept.push(Series::new(words, Look::Line, Tone::Series(k), shown));
        best.push(share(p.derived("P_opt", &[])));
    }
    let words = best.iter().map(|(bits, _)| format!("{bits:.1} bits")).collect::<Vec<_>>();
    kept.push(Series::new("most for its bits", Look::Diamonds, Tone::Ink, best).labelled(words));
    let after = Published::find(AFTER)?;
    let range = (1e9, 1e14);
    let tokens = super::spaced(range, 51);
    let last = (AFTER_WIDTHS.len() - 1) as f64;
    let mut lines = Vec::new();
    let mut turns = Vec::new();
    for (k, &bits) in AFTER_WIDTHS.iter().enumerate() {
        let loss = |d: f64| (d, after.law.predict(&[SIZE, d, bits], &after.theta));
        let tone = Tone::Ramp(k as f64 / last);
        lines.push(Series::new(&format!("{bits} bits"), Look::Line, tone, tokens.iter().map(|&d| loss(d))));
        let critical = after.derived("D_crit", &[SIZE, bits]);
        turns.extend((range.0..=range.1).contains(&critical).then(|| loss(critical)));
    }
    let whole = tokens.iter().map(|&d| (d, after.derived("L_16", &[SIZE, d])));
    lines.push(Series::new("before", Look::Dashed, Tone::Muted, whole));
    lines.push(Series::new("critical data", Look::Diamonds, Tone::Ink, turns));
    Ok(Chart {
        name: "precision-integer".to_owned(),
        title: "Integer precision, in training and after it".to_owned(),
        subtitle: format!("{} and {}; {AFTER} at {} parameters", INTEGER[0].0, INTEGER[1].0, number(SIZE, 2)),
        caption: "Left: share of the parameters that count when weights, activations and KV cache have that many \
                  bits. Right: loss of a model trained in 16 bits and quantised afterwards; past the critical data \
                  more training makes the quantised model worse."
            .to_owned(),
        size: (1000, 460),
        columns: 2,
        plots: vec![
            Plot {
                title: "In training".to_owned(),
                x: Scale::linear("Bits", "").within(2.0, 16.0),
                y: Scale::linear("Share of the model size", "").within(0.0, 1.0),
                series: kept,
                ..Plot::default()
            },
            Plot {
                title: "After training".to_owned(),
                x: Scale::log("Training data D", "tokens").within(range.0, range.1),
                y: Scale::linear("Loss", "nat/token").within(2.8, 4.0),
                series: lines,
                ..Plot::default()
            },
        ],
    })
}

fn map(floating: &Published) -> Chart {
    let map = capacity_map(&floating.theta, BITS, 16);
    let edges = |bits: &[u32]| -> Vec<f64> {
        let low = bits.iter().map(|b| f64::from(*b) - 0.5);
        low.chain([f64::from(BITS) + 0.5]).collect()
    };
    let shown = || map.best.iter().filter(|l| l.exponent <= BITS && l.mantissa <= BITS);
    let place = |l: &crate::work::families::layouts::Layout| (f64::from(l.exponent), f64::from(l.mantissa));
    let path = Series::new("best layout of each width", Look::Rings, Tone::Ink, shown().map(place));
    let words = shown().map(|l| if [4, 8, 16].contains(&l.width()) { l.name() } else { String::new() });
    let ridge = |bits: f64| (floating.derived("E_opt", &[bits]), floating.derived("M_opt", &[bits]));
    let line = (2..=40).map(|k| ridge(f64::from(k) * 0.5));
    Chart {
        name: "precision-capacity".to_owned(),
        title: "What a number format can hold".to_owned(),
        subtitle: format!("{FLOATING}; capacity is (E+1/2)^δ (M+1/2)^ν"),
        caption: "Capacity of every layout of exponent and mantissa bits. The line is the continuous optimum; the \
                  rings are the best whole-number layouts of 1 to 16 bits, sign included."
            .to_owned(),
        size: (700, 580),
        columns: 1,
        plots: vec![Plot {
            x: Scale::linear("Exponent bits E", "").within(-0.5, f64::from(BITS) + 0.5),
            y: Scale::linear("Mantissa bits M", "").within(-0.5, f64::from(BITS) + 0.5),
            heat: Some(Heat {
                x: edges(&map.exponent),
                y: edges(&map.mantissa),
                values: map.capacity.clone(),
                scale: Scale::log("Capacity", ""),
            }),
            series: vec![Series::new("continuous optimum", Look::Dashed, Tone::Ink, line), path.labelled(words)],
            ..Plot::default()
        }],
    }
}

fn bits(floating: &Published) -> Result<Chart, FamilyError> {
    let along = |band: crate::record::Band| band.x.into_iter().zip(band.y).filter(|p| p.1.is_finite());
    let free = precision_against_compute(&floating.theta, BLOCK, BUDGETS);
    let held = precision_at_size(floating.law, &floating.theta, SIZE, Some(BLOCK), BUDGETS);
    let mut series = vec![
        Series::new("floating point, all free", Look::Line, Tone::Series(0), along(free)),
        Series::new("floating point, N = 1B", Look::Dashed, Tone::Series(0), along(held)),
    ];
    let mut levels = Vec::new();
    for (k, (name, words)) in INTEGER.iter().enumerate() {
        let integer = Published::find(name)?;
        let tone = Tone::Series(k + 1);
        let held = precision_at_size(integer.law, &integer.theta, SIZE, None, BUDGETS);
        series.push(Series::new(&format!("integer {words}, N = 1B"), Look::Dashed, tone, along(held)));
        let at = integer.derived("P_opt", &[]);
        levels.push(Level { name: format!("integer {words}, all free"), of_y: true, at, look: Look::Line, tone });
    }
    Ok(Chart {
        name: "precision-compute".to_owned(),
        title: "Optimal precision against compute".to_owned(),
        subtitle: format!("{FLOATING} with blocks of {BLOCK}; {} and {}", INTEGER[0].0, INTEGER[1].0),
        caption: "Bits per number that make the loss lowest at a budget, at a cost proportional to bits. Solid: \
                  model size, data and bits all free. Dashed: a model of one billion parameters trained ever longer."
            .to_owned(),
        size: (820, 520),
        columns: 1,
        plots: vec![Plot {
            x: Scale::log("Training compute C", "FLOP").within(BUDGETS.0, BUDGETS.1),
            y: Scale::linear("Optimal precision", "bits").within(0.0, 20.0),
            series,
            levels,
            ..Plot::default()
        }],
    })
}
