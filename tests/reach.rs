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
