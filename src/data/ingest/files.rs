//! The tables of a folder, and those that a pattern names.

use crate::base::text::is_like;
use std::path::{Path, PathBuf};

/// How the names of tables end, before `.gz` or `.zst`.
const ENDINGS: &[&str] = &[
    ".csv", ".tsv", ".txt", ".dat", ".json", ".jsonl", ".ndjson", ".parquet", ".pq", ".feather", ".arrow", ".arrows",
    ".ipc",
];

/// The tables in a folder, by name; hidden files and folders within it are not looked at.
pub(super) fn of_folder(folder: &Path) -> Vec<PathBuf> {
    listed(folder, |name| {
        let name = name.to_lowercase();
        let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
        !name.starts_with('.') && ENDINGS.iter().any(|ending| name.ends_with(ending))
    })
}

fn listed(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| wanted(&entry.file_name().to_string_lossy()));
    let mut paths: Vec<PathBuf> = files.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    paths.sort();
    paths
}

/// Whether a word is a pattern: `runs/*.csv`.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// The files whose path matches, by name. Wildcards may stand in the file's name and in the names of
/// folders.
pub(super) fn matching(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    let parts: Vec<_> = pattern.components().collect();
    for (i, part) in parts.iter().enumerate() {
        let text = part.as_os_str().to_string_lossy();
        let last = i + 1 == parts.len();
        if !is_pattern(&text) {
            found.iter_mut().for_each(|path| path.push(part));
            continue;
        }
        let here = |folder: &PathBuf| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.clone() };
        let mut next = Vec::new();
        for folder in &found {
            let entries = std::fs::read_dir(here(folder)).into_iter().flatten().flatten();
            let names = entries.map(|entry| entry.file_name()).filter(|name| {
                let name = name.to_string_lossy();
                !name.starts_with('.') && is_like(&text, &name)
            });
            next.extend(
                names.map(|name| folder.join(name)).filter(|path| if last { path.is_file() } else { path.is_dir() }),
            );
        }
        next.sort();
        found = next;
    }
    found.retain(|path| path.is_file());
    found
}
