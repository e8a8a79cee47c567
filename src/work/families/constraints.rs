//! What moves the optimum away from Hoffmann's: data that run out, models that are served, training
//! past the optimum, experts. Published constants, and the runs they were fitted to.

use super::{FamilyError, Published, columns, number, spaced};
use crate::costs::six_n_d;
use crate::published::reference::{self, Kind};
use crate::record::chart::{Chart, Level, Look, Plot, Scale, Section, Series, Sheet, Tone};

/// Tokens that differ in the example of allocation.
const UNIQUE: f64 = 25e9;
/// Passes over the data, budgets, and tokens served.
const PASSES: (f64, f64) = (1.0, 1000.0);
const BUDGETS: (f64, f64) = (1e20, 1e24);
const SERVED: (f64, f64) = (1e10, 1e14);
/// What the figures of inference are drawn from, and its models.
const SERVING: &str = "sardana2024/constants";
const SERVED_MODELS: [f64; 4] = [7e9, 13e9, 30e9, 70e9];
/// Points of a curve.
const POINTS: usize = 41;

/// The account of the family.
///
/// # Errors
/// [`FamilyError`].
pub fn section() -> Result<Section, FamilyError> {
    Ok(Section {
        id: "constraints".to_owned(),
        title: "When data run out, models are served, or experts share the work".to_owned(),
        text: vec![
            "Hoffmann's optimum assumes fresh data, a model that is never used, and dense layers. Four laws drop one \
             assumption each: repeated tokens are worth less and less; tokens served pay for a smaller model trained \
             longer; past the optimum the loss keeps falling along parallel lines; experts add parameters that a \
             token does not meet."
                .to_owned(),
            "How much a repeated token is worth is not settled by the runs it was read from. The published constant, \
             the lowest minimum of the same objective and the appendix's geometric series fit them almost equally \
             well and disagree beyond about ten passes."
                .to_owned(),
        ],
        tables: vec![routers()?],
        charts: vec![repetition()?, serving()?, over_training()?, routing()?],
    })
}

fn repetition() -> Result<Chart, FamilyError> {
    let passes = spaced(PASSES, POINTS);
    let forms = [
        ("muennighoff2023/main", "as published", Look::Line),
        ("muennighoff2023/minimum-lowest", "lowest minimum", Look::Line),
        ("muennighoff2023/geometric", "geometric series", Look::Dashed),
    ];
    let all_new = Series::new("if all were new", Look::Dotted, Tone::Muted, passes.iter().map(|&k| (k, k)));
    let mut worth = vec![all_new];
    let new = Published::find("muennighoff2023/c4")?;
    let budgets = spaced(BUDGETS, POINTS);
    let path = |p: &Published, at: &[f64]| (p.derived("D_opt", at), p.derived("N_opt", at));
    let unlimited = budgets.iter().map(|&c| path(&new, &[c]));
    let mut allocation = vec![Series::new("if all were new", Look::Dotted, Tone::Muted, unlimited)];
    for (k, (name, words, look)) in forms.into_iter().enumerate() {
        let p = Published::find(name)?;
        let points = passes.iter().map(|&k| (k, p.derived("D_eff", &[k * UNIQUE, UNIQUE]) / UNIQUE));
        worth.push(Series::new(words, look, Tone::Series(k), points));
        let points = budgets.iter().map(|&c| path(&p, &[c, UNIQUE]));
        allocation.push(Series::new(words, look, Tone::Series(k), points));
    }
    Ok(Chart {
        name: "constraints-repetition".to_owned(),
        title: "What repeated data are worth".to_owned(),
        subtitle: "muennighoff2023; constants of C4 without repetition".to_owned(),
        caption: format!(
            "Left: new tokens that as many passes are worth, in units of the tokens that differ. Right: \
             compute-optimal model and data for budgets from {:e} to {:e} FLOP with {} tokens that differ.",
            BUDGETS.0,
            BUDGETS.1,
            number(UNIQUE, 2)
        ),
        size: (1060, 480),
        columns: 2,
        plots: vec![
            Plot {
                title: "Worth of data".to_owned(),
                x: Scale::log("Passes over the data", "").within(PASSES.0, PASSES.1),
                y: Scale::log("Worth, in passes over new data", "").within(1.0, 300.0),
                series: worth,
                ..Plot::default()
            },
            Plot {
                title: "Allocation".to_owned(),
                x: Scale::log("Training data D", "tokens"),
                y: Scale::log("Model size N", "parameters"),
                series: allocation,
                levels: vec![Level {
                    name: "tokens that differ".to_owned(),
                    of_y: false,
                    at: UNIQUE,
                    look: Look::Dotted,
                    tone: Tone::Ink,
                }],
                ..Plot::default()
            },
        ],
    })
}

/// The numbers that a paper prints for a derived quantity, by its two conditions.
fn printed(fit: &reference::FitReference, quantity: &str, needs: [&str; 2]) -> Vec<(f64, f64, f64)> {
    let values = fit.values.iter().filter(|value| value.quantity == quantity && value.kind == Kind::Published);
    let point = |value: &reference::Value| {
        let at = |symbol: &str| value.at.get(symbol).map(|number| number.value);
        Some((at(needs[0])?, at(needs[1])?, value.expected.printed.value))
    };
    values.filter_map(point).collect()
}

fn serving() -> Result<Chart, FamilyError> {
    let p = Published::find(SERVING)?;
    let fit = reference::find(SERVING)?;
    let served = spaced(SERVED, POINTS);
    let last = (SERVED_MODELS.len() - 1) as f64;
    let (mut size, mut data) = (Vec::new(), Vec::new());
    for (k, &n) in SERVED_MODELS.iter().enumerate() {
        let (name, tone) = (format!("as good as {}", number(n, 2)), Tone::Ramp(k as f64 / last));
        let along = |symbol: &str, over: f64| served.iter().map(|&d| (d, p.derived(symbol, &[n, d]) / over)).collect();
        let line = |points: Vec<(f64, f64)>| Series::new(&name, Look::Line, tone, points);
        size.push(line(along("N_life", n)));
        data.push(line(along("D_life_ratio", 1.0)));
    }
    let needs = ["N_base", "D_inf"];
    let as_printed = |points: Vec<(f64, f64)>| Series::new("as printed", Look::Crosses, Tone::Ink, points);
    let sizes = printed(&fit, "N_life", needs).into_iter().map(|(n, d, life)| (d, life / n));
    size.push(as_printed(sizes.collect()));
    let ratios = printed(&fit, "D_life_ratio", needs).into_iter().map(|(_, d, ratio)| (d, ratio));
    data.push(as_printed(ratios.collect()));
    Ok(Chart {
        name: "constraints-serving".to_owned(),
        title: "The cheapest model over a lifetime of serving".to_owned(),
        subtitle: format!("{SERVING}: least 6ND + 2N D_inf at the loss of a compute-optimal model"),
        caption: "The more tokens a model will serve, the smaller and the longer trained is the cheapest model of a \
                  given quality."
            .to_owned(),
        size: (1000, 440),
        columns: 2,
        plots: vec![
            Plot {
                title: "Model size".to_owned(),
                x: Scale::log("Tokens served", "tokens").within(SERVED.0, SERVED.1),
                y: Scale::linear("N over the compute-optimal N", "").within(0.0, 1.05),
                series: size,
                ..Plot::default()
            },
            Plot {
                title: "Training data".to_owned(),
                x: Scale::log("Tokens served", "tokens").within(SERVED.0, SERVED.1),
                y: Scale::log("D over the compute-optimal D", "").within(0.9, 30.0),
                series: data,
                ..Plot::default()
            },
        ],
    })
}

/// Values that occur in a column, ascending.
fn distinct(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted
}

fn missing(what: &str) -> FamilyError {
    FamilyError::Missing(format!("a column is missing: {what}"))
}

fn over_training() -> Result<Chart, FamilyError> {
    let loss = Published::find("gadre2024/loss")?;
    let error = Published::find("gadre2024/error-17")?;
    let numbers = [("N", "parameters"), ("D", "tokens"), ("L", "nat/token"), ("tok_mult", "1"), ("err_17", "1")];
    let runs = columns("gadre2024-overtraining", &["dataset"], &numbers)?;
    let sets = runs.label("dataset").ok_or_else(|| missing("dataset"))?;
    let column = |name: &str| runs.column(name).ok_or_else(|| missing(name));
    let (n, d, l, m, err) = (column("N")?, column("D")?, column("L")?, column("tok_mult")?, column("err_17")?);
    let kept: Vec<usize> = (0..runs.len()).filter(|&i| sets[i] == "rpj").collect();
    let levels = distinct(&kept.iter().map(|&i| m[i]).collect::<Vec<f64>>());
    let last = levels.len().saturating_sub(1).max(1) as f64;
    let mut series = Vec::new();
    for (k, &level) in levels.iter().enumerate() {
        let (name, tone) = (format!("D/N = {level}"), Tone::Ramp(k as f64 / last));
        let here: Vec<(f64, f64)> =
            kept.iter().filter(|&&i| m[i] == level).map(|&i| (six_n_d(n[i], d[i]), l[i])).collect();
        let ends = here.iter().fold((f64::INFINITY, 0f64), |e, p| (e.0.min(p.0), e.1.max(p.0)));
        let line = spaced((ends.0 / 1.5, ends.1 * 1.5), 21).into_iter();
        let line = line.map(|c| (c, loss.derived("L_at", &[c, level])));
        series.push(Series::new("", Look::Line, tone, line));
        series.push(Series::new(&name, Look::Dots, tone, here));
    }
    let curve = spaced((2.2, 7.0), POINTS).into_iter().map(|l| (l, error.law.predict(&[l], &error.theta)));
    let points = kept.iter().map(|&i| (l[i], err[i]));
    Ok(Chart {
        name: "constraints-over-training".to_owned(),
        title: "Trained past the optimum".to_owned(),
        subtitle: "gadre2024-overtraining, RedPajama; lines from five runs, curve from six, as published".to_owned(),
        caption: "Left: at every number of tokens per parameter the loss falls by the same power of compute. Right: \
                  the average error on 17 tasks follows the loss, whatever the model it came from."
            .to_owned(),
        size: (1060, 500),
        columns: 2,
        plots: vec![
            Plot {
                title: "Loss".to_owned(),
                x: Scale::log("Training compute C", "FLOP"),
                y: Scale::log("Loss on C4", "nat/token"),
                series,
                ..Plot::default()
            },
            Plot {
                title: "Error".to_owned(),
                x: Scale::linear("Loss on C4", "nat/token").within(2.2, 7.0),
                y: Scale::linear("Average top-1 error", "").within(0.4, 0.9),
                series: vec![
                    Series::new("runs", Look::Dots, Tone::Series(0), points),
                    Series::new("law", Look::Line, Tone::Series(1), curve),
                ],
                ..Plot::default()
            },
        ],
    })
}

/// Routers: name in the data set and published fit.
const ROUTERS: [(&str, &str); 3] =
    [("S-Base", "clark2022/s-base"), ("RL-R", "clark2022/rl-r"), ("Hash", "clark2022/hash")];

fn routers() -> Result<Sheet, FamilyError> {
    let mut sheet = Sheet::new(
        "What experts are worth, by router (Clark et al. 2022, bilinear form)",
        &[
            "Router",
            "#Dense size matched by 100M with 64 experts",
            "#by 1B with 64",
            "#Size where routing stops helping",
        ],
    );
    for (router, name) in ROUTERS {
        let p = Published::find(name)?;
        let matched = |n: f64| number(p.derived("N_effective", &[n, 64.0]), 3);
        sheet.rows.push(vec![router.to_owned(), matched(1e8), matched(1e9), number(p.derived("N_cutoff", &[]), 2)]);
    }
    Ok(sheet)
}

fn routing() -> Result<Chart, FamilyError> {
    let numbers = [("N", "parameters"), ("E", "1"), ("L", "nat/token")];
    let runs = columns("clark2022-routing", &["router"], &numbers)?;
    let by = runs.label("router").ok_or_else(|| missing("router"))?;
    let column = |name: &str| runs.column(name).ok_or_else(|| missing(name));
    let (n, e, l) = (column("N")?, column("E")?, column("L")?);
    let mut plots = Vec::new();
    for (router, name) in ROUTERS {
        let p = Published::find(name)?;
        let kept: Vec<usize> = (0..runs.len()).filter(|&i| by[i] == router).collect();
        let sizes = distinct(&kept.iter().map(|&i| n[i]).collect::<Vec<f64>>());
        let last = sizes.len().saturating_sub(1).max(1) as f64;
        let mut series = Vec::new();
        for (k, &size) in sizes.iter().enumerate() {
            let tone = Tone::Ramp(k as f64 / last);
            let line = spaced((1.0, 600.0), 11).into_iter();
            let line = line.map(|e| (e, p.law.predict(&[size, e], &p.theta)));
            series.push(Series::new("", Look::Line, tone, line));
            let here = kept.iter().filter(|&&i| n[i] == size).map(|&i| (e[i], l[i]));
            series.push(Series::new(&format!("N = {}", number(size, 3)), Look::Dots, tone, here));
        }
        plots.push(Plot {
            title: router.to_owned(),
            x: Scale::log("Experts", "").within(1.0, 600.0),
            y: Scale::log("Loss", "nat/token").within(1.9, 3.3),
            series,
            ..Plot::default()
        });
    }
    Ok(Chart {
        name: "constraints-routing".to_owned(),
        title: "Loss against experts, router by router".to_owned(),
        subtitle: "clark2022-routing with its bilinear fits; one line per dense size".to_owned(),
        caption: "More experts lower the loss less, the larger the dense model: the lines flatten downwards and would \
                  turn at the size where routing stops helping. Runs bend away from the lines at hundreds of experts."
            .to_owned(),
        size: (1100, 480),
        columns: 3,
        plots,
    })
}
