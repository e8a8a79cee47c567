//! Vocabulary: how many tokens a model's vocabulary should have, by three published approaches.

use super::{FamilyError, Published, columns, number, spaced};
use crate::laws::vocabulary::tokens::{VOCABULARY_CLIP, cheapest_vocabulary, tokens_per_character, training_flops};
use crate::methods::vocabulary::{Approach, growth, models};
use crate::record::chart::{Chart, Level, Look, Plot, Scale, Section, Series, Sheet, Tone};
use crate::record::{Band, DerivedCurves};

/// Constants and what they are called.
const APPROACHES: [(&str, &str, Look); 4] = [
    ("tao2024/approach-1", "1: envelope", Look::Line),
    ("tao2024/approach-2", "2: derivative", Look::Line),
    ("tao2024/approach-3", "3: parametric, as published", Look::Line),
    ("tao2024/approach-3-corrected", "3: parametric, tokens corrected", Look::Dashed),
];
/// Replicates of each approach's fit: a table for each of its constants, under the same name.
const REPLICATES: &str = "tao2024-replicates";
/// Replicates drawn for each table.
const DRAWN: usize = 400;
const LEVEL: f64 = 0.95;
/// Non-vocabulary parameters of the largest model that was trained.
const LARGEST: f64 = 1.13e9;
/// Non-vocabulary parameters of the model that the account of the intervals looks at.
const MODEL: f64 = 70e9;
/// Coefficients of the vocabulary's term below this are none: the optimum is less than an entry.
const VANISHED: f64 = 1e-6;
/// Vocabulary parameters of the figure.
const VOCABULARY: (f64, f64) = (1e6, 3e10);
/// Sizes of the figure, and of the table.
const SIZES: (f64, f64) = (3e7, 1e12);
/// Sizes and vocabularies of the figure of cost.
const READERS: [f64; 4] = [33e6, 302e6, 2.87e9, 30e9];
const VOCABULARIES: (f64, f64) = (1e3, 1e6);
const EXAMPLES: [f64; 5] = [1e9, 7e9, 70e9, 130e9, 300e9];

/// The account of the family.
///
/// # Errors
/// [`FamilyError`].
pub fn section() -> Result<Section, FamilyError> {
    let published = APPROACHES.iter().map(|(name, ..)| Published::find(name)).collect::<Result<Vec<_>, _>>()?;
    let replicates = APPROACHES.iter().zip(&published).map(|((name, ..), p)| replicates(name, p));
    let replicates = replicates.collect::<Result<Vec<_>, _>>()?;
    let curves = along(&published, &replicates, &spaced(SIZES, 121))?;
    let mut sheet = Sheet::new(
        "Optimal vocabulary size by non-vocabulary parameters",
        &["#Non-vocabulary parameters", "#Approach 1", "#Approach 2", "#Approach 3", "#Approach 3, corrected"],
    );
    for n in EXAMPLES {
        let best = published.iter().map(|p| number(p.derived("V_opt", &[n]), 3));
        sheet.rows.push([number(n, 3)].into_iter().chain(best).collect());
    }
    Ok(Section {
        id: "vocabulary".to_owned(),
        title: "Vocabulary".to_owned(),
        text: vec![
            "A larger vocabulary says more with fewer tokens and costs parameters that are rarely trained, so there is \
             a best size, and every approach lets it grow more slowly than the rest of the model. All but a handful of \
             the paper's predictions follow from the released constants; the published numbers below say which do \
             not, and why."
                .to_owned(),
            "The published code of approach 3 hands the vocabulary in thousands to a function that expects it whole. \
             The published constants belong to that variant; with the function used as meant, the same runs give \
             constants whose optimal vocabularies are a third as large for a model of 70 billion parameters."
                .to_owned(),
            account(&published, &replicates)?,
        ],
        tables: vec![sheet],
        charts: vec![reading(), chart(&curves), intervals(&curves)],
    })
}

/// The parameters of an approach's replicates, card order.
fn replicates(name: &str, published: &Published) -> Result<Vec<Vec<f64>>, FamilyError> {
    let part = name.split_once('/').map_or(name, |(_, part)| part);
    let symbols: Vec<&str> = published.law.card().params.iter().map(|param| param.symbol).collect();
    let card = crate::data::ingest::card(REPLICATES);
    let unit = |symbol: &str| card.iter().flat_map(|card| &card.column).find(|c| c.name == symbol).map(|c| &*c.unit);
    let wanted: Vec<(&str, &str)> = symbols.iter().map(|symbol| (*symbol, unit(symbol).unwrap_or("1"))).collect();
    let table = columns(&format!("{REPLICATES}/{part}"), &[], &wanted)?;
    let column = |symbol: &&str| {
        table.column(symbol).ok_or_else(|| FamilyError::Missing(format!("{REPLICATES}/{part} lacks {symbol}")))
    };
    let parameters = symbols.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok((0..table.len()).map(|row| parameters.iter().map(|values| values[row]).collect()).collect())
}

/// Optimal vocabulary parameters of each approach at its published constants with the intervals of
/// its replicates, and the models that exist.
fn along(published: &[Published], replicates: &[Vec<Vec<f64>>], sizes: &[f64]) -> Result<DerivedCurves, FamilyError> {
    let missing = || FamilyError::Missing("a vocabulary law derives no N_v_opt".to_owned());
    let table = columns(
        "tao2024-figure6",
        &["model"],
        &[("N", "parameters"), ("N_v_current", "parameters"), ("N_v_optimal", "parameters")],
    )?;
    let cases = models(&table).ok_or_else(missing)?;
    let approaches: Vec<Approach> = APPROACHES
        .iter()
        .zip(published)
        .zip(replicates)
        .map(|(((_, name, _), p), replicates)| Approach { name, law: p.law, theta: &p.theta, replicates })
        .collect();
    growth(&approaches, sizes, LEVEL, cases).ok_or_else(missing)
}

/// What the replicates say of the optimum of one large model.
fn account(published: &[Published], replicates: &[Vec<Vec<f64>>]) -> Result<String, FamilyError> {
    let at = along(published, replicates, &[MODEL])?;
    let ends = at.curves.iter().map(|(name, band)| {
        let end = |ends: &[f64]| match ends.first() {
            Some(&value) if value >= 1.0 => number(value, 2),
            _ => "none at all".to_owned(),
        };
        format!("{} to {} (approach {name})", end(&band.lower), end(&band.upper))
    });
    let share = |approach: usize, symbol: &str, of: fn(f64) -> bool| {
        let thetas = &replicates[approach];
        let place = published[approach].law.card().params.iter().position(|param| param.symbol == symbol);
        let count = place.map_or(0, |k| thetas.iter().filter(|theta| of(theta[k])).count());
        format!("{:.0}%", 100.0 * count as f64 / thetas.len() as f64)
    };
    let on_a_bound = |alpha2: f64| alpha2 <= 0.1 + 1e-6 || alpha2 >= 1.0 - 1e-6;
    let envelope = published[0].law.card().derived("N_v_opt");
    let below = envelope.map_or(String::new(), |derived| {
        let of = |theta: &[f64]| (derived.value)(theta, &[MODEL]);
        let count = replicates[0].iter().filter(|theta| of(theta) < of(&published[0].theta)).count();
        format!("{:.0}%", 100.0 * count as f64 / replicates[0].len() as f64)
    });
    let fewest = replicates.iter().map(Vec::len).min().unwrap_or_default();
    Ok(format!(
        "Nothing was published about uncertainty, so the intervals are of our own fits, repeated on the public runs \
         drawn again with replacement, each run with its whole training curve ({fewest} to {DRAWN} replicates an \
         approach). At 95%, a model of {} non-vocabulary parameters has an optimal vocabulary of {} parameters. The \
         intervals of approach 2 are narrow for lack of anything to draw: its rows are roots of an equation without \
         noise, and its one measured value, the best vocabulary of the smallest model, was measured once. The others \
         extrapolate from models of at most {} parameters, and the runs barely determine the exponent of the \
         vocabulary: it ends on a bound in {} of the replicates of approach 3 as published and in {} of the corrected \
         one, where in {} the vocabulary's term vanishes and the smallest vocabulary is best. Of the replicates of \
         approach 1, {} lie below its published constants there.",
        number(MODEL, 2),
        ends.collect::<Vec<_>>().join(", "),
        number(LARGEST, 3),
        share(2, "alpha2", on_a_bound),
        share(3, "alpha2", on_a_bound),
        share(3, "A2", |a2| a2 < VANISHED),
        below,
    ))
}

/// What a vocabulary does to the cost of reading a text: approach 2.
fn reading() -> Chart {
    let sizes = spaced(VOCABULARIES, 61);
    let tokens = sizes.iter().map(|&v| (v, tokens_per_character(f64::ln(v))));
    let last = (READERS.len() - 1) as f64;
    let mut costs = Vec::new();
    let mut cheapest = Vec::new();
    for (k, &n) in READERS.iter().enumerate() {
        let best = cheapest_vocabulary(n);
        let least = training_flops(n, best, 1.0);
        let line = sizes.iter().map(|&v| (v, training_flops(n, v, 1.0) / least));
        costs.push(Series::new(&number(n, 3), Look::Line, Tone::Ramp(k as f64 / last), line));
        cheapest.push((best, 1.0));
    }
    costs.push(Series::new("cheapest", Look::Diamonds, Tone::Ink, cheapest));
    let x = || Scale::log("Vocabulary size V", "").within(VOCABULARIES.0, VOCABULARIES.1);
    Chart {
        name: "vocabulary-reading".to_owned(),
        title: "What a vocabulary costs and saves".to_owned(),
        subtitle: "tao2024: tokens per character f(V), and the compute to read a text, 6 (N_nv + V d) H f(V)"
            .to_owned(),
        caption: "A larger vocabulary shortens the text, by less and less, and enlarges the model; the fitted f is \
                  constant beyond its clip. Right: one line for each number of non-vocabulary parameters."
            .to_owned(),
        size: (1000, 440),
        columns: 2,
        plots: vec![
            Plot {
                title: "Tokens per character".to_owned(),
                x: x(),
                y: Scale::linear("f(V)", "").within(0.2, 0.5),
                series: vec![Series::new("f(V)", Look::Line, Tone::Series(0), tokens)],
                levels: vec![Level {
                    name: "clip".to_owned(),
                    of_y: false,
                    at: VOCABULARY_CLIP,
                    look: Look::Dotted,
                    tone: Tone::Muted,
                }],
                ..Plot::default()
            },
            Plot {
                title: "Compute to read a text".to_owned(),
                x: x(),
                y: Scale::linear("Compute over the least", "").within(0.95, 2.0),
                series: costs,
                ..Plot::default()
            },
        ],
    }
}

fn chart(curves: &DerivedCurves) -> Chart {
    let looks = APPROACHES.iter().map(|(.., look)| *look);
    let lines = curves.curves.iter().zip(looks).enumerate().map(|(k, ((name, band), look))| {
        let points = band.x.iter().copied().zip(band.y.iter().copied()).filter(|p| p.1.is_finite());
        Series::new(&format!("approach {name}"), look, Tone::Series(k), points)
    });
    let cases = &curves.cases;
    let actual = Series::new("models as they are", Look::Dots, Tone::Ink, cases.iter().map(|c| (c.x, c.actual)))
        .labelled(cases.iter().map(|c| c.name.clone()));
    let advised = cases.iter().filter_map(|c| Some((c.x, c.advised?)));
    let advised = Series::new("as the paper advises for their training", Look::Rings, Tone::Muted, advised);
    Chart {
        name: "vocabulary-growth".to_owned(),
        title: "Optimal vocabulary parameters against the rest of the model".to_owned(),
        subtitle: "tao2024, three approaches at compute-optimal training; thirteen models of its figure 6".to_owned(),
        caption: "Most models have smaller vocabularies than any approach advises. Models trained longer than \
                  compute-optimally should have larger ones still (rings)."
            .to_owned(),
        size: (860, 600),
        columns: 1,
        plots: vec![Plot { series: lines.chain([advised, actual]).collect(), ..plane() }],
    }
}

/// The axes of both figures of growth.
fn plane() -> Plot {
    Plot {
        x: Scale::log("Model size without the vocabulary", "parameters").within(SIZES.0, SIZES.1),
        y: Scale::log("Size of the vocabulary", "parameters").within(VOCABULARY.0, VOCABULARY.1),
        ..Plot::default()
    }
}

/// Each approach by itself, with the interval of its replicates.
fn intervals(curves: &DerivedCurves) -> Chart {
    let actual = || curves.cases.iter().map(|c| (c.x, c.actual));
    let plot = |(name, band): &(String, Band)| Plot {
        title: format!("Approach {name}"),
        series: vec![
            Series::new(
                "published constants, interval of the replicates",
                Look::Line,
                Tone::Series(0),
                band.x.iter().copied().zip(band.y.iter().copied()),
            )
            .between(band.lower.clone(), band.upper.clone()),
            Series::new("models as they are", Look::Faint, Tone::Ink, actual()),
        ],
        levels: vec![Level {
            name: "largest model trained".to_owned(),
            of_y: false,
            at: LARGEST,
            look: Look::Dotted,
            tone: Tone::Muted,
        }],
        ..plane()
    };
    Chart {
        name: "vocabulary-intervals".to_owned(),
        title: "How well the runs determine the optimal vocabulary".to_owned(),
        subtitle: format!("95% of up to {DRAWN} fits of each approach to the public runs drawn again"),
        caption: "Beyond the largest model trained, all but approach 2 leave the optimum open to factors of ten and \
                  more, within which most models lie as they are. Approach 2 has no noise to draw; its interval is that of \
                  its exponent on the steps of the width rule."
            .to_owned(),
        size: (1000, 820),
        columns: 2,
        plots: curves.curves.iter().map(plot).collect(),
    }
}
