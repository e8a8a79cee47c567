//! Who may import whom. Read off the source, so that a shortcut through the layers fails here and
//! not in a reader's head.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and its floor, to the second component of its path where a floor has several: a room
/// imports from lower floors only, or from itself.
const FLOORS: &[(&str, u32)] = &[
    ("build", 0),
    ("base/real", 1),
    ("base/units", 1),
    ("base/date", 1),
    ("base/fault", 1),
    ("base/text", 1),
    ("base/word", 1),
    ("base/expression", 2),
    ("base/interpolate", 2),
    ("base/objective", 2),
    ("base/root", 2),
    ("law", 3),
    ("costs", 4),
    ("laws", 5),
    ("data/measurements", 5),
    ("data/architecture", 5),
    ("data/card", 6),
    ("data/ingest", 7),
    // Plain data: what results are written down as, not how they come about.
    ("record", 8),
    ("engine/solve", 9),
    ("engine/fit", 10),
    ("engine/optimum", 10),
    ("engine/uncertainty", 11),
    ("engine/design", 12),
    ("engine/validation", 12),
    ("engine/analysis", 13),
    ("published/reference", 14),
    ("methods/method", 15),
    ("methods/allocation", 16),
    ("methods/calibration", 16),
    ("methods/compare", 17),
    ("methods/density", 16),
    ("methods/design", 16),
    ("methods/extrapolate", 16),
    ("methods/frontier", 16),
    ("methods/lifetime", 16),
    ("methods/recommend", 17),
    ("methods/schedule", 16),
    ("methods/vocabulary", 16),
    ("methods/registry", 18),
    ("methods/bench", 18),
    ("methods/job", 19),
    ("published/procedure", 18),
    ("published/claims", 18),
    ("published/papers", 20),
    ("published/scoreboard", 20),
    ("show/figure", 20),
    ("show/report", 21),
    ("show/catalogue", 22),
    ("show/notebook", 22),
    ("work/given", 23),
    ("work/store", 23),
    ("work/accounts", 23),
    ("work/job", 24),
    ("work/fitting", 24),
    ("work/cite", 24),
    ("work/forecast", 24),
    ("work/study", 25),
    ("work/embed", 26),
    ("work/explore", 26),
    ("work/families", 26),
    ("work/gallery", 26),
    ("work/notebook", 27),
    ("prelude", 28),
    ("cli", 28),
    // A crate of its own, on the door for other languages.
    ("python", 28),
    ("main", 29),
];

/// Rooms that keep to fewer imports than their floor allows.
const ONLY: &[(&str, &[&str])] = &[
    ("laws", &["laws", "law", "base", "costs"]),
    ("engine/solve", &["engine/solve", "base", "law"]),
    ("record", &["record", "data/measurements", "base", "law"]),
    ("show/figure", &["show/figure", "record", "data/measurements", "base"]),
    ("show/report", &["show", "record", "data/measurements", "base", "published/reference", "laws"]),
];

/// A room's own matters: only those named may import it.
const PRIVATE: &[(&str, &[&str])] =
    &[("laws/vocabulary/tokens", &["laws/vocabulary", "methods/vocabulary", "work/families", "cli"])];

/// Crates that one folder keeps to itself.
const EXCLUSIVE: &[(&str, &[&str])] = &[
    ("polars", &["data/ingest"]),
    ("plotters", &["show/figure/backend"]),
    ("resvg", &["show/figure/backend"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli"]),
    ("tiny_http", &["cli/explore"]),
    ("argmin", &["engine/solve", "engine/optimum"]),
];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file but the list of rooms: its path below src without the extension, and its code
/// without comments and tests.
fn files() -> Vec<(String, String)> {
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
            let text = fs::read_to_string(path).expect("the source can be read");
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            (name.trim_end_matches("/mod").to_owned(), lines.join("\n"))
        })
        .filter(|(name, _)| name != "lib")
        .collect()
}

/// Every path that follows `prefix` in the code, braces spelled out: `a/b/c`.
fn imports(code: &str, prefix: &str) -> BTreeSet<String> {
    /// Reads one path (or a braced list of them) and returns what is left.
    fn tree<'a>(text: &'a str, stem: &str, found: &mut BTreeSet<String>) -> &'a str {
        let text = text.trim_start();
        if let Some(mut list) = text.strip_prefix('{') {
            loop {
                list = tree(list, stem, found).trim_start();
                match list.strip_prefix(',') {
                    Some(rest) if !rest.trim_start().starts_with('}') => list = rest,
                    Some(rest) => return rest.trim_start().trim_start_matches('}'),
                    None => return list.strip_prefix('}').unwrap_or(list),
                }
            }
        }
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let path = match (stem, name) {
            (_, "" | "self") => stem.to_owned(),
            ("", name) => name.to_owned(),
            (stem, name) => format!("{stem}/{name}"),
        };
        match rest.strip_prefix("::") {
            Some(deeper) => tree(deeper, &path, found),
            None => {
                found.insert(path);
                rest
            }
        }
    }
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        if !code[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$') {
            tree(&code[at + prefix.len()..], "", &mut found);
        }
    }
    found.remove("");
    found
}

fn below(path: &str, room: &str) -> bool {
    path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The room a path lies in, and its floor.
fn floor(path: &str) -> Option<(&'static str, u32)> {
    FLOORS.iter().copied().find(|(room, _)| below(path, room))
}

#[test]
fn imports_go_down() {
    let mut complaints = Vec::new();
    let files = files();
    // A floor's own file lists its rooms and imports nothing.
    let lists: BTreeSet<&str> =
        FLOORS.iter().filter_map(|(room, _)| room.split_once('/')).map(|(floor, _)| floor).collect();
    for (file, code) in files.iter().filter(|(file, _)| !lists.contains(file.as_str())) {
        let Some((room, here)) = floor(file) else {
            complaints.push(format!("{file} has no floor; give its room one in tests/layers.rs"));
            continue;
        };
        let crates = if ["main", "python"].contains(&room) { "scaling_laws::" } else { "crate::" };
        for import in imports(code, crates) {
            let Some((other, there)) = floor(&import) else {
                complaints.push(format!("{file} imports {import}, which is no room"));
                continue;
            };
            if other != room && there >= here {
                complaints.push(format!("{file} imports {import}, from floor {there} into {here}"));
            }
            if let Some((_, only)) = ONLY.iter().find(|(name, _)| *name == room)
                && !only.iter().any(|allowed| below(&import, allowed))
            {
                complaints.push(format!("{file} imports {import}; {room} keeps to {only:?}"));
            }
            if let Some((private, allowed)) = PRIVATE.iter().find(|(private, _)| below(&import, private))
                && !allowed.iter().any(|home| below(file, home))
            {
                complaints.push(format!("{file} imports {private}, which only {allowed:?} may"));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// A floor given to a room that does not exist guards nothing.
#[test]
fn every_room_exists() {
    let files = files();
    for (room, _) in FLOORS {
        assert!(files.iter().any(|(file, _)| below(file, room)), "there is no room {room}");
    }
}

#[test]
fn some_crates_stay_in_their_folder() {
    let mut complaints = Vec::new();
    for (file, code) in files() {
        for (name, homes) in EXCLUSIVE {
            let used = imports(&code, "use ").iter().any(|path| below(path, name))
                || !imports(&code, &format!("{name}::")).is_empty();
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
    let code = "use crate::law::{Card, Law};\nuse crate::{base::real, costs::{self, six_n_d}};\nlet x = crate::engine::fit::run();";
    let expected: BTreeSet<String> =
        ["base/real", "costs", "costs/six_n_d", "engine/fit/run", "law/Card", "law/Law"].map(str::to_owned).into();
    assert_eq!(imports(code, "crate::"), expected);
    assert!(files().iter().any(|(file, code)| below(file, "laws") && imports(code, "crate::").contains("law/Law")));
}
