//! Where runs are in a folder, and of which kind.

use super::super::files;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Folders within folders that are looked into, and files that are looked at, at most.
const DEEPEST: usize = 12;
const MOST: usize = 200_000;

/// What a file, or several, hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A folder with wandb's files.
    Wandb,
    Trainer,
    /// Results of lm-evaluation-harness.
    Evaluation,
    /// Event files of one folder.
    Events,
    Lines,
    /// CSV or TSV.
    Csv,
    Text,
    /// What is known, and not read.
    Skipped(&'static str),
    /// Of no known kind.
    Other,
}

/// Where something to read is.
pub(super) struct Place {
    pub kind: Kind,
    /// The folder that was given.
    pub root: PathBuf,
    /// The folder of the run.
    pub folder: PathBuf,
    pub files: Vec<PathBuf>,
}

impl Place {
    /// The path of a file below the folder that was given.
    pub fn shown(&self, file: &Path) -> String {
        file.strip_prefix(&self.root).unwrap_or(file).display().to_string()
    }
}

/// Whether a folder holds runs rather than tables: below it is a run, and none of its own files is a
/// table but notes and JSON beside the folders of runs.
pub(in crate::data::ingest) fn is_folder(folder: &Path) -> bool {
    let tables = files::of_folder(folder);
    let note = |file: &PathBuf| file.extension().is_some_and(|end| end == "txt" || end == "json");
    if !tables.iter().all(note) {
        return false;
    }
    let mut found = false;
    each(folder, &mut |place| {
        found |= match place.kind {
            Kind::Wandb | Kind::Trainer | Kind::Evaluation | Kind::Events => {
                tables.is_empty() || place.folder != folder
            }
            Kind::Lines | Kind::Csv => tables.is_empty(),
            Kind::Text | Kind::Skipped(_) | Kind::Other => false,
        }
    });
    found
}

/// Hands on every place, by name; how many more files would have been looked at.
pub(super) fn each(root: &Path, hand_on: &mut dyn FnMut(Place)) -> usize {
    let mut left = MOST;
    walk(root, root, 0, &mut left, hand_on);
    left
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn walk(root: &Path, folder: &Path, depth: usize, left: &mut usize, hand_on: &mut dyn FnMut(Place)) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        // A link to a folder may lead back up; wandb's `latest-run` is one to a run beside it.
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink() || entry.path().is_file()))
        .map(|entry| entry.path())
        .filter(|path| !name(path).starts_with('.'))
        .take(*left)
        .collect();
    *left -= paths.len();
    paths.sort();
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(|path| path.is_dir());
    let place = |kind, files: Vec<PathBuf>| Place { kind, root: root.to_owned(), folder: folder.to_owned(), files };
    if files.iter().any(|file| matches!(&*name(file), "wandb-summary.json" | "wandb-metadata.json"))
        || name(folder) == "files" && files.iter().any(|file| name(file) == "config.yaml")
    {
        // All of a run folder's files are of that one run.
        return hand_on(place(Kind::Wandb, files));
    }
    let (events, files): (Vec<PathBuf>, Vec<PathBuf>) =
        files.into_iter().partition(|file| name(file).contains(".tfevents."));
    let newest = newest_checkpoint(folder, &folders);
    let mut logs = !events.is_empty() || newest.is_some();
    if !events.is_empty() {
        hand_on(place(Kind::Events, events));
    }
    let (configs, files): (Vec<PathBuf>, Vec<PathBuf>) =
        files.into_iter().partition(|file| name(file) == "config.json");
    // wandb's own record and its debugging logs lie about the folder that is read.
    let of_wandb = folders.iter().any(|inner| name(inner) == "files" && name(folder).contains("run-"));
    for file in files {
        let kind = kind(&file);
        if of_wandb && matches!(kind, Kind::Text | Kind::Other | Kind::Skipped(_)) {
            continue;
        }
        logs |= !matches!(kind, Kind::Other | Kind::Skipped(_));
        hand_on(place(kind, vec![file]));
    }
    if !logs && !configs.is_empty() && is_checkpoint(folder).is_none() {
        hand_on(place(Kind::Skipped("a configuration without a log beside it"), configs));
    }
    if depth >= DEEPEST {
        return folders.into_iter().for_each(|inner| hand_on(place(Kind::Skipped("is nested too deep"), vec![inner])));
    }
    for inner in folders {
        if of_wandb && name(&inner) != "files" {
            continue;
        }
        match is_checkpoint(&inner).is_some() && newest.as_ref() != Some(&inner) {
            true => hand_on(place(
                Kind::Skipped("what a later state of the same run holds too"),
                vec![inner.join("trainer_state.json")],
            )),
            false => walk(root, &inner, depth + 1, left, hand_on),
        }
    }
}

/// The step of `checkpoint-500` with the state of a trainer in it.
fn is_checkpoint(folder: &Path) -> Option<u64> {
    let step = name(folder).strip_prefix("checkpoint-")?.parse().ok()?;
    folder.join("trainer_state.json").is_file().then_some(step)
}

/// Checkpoints of one run hold its log from the start: the last says all, unless the run's own folder
/// does.
fn newest_checkpoint(folder: &Path, folders: &[PathBuf]) -> Option<PathBuf> {
    if folder.join("trainer_state.json").is_file() {
        return None;
    }
    folders.iter().max_by_key(|inner| is_checkpoint(inner)).cloned()
}

/// Bytes of a JSON file that are searched for what it is.
const SEARCHED: u64 = 32 << 20;

fn kind(file: &Path) -> Kind {
    let lower = name(file).to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    match lower.as_str() {
        "trainer_state.json" => Kind::Trainer,
        _ if lower.starts_with("results") && ends(&[".json"]) => Kind::Evaluation,
        _ if ends(&[".jsonl", ".ndjson"]) => Kind::Lines,
        _ if ends(&[".json"]) => of_json(file, &lower),
        _ if ends(&[".csv", ".tsv"]) => Kind::Csv,
        _ if ends(&[".wandb"]) => {
            Kind::Skipped("wandb's binary record without its folder `files`: `wandb sync` it and export")
        }
        _ if ends(&[".log", ".out"]) || (ends(&[".txt"]) && lower.contains("log")) => Kind::Text,
        _ => Kind::Other,
    }
}

/// What a JSON file of another name is, by the keys that it must have.
fn of_json(file: &Path, lower: &str) -> Kind {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(SEARCHED).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let has = |key: &str| read.is_ok() && text.contains(key);
    if has("\"log_history\"") {
        return Kind::Trainer;
    }
    if has("\"results\"") && has("\"versions\"") {
        return Kind::Evaluation;
    }
    // What trackers write; Hugging Face's `all_results.json` repeats the trainer's log.
    match ["metrics", "history", "summary", "log"].iter().any(|word| lower.contains(word)) {
        true => Kind::Lines,
        false => Kind::Other,
    }
}
