//! Vocabulary: how many tokens a model's vocabulary should have, by three published approaches.

use super::{FamilyError, Published, columns, number, spaced};
use crate::fit::{Spec, fit};
use crate::ingest::{self, Source};
use crate::objective::{Loss, Objective, Residual};
use crate::record::chart::{Chart, Level, Look, Plot, Scale, Section, Series, Sheet, Tone};
use crate::tokenisation::{VOCABULARY_CLIP, cheapest_vocabulary, tokens_per_character, training_flops};
use crate::uncertainty::bootstrap::bootstrap;
use crate::vocabulary::{Approach, growth, models};

/// Constants and what they are called.
const APPROACHES: [(&str, &str, Look); 4] = [
    ("tao2024/approach-1", "1: envelope", Look::Line),
    ("tao2024/approach-2", "2: derivative", Look::Line),
    ("tao2024/approach-3", "3: parametric, as published", Look::Line),
    ("tao2024/approach-3-corrected", "3: parametric, tokens corrected", Look::Dashed),
];
/// The corrected law and the rows of its bootstrap.
const CORRECTED: &str = "tao2024/approach-3-corrected";
const CHECKPOINTS: &str = "tao2024-vocabulary";
const REPLICATES: usize = 100;
const SEED: u64 = 2024;
const LEVEL: f64 = 0.95;
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
            refit()?,
        ],
        tables: vec![sheet],
        charts: vec![reading(), chart(&published)?],
    })
}

/// What a bootstrap of the corrected law on the last checkpoints says of its optimum.
fn refit() -> Result<String, FamilyError> {
    const MODEL: f64 = 70e9;
    let law = Published::find(CORRECTED)?.law;
    let data = ingest::read(&Source::BuiltIn(CHECKPOINTS.to_owned()), &crate::job::request(law))?;
    let objective = Objective { residual: Residual::Raw, loss: Loss::Huber { delta: 1e-3 } };
    let fitted = fit(&Spec::new(law, objective), &data)?;
    let replicates = bootstrap(&fitted, REPLICATES, SEED, None, &|| {}).thetas;
    let approach = Approach { name: "", law, theta: &fitted.theta, replicates: &replicates };
    let curves = growth(&[approach], &[MODEL], LEVEL, Vec::new());
    let band = curves.and_then(|curves| curves.curves.into_iter().next()).map(|(_, band)| band);
    let ends = band.and_then(|band| Some((*band.lower.first()?, *band.upper.first()?)));
    let (low, high) = ends.ok_or_else(|| FamilyError::Missing(format!("{CORRECTED} derives no N_v_opt")))?;
    let known = if low.is_finite() && high.is_finite() {
        format!("puts the optimum at 70 billion parameters between {} and {}", number(low, 2), number(high, 2))
    } else {
        "leaves the optimum at 70 billion parameters without a finite interval: in too many replicates the vocabulary \
         term vanishes, and with it the optimum"
            .to_owned()
    };
    Ok(format!(
        "Nothing was published about uncertainty, so the curves have no intervals. A bootstrap of the corrected law on \
         the {} last checkpoints alone, at 95%, {known}. The whole training curves are needed.",
        data.len()
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

fn chart(published: &[Published]) -> Result<Chart, FamilyError> {
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
        .map(|((_, name, _), p)| Approach { name, law: p.law, theta: &p.theta, replicates: &[] })
        .collect();
    let curves = growth(&approaches, &spaced(SIZES, 121), LEVEL, cases).ok_or_else(missing)?;
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
    Ok(Chart {
        name: "vocabulary-growth".to_owned(),
        title: "Optimal vocabulary parameters against the rest of the model".to_owned(),
        subtitle: "tao2024, three approaches at compute-optimal training; thirteen models of its figure 6".to_owned(),
        caption: "Most models have smaller vocabularies than any approach advises. Models trained longer than \
                  compute-optimally should have larger ones still (rings)."
            .to_owned(),
        size: (860, 600),
        columns: 1,
        plots: vec![Plot {
            x: Scale::log("Model size without the vocabulary", "parameters").within(SIZES.0, SIZES.1),
            y: Scale::log("Size of the vocabulary", "parameters").within(VOCABULARY.0, VOCABULARY.1),
            series: lines.chain([advised, actual]).collect(),
            ..Plot::default()
        }],
    })
}
