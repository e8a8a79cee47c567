//! Capacity density under other references, loss laws, guards and ceilings: the tables of the
//! design study that are no random draws, on the built-in table of models.

use scaling_laws::data::ingest::{Reading, Source};
use scaling_laws::methods::density::{
    Aggregate, Ceiling, Data, LossLaw, Model, ModelDensity, QUARTER, Row, Rule, Settings, Status, day_number, study,
};
use scaling_laws::work::families::density::{TABLE, Wish, read, step_one};
use std::collections::BTreeMap;
use std::f64::consts::LN_2;

/// One number and what it was computed from: table, reference, law, D0, guard, ceiling, targets.
struct Cell<'a> {
    key: [&'a str; 7],
    score: &'a str,
    quantity: &'a str,
    printed: &'a str,
    /// Why ours is another; empty where it is the same.
    differs: &'a str,
}

fn cells(text: &str) -> impl Iterator<Item = Cell<'_>> {
    text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let [table, reference, law, d0, score, guard, ceiling, targets, quantity, printed, differs] = cells[..] else {
            panic!("eleven columns: {line}")
        };
        Cell { key: [table, reference, law, d0, guard, ceiling, targets], score, quantity, printed, differs }
    })
}

/// The models of a reference by its name in the tables: dense, with known tokens.
fn reference(name: &str, models: &[Model]) -> Vec<String> {
    let families: &[&str] = match name {
        "qwen15" => &["Qwen1.5"],
        "qwen15_2" => &["Qwen1.5", "Qwen2"],
        "llama1" => &["Llama"],
        "llama2" => &["Llama-2"],
        "llama12" => &["Llama", "Llama-2"],
        "llama123" => &["Llama", "Llama-2", "Llama-3", "Llama-3.1"],
        "pythia" => &["Pythia"],
        "opt" => &["OPT"],
        _ => &[],
    };
    let general = |model: &Model| model.kind == "general";
    let before = |model: &Model, month| model.released < day_number(2023, month, 1);
    let holds = |model: &&Model| match name {
        "all" => general(model) || model.kind == "multilingual",
        "all_pre2308" => before(model, 8) && (general(model) || model.kind == "multilingual"),
        "pre2303" => before(model, 3) && general(model),
        "recent24" => model.released >= day_number(2024, 1, 1) && general(model),
        _ => families.contains(&model.family.as_str()),
    };
    let dense = models.iter().filter(|model| model.is_dense() && model.tokens.is_some());
    dense.filter(holds).map(|model| model.name.clone()).collect()
}

/// The models with those outside a window of sizes turned into no targets; they stay reference models.
fn window(targets: &str, models: &[Model]) -> Vec<Model> {
    let outside = |model: &Model| match targets {
        "small" => model.total >= 15e9,
        "large" => model.total <= 1e9,
        _ => false,
    };
    let kind = |model: &Model| if outside(model) { "outside".to_owned() } else { model.kind.clone() };
    models.iter().map(|model| Model { kind: kind(model), ..model.clone() }).collect()
}

fn settings(key: &[&str; 7], models: &[Model]) -> Settings {
    let [_, name, law, d0, guard, ceiling, targets] = *key;
    let mut settings = Wish { replicates: Some(0), ..Wish::default() }.settings().unwrap();
    settings.reference.families.clear();
    settings.reference.models = reference(name, models);
    settings.law_name = law.to_owned();
    settings.law = step_one(law, 0, 1).unwrap().0;
    settings.data = vec![match d0.split_at(d0.len() - 1) {
        (tokens, "T") => Data::Fixed { tokens: 1e12 * tokens.parse::<f64>().unwrap() },
        (ratio, _) => Data::PerParameter { ratio: ratio.parse().unwrap() },
    }];
    settings.aggregates = vec![Aggregate::Composite, Aggregate::Median];
    settings.range_guard = guard.parse().ok();
    settings.ceiling = if ceiling == "free" { Ceiling::Free } else { Ceiling::Perfect };
    settings.rules = vec![
        Rule::Quantile { q: 0.9 },
        Rule::Quantile { q: 0.95 },
        Rule::BlockMaxima { days: QUARTER },
        Rule::Records,
        Rule::LeastSquares,
    ];
    match targets {
        "phi" => {
            settings.targets.kinds.push("synthetic".to_owned());
            settings.targets.without.clear();
        }
        "all" => {
            settings.targets.kinds = ["general", "synthetic", "code"].map(str::to_owned).to_vec();
            settings.targets.without.clear();
            settings.targets.mixtures = true;
        }
        "2019" => settings.targets.from = day_number(2019, 1, 1),
        _ => {}
    }
    settings
}

/// A quantity of a row; none where the row has none.
fn ours(row: &Row, quantity: &str) -> Option<f64> {
    const RULES: [&str; 5] = ["qr90", "qr95", "quarter", "records", "ols"];
    let law = |name: &str| row.laws.get(RULES.iter().position(|rule| *rule == name)?);
    let count = |keep: &dyn Fn(&ModelDensity) -> bool| row.models.iter().filter(|m| keep(m)).count() as f64;
    let status = |name: &str| Status::ALL.into_iter().find(|status| status.name() == name);
    if quantity == "refused" {
        return Some(f64::from(row.refused.is_some()));
    }
    if row.refused.is_some() {
        return None;
    }
    match quantity.split_once(' ') {
        Some(("slope", rule)) => Some(law(rule)?.line.slope),
        Some(("months", rule)) => Some(LN_2 / law(rule)?.line.slope / 30.4375),
        Some(("r2", rule)) => law(rule)?.line.r2,
        Some(("rho", name)) => row.models.iter().find(|m| m.model == name)?.density,
        Some(("family", name)) => {
            let of = row.models.iter().filter(|m| m.family == name).filter_map(|m| Some(m.density?.ln()));
            let all: Vec<f64> = of.collect();
            Some((all.iter().sum::<f64>() / all.len() as f64).exp())
        }
        _ => match quantity {
            "models" => Some(count(&|m| m.density.is_some())),
            "largest" => row.models.iter().filter_map(|m| m.density).max_by(f64::total_cmp),
            name => status(name).map(|status| count(&|m| m.status == status)),
        },
    }
}

/// Half a unit of the last printed place.
fn half_a_unit(printed: &str) -> f64 {
    let (mantissa, exponent) = printed.split_once('e').unwrap_or((printed, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, digits)| digits.len() as i32);
    0.5 * 10f64.powi(exponent.parse::<i32>().unwrap() - decimals)
}

#[test]
fn tables_of_the_design_study() {
    let models =
        read(&Source::BuiltIn(TABLE.to_owned()), &Reading::default(), &Settings::default().benchmarks).unwrap();
    let mut studies = BTreeMap::new();
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for cell in cells(include_str!("support/density_tables.csv")) {
        let found = studies
            .entry(cell.key)
            .or_insert_with(|| study(&window(cell.key[6], &models), &settings(&cell.key, &models)).unwrap());
        let row = found.rows.iter().find(|row| row.score == cell.score).unwrap();
        let printed: f64 = cell.printed.parse().unwrap();
        let value = ours(row, cell.quantity).unwrap_or(f64::NAN);
        let agrees = (value - printed).abs() <= half_a_unit(cell.printed) * (1.0 + 1e-9);
        if agrees != cell.differs.is_empty() {
            wrong.push(format!("{:?} {} {}: {value}, not {}", cell.key, cell.score, cell.quantity, cell.printed));
        }
        checked += 1;
    }
    assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(checked > 700, "{checked}");
}

#[test]
fn matched_frontiers_halve_as_in_the_design_study() {
    let mut settings = Wish { replicates: Some(0), ..Wish::default() }.settings().unwrap();
    let wanted = [
        ("mmlu", 0.40, 3.51, 0.005, Some(0.89), Some(5)),
        ("mmlu", 0.45, 3.45, 0.005, None, None),
        ("mmlu", 0.50, 3.80, 0.005, Some(0.97), Some(6)),
        ("mmlu", 0.55, 3.84, 0.005, None, None),
        ("gsm8k", 0.20, 2.25, 0.005, Some(0.98), Some(6)),
        ("gsm8k", 0.30, 2.34, 0.005, None, None),
        ("arc_c", 0.45, 8.3, 0.05, None, None),
        ("hellaswag", 0.60, 5.21, 0.005, None, None),
        ("hellaswag", 0.70, 5.35, 0.005, None, None),
        ("hellaswag", 0.80, 10.5, 0.05, None, None),
        ("winogrande", 0.65, 8.5, 0.05, None, None),
        ("arc_c", 0.40, 6.04, 0.005, None, None),
        ("composite", 0.40, 5.5, 0.05, None, None),
        ("composite", 0.45, 6.73, 0.005, None, None),
    ];
    settings.thresholds = wanted.iter().map(|w| (w.0.to_owned(), w.1)).collect();
    settings.data.truncate(1);
    let models = read(&Source::BuiltIn(TABLE.to_owned()), &Reading::default(), &settings.benchmarks).unwrap();
    let found = study(&models, &settings).unwrap();
    for (score, threshold, months, half, r2, points) in wanted {
        let m = found.matched.iter().find(|m| m.score == score && m.threshold == threshold).unwrap();
        let ours = m.halving_months.unwrap();
        assert!((ours - months).abs() <= half * (1.0 + 1e-9), "{score} {threshold}: {ours}, not {months}");
        if let Some(r2) = r2 {
            assert!((m.r2.unwrap() - r2).abs() <= 0.005, "{score} {threshold}: R² {:?}, not {r2}", m.r2);
        }
        assert!(points.is_none_or(|points| m.points.len() == points), "{score} {threshold}: {}", m.points.len());
    }
}

/// Table 7 and section 3: random draws, within five Monte Carlo standard errors of both estimates.
#[test]
fn nulls_and_draws_of_step_one_spread_as_in_the_design_study() {
    const SHUFFLES: f64 = 80.0;
    let wish = Wish {
        replicates: Some(120),
        data: vec![Data::Fixed { tokens: 1e12 }],
        rules: vec![
            Rule::Records,
            Rule::BlockMaxima { days: QUARTER },
            Rule::Quantile { q: 0.9 },
            Rule::Quantile { q: 0.95 },
            Rule::LeastSquares,
        ],
        ..Wish::default()
    };
    let found = wish.study(&Source::BuiltIn(TABLE.to_owned()), &Reading::default()).unwrap();
    let row = found.row("composite", wish.data[0]).unwrap();
    for (law, (mean, upper, p)) in row.laws.iter().zip([
        (0.01459, 0.07714, 0.395),
        (0.00083, 0.00366, 1.0 / 81.0),
        (0.00018, 0.00248, 1.0 / 81.0),
        (0.00010, 0.00259, 1.0 / 81.0),
        (-0.00003, 0.00263, 1.0 / 81.0),
    ]) {
        let null = law.null.as_ref().unwrap();
        let deviation = (upper - mean) / 1.645;
        let error = 5.0 * deviation * (2.0 / SHUFFLES).sqrt();
        assert!((null.mean - mean).abs() < error, "{}: mean {}, not {mean}", law.name, null.mean);
        let share = f64::max(p, 1.5 / 81.0);
        let error = 5.0 * (2.0 * share * (1.0 - share) / SHUFFLES).sqrt();
        assert!((null.p - p).abs() < error, "{}: p {}, not {p}", law.name, null.p);
    }
    let draws = &wish.settings().unwrap().law_draws;
    let n = draws.len() as f64;
    for (name, of, expected) in [
        ("alpha", (|law| law.alpha) as fn(&LossLaw) -> f64, 0.0145),
        ("beta", |law| law.beta, 0.0225),
        ("E", |law| law.E, 0.0275),
    ] {
        let mean = draws.iter().map(of).sum::<f64>() / n;
        let deviation = (draws.iter().map(|law| (of(law) - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        assert!((deviation / expected - 1.0).abs() < 5.0 / n.sqrt(), "{name}: {deviation}, not {expected}");
    }
}
