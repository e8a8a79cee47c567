//! wandb's run folders: `config.yaml`, `wandb-summary.json`, and a history where one was saved.

use super::super::json::Row;
use super::super::shape;
use super::find::Place;
use super::formats;
use super::{Damaged, Found, Harvest};
use serde_json::{Value, json};
use std::path::Path;
use yaml_rust2::{Yaml, YamlLoader};

/// Keys of wandb's own.
fn is_own(key: &str) -> bool {
    key.starts_with("_wandb") || key == "wandb_version" || key == "_timestamp"
}

pub(super) fn read(place: &Place, harvest: &mut Harvest) -> Option<Found> {
    // `run-…/files` is the usual place; the run is called by the folder above.
    let files = place.folder.file_name().is_some_and(|name| name == "files");
    let named = if files { place.folder.parent().unwrap_or(&place.folder) } else { &place.folder };
    let run = named.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let damage = |file: &Path, why: String| Damaged { file: place.shown(file), why };
    let (mut config, mut summary, mut history, mut wrong) = (Row::new(), None, Vec::new(), Vec::new());
    let mut source = place.folder.clone();
    for file in &place.files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let read = match &*name {
            "config.yaml" => yaml(file).map(|found| config = found),
            "config.json" => formats::object(file).map(|found| config.extend(plain(found))),
            "wandb-summary.json" => formats::object(file).map(|found| summary = Some(plain(found))),
            _ if name.contains("history") => formats::table(file).map(|(points, why)| {
                history.extend(points.into_iter().map(plain));
                wrong.extend(why.map(|why| damage(file, why)));
            }),
            _ => continue,
        };
        match read {
            Err(why) => wrong.push(damage(file, why)),
            Ok(()) if &*name == "wandb-summary.json" || source == place.folder => source.clone_from(file),
            Ok(()) => {}
        }
    }
    let summary = summary.filter(|summary| summary.values().any(Value::is_number));
    if summary.is_none() && history.is_empty() {
        if wrong.is_empty() {
            wrong.push(damage(
                &place.folder,
                "the run left no number, neither in a summary nor in a history".to_owned(),
            ));
        }
        harvest.skipped.extend(wrong);
        return None;
    }
    harvest.damaged.extend(wrong);
    let counts = formats::counted(&mut config, &place.shown(&place.folder), harvest);
    config.extend(counts);
    let points = with_summary(history, summary.unwrap_or_default());
    Some(Found { run, file: place.shown(&source), config, points, separate: false, patterns: Vec::new() })
}

/// The history, its last point completed by the summary, which is the last word of a run and no point
/// of its own.
fn with_summary(mut points: Vec<Row>, summary: Row) -> Vec<Row> {
    match points.last_mut() {
        None => points.push(summary),
        Some(last) => last.extend(summary),
    }
    points
}

/// Without wandb's own keys, nested keys joined by dots, single values of `{"value": …}` unpacked.
fn plain(row: Row) -> Row {
    let unpack = |value: Value| match value {
        Value::Object(mut inner)
            if inner.contains_key("value") && inner.keys().all(|key| key == "value" || key == "desc") =>
        {
            inner.remove("value").unwrap_or(Value::Null)
        }
        other => other,
    };
    let kept = row.into_iter().filter(|(key, _)| !is_own(key)).map(|(key, value)| (key, unpack(value)));
    shape::flat(kept.collect())
}

fn yaml(file: &Path) -> Result<Row, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let documents = YamlLoader::load_from_str(&text).map_err(|error| error.to_string())?;
    match documents.first().map(value) {
        Some(Value::Object(row)) => Ok(plain(row)),
        None => Ok(Row::new()),
        _ => Err("it is not a mapping of names to values".to_owned()),
    }
}

fn value(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Integer(number) => json!(number),
        Yaml::Boolean(flag) => json!(flag),
        Yaml::String(text) => json!(text),
        // Python writes 1e-05, which YAML reads as a text, and .nan.
        Yaml::Real(text) => super::log::cell(text),
        Yaml::Array(items) => Value::Array(items.iter().map(value).collect()),
        Yaml::Hash(map) => {
            let key = |key: &Yaml| {
                key.as_str().map_or_else(|| key.as_i64().map_or_else(String::new, |n| n.to_string()), str::to_owned)
            };
            Value::Object(map.iter().map(|(name, inner)| (key(name), value(inner))).collect())
        }
        Yaml::Alias(_) | Yaml::Null | Yaml::BadValue => Value::Null,
    }
}
