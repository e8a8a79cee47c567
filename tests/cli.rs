//! The command line, verb by verb: what scripts rely on, and what people read when something is
//! wrong.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// Every verb, as the help lists them.
fn verbs() -> Vec<String> {
    let help = done(&["--help"]);
    let list = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    // A verb starts two blanks in; what goes on further in is its description.
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> = names.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
    assert!(names.len() > 18, "{help}");
    names.into_iter().filter(|name| name != "help").collect()
}

fn scaling(arguments: &[&str]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("scaling")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Standard output of a run that must end well.
fn done(arguments: &[&str]) -> String {
    let output = scaling(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "{arguments:?} is quiet where nobody watches");
    text(&output.stdout)
}

/// Standard output is one JSON object and nothing else.
fn json(arguments: &[&str]) -> Value {
    let value: Value = serde_json::from_str(&done(arguments)).unwrap();
    assert!(value.is_object());
    value
}

/// The sentence of a run that must end badly: one line on standard error, nothing on standard
/// output, and the status.
fn sentence(arguments: &[&str]) -> (i32, String) {
    let output = scaling(arguments);
    let said = text(&output.stderr);
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    assert!(said.starts_with("error: "), "{arguments:?}: {said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{arguments:?}: {said}");
    (output.status.code().unwrap(), said.trim_end()["error: ".len()..].to_owned())
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn has_keys(value: &Value, keys: &[&str]) {
    let object = value.as_object().unwrap();
    for key in keys {
        assert!(object.contains_key(*key), "{key} is missing from {value}");
    }
}

/// An estimate with an interval around it.
fn is_interval(value: &Value) {
    let number = |key: &str| value[key].as_f64().unwrap_or_else(|| panic!("{key} of {value}"));
    assert!(number("lower") <= number("estimate") && number("estimate") <= number("upper"), "{value}");
}

/// A fit of the 240 runs with intervals, saved once for all tests that start from one.
fn saved() -> &'static Path {
    static FOLDER: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-saved-fit");
        let _ = std::fs::remove_dir_all(&folder);
        let keep = "L < 3.4469";
        done(&[
            "fit",
            "hoffmann2022-figure4",
            "--law",
            "chinchilla",
            "--objective",
            "hoffmann",
            "--where",
            keep,
            "--bootstrap",
            "60",
            "--seed",
            "7",
            "--out",
            path(&folder),
        ]);
        folder
    })
}

#[test]
fn every_verb_has_help_with_an_example() {
    for verb in &verbs() {
        let help = done(&[verb, "--help"]);
        assert!(help.contains(&format!("Example: scaling {verb}")), "{verb}:\n{help}");
    }
    assert!(done(&["--version"]).starts_with("scaling "));
}

#[test]
fn examples_of_the_help_parse() {
    for verb in &verbs() {
        let help = done(&[verb, "--help"]);
        let example = help.split("Example: scaling ").nth(1).unwrap();
        for option in example.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(help.contains(option), "{verb} has no {option}");
        }
    }
}

#[test]
fn completions_name_every_verb() {
    for shell in ["bash", "zsh", "fish"] {
        let script = done(&["completions", shell]);
        for verb in &verbs() {
            assert!(script.contains(verb), "{shell}: {verb}");
        }
    }
}

/// Losses, residuals, solvers, covariances and intervals are words that help and completions know.
#[test]
fn words_are_shown_completed_and_refused_with_their_like() {
    let [script, help] = [&["completions", "fish"][..], &["fit", "--help"]].map(done);
    for word in ["asymmetric-huber", "log-minus", "variable-projection", "gauss-newton", "wild", "hoffmann"] {
        assert!(script.contains(word) && help.contains(word), "{word}");
    }
    let words = ["fit", "hoffmann2022-figure4", "--law", "chinchilla", "--loss", "hubert"];
    let error = scaling(&words);
    let said = String::from_utf8_lossy(&error.stderr).into_owned();
    assert!(error.status.code() == Some(2) && said.contains("[possible values: huber, squared,"), "{said}");
}

#[test]
fn a_fit_prints_the_object_of_the_contract() {
    let fit = json(&[
        "fit",
        "hoffmann2022-figure4",
        "--law",
        "chinchilla",
        "--where",
        "L < 3.4469",
        "--residual",
        "log",
        "--loss",
        "huber",
        "--delta",
        "1e-3",
        "--bootstrap",
        "40",
        "--seed",
        "3",
        "--json",
    ]);
    assert_eq!(fit["law"], "chinchilla");
    assert_eq!(fit["rows"]["used"], 240);
    assert_eq!(fit["rows"]["dropped"], 5);
    has_keys(&fit["objective"], &["residual", "loss", "delta", "value"]);
    assert_eq!(fit["objective"]["residual"], "log");
    assert_eq!(fit["objective"]["loss"], "huber");
    assert_eq!(fit["objective"]["delta"], 1e-3);
    let value = fit["objective"]["value"].as_f64().unwrap();
    assert!((value / 0.001_018_274_017_80 - 1.0).abs() < 1e-9, "{value}");
    for symbol in ["E", "A", "B", "alpha", "beta"] {
        has_keys(&fit["parameters"][symbol], &["estimate", "standard_error", "lower", "upper"]);
        is_interval(&fit["parameters"][symbol]);
    }
    is_interval(&fit["derived"]["a"]);
    has_keys(&fit["starts"], &["tried", "best_basin"]);
    assert!(fit["starts"]["tried"].as_u64() >= fit["starts"]["best_basin"].as_u64());
    assert!(fit["starts"]["best_basin"].as_u64() > Some(0));
    for warning in fit["warnings"].as_array().unwrap() {
        has_keys(warning, &["kind", "message"]);
    }
}

#[test]
fn a_fit_of_the_absolute_loss_bootstraps() {
    let fit = json(&[
        "fit",
        "hoffmann2022-figure4",
        "--law",
        "chinchilla",
        "--where",
        "L < 3.4469",
        "--loss",
        "absolute",
        "--bootstrap",
        "30",
        "--json",
    ]);
    assert_eq!(fit["objective"]["delta"], Value::Null);
    assert_eq!(fit["interval"]["replicates"], 30);
    assert!(fit["interval"]["failed"].as_u64() < Some(4), "{}", fit["interval"]);
    is_interval(&fit["derived"]["a"]);
}

#[test]
fn the_same_command_prints_the_same_bytes() {
    let arguments = [
        "fit",
        "caballero2022-addition",
        "--law",
        "power",
        "--map",
        "x=x",
        "--map",
        "y=y",
        "--bootstrap",
        "50",
        "--json",
    ];
    let arguments: Vec<&str> = arguments.to_vec();
    let one = Command::new(assert_cmd::cargo::cargo_bin!("scaling"))
        .args(&arguments)
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .unwrap();
    let four = Command::new(assert_cmd::cargo::cargo_bin!("scaling"))
        .args(&arguments)
        .env("RAYON_NUM_THREADS", "4")
        .output()
        .unwrap();
    assert_eq!(text(&one.stdout), text(&four.stdout));
    assert_eq!(one.status.code(), four.status.code());
}

/// Runs that follow Hoffmann's form exactly, headers and units as people write them.
fn people_s_csv(folder: &TempDir) -> PathBuf {
    let mut out = String::from("Model Size,train tokens,final loss,family\n");
    for (i, n) in [70e6, 160e6, 410e6, 1e9, 2.8e9, 6.9e9].into_iter().enumerate() {
        for (j, d) in [2e9, 8e9, 3e10, 1.2e11, 3e11].into_iter().enumerate() {
            let noise = 1.0 + 2e-3 * ((0.618_033_988_75 * (5 * i + j + 1) as f64).fract() - 0.5);
            let loss = (1.69 + 406.4 / f64::powf(n, 0.34) + 410.7 / f64::powf(d, 0.28)) * noise;
            let size = if n >= 1e9 { format!("{}B", n / 1e9) } else { format!("{}M params", n / 1e6) };
            out += &format!("{size},{}B tokens,{loss:.12},{}\n", d / 1e9, ["a", "b"][i % 2]);
        }
    }
    let file = folder.path().join("runs.csv");
    std::fs::write(&file, out).unwrap();
    file
}

const MAPPED: [&str; 6] = ["--map", "N=Model Size", "--map", "D=train tokens", "--map", "L=final loss"];

#[test]
fn mapped_columns_units_filters_and_constraints_reach_the_fit() {
    let folder = TempDir::new().unwrap();
    let csv = people_s_csv(&folder);
    let fit = |more: &[&str]| {
        json(&[&["fit", path(&csv), "--law", "chinchilla", "--loss", "squared", "--json"], &MAPPED[..], more].concat())
    };
    let estimate = |fit: &Value, symbol: &str| fit["parameters"][symbol]["estimate"].as_f64().unwrap();
    let free = fit(&[]);
    assert_eq!(free["rows"]["used"], 30);
    assert!((estimate(&free, "alpha") - 0.34).abs() < 0.02 && (estimate(&free, "beta") - 0.28).abs() < 0.02, "{free}");
    let filtered = fit(&["--where", "N >= 1e8 and D < 200B"]);
    assert_eq!((&filtered["rows"]["used"], &filtered["rows"]["dropped"]), (&Value::from(20), &Value::from(10)));
    let fixed = fit(&["--fix", "alpha=0.34", "--fix", "E=1.69"]);
    assert_eq!((estimate(&fixed, "alpha"), estimate(&fixed, "E")), (0.34, 1.69));
    assert_eq!(fixed["parameters"]["alpha"]["standard_error"], Value::Null);
    let tied = fit(&["--tie", "alpha=beta"]);
    assert_eq!(estimate(&tied, "alpha"), estimate(&tied, "beta"));
    let bounded = fit(&["--bound", "E=1.75.."]);
    assert!((estimate(&bounded, "E") - 1.75).abs() < 1e-6, "{bounded}");
    assert!(bounded["warnings"].as_array().unwrap().iter().any(|w| w["kind"] == "bound-hit"), "{bounded}");
    assert!(fixed["objective"]["value"].as_f64() >= free["objective"]["value"].as_f64());
    let prior = fit(&["--prior", "beta=0.5~0.000001"]);
    assert!((estimate(&prior, "beta") - 0.5).abs() < 1e-3, "{prior}");
    let clustered = fit(&["--cluster", "family", "--bootstrap", "25"]);
    // Two clusters are too few to say how clusters vary: no interval beats a false one.
    assert_eq!(clustered["interval"]["method"], "none");
    let said = |w: &Value| w["message"].as_str().is_some_and(|message| message.contains("cluster"));
    assert!(clustered["warnings"].as_array().unwrap().iter().any(said), "{clustered}");
    let observed = fit(&["--covariance", "observed", "--level", "0.5"]);
    assert_eq!(observed["interval"]["level"], 0.5);
}

#[test]
fn every_loss_and_residual_is_accepted() {
    let folder = TempDir::new().unwrap();
    let csv = people_s_csv(&folder);
    for words in [
        &["--loss", "squared", "--residual", "raw"][..],
        &["--loss", "huber", "--residual", "raw", "--delta", "0.01"],
        &["--loss", "absolute", "--residual", "raw"],
        &["--loss", "quantile", "--tau", "0.4"],
        &["--loss", "student-t", "--nu", "4", "--delta", "1e-3"],
        &["--loss", "cauchy"],
        &["--loss", "asymmetric-huber", "--factor", "2"],
        &["--loss", "squared", "--residual", "log1p"],
        &["--loss", "squared", "--residual", "log-minus", "--offset", "1"],
    ] {
        let fit = json(&[&["fit", path(&csv), "--law", "chinchilla", "--json"], &MAPPED[..], words].concat());
        assert_eq!(fit["objective"]["loss"].is_string(), fit["objective"]["value"].is_number(), "{words:?}");
    }
}

#[test]
fn a_saved_fit_predicts_optimises_draws_and_reports() {
    let record = saved().join("record.json");
    let predicted = json(&["predict", path(&record), "--at", "N=70B,D=1.4T", "--json"]);
    is_interval(&predicted["L"]);
    assert!((predicted["L"]["estimate"].as_f64().unwrap() - 1.973_367).abs() < 1e-5, "{predicted}");
    assert!(predicted["extrapolation"]["N"].as_f64() > Some(4.0));
    assert!(predicted["warnings"].as_array().unwrap().iter().any(|w| w["kind"] == "extrapolation"));

    // The folder stands for the record in it.
    let one = json(&["optimum", path(saved()), "--compute", "5.76e23", "--json"]);
    for quantity in ["N", "D", "L", "D/N"] {
        is_interval(&one[quantity]);
    }
    let (n, d) = (one["N"]["estimate"].as_f64().unwrap(), one["D"]["estimate"].as_f64().unwrap());
    assert!((6.0 * n * d / 5.76e23 - 1.0).abs() < 1e-9);
    assert!(one["closed_form_gap"].as_f64() < Some(1e-6));
    let many = json(&["optimum", path(&record), "--compute", "1e21,5.76e23,10 YFLOP", "--json"]);
    let optima = many["optima"].as_array().unwrap();
    assert_eq!(optima.len(), 3);
    assert_eq!(optima[1]["N"], one["N"]);
    assert!((optima[2]["compute"].as_f64().unwrap() / 1e25 - 1.0).abs() < 1e-12);

    let folder = TempDir::new().unwrap();
    let drawn = done(&["plot", path(&record), "--out", path(folder.path()), "--png"]);
    assert!(drawn.lines().count() >= 8, "{drawn}");
    for file in drawn.lines() {
        let bytes = std::fs::read(file).unwrap();
        match file.ends_with(".png") {
            true => assert!(bytes.starts_with(b"\x89PNG"), "{file}"),
            false => assert!(bytes.starts_with(b"<svg") || bytes.starts_with(b"<?xml"), "{file}"),
        }
    }
    let out = folder.path().join("deep/report");
    let written = done(&["report", path(&record), "--out", path(&out)]);
    assert_eq!(written.lines().count(), 2, "{written}");
    let html = std::fs::read_to_string(out.join("report.html")).unwrap();
    let markdown = std::fs::read_to_string(out.join("report.md")).unwrap();
    for report in [&html, &markdown] {
        assert!(report.contains("--bootstrap 60 --seed 7"), "the command that remakes it");
    }
    for outside in ["src=\"http", "href=\"http://", "url(http", "@import", "<script src", "<link"] {
        assert!(!html.contains(outside), "a self-contained file asks for nothing: {outside}");
    }
}

#[test]
fn people_read_tables_where_scripts_read_json() {
    let shown = done(&["fit", "hoffmann2022-figure4", "--law", "chinchilla", "--where", "L < 3.4469"]);
    for part in ["240 of 245 rows", "sum over rows", "alpha", "95 % interval", "starts"] {
        assert!(shown.contains(part), "{part}:\n{shown}");
    }
    let shown = done(&["predict", path(saved()), "--at", "N=70B,D=1.4T"]);
    assert!(shown.contains("extrapolation"), "{shown}");
    let shown = done(&["optimum", path(saved()), "--compute", "5.76e23"]);
    assert!(shown.contains("tokens per parameter"), "{shown}");
}

#[test]
fn published_constants_predict_and_optimise() {
    let value = json(&["predict", "besiroglu2024/main", "--at", "N=70B,D=1.4T", "--json"]);
    assert!((value["L"]["estimate"].as_f64().unwrap() - 1.973).abs() < 2e-3, "{value}");
    assert_eq!(value["L"]["lower"], Value::Null);
    let value = json(&["optimum", "besiroglu2024/main", "--compute", "5.76e23", "--json"]);
    let ratio = value["D/N"]["estimate"].as_f64().unwrap();
    assert!((15.0..25.0).contains(&ratio), "{value}");
    let value = json(&["optimum", "tao2024/approach-3", "--at", "N_nv=70B", "--json"]);
    let best = value["V_opt"]["estimate"].as_f64().unwrap();
    assert!((200e3..230e3).contains(&best), "{value}");
    let value = json(&["predict", "capybara2025/table-2", "--at", "N=1e9,D=1e12,E=4,M=3,B=128", "--json"]);
    assert!((value["L"]["estimate"].as_f64().unwrap() - 2.463).abs() < 1e-3, "{value}");
    assert!(value["D_crit"]["estimate"].as_f64() > Some(1e13), "{value}");
}

#[test]
fn published_numbers_come_out_as_recorded() {
    let value = json(&["reproduce", "kaplan2020", "--json"]);
    let figures = value["figures"].as_array().unwrap();
    assert!(figures.len() > 5);
    for figure in figures {
        has_keys(figure, &["reference", "quantity", "printed", "ours", "verdict"]);
        assert!(figure["reference"].as_str().unwrap().starts_with("kaplan2020/"));
        assert!(figure["printed"].is_string() && figure["ours"].is_number(), "{figure}");
    }
    let one = json(&["reproduce", "besiroglu2024/main", "--json"]);
    assert!(one["figures"].as_array().unwrap().iter().all(|f| f["reference"] == "besiroglu2024/main"));
    assert!(done(&["reproduce", "kaplan2020"]).contains(" 0 surprises"));
}

#[test]
fn serving_makes_models_smaller_in_compute_and_in_money() {
    let saving = |arguments: &[&str]| {
        let all = [&["serve", "sardana2024/constants", "--json"], arguments].concat();
        let value = json(&all);
        ["N", "D", "cost", "cost_base", "saving"].map(|symbol| value[symbol]["estimate"].as_f64().unwrap())
    };
    let [n, d, cost, base, saved] = saving(&["--N", "70B", "--prompts", "9T", "--answers", "1T"]);
    assert!((n - 4.155e10).abs() < 5e6 && (d - 7.923e12).abs() < 5e8 && (saved - 11.95).abs() < 5e-3);
    assert!((1.0 - cost / base - saved / 100.0).abs() < 1e-12);
    // The published prices; its peaks are not printed, and these are those of an A100.
    let devices =
        ["--train-on", "1.50,312e12,0.5", "--prompt-on", "1.10,624e12,0.5", "--answer-on", "1.10,624e12,0.01"];
    let money = |n: &str, requests: f64| {
        let (prompts, answers) = (format!("{}", 70.0 * requests), format!("{}", 215.0 * requests));
        saving(&[&["--N", n, "--prompts", prompts.as_str(), "--answers", answers.as_str()][..], &devices].concat())
    };
    assert!((money("30B", 1.5e9)[4] - 19.0).abs() < 0.05);
    assert!((money("70B", 35.1e9)[4] - 55.3).abs() < 0.05);
    assert!(done(&["serve", "sardana2024/constants", "--N", "7B", "--prompts", "100B"]).contains("100B tokens served"));
    let (status, said) = sentence(&["serve", "kaplan2020/table-2", "--N", "7B"]);
    assert!(status == 2 && said.contains("`kaplan` is not Hoffmann's form"), "{said}");
    assert!(sentence(&["serve", "sardana2024/constants", "--N", "0"]).1.contains("--N 0 must be a positive"));
}

/// A reference of the user's own, with its rows beside it.
const OWN: &str = r#"
key = "ours"
title = "Ours"
[[fit]]
id = "main"
law = "power"
where = "report, page 3"
kind = "published"
expect = "reproduce"
dataset = "runs.csv"
objective = { residual = "log", loss = "squared" }
params = { A = "8.00", alpha = "0.500" }
[[fit.value]]
quantity = "L"
at = { x = "16" }
printed = "2.00"
"#;

#[test]
fn own_numbers_are_checked_from_a_folder() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let asked = ["reproduce", "--references", path(folder.path())];
    let (status, said) = sentence(&asked);
    assert!(status == 2 && said.contains("holds no reference file"), "{status}: {said}");

    write("runs.csv", "x,L\n1,8\n4,4\n16,2\n64,1\n");
    write("ours.toml", OWN);
    assert!(done(&asked).contains("3 figures of 1 references: 3 agree"));
    assert!(done(&["reproduce", "ours/main", "--references", path(folder.path())]).contains("3 agree"));
    assert!(sentence(&["reproduce", "kaplan2020", "--references", path(folder.path())]).1.contains("no reference"));

    write("ours.toml", &OWN.replace("\"2.00\"", "\"2.01\""));
    let output = scaling(&asked);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("surprise: ours/main L at x=16: printed 2.01, ours 2.0000"));

    for (from, to, parts) in [
        ("runs.csv", "absent.csv", &["ours.toml", "\"main\"", "dataset = \"absent.csv\"", "nor a file in"][..]),
        ("law = \"power\"", "law = \"pwoer\"", &["ours.toml", "\"main\"", "no law \"pwoer\""]),
        ("alpha = \"0.500\"", "beta = \"1\"", &["ours.toml", "beta is no parameter of power"]),
        ("A = \"8.00\"", "A = \"eight\"", &["ours.toml", "A = \"eight\" is not a number"]),
        ("id = ", "name = ", &["ours.toml", "line 5", "unknown field `name`"]),
        ("title = \"Ours\"", "title = ", &["ours.toml", "line 3"]),
        ("key = \"ours\"", "key = \"theirs\"", &["ours.toml", "says it is \"theirs\""]),
    ] {
        write("ours.toml", &OWN.replace(from, to));
        let (status, said) = sentence(&asked);
        assert_eq!(status, 2, "{said}");
        for part in parts {
            assert!(said.contains(part), "{from} → {to} lacks `{part}`: {said}");
        }
    }
    let (status, said) = sentence(&["reproduce", "--references", "/nowhere/at/all"]);
    assert!(status == 2 && said.contains("cannot read /nowhere/at/all"), "{said}");
}

#[test]
fn laws_and_datasets_are_listed_and_shown() {
    let laws = done(&["laws"]);
    for law in scaling_laws::laws::LAWS {
        assert!(laws.contains(law.card().id), "{}", law.card().id);
    }
    let page = done(&["laws", "chinchilla"]);
    for part in ["Where it fails", "alpha", "hoffmann2022"] {
        assert!(page.contains(part), "{part}:\n{page}");
    }
    let sets = done(&["datasets"]);
    for card in scaling_laws::data::ingest::built_in() {
        assert!(sets.contains(&card.id), "{}", card.id);
    }
    let card = done(&["datasets", "hoffmann2022-figure4"]);
    for part in ["rows       245", "licence", "D from N, C by"] {
        assert!(card.contains(part), "{part}:\n{card}");
    }
}

#[test]
fn three_approaches_read_one_table() {
    let value = json(&[
        "approaches",
        "hoffmann2022-figure4",
        "--where",
        "L < 3.4469",
        "--bootstrap",
        "30",
        "--seed",
        "1",
        "--json",
    ]);
    has_keys(&value, &["envelope", "isoflop", "parametric", "isoflop_bias"]);
    for exponent in [&value["envelope"]["n"]["exponent"], &value["parametric"]["a"]["estimate"]] {
        assert!((0.4..0.6).contains(&exponent.as_f64().unwrap()), "{exponent}");
    }
    let shown = done(&["approaches", "hoffmann2022-figure4", "--where", "L < 3.4469", "--bootstrap", "30"]);
    assert!(shown.contains("3 parametric"), "{shown}");
    // By the procedure of the paper: narrower than a bootstrap, and many times wider than printed.
    let arguments =
        ["approaches", "hoffmann2022-figure4", "--where", "L < 3.4469", "--bootstrap", "200", "--level", "0.8"];
    let width = |more: &[&str]| {
        let value = json(&[&arguments[..], more, &["--json"]].concat());
        let ends = |end: &str| value["parametric"]["a"][end].as_f64().unwrap();
        assert!(value["envelope"]["n"]["lower"].is_number() && value["isoflop"]["n"]["lower"].is_number(), "{value}");
        ends("upper") - ends("lower")
    };
    let (bootstrapped, subsampled) = (width(&[]), width(&["--subsample", "0.8"]));
    assert!((0.4..0.6).contains(&(subsampled / bootstrapped)), "{subsampled} and {bootstrapped}");
    assert!(subsampled > 0.015);
    assert!(done(&[&arguments[..], &["--subsample", "0.8"]].concat()).contains("80 % interval"));
    assert!(sentence(&[&arguments[..], &["--subsample", "1"]].concat()).1.contains("--subsample 1 must lie"));
}

#[test]
fn rules_for_learning_rate_and_batch_stand_side_by_side() {
    let value = json(&["recommend", "--N", "7B", "--D", "1.4T", "--json"]);
    assert!(value["rows"].as_array().unwrap().len() >= 5, "{value}");
    assert!(done(&["recommend", "--N", "7B", "--D", "1.4T", "--loss", "2.1"]).contains("learning-rate"));
    let (status, said) = sentence(&["recommend", "--N", "0", "--D", "1T"]);
    assert_eq!((status, said.contains("must be positive")), (2, true), "{said}");
}

/// A sweep at two model sizes with a loss that is a bowl in the logarithms.
fn sweep(folder: &TempDir, batch: &str) -> PathBuf {
    let mut lines = vec![format!("Model Size,tokens,Peak LR,{batch},val loss")];
    for n in [1e9, 2e9] {
        for i in 0..9 {
            for j in 0..9 {
                let (rate, size) = (1e-4 * 2f64.powi(i), 65_536.0 * 2f64.powi(j));
                let loss = 2.5 + 0.02 * (rate / 1e-3).ln().powi(2) + 0.01 * (size / 1e6).ln().powi(2) + n / 1e10;
                lines.push(format!("{n},100e9,{rate},{size},{loss}"));
            }
        }
    }
    let file = folder.path().join("sweep.csv");
    fs::write(&file, lines.join("\n") + "\n").unwrap();
    file
}

#[test]
fn rules_are_held_against_a_sweep_of_the_users_own() {
    let folder = TempDir::new().unwrap();
    let (file, out) = (sweep(&folder, "batch_tokens"), folder.path().join("out"));
    let asked = ["recommend", "--N", "1.003B", "--D", "100B", "--runs", path(&file)];
    let value = json(&[&asked[..], &["--json", "--out", path(&out)]].concat());
    let sweep = &value["sweep"];
    assert_eq!((sweep["rows_read"].as_u64(), sweep["rows_kept"].as_u64()), (Some(162), Some(81)), "{sweep}");
    let best = sweep["best"]["loss"].as_f64().unwrap();
    let advice = sweep["advice"].as_array().unwrap();
    let inside: Vec<&Value> = advice.iter().filter(|a| a["excess"].is_number() && a["nearest"].is_number()).collect();
    assert!(inside.len() >= 3, "{advice:?}");
    for a in inside {
        let (rate, batch) = (a["at"][0].as_f64().unwrap(), a["at"][1].as_f64().unwrap());
        let bowl = 2.6 + 0.02 * (rate / 1e-3).ln().powi(2) + 0.01 * (batch / 1e6).ln().powi(2);
        // A bowl lies below its chords, by at most the curvature times an eighth of the step squared, each way.
        let over = a["loss"].as_f64().unwrap() - bowl;
        assert!((-1e-9..=0.03 * 2f64.ln().powi(2) / 4.0 + 1e-9).contains(&over), "{a}");
        assert!((a["excess"].as_f64().unwrap() - (bowl + over) / best + 1.0).abs() < 1e-12, "{a}");
    }
    // Rules that ask for the final loss are given the sweep's best.
    assert_eq!(value["run"]["loss"], sweep["best"]["loss"]);
    assert!(
        advice.iter().all(|a| a["excess"].is_number() != a["note"].as_str().unwrap().starts_with("not in")),
        "{advice:?}"
    );
    let kept: Value = serde_json::from_slice(&fs::read(out.join("sweep.json")).unwrap()).unwrap();
    assert_eq!(&kept, sweep);
    let drawn = fs::read_to_string(out.join("sweep.svg")).unwrap();
    assert!(drawn.contains("steplaw2025 +") && drawn.contains("best run"));
    assert!(fs::read(out.join("sweep.png")).unwrap().starts_with(b"\x89PNG"));

    let said = done(&asked);
    assert!(said.contains("81 of 162 rows kept: those with N = 1B and D = 100B within 1 %"), "{said}");
    assert!(
        said.contains("nearest run") && said.contains("steplaw2025/rounded-lr, steplaw2025/rounded-batch"),
        "{said}"
    );
    let narrow = done(&[&asked[..], &["--where", "lr < 5e-4"]].concat());
    assert!(narrow.contains("not in the sweep: learning rate outside 1.00e-4 to 4.00e-4"), "{narrow}");
}

#[test]
fn a_sweep_that_cannot_be_used_says_why() {
    let folder = TempDir::new().unwrap();
    let file = sweep(&folder, "batch size");
    let asked = |more: &[&str]| sentence(&[&["recommend", "--D", "100B", "--runs", path(&file)][..], more].concat());
    let (status, said) = asked(&["--N", "1B"]);
    assert_eq!((status, said.contains("`batch size` does not say what the batch counts")), (2, true), "{said}");
    let (status, said) = asked(&["--N", "3B", "--batch-unit", "tokens"]);
    assert_eq!(status, 2);
    assert!(said.contains("none of the 162 rows has N = 3B and D = 100B"), "{said}");
    assert!(said.contains("2B and 100B; 1B and 100B"), "{said}");
    let line = done(&[
        "recommend",
        "--N",
        "1B",
        "--D",
        "100B",
        "--runs",
        path(&file),
        "--batch-unit",
        "tokens",
        "--where",
        "lr < 1.5e-4",
    ]);
    assert!(line.contains("the runs vary too little"), "{line}");
}

/// Requests that make no sense: status 2, and the way out in the sentence.
#[test]
fn senseless_requests_are_status_two_and_say_the_way_out() {
    let set = "hoffmann2022-figure4";
    for (arguments, parts) in [
        (
            &["fit", set, "--law", "chinchila"][..],
            &["no law `chinchila`", "did you mean chinchilla", "scaling laws"][..],
        ),
        (&["laws", "chinchila"], &["did you mean chinchilla"]),
        (&["fit", set, "--law", "L(N) = E + A/N^"], &["at character 16", "should stand here"]),
        (&["datasets", "hofmann2022-figure4"], &["did you mean hoffmann2022-figure4", "scaling datasets"]),
        (&["fit", set, "--law", "chinchilla", "--fix", "gamma=1"], &["`gamma`", "E, A, B, alpha, beta"]),
        (&["fit", set, "--law", "chinchilla", "--fix", "alpha=-1"], &["alpha", "must lie between"]),
        (&["fit", set, "--law", "chinchilla", "--bound", "E=3..1"], &["leaves no room for E"]),
        (&["fit", set, "--law", "chinchilla", "--residual", "raw", "--loss", "cauchy"], &["needs a delta"]),
        (&["fit", set, "--law", "chinchilla", "--loss", "squared", "--delta", "1"], &["takes no delta"]),
        (&["fit", set, "--law", "chinchilla", "--delta", "-1"], &["delta = -1 must be a positive"]),
        (&["fit", set, "--law", "chinchilla", "--loss", "quantile"], &["needs a tau"]),
        (&["fit", set, "--law", "chinchilla", "--level", "95"], &["--level 95 must lie between 0 and 1"]),
        (&["fit", set, "--law", "chinchilla", "--where", "L <"], &["at character"]),
        (&["fit", set, "--law", "chinchilla", "--where", "Loss < 3"], &["Loss"]),
        (&["fit", set, "--law", "chinchilla", "--map", "N=size"], &["no column `size`"]),
        (&["fit", set, "--law", "capybara"], &["no column for", "--map"]),
        (
            &["fit", set, "--law", "power-offset", "--map", "x=N", "--fix", "E=1", "--fix", "A=1", "--fix", "alpha=1"],
            &["nothing to fit"],
        ),
        (&["predict", "besiroglu2024/main", "--at", "N=70B"], &["also needs D"]),
        (&["predict", "besiroglu2024/main", "--at", "N=70B,Q=1"], &["`Q` is neither"]),
        (&["predict", "besiroglu2024/maim", "--at", "N=1,D=1"], &["did you mean besiroglu2024/main"]),
        (&["predict", "besiroglu2024/nobody", "--at", "N=1,D=1"], &["neither a saved fit", "nor a published one"]),
        (&["optimum", "besiroglu2024/main"], &["--compute"]),
        (&["optimum", "besiroglu2024/main", "--compute", "-5"], &["buys nothing"]),
        (&["optimum", "kaplan2020/figure-1", "--compute", "1e20"], &["neither a saved fit"]),
        (&["plot", "nowhere"], &["neither a saved fit"]),
        (&["report", "nowhere"], &["neither a saved fit"]),
        (&["reproduce", "nobody2020"], &["no reference `nobody2020`"]),
    ] {
        let (status, said) = sentence(arguments);
        assert_eq!(status, 2, "{arguments:?}: {said}");
        for part in parts {
            assert!(said.contains(part), "{arguments:?} lacks `{part}`: {said}");
        }
    }
}

/// What does not even parse: status 2, from the parser, usage shown.
#[test]
fn requests_that_do_not_parse_are_status_two() {
    for arguments in [
        &["fit"][..],
        &["frobnicate"],
        &["fit", "x.csv", "--law", "chinchilla", "--fix", "alpha"],
        &["fit", "x.csv", "--law", "chinchilla", "--bound", "E=1-2"],
        &["fit", "x.csv", "--law", "chinchilla", "--prior", "E=1"],
        &["fit", "x.csv", "--law", "chinchilla", "--bootstrap", "-3"],
        &["fit", "x.csv", "--law", "chinchilla", "--loss", "hubr"],
        &["fit", "x.csv", "--law", "chinchilla", "--residual", "lg"],
        &["fit", "x.csv", "--law", "chinchilla", "--covariance", "hc3"],
        &["predict", "besiroglu2024/main", "--at", "N=70Q,D=1"],
        &["optimum", "besiroglu2024/main", "--compute", "many"],
        &["serve", "sardana2024/constants", "--N", "7B", "--train-on", "1.5,312e12"],
        &["serve", "sardana2024/constants", "--N", "7B", "--train-on", "1.5,312e12,2"],
    ] {
        let output = scaling(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).starts_with("error: "), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

/// A folder with one file of bad data; the sentence about it.
fn sentence_about(name: &str, contents: &[u8], more: &[&str]) -> (i32, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, contents).unwrap();
    let (status, said) = sentence(&[&["fit", path(&file), "--law", "chinchilla"], more].concat());
    assert!(said.contains(name), "names the file: {said}");
    (status, said)
}

/// Good rows, and one cell of data row 3 replaced.
fn rows_with(role: usize, cell: &str) -> Vec<u8> {
    let mut out = String::from("N,D,L\n");
    for row in 1..=8 {
        let mut cells = [format!("{row}e8"), format!("{}e9", row * row + 1), format!("{}", 4.0 - 0.1 * f64::from(row))];
        if row == 3 {
            cells[role] = cell.to_owned();
        }
        out += &format!("{}\n", cells.join(","));
    }
    out.into_bytes()
}

#[test]
fn files_that_are_no_table_get_one_sentence() {
    let (status, said) = sentence(&["fit", "nowhere.csv", "--law", "chinchilla"]);
    assert_eq!((status, said.contains("nowhere.csv: no such file")), (1, true), "{said}");
    let parquet: Vec<u8> = [&b"PAR1"[..], &[7; 60], b"\x40\0\0\0PAR1"].concat();
    for (name, contents, parts) in [
        ("empty.csv", &b""[..], &["the file is empty"][..]),
        ("header.csv", b"N,D,L\n", &["a header and no data rows"]),
        ("bare.csv", b"1e8,2e9,3.1\n2e8,4e9,2.9\n", &["line 1 holds only numbers", "column names"]),
        ("pipes.csv", b"N D L\nnothing\n", &["only one column", "commas"]),
        ("latin.csv", b"N,D,L\n1e8,2e9,3.1\n2e8,4e9,\xe9\n", &["line 3 is not UTF-8", "save the file as UTF-8"]),
        ("text.parquet", b"N,D,L\n1e8,2e9,3.1\n", &["says Parquet but the contents are not"]),
        ("torn.parquet", &parquet, &["truncated or damaged"]),
        ("broken.json", b"[{\"N\": 1e8, ", &["not a JSON array"]),
    ] {
        let (status, said) = sentence_about(name, contents, &[]);
        assert_eq!(status, 1, "{said}");
        for part in parts {
            assert!(said.contains(part), "{name} lacks `{part}`: {said}");
        }
    }
}

#[test]
fn cells_that_are_no_positive_number_are_placed() {
    for (role, cell, parts) in [
        (0, "many", &["column `N`", "correct the cell"][..]),
        (1, "", &["column `D`", "is empty"]),
        (2, "NaN", &["column `L`", "NaN"]),
        (2, "inf", &["column `L`", "inf"]),
        (0, "-1e9", &["column `N`", "must be positive"]),
        (1, "0", &["column `D`", "must be positive"]),
    ] {
        let (status, said) = sentence_about("runs.csv", &rows_with(role, cell), &[]);
        assert_eq!(status, 1, "{said}");
        assert!(said.contains("row 3"), "{cell}: {said}");
        for part in parts {
            assert!(said.contains(part), "{cell} lacks `{part}`: {said}");
        }
    }
}

#[test]
fn roles_and_rows_that_cannot_serve_get_one_sentence() {
    let (status, said) = sentence_about("runs.csv", b"N,params,D,L\n1e8,1e8,2e9,3.1\n", &[]);
    assert_eq!((status, said.contains("two columns could be N")), (2, true), "{said}");
    let (status, said) = sentence_about("runs.csv", b"N,D,height\n1e8,2e9,3.1\n", &[]);
    assert_eq!((status, said.contains("--map L=COLUMN")), (2, true), "{said}");
    let few = b"N,D,L\n1e8,2e9,3.1\n2e8,4e9,2.9\n3e8,9e9,2.8\n";
    let (status, said) = sentence_about("runs.csv", few, &[]);
    assert_eq!((status, said.contains("3 row(s) cannot determine the 5 free")), (1, true), "{said}");
    let (status, said) = sentence_about("runs.csv", "N,D,L\n".to_owned().as_bytes(), &[]);
    assert_eq!((status, said.contains("no data rows")), (1, true), "{said}");
    let alike = format!("N,D,L\n{}", "1e8,2e9,3.1\n".repeat(9));
    let (status, said) = sentence_about("runs.csv", alike.as_bytes(), &[]);
    assert_eq!((status, said.contains("rows are alike")), (1, true), "{said}");
    let (_, said) = sentence_about("runs.csv", &rows_with(0, "3e8"), &["--where", "L > 100"]);
    assert!(said.contains("no row is left of 8"), "{said}");
    let (_, said) = sentence_about("runs.csv", &rows_with(0, "3e8 tokens"), &[]);
    assert!(said.contains("column `N` is in tokens") && said.contains("counts parameters"), "{said}");
    let mixed = "N,D,L\n1 params,2e9,3.1\n100M,4e9,2.9\n3e8 tokens,9e9,2.8\n";
    let (status, said) = sentence_about("runs.csv", mixed.as_bytes(), &[]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("column `N`") && said.contains("unit"), "{said}");
}

#[test]
fn suspicious_rows_are_fitted_with_warnings() {
    let folder = TempDir::new().unwrap();
    let warned = |name: &str, contents: String| {
        let file = folder.path().join(name);
        std::fs::write(&file, contents).unwrap();
        let fit = json(&["fit", path(&file), "--law", "chinchilla", "--loss", "squared", "--json"]);
        let kinds = fit["warnings"].as_array().unwrap().iter().map(|w| w["kind"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    let loss = |n: f64, d: f64| 1.69 + 406.4 / n.powf(0.34) + 410.7 / d.powf(0.28);
    let grid: Vec<(f64, f64)> =
        (0..12).map(|k| (1e8 * 1.7_f64.powi(k % 4), 3e9 * 2.1_f64.powi(k / 4) * 1.1_f64.powi(k % 3))).collect();
    let line = |n: f64, d: f64, c: f64| format!("{n},{d},{c},{}\n", loss(n, d) * (1.0 + 1e-3 * (n * 0.37).sin()));
    let wrong: String = grid.iter().map(|&(n, d)| line(n, d, 2.0 * n * d)).collect();
    let kinds = warned("c.csv", format!("N,D,C,L\n{wrong}"));
    assert!(kinds.iter().any(|kind| kind.contains("compute") || kind.contains("6nd")), "{kinds:?}");
    let right: String = grid.iter().map(|&(n, d)| line(n, d, 6.0 * n * d)).collect();
    let kinds = warned("twice.csv", format!("N,D,C,L\n{right}{right}"));
    assert!(kinds.iter().any(|kind| kind == "duplicate-rows"), "{kinds:?}");
    let flat: String = (0..12).map(|k| 1e8 * 1.3_f64.powi(k)).map(|n| line(n, 1e20 / 6.0 / n, 1e20)).collect();
    let kinds = warned("flat.csv", format!("N,D,C,L\n{flat}"));
    assert!(kinds.iter().any(|kind| kind == "one-budget"), "{kinds:?}");
}

#[test]
fn malformed_studies_name_key_and_line() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("study.toml");
    let fit = "[[fit]]\nname = \"one\"\ndata = \"hoffmann2022-figure4\"\nlaw = \"chinchilla\"\n";
    for (contents, parts) in [
        ("titel = \"x\"\n".to_owned(), &["line 1", "titel"][..]),
        (format!("title = \"x\"\n{fit}bootstrp = 3\n"), &["line 6", "bootstrp"]),
        (format!("title = \"x\"\n{fit}bootstrap = \"many\"\n"), &["line 6"]),
        ("title = \"x\n".to_owned(), &["line 1"]),
        ("title = \"x\"\n".to_owned(), &["at least one [[fit]]"]),
        (format!("title = \"x\"\n{fit}{fit}"), &["two fits are named `one`"]),
        (format!("title = \"x\"\n{}", fit.replace("one", "../one")), &["fit name `../one`"]),
        (format!("title = \"x\"\n{fit}loss = \"hubr\"\n"), &["fit `one`", "`hubr` is none of"]),
        (format!("title = \"x\"\n{fit}level = 95\n"), &["level = 95 must lie between"]),
    ] {
        std::fs::write(&file, &contents).unwrap();
        let (status, said) = sentence(&["run", path(&file), "--out", path(&folder.path().join("out"))]);
        assert_eq!(status, 2, "{said}");
        for part in [&["study.toml"][..], parts].concat() {
            assert!(said.contains(part), "{contents:?} lacks `{part}`: {said}");
        }
        assert!(!folder.path().join("out").exists(), "nothing is written for a study that is none");
    }
    let (status, said) = sentence(&["run", path(&folder.path().join("none.toml"))]);
    assert_eq!((status, said.contains("none.toml")), (1, true), "{said}");
}

#[test]
fn folders_that_cannot_be_written_get_one_sentence() {
    let folder = TempDir::new().unwrap();
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "not a folder").unwrap();
    let study = folder.path().join("study.toml");
    let fit = "[[fit]]\nname = \"one\"\ndata = \"hoffmann2022-figure4\"\nlaw = \"chinchilla\"\n";
    std::fs::write(&study, format!("title = \"x\"\n{fit}")).unwrap();
    let out = blocked.join("inside");
    for arguments in [
        &["fit", "hoffmann2022-figure4", "--law", "chinchilla", "--out", path(&blocked)][..],
        &["fit", "hoffmann2022-figure4", "--law", "chinchilla", "--out", path(&out)],
        &["plot", path(saved()), "--out", path(&out)],
        &["report", path(saved()), "--out", path(&out)],
        &["run", path(&study), "--out", path(&out)],
    ] {
        let (status, said) = sentence(arguments);
        assert_eq!(status, 1, "{arguments:?}: {said}");
        assert!(said.contains("cannot write") && said.contains("--out"), "{arguments:?}: {said}");
    }
    assert_eq!(std::fs::read(&blocked).unwrap(), b"not a folder");
}

#[test]
fn records_that_are_none_get_one_sentence() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("record.json");
    let whole = std::fs::read(saved().join("record.json")).unwrap();
    for contents in [&b"{}"[..], b"", &whole[..whole.len() / 2], b"\xff\xfe"] {
        std::fs::write(&file, contents).unwrap();
        for verb in [&["plot"][..], &["predict", "--at", "N=1e9,D=1e10"], &["optimum", "--compute", "1e21"]] {
            let (_, said) = sentence(&[&verb[..1], &[path(&file)], &verb[1..]].concat());
            assert!(said.contains("record.json") && said.contains("not a saved fit"), "{said}");
        }
    }
}

/// A record holds numbers that JSON has not; it must still be read by every verb.
#[test]
fn records_with_numbers_that_are_not_finite_are_read() {
    let folder = TempDir::new().unwrap();
    let csv = people_s_csv(&folder);
    // Eight rows at one model size: A and alpha are not determined, and the Hessian is singular.
    let out = folder.path().join("fit");
    let arguments =
        [&["fit", path(&csv), "--law", "chinchilla", "--where", "N > 6B", "--out", path(&out)], &MAPPED[..]].concat();
    let status = scaling(&arguments).status.code();
    assert!(matches!(status, Some(0 | 1)), "{status:?}");
    assert!(out.join("record.json").exists());
    done(&["predict", path(&out), "--at", "N=1e9,D=1e10"]);
    done(&["report", path(&out)]);
    let text = std::fs::read_to_string(out.join("record.json")).unwrap();
    // Every plain number of a record may be null.
    let mut stored: Value = serde_json::from_str(&text).unwrap();
    let certificate = &mut stored["record"]["certificate"];
    for field in ["gradient", "condition"] {
        certificate[field] = Value::Null;
    }
    stored["record"]["points"]["residual"][0] = Value::Null;
    let record: scaling_laws::record::Record = serde_json::from_value(stored["record"].take()).unwrap();
    assert!(record.certificate.condition.is_nan() && record.points.residual[0].is_nan());
    assert_eq!(scaling_laws::work::store::check(&record), Ok(()));
    for figure in scaling_laws::show::figure::all(&record) {
        scaling_laws::show::figure::svg(&figure).unwrap();
    }
}

/// A noisy table of many rows, written, fitted and found right.
fn large(rows: usize) {
    use std::io::Write;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("large.csv");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
    writeln!(out, "N,D,L").unwrap();
    for k in 0..rows {
        let (u, v) = ((k % 1009) as f64 / 1009.0, (k % 1013) as f64 / 1013.0);
        let (n, d) = (1e8 * 100_f64.powf(u), 1e9 * 1000_f64.powf(v));
        let noise = 1.0 + 1e-2 * ((k % 17) as f64 / 8.0 - 1.0);
        writeln!(out, "{n:.6e},{d:.6e},{:.6}", (1.69 + 406.4 / n.powf(0.34) + 410.7 / d.powf(0.28)) * noise).unwrap();
    }
    drop(out);
    let fit = json(&["fit", path(&file), "--law", "chinchilla", "--loss", "squared", "--json"]);
    assert_eq!(fit["rows"]["used"], rows);
    let alpha = fit["parameters"]["alpha"]["estimate"].as_f64().unwrap();
    assert!((alpha - 0.34).abs() < 0.01, "{alpha}");
}

#[test]
fn a_large_file_is_fitted() {
    large(200_000);
}

/// A million and ten million rows through the whole program take minutes: asked for by name.
#[test]
fn a_huge_file_is_fitted() {
    match std::env::var("SCALING_SLOW") {
        Ok(_) => [1_000_000, 10_000_000].into_iter().for_each(large),
        Err(_) => eprintln!("skipped: set SCALING_SLOW to fit one million and ten million rows"),
    }
}

#[test]
fn laws_compare_on_a_table_and_say_so_in_json() {
    let arguments = ["compare", "hoffmann2022-figure4", "--where", "C > 5e20", "--laws", "chinchilla,kaplan", "--json"];
    let value = json(&arguments);
    for law in value["laws"].as_array().unwrap() {
        has_keys(law, &["law", "crps", "log_score", "relative_error", "coverage"]);
        assert!(law["crps"].as_f64().unwrap() > 0.0 && law["coverage"].as_f64().unwrap() <= 1.0);
    }
    assert!(value["verdict"].is_string() && value["average"]["crps"].is_number());
    assert_eq!(value["split"], "budgets");
    let (status, why) = sentence(&["compare", "hoffmann2022-figure4", "--laws", "chinchilla,kaplan", "--by", "budget"]);
    assert!(status == 2 && why.contains("budget"), "{why}");
}

#[test]
fn a_bound_on_an_objective_is_a_number_of_its_column() {
    let arguments = ["frontier", "wang2020-apq", "--minimise", "latency", "--maximise", "top1", "--at", "latency=9"];
    assert!(done(&arguments).contains("best.top1"));
    let (status, why) = sentence(&["frontier", "wang2020-apq", "--minimise", "latency", "--at", "latency=9 GFLOP"]);
    assert!(status == 2 && why.contains("--at"), "{why}");
}

#[test]
fn two_recipes_compare_above_an_asymptote_that_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let table = |name: &str, loss: &str| {
        let path = folder.path().join(name);
        fs::write(&path, format!("C,loss\n3.82e17,{loss}\n")).unwrap();
        path
    };
    let (a, b) = (table("a.csv", "3.5422"), table("b.csv", "3.52"));
    let chosen =
        ["compare", path(&a), path(&b), "--asymptote", "1.6", "--alpha", "0.0941", "--throughput", "433986,410000"];
    let value = json(&[&chosen[..], &["--sensitivity", "1.4,1.8,1.9", "--json"]].concat());
    let near =
        |value: &Value, want: f64| assert!((value.as_f64().unwrap() / want - 1.0).abs() < 1e-7, "{value} {want}");
    near(&value["speed"]["speed_up"]["estimate"], 1.1299458);
    near(&value["speed"]["wall_clock"]["estimate"], 1.0674947);
    for (speed, want) in value["sensitivity"].as_array().unwrap().iter().zip([1.1170642, 1.1460081, 1.1556239]) {
        near(&speed["speed_up"]["estimate"], want);
    }
    assert!(value["speed"]["speed_up"]["lower"].is_null() && value["verdict"].is_string());
    let (status, why) = sentence(&["compare", path(&a), path(&b), "--asymptote", "4"]);
    assert!(status == 2 && why.contains("lowest loss, 3.52"), "{why}");
}

#[test]
fn groups_share_parameters_of_one_law() {
    let shared = ["compare", "gadre2024-overtraining", "--group", "dataset", "--share", "alpha,beta"];
    let value = json(&[&shared[..], &["--laws", "chinchilla", "--json"]].concat());
    assert_eq!(value["groups"].as_array().unwrap().len(), 3);
    assert!(value["verdict"].is_string() && value["shared"][0]["tied"]["estimate"].is_number());
    let (status, why) = sentence(&[&shared[..], &["--laws", "chinchilla,kaplan"]].concat());
    assert!(status == 2 && why.contains("one law"), "{why}");
}

#[test]
fn details_show_what_moves_together_and_criteria_with_what_they_assume() {
    let words = ["fit", "hoffmann2022-figure4", "--law", "power", "--map", "x=D"];
    let shown = done(&[&words[..], &["--details"]].concat());
    assert!(
        shown.contains("correlation of the parameters") && shown.contains("they assume independent rows"),
        "{shown}"
    );
    let record = json(&[&words[..], &["--json"]].concat());
    has_keys(&record["criteria"], &["aic", "bic", "parameters", "assumes"]);
    let matrix = record["correlation"].as_array().expect("a matrix");
    assert_eq!(matrix.len(), record["parameters"].as_object().expect("parameters").len());
    assert!(done(&words).lines().all(|line| !line.contains("AIC")));
}
