//! Vocabulary: how many tokens a model's vocabulary should have, by three published approaches.

use super::{FamilyError, Published, columns, number, spaced};
use crate::record::chart::{Chart, Look, Plot, Scale, Section, Series, Sheet, Tone};
use crate::vocabulary::{Approach, growth, models};

/// Constants and what they are called.
const APPROACHES: [(&str, &str, Look); 4] = [
    ("tao2024/approach-1", "1: envelope", Look::Line),
    ("tao2024/approach-2", "2: derivative", Look::Line),
    ("tao2024/approach-3", "3: parametric, as published", Look::Line),
    ("tao2024/approach-3-corrected", "3: parametric, tokens corrected", Look::Dashed),
];
/// Sizes of the figure, and of the table.
const SIZES: (f64, f64) = (3e7, 1e12);
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
             a best size, and all approaches let it grow more slowly than the rest of the model: exponents of 0.83 to \
             0.84. Every number of the paper's table follows from the released constants."
                .to_owned(),
            "Approach 3 was published with the token count in a different unit than the code that uses it; both \
             variants are here by name. Constants were published without uncertainty and the training curves \
             behind them carry no licence, so the curves here have no intervals."
                .to_owned(),
        ],
        tables: vec![sheet],
        charts: vec![chart(&published)?],
    })
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
    let curves = growth(&approaches, &spaced(SIZES, 121), 0.95, cases).ok_or_else(missing)?;
    let lines = curves.curves.iter().zip(APPROACHES).enumerate().map(|(k, ((name, band), (_, _, look)))| {
        let tone = Tone::Series(if look == Look::Dashed { k - 1 } else { k });
        let points = band.x.iter().copied().zip(band.y.iter().copied()).filter(|p| p.1.is_finite());
        let line = Series::new(&format!("approach {name}"), look, tone, points);
        line.between(band.lower.clone(), band.upper.clone())
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
            x: Scale::log("Non-vocabulary parameters", "parameters").within(SIZES.0, SIZES.1),
            y: Scale::log("Vocabulary parameters", "parameters"),
            series: lines.chain([advised, actual]).collect(),
            ..Plot::default()
        }],
    })
}
