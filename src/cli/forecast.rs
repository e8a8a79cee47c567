//! `scaling forecast`.

use super::answer::Quantity;
use super::{Failure, Outcome, amount, assignment, predict, print, print_json, saved};
use crate::base::date::{today, write_date};
use crate::record::Estimate;
use crate::work::forecast::{self, Asked, Basis, Calibration, Forecast, ForecastError, Frozen, Kept, Score};
use crate::work::given::{Amount, Given};
use crate::work::store::{StoreError, sha256};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What to do with forecasts.
#[derive(clap::Subcommand)]
#[command(
    after_help = "Example: scaling forecast new runs/ --at N=7B,D=140B --name spring-7b --by ana\n         scaling forecast score spring-7b --measured 2.234\n         scaling forecast list"
)]
pub enum Verb {
    /// Freeze a prediction with its interval in a file that can be committed
    New(New),
    /// Record what a run measured, and say how its forecast did
    Score(Scored),
    /// Show all forecasts of a folder, and how well calibrated they are
    List(List),
}

/// A forecast to be.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling forecast new runs/ --at N=7B,D=140B --name spring-7b --by ana")]
pub struct New {
    /// A saved fit, or published constants as besiroglu2024/main
    fit: String,
    /// The run: N=7B,D=140B
    #[arg(long, required = true, value_name = "SYMBOL=VALUE,...", value_delimiter = ',', value_parser = assignment)]
    at: Vec<Given>,
    /// Name of the forecast, and of its file
    #[arg(long)]
    name: String,
    /// Coverage of the interval [default: the fit's]
    #[arg(long, value_name = "P", value_parser = predict::level)]
    level: Option<f64>,
    #[command(flatten)]
    told: Told,
}

/// An outcome.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling forecast score spring-7b --measured 2.234")]
pub struct Scored {
    /// Name of the forecast
    name: String,
    /// What the run measured, in the forecast's unit or with its own
    #[arg(long, allow_negative_numbers = true, value_name = "VALUE", value_parser = amount)]
    measured: Amount,
    /// Record another outcome beside one that was a mistake
    #[arg(long)]
    correct: bool,
    #[command(flatten)]
    told: Told,
}

/// What both are told.
#[derive(clap::Args)]
struct Told {
    /// The day [default: today in UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<String>,
    /// Who asks or records [default: the user's name in the environment]
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// Anything else to keep with it
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// Folder of forecasts
    #[arg(long, value_name = "DIR", default_value = "forecasts")]
    dir: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A folder.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling forecast list --dir forecasts --json")]
pub struct List {
    /// Folder of forecasts
    #[arg(long, value_name = "DIR", default_value = "forecasts")]
    dir: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Told {
    fn date(&self) -> String {
        self.date.clone().unwrap_or_else(|| write_date(today()))
    }
    /// Empty if nobody is known.
    fn by(&self) -> String {
        let variables = ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
        self.by.clone().or_else(|| variables.into_iter().find(|name| !name.is_empty())).unwrap_or_default()
    }
}

impl From<ForecastError> for Failure {
    fn from(error: ForecastError) -> Self {
        match error {
            ForecastError::Store(error) => error.into(),
            other => Self::request(other),
        }
    }
}

/// Freezes, scores or lists.
pub fn run(verb: &Verb, out: &mut dyn Write) -> Outcome {
    match verb {
        Verb::New(args) => new(args, out),
        Verb::Score(args) => score(args, out),
        Verb::List(args) => list(args, out),
    }
}

fn new(args: &New, out: &mut dyn Write) -> Outcome {
    let mut saved = saved::open(&args.fit)?;
    saved.known.level = args.level.unwrap_or(saved.known.level);
    let at = saved.values(&args.at)?;
    let record = match Path::new(&args.fit).exists() {
        false => None,
        true => {
            let (record, folder) = saved::record(&args.fit)?;
            let path = Path::new(&args.fit);
            let file = if path.is_dir() { folder.join("record.json") } else { path.to_owned() };
            Some((record, sha256(&std::fs::read(file)?)))
        }
    };
    let basis = Basis {
        named: &args.fit,
        known: &saved.known,
        ranges: &saved.ranges,
        beside: saved.beside.as_ref(),
        record: record.as_ref().map(|(record, sha256)| (record, sha256.as_str())),
    };
    let told = &args.told;
    let asked = Asked { name: args.name.clone(), at, date: told.date(), by: told.by(), note: told.note.clone() };
    let frozen = forecast::freeze(&basis, &asked)?;
    let path = forecast::write(&told.dir, &frozen)?;
    let forecast = &frozen.forecast;
    if told.json {
        return print_json(out, &as_json(&path, &frozen));
    }
    writeln!(out, "{} of {}, asked by {}: {}", forecast.name, forecast.date, forecast.asked_by, place(forecast))?;
    let meaning = format!("{}, if the law is exactly right", forecast.law_value.meaning);
    let beside = Estimate { meaning, ..forecast.law_value.clone() };
    writeln!(out, "\n{}", print::estimates(&[forecast.prediction.clone(), beside], forecast.level))?;
    print::warnings(out, &forecast.warnings)?;
    writeln!(out, "frozen in {}, sha256 {}", path.display(), frozen.sha256)?;
    Ok(writeln!(out, "commit it before the run: the hash shows any change, the commit shows the day")?)
}

fn score(args: &Scored, out: &mut dyn Write) -> Outcome {
    let told = &args.told;
    let mut frozen = forecast::read(&told.dir, &args.name)?;
    let unit = frozen.forecast.prediction.unit.clone();
    let measured = args.measured.in_unit(Some(&unit)).map_err(Failure::request)?;
    let outcome = forecast::Outcome { measured, date: told.date(), recorded_by: told.by(), note: told.note.clone() };
    let score = frozen.record(outcome, args.correct)?;
    let path = forecast::write(&told.dir, &frozen)?;
    if told.json {
        return print_json(out, &as_json(&path, &frozen));
    }
    let Forecast { name, date, prediction, level, .. } = &frozen.forecast;
    let number = print::number;
    writeln!(out, "{name} of {date}: {} measured, {} forecast", number(measured), number(prediction.estimate))?;
    if let Some(inside) = score.inside {
        let where_to = if inside { "inside" } else { "outside" };
        let interval = ends(prediction);
        writeln!(out, "{where_to} the {:.0} % interval {interval}", 100.0 * level)?;
    }
    if let Some(pit) = score.pit {
        writeln!(out, "the forecast gave {:.1} % to values of at most that", 100.0 * pit)?;
    }
    if let Some(error) = score.log_error {
        writeln!(out, "measured over forecast: {:+.2} %", 100.0 * error.exp_m1())?;
    }
    Ok(writeln!(out, "recorded in {}", path.display())?)
}

fn list(args: &List, out: &mut dyn Write) -> Outcome {
    let kept = forecast::list(&args.dir)?;
    let believed: Vec<&Frozen> = kept.iter().filter_map(|kept| kept.frozen.as_ref().ok()).collect();
    let calibration = forecast::calibrate(&believed);
    match args.json {
        true => {
            let one = |kept: &Kept| match &kept.frozen {
                Ok(frozen) => as_json(&kept.path, frozen),
                Err(why) => json!({
                    "name": kept.path.file_stem().map(|stem| stem.to_string_lossy()),
                    "file": kept.path.display().to_string(),
                    "intact": false,
                    "why": why.to_string(),
                }),
            };
            let forecasts: Vec<Value> = kept.iter().map(one).collect();
            print_json(out, &json!({ "forecasts": forecasts, "calibration": calibration }))?;
        }
        false => show(out, &kept, &calibration)?,
    }
    let doubted = kept.iter().filter_map(|kept| kept.frozen.as_ref().err());
    let doubted: Vec<String> = doubted.map(StoreError::to_string).collect();
    match doubted.is_empty() {
        true => Ok(()),
        false => Err(Failure::work(format!("left out of the calibration: {}", doubted.join("; ")))),
    }
}

/// Where a forecast is for.
fn place(forecast: &Forecast) -> String {
    let at = forecast.at.iter().map(|(symbol, value)| format!("{symbol} = {}", print::number(*value)));
    at.collect::<Vec<_>>().join(", ")
}

fn ends(e: &Estimate) -> String {
    let end = |end: Option<f64>| end.map_or_else(|| "—".to_owned(), print::number);
    match (e.lower, e.upper) {
        (None, None) => "—".to_owned(),
        (lower, upper) => format!("{} … {}", end(lower), end(upper)),
    }
}

fn as_json(path: &Path, frozen: &Frozen) -> Value {
    let f = &frozen.forecast;
    let at: Map<String, Value> = f.at.iter().map(|(symbol, value)| (symbol.clone(), json!(value))).collect();
    let score = frozen.score();
    let of = |value: &dyn Fn(&Score) -> Value| score.as_ref().map_or(Value::Null, value);
    let outcome = frozen.outcome();
    json!({
        "name": f.name,
        "file": path.display().to_string(),
        "intact": true,
        "date": f.date,
        "asked_by": f.asked_by,
        "note": f.note,
        "at": at,
        "quantity": f.prediction.symbol,
        "unit": f.prediction.unit,
        "estimate": f.prediction.estimate,
        "lower": f.prediction.lower,
        "upper": f.prediction.upper,
        "level": f.level,
        "law_value": Quantity::of(&f.law_value),
        "law": f.law,
        "fit": f.fit,
        "data": f.data,
        "sha256": frozen.sha256,
        "scored": score.is_some(),
        "measured": of(&|score| json!(score.measured)),
        "measured_on": outcome.map(|outcome| &outcome.date),
        "recorded_by": outcome.map(|outcome| &outcome.recorded_by),
        "corrected": frozen.outcomes.len().saturating_sub(1),
        "inside": of(&|score| json!(score.inside)),
        "pit": of(&|score| json!(score.pit)),
        "log_error": of(&|score| json!(score.log_error)),
        "warnings": f.warnings,
    })
}

fn show(out: &mut dyn Write, kept: &[Kept], calibration: &Calibration) -> Outcome {
    let mut table = print::table(&[
        "forecast",
        "made",
        "by",
        "run",
        "predicted",
        "interval",
        "measured",
        "inside",
        "PIT",
        "off by",
    ]);
    for column in [1, 2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Left);
        }
    }
    for one in kept {
        let Ok(frozen) = &one.frozen else {
            let name = one.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            table.add_row([name, "not to be believed".to_owned()]);
            continue;
        };
        let f = &frozen.forecast;
        let score = frozen.score();
        let of = |value: &dyn Fn(&Score) -> Option<String>| score.as_ref().and_then(value).unwrap_or("—".to_owned());
        table.add_row([
            f.name.clone(),
            f.date.clone(),
            f.asked_by.clone(),
            place(f),
            print::number(f.prediction.estimate),
            format!("{} ({:.0} %)", ends(&f.prediction), 100.0 * f.level),
            of(&|score| Some(print::number(score.measured))),
            of(&|score| score.inside.map(|inside| if inside { "yes" } else { "no" }.to_owned())),
            of(&|score| score.pit.map(|pit| format!("{pit:.3}"))),
            of(&|score| score.log_error.map(|error| format!("{:+.2} %", 100.0 * error.exp_m1()))),
        ]);
    }
    writeln!(out, "{table}\n")?;
    calibrated(out, calibration)?;
    Ok(print::warnings(out, &calibration.warnings)?)
}

/// Calibration so far, in sentences.
fn calibrated(out: &mut dyn Write, calibration: &Calibration) -> Outcome {
    writeln!(out, "{} scored, {} open", calibration.scored, calibration.open)?;
    for c in &calibration.coverage {
        let between = format!("{:.0} to {:.0} % by {} outcomes", 100.0 * c.lower, 100.0 * c.upper, c.of);
        writeln!(out, "{:.0} % intervals hold {} of {} ({between})", 100.0 * c.level, c.inside, c.of)?;
    }
    if let Some(pit) = &calibration.pit {
        let sd = pit.standard_deviation.map_or_else(String::new, |sd| format!(", sd {sd:.3} (0.289)"));
        let fifths = pit.counts.map(|count| count.to_string()).join(" ");
        writeln!(
            out,
            "probability integral transform: mean {:.3} (0.5 if calibrated){sd}, by fifths {fifths}, uniform with p = {:.3}",
            pit.mean, pit.p
        )?;
    }
    if let Some(bias) = &calibration.bias {
        let percent = |v: f64| 100.0 * v.exp_m1();
        let interval = bias.lower.zip(bias.upper).map_or_else(String::new, |(low, high)| {
            format!(" (95 % interval {:+.2} to {:+.2} %)", percent(low), percent(high))
        });
        writeln!(
            out,
            "bias: measured lies {:+.2} % off the forecast on average{interval}; {:.2} % off whichever side",
            percent(bias.mean),
            percent(bias.mean_absolute)
        )?;
    }
    Ok(())
}
