//! Who may import whom. Read off the source, so that a shortcut through the layers fails here and
//! not in a reader's head.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module and its layer: a module imports from lower layers only.
const LAYERS: &[(&str, u32)] = &[
    ("build", 0),
    ("error", 0),
    ("real", 0),
    ("units", 0),
    ("cost", 1),
    ("interpolate", 1),
    ("objective", 1),
    ("scalar", 1),
    ("solve", 1),
    ("inference", 2),
    ("law", 2),
    ("dataset", 3),
    ("dataset_card", 3),
    ("tokenisation", 3),
    ("ingest", 4),
    ("laws", 4),
    // Plain data: what results are written down as, not how they come about.
    ("record", 4),
    ("reference", 5),
    ("fit", 6),
    ("optimum", 6),
    ("uncertainty", 7),
    ("validation", 8),
    ("analysis", 9),
    ("approach", 8),
    ("compare", 8),
    ("density", 8),
    ("precision", 8),
    ("recommend", 8),
    ("subsample", 8),
    ("vocabulary", 8),
    ("reproduce", 9),
    ("figure", 9),
    ("job", 10),
    ("report", 10),
    ("reproduction", 11),
    ("study", 11),
    ("catalogue", 12),
    ("families", 12),
    ("gallery", 12),
    ("cli", 13),
    ("main", 14),
];

/// Modules that keep to fewer imports than their layer allows.
const ONLY: &[(&str, &[&str])] = &[
    ("laws", &["laws", "law", "real", "cost", "inference", "scalar", "solve", "tokenisation"]),
    ("solve", &["solve", "objective", "real", "error"]),
    ("record", &["record", "dataset", "objective", "law"]),
    ("figure", &["figure", "record", "dataset", "objective", "units", "error"]),
    ("report", &["report", "figure", "record", "dataset", "objective", "units", "error", "reference", "laws"]),
];

/// Crates that one folder keeps to itself.
const EXCLUSIVE: &[(&str, &[&str])] = &[
    ("polars", &["ingest"]),
    ("plotters", &["figure/backend"]),
    ("resvg", &["figure/backend"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli"]),
    ("argmin", &["solve", "optimum"]),
];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file: its path below src without the extension, its module, and its code without
/// comments and tests.
fn files() -> Vec<(String, String, String)> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                out.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&src(), &mut paths);
    paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(src()).expect("the walk stays inside").with_extension("");
            let name = name.to_string_lossy().replace('\\', "/");
            let module = name.split('/').next().unwrap_or_default().to_owned();
            let text = fs::read_to_string(path).expect("the source can be read");
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            (name, module, lines.join("\n"))
        })
        .filter(|(_, module, _)| module != "lib")
        .collect()
}

/// The modules that follow `prefix` in the code: one name, or each of a braced list.
fn imports(code: &str, prefix: &str) -> BTreeSet<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        if code[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.insert(name(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = 0;
        for (k, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => {
                    found.insert(name(list[start..k].trim()));
                    break;
                }
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    found.insert(name(list[start..k].trim()));
                    start = k + 1;
                }
                _ => {}
            }
        }
    }
    found.remove("");
    found
}

fn layer(module: &str) -> Option<u32> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, layer)| *layer)
}

#[test]
fn imports_go_down() {
    let mut complaints = Vec::new();
    for (file, module, code) in files() {
        let Some(here) = layer(&module) else {
            complaints.push(format!("{file}: {module} has no layer; give it one in tests/layers.rs"));
            continue;
        };
        let crates = if module == "main" { "scaling_laws::" } else { "crate::" };
        for import in imports(&code, crates) {
            let Some(there) = layer(&import) else { continue };
            if import != module && there >= here {
                complaints.push(format!("{file} imports {import}, from layer {there} into {here}"));
            }
            if let Some((_, only)) = ONLY.iter().find(|(name, _)| *name == module)
                && !only.contains(&import.as_str())
            {
                complaints.push(format!("{file} imports {import}; {module} keeps to {only:?}"));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn some_crates_stay_in_their_folder() {
    let mut complaints = Vec::new();
    for (file, _, code) in files() {
        for (name, homes) in EXCLUSIVE {
            let used = imports(&code, "use ").contains(*name) || !imports(&code, &format!("{name}::")).is_empty();
            if used && !homes.iter().any(|home| file == *home || file.starts_with(&format!("{home}/"))) {
                complaints.push(format!("{file} uses {name}, which stays in {homes:?}"));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// The reader of imports is itself tested: a rule that sees nothing forbids nothing.
#[test]
fn imports_are_read() {
    let code = "use crate::law::{Card, Law};\nuse crate::{real, cost::{self, Cost}};\nlet x = crate::fit::run();";
    let expected: BTreeSet<String> = ["cost", "fit", "law", "real"].map(str::to_owned).into();
    assert_eq!(imports(code, "crate::"), expected);
    assert!(files().iter().any(|(_, module, code)| module == "laws" && imports(code, "crate::").contains("law")));
}
