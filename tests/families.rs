//! The accounts of families: complete, the same every time, and with the numbers that the papers and
//! the regression table give.

use scaling_laws::data::ingest::Source;
use scaling_laws::methods::density::{Data, DensityStudy, study};
use scaling_laws::record::chart::{Chart, Look, Section, Series};
use scaling_laws::show::figure;
use scaling_laws::work::families::{compute, density, hyperparameter, power, precision, sections, vocabulary};
use std::sync::OnceLock;

fn all() -> &'static [Section] {
    static ALL: OnceLock<Vec<Section>> = OnceLock::new();
    ALL.get_or_init(|| sections().unwrap())
}

fn section(id: &str) -> &'static Section {
    all().iter().find(|section| section.id == id).unwrap()
}

fn chart(name: &str) -> &'static Chart {
    all().iter().flat_map(|section| &section.charts).find(|chart| chart.name == name).unwrap()
}

fn series<'a>(chart: &'a Chart, name: &str) -> &'a Series {
    chart.plots.iter().flat_map(|plot| &plot.series).find(|series| series.name.starts_with(name)).unwrap()
}

/// Ordinate of a line at an abscissa, between its points in logarithms.
fn at(line: &Series, x: f64) -> f64 {
    let k = line.x.partition_point(|&known| known < x).max(1);
    let t = (x / line.x[k - 1]).ln() / (line.x[k] / line.x[k - 1]).ln();
    (line.y[k - 1].ln() * (1.0 - t) + line.y[k].ln() * t).exp()
}

fn close(ours: f64, expected: f64, relative: f64, what: &str) {
    assert!((ours / expected - 1.0).abs() <= relative, "{what}: {ours} is not {expected}");
}

#[test]
fn every_family_has_words_a_table_and_figures() {
    let ids: Vec<&str> = all().iter().map(|section| section.id.as_str()).collect();
    assert_eq!(
        ids,
        ["power", "kaplan", "compute", "constraints", "precision", "vocabulary", "density", "hyperparameter"]
    );
    let mut names = Vec::new();
    for section in all() {
        assert!(!section.title.is_empty() && !section.text.is_empty() && !section.tables.is_empty(), "{}", section.id);
        assert!(!section.charts.is_empty(), "{}", section.id);
        for sheet in &section.tables {
            assert!(!sheet.rows.is_empty() && !sheet.caption.is_empty(), "{}: {}", section.id, sheet.caption);
            assert!(sheet.rows.iter().all(|row| row.len() == sheet.heads.len()), "{}: {}", section.id, sheet.caption);
        }
        names.extend(section.charts.iter().map(|chart| chart.name.as_str()));
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two figures have one name");
}

#[test]
fn charts_are_complete_and_finite() {
    for chart in all().iter().flat_map(|section| &section.charts) {
        let words = [&chart.title, &chart.subtitle, &chart.caption];
        assert!(words.iter().all(|text| !text.is_empty()) && !chart.plots.is_empty(), "{}", chart.name);
        for plot in &chart.plots {
            assert!(!plot.series.is_empty(), "{}", chart.name);
            for s in &plot.series {
                assert!(!s.x.is_empty() && s.x.len() == s.y.len(), "{}: {}", chart.name, s.name);
                assert!(s.lower.is_empty() || s.lower.len() == s.x.len(), "{}: {}", chart.name, s.name);
                assert_eq!(s.lower.len(), s.upper.len(), "{}: {}", chart.name, s.name);
                assert!(s.labels.is_empty() || s.labels.len() == s.x.len(), "{}: {}", chart.name, s.name);
                let numbers = s.x.iter().chain(&s.y).chain(&s.lower).chain(&s.upper);
                assert!(numbers.copied().all(f64::is_finite), "{}: {}", chart.name, s.name);
            }
        }
    }
}

#[test]
fn sections_survive_a_file_and_come_out_the_same_again() {
    let text = serde_json::to_string(all()).unwrap();
    let read: Vec<Section> = serde_json::from_str(&text).unwrap();
    assert_eq!(read, all());
    for (again, id) in [
        (precision::section().unwrap(), "precision"),
        (vocabulary::section().unwrap(), "vocabulary"),
        (hyperparameter::section().unwrap(), "hyperparameter"),
        (compute::section().unwrap(), "compute"),
        (power::section().unwrap(), "power"),
    ] {
        assert_eq!(&again, section(id));
    }
}

#[test]
fn every_chart_is_drawn() {
    let out = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("families");
    std::fs::create_dir_all(&out).unwrap();
    for chart in all().iter().flat_map(|section| &section.charts) {
        let figure = figure::chart(chart);
        assert_eq!(figure.panels.len(), chart.plots.len());
        let svg = figure::svg(&figure).unwrap();
        assert_eq!(svg, figure::svg(&figure::chart(chart)).unwrap(), "{}", chart.name);
        std::fs::write(out.join(format!("{}.png", chart.name)), figure::png(&svg).unwrap()).unwrap();
    }
}

#[test]
fn precision_turns_at_the_published_critical_data() {
    let critical = series(chart("precision-loss"), "critical data");
    let e4m3 = chart("precision-loss").plots[0].series.iter().find(|s| s.name.starts_with("E4M3")).unwrap();
    let lowest = (0..e4m3.x.len()).min_by(|&i, &j| e4m3.y[i].total_cmp(&e4m3.y[j])).unwrap();
    assert!(critical.x.iter().any(|d| (d / e4m3.x[lowest]).ln().abs() < 0.1), "{:?} {}", critical.x, e4m3.x[lowest]);
    close(at(series(chart("precision-compute"), "floating point, all free"), 1e20), 3.9492, 1e-3, "P at 1e20");
    let layouts = series(chart("precision-capacity"), "best layout");
    for layout in [(2.0, 1.0), (4.0, 3.0), (8.0, 7.0)] {
        assert!(layouts.x.iter().zip(&layouts.y).any(|(e, m)| (*e, *m) == layout), "{layout:?}");
    }
}

#[test]
fn vocabularies_are_those_of_table_1() {
    // 70B non-vocabulary parameters: 1.7B by approach 1 and 3, 1.8B by 2 (table 1, in 1e9).
    for (name, expected) in [("approach 1", 1.7e9), ("approach 2", 1.9e9), ("approach 3: parametric, as", 1.8e9)] {
        close(at(series(chart("vocabulary-growth"), name), 70e9), expected, 0.08, name);
    }
    assert_eq!(series(chart("vocabulary-growth"), "models as").x.len(), 13);
}

#[test]
fn vocabularies_have_the_intervals_of_the_replicates() {
    let plots = &chart("vocabulary-intervals").plots;
    assert_eq!(plots.len(), 4);
    // 95% at about 70B: widths as factors, approach by approach.
    for (plot, (narrowest, widest)) in plots.iter().zip([(50.0, 200.0), (1.05, 1.2), (50.0, 300.0), (1e6, f64::MAX)]) {
        let curve = plot.series.iter().find(|s| s.name.starts_with("published")).unwrap();
        let i = (0..curve.x.len()).find(|&i| curve.x[i] > 70e9).unwrap();
        assert!(curve.lower[i] < curve.y[i] && curve.y[i] < curve.upper[i], "{}", plot.title);
        assert!(curve.lower.iter().chain(&curve.upper).all(|end| end.is_finite()), "{}", plot.title);
        let width = curve.upper[i] / curve.lower[i];
        assert!(width > narrowest && width < widest, "{}: {width}", plot.title);
        assert_eq!(plot.series.iter().find(|s| s.name.starts_with("models as")).unwrap().x.len(), 13);
    }
}

#[test]
fn three_approaches_agree_on_one_half_and_porians_exponents_fall() {
    let ours = series(chart("allocation-approaches"), "ours");
    assert_eq!(ours.x.len(), 3);
    for a in &ours.x {
        assert!((0.45..0.56).contains(a), "{a}");
    }
    close(ours.x[2], 0.5139, 1e-3, "approach 3");
    let printed = series(chart("allocation-approaches"), "as printed");
    assert_eq!(printed.x, [0.50, 0.49, 0.46]);
    let refined = series(chart("allocation-repairs"), "RefinedWeb");
    for (ours, expected) in refined.x.iter().zip([0.8353, 0.7065, 0.6020, 0.5715, 0.4969]) {
        assert!((ours - expected).abs() <= 5.1e-5, "{ours} {expected}");
    }
    assert_eq!(chart("allocation-domains").plots[0].series.len(), 10);
}

#[test]
fn domains_share_their_form_and_images_their_two_tables() {
    let domains = chart("domains-loss");
    assert_eq!(domains.plots.iter().map(|plot| plot.series.len()).collect::<Vec<_>>(), [12, 10]);
    // Table 1 at one petaflop-day: (1.6e-8)^0.16 above the floor.
    let images = domains.plots[1].series.iter().find(|s| s.name == "images 16×16").unwrap();
    close(at(images, 1.0), 1.6e-8_f64.powf(0.16), 1e-3, "reducible loss");
    let images = &section("power").tables[0];
    let verdicts: Vec<&str> = images.rows.iter().map(|row| row[6].as_str()).collect();
    assert_eq!(verdicts, ["C₁ differs", "agree", "irreducible loss differs", "agree", "agree"]);

    // "D grows as N^0.4 as the median, not faster than N^(2/3)" (Henighan et al. 2020).
    let all = scaling_laws::published::reference::all().unwrap();
    let fits = all.iter().filter(|r| r.key == "henighan2020").flat_map(|r| &r.fits);
    let mut rates: Vec<f64> = fits
        .filter(|fit| fit.name.contains("/opt-"))
        .map(|fit| (fit.law.card().derived("p_DN").unwrap().value)(&fit.theta().unwrap(), &[]))
        .collect();
    rates.sort_by(f64::total_cmp);
    assert_eq!(rates.len(), 10);
    assert!((0.5 * (rates[4] + rates[5]) - 0.4).abs() < 0.05 && rates[9] < 2.0 / 3.0, "{rates:?}");
}

#[test]
fn learning_curves_pass_through_the_state_of_the_art() {
    let plot = &chart("learning-curves").plots[0];
    let now = plot.series.iter().find(|s| s.name.starts_with("state of the art")).unwrap();
    for (k, relative) in [5e-3, 5e-2, 5e-3, 1.1e-2, 5e-3].into_iter().enumerate() {
        let curve = plot.series.iter().filter(|s| s.look == Look::Line).nth(k).unwrap();
        close(*curve.y.last().unwrap(), now.y[k], relative, &curve.name);
    }
    let exponents = &section("power").tables[1];
    let row = |name: &str| exponents.rows.iter().find(|row| row[0] == name).unwrap();
    assert_eq!(row("image")[1..], ["-0.309", "-0.309", "0.573", "0.57"]);
    assert_eq!(row("word lm 4 layer")[1..], ["—", "—", "0.78", "—"]);
}

#[test]
fn one_epoch_buys_five_tokens_a_parameter() {
    let plots = &chart("allocation-rules").plots;
    let komatsuzaki = &plots[1].series[0];
    assert!(komatsuzaki.y.iter().all(|ratio| (ratio - 5.0).abs() < 1e-9));
    close(at(&plots[0].series[0], 3e21), 1e10, 1e-6, "N = sqrt(C/30)");
    let ratio = |name: &str, c: f64| at(plots[1].series.iter().find(|s| s.name.starts_with(name)).unwrap(), c);
    assert!(ratio("Kaplan", 1e25) < 2.0 && ratio("Besiroglu", 1e22) > 15.0);
}

#[test]
fn rules_are_on_one_plane() {
    let plane = &chart("hyperparameter-plane").plots[0];
    assert!(plane.series[0].labels.iter().any(|paper| paper == "steplaw2025"));
    // 1.79 N^-0.713 D^0.307 at 1B parameters and 100B tokens.
    let rate = 1.79 * 1e9_f64.powf(-0.713) * 1e11_f64.powf(0.307);
    assert!(plane.series[0].y.iter().any(|ours| (ours / rate - 1.0).abs() < 1e-9));
}

fn with_draws() -> &'static DensityStudy {
    static STUDY: OnceLock<DensityStudy> = OnceLock::new();
    STUDY.get_or_init(|| {
        let settings = density::Wish { replicates: Some(60), ..Default::default() }.settings().unwrap();
        let models = density::read(
            &Source::BuiltIn(density::TABLE.to_owned()),
            &scaling_laws::data::ingest::Reading::default(),
            &settings.benchmarks,
        )
        .unwrap();
        study(&models, &settings).unwrap()
    })
}

#[test]
fn density_doubles_as_in_the_regression_table() {
    let study = with_draws();
    assert!(study.law_draws >= 55, "{}", study.law_draws);
    assert!(study.warnings.iter().all(|warning| warning.kind != "step-1-uncertainty-missing"));
    assert!(study.warnings.iter().any(|warning| warning.kind == "not-a-reproduction"));
    let months = |score: &str, data: Data| study.row(score, data).unwrap().laws[0].doubling_months.unwrap();
    let one = Data::Fixed { tokens: 1e12 };
    close(months("composite", one), 3.38, 5e-3, "composite at 1T");
    close(months("mmlu", one), 4.43, 5e-3, "mmlu at 1T");
    close(months("composite", Data::PerParameter { ratio: 20.0 }), 7.86, 5e-3, "composite at 20N");
    let chart = density::doubling(study);
    let marked: Vec<f64> = chart.plots[0].levels.iter().map(|level| level.at).collect();
    assert_eq!(marked.len(), 4);
    assert!([3.0, 3.3, 3.5].iter().all(|at| marked.contains(at)));
    let main = series(&chart, "D0 = 1T");
    assert!(main.x.iter().any(|x| (x - months("composite", one)).abs() < 1e-12));
}

#[test]
fn density_figures_show_every_target_once() {
    let study = with_draws();
    let row = study.row("composite", study.settings.data[0]).unwrap();
    let chart = density::frontier(row);
    let points = chart.plots[0].series.iter().filter(|s| !matches!(s.look, Look::Line | Look::Dashed));
    let drawn: usize = points.map(|s| s.x.len()).sum();
    let missing = row.models.iter().filter(|m| m.status == scaling_laws::methods::density::Status::Missing).count();
    assert_eq!(drawn + missing, study.targets);
    let table = density::doubling_table(study, study.settings.data[0]);
    assert_eq!(table.rows.len(), study.rows.len() / study.settings.data.len());
}

#[test]
fn wishes_that_cannot_be_met_are_refused() {
    let wish = |wish: density::Wish| wish.settings().unwrap_err().to_string();
    let unknown = density::Wish { benchmarks: vec![("bbh".to_owned(), None)], ..Default::default() };
    assert_eq!(wish(unknown), "what guessing scores on `bbh` is not known: write bbh=0.25");
    let outside = density::Wish { benchmarks: vec![("bbh".to_owned(), Some(1.5))], ..Default::default() };
    assert!(wish(outside).contains("cannot score 1.5"));
    let law = density::Wish {
        law: Some(density::StepOne::Published("steplaw2025/rounded-lr".to_owned())),
        ..Default::default()
    };
    assert!(wish(law).contains("is no loss law"));
}

#[test]
fn one_benchmark_alone_has_no_composite() {
    let wish = density::Wish {
        benchmarks: vec![("mmlu".to_owned(), None)],
        replicates: Some(0),
        data: vec![Data::Fixed { tokens: 1e12 }],
        ..Default::default()
    };
    let settings = wish.settings().unwrap();
    assert!(settings.aggregates.is_empty() && settings.law_draws.is_empty());
    let models = density::read(
        &Source::BuiltIn(density::TABLE.to_owned()),
        &scaling_laws::data::ingest::Reading::default(),
        &settings.benchmarks,
    )
    .unwrap();
    let found = study(&models, &settings).unwrap();
    assert_eq!(found.rows.len(), 1);
    assert_eq!(density::of_study(&found).unwrap().charts.len(), 3);
}

fn scaling(args: &[&str]) -> (bool, String, String) {
    let done = assert_cmd::Command::cargo_bin("scaling").unwrap().args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.success(), text(done.stdout), text(done.stderr))
}

#[test]
fn the_verb_prints_writes_and_refuses() {
    let out = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("density");
    let folder = out.to_str().unwrap();
    let (ok, text, _) =
        scaling(&["density", "--benchmark", "mmlu,gsm8k", "--d0", "1T,20N", "--bootstrap", "0", "--out", folder]);
    assert!(ok, "{text}");
    for said in ["mmlu", "composite", "4.43", "3 months, 95 days, 3.3 months, 3.5 months", "not-a-reproduction"] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    for file in ["density.json", "densities.csv", "report.html", "report.md", "figures/density-frontier.svg"] {
        assert!(out.join(file).exists(), "{file}");
    }
    let (ok, text, _) = scaling(&["density", "--benchmark", "mmlu", "--bootstrap", "0", "--json"]);
    let study: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(ok && study["rows"][0]["score"] == "mmlu");
    let (ok, _, error) = scaling(&["density", "--benchmark", "bbh"]);
    assert!(!ok && error.contains("bbh=0.25"), "{error}");
    let (ok, _, error) = scaling(&["density", "--reference", "Nobody", "--bootstrap", "0"]);
    assert!(!ok && error.contains("Nobody"), "{error}");
}

#[test]
fn the_steps_are_the_user_s_own() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // Step 1: losses of reference checkpoints, fitted with the paper's law; step 2: losses of the
    // scored reference models.
    let loss = |n: f64, d: f64| 30.0 * n.powf(-0.2) + 60.0 * d.powf(-0.25);
    let mut runs = "N,D,L\n".to_owned();
    for n in [5e6, 3e7, 1e8, 2.5e8, 8e8] {
        for ratio in [10.0, 20.0, 60.0, 300.0] {
            runs += &format!("{n},{},{}\n", n * ratio, loss(n, n * ratio));
        }
    }
    std::fs::write(path("runs.csv"), runs).unwrap();
    let (ok, text, error) =
        scaling(&["fit", &path("runs.csv"), "--law", "densing-loss", "--bootstrap", "30", "--out", &path("step1")]);
    assert!(ok, "{text}{error}");
    let mut losses = "model,loss\n".to_owned();
    for (name, n, d) in [("4B", 4e9, 2.4e12), ("7B", 7e9, 4e12), ("14B", 14e9, 4e12), ("72B", 72e9, 3e12)] {
        losses += &format!("Qwen/Qwen1.5-{name},{}\n", loss(n, d));
    }
    std::fs::write(path("losses.csv"), losses).unwrap();
    let common = ["density", "--benchmark", "mmlu", "--d0", "1T", "--bootstrap", "0", "--json"];
    let run = |more: &[&str]| {
        let (ok, text, error) = scaling(&[&common[..], more].concat());
        assert!(ok, "{error}");
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let (step1, table) = (path("step1"), path("losses.csv"));
    let own = run(&["--law", &step1, "--losses", &table]);
    assert_eq!(own["settings"]["law_name"], serde_json::json!(step1));
    assert!((own["settings"]["law"]["alpha"].as_f64().unwrap() - 0.2).abs() < 1e-6);
    let said = own["warnings"].as_array().unwrap().iter().find(|w| w["kind"] == "measured-losses").unwrap();
    assert!(said["message"].as_str().unwrap().starts_with("4 of 7"), "{said}");
    // Losses that are the law's own change nothing.
    let without = run(&["--law", &step1]);
    let months = |study: &serde_json::Value| study["rows"][0]["laws"][0]["doubling_months"].as_f64().unwrap();
    close(months(&own), months(&without), 1e-6, "measured and predicted losses");
    // A published law by name, records asked for, the guard lifted, a date to split at.
    let other = run(&[
        "--law",
        "muennighoff2023/c4",
        "--rule",
        "records,quantile:0.9",
        "--guard",
        "none",
        "--split",
        "2023-12",
    ]);
    assert_eq!(other["rows"][0]["laws"][0]["name"], "records");
    assert!(other["settings"]["range_guard"].is_null() && other["rows"][0]["split"]["before"].is_object());
    // Another reference, with a single model; mixtures by their active parameters.
    let other =
        run(&["--reference", "Llama,Llama-2,Qwen/Qwen-7B", "--mixtures", "active", "--kind", "general,synthetic"]);
    assert_eq!(other["reference"], "Llama + Llama-2 + Qwen/Qwen-7B");
    assert_eq!(other["settings"]["size"], "active");
    for (words, part) in [
        (&["--losses", &table][..], "--law"),
        (&["--law", "kumar2024/main"], "kumar2024"),
        (&["--rule", "best"], "no envelope rule"),
        (&["--guard", "0.5"], "no factor"),
        (&["--split", "yesterday"], "yesterday"),
        (&["--mixtures", "some"], "total or active"),
        (&["--law", &step1, "--losses", &path("runs.csv")], "model"),
    ] {
        let (ok, _, error) = scaling(&[&common[..], words].concat());
        assert!(!ok && error.contains(part), "{words:?}: {error}");
    }
}

#[test]
fn kaplans_figures_say_what_his_tables_say() {
    let resources = chart("kaplan-resources");
    close(at(&resources.plots[0].series[0], 1.0), 2.65808, 1e-5, "one petaflop-day");
    close(at(&resources.plots[1].series[0], 1e10), 2.26244, 1e-5, "ten billion tokens");
    close(at(&resources.plots[2].series[0], 1e9), 2.37564, 1e-5, "a billion parameters");
    let batch = chart("kaplan-critical-batch");
    close(at(series(batch, "Kaplan"), 3.0), 1.12257e6, 1e-5, "critical batch at three nats");
    let trade = &batch.plots[1].series[0];
    for (tokens, steps) in trade.x.iter().zip(&trade.y) {
        close((tokens - 1.0) * (steps - 1.0), 1.0, 1e-9, "equation 5.1");
    }
    // No curve at a fixed batch comes below the least compute.
    let least = series(chart("kaplan-trajectories"), "least compute");
    for curve in &chart("kaplan-trajectories").plots[1].series[..6] {
        for (&c, &l) in curve.x.iter().zip(&curve.y) {
            let inside = least.x.first().is_some_and(|&end| c <= end) && least.x.last().is_some_and(|&end| c >= end);
            assert!(!inside || l >= below(least, c) * (1.0 - 1e-3), "{}: {l} at {c}", curve.name);
        }
    }
}

/// As [`at`], of a line that runs to the left.
fn below(line: &Series, x: f64) -> f64 {
    let k = line.x.partition_point(|&known| known > x).clamp(1, line.x.len() - 1);
    let t = (x / line.x[k - 1]).ln() / (line.x[k] / line.x[k - 1]).ln();
    (line.y[k - 1].ln() * (1.0 - t) + line.y[k].ln() * t).exp()
}

#[test]
fn constraints_are_drawn_as_published() {
    let repetition = chart("constraints-repetition");
    let published = series(repetition, "as published");
    assert!(published.y.last().is_some_and(|worth| (worth - 16.387756).abs() < 1e-6), "1 + R*");
    let serving = chart("constraints-serving");
    assert_eq!(serving.plots[0].series.last().map(|s| s.x.len()), Some(4), "four printed sizes");
    for line in &serving.plots[0].series[..4] {
        assert!(line.y.windows(2).all(|pair| pair[1] < pair[0]), "{}: more serving, a smaller model", line.name);
    }
    let routing = chart("constraints-routing");
    assert_eq!(routing.plots.len(), 3);
    assert!(routing.plots.iter().all(|plot| plot.series.len() >= 10));
    let gadre = chart("constraints-over-training");
    let runs: usize = gadre.plots[0].series.iter().filter(|s| s.look == Look::Dots).map(|s| s.x.len()).sum();
    assert_eq!(runs, 35);
}
