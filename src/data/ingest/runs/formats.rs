//! Each kind of file, read into points.

use super::super::json::{self, Row};
use super::super::reader::{Reader, Stacked};
use super::super::{open, shape};
use super::find::{Kind, Place};
use super::log::{Pattern, cell};
use super::{Damaged, Found, Harvest, events, plays, wandb};
use crate::data::architecture;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads a place; what is skipped or damaged goes to the harvest.
pub(super) fn read(place: &Place, patterns: &[Pattern], harvest: &mut Harvest) -> Option<Found> {
    if place.kind == Kind::Wandb {
        return wandb::read(place, harvest);
    }
    let file = place.files.first()?;
    let shown = place.shown(file);
    let (mut used, separate) = (Vec::new(), place.kind == Kind::Evaluation);
    let read = match place.kind {
        Kind::Trainer => trainer(file),
        Kind::Evaluation => evaluation(file),
        Kind::Events => of_events(place, harvest),
        Kind::Lines | Kind::Csv => table(file),
        Kind::Text => of_text(file, patterns, &mut used),
        Kind::Wandb | Kind::Skipped(_) | Kind::Other => return None,
    };
    let read = read.and_then(|(points, why)| match points.is_empty() {
        true => Err(why.unwrap_or_else(|| "it holds no row".to_owned())),
        false => Ok((points, why)),
    });
    let points = match read {
        Ok((points, why)) => {
            harvest.damaged.extend(why.map(|why| Damaged { file: shown.clone(), why }));
            points
        }
        Err(why) => {
            harvest.skip(place, &why);
            return None;
        }
    };
    // A table without steps, or with the names of its runs, is one of measurements and not a log.
    let has = |wanted: &dyn Fn(&str) -> bool| points.iter().any(|point| point.keys().any(|key| wanted(key)));
    let logged = has(&|key| plays(key, "S")) && !has(&|key| key == "run");
    let separate = separate || (place.kind == Kind::Csv && !logged);
    let config = if place.kind == Kind::Csv && separate { Row::new() } else { beside(place, harvest) };
    Some(Found { run: label(place, file), file: shown, config, points, separate, patterns: used })
}

/// A run is called by its folder, or by its file where the files of several runs lie side by side.
fn label(place: &Place, file: &Path) -> String {
    let folder = place.shown(&place.folder);
    match place.kind {
        Kind::Lines | Kind::Csv | Kind::Text => place.shown(&file.with_extension("")),
        _ if folder.is_empty() => ".".to_owned(),
        _ => folder,
    }
}

/// A file that is one JSON object.
pub(super) fn object(file: &Path) -> Result<Row, String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    serde_json::from_slice(&json::quoted_specials(&bytes)).map_err(|error| error.to_string())
}

type Points = (Vec<Row>, Option<String>);

/// The log of Hugging Face's trainer: its points, and what the state says of the end.
fn trainer(file: &Path) -> Result<Points, String> {
    let state = object(file)?;
    let Some(Value::Array(log)) = state.get("log_history") else {
        return Err("it has no `log_history`".to_owned());
    };
    let mut points: Vec<Row> = log.iter().filter_map(|point| point.as_object().cloned().map(shape::flat)).collect();
    if points.is_empty() {
        return Err("nothing has been logged".to_owned());
    }
    // Where losses are measured on other data than they are trained on, the training loss says so.
    if points.iter().any(|point| point.contains_key("eval_loss")) {
        for point in &mut points {
            if let Some(loss) = point.remove("loss") {
                point.insert("train.loss".to_owned(), loss);
            }
        }
    }
    let mut end = Row::new();
    for key in ["global_step", "total_flos", "num_input_tokens_seen"] {
        if let Some(value) = state.get(key).filter(|value| value.as_f64().is_some_and(|value| value > 0.0)) {
            end.insert(key.to_owned(), value.clone());
        }
    }
    // `step` of the log is the same as `global_step`.
    if points.iter().any(|point| point.contains_key("step")) {
        end.remove("global_step");
    }
    if let Some(last) = points.last_mut() {
        last.extend(end);
    }
    Ok((points, None))
}

/// A row per task.
fn evaluation(file: &Path) -> Result<Points, String> {
    let object = object(file)?;
    if !object.get("results").is_some_and(Value::is_object) {
        return Err("it has no `results` of tasks".to_owned());
    }
    shape::of_object(object).map(|rows| (rows, None)).map_err(|mistake| mistake.to_string())
}

/// JSON lines, JSON or CSV: rows as they are. A last line that is cut off is damage, and no reason to
/// forget the others.
pub(super) fn table(file: &Path) -> Result<Points, String> {
    let lower = file.to_string_lossy().to_lowercase();
    if lower.ends_with(".jsonl") || lower.ends_with(".ndjson") {
        return lines(file);
    }
    let reader = open::open(file, false).map_err(|mistake| mistake.to_string())?;
    let reader = match reader {
        Reader::Csv(_) => Stacked::chart(reader),
        other => other,
    };
    let headers = reader.headers().to_vec();
    let every: Vec<usize> = (0..headers.len()).collect();
    let read = reader.load(&[], &every).map_err(|mistake| mistake.to_string())?;
    let row = |row: usize| -> Row {
        headers.iter().zip(&read.texts).map(|(header, column)| (header.clone(), cell(&column[row]))).collect()
    };
    Ok(((0..read.rows).map(row).collect(), None))
}

fn lines(file: &Path) -> Result<Points, String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    let bytes = json::quoted_specials(&bytes);
    let (mut points, mut bad) = (Vec::new(), Vec::new());
    for (i, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Row>(line) {
            Ok(row) => points.push(shape::flat(row)),
            Err(error) => bad.push((i + 1, error.to_string())),
        }
    }
    match (points.is_empty(), bad.first()) {
        (true, Some((line, why))) => Err(format!("line {line}: {why}")),
        (true, None) => Err("it is empty".to_owned()),
        (false, None) => Ok((points, None)),
        (false, Some((line, _))) => {
            let count = bad.len();
            Ok((
                points,
                Some(format!("{count} of its lines are no JSON objects and are left out, the first is line {line}")),
            ))
        }
    }
}

/// Each line by the first pattern that it fits; `used` says which there were.
fn of_text(file: &Path, patterns: &[Pattern], used: &mut Vec<usize>) -> Result<Points, String> {
    if patterns.is_empty() {
        return Err("a text log, of which a pattern must say how a line reads: iter {step}: loss {loss}".to_owned());
    }
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    let mut points = Vec::new();
    for line in String::from_utf8_lossy(&bytes).lines() {
        if let Some((k, row)) = patterns.iter().enumerate().find_map(|(k, pattern)| Some((k, pattern.row(line)?))) {
            points.push(row);
            if !used.contains(&k) {
                used.push(k);
            }
        }
    }
    match points.is_empty() {
        true => Err("no line reads as a pattern says".to_owned()),
        false => Ok((points, None)),
    }
}

/// The event files of one folder are one run, interrupted and gone on with.
fn of_events(place: &Place, harvest: &mut Harvest) -> Result<Points, String> {
    let mut steps = BTreeMap::new();
    for file in &place.files {
        let why = match std::fs::read(file) {
            Ok(bytes) => events::read(&bytes, &mut steps),
            Err(error) => Some(error.to_string()),
        };
        if steps.is_empty() && place.files.len() == 1 {
            return Err(why.unwrap_or_else(|| "it holds no scalar".to_owned()));
        }
        harvest.damaged.extend(why.map(|why| Damaged { file: place.shown(file), why }));
    }
    Ok((steps.into_values().collect(), None))
}

/// What `config.json` beside a log says, or in the folder above a checkpoint, with the parameters of
/// its architecture.
fn beside(place: &Place, harvest: &mut Harvest) -> Row {
    let checkpoint = place.folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("checkpoint-"));
    let above = place.folder.parent().filter(|_| checkpoint).map(|folder| folder.join("config.json"));
    let paths = [Some(place.folder.join("config.json")), above];
    let Some(path) = paths.into_iter().flatten().find(|path| path.is_file()) else { return Row::new() };
    match object(&path) {
        Ok(found) => {
            let mut config = shape::flat(found);
            let shown = place.shown(&path);
            let counts = counted(&mut config, &shown, harvest);
            config.extend(counts);
            config
        }
        Err(why) => {
            harvest.damaged.push(Damaged { file: place.shown(&path), why });
            Row::new()
        }
    }
}

/// The parameters of an architecture, if a configuration is one and names none itself.
pub(super) fn counted(config: &mut Row, shown: &str, harvest: &mut Harvest) -> Row {
    if !architecture::is_config(config) || config.keys().any(|key| plays(key, "N")) {
        return Row::new();
    }
    match architecture::of_config(config) {
        Ok(architecture) => {
            let count = architecture.parameters();
            let mut row = Row::new();
            // The first plays N; of the others --map chooses.
            row.insert("params".to_owned(), json!(count.total));
            row.insert("params_nonemb".to_owned(), json!(count.non_embedding));
            if architecture.experts > 1 {
                row.insert("params_act".to_owned(), json!(count.active));
                row.insert("params_act_nonemb".to_owned(), json!(count.active_non_embedding));
            }
            row
        }
        Err(why) => {
            harvest.uncounted.push(Damaged { file: shown.to_owned(), why });
            Row::new()
        }
    }
}
