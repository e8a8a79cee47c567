//! Compute: how model size should grow with the budget, by approach, by paper and by domain.

use super::{FamilyError, Published, columns, ends, number};
use crate::base::objective::Objective;
use crate::costs::{PF_DAY, TRAINING};
use crate::data::measurements::Measurements;
use crate::engine::fit::{Spec, fit};
use crate::engine::uncertainty::Uncertainty;
use crate::engine::uncertainty::bootstrap::bootstrap;
use crate::methods::allocation::{PowerLaw, envelope, isoflop, isoflops};
use crate::published::reference;
use crate::record::chart::{Chart, Level, Look, Plot, Scale, Section, Series, Sheet, Tone};

/// Whose rows the approaches are run on, under whose exclusions.
const ROWS: &str = "besiroglu2024/main";
/// Budgets of Hoffmann's IsoFLOP design.
const PLANNED: [f64; 9] = [6e18, 1e19, 3e19, 6e19, 1e20, 3e20, 6e20, 1e21, 3e21];
/// Replicates of approach 3, and their seed.
const REPLICATES: usize = 200;
const SEED: u64 = 2024;
/// Budgets of the figure of rules, in FLOP.
const BUDGETS: (f64, f64) = (1e17, 1e26);
/// Petaflop-days of the figure of domains.
const DAYS: (f64, f64) = (1e-4, 1e4);

/// An exponent of model size with its interval.
struct Exponent {
    name: String,
    a: f64,
    interval: Option<(f64, f64)>,
    basis: String,
    /// Digits after the point that it is known to.
    digits: usize,
}

/// The account of the family.
///
/// # Errors
/// [`FamilyError`].
pub fn section() -> Result<Section, FamilyError> {
    let (ours, notes) = approaches()?;
    let theirs = hoffmann()?;
    let mut sheet = Sheet::new(
        "Exponent a of compute-optimal model size, N ∝ Cᵃ",
        &["Approach", "#a", "#Interval", "#b = 1 − a", "Basis"],
    );
    for e in ours.iter().chain(&theirs) {
        let interval = e.interval.map(|(low, high)| format!("{low:.3} to {high:.3}"));
        sheet.rows.push(vec![
            e.name.clone(),
            format!("{:.*}", e.digits, e.a),
            super::dash(interval),
            format!("{:.*}", e.digits, 1.0 - e.a),
            e.basis.clone(),
        ]);
    }
    let mut text = vec![
        "Three approaches read the compute-optimal allocation off the same 240 runs: the lower envelope, a parabola at \
         each budget, and the parametric loss. The runs are single points, digitised, not training curves, so \
         approach 1 has little to work with here."
            .to_owned(),
    ];
    text.extend(notes);
    text.push(
        "Exponents fell from Kaplan's 0.73 to one half as the protocol was repaired: the second figure follows one \
         group's repairs in order, drawn again from their optima with their weights."
            .to_owned(),
    );
    Ok(Section {
        id: "compute".to_owned(),
        title: "Compute-optimal allocation".to_owned(),
        text,
        tables: vec![sheet],
        charts: vec![exponents(&ours, &theirs), repairs()?, rules()?, domains()?],
    })
}

fn of_line(name: &str, line: &PowerLaw, basis: String) -> Exponent {
    Exponent { name: name.to_owned(), a: line.exponent, interval: line.lower.zip(line.upper), basis, digits: 3 }
}

/// Approaches 1 to 3 on the same rows, and what must be said about them.
fn approaches() -> Result<(Vec<Exponent>, Vec<String>), FamilyError> {
    let published = reference::find(ROWS)?;
    let data = crate::published::scoreboard::load(&published).map_err(FamilyError::Missing)?;
    let mut found = Vec::new();
    let mut notes = Vec::new();
    match envelope(&data, &envelope::Options { seed: SEED, ..Default::default() }) {
        Ok(e) => found.push(of_line("1 envelope", &e.n, format!("{} budgets, {} runs", e.points.len(), e.runs))),
        Err(error) => notes.push(format!("Approach 1: {error}.")),
    }
    let planned =
        isoflop::Options { nominal: PLANNED.to_vec(), replicates: REPLICATES, seed: SEED, ..Default::default() };
    match isoflops(&data, &planned) {
        Ok(e) => {
            let used = e.budgets.iter().filter(|b| b.optimum.is_some()).count();
            found.push(of_line("2 IsoFLOP parabolas", &e.n, format!("{used} of {} budgets", e.budgets.len())));
            notes.extend(e.warnings.iter().map(|w| format!("Approach 2: {}", w.message)));
        }
        Err(error) => notes.push(format!("Approach 2: {error}.")),
    }
    let third = fit(&Spec::new(published.law, Objective::HOFFMANN), &data)?;
    let draws = bootstrap(&third, REPLICATES, SEED, None, &|| {});
    let known = Uncertainty::of_fit(&third, 0.95, Some(&draws), None);
    if let Some(a) = crate::engine::analysis::derived(&known).into_iter().find(|e| e.symbol == "a") {
        let basis = format!("{} rows, {} replicates", data.len(), draws.thetas.len());
        let name = "3 parametric loss".to_owned();
        found.push(Exponent { name, a: a.estimate, interval: a.lower.zip(a.upper), basis, digits: 3 });
    }
    if let Ok(bias) = isoflop::bias(&data, &planned, published.law, &third.theta) {
        notes.push(format!(
            "On the surface that approach 3 fits, parabolas on these very grids would find a = {:.4} where the truth \
             is {:.4}: the bias that approach 2 hides, small on grids as wide and centred as these.",
            bias.exponent_parabola, bias.exponent_true
        ));
    }
    Ok((found, notes))
}

fn hoffmann() -> Result<Vec<Exponent>, FamilyError> {
    let table = columns("hoffmann2022-table2", &["approach"], &[("a", "1"), ("a_lower", "1"), ("a_upper", "1")])?;
    let missing = || FamilyError::Missing("hoffmann2022-table2 lacks a column".to_owned());
    let names = table.label("approach").ok_or_else(missing)?;
    let column = |name: &str| table.column(name).ok_or_else(missing);
    let (a, lower, upper) = (column("a")?, column("a_lower")?, column("a_upper")?);
    let row = |i: usize| Exponent {
        name: names[i].clone(),
        a: a[i],
        interval: Some((lower[i], upper[i])),
        basis: "Hoffmann et al. 2022, table 2".to_owned(),
        digits: 2,
    };
    Ok((0..table.len()).map(row).collect())
}

fn exponents(ours: &[Exponent], theirs: &[Exponent]) -> Chart {
    let names: Vec<String> = ours.iter().chain(theirs).map(|e| e.name.clone()).collect();
    let series = |name: &str, list: &[Exponent], from: usize, look: Look, tone: Tone| {
        let end = |f: fn((f64, f64)) -> f64| list.iter().map(|e| e.interval.map_or(e.a, f)).collect();
        Series::new(name, look, tone, list.iter().enumerate().map(|(i, e)| (e.a, (from + i) as f64)))
            .between(end(|i| i.0), end(|i| i.1))
    };
    let level =
        |name: &str, at: f64, look: Look| Level { name: name.to_owned(), of_y: false, at, look, tone: Tone::Muted };
    Chart {
        name: "allocation-approaches".to_owned(),
        title: "Three approaches to the same question".to_owned(),
        subtitle: "Exponent of compute-optimal model size; 240 runs digitised from figure 4 of Hoffmann et al. 2022"
            .to_owned(),
        caption: "Ours on the digitised runs with 95% intervals; as printed with the paper's intervals (10th to 90th \
                  percentile over subsamples), which for approach 3 leave out the estimate itself."
            .to_owned(),
        size: (820, 150 + 36 * names.len() as u32),
        columns: 1,
        plots: vec![Plot {
            x: Scale::linear("Exponent a of N ∝ Cᵃ", ""),
            y: Scale::names(names),
            series: vec![
                series("ours, digitised runs", ours, 0, Look::Dots, Tone::Series(0)),
                series("as printed", theirs, ours.len(), Look::Squares, Tone::Series(1)),
            ],
            levels: vec![level("one half", 0.5, Look::Dashed), level("Kaplan et al. 2020: 0.73", 0.73, Look::Dotted)],
            ..Plot::default()
        }],
    }
}

/// Porian et al.'s repairs, in order: name in the data set, words, stem of the reference.
const REPAIRS: [(&str, &str, &str); 5] = [
    ("Reproducing Kaplan", "Kaplan's settings", "kaplan"),
    ("Counting last layer FLOPs", "last layer's compute counted", "last-layer"),
    ("Correcting warmup", "warm-up in proportion", "warmup"),
    ("Cosine decay", "cosine decay to each run's end", "cosine"),
    ("Optimizer tuning (no decay)", "optimiser tuned, constant rate", "tuned"),
];
const CORPORA: [(&str, &str, &str); 2] = [("rw", "RefinedWeb", "refinedweb"), ("owt2", "OpenWebText2", "openwebtext2")];

/// The exponent through the optima of one corpus and step, weighted by their inverse variances.
fn repaired(table: &Measurements, corpus: &str, step: &str) -> Option<PowerLaw> {
    let (corpora, steps) = (table.label("dataset")?, table.label("step")?);
    let (c, n, sd) = (table.column("C")?, table.column("N")?, table.column("ln_n_star_sd")?);
    let kept: Vec<usize> = (0..table.len()).filter(|&i| corpora[i] == corpus && steps[i] == step).collect();
    let of = |f: &dyn Fn(usize) -> f64| kept.iter().map(|&i| f(i)).collect::<Vec<f64>>();
    PowerLaw::fit(&of(&|i| c[i].ln()), &of(&|i| n[i].ln()), Some(&of(&|i| sd[i].powi(-2))), 0.95)
}

fn repairs() -> Result<Chart, FamilyError> {
    let table = columns(
        "porian2024-optima",
        &["dataset", "step"],
        &[("C", "FLOP"), ("N", "parameters"), ("ln_n_star_sd", "1")],
    )?;
    let mut series = Vec::new();
    let mut printed = Vec::new();
    for (k, (corpus, name, key)) in CORPORA.iter().enumerate() {
        let shift = 0.28 * (k as f64 - 0.5);
        let (mut points, mut lower, mut upper) = (Vec::new(), Vec::new(), Vec::new());
        for (i, (step, _, stem)) in REPAIRS.iter().enumerate() {
            let y = i as f64 + shift;
            let line = repaired(&table, corpus, step)
                .ok_or_else(|| FamilyError::Missing(format!("porian2024-optima has no optima of {corpus}, {step}")))?;
            points.push((line.exponent, y));
            lower.push(line.lower.unwrap_or(line.exponent));
            upper.push(line.upper.unwrap_or(line.exponent));
            let published = Published::find(&format!("porian2024/{key}-{stem}"))?;
            printed.extend(published.law.card().param("p").map(|p| (published.theta[p], y)));
        }
        series.push(Series::new(name, Look::Dots, Tone::Series(k), points).between(lower, upper));
    }
    series.push(Series::new("as released", Look::Crosses, Tone::Ink, printed));
    let level =
        |name: &str, at: f64, look: Look| Level { name: name.to_owned(), of_y: false, at, look, tone: Tone::Muted };
    Ok(Chart {
        name: "allocation-repairs".to_owned(),
        title: "From Kaplan's exponent to Hoffmann's, repair by repair".to_owned(),
        subtitle: "porian2024-optima: weighted lines through the optima of each step".to_owned(),
        caption: "Each step keeps the ones before it. Intervals are from the scatter of the optima about the line."
            .to_owned(),
        size: (820, 400),
        columns: 1,
        plots: vec![Plot {
            x: Scale::linear("Exponent a of N ∝ Cᵃ", ""),
            y: Scale::names(REPAIRS.iter().map(|(_, words, _)| (*words).to_owned()).collect()),
            series,
            levels: vec![level("one half", 0.5, Look::Dashed), level("Kaplan et al. 2020: 0.73", 0.73, Look::Dotted)],
            ..Plot::default()
        }],
    })
}

/// Rules for spending a budget, from the first to those used today: model size, and tokens for each
/// of its parameters.
fn rules() -> Result<Chart, FamilyError> {
    const RULES: [(&str, &str, f64); 4] = [
        ("komatsuzaki2019/main", "Komatsuzaki 2019: one epoch, five tokens a parameter", 1.0),
        ("kaplan2020-scale/n-opt", "Kaplan et al. 2020, table 6", PF_DAY),
        ("hoffmann2022/tex", "Hoffmann et al. 2022, approach 3", 1.0),
        ("besiroglu2024/main", "Besiroglu et al. 2024, the same runs refitted", 1.0),
    ];
    let (mut sizes, mut ratios) = (Vec::new(), Vec::new());
    for (k, (name, words, unit)) in RULES.iter().enumerate() {
        let published = Published::find(name)?;
        let at = |c: f64| match published.law.card().input("C") {
            Some(_) => published.law.predict(&[c / unit], &published.theta),
            None => published.derived("N_opt", &[c]),
        };
        let look = [Look::Line, Look::Dashed, Look::Line, Look::Dotted][k];
        let of = |f: &dyn Fn(f64) -> f64| ends(BUDGETS).into_iter().map(|c| (c, f(c))).collect::<Vec<_>>();
        sizes.push(Series::new(words, look, Tone::Series(k), of(&at)));
        ratios.push(Series::new(words, look, Tone::Series(k), of(&|c| c / (TRAINING * at(c).powi(2)))));
    }
    let plot = |y: Scale, series: Vec<Series>| Plot {
        x: Scale::log("Training compute C", "FLOP").within(BUDGETS.0, BUDGETS.1),
        y,
        series,
        ..Plot::default()
    };
    Ok(Chart {
        name: "allocation-rules".to_owned(),
        title: "Model size for a budget, by rule".to_owned(),
        subtitle: "published constants, C = 6ND".to_owned(),
        caption: "One pass over fresh data was advised, with about five tokens for each parameter, before the \
                  exponents were measured. Kaplan's rule starves large models of data; after Hoffmann the ratio is \
                  several times Komatsuzaki's, with the same square root. Kaplan counts without embeddings."
            .to_owned(),
        size: (1080, 460),
        columns: 2,
        plots: vec![
            plot(Scale::log("Model size N", "parameters"), sizes),
            plot(Scale::log("Tokens for each parameter D/N", ""), ratios),
        ],
    })
}

/// Every domain whose N_opt(C) Henighan et al. print.
fn domains() -> Result<Chart, FamilyError> {
    let all = reference::all()?;
    let fits = all.iter().filter(|r| r.key == "henighan2020").flat_map(|r| &r.fits);
    let lines = fits.filter_map(|fit| {
        let domain = fit.name.strip_prefix("henighan2020/opt-")?;
        let p = Published { law: fit.law, theta: fit.theta()? };
        let exponent = p.law.card().param("beta").map_or(f64::NAN, |i| p.theta[i]);
        let points = ends(DAYS).into_iter().map(|c| (c, p.law.predict(&[c], &p.theta)));
        let mut line = super::power::domain_line(domain, points);
        line.name = format!("{} (β = {})", line.name, number(exponent, 2));
        Some(line)
    });
    let mut series: Vec<Series> = lines.collect();
    let end = |s: &Series| s.y.last().copied().unwrap_or(f64::NAN);
    series.sort_by(|a, b| end(b).total_cmp(&end(a)));
    Ok(Chart {
        name: "allocation-domains".to_owned(),
        title: "Compute-optimal model size by domain".to_owned(),
        subtitle: "henighan2020: N_opt = (C/C₀)^β at the published constants".to_owned(),
        caption: "In all ten domains whose constants are printed the best model size grows with a similar power of \
                  compute, 0.64 to 0.75; legend in the order of the lines at their right end."
            .to_owned(),
        size: (820, 580),
        columns: 1,
        plots: vec![Plot {
            x: Scale::log("Training compute C", "PF-days").within(DAYS.0, DAYS.1),
            y: Scale::log("Optimal model size N", "parameters"),
            series,
            ..Plot::default()
        }],
    })
}
