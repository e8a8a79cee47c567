//! Doors to where the users are: scripts and agents, clusters, papers, labs' own logs.

use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Twelve runs of Hoffmann's form with a little noise: the table of the README.
fn runs() -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    readme.split("```csv\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

/// A folder that holds `runs.csv`.
fn place() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("runs.csv"), runs()).unwrap();
    folder
}

fn scaling(folder: &Path, words: &[&str]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("scaling")).current_dir(folder).args(words).output().unwrap()
}

/// Standard output of a run that must end well.
fn done(folder: &Path, words: &[&str]) -> String {
    let output = scaling(folder, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(folder: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&done(folder, words)).unwrap()
}

/// The kind, the message and the way out of a run that must end badly under `--json`.
fn failure(folder: &Path, words: &[&str]) -> (i32, [String; 3]) {
    let output = scaling(folder, words);
    assert!(output.stdout.is_empty(), "{words:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    let value: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{words:?}: {said}"));
    let part = |key: &str| value["error"][key].as_str().unwrap_or_else(|| panic!("{key}: {said}")).to_owned();
    (output.status.code().unwrap(), ["kind", "message", "remedy"].map(part))
}

/// Checks a value against the parts of JSON Schema that ours use; the first place that does not fit.
fn fits(root: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let defined = root.pointer(name.trim_start_matches('#')).ok_or(format!("no {name}"))?;
        return fits(root, defined, value, place);
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[key].as_array() {
            let tried: Vec<_> = choices.iter().map(|choice| fits(root, choice, value, place)).collect();
            if tried.iter().all(Result::is_err) {
                return Err(format!("{place}: none of {key}: {tried:?}"));
            }
        }
    }
    let is = |kind: &str| match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type of JSON"),
    };
    let wanted: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !wanted.is_empty() && !wanted.iter().any(|kind| is(kind)) {
        return Err(format!("{place} is {value}, not {wanted:?}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return Err(format!("{place} is {value}, none of {}", schema["enum"]));
    }
    if let Some(object) = value.as_object() {
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(key) {
                return Err(format!("{place} has no {key}"));
            }
        }
        for (key, inner) in object {
            let known = schema["properties"].get(key).or_else(|| schema.get("additionalProperties"));
            match known {
                Some(Value::Bool(false)) => return Err(format!("{place}.{key} is not foreseen")),
                Some(known) => fits(root, known, inner, &format!("{place}.{key}"))?,
                None => {}
            }
        }
    }
    if let (Some(list), Some(items)) = (value.as_array(), schema.get("items")) {
        for (i, inner) in list.iter().enumerate() {
            fits(root, items, inner, &format!("{place}[{i}]"))?;
        }
    }
    Ok(())
}

#[test]
fn the_guide_is_one_page_whose_commands_run_and_print_json() {
    let folder = place();
    let guide = json(folder.path(), &["guide", "--json"]);
    let page = guide["guide"].as_str().unwrap();
    assert_eq!(page, done(folder.path(), &["guide"]));
    assert!(page.lines().count() <= 120 && page.lines().all(|line| line.chars().count() <= 130));
    let commands: Vec<&str> = guide["commands"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    assert!(commands.len() >= 8, "{commands:?}");
    for line in commands {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[0], "scaling", "{line}");
        json(folder.path(), &words[1..]);
    }
}

#[test]
fn every_warning_that_the_guide_names_can_be_given() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/guide.md")).unwrap();
    let (_, after) = page.split_once("mean **stop** until they are answered:").unwrap();
    let named = after.split("\n4.").next().unwrap();
    let kinds: Vec<&str> = named.split('`').skip(1).step_by(2).chain(["forecast-not-determined"]).collect();
    assert!(kinds.len() >= 6, "{kinds:?}");
    let mut source = String::new();
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(next) = waiting.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            match path.extension() {
                None => waiting.push(path),
                Some(extension) if extension == "rs" => source += &fs::read_to_string(path).unwrap(),
                Some(_) => {}
            }
        }
    }
    for kind in kinds {
        assert!(source.contains(&format!("\"{kind}\"")), "{kind}");
    }
}

#[test]
fn what_is_printed_and_written_fits_its_schema() {
    let folder = place();
    let at = folder.path();
    let schemas = json(at, &["schema", "--json"]);
    let printed = [
        ("fit", json(at, &["fit", "runs.csv", "--law", "chinchilla", "--out", "fit", "--json"])),
        ("fit", json(at, &["fit", "runs.csv", "--law", "chinchilla", "--interval", "none", "--json"])),
        ("predict", json(at, &["predict", "fit", "--at", "N=7B,D=140B", "--json"])),
        ("predict", json(at, &["predict", "besiroglu2024/main", "--at", "N=7B,D=140B", "--json"])),
        ("optimum", json(at, &["optimum", "fit", "--compute", "1e21", "--json"])),
        ("optimum", json(at, &["optimum", "fit", "--compute", "1e21,1e22", "--json"])),
        (
            "record",
            serde_json::from_slice::<Value>(&fs::read(at.join("fit/record.json")).unwrap()).unwrap()["record"].clone(),
        ),
    ];
    for (name, value) in &printed {
        fits(&schemas[name], &schemas[name], value, name).unwrap();
        // The check itself can fail: nothing of ours fits the schema of a failure.
        assert!(fits(&schemas["error"], &schemas["error"], value, name).is_err());
    }
    let output = scaling(at, &["fit", "none.csv", "--law", "chinchilla", "--json"]);
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    fits(&schemas["error"], &schemas["error"], &error, "error").unwrap();
    let (status, [kind, message, _]) = failure(at, &["schema", "recrod", "--json"]);
    assert!(status == 2 && kind == "usage", "{message}");
}

#[test]
fn failures_under_json_have_a_kind_a_sentence_and_a_way_out() {
    let folder = place();
    let cases: [(&[&str], i32, &str); 6] = [
        (&["fit", "runs.csv", "--law", "chinchila", "--json"], 2, "unknown-law"),
        (&["fit", "runs.csv", "--law", "chinchilla", "--map", "N=weights", "--json"], 2, "columns"),
        (&["fit", "none.csv", "--law", "chinchilla", "--json"], 1, "table"),
        (&["fit", "runs.csv", "--json"], 2, "usage"),
        (&["predict", "no-such-fit", "--at", "N=1B,D=1B", "--json"], 2, "unknown-fit"),
        (&["run", "none.toml", "--json"], 1, "study"),
    ];
    for (words, status, kind) in cases {
        let (code, [found, message, remedy]) = failure(folder.path(), words);
        assert_eq!((code, found.as_str()), (status, kind), "{words:?}: {message}");
        assert!(!message.is_empty() && !remedy.is_empty() && !message.contains('\n'), "{words:?}");
    }
}

#[test]
fn a_table_from_standard_input_is_the_table_of_the_file() {
    let folder = place();
    let words = ["fit", "-", "--law", "chinchilla", "--interval", "none", "--json"];
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("scaling"));
    let table = fs::File::open(folder.path().join("runs.csv")).unwrap();
    let piped = command.args(words).stdin(table).output().unwrap();
    assert!(piped.status.success(), "{}", String::from_utf8_lossy(&piped.stderr));
    let piped: Value = serde_json::from_slice(&piped.stdout).unwrap();
    let read = json(folder.path(), &["fit", "runs.csv", "--law", "chinchilla", "--interval", "none", "--json"]);
    assert_eq!(piped["parameters"], read["parameters"]);
    assert_eq!(piped["rows"], read["rows"]);
}

/// Published sizes, from a configuration and from flags; the difference to 6ND is in the answer.
#[test]
fn an_architecture_is_counted_by_each_convention() {
    let folder = TempDir::new().unwrap();
    let config = r#"{"model_type": "mixtral", "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32,
        "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 32000, "max_position_embeddings": 4096,
        "num_local_experts": 8, "num_experts_per_tok": 2}"#;
    fs::write(folder.path().join("config.json"), config).unwrap();
    let said = json(folder.path(), &["count", "config.json", "--tokens", "1T", "--json"]);
    assert_eq!(said["parameters"]["total"], 46_702_792_704_u64);
    let flags = "count --layers 32 --width 4096 --heads 32 --kv-heads 8 --ffn 14336 --gated --vocabulary 32000 --context 4096 \
                 --experts 8 --active 2 --tokens 1T --json";
    let words: Vec<&str> = flags.split_whitespace().collect();
    assert_eq!(json(folder.path(), &words), said);
    // Of a mixture, 6ND is taken with its active parameters.
    let active = said["parameters"]["active"].as_f64().unwrap();
    let of = |convention: &str| {
        let rows = said["flop"].as_array().unwrap();
        rows.iter()
            .find(|row| row["convention"] == convention)
            .unwrap_or_else(|| panic!("{convention}: {said}"))
            .clone()
    };
    assert_eq!(of("6nd")["flop"].as_f64().unwrap(), 6.0 * active * 1e12);
    let look = 12.0 * 32.0 * 4096.0 * 4096.0;
    let ratio = of("6nd-attention")["ratio_to_6nd"].as_f64().unwrap();
    assert!((ratio - (1.0 + look / (6.0 * active))).abs() < 1e-12, "{ratio}");
    let printed = done(folder.path(), &["count", "."]);
    assert!(printed.contains("46,702,792,704") && printed.contains("chinchilla-f"), "{printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
    fs::write(folder.path().join("config.json"), config.replace("mixtral", "unheard")).unwrap();
    let (status, [kind, message, _]) = failure(folder.path(), &["count", "config.json", "--json"]);
    assert!(status == 2 && kind == "request" && message.contains("`unheard`"), "{message}");
}

/// Points of a page of a PDF of ours: its box, and the streams within, unpacked.
fn page(pdf: &[u8]) -> ([f64; 2], String) {
    let text = String::from_utf8_lossy(pdf);
    let size = text.split("/MediaBox [0 0 ").nth(1).unwrap().split(']').next().unwrap();
    let size: Vec<f64> = size.split_whitespace().map(|part| part.parse().unwrap()).collect();
    let from = pdf.windows(7).position(|w| w == b"stream\n").unwrap() + 7;
    let mut content = String::new();
    flate2::read::ZlibDecoder::new(&pdf[from..]).read_to_string(&mut content).unwrap();
    // Every object is where the table says.
    let start: usize = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
    let table = String::from_utf8_lossy(&pdf[start..]).into_owned();
    for (i, row) in table.lines().filter(|line| line.ends_with(" n ")).enumerate() {
        let place: usize = row[..10].parse().unwrap();
        assert!(pdf[place..].starts_with(format!("{} 0 obj", i + 1).as_bytes()), "object {}", i + 1);
    }
    ([size[0], size[1]], content)
}

#[test]
fn figures_are_set_as_a_journal_asks() {
    let folder = place();
    let at = folder.path();
    done(at, &["fit", "runs.csv", "--law", "chinchilla", "--out", "fit"]);
    let drawn = |words: &[&str]| {
        let files = json(at, &[&["plot", "fit", "--out", "figures", "--json"], words].concat());
        let files: Vec<String> =
            files["files"].as_array().unwrap().iter().map(|f| f.as_str().unwrap().into()).collect();
        let first = files.iter().find(|file| file.contains("frontier")).expect("a frontier");
        let bytes = fs::read(at.join(first)).unwrap();
        fs::remove_dir_all(at.join("figures")).unwrap();
        bytes
    };
    let text = |words: &[&str]| String::from_utf8(drawn(words)).unwrap();
    let plain = text(&[]);
    assert_eq!(plain, text(&["--format", "svg"]));
    let title = plain.split("<title>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let first = |svg: &str| svg.split("<text").nth(1).unwrap().split("</text>").next().unwrap().to_owned();
    let titled = |svg: &str| title.starts_with(first(svg).rsplit('>').next().unwrap().trim());
    assert!(titled(&plain) && !titled(&text(&["--no-title"])), "the title goes, and nothing stands for it");
    // A width on paper, and words of their size whatever the width.
    for (width, inches) in [("3.25in", 3.25), ("170mm", 6.6929)] {
        for points in [7.0, 9.0] {
            let svg = text(&["--width", width, "--font-size", &points.to_string()]);
            let number = |key: &str| -> f64 {
                let value = svg.split(&format!("{key}=\"")).nth(1).unwrap().split('"').next().unwrap();
                value.split_whitespace().nth(2).unwrap_or(value.trim_end_matches("in")).parse().unwrap()
            };
            assert_eq!(number("width"), inches, "{width}");
            // The layout is in tenths of pixels, and ticks are 11 of them high.
            let drawn = 110.0 / number("viewBox") * inches * 72.0;
            assert!((drawn / points - 1.0).abs() < 0.005, "{width}, {points}: {drawn}");
        }
    }
    // Grey is without colour, and series stay apart.
    let colours = |svg: &str| -> std::collections::BTreeSet<String> {
        svg.split('#').skip(1).filter_map(|rest| rest.get(..6)).map(str::to_owned).collect()
    };
    let is_grey = |colour: &String| colour[..2] == colour[2..4] && colour[2..4] == colour[4..];
    assert!(!colours(&plain).iter().all(is_grey));
    let grey = colours(&text(&["--grey"]));
    assert!(grey.len() >= 4 && grey.iter().all(is_grey), "{grey:?}");
    // A PDF of the same size, all vectors, and no font to embed.
    let pdf = drawn(&["--format", "pdf", "--width", "3.25in", "--no-title"]);
    assert_eq!(pdf, drawn(&["--format", "pdf", "--width", "3.25in", "--no-title"]), "the same bytes again");
    let (size, content) = page(&pdf);
    assert_eq!(size[0], 234.0);
    assert!(content.lines().filter(|line| line.ends_with(" c")).count() > 100, "words are outlines");
    for operator in [" rg", " RG", " gs", "\nf", "\nS"] {
        assert!(content.contains(operator), "{operator}");
    }
    assert!(!String::from_utf8_lossy(&pdf).contains("/Font") && !content.contains("NaN"));
    // At 600 dots per inch.
    let png = drawn(&["--format", "png", "--width", "3.25in"]);
    assert_eq!(u32::from_be_bytes(png[16..20].try_into().unwrap()), 1950);
    for (words, part) in [
        (["--width", "3.25"], "no length on paper"),
        (["--font-size", "90"], "between 4 and 40"),
        (["--format", "eps"], "possible values: svg, png, pdf"),
    ] {
        let (status, [_, message, _]) = failure(at, &[&["plot", "fit", "--json"], &words[..]].concat());
        assert!(status == 2 && message.contains(part), "{message}");
    }
    let (_, [_, message, _]) = failure(at, &["plot", "fit", "--width", "1in", "--font-size", "20", "--json"]);
    assert!(message.contains("give another --width or --font-size"), "{message}");
}

fn put(folder: &Path, file: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Castagnoli's sum bit by bit, masked as TensorBoard has it.
fn sum(data: &[u8]) -> [u8; 4] {
    let turn = |value: u32, _| if value & 1 == 1 { (value >> 1) ^ 0x82f6_3b78 } else { value >> 1 };
    let crc = !data.iter().fold(!0u32, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), turn));
    crc.rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

/// An event with one scalar, framed: step (2), summary (5) of a value (1) with tag (1) and number (2).
fn event(step: u8, tag: &str, number: f32) -> Vec<u8> {
    let mut value = [&[0x0a, tag.len() as u8], tag.as_bytes(), &[0x15]].concat();
    value.extend(number.to_le_bytes());
    let summary = [&[0x0a, value.len() as u8][..], &value].concat();
    let data = [&[0x10, step, 0x2a, summary.len() as u8][..], &summary].concat();
    let length = (data.len() as u64).to_le_bytes();
    [&length[..], &sum(&length), &data, &sum(&data)].concat()
}

/// The rows of a table that was written, as text by column, whole numbers without their point.
fn written(folder: &Path, file: &str) -> Vec<std::collections::HashMap<String, String>> {
    let text = fs::read_to_string(folder.join(file)).unwrap();
    let mut lines =
        text.lines().map(|line| line.split(',').map(|cell| cell.trim_end_matches(".0").to_owned()).collect::<Vec<_>>());
    let headers = lines.next().unwrap();
    lines.map(|cells| headers.iter().cloned().zip(cells).collect()).collect()
}

#[test]
fn runs_of_every_format_are_harvested_with_their_provenance() {
    let place = TempDir::new().unwrap();
    let folder = place.path();
    put(
        folder,
        "all/wandb/run-20260101-a1/files/config.yaml",
        "wandb_version: 1\nlr:\n  desc: null\n  value: 1e-05\nmodel:\n  value:\n    width: 64\n_wandb:\n  value: {}\n",
    );
    put(
        folder,
        "all/wandb/run-20260101-a1/files/wandb-summary.json",
        r#"{"val": {"loss": 2.5}, "tokens": 1000, "_step": 9}"#,
    );
    put(folder, "all/wandb/run-20260101-a1/files/output.log", "anything");
    let config = r#"{"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 4, "intermediate_size": 256, "vocab_size": 1000, "max_position_embeddings": 128, "tie_word_embeddings": false}"#;
    put(folder, "all/hf/config.json", config);
    put(folder, "all/hf/checkpoint-10/trainer_state.json", r#"{"log_history": [{"loss": 9.0, "step": 10}]}"#);
    put(
        folder,
        "all/hf/checkpoint-20/trainer_state.json",
        r#"{"global_step": 20, "num_input_tokens_seen": 4000, "log_history": [{"loss": 9.0, "step": 10}, {"eval_loss": 3.25, "step": 20}]}"#,
    );
    put(
        folder,
        "all/eval/results_2026-01-01.json",
        r#"{"results": {"arc_easy": {"acc,none": 0.5, "acc_stderr,none": 0.01, "alias": "arc_easy"}}, "versions": {"arc_easy": 1.0}, "config": {}}"#,
    );
    put(folder, "all/tb/events.out.tfevents.1.host", [event(1, "loss", 4.0), event(7, "loss", 3.5)].concat());
    put(
        folder,
        "all/lines/log.jsonl",
        "{\"step\": 1, \"val\": {\"loss\": 3.0}}\n{\"step\": 2, \"val\": {\"loss\": 2.75}}\n",
    );
    // What cannot be read, wholly or in part, or is nothing known.
    put(
        folder,
        "all/tb2/events.out.tfevents.2.host",
        [event(1, "loss", 4.0), event(2, "loss", 1.0)[..20].to_vec()].concat(),
    );
    put(folder, "all/broken/trainer_state.json", "{\"log_history\": [");
    put(folder, "all/nano/train.log", "iter 1: loss 5.5\niter 2: loss 5.25\n");
    put(folder, "all/notes.md", "notes");

    let said = json(folder, &["runs", "all", "--out", "runs.csv", "--json"]);
    let named = |key: &str| -> Vec<String> {
        said[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["file"].as_str().or(one.as_str()).unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        named("skipped"),
        ["broken/trainer_state.json", "hf/checkpoint-10/trainer_state.json", "nano/train.log"]
    );
    assert_eq!(named("damaged"), ["tb2/events.out.tfevents.2.host"]);
    assert_eq!(named("of_no_known_kind"), ["notes.md"]);
    assert_eq!((said["rows"].as_u64(), said["runs"].as_u64()), (Some(6), Some(6)));

    let rows = written(folder, "runs.csv");
    let row = |file: &str| {
        rows.iter().find(|row| row["file"].starts_with(file)).unwrap_or_else(|| panic!("{file}: {rows:?}"))
    };
    let wandb = row("wandb/");
    assert_eq!((&*wandb["run"], &*wandb["val.loss"], &*wandb["model.width"]), ("run-20260101-a1", "2.5", "64"));
    assert_eq!(wandb["lr"].parse::<f64>().unwrap(), 1e-5);
    assert!(!rows[0].contains_key("_wandb") && !rows[0].contains_key("wandb_version"));
    // 2 layers of 4·64² attention, 3·64·256 feed-forward and 2·64 norms, a last norm, two embeddings.
    let blocks = 2 * (4 * 64 * 64 + 3 * 64 * 256 + 2 * 64) + 64;
    let trainer = row("hf/");
    assert_eq!(trainer["params"].parse::<f64>().unwrap(), f64::from(blocks + 2 * 1000 * 64));
    assert_eq!((&*trainer["eval_loss"], &*trainer["train.loss"], &*trainer["step"]), ("3.25", "9", "20"));
    assert_eq!(trainer["num_input_tokens_seen"].parse::<f64>().unwrap(), 4000.0);
    assert!(row("eval/").values().any(|cell| cell == "arc_easy") && row("eval/").values().any(|cell| cell == "0.01"));
    assert_eq!((&*row("tb/")["loss"], &*row("tb/")["step"], &*row("tb2/")["loss"]), ("3.5", "7", "4"));
    assert_eq!((&*row("lines/")["val.loss"], &*row("lines/")["run"]), ("2.75", "lines/log"));

    // Every point, and the text log by its pattern.
    let pattern = "iter {step}: loss {loss}";
    let said = json(folder, &["runs", "all", "--out", "points.csv", "--every", "--pattern", pattern, "--json"]);
    let points = written(folder, "points.csv");
    let of =
        |run: &str| points.iter().filter(|row| row["run"] == run).map(|row| row["loss"].clone()).collect::<Vec<_>>();
    assert_eq!((of("nano/train"), of("tb")), (vec!["5.5".into(), "5.25".into()], vec!["4".into(), "3.5".into()]));
    // The same folder gives the same bytes, and its own table is no run.
    let first = fs::read(folder.join("points.csv")).unwrap();
    done(folder, &["runs", "all", "--out", "points.csv", "--every", "--pattern", pattern]);
    assert_eq!(fs::read(folder.join("points.csv")).unwrap(), first);
    assert!(said["warnings"].as_array().unwrap().iter().any(|warning| warning["kind"] == "pattern-missed"));
    done(folder, &["runs", "all", "--out", "all/runs.csv"]);
    done(folder, &["runs", "all", "--out", "all/runs.csv"]);
    assert_eq!(written(folder, "all/runs.csv").len(), 6);
}

#[test]
fn fields_of_folder_names_make_a_table_that_every_verb_takes() {
    let place = TempDir::new().unwrap();
    let folder = place.path();
    let table = runs();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [n, d, loss] = cells[..] else { panic!("{line}") };
        put(
            folder,
            &format!("named/n{n}_d{d}/log.jsonl"),
            format!("{{\"step\": 1, \"val_loss\": 9}}\n{{\"step\": 2, \"val_loss\": {loss}}}\n"),
        );
        // The same in wandb's layout, where the configuration says what the names say above.
        let run = format!("wandb/run-{n}-{d}/files");
        put(folder, &format!("{run}/config.yaml"), format!("params:\n  value: {n}\ntokens:\n  value: {d}\n"));
        put(folder, &format!("{run}/wandb-summary.json"), format!("{{\"val_loss\": {loss}}}"));
    }
    put(folder, "runs.csv", &table);
    let said = json(folder, &["runs", "named", "--pattern", "n{params}_d{tokens}", "--out", "named.csv", "--json"]);
    assert_eq!((said["runs"].as_u64(), said["warnings"].as_array().unwrap().len()), (Some(12), 0));
    // With one run more, and a column more, it is written anew; a table of other runs is somebody's own.
    put(folder, "named/n9B_d9T/log.jsonl", "{\"step\": 1, \"val_loss\": 2, \"lr\": 1}\n");
    let again = ["runs", "named", "--pattern", "n{params}_d{tokens}", "--out", "named.csv", "--json"];
    assert_eq!(json(folder, &again)["runs"], 13);
    std::fs::remove_dir_all(folder.join("named/n9B_d9T")).unwrap();
    let refused = failure(folder, &again).1;
    assert!(refused[1].contains("did not make"), "{refused:?}");
    std::fs::remove_file(folder.join("named.csv")).unwrap();
    json(folder, &again);
    put(folder, "own.csv", "run,file,loss\nmine,notes.txt,3\n");
    let refused = failure(folder, &["runs", "named", "--out", "own.csv", "--json"]).1;
    assert!(refused[1].contains("did not make"), "{refused:?}");
    let fit = |source: &str| {
        json(folder, &["fit", source, "--law", "chinchilla", "--interval", "none", "--json"])["parameters"].clone()
    };
    let plain = fit("runs.csv");
    assert!(plain.is_array() || plain.is_object());
    let numbers = |value: &Value| -> Vec<f64> {
        let all: Vec<&Value> = value
            .as_array()
            .map(|all| all.iter().collect())
            .unwrap_or_else(|| value.as_object().unwrap().values().collect());
        all.iter().map(|one| one["value"].as_f64().or(one["estimate"].as_f64()).or(one.as_f64()).unwrap()).collect()
    };
    // Folders are read by name, so the rows come in another order: the sums may differ in the last bits.
    for source in ["named.csv", "wandb"] {
        for (ours, theirs) in numbers(&fit(source)).iter().zip(numbers(&plain)) {
            assert!((ours / theirs - 1.0).abs() < 1e-6, "{source}: {ours} {theirs}");
        }
    }
    let (code, [kind, message, _]) =
        failure(folder, &["runs", "named", "--pattern", "n[0-9]+", "--out", "x.csv", "--json"]);
    assert!(code != 0 && kind == "table" && message.contains("names no column"), "{code} {kind}: {message}");
    put(folder, "empty/readme.md", "nothing");
    let (_, [_, message, _]) = failure(folder, &["runs", "empty", "--out", "x.csv", "--json"]);
    assert!(message.contains("no run of wandb"), "{message}");
}

#[test]
fn a_paper_takes_its_tables_its_bibliography_and_its_appendix_from_a_fit() {
    let folder = place();
    let at = folder.path();
    let fit =
        json(at, &["fit", "runs.csv", "--law", "chinchilla", "--objective", "hoffmann", "--out", "fit", "--json"]);
    let latex = done(at, &["table", "fit", "--format", "latex"]);
    for part in ["\\toprule", "\\midrule", "\\bottomrule", "$\\alpha$", "12 rows"] {
        assert!(latex.contains(part), "{part}:\n{latex}");
    }
    let count = |what: &str| latex.matches(what).count();
    assert_eq!(count("\\begin{tabular}"), count("\\end{tabular}"));
    let body = latex.lines().skip(2);
    assert!(body.clone().all(|line| !line.contains('_') || line.contains("\\_") || line.contains('$')), "{latex}");
    let markdown = done(at, &["table", "fit", "--format", "markdown"]);
    assert!(markdown.contains("| Symbol | Meaning |"), "{markdown}");
    // In CSV the numbers are whole.
    let csv = done(at, &["table", "fit", "--format", "csv"]);
    let row =
        csv.lines().find(|line| line.contains(",parameter,") && line.contains(",alpha,")).expect("a row of alpha");
    let alpha: f64 = row.split(",alpha,").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
    assert_eq!(Some(alpha), fit["parameters"]["alpha"]["estimate"].as_f64());
    let cited = json(at, &["cite", "fit", "--json"]);
    assert_eq!(cited["keys"][0]["key"], "hoffmann2022");
    let what = cited["keys"][0]["for"].as_str().unwrap();
    assert!(what.contains("law chinchilla") && what.contains("objective: Huber's loss"), "{what}");
    assert!(cited["uncited"][0].as_str().unwrap().contains("runs.csv: your own to cite, SHA-256 "));
    let bib = done(at, &["cite", "fit", "hoffmann2022-figure4", "besiroglu2024/main"]);
    for key in ["@misc{hoffmann2022,", "@misc{besiroglu2024,", "@software{scaling,"] {
        assert_eq!(bib.matches(key).count(), 1, "{key}:\n{bib}");
    }
    assert_eq!(bib.matches('{').count(), bib.matches('}').count());
    // Every work that a law names is in the bibliography.
    let mut named = 0;
    for law in json(at, &["laws", "--json"]).as_array().into_iter().flatten() {
        let Some(id) = law["id"].as_str() else { continue };
        let bib = done(at, &["cite", id]);
        named += 1;
        assert!(!bib.contains("is in no bibliography"), "{bib}");
    }
    assert!(named > 80, "{named}");
    for format in ["latex", "markdown"] {
        let list = done(at, &["checklist", "fit", "--format", format]);
        for part in ["Rows", "12 read, 12 used", "What was minimised", "scaling fit runs.csv --law chinchilla"] {
            assert!(list.contains(part), "{part}:\n{list}");
        }
    }
    assert_eq!(failure(at, &["cite", "nothing-there", "--json"]).1[0], "unknown-fit");
    assert_eq!(failure(at, &["checklist", "fit", "--format", "csv", "--json"]).0, 2);
}
