//! `scaling predict`.

use super::answer::{Point, Predictions, Quantity, Spread, by_symbol};
use super::failure::Kind;
use super::saved::Saved;
use super::table::Reading;
use super::{Failure, Outcome, assignment, print, print_json, saved};
use crate::data::ingest::{self, Request, Source, replace_file};
use crate::data::measurements::Warning;
use crate::engine::analysis::{conditional, predict, unmet};
use crate::engine::optimum::admissible;
use crate::record::{Estimate, Prediction};
use crate::work::given::Given;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

/// Where to predict.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling predict besiroglu2024/main --at N=70B,D=1.4T --at N=7B,D=2T")]
pub struct Args {
    /// A saved fit, or published constants as besiroglu2024/main
    fit: String,
    /// Inputs, or the conditions of derived quantities: N=70B,D=1.4T; one answer for each --at
    #[arg(long, value_name = "SYMBOL=VALUE,...", value_parser = place)]
    at: Vec<Place>,
    /// A table of inputs: one answer for each row
    #[arg(long, value_name = "FILE")]
    points: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// Coverage of intervals [default: the fit's]
    #[arg(long, value_name = "P", value_parser = level)]
    level: Option<f64>,
    /// Write the answers as a CSV table to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the answers as a CSV table
    #[arg(long)]
    csv: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// One point, as typed.
#[derive(Clone, Debug)]
struct Place(Vec<Given>);

fn place(text: &str) -> Result<Place, String> {
    let given = text.split(',').map(assignment).collect::<Result<Vec<_>, _>>()?;
    for (k, one) in given.iter().enumerate() {
        if given[..k].iter().any(|other| other.symbol == one.symbol) {
            return Err(format!("`{}` is given twice; use one --at for each point", one.symbol));
        }
    }
    Ok(Place(given))
}

/// A coverage.
pub(super) fn level(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(level) if level > 0.0 && level < 1.0 => Ok(level),
        _ => Err(format!("`{text}` must lie between 0 and 1")),
    }
}

/// What is said of one point.
struct Answer {
    at: Vec<(String, f64)>,
    quantities: Vec<Estimate>,
    /// What to show, the first first.
    quoted: Vec<Estimate>,
    new_run: Option<Estimate>,
    extrapolation: Vec<(String, f64)>,
    warnings: Vec<Warning>,
}

fn answer(saved: &Saved, at: Vec<(String, f64)>) -> Result<Answer, Failure> {
    let card = saved.known.law.card();
    let given = |symbol: &str| at.iter().any(|(s, _)| s == symbol);
    let known = |symbol: &str| card.input(symbol).is_some() || card.derived.iter().any(|d| d.needs.contains(&symbol));
    if let Some((symbol, _)) = at.iter().find(|(s, _)| !known(s)) {
        let inputs = card.inputs.iter().map(|i| i.symbol).collect::<Vec<_>>().join(", ");
        return Err(Failure::request(format!(
            "`{symbol}` is neither an input of `{}` ({inputs}) nor a condition of its derived quantities",
            card.id
        )));
    }
    admissible(card, &at).map_err(Failure::request)?;
    let inputs: Vec<(String, f64)> = at.iter().filter(|(s, _)| card.input(s).is_some()).cloned().collect();
    let prediction = match card.inputs.iter().all(|input| given(input.symbol)) {
        true => Some(predict(&saved.known, &saved.ranges, saved.beside.as_ref(), &inputs).map_err(Failure::request)?),
        false => None,
    };
    let derived = conditional(&saved.known, &at);
    let unmet = unmet(&saved.known, &at);
    if prediction.is_none() && derived.is_empty() {
        if let Some(why) = unmet.first() {
            return Err(Failure::request(&why.message));
        }
        let missing: Vec<&str> = card.inputs.iter().map(|i| i.symbol).filter(|s| !given(s)).collect();
        return Err(Failure::request(format!("`{}` also needs {} in --at", card.id, missing.join(", "))));
    }
    let quoted = prediction.iter().flat_map(Prediction::quoted).chain(derived.iter().cloned()).collect();
    let quantities = prediction.iter().map(|p| p.output.clone()).chain(derived).collect();
    let (new_run, mut warnings, extrapolation) =
        prediction.map_or_else(Default::default, |p| (p.new_run, p.warnings, p.extrapolation));
    warnings.extend(unmet);
    Ok(Answer { at, quantities, quoted, new_run, extrapolation, warnings })
}

fn answers(args: &Args, saved: &Saved) -> Result<Vec<Answer>, Failure> {
    args.reading.said_of(args.points.as_ref().and_then(|file| file.to_str()), "--points")?;
    let mut places = args.at.iter().map(|at| saved.values(&at.0)).collect::<Result<Vec<_>, _>>()?;
    if let Some(file) = &args.points {
        let card = saved.known.law.card();
        let mut request = Request::of(saved.known.law);
        request.needed.retain(|needed| needed.symbol != card.output.symbol);
        let source = Source::named(&file.display().to_string());
        let rows = ingest::read(&source, &request.read_as(&args.reading.said()))?;
        let columns = card.inputs.iter().filter_map(|input| Some((input.symbol, rows.column(input.symbol)?)));
        let columns: Vec<(&str, &[f64])> = columns.collect();
        places.extend((0..rows.len()).map(|k| columns.iter().map(|(s, v)| ((*s).to_owned(), v[k])).collect()));
    }
    if places.is_empty() {
        return Err(Failure::request("give a point with --at, or a table of points with --points"));
    }
    places.into_iter().map(|at| answer(saved, at)).collect()
}

/// The answers as a table: where, then every quantity with its interval.
fn table(answers: &[Answer]) -> String {
    let mut heads: Vec<String> = Vec::new();
    let mut note = |head: String| {
        if !heads.contains(&head) {
            heads.push(head);
        }
    };
    for answer in answers {
        answer.at.iter().for_each(|(symbol, _)| note(symbol.clone()));
    }
    for answer in answers {
        for e in &answer.quantities {
            ["", "_lower", "_upper"].iter().for_each(|part| note(format!("{}{part}", e.symbol)));
        }
        if let Some(e) = &answer.new_run {
            ["_new_run_lower", "_new_run_upper"].iter().for_each(|part| note(format!("{}{part}", e.symbol)));
        }
    }
    let mut out = heads.join(",") + "\n";
    for answer in answers {
        let mut cells: Map<String, Value> = answer.at.iter().map(|(s, v)| (s.clone(), json!(v))).collect();
        for e in &answer.quantities {
            cells.insert(e.symbol.clone(), json!(e.estimate));
            cells.insert(format!("{}_lower", e.symbol), json!(e.lower));
            cells.insert(format!("{}_upper", e.symbol), json!(e.upper));
        }
        if let Some(e) = &answer.new_run {
            cells.insert(format!("{}_new_run_lower", e.symbol), json!(e.lower));
            cells.insert(format!("{}_new_run_upper", e.symbol), json!(e.upper));
        }
        let cell = |head: &String| cells.get(head).filter(|v| !v.is_null()).map_or_else(String::new, Value::to_string);
        let _ = writeln!(out, "{}", heads.iter().map(cell).collect::<Vec<_>>().join(","));
    }
    out
}

fn as_data(answer: &Answer, saved: &Saved) -> Point {
    Point {
        fit: saved.name.clone(),
        law: saved.known.law.card().id.to_owned(),
        at: answer.at.iter().cloned().collect(),
        extrapolation: answer.extrapolation.iter().cloned().collect(),
        new_run: answer.new_run.as_ref().map(Quantity::of),
        interval: Spread { level: saved.known.level, method: saved.known.method.clone() },
        warnings: answer.warnings.clone(),
        quantities: by_symbol(&answer.quantities),
    }
}

/// Predicts the law's output where all inputs are given, and every derived quantity whose
/// conditions are.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let mut saved = saved::open(&args.fit)?;
    saved.known.level = args.level.unwrap_or(saved.known.level);
    let card = saved.known.law.card();
    let answers = answers(args, &saved)?;
    if let Some(file) = &args.out {
        replace_file(file, table(&answers).as_bytes()).map_err(|error| {
            let why = format!("cannot write {}: {error}; choose another file with `--out`", file.display());
            Failure::work(why).of(Kind::Output)
        })?;
    }
    if args.csv {
        out.write_all(table(&answers).as_bytes())?;
        return Ok(());
    }
    if args.json {
        let mut list: Vec<Point> = answers.iter().map(|answer| as_data(answer, &saved)).collect();
        // One point: its quantities stand at the top.
        let value = match list.len() {
            1 => Predictions::One(Box::new(list.remove(0))),
            _ => Predictions::Many { fit: saved.name.clone(), law: card.id.to_owned(), predictions: list },
        };
        return print_json(out, &json!(value));
    }
    for answer in &answers {
        let place = answer.at.iter().map(|(s, v)| format!("{s} = {}", print::number(*v))).collect::<Vec<_>>();
        writeln!(out, "{} at {} ({})\n", saved.name, place.join(", "), card.title)?;
        writeln!(out, "{}", print::estimates(&answer.quoted, saved.known.level))?;
        print::warnings(out, &answer.warnings)?;
    }
    if saved.known.method != "none" {
        writeln!(out, "intervals: {}", saved.known.method)?;
    }
    Ok(())
}
