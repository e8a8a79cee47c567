//! Forecasts are frozen before a run, cannot be changed unseen, and are scored by what was measured.

use scaling_laws::engine::analysis::{Beside, Ranges, predict};
use scaling_laws::engine::uncertainty::Uncertainty;
use scaling_laws::record::Record;
use scaling_laws::work::forecast::{self, Asked, Basis, Frozen, Outcome};
use scaling_laws::work::job::Job;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// The 240 runs of Hoffmann's figure 4.
static RECORD: LazyLock<Record> = LazyLock::new(|| {
    let mut job = Job::new("hoffmann2022-figure4", "chinchilla");
    job.filter = Some("L < 3.4469".to_owned());
    job.run(&|| {}).unwrap().record
});

fn freeze(record: &Record, level: f64, name: &str, at: (f64, f64)) -> Frozen {
    let known = Uncertainty { level, ..Uncertainty::of_record(record).unwrap() };
    let (ranges, beside) = (Ranges::of_record(record), Beside::of_record(record));
    let basis =
        Basis { named: "runs", known: &known, ranges: &ranges, beside: beside.as_ref(), record: Some((record, "ab")) };
    let at = vec![("N".to_owned(), at.0), ("D".to_owned(), at.1)];
    let asked = Asked { name: name.to_owned(), at, date: "2026-11-26".into(), by: "ana".into(), note: String::new() };
    forecast::freeze(&basis, &asked).unwrap()
}

fn outcome(measured: f64) -> Outcome {
    Outcome { measured, date: "2026-12-24".into(), recorded_by: "ben".into(), note: String::new() }
}

/// Beyond the rows the interval allows the law to be wrong; among them it adds the noise of a run.
#[test]
fn a_forecast_is_what_predict_says_of_a_new_run() {
    for at in [(70e9, 1.4e12), (1e9, 2e10)] {
        let frozen = freeze(&RECORD, 0.9, "one", at).forecast;
        let known = Uncertainty { level: 0.9, ..Uncertainty::of_record(&RECORD).unwrap() };
        let beside = Beside::of_record(&RECORD);
        let said = predict(&known, &Ranges::of_record(&RECORD), beside.as_ref(), &frozen.at).unwrap();
        assert_eq!(frozen.prediction, said.new_run.unwrap());
        assert_eq!(frozen.law_value, said.output);
        // The frozen quantiles hold the interval.
        let at = |p: f64| frozen.quantiles.iter().find(|(q, _)| (q - p).abs() < 1e-12).unwrap().1;
        assert_eq!((Some(at(0.05)), Some(at(0.95))), (frozen.prediction.lower, frozen.prediction.upper));
        assert_eq!(frozen.data.unwrap().sha256, RECORD.provenance.sha256);
    }
}

#[test]
fn the_transform_is_the_probability_of_at_most_what_was_measured() {
    let frozen = freeze(&RECORD, 0.95, "one", (70e9, 1.4e12)).forecast;
    for (p, value) in &frozen.quantiles {
        assert!((frozen.score(*value).pit.unwrap() - p).abs() < 1e-9);
    }
    let (least, most) = (frozen.score(1e-3).pit.unwrap(), frozen.score(1e3).pit.unwrap());
    assert_eq!((least, most), (0.5 * (1.0 - 0.998), 0.5 * (1.0 + 0.998)));
    let middle = frozen.score(frozen.prediction.estimate);
    assert!(middle.inside == Some(true) && middle.log_error == Some(0.0) && (middle.pit.unwrap() - 0.5).abs() < 1e-9);
    assert_eq!(frozen.score(frozen.prediction.upper.unwrap() * 1.001).inside, Some(false));
}

/// Outcomes drawn from the forecasts' own quantiles are calibrated, and 3 % lower ones are not.
#[test]
fn calibration_finds_what_is_wrong() {
    let plan = freeze(&RECORD, 0.95, "run", (1e10, 1e12));
    let drawn = |factor: f64| {
        let frozen: Vec<Frozen> = (0..40)
            .map(|k| {
                let mut frozen = plan.clone();
                let p = (f64::from(k * 17 % 40) + 0.5) / 40.0;
                let quantiles = &frozen.forecast.quantiles;
                let k = quantiles.partition_point(|(q, _)| *q <= p).clamp(1, quantiles.len() - 1);
                let ((p0, a), (p1, b)) = (quantiles[k - 1], quantiles[k]);
                let value = a + (b - a) * (p - p0) / (p1 - p0);
                frozen.record(outcome(value * factor), false).unwrap();
                frozen
            })
            .collect();
        forecast::calibrate(&frozen.iter().collect::<Vec<_>>())
    };
    let fair = drawn(1.0);
    let kinds = |kinds: &[scaling_laws::data::measurements::Warning]| {
        kinds.iter().map(|warning| warning.kind.clone()).collect::<Vec<_>>()
    };
    assert_eq!((fair.scored, fair.open), (40, 0));
    for c in &fair.coverage {
        assert!((c.share - c.level).abs() < 0.05 && c.lower < c.level && c.level < c.upper, "{c:?}");
    }
    assert!(fair.pit.as_ref().unwrap().p > 0.9 && (fair.pit.as_ref().unwrap().mean - 0.5).abs() < 0.02);
    let bias = fair.bias.unwrap();
    assert!(bias.lower.unwrap() < 0.0 && bias.upper.unwrap() > 0.0);
    // All of them rest on the same rows, which is said.
    assert_eq!(kinds(&fair.warnings), ["forecasts-go-together"]);
    let low = drawn(0.97);
    assert!(low.pit.unwrap().p < 0.01 && low.bias.unwrap().upper.unwrap() < 0.0);
}

#[test]
fn no_part_of_a_file_can_be_changed_unseen() {
    let folder = tempfile::tempdir().unwrap();
    let mut frozen = freeze(&RECORD, 0.95, "plan", (70e9, 1.4e12));
    frozen.record(outcome(1.95), false).unwrap();
    frozen.record(outcome(1.96), true).unwrap();
    let path = forecast::write(folder.path(), &frozen).unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    assert_eq!(forecast::read(folder.path(), "plan").unwrap(), frozen);
    // Its layout is no part of it: a formatter may pass over it.
    let value: Value = serde_json::from_str(&whole).unwrap();
    std::fs::write(&path, serde_json::to_string(&value).unwrap()).unwrap();
    assert_eq!(forecast::read(folder.path(), "plan").unwrap(), frozen);
    // Every leaf of the file, changed, removed or joined by another one.
    fn leaves(value: &Value, at: String, out: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, v)| leaves(v, format!("{at}/{key}"), out)),
            Value::Array(list) => list.iter().enumerate().for_each(|(k, v)| leaves(v, format!("{at}/{k}"), out)),
            _ => out.push(at),
        }
    }
    let mut places = Vec::new();
    leaves(&value, String::new(), &mut places);
    assert!(places.len() > 60, "{places:?}");
    for place in places {
        let mut changed = value.clone();
        let leaf = changed.pointer_mut(&place).unwrap();
        *leaf = match &*leaf {
            Value::Number(number) => serde_json::json!(number.as_f64().unwrap() * (1.0 + 1e-15) + 1e-300),
            Value::String(text) => serde_json::json!(format!("{text}0")),
            other => serde_json::json!(other.is_null()),
        };
        if changed == value {
            continue;
        }
        std::fs::write(&path, changed.to_string()).unwrap();
        assert!(forecast::read(folder.path(), "plan").is_err(), "{place} was changed");
    }
    for part in ["/forecast/added", "/added", "/outcomes/0/added"] {
        let mut changed = value.clone();
        let (parent, key) = part.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(key.into(), Value::Null);
        std::fs::write(&path, changed.to_string()).unwrap();
        assert!(forecast::read(folder.path(), "plan").is_err(), "{part} was added");
    }
    // The first outcome cannot be taken out either, though the last one can: what was never committed
    // leaves no trace.
    let mut changed = value.clone();
    changed["outcomes"].as_array_mut().unwrap().remove(0);
    std::fs::write(&path, changed.to_string()).unwrap();
    assert!(forecast::read(folder.path(), "plan").is_err());
}

/// Runs the program in a folder.
fn scaling(folder: &Path, arguments: &[&str]) -> Output {
    let program = assert_cmd::cargo::cargo_bin!("scaling");
    Command::new(program).current_dir(folder).args(arguments).env("USER", "ana").output().unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = scaling(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(folder: &Path, arguments: &[&str], words: &str) {
    let output = scaling(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.trim_end().lines().count() == 1, "{arguments:?}: {said}");
    assert!(said.contains(words), "{arguments:?}: {said}");
}

/// A fit of a small table, saved in `runs`.
fn fitted(folder: &Path) -> PathBuf {
    let mut table = "N,D,L\n".to_owned();
    for (i, n) in [1e8, 3e8, 1e9, 3e9].into_iter().enumerate() {
        for (j, ratio) in [5.0, 20.0, 80.0].into_iter().enumerate() {
            let d: f64 = ratio * n;
            let wiggle = [0.999, 1.002, 0.998, 1.001][(i + 2 * j) % 4];
            let l = (1.8 + 480.0 / f64::powf(n, 0.35) + 2000.0 / d.powf(0.366)) * wiggle;
            table += &format!("{n},{d},{l}\n");
        }
    }
    std::fs::write(folder.join("runs.csv"), table).unwrap();
    let done = scaling(folder, &["fit", "runs.csv", "--law", "chinchilla", "--out", "runs"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    folder.join("runs")
}

#[test]
fn a_forecast_is_frozen_scored_once_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fitted(here);
    let new = |name: &str, at: &str| {
        json(here, &["forecast", "new", "runs", "--at", at, "--name", name, "--date", "2026-11-26", "--json"])
    };
    let made = new("spring", "N=70B,D=1.4T");
    assert_eq!(
        (&made["asked_by"], &made["date"], &made["scored"]),
        (&"ana".into(), &"2026-11-26".into(), &false.into())
    );
    let predicted = json(here, &["predict", "runs", "--at", "N=70B,D=1.4T", "--json"]);
    for end in ["estimate", "lower", "upper"] {
        assert_eq!(made[end], predicted["new_run"][end]);
    }
    assert_eq!(made["data"]["sha256"].as_str().map(str::len), Some(64));
    let file = std::fs::read(here.join("forecasts/spring.json")).unwrap();
    // The same again is the same file; another one under its name is refused.
    assert_eq!(new("spring", "N=70B,D=1.4T"), made);
    assert_eq!(std::fs::read(here.join("forecasts/spring.json")).unwrap(), file);
    let other = ["forecast", "new", "runs", "--at", "N=7B,D=1.4T", "--name", "spring", "--date", "2026-11-26"];
    refused(here, &other, "never replaced");
    new("autumn", "N=10B,D=2e11");

    fn score<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["forecast", "score", "spring", "--date", "2026-12-24"], more].concat()
    }
    refused(here, &score(&["--measured", "-1"]), "must be a positive number");
    refused(here, &score(&["--measured", "3 tokens"]), "counts tokens");
    refused(
        here,
        &["forecast", "score", "spring", "--measured", "2", "--date", "2026-11-25"],
        "a forecast is made first",
    );
    refused(here, &["forecast", "score", "spring", "--measured", "2", "--date", "24.12.2026"], "is not a day");
    refused(here, &["forecast", "score", "summer", "--measured", "2"], "there are autumn, spring");
    refused(here, &["forecast", "new", "runs", "--at", "N=1B,D=1B", "--name", "../up"], "no name for a forecast");
    let scored = json(here, &score(&["--measured", "1.9", "--by", "ben", "--json"]));
    assert_eq!((&scored["measured"], &scored["recorded_by"]), (&1.9.into(), &"ben".into()));
    assert_eq!(scored["sha256"], made["sha256"]);
    refused(here, &score(&["--measured", "1.8"]), "scored once");
    let corrected = json(here, &score(&["--measured", "1.91", "--correct", "--json"]));
    assert_eq!((&corrected["measured"], &corrected["corrected"]), (&1.91.into(), &1.into()));

    let listed = json(here, &["forecast", "list", "--json"]);
    assert_eq!(listed["forecasts"].as_array().unwrap().len(), 2);
    assert_eq!((&listed["calibration"]["scored"], &listed["calibration"]["open"]), (&1.into(), &1.into()));
    assert_eq!(listed["forecasts"][1]["pit"], corrected["pit"]);
    let shown = scaling(here, &["forecast", "list"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    for word in ["spring", "autumn", "95 % intervals hold", "probability integral transform", "bias", "[few-outcomes]"]
    {
        assert!(shown.contains(word), "{word}:\n{shown}");
    }

    // A better-looking forecast after the fact.
    let path = here.join("forecasts/spring.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let estimate = made["estimate"].to_string();
    std::fs::write(&path, text.replace(&estimate, "1.91")).unwrap();
    refused(here, &score(&["--measured", "1.91"]), "changed after it was written");
    let output = scaling(here, &["forecast", "list", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&listed["forecasts"][1]["intact"], &listed["calibration"]["scored"]), (&false.into(), &0.into()));
}

#[test]
fn published_constants_have_a_value_and_no_interval() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let fit = "besiroglu2024/main";
    let made = json(here, &["forecast", "new", fit, "--at", "N=70B,D=1.4T", "--name", "chinchilla", "--json"]);
    assert!(made["lower"].is_null() && made["data"].is_null());
    assert_eq!(made["warnings"][0]["kind"], "no-interval");
    let scored = json(here, &["forecast", "score", "chinchilla", "--measured", "1.94", "--json"]);
    assert!(scored["inside"].is_null() && scored["pit"].is_null() && scored["log_error"].as_f64().unwrap() < 0.05);
    refused(here, &["forecast", "list", "--dir", "nowhere"], "no folder of forecasts");
}
