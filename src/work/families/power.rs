//! Power laws by domain: Henighan's autoregressive domains and their per-image check, Hestness's
//! learning curves and the model sizes that go with them.

use super::{FamilyError, Published, dash, ends};
use crate::published::reference::{self, FitReference, Kind, Reference, Value};
use crate::record::chart::{Chart, Look, Plot, Scale, Section, Series, Sheet, Tone};

/// Petaflop-days and model sizes of the figure of domains.
const DAYS: (f64, f64) = (1e-6, 1e4);
const SIZES: (f64, f64) = (1e4, 1e12);
/// How far below the state of the art a learning curve is drawn, and beyond what is desired.
const BELOW: f64 = 1e3;
const BEYOND: f64 = 3.0;
/// Henighan's domains: stem of the reference, words, and a style; kinds of data share a colour.
const DOMAINS: [(&str, &str, Tone, Look); 12] = [
    ("language", "language", Tone::Series(0), Look::Line),
    ("text-to-image-text", "captions, text to image", Tone::Series(0), Look::Dashed),
    ("image-to-text-text", "captions, image to text", Tone::Series(0), Look::Dotted),
    ("image-8x8", "images 8×8", Tone::Series(1), Look::Line),
    ("image-16x16", "images 16×16", Tone::Series(1), Look::Dashed),
    ("image-32x32", "images 32×32", Tone::Series(1), Look::Dotted),
    ("image-vq16x16", "images VQ 16×16", Tone::Series(2), Look::Line),
    ("image-vq32x32", "images VQ 32×32", Tone::Series(2), Look::Dashed),
    ("text-to-image", "images, text to image", Tone::Series(3), Look::Line),
    ("image-to-text", "images, image to text", Tone::Series(3), Look::Dashed),
    ("video-vq", "video VQ 16×16×16", Tone::Series(4), Look::Line),
    ("math", "mathematics", Tone::Series(5), Look::Line),
];

/// A line of one of Henighan's domains by the stem of its reference.
pub(super) fn domain_line(id: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Series {
    let known = DOMAINS.iter().find(|known| known.0 == id);
    let (_, words, tone, look) = known.copied().unwrap_or((id, id, Tone::Muted, Look::Line));
    Series::new(words, look, tone, points)
}

/// Domains of Hestness et al. 2019: stem of the reference, words.
const CURVES: [(&str, &str); 5] = [
    ("word-lm", "words of language (nat/word)"),
    ("char-lm", "characters of language (bit/character)"),
    ("nmt", "translation (word-piece error)"),
    ("speech", "speech (character error)"),
    ("image", "images (top-1 error)"),
];

/// The account of the family.
///
/// # Errors
/// [`FamilyError`].
pub fn section() -> Result<Section, FamilyError> {
    let all = reference::all()?;
    let of = |key: &str| {
        let found = all.iter().find(|r| r.key == key);
        found.ok_or_else(|| FamilyError::Missing(format!("the published numbers of {key} are missing")))
    };
    let (henighan, earlier, later) = (of("henighan2020")?, of("hestness2017")?, of("hestness2019")?);
    Ok(Section {
        id: "power".to_owned(),
        title: "Power laws by domain".to_owned(),
        text: vec![
            "The same form, an irreducible loss and a power of one resource, is published for twelve kinds of data: \
             language, images at several resolutions and encodings, text with images, video and mathematics. The \
             irreducible part tells the kinds of data apart; the exponents stay within a factor of a few."
                .to_owned(),
            "One table of that paper can be held against another: per token and per image are one curve in two units. \
             Where the two disagree beyond their rounding, the row says so."
                .to_owned(),
            "Earlier, error was followed against training data in four domains of supervised learning, and with it the \
             size of the best model. The second figure draws the curves printed in 2019; where a mark misses its \
             curve, the printed constants do not give the printed projection."
                .to_owned(),
        ],
        tables: vec![per_image(henighan), exponents(earlier, later)],
        charts: vec![domains(henighan)?, curves(later)?],
    })
}

/// A fit of a paper by the end of its name.
fn stem<'a>(reference: &'a Reference, id: &str) -> Option<&'a FitReference> {
    reference.fits.iter().find(|fit| fit.name.split_once('/').is_some_and(|(_, found)| found == id))
}

/// What the paper prints for a quantity of a fit.
fn printed<'a>(fit: &'a FitReference, quantity: &str) -> Option<&'a Value> {
    fit.values.iter().find(|value| value.quantity == quantity && value.kind == Kind::Published)
}

/// A printed parameter's text.
fn param(fit: &FitReference, symbol: &str) -> Option<String> {
    let at = fit.law.card().param(symbol)?;
    fit.params[at].as_ref().map(|expected| expected.printed.text.clone())
}

/// The loss per image from the constants per token, beside the paper's own.
fn per_image(henighan: &Reference) -> Sheet {
    let mut sheet = Sheet::new(
        "Images: constants per token restated per image, and as printed (C₁ is the compute at which the reducible \
         loss of an image is one nat)",
        &["Images", "#Tokens", "#C₁ in PF-days", "#printed", "#Irreducible nats", "#printed", "Verdict"],
    );
    for fit in &henighan.fits {
        let (Some(theta), Some(scale), Some(floor)) =
            (fit.theta(), printed(fit, "x_1"), printed(fit, "L_inf_sequence"))
        else {
            continue;
        };
        let law = Published { law: fit.law, theta };
        let Some(tokens) = scale.at.get("T").map(|tokens| tokens.value) else { continue };
        let differs: Vec<&str> = [("C₁", scale), ("irreducible loss", floor)]
            .into_iter()
            .filter(|(_, value)| value.expected.contradict.is_some())
            .map(|(name, _)| name)
            .collect();
        sheet.rows.push(vec![
            words(&fit.name),
            format!("{tokens}"),
            format!("{:.2e}", law.derived("x_1", &[tokens])),
            scale.expected.printed.text.clone(),
            format!("{:.0}", law.derived("L_inf_sequence", &[tokens])),
            floor.expected.printed.text.clone(),
            if differs.is_empty() { "agree".to_owned() } else { format!("{} differs", differs.join(", ")) },
        ]);
    }
    sheet
}

/// The exponents of 2017 beside those of 2019.
fn exponents(earlier: &Reference, later: &Reference) -> Sheet {
    let mut sheet = Sheet::new(
        "Exponents of error (β_g) and of model size (β_p) against training data, as printed in 2017 and 2019",
        &["Domain", "#β_g, 2017", "#2019", "#β_p, 2017", "#2019"],
    );
    let exponent = |reference: &Reference, id: &str, symbol: &str| param(stem(reference, id)?, symbol);
    for fit in &earlier.fits {
        let Some((_, id)) = fit.name.split_once('/') else { continue };
        let size = id.strip_suffix("-size");
        // A domain's size stands in the row of its error, where there is one.
        if size.is_some_and(|id| stem(earlier, id).is_some()) {
            continue;
        }
        let id = size.unwrap_or(id);
        let domain = CURVES.iter().map(|(known, _)| *known).find(|known| id.starts_with(known)).unwrap_or(id);
        let same = if ["image-top-5", "image-cross-entropy", "word-lm-4-layer"].contains(&id) { id } else { domain };
        let sizes = format!("{id}-size");
        sheet.rows.push(vec![
            id.replace('-', " "),
            dash(exponent(earlier, id, "beta_g")),
            dash(exponent(later, same, "beta_g")),
            dash(exponent(earlier, &sizes, "p")),
            dash(exponent(later, &format!("{same}-size"), "p")),
        ]);
    }
    sheet
}

/// A domain's words by the name of one of its fits.
fn words(name: &str) -> String {
    let id = name.split_once("/c-").map_or(name, |(_, id)| id);
    DOMAINS.iter().find(|known| known.0 == id).map_or(id, |known| known.1).to_owned()
}

/// Reducible loss against model size and against compute, every domain whose constants are printed.
fn domains(henighan: &Reference) -> Result<Chart, FamilyError> {
    let plot = |prefix: &str, x: Scale, range: (f64, f64)| {
        let line = |(id, ..): &(&str, &str, Tone, Look)| {
            let fit = stem(henighan, &format!("{prefix}-{id}"))?;
            let law = Published { law: fit.law, theta: fit.theta()? };
            Some(domain_line(id, ends(range).into_iter().map(|at| (at, law.derived("L_reducible", &[at])))))
        };
        Plot {
            x: x.within(range.0, range.1),
            y: Scale::log("Reducible loss L − L∞", "nat/token"),
            series: DOMAINS.iter().filter_map(line).collect(),
            ..Plot::default()
        }
    };
    let plots = vec![
        plot("n", Scale::log("Model size N", "parameters"), SIZES),
        plot("c", Scale::log("Training compute C", "PF-days"), DAYS),
    ];
    if plots.iter().any(|plot| plot.series.is_empty()) {
        return Err(FamilyError::Missing("henighan2020 has no domains".to_owned()));
    }
    Ok(Chart {
        name: "domains-loss".to_owned(),
        title: "One form for twelve kinds of data".to_owned(),
        subtitle: "henighan2020, table 1: the loss above its irreducible part, at the published constants".to_owned(),
        caption: "Text alone has no irreducible part in the table. The compute curves are for the best model size at \
                  each budget; text beside images has none of its own."
            .to_owned(),
        size: (1080, 580),
        columns: 2,
        plots,
    })
}

/// Error against data and model size against data, with where each domain stood and wanted to be.
fn curves(later: &Reference) -> Result<Chart, FamilyError> {
    let missing = |id: &str| FamilyError::Missing(format!("hestness2019/{id} is incomplete"));
    let law = |id: &str| -> Result<(&FitReference, Published), FamilyError> {
        let fit = stem(later, id).ok_or_else(|| missing(id))?;
        Ok((fit, Published { law: fit.law, theta: fit.theta().ok_or_else(|| missing(id))? }))
    };
    let (mut errors, mut sizes) = (Vec::new(), Vec::new());
    let (mut now, mut wanted) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for (k, (id, words)) in CURVES.iter().enumerate() {
        let size_id = format!("{id}-size");
        let ((error, curve), (size, growth)) = (law(id)?, law(&size_id)?);
        let known = printed(error, "eps").ok_or_else(|| missing(id))?;
        let data = printed(error, "data_factor").ok_or_else(|| missing(id))?;
        let model = printed(size, "y_factor").ok_or_else(|| missing(&size_id))?;
        let m = known.at.get("m").ok_or_else(|| missing(id))?.value;
        let target = data.at.get("eps_to").ok_or_else(|| missing(id))?.value;
        let grown = m * data.expected.printed.value;
        // Sizes are printed in millions of parameters.
        let parameters = |m: f64| 1e6 * growth.law.predict(&[m], &growth.theta);
        for (range, look, name) in [((m / BELOW, m), Look::Line, *words), ((m, BEYOND * grown), Look::Dotted, "")] {
            let tone = Tone::Series(k);
            let of = |f: &dyn Fn(f64) -> f64| ends(range).into_iter().map(|m| (m, f(m))).collect::<Vec<_>>();
            errors.push(Series::new(name, look, tone, of(&|m| curve.law.predict(&[m], &curve.theta))));
            sizes.push(Series::new(name, look, tone, of(&parameters)));
        }
        now[0].push((m, known.expected.printed.value));
        wanted[0].push((grown, target));
        now[1].push((m, parameters(m)));
        wanted[1].push((grown, parameters(m) * model.expected.printed.value));
    }
    let [errors_now, sizes_now] = now;
    let [errors_wanted, sizes_wanted] = wanted;
    errors.push(Series::new("state of the art, as printed", Look::Dots, Tone::Ink, errors_now));
    errors.push(Series::new("desired, at the printed factor of data", Look::Diamonds, Tone::Ink, errors_wanted));
    sizes.push(Series::new("", Look::Dots, Tone::Ink, sizes_now));
    sizes.push(Series::new("desired, at the printed factor of data", Look::Diamonds, Tone::Ink, sizes_wanted));
    let data = || Scale::log("Training set m", "samples of the domain");
    Ok(Chart {
        name: "learning-curves".to_owned(),
        title: "Error and model size against training data".to_owned(),
        subtitle: "hestness2019, table 1: ε = α m^β_g and p = σ m^β_p at the printed constants".to_owned(),
        caption: "Unbroken over three decades below the largest data set, dotted beyond. Where a diamond lies off its \
                  line, the printed factor does not follow from the printed constants: characters of language and \
                  speech on the left."
            .to_owned(),
        size: (1080, 540),
        columns: 2,
        plots: vec![
            Plot {
                x: data(),
                y: Scale::log("Error or loss, in the domain's measure", ""),
                series: errors,
                ..Plot::default()
            },
            Plot { x: data(), y: Scale::log("Best model size", "parameters"), series: sizes, ..Plot::default() },
        ],
    })
}
