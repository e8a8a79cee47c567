//! Capacity density against its regression numbers, on the table of base models.

use scaling_laws::data::ingest::{Request, Source, read};
use scaling_laws::methods::density::{
    Aggregate, Benchmark, Ceiling, Data, DensityStudy, Guard, LossLaw, Model, QUARTER, Rule, Settings, Sigmoid, Size,
    Status, envelope, fit_sigmoid, fixed_price_chip_doubling, invert, models, models_from_text, price_halving, study,
    table_columns,
};
use std::collections::HashMap;
use std::sync::OnceLock;

const ONE: Data = Data::Fixed { tokens: 1e12 };
const FIVE: Data = Data::Fixed { tokens: 5e12 };
const OPEN: Guard = Guard { range: (1.0, 1.0), factor: f64::INFINITY };

fn close(found: f64, expected: f64, relative: f64, what: &str) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{what}: {found} is not {expected}");
}

fn near(found: f64, expected: f64, absolute: f64, what: &str) {
    assert!((found - expected).abs() <= absolute, "{what}: {found} is not {expected}");
}

/// The table of base models.
fn table() -> &'static [Model] {
    static TABLE: OnceLock<Vec<Model>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let benchmarks = ["mmlu", "arc_c", "hellaswag", "winogrande", "truthfulqa", "gsm8k", "humaneval"];
        let request = Request { labels: table_columns(&benchmarks), ..Request::default() };
        models(&read(&Source::BuiltIn("base-llm-benchmarks".to_owned()), &request).unwrap(), &benchmarks).unwrap()
    })
}

/// The default without draws.
fn plain() -> Settings {
    Settings { replicates: 0, permutations: 0, ..Settings::default() }
}

/// The default without draws under all the rules that have regression numbers.
fn every_rule() -> &'static DensityStudy {
    static STUDY: OnceLock<DensityStudy> = OnceLock::new();
    STUDY.get_or_init(|| {
        let rules = vec![
            Rule::Quantile { q: 0.9 },
            Rule::BlockMaxima { days: QUARTER },
            Rule::Records,
            Rule::LeastSquares,
            Rule::Quantile { q: 0.95 },
            Rule::CumulativeMaximum,
        ];
        study(table(), &Settings { rules, ..plain() }).unwrap()
    })
}

fn example() -> Sigmoid {
    Sigmoid::new(0.75, 0.25, -7.0, 2.06)
}

fn size_at(score: f64, data: Data) -> f64 {
    let inverted = invert(Some(score), 0.0, &example(), &LossLaw::BESIROGLU, data, &OPEN);
    assert_eq!(inverted.status, Status::Ok);
    inverted.size.unwrap()
}

#[test]
fn r1_scores_invert_to_sizes_with_a_status() {
    for (score, size) in [
        (0.30, 3.132_814_63e8),
        (0.45, 1.615_475_64e9),
        (0.60, 7.546_119_23e9),
        (0.75, 1.794_121_64e11),
        (0.80, 1.298_091_24e13),
    ] {
        close(size_at(score, ONE), size, 1e-7, "N at 1T");
    }
    close(size_at(0.60, FIVE), 4.321_286_41e9, 1e-7, "N at 5T");
    close(size_at(0.80, FIVE), 2.680_444_47e11, 1e-7, "N at 5T");
    close(example().loss(0.30).unwrap(), 2.437_008_189_9, 1e-10, "L at .30");
    close(example().loss(0.60).unwrap(), 2.079_075_913_2, 1e-10, "L at .60");
    let status = |score, guard: &Guard| invert(score, 0.0, &example(), &LossLaw::BESIROGLU, ONE, guard).status;
    assert_eq!(status(Some(0.25), &OPEN), Status::BelowFloor);
    assert_eq!(status(Some(0.90), &OPEN), Status::BeyondAsymptote);
    assert_eq!(status(Some(1.0), &OPEN), Status::AboveCeiling);
    assert_eq!(status(None, &OPEN), Status::Missing);
    let guard = Guard { range: (0.62e9, 72e9), factor: 10.0 };
    assert_eq!(status(Some(0.80), &guard), Status::ExtrapHigh);
    assert_eq!(status(Some(0.251), &guard), Status::ExtrapLow);
    assert_eq!(status(Some(0.75), &guard), Status::Ok);
    let near_floor = invert(Some(0.255), 0.0073, &example(), &LossLaw::BESIROGLU, ONE, &OPEN);
    assert_eq!(near_floor.status, Status::BelowFloor);
    let highest = |data| scaling_laws::methods::density::highest_invertible(&example(), &LossLaw::BESIROGLU, data);
    close(highest(ONE), 0.813_306_812_3, 1e-9, "highest invertible score at 1T");
    close(highest(FIVE), 0.847_940_883_9, 1e-9, "highest invertible score at 5T");
}

#[test]
fn r2_the_irreducible_loss_and_the_scale_of_the_law_cancel() {
    let size = |law: &LossLaw, sigmoid: &Sigmoid, data| {
        invert(Some(0.6), 0.0, sigmoid, law, data, &OPEN).size.expect("an effective size")
    };
    let law = LossLaw::BESIROGLU;
    for data in [ONE, FIVE, Data::PerParameter { ratio: 20.0 }] {
        let expected = size(&law, &example(), data);
        let without = Sigmoid { l: 2.06 - law.E, ..example() };
        close(size(&LossLaw { E: 0.0, ..law }, &without, data), expected, 1e-12, "E cancels");
        let doubled = LossLaw { E: 0.0, A: 2.0 * law.A, B: 2.0 * law.B, ..law };
        let halved = Sigmoid { gamma: -3.5, l: 2.0 * (2.06 - law.E), ..example() };
        close(size(&doubled, &halved, data), expected, 1e-12, "scale cancels");
    }
}

#[test]
fn r3_the_reference_recipe_has_density_one_only_at_d0() {
    let law = LossLaw::BESIROGLU;
    for (data, expected) in [
        (ONE, [0.515_452_986, 1.0, 1.375_310_553, 2.726_390_076]),
        (FIVE, [0.331_827_650, 0.580_200_655, 0.753_328_861, 1.295_235_627]),
    ] {
        for (tokens, expected) in [0.3e12, 1e12, 2e12, 15e12].into_iter().zip(expected) {
            let loss = law.loss(7e9, tokens);
            close(law.size(loss, data).unwrap() / 7e9, expected, 1e-8, "density of the reference recipe");
            let sigmoid = example();
            let through = invert(Some(sigmoid.score(loss)), 0.0, &sigmoid, &law, data, &OPEN).size.unwrap();
            close(through / 7e9, expected, 1e-8, "the same through the sigmoid");
        }
    }
    for n in [1e7, 7e9, 3e12] {
        let path = Data::PerParameter { ratio: 20.0 };
        close(law.size(law.loss(n, 20.0 * n), path).unwrap(), n, 1e-11, "there and back on the path");
    }
    assert_eq!(law.size(law.E, Data::PerParameter { ratio: 20.0 }), None);
}

#[test]
fn r4_the_sigmoid_of_the_reference_family() {
    let study = every_rule();
    for (score, gamma, l, rmse) in [
        ("mmlu", -7.150705, 2.059435, 0.016123),
        ("gsm8k", -6.512860, 2.078624, 0.042774),
        ("composite", -6.793918, 2.059359, 0.011794),
    ] {
        let sigmoid = study.row(score, ONE).unwrap().sigmoid.as_ref().unwrap();
        near(sigmoid.gamma, gamma, 1e-5, score);
        near(sigmoid.l, l, 1e-5, score);
        near(sigmoid.rmse, rmse, 1e-6, score);
        assert_eq!((sigmoid.points, sigmoid.at_bound.as_deref()), (7, None));
    }
    let mmlu = study.row("mmlu", ONE).unwrap();
    for (name, density) in [
        ("huggyllama/llama-7b", 0.10173),
        ("huggyllama/llama-65b", 0.19875),
        ("mistralai/Mistral-7B-v0.1", 1.83742),
        ("google/gemma-2-9b", 5.63698),
    ] {
        let model = mmlu.models.iter().find(|m| m.model == name).unwrap();
        close(model.effective.unwrap() / model.size, density, 1e-3, name);
    }
}

#[test]
fn a_free_ceiling_hits_its_bound_on_the_default_reference_and_is_found_where_there_is_one() {
    let free = study(table(), &Settings { ceiling: Ceiling::Free, ..plain() }).unwrap();
    let row = free.row("mmlu", ONE).unwrap();
    let sigmoid = row.sigmoid.as_ref().unwrap();
    assert_eq!((sigmoid.c, sigmoid.at_bound.as_deref()), (0.75, Some("c")));
    near(sigmoid.gamma, -7.150705, 1e-5, "gamma");
    assert!(row.warnings.iter().any(|warning| warning.kind == "bound-hit"));
    let truth = Sigmoid::new(0.5, 0.25, -6.0, 2.2);
    let losses: Vec<f64> = (0..12).map(|k| 1.6 + 0.1 * f64::from(k)).collect();
    let scores: Vec<f64> = losses.iter().map(|loss| truth.score(*loss)).collect();
    let fitted = fit_sigmoid(&losses, &scores, 0.25, Ceiling::Free).unwrap();
    close(fitted.c, 0.5, 1e-6, "c");
    close(fitted.gamma, -6.0, 1e-5, "gamma");
    close(fitted.l, 2.2, 1e-6, "l");
    assert_eq!(fitted.at_bound, None);
}

#[test]
fn r5_envelopes_of_small_clouds() {
    let line: Vec<(f64, f64)> = (0..18).map(|k| (30.0 * f64::from(k), 0.0073 * 30.0 * f64::from(k) - 1.0)).collect();
    for rule in [
        Rule::Records,
        Rule::CumulativeMaximum,
        Rule::BlockMaxima { days: QUARTER },
        Rule::BlockMaxima { days: 30.4375 },
        Rule::Quantile { q: 0.9 },
        Rule::Quantile { q: 0.95 },
        Rule::LeastSquares,
    ] {
        let fitted = envelope(rule, &line).unwrap();
        close(fitted.slope, 0.0073, 1e-12, "slope of a straight line");
        close(std::f64::consts::LN_2 / fitted.slope, 94.951_668_57, 1e-9, "its doubling time in days");
        close(fitted.r2.unwrap(), 1.0, 1e-12, "its R²");
    }
    let cloud: Vec<(f64, f64)> = [0.0, 30.0, 60.0, 90.0, 130.0, 180.0, 250.0, 300.0, 400.0]
        .into_iter()
        .zip([0.0, 0.4, 0.1, 0.9, 0.5, 1.6, 1.2, 2.1, 2.0])
        .collect();
    for (rule, slope, intercept, r2, points) in [
        (Rule::Records, 0.006_919_192, 0.169_696_970, Some(0.967_274_789), 5),
        (Rule::CumulativeMaximum, 0.0055, 0.231_111_111, Some(0.913_420_317), 9),
        (Rule::Quantile { q: 0.9 }, 0.007_777_778, 0.2, None, 9),
        (Rule::LeastSquares, 0.005_375, 0.117_777_778, Some(0.826_174_978), 9),
        (Rule::BlockMaxima { days: QUARTER }, 0.004_496_718, 0.500_656_455, Some(0.863_621_955), 5),
    ] {
        let fitted = envelope(rule, &cloud).unwrap();
        near(fitted.slope, slope, 5e-10, "slope");
        near(fitted.intercept, intercept, 5e-10, "intercept");
        assert_eq!(fitted.points.len(), points);
        if let Some(r2) = r2 {
            near(fitted.r2.unwrap(), r2, 5e-10, "R²");
        }
        let backwards: Vec<(f64, f64)> = cloud.iter().rev().copied().collect();
        close(envelope(rule, &backwards).unwrap().slope, slope, 1e-6, "slope of the rows in reverse");
    }
    assert_eq!(envelope(Rule::LeastSquares, &[(1.0, 2.0), (1.0, 3.0)]), None);
    assert_eq!(envelope(Rule::Records, &[]), None);
}

#[test]
fn r6_the_default_from_end_to_end() {
    let study = every_rule();
    assert_eq!((study.models, study.targets), (129, 81));
    let row = study.row("composite", ONE).unwrap();
    let count = |status| row.counts.iter().find(|c| c.status == status).unwrap().models;
    assert_eq!(row.counts.iter().map(|c| c.models).sum::<usize>(), 81);
    assert_eq!(Status::ALL.map(count), [71, 3, 2, 0, 1, 4, 0]);
    let law = |rule: Rule| row.laws.iter().find(|law| law.rule == rule).unwrap();
    let quantile = law(Rule::Quantile { q: 0.9 });
    close(quantile.line.slope, 0.006_736_90, 1e-4, "quantile regression");
    near(quantile.doubling_months.unwrap(), 3.38, 0.005, "its doubling time");
    let quarters = law(Rule::BlockMaxima { days: QUARTER });
    close(quarters.line.slope, 0.006_484_77, 1e-4, "quarter maxima");
    near(quarters.line.r2.unwrap(), 0.947_853, 1e-6, "their R²");
    let records = law(Rule::Records);
    close(records.line.slope, 0.007_623_96, 1e-4, "records");
    near(records.line.r2.unwrap(), 0.977_922, 1e-6, "their R²");
    assert_eq!(records.line.points.len(), 8);
    close(law(Rule::LeastSquares).line.slope, 0.005_335_66, 1e-4, "least squares");
    let joint = |name: &str| study.joint.iter().find(|joint| joint.score == name).unwrap();
    assert_eq!(joint("mmlu").models, 57);
    close(joint("mmlu").slope, 0.006_237_22, 1e-5, "joint logit");
    for (name, months) in [
        ("mmlu", 3.65),
        ("gsm8k", 2.52),
        ("arc_c", 5.71),
        ("hellaswag", 6.96),
        ("winogrande", 7.24),
        ("composite", 4.50),
    ] {
        near(joint(name).doubling_months.unwrap(), months, 0.005, name);
    }
    near(joint("mmlu").doubling_months.unwrap(), 3.6511, 5e-5, "joint logit on MMLU");
    let matched =
        |score: &str, threshold| study.matched.iter().find(|m| m.score == score && m.threshold == threshold).unwrap();
    near(matched("mmlu", 0.5).halving_months.unwrap(), 3.80, 0.005, "matched frontier");
    assert_eq!(matched("mmlu", 0.5).points.len(), 6);
    near(matched("gsm8k", 0.3).halving_months.unwrap(), 2.34, 0.005, "matched frontier");
    near(matched("hellaswag", 0.7).halving_months.unwrap(), 5.4, 0.05, "matched frontier");
}

/// Table 1 and table 2 of the design study: months by quantile regression and models used.
#[test]
fn every_benchmark_and_d0_has_its_doubling_time() {
    let path = Data::PerParameter { ratio: 20.0 };
    for (data, score, models, months) in [
        (ONE, "mmlu", 71, 4.43),
        (ONE, "arc_c", 66, 7.21),
        (ONE, "hellaswag", 74, 11.22),
        (ONE, "winogrande", 66, 7.98),
        (ONE, "gsm8k", 62, 1.78),
        (ONE, "humaneval", 63, 2.73),
        (ONE, "composite", 71, 3.38),
        (ONE, "median", 68, 4.64),
        (FIVE, "mmlu", 75, 4.91),
        (FIVE, "arc_c", 72, 6.40),
        (FIVE, "hellaswag", 80, 10.88),
        (FIVE, "winogrande", 76, 10.01),
        (FIVE, "gsm8k", 63, 1.92),
        (FIVE, "humaneval", 61, 3.12),
        (FIVE, "composite", 75, 4.64),
        (FIVE, "median", 73, 5.05),
        (path, "composite", 76, 7.86),
        (path, "mmlu", 77, 7.06),
    ] {
        let row = every_rule().row(score, data).unwrap();
        let what = format!("{score} at {data}");
        assert_eq!(row.models.iter().filter(|m| m.density.is_some()).count(), models, "{what}");
        near(row.laws[0].doubling_months.unwrap(), months, 0.0051, &what);
    }
    let gsm8k = every_rule().row("gsm8k", ONE).unwrap();
    let qwen = gsm8k.models.iter().find(|m| m.model == "Qwen/Qwen2-7B").unwrap();
    assert_eq!(qwen.status, Status::ExtrapHigh);
    near(qwen.effective.unwrap() / qwen.size, 2366.0, 1.0, "Qwen2-7B on GSM8K");
}

/// Table 2 and table 6 of the design study: another reference, other step-1 laws, other targets.
#[test]
fn any_reference_law_and_choice_of_targets_will_do() {
    let check = |settings: Settings, data, score: &str, models, months| {
        let study = study(table(), &settings).unwrap();
        let row = study.row(score, data).unwrap();
        let what = format!("{} with {}, {score} at {data}", study.reference, study.settings.law_name);
        assert_eq!(row.models.iter().filter(|m| m.density.is_some()).count(), models, "{what}");
        near(std::f64::consts::LN_2 / row.laws[0].line.slope / 30.4375, months, 0.0051, &what);
    };
    let mut llama = plain();
    llama.reference.families = vec!["Llama".to_owned(), "Llama-2".to_owned()];
    check(llama.clone(), ONE, "composite", 65, 3.02);
    check(llama.clone(), ONE, "mmlu", 65, 5.08);
    check(llama.clone(), FIVE, "composite", 69, 4.36);
    check(llama, Data::PerParameter { ratio: 20.0 }, "composite", 76, 7.50);

    let mut phi = plain();
    phi.targets.kinds.push("synthetic".to_owned());
    phi.targets.without.clear();
    check(phi.clone(), ONE, "composite", 73, 3.38);
    let hoffmann = |symbol: &str| match symbol {
        "E" => Some(1.69),
        "A" => Some(406.4),
        "B" => Some(410.7),
        "alpha" => Some(0.34),
        "beta" => Some(0.28),
        _ => None,
    };
    let law = LossLaw::from_parameters(hoffmann).unwrap();
    let rounded = Settings { law_name: "hoffmann2022/approach-3".to_owned(), law, ..phi };
    let study = study(table(), &rounded).unwrap();
    let months = |data| study.row("composite", data).unwrap().laws[0].doubling_months.unwrap();
    near(months(ONE), 2.54, 0.0051, "Hoffmann's rounded constants at 1T");
    near(months(FIVE), 3.88, 0.0051, "Hoffmann's rounded constants at 5T");
    assert_eq!(LossLaw::from_parameters(|_| None), None);
}

#[test]
fn published_laws_without_an_irreducible_part_and_measured_losses_give_the_same_sizes() {
    let reference = every_rule().row("mmlu", ONE).unwrap();
    let measured =
        reference.reference.iter().map(|point| (point.model.clone(), point.loss - LossLaw::BESIROGLU.E)).collect();
    let law = LossLaw { E: 0.0, ..LossLaw::BESIROGLU };
    let own = study(table(), &Settings { law, measured_losses: measured, ..plain() }).unwrap();
    let said = own.warnings.iter().find(|warning| warning.kind == "measured-losses").unwrap();
    assert!(said.message.starts_with("7 of 7 reference models") && said.message.contains("0.000 apart"), "{said:?}");
    for (a, b) in own.row("mmlu", ONE).unwrap().models.iter().zip(&reference.models) {
        assert_eq!(a.status, b.status);
        if let (Some(a), Some(b)) = (a.effective, b.effective) {
            close(a, b, 1e-6, "effective size");
        }
    }
}

#[test]
fn the_range_guard_and_the_floor_guard_censor_what_they_should() {
    let open = study(table(), &Settings { range_guard: None, ..plain() }).unwrap();
    let row = open.row("composite", ONE).unwrap();
    near(row.laws[0].line.slope.recip() * std::f64::consts::LN_2 / 30.4375, 2.58, 0.005, "no range guard");
    assert!(row.warnings.iter().any(|w| w.kind == "extreme-point" && w.message.contains("density")));
    // Two standard errors of Winogrande's 1267 questions are 0.028; this model is 0.014 above chance.
    let guarded = study(table(), &Settings { floor_errors: 2.0, ..plain() }).unwrap();
    let status = |study: &DensityStudy| {
        let row = study.row("winogrande", ONE).unwrap();
        row.models.iter().find(|m| m.model == "EleutherAI/pythia-160m-deduped").unwrap().status
    };
    assert_ne!(status(every_rule()), Status::BelowFloor);
    assert_eq!(status(&guarded), Status::BelowFloor);
}

#[test]
fn mixtures_count_by_a_stated_size() {
    let mut settings = plain();
    settings.targets.mixtures = true;
    settings.targets.kinds.clear();
    let total = study(table(), &settings).unwrap();
    let active = study(table(), &Settings { size: Size::Active, ..settings.clone() }).unwrap();
    let density = |study: &DensityStudy| {
        let row = study.row("mmlu", ONE).unwrap();
        let mixtral = row.models.iter().find(|m| m.model == "mistralai/Mixtral-8x7B-v0.1").unwrap();
        (mixtral.size, mixtral.density.unwrap())
    };
    let (total, active) = (density(&total), density(&active));
    assert_eq!((total.0, active.0), (46.7e9, 12.9e9));
    close(active.1 / total.1, 46.7 / 12.9, 1e-9, "density by active parameters");
}

#[test]
fn references_at_chance_and_falling_benchmarks_are_refused_by_name() {
    let mut settings = plain();
    settings.reference.families = vec!["Pythia".to_owned()];
    let pythia = study(table(), &settings).unwrap();
    let row = pythia.row("mmlu", ONE).unwrap();
    assert!(row.refused.as_ref().unwrap().contains("chance"), "{:?}", row.refused);
    assert!(row.laws.is_empty() && row.models.is_empty());
    let mut settings = plain();
    settings.benchmarks = vec![Benchmark::new("truthfulqa", 0.25, 817.0), Benchmark::new("mmlu", 0.25, 14_042.0)];
    settings.aggregates = vec![Aggregate::Median];
    settings.reference.families = vec!["Pythia".to_owned(), "Llama".to_owned()];
    settings.reference.models.clear();
    let falling = study(table(), &settings).unwrap();
    assert!(falling.row("truthfulqa", ONE).unwrap().refused.is_some());
    let missing = study(table(), &Settings { composite: vec!["bbh".to_owned()], ..plain() }).unwrap_err();
    assert!(missing.to_string().contains("bbh"));
    let mut settings = plain();
    settings.reference.families = vec!["Nobody".to_owned()];
    assert!(study(table(), &settings).unwrap_err().to_string().contains("Nobody"));
}

#[test]
fn draws_do_not_depend_on_threads_and_intervals_hold_the_estimate() {
    let settings = Settings {
        benchmarks: Benchmark::standard()[..5].to_vec(),
        data: vec![ONE],
        aggregates: vec![Aggregate::Composite],
        ..Settings::default()
    };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| study(table(), &settings).unwrap())
    };
    let one = on(1);
    assert_eq!(one, on(3));
    let row = one.row("composite", ONE).unwrap();
    let law = &row.laws[0];
    let interval = law.interval.as_ref().unwrap();
    assert!(interval.holds_estimate && interval.replicates + interval.failed == 120, "{interval:?}");
    let (faster, slower) = (interval.faster.unwrap(), interval.slower.unwrap());
    assert!((2.2..3.2).contains(&faster) && (3.9..5.5).contains(&slower), "{faster} to {slower} months");
    let null = law.null.as_ref().unwrap();
    assert!(null.mean.abs() < 0.001 && null.p < 0.05, "{null:?}");
    let frontier = row.frontier.as_ref().unwrap();
    assert_eq!((frontier.lower.len(), frontier.upper.len()), (frontier.day.len(), frontier.day.len()));
    assert!(frontier.lower.iter().zip(&frontier.upper).all(|(lower, upper)| lower < upper));
    assert!(one.warnings.iter().any(|w| w.kind == "step-1-uncertainty-missing"));
    let drawn = study(table(), &Settings { law_draws: vec![LossLaw::BESIROGLU], ..settings.clone() }).unwrap();
    assert!(drawn.warnings.iter().all(|w| w.kind != "step-1-uncertainty-missing"));
}

#[test]
fn records_rise_under_shuffled_dates_and_quantile_regression_does_not() {
    let settings = Settings {
        rules: vec![Rule::Records, Rule::Quantile { q: 0.9 }],
        replicates: 0,
        data: vec![ONE],
        ..Settings::default()
    };
    let study = study(table(), &settings).unwrap();
    let laws = &study.row("composite", ONE).unwrap().laws;
    let (records, quantile) = (laws[0].null.as_ref().unwrap(), laws[1].null.as_ref().unwrap());
    assert!(records.mean > laws[0].line.slope && records.p > 0.2, "{records:?}");
    assert!(quantile.mean.abs() < 0.1 * laws[1].line.slope && quantile.p < 0.05, "{quantile:?}");
}

#[test]
fn the_densing_law_s_reference_models_have_the_parameters_of_their_shapes() {
    let names = ["parameters", "layers", "width", "ffn_width", "head_width", "heads", "kv_heads"];
    let labels = names.map(str::to_owned).to_vec();
    let table = Source::BuiltIn("densing2024-reference-models".to_owned());
    let shapes = read(&table, &Request { labels, ..Request::default() }).unwrap();
    let column = |name: &str| -> Vec<u64> { shapes.label(name).unwrap().iter().map(|n| n.parse().unwrap()).collect() };
    let [parameters, layers, width, ffn, head, heads, kv] = names.map(column);
    for i in 0..parameters.len() {
        let block = 2 * width[i] * (width[i] + head[i] * kv[i]) + 3 * width[i] * ffn[i] + 2 * width[i];
        assert_eq!(layers[i] * block + width[i], parameters[i]);
        assert_eq!(heads[i] * head[i], width[i]);
    }
    assert_eq!(parameters.len(), 6);
}

/// Section 7 of the design study: dates by family, sizes of mixtures, tokens.
#[test]
fn corrections_of_the_inherited_table_are_in_it() {
    let date = |text| scaling_laws::methods::density::read_date(text).unwrap();
    let model = |name: &str| {
        let of = |fits: &dyn Fn(&str) -> bool| table().iter().find(|m| m.name.rsplit('/').next().is_some_and(fits));
        let exact = of(&|known| known == name);
        exact.or_else(|| of(&|known| known.starts_with(name))).unwrap_or_else(|| panic!("{name}"))
    };
    for (name, released) in [
        ("Mistral-Nemo-Base-2407", "2024-07"),
        ("stablelm-2-1_6b", "2024-01"),
        ("stablelm-base-alpha-7b-v2", "2023-08"),
        ("h2o-danube3-4b", "2024-07"),
        ("h2o-danube3-500m", "2024-07"),
        ("h2o-danube2-1.8b", "2024-04"),
        ("OLMo-7B-0424", "2024-04"),
        ("Qwen1.5-32B", "2024-04"),
        ("Qwen1.5-110B", "2024-04"),
        ("CodeLlama-70b", "2024-01"),
        ("gpt2-medium", "2019-05"),
        ("gpt2-large", "2019-08"),
        ("gpt2-xl", "2019-11"),
    ] {
        assert_eq!(model(name).released, date(released), "{name}");
    }
    for (name, total, active) in [
        ("Mixtral-8x22B", 140.6, None),
        ("Mixtral-8x7B", 46.7, Some(12.9)),
        ("Qwen2-57B-A14B", 57.4, Some(14.0)),
        ("DeepSeek-V2", 236.0, None),
        ("DeepSeek-Coder-V2", 236.0, None),
        ("Jamba-v0.1", 51.6, None),
        ("deepseek-moe-16b", 16.4, Some(2.8)),
        ("gemma-7b", 8.54, Some(8.54)),
        ("gemma-2b", 2.51, Some(2.51)),
        ("gemma-2-2b", 2.61, Some(2.61)),
        ("gemma-2-9b", 9.24, Some(9.24)),
        ("gemma-2-27b", 27.2, Some(27.2)),
        ("Qwen1.5-0.5B", 0.62, Some(0.62)),
    ] {
        let model = model(name);
        close(model.total, total * 1e9, 1e-12, name);
        assert!(active.is_none_or(|active| (model.active / active / 1e9 - 1.0).abs() < 1e-12), "{name}");
        assert!(model.active <= model.total, "{name}");
    }
    for (name, total) in [("stablelm-base-alpha-3b", 3.639), ("stablelm-base-alpha-7b", 7.869)] {
        near(model(name).total / 1e9, total, 5.1e-4, name);
    }
    for (name, tokens) in [
        ("stablelm-base-alpha-3b", 0.8),
        ("gemma-2b", 3.0),
        ("mpt-30b", 1.05),
        ("Qwen2-7B", 7.0),
        ("Qwen2-0.5B", 12.0),
        ("Qwen2-57B", 4.5),
    ] {
        close(model(name).tokens.unwrap(), tokens * 1e12, 1e-12, name);
    }
    for (name, benchmark, score) in
        [("Llama-2-7b", "mmlu", 0.4380), ("mpt-7b", "mmlu", 0.2807), ("Llama-2-13b", "truthfulqa", 0.3417)]
    {
        near(model(name).scores[benchmark], score, 5.1e-5, name);
    }
}

#[test]
fn envelope_rules_are_read_as_they_are_written() {
    for (text, rule) in [
        ("quantile:0.9", Rule::Quantile { q: 0.9 }),
        ("quarters", Rule::BlockMaxima { days: QUARTER }),
        ("months", Rule::BlockMaxima { days: 30.4375 }),
        ("maxima:45", Rule::BlockMaxima { days: 45.0 }),
        ("records", Rule::Records),
        ("cumulative", Rule::CumulativeMaximum),
        ("least-squares", Rule::LeastSquares),
    ] {
        assert_eq!(text.parse::<Rule>(), Ok(rule));
    }
    for text in ["quantile", "quantile:1.5", "records:3", "best", "maxima:-1"] {
        assert!(text.parse::<Rule>().unwrap_err().contains(text), "{text}");
    }
}

#[test]
fn a_reference_is_families_and_models_without_the_families_mixtures() {
    use scaling_laws::methods::density::Reference;
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let reference = Reference::named(&names(&["Qwen2", "google/gemma-2b"]), table()).unwrap();
    let settings = Settings { reference, ..plain() };
    let held: Vec<&str> = table().iter().filter(|m| settings.is_reference(m)).map(|m| m.name.as_str()).collect();
    assert_eq!(held, ["Qwen/Qwen2-72B", "Qwen/Qwen2-7B", "Qwen/Qwen2-1.5B", "Qwen/Qwen2-0.5B", "google/gemma-2b"]);
    let named = Reference::named(&names(&["Qwen/Qwen2-57B-A14B"]), table()).unwrap();
    let settings = Settings { reference: named, ..plain() };
    assert_eq!(table().iter().filter(|m| settings.is_reference(m)).count(), 1);
    let error = Reference::named(&names(&["Qwen2", "Nobody"]), table()).unwrap_err();
    assert!(error.to_string().contains("Nobody"));
    let losses = [("somebody/else".to_owned(), 2.0)].into();
    let error = study(table(), &Settings { measured_losses: losses, ..plain() }).unwrap_err();
    assert!(error.to_string().contains("somebody/else"), "{error}");
}

#[test]
fn corollaries_have_their_numbers() {
    near(price_halving(20.0 / 0.075, 20.0), 2.482, 5e-4, "price halving, 20 months");
    near(price_halving(20.0 / 0.075, 21.0), 2.606, 5e-4, "price halving, 21 months");
    near(fixed_price_chip_doubling(95.0, 767.0), 84.5, 0.05, "chips of a fixed price");
    near(fixed_price_chip_doubling(99.02, 767.0), 87.7, 0.05, "chips of a fixed price");
    let day = scaling_laws::methods::density::read_date("2023-12-01").unwrap();
    let split_study = study(table(), &Settings { split: Some(day), ..plain() }).unwrap();
    let split = split_study.row("composite", ONE).unwrap().split.clone().unwrap();
    let (before, after) = (split.before.unwrap(), split.after.unwrap());
    assert_eq!(before.points.len() + after.points.len(), 71);
    close(split.ratio.unwrap(), after.slope / before.slope, 1e-12, "ratio");
    let row = split_study.row("composite", ONE).unwrap();
    assert!(row.warnings.iter().any(|w| w.kind == "no-doubling-time" && w.message.contains("after 2023-12-01")));
}

#[test]
fn a_study_survives_the_disk_and_carries_its_warnings() {
    let study = study(table(), &Settings { replicates: 20, permutations: 5, ..Settings::default() }).unwrap();
    let text = serde_json::to_string(&study).unwrap();
    assert_eq!(serde_json::from_str::<DensityStudy>(&text).unwrap(), study);
    let has = |kind: &str| study.warnings.iter().any(|warning| warning.kind == kind);
    for kind in [
        "density-is-relative",
        "tokens-count-as-density",
        "mixture-of-experts",
        "contaminated-family",
        "not-a-forecast",
        "not-a-reproduction",
        "step-1-uncertainty-missing",
        "reference-without-tokens",
    ] {
        assert!(has(kind), "{kind}");
    }
    let row = study.row("composite", ONE).unwrap();
    let has = |kind: &str| row.warnings.iter().any(|warning| warning.kind == kind);
    for kind in ["censored-models", "outside-reference-range", "no-doubling-time", "extreme-point"] {
        assert!(has(kind), "{kind}: {:?}", row.warnings);
    }
    assert!(row.curve.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
    assert_eq!(study.doubling.len(), 3 * 9);
}

#[test]
fn each_of_the_thirteen_warnings_speaks_when_it_should_and_only_then() {
    use scaling_laws::methods::density::{StatusCount, warnings};
    let says = |message: &str, part: &str| assert!(message.contains(part), "{message}");

    says(&warnings::relative("Qwen1.5", &[ONE, Data::PerParameter { ratio: 20.0 }]).message, "1T, 20N");

    let counts =
        [StatusCount { status: Status::Ok, models: 19 }, StatusCount { status: Status::ExtrapHigh, models: 1 }];
    let targets = |high: usize| -> Vec<(f64, Status)> {
        (0..20).map(|k| (f64::from(k), if k as usize >= 20 - high { Status::ExtrapHigh } else { Status::Ok })).collect()
    };
    let (warning, lower_bound) = warnings::censored(&counts, &targets(1));
    says(&warning.message, "19 ok, 1 extrap_high");
    assert!(!lower_bound);
    let (warning, lower_bound) = warnings::censored(&counts, &targets(2));
    says(&warning.message, "2 of the better 10");
    assert!(lower_bound);

    let outside = warnings::outside_range(&[5e9, 144e9, 0.31e9], (0.62e9, 72e9)).unwrap();
    says(&outside.message, "factor 2.000");
    says(&outside.message, "6.200e8 to 7.200e10");
    assert_eq!(warnings::outside_range(&[0.62e9, 72e9], (0.62e9, 72e9)), None);

    let family = |scores: &[f64]| -> Vec<(f64, f64)> {
        scores.iter().enumerate().map(|(k, score)| (1e9 * 10f64.powf(0.5 * k as f64), *score)).collect()
    };
    let weak = |scores: &[f64]| warnings::weak_reference(&family(scores), 0.25).unwrap();
    assert!(weak(&[0.24, 0.25, 0.26, 0.27, 0.27]).1);
    says(&weak(&[0.4, 0.45, 0.5, 0.55, 0.6]).0.message, "27 %");
    assert!(weak(&[0.4, 0.9]).1);
    let thin = weak(&[0.3, 0.5, 0.8]);
    assert!(!thin.1);
    says(&thin.0.message, "3 sizes");
    says(&thin.0.message, "1.00 decades");
    says(&thin.0.message, "within 0.1 of chance: 1");
    assert_eq!(warnings::weak_reference(&family(&[0.4, 0.5, 0.6, 0.7, 0.8]), 0.25), None);

    assert_eq!(warnings::sigmoid_trouble(&example()), None);
    assert_eq!(warnings::sigmoid_trouble(&Sigmoid::new(0.75, 0.25, 3.0, 2.0)).unwrap().kind, "sigmoid-rises");
    let bound = Sigmoid { at_bound: Some("c".to_owned()), ..example() };
    says(&warnings::sigmoid_trouble(&bound).unwrap().message, "c ended at its bound");

    let line = |n: usize, days: f64, rate: f64| {
        let points: Vec<(f64, f64)> = (0..n).map(|k| (days * k as f64, rate * days * k as f64)).collect();
        envelope(Rule::LeastSquares, &points).unwrap()
    };
    says(&warnings::extreme(&[("a", 31.0), ("b", 29.0)], None).unwrap().message, "a has density 31.0");
    says(&warnings::extreme(&[], Some((Rule::LeastSquares, &line(5, 100.0, 1.0)))).unwrap().message, "leverage 0.60");
    assert_eq!(warnings::extreme(&[("a", 30.0)], Some((Rule::LeastSquares, &line(20, 30.0, 1.0)))), None);

    let short = |line| warnings::short_envelope(Rule::LeastSquares, &line).map(|warning| warning.message);
    says(&short(line(7, 100.0, 0.01)).unwrap(), "7 envelope points");
    says(&short(line(8, 50.0, 0.01)).unwrap(), "11.5 months");
    says(&short(line(8, 100.0, -0.01)).unwrap(), "does not rise");
    assert_eq!(short(line(8, 60.0, 0.01)), None);

    assert!(warnings::monotone_rule(Rule::Records).is_some());
    assert!(warnings::monotone_rule(Rule::CumulativeMaximum).is_some());
    assert_eq!(warnings::monotone_rule(Rule::Quantile { q: 0.9 }), None);

    says(&warnings::tokens_count(&LossLaw::BESIROGLU, ONE, 7e9).message, "1.000 after 1T tokens and 2.726 after 15T");

    says(&warnings::mixtures(Size::Active, 3, 0).unwrap().message, "by their active parameters");
    says(&warnings::mixtures(Size::Total, 0, 4).unwrap().message, "4 mixtures of experts are left out");
    assert_eq!(warnings::mixtures(Size::Total, 0, 0), None);

    let found = [("Qwen2".to_owned(), "gsm8k".to_owned(), 4, Some(2366.0))];
    says(&warnings::suspect_families(&found).unwrap().message, "Qwen2 on gsm8k (4 models");
    assert_eq!(warnings::suspect_families(&[]), None);

    let day = |text| scaling_laws::methods::density::read_date(text).unwrap();
    says(&warnings::window(day("2023-02"), day("2024-07")).message, "(17 months)");
    says(&warnings::not_a_reproduction().message, "not a reproduction");
}

#[test]
fn tables_of_models_are_read_with_their_blanks_and_refused_with_a_reason() {
    let read = |line: &str| {
        let headers = "model,family,params_b,kind,tokens_t,released,mmlu";
        let columns: HashMap<&str, Vec<String>> =
            headers.split(',').zip(line.split(',')).map(|(header, cell)| (header, vec![cell.to_owned()])).collect();
        models_from_text(|header| columns.get(header).map(Vec::as_slice), &["mmlu"])
    };
    let model = &read("a,A,7,general,,2023-07-18,").unwrap()[0];
    assert_eq!((model.total, model.active, model.tokens, model.day()), (7e9, 7e9, None, 144.0));
    assert!(model.scores.is_empty() && model.is_dense());
    for (line, part) in [
        ("a,A,,general,1,2023-07,0.5", "`a` has no positive number of parameters"),
        ("a,A,7,general,1,July,0.5", "`July` is not a release date"),
        ("a,A,7,general,1,2023-07,50", "scores are fractions"),
        ("a,A,7,general,much,2023-07,0.5", "row 1, column `tokens_t`: `much`"),
    ] {
        let message = read(line).unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    }
    let missing = models_from_text(|_| None, &[]).unwrap_err().to_string();
    assert!(missing.contains("`model`"), "{missing}");
    assert_eq!(table().len(), 129);
}
