//! A study or a saved fit as a Jupyter notebook on the Python package: its story, its calls, and
//! what they show, ready to be edited and run.

use crate::record::Record;
use crate::show::notebook::{Cell, Shown, write};
use crate::show::notebook::{fit_html, fit_text, method_text, optimum_text, prediction_text};
use crate::work::embed::{Answered, Fitted};
use crate::work::study::{MethodOutcome, Outcome};
use serde_json::{Map, Value};
use std::path::{Component, Path, PathBuf};

/// Keys of a `[[fit]]` that say something of the notebook, not of the fit.
const NOT_OF_THE_FIT: [&str; 5] = ["name", "about", "data", "law", "compare"];

/// Words that Python keeps for itself.
const KEYWORDS: [&str; 9] = ["lambda", "from", "in", "is", "not", "for", "with", "global", "class"];

/// The notebook of a study: `text` is its file, `studied` the folder of that file and `kept` the
/// folder of the notebook, between which paths of tables are made relative.
///
/// # Errors
/// One sentence.
pub fn of_study(
    text: &str,
    outcomes: &[Outcome],
    methods: &[MethodOutcome],
    studied: &Path,
    kept: &Path,
) -> Answered<String> {
    let study: Map<String, Value> = toml::from_str(text).map_err(|error| error.to_string())?;
    let word = |key: &str| study.get(key).and_then(Value::as_str).unwrap_or_default();
    let stanzas = |key: &str| study.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let usual = |stanza: &mut Map<String, Value>, keys: &[&str]| {
        for &key in keys {
            if let Some(value) = study.get(key) {
                stanza.entry(key).or_insert_with(|| value.clone());
            }
        }
    };
    let place = |data: &str| relative(data, studied, kept);
    let mut cells = vec![
        Cell::Text(format!("# {}\n\n{}", word("title"), word("about")).trim().to_owned()),
        Cell::Code("import scaling_laws as sl".to_owned(), None),
    ];
    for stanza in stanzas("fit") {
        let Value::Object(mut stanza) = stanza else { continue };
        let name = text_of(&stanza, "name").to_owned();
        let Some(outcome) = outcomes.iter().find(|outcome| outcome.job.name == name) else { continue };
        cells.push(Cell::Text(titled(&name, text_of(&stanza, "about"))));
        let record = match &outcome.result {
            Ok(record) => record,
            Err(why) => {
                cells.push(Cell::Text(format!("**It failed:** {why}")));
                continue;
            }
        };
        usual(&mut stanza, &["seed", "bootstrap", "level"]);
        let mut words = vec![literal(&place(text_of(&stanza, "data")).into())];
        words.push(format!("law={}", literal(&stanza["law"])));
        words.extend(arguments(&stanza, &NOT_OF_THE_FIT));
        fitted(&mut cells, &variable(&name), &format!("sl.fit({})", wrapped(&words)), record, &stanza)?;
    }
    for stanza in stanzas("method") {
        let Value::Object(mut stanza) = stanza else { continue };
        let name = text_of(&stanza, "name").to_owned();
        let Some(ran) = methods.iter().find(|ran| ran.job.name == name) else { continue };
        cells.push(Cell::Text(titled(&name, text_of(&stanza, "about"))));
        let record = match &ran.result {
            Ok(record) => record,
            Err(why) => {
                cells.push(Cell::Text(format!("**It failed:** {why}")));
                continue;
            }
        };
        usual(&mut stanza, &["seed", "level"]);
        let mut words = vec![literal(&stanza["method"])];
        words.extend(stanza.get("data").and_then(Value::as_str).map(|data| literal(&place(data).into())));
        if let Some(Value::Object(tables)) = stanza.get("datasets") {
            let placed =
                |(key, data): (&String, &Value)| (key.clone(), place(data.as_str().unwrap_or_default()).into());
            let tables: Map<String, Value> = tables.iter().map(placed).collect();
            words.push(format!("datasets={}", literal(&tables.into())));
        }
        let one = stanza.get("fit").and_then(Value::as_str).into_iter();
        let many = stanza.get("fits").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let fits: Vec<String> = one.chain(many).map(variable).collect();
        if !fits.is_empty() {
            words.push(format!("fits=[{}]", fits.join(", ")));
        }
        words.extend(arguments(&stanza, &["name", "about", "method", "data", "datasets", "fit", "fits"]));
        let (name, call) = (variable(&name), format!("sl.method({})", wrapped(&words)));
        cells.push(Cell::Code(format!("{name} = {call}\n{name}"), Some(Shown::text(method_text(record)))));
    }
    Ok(write(&cells))
}

/// The notebook of one saved fit, opened from `path` as seen from the notebook.
///
/// # Errors
/// One sentence.
pub fn of_record(record: &Record, path: &str) -> Answered<String> {
    let mut remade = String::new();
    if !record.command.is_empty() {
        remade = format!("\n\nThe fit is remade by `{}`.", record.command.replace('`', "'"));
    }
    let mut cells = vec![
        Cell::Text(format!("# {}{remade}", record.law.title)),
        Cell::Code("import scaling_laws as sl".to_owned(), None),
    ];
    let mut stanza = Map::new();
    let places = record.predictions.iter().map(|prediction| Value::from(pairs(&prediction.at)));
    stanza.insert("predict".to_owned(), places.collect());
    stanza.insert("compute".to_owned(), record.optima.iter().map(|optimum| Value::from(optimum.budget)).collect());
    fitted(&mut cells, "fit", &format!("sl.open({})", literal(&path.into())), record, &stanza)?;
    Ok(write(&cells))
}

/// The cells of one fit: what it is, its figure, and what it answers.
fn fitted(cells: &mut Vec<Cell>, name: &str, call: &str, record: &Record, asked: &Map<String, Value>) -> Answered<()> {
    let shown = Shown { html: Some(fit_html(record)), ..Shown::text(fit_text(record)) };
    cells.push(Cell::Code(format!("{name} = {call}\n{name}"), Some(shown)));
    let fit = Fitted::new(record.clone())?;
    if let Some((which, svg)) = fit.picture(None)? {
        let shown = Shown { svg: Some(svg), ..Shown::text(format!("<figure {which}>")) };
        cells.push(Cell::Code(format!("{name}.figure({})", literal(&which.into())), Some(shown)));
    }
    let list = |key: &str| asked.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    // The record knows what each was read as; a notebook asks in the study's words.
    for (place, known) in list("predict").iter().zip(&record.predictions) {
        let Value::Object(place) = place else { continue };
        let answer = fit.prediction(&known.at)?;
        let call = format!("{name}.predict({})", wrapped(&arguments(place, &[])));
        cells.push(Cell::Code(call, Some(Shown::text(prediction_text(&answer)))));
    }
    for (budget, known) in list("compute").iter().zip(&record.optima) {
        let answer = fit.spent(known.budget, None, &known.fixed)?;
        let mut words = vec![literal(budget)];
        words.extend(arguments(&pairs(&known.fixed), &[]));
        let call = format!("{name}.optimum({})", wrapped(&words));
        cells.push(Cell::Code(call, Some(Shown::text(optimum_text(&answer)))));
    }
    Ok(())
}

/// Symbols and their values as keys and numbers.
fn pairs(list: &[(String, f64)]) -> Map<String, Value> {
    list.iter().map(|(symbol, value)| (symbol.clone(), Value::from(*value))).collect()
}

fn text_of<'a>(stanza: &'a Map<String, Value>, key: &str) -> &'a str {
    stanza.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn titled(name: &str, about: &str) -> String {
    format!("## {name}\n\n{about}").trim().to_owned()
}

/// A name as Python can have it.
fn variable(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let awkward =
        plain.starts_with(|c: char| c.is_ascii_digit()) || KEYWORDS.contains(&plain.as_str()) || plain == "sl";
    if awkward { format!("fit_{plain}") } else { plain }
}

/// Keys and values as keyword arguments; what Python cannot say as a keyword goes in by `**`.
fn arguments(stanza: &Map<String, Value>, without: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = Map::new();
    for (key, value) in stanza.iter().filter(|(key, _)| !without.contains(&key.as_str())) {
        let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !key.starts_with(|c: char| c.is_ascii_digit())
            && !KEYWORDS.contains(&key.as_str());
        if plain {
            words.push(format!("{key}={}", literal(value)));
        } else {
            rest.insert(key.clone(), value.clone());
        }
    }
    if !rest.is_empty() {
        words.push(format!("**{}", literal(&rest.into())));
    }
    words
}

/// Arguments on one line, or on one each.
fn wrapped(words: &[String]) -> String {
    let line = words.join(", ");
    if line.chars().count() <= 100 { line } else { format!("\n    {},\n", words.join(",\n    ")) }
}

/// A value as Python writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(list) => format!("[{}]", list.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let pair =
                |(key, value): (&String, &Value)| format!("{}: {}", literal(&key.as_str().into()), literal(value));
            format!("{{{}}}", map.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        // Its numbers and its strings with their escapes are Python's too.
        other => other.to_string(),
    }
}

/// Where a table named in a study at `studied` is, seen from `kept`.
pub fn relative(data: &str, studied: &Path, kept: &Path) -> String {
    let path = studied.join(data);
    if !path.exists() {
        return data.to_owned();
    }
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (path, kept) = (plain(&whole(&path)), plain(&whole(kept)));
    let same = path.iter().zip(kept.iter()).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", kept.iter().count() - same).map(PathBuf::from);
    up.chain(path.iter().skip(same).map(PathBuf::from)).collect::<PathBuf>().to_string_lossy().replace('\\', "/")
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut kept = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(kept.pop()),
            other => kept.push(other),
        }
    }
    kept
}
