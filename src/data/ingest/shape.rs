//! The shapes in which one JSON object holds a table, made into rows.

use super::error::Mistake;
use super::json::Row;
use super::roles;
use serde_json::Value;

/// Nested keys joined by dots: `{"train": {"lr": 0.003}}` has the column `train.lr`.
pub(super) fn flat(row: Row) -> Row {
    if !row.values().any(Value::is_object) {
        return row;
    }
    let mut out = Row::new();
    let mut open: Vec<(String, Value)> = row.into_iter().collect();
    while let Some((key, value)) = open.pop() {
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                open.extend(inner.into_iter().map(|(name, value)| (format!("{key}.{name}"), value)));
            }
            value => drop(out.insert(key, value)),
        }
    }
    out
}

fn not_a_table(detail: String) -> Mistake {
    Mistake::BrokenJson { detail }
}

/// A list of lists: its first one must name the columns.
pub(super) fn of_lists(rows: Vec<Vec<Value>>) -> Result<Vec<Row>, Mistake> {
    let mut rows = rows.into_iter();
    let first = rows.next().unwrap_or_default();
    let names: Option<Vec<String>> = first.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return Err(not_a_table(
            "it is a list of lists without column names; pandas writes them with orient=\"records\" or \"split\""
                .to_owned(),
        ));
    };
    tabulated(&names, rows)
}

fn tabulated(names: &[String], rows: impl Iterator<Item = Vec<Value>>) -> Result<Vec<Row>, Mistake> {
    rows.enumerate()
        .map(|(i, row)| match row.len() == names.len() {
            true => Ok(flat(names.iter().cloned().zip(row).collect())),
            false => Err(not_a_table(format!("row {} has {} values for {} columns", i + 1, row.len(), names.len()))),
        })
        .collect()
}

/// The table that one object holds.
pub(super) fn of_object(object: Row) -> Result<Vec<Row>, Mistake> {
    if let Some(rows) = evaluation(&object) {
        return Ok(rows);
    }
    if let Some(rows) = split(&object) {
        return rows;
    }
    if object.contains_key("schema")
        && let Some(Value::Array(data)) = object.get("data")
    {
        return Ok(objects(data));
    }
    if let Some(rows) = of_columns(&object)? {
        return Ok(rows);
    }
    if let Some(rows) = of_objects(&object) {
        return Ok(rows);
    }
    let mut found: Vec<(String, &Vec<Value>)> = Vec::new();
    lists_of_records(&object, "", 4, &mut found);
    match found.as_slice() {
        [] => Ok(vec![flat(object)]),
        [(_, only)] => Ok(objects(only)),
        [(first, _), (second, _), ..] => Err(not_a_table(format!(
            "it is one object with several lists of records, as `{first}` and `{second}`; save the one that is meant by itself"
        ))),
    }
}

fn objects(list: &[Value]) -> Vec<Row> {
    list.iter().filter_map(|item| item.as_object().cloned().map(flat)).collect()
}

/// pandas' orient="split" and wandb's tables: `columns` and `data`.
fn split(object: &Row) -> Option<Result<Vec<Row>, Mistake>> {
    let columns = object.get("columns")?.as_array()?;
    let data = object.get("data")?.as_array()?;
    let names: Vec<String> = columns.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<_>>()?;
    let rows: Vec<Vec<Value>> = data.iter().map(|row| row.as_array().cloned()).collect::<Option<_>>()?;
    Some(tabulated(&names, rows.into_iter()))
}

/// A dictionary of lists of one length; single values beside them hold for every row.
fn of_columns(object: &Row) -> Result<Option<Vec<Row>>, Mistake> {
    let list = |value: &Value| value.as_array().is_some_and(|list| !list.iter().any(|v| v.is_object() || v.is_array()));
    let single = |value: &Value| !value.is_object() && !value.is_array();
    if !object.values().any(list) || !object.values().all(|value| list(value) || single(value)) {
        return Ok(None);
    }
    let mut lists = object.iter().filter_map(|(key, value)| Some((key, value.as_array()?)));
    let (first, rows) = lists.next().map(|(key, list)| (key, list.len())).expect("there is a list");
    if let Some((other, list)) = lists.find(|(_, list)| list.len() != rows) {
        return Err(not_a_table(format!(
            "its lists are of different lengths: `{first}` has {rows} values, `{other}` {}",
            list.len()
        )));
    }
    let cell = |value: &Value, row: usize| value.as_array().map_or_else(|| value.clone(), |list| list[row].clone());
    Ok(Some((0..rows).map(|row| object.iter().map(|(key, v)| (key.clone(), cell(v, row))).collect()).collect()))
}

/// A dictionary of dictionaries with the same keys: pandas' orient="columns" (the default) if the
/// inner keys count rows or the outer ones are names of columns, else one row per outer key.
fn of_objects(object: &Row) -> Option<Vec<Row>> {
    let inner: Vec<(&String, &Row)> =
        object.iter().map(|(key, value)| value.as_object().map(|row| (key, row))).collect::<Option<_>>()?;
    let (_, first) = inner.first()?;
    let alike = inner.iter().all(|(_, row)| row.keys().any(|key| first.contains_key(key)));
    if !alike || first.is_empty() {
        return None;
    }
    let counts = |key: &&String| key.parse::<u64>().is_ok();
    let outer_counts = inner.iter().all(|(key, _)| counts(key));
    let inner_counts = inner.iter().all(|(_, row)| row.keys().all(|key| counts(&key)));
    let plain = inner.iter().all(|(_, row)| row.values().all(|value| !value.is_object()));
    let known = |key: &String| usize::from(roles::is_a_role(key));
    let outer_known: usize = inner.iter().map(|(key, _)| known(key)).sum();
    let inner_known: usize = first.keys().map(known).sum();
    let columns = plain && !outer_counts && (inner_counts || outer_known > inner_known);
    if !columns && inner.len() == 1 && !outer_counts {
        return None;
    }
    if !columns {
        let mut rows: Vec<(&String, Row)> = inner.into_iter().map(|(key, row)| (key, row.clone())).collect();
        rows.sort_by_key(|(key, _)| key.parse::<u64>().unwrap_or(u64::MAX));
        let named = rows.into_iter().map(|(key, mut row)| {
            if !outer_counts && !row.contains_key("index") {
                row.insert("index".to_owned(), Value::String(key.clone()));
            }
            flat(row)
        });
        return Some(named.collect());
    }
    let mut keys: Vec<&String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (_, row) in &inner {
        keys.extend(row.keys().filter(|key| seen.insert(*key)));
    }
    keys.sort_by_key(|key| key.parse::<u64>().unwrap_or(u64::MAX));
    let row = |key: &String| -> Row {
        inner.iter().filter_map(|(name, column)| Some(((*name).clone(), column.get(key)?.clone()))).collect()
    };
    Some(keys.into_iter().map(row).collect())
}

/// The results of lm-evaluation-harness: a row per task, its metrics as columns, and what the file
/// says of the model.
fn evaluation(object: &Row) -> Option<Vec<Row>> {
    let results = object.get("results")?.as_object()?;
    let ours = ["config", "versions", "config_general", "lm_eval_version", "n-shot"];
    if results.is_empty() || !ours.iter().any(|key| object.contains_key(*key)) {
        return None;
    }
    let config = object.get("config").and_then(Value::as_object);
    let of_model = ["model_name", "model_num_parameters", "model_dtype", "model", "model_args"];
    let model = of_model.iter().filter_map(|&key| {
        let value = object.get(key).or_else(|| config?.get(key))?;
        (!value.is_object() && !value.is_array()).then(|| (key.to_owned(), value.clone()))
    });
    let model: Vec<(String, Value)> = model.collect();
    let row = |(task, metrics): (&String, &Value)| {
        let mut row = Row::new();
        row.insert("task".to_owned(), Value::String(task.clone()));
        for (name, value) in metrics.as_object()?.iter().filter(|(name, _)| *name != "alias") {
            let name = name.strip_suffix(",none").map_or_else(|| name.replace(',', "."), str::to_owned);
            row.insert(name, value.clone());
        }
        row.extend(model.iter().cloned());
        Some(flat(row))
    };
    results.iter().map(row).collect()
}

/// Every list of objects within an object, by its dotted path.
fn lists_of_records<'a>(object: &'a Row, path: &str, depth: usize, found: &mut Vec<(String, &'a Vec<Value>)>) {
    for (key, value) in object {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_object) => found.push((path, list)),
            Value::Object(inner) if depth > 0 => lists_of_records(inner, &path, depth - 1, found),
            _ => {}
        }
    }
}
