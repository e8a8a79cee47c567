//! `scaling extrapolate`.

use super::table::Reading;
use super::{Failure, Outcome, amount, print, print_json};
use crate::data::ingest::{self, Needed, Request, Source};
use crate::data::measurements::Measurements;
use crate::methods::extrapolate::picture::{Names, charts};
use crate::methods::extrapolate::{
    ASSUMES, BASELINES, ExtrapolateError, Measure, Place, Said, Settings, Wish, contract, runs, study,
};
use crate::methods::schedule::{
    Constants, Estimate, PUBLISHED, Refit, Run, Schedule, ScheduleError, estimate_final, published, refit,
};
use crate::show::figure;
use crate::work::given::Amount;
use crate::work::store::write_whole;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Up to so many curves, laws are fitted beside the forecast unless said otherwise.
const FEW: usize = 12;

/// Which curves, and how far.
#[derive(clap::Args)]
#[command(
    after_help = "Example: scaling extrapolate runs.csv --x tokens --y loss --group run --to 2x,4x --target 2.5 --out curves/"
)]
pub struct Args {
    /// A CSV, TSV, JSON, JSON-lines or Parquet file, or a built-in data set's id
    data: String,
    /// What the curve runs over: a column, or the role it plays (D, C)
    #[arg(long, value_name = "COLUMN", default_value = "D")]
    x: String,
    /// What is measured: a column, or the role it plays
    #[arg(long, value_name = "COLUMN", default_value = "L")]
    y: String,
    /// Text column that tells the curves apart
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    #[command(flatten)]
    reading: Reading,
    /// Where: multiples of each curve's last x as 2x, or values of x as 300B
    #[arg(long, value_name = "PLACE,...", value_delimiter = ',', value_parser = place, default_value = "2x,4x")]
    to: Vec<Place>,
    /// A value of y: how much longer to train to reach it, and with what odds
    #[arg(long, value_name = "Y", value_parser = amount)]
    target: Option<Amount>,
    /// What y is: loss, error or accuracy [default: what its header says]
    #[arg(long, value_name = "KIND", value_parser = measure)]
    measure: Option<Measure>,
    /// Rules to show beside the forecast, or none [default: all for up to 12 curves, else last-value]
    #[arg(long, value_name = "RULE,...", value_delimiter = ',', value_parser = rule)]
    beside: Option<Vec<String>>,
    /// The planned learning-rate schedule, a table with columns step and lr from step 0 to the last,
    /// warm-up included: the loss at its end by the multi-power law. x must count the same steps
    #[arg(long, value_name = "TABLE")]
    schedule: Option<String>,
    /// Whose constants say what decay brings: 25M, 100M or 400M
    #[arg(long, value_name = "SIZE", requires = "schedule", default_value = "100M", value_parser = held)]
    constants: Constants,
    /// Finished runs to fit those constants to instead, drawn weakly to the published ones: a table with
    /// columns run, step, lr and loss; a log that begins later than step 1 is taken to follow a linear warm-up
    #[arg(long, value_name = "TABLE", requires = "schedule", conflicts_with = "constants")]
    finished: Option<String>,
    /// Folder for the answer as JSON and for the figures
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn place(text: &str) -> Result<Place, String> {
    let text = text.trim();
    if let Some(times) = text.strip_suffix(['x', '×']) {
        return match times.trim().parse::<f64>() {
            Ok(times) if times.is_finite() && times >= 1.0 => Ok(Place::Times(times)),
            Ok(_) => Err(format!("`{text}` lies inside the data: write 2x for twice the last x")),
            Err(_) => Err(format!("`{text}` is no multiple: write 2x for twice the last x, or a value of x")),
        };
    }
    Ok(Place::At(Amount::parse(text)?.in_unit(None)?))
}

fn measure(text: &str) -> Result<Measure, String> {
    match text {
        "loss" => Ok(Measure::Loss),
        "error" => Ok(Measure::Error),
        "accuracy" => Ok(Measure::Accuracy),
        _ => Err(format!("`{text}`: write loss, error or accuracy")),
    }
}

fn rule(text: &str) -> Result<String, String> {
    let known = || BASELINES.iter().map(|rule| rule.name);
    match text == "none" || known().any(|name| name == text) {
        true => Ok(text.to_owned()),
        false => Err(format!("`{text}` is none of {}, none", known().collect::<Vec<_>>().join(", "))),
    }
}

fn held(text: &str) -> Result<Constants, String> {
    let known: Vec<&str> = PUBLISHED.iter().map(|(name, _)| *name).collect();
    published(text).ok_or_else(|| format!("`{text}` is none of {}", known.join(", ")))
}

impl From<ScheduleError> for Failure {
    fn from(error: ScheduleError) -> Self {
        Self::work(error)
    }
}

/// Reads a planned schedule.
fn planned(table: &str) -> Result<Schedule, Failure> {
    let number = |symbol: &str| Needed { positive: false, ..Needed::new(symbol, "1") };
    let request = Request {
        needed: vec![number("step"), number("lr")],
        map: ["step", "lr"].map(|name| (name.to_owned(), name.to_owned())).to_vec(),
        ..Request::default()
    };
    let rows = ingest::read(&Source::named(table), &request)?;
    let column = |name: &str| rows.column(name).unwrap_or_default();
    Ok(Schedule::new(column("step"), column("lr"))?)
}

/// Fits the constants to finished runs, each on the schedule that it logged.
fn finished(table: &str) -> Result<Refit, Failure> {
    let number = |symbol: &str| Needed { positive: false, ..Needed::new(symbol, "1") };
    let request = Request {
        needed: vec![number("step"), number("lr"), Needed::new("loss", "1")],
        map: ["step", "lr", "loss"].map(|name| (name.to_owned(), name.to_owned())).to_vec(),
        labels: vec!["run".to_owned()],
        ..Request::default()
    };
    let rows = ingest::read(&Source::named(table), &request)?;
    let column = |name: &str| rows.column(name).unwrap_or_default();
    let labels = rows.label("run").unwrap_or_default();
    let mut names: Vec<&String> = labels.iter().collect();
    names.sort_unstable();
    names.dedup();
    let run = |name: &String| {
        let mut mine: Vec<usize> = (0..rows.len()).filter(|&k| labels[k] == *name).collect();
        mine.sort_by(|&a, &b| column("step")[a].total_cmp(&column("step")[b]));
        let take = |symbol: &str| mine.iter().map(|&k| column(symbol)[k]).collect::<Vec<f64>>();
        let schedule = Schedule::of_log(&take("step"), &take("lr"));
        let schedule = schedule.map_err(|error| Failure::work(format!("{table}: run {name}: {error}")))?;
        Ok(Run { schedule, steps: take("step"), loss: take("loss") })
    };
    let runs = names.into_iter().map(run).collect::<Result<Vec<_>, Failure>>()?;
    refit(&runs, &PUBLISHED.map(|(_, constants)| constants)).map_err(|error| Failure::work(format!("{table}: {error}")))
}

impl From<ExtrapolateError> for Failure {
    fn from(error: ExtrapolateError) -> Self {
        match &error {
            ExtrapolateError::Level(_) | ExtrapolateError::BadTarget(_) => Self::request(error),
            ExtrapolateError::Inside { .. } => Self::request(format!("{error}: write --to 2x for twice the last x")),
            ExtrapolateError::TooFar { .. } => Self::request(format!("{error}: choose a nearer --to")),
            _ => Self::work(error),
        }
    }
}

/// x and y are roles of their own: what plays them is a column or a formula, or the role that was
/// mapped, set or stacked by its own name.
fn reading(args: &Args) -> ingest::Reading {
    let mut said = args.reading.said();
    for (role, typed) in [("x", &args.x), ("y", &args.y)] {
        if said.map.iter().chain(&said.set).all(|(mapped, _)| mapped != role) {
            let mapped = said.map.iter().find(|(mapped, _)| mapped == typed).map(|(_, column)| column);
            let played = mapped.unwrap_or(typed).clone();
            said.map.push((role.to_owned(), played));
        }
    }
    said
}

fn read(args: &Args) -> Result<Measurements, Failure> {
    let needed = |symbol: &str| Needed { positive: false, ..Needed::new(symbol, "1") };
    let request = Request {
        needed: vec![Needed::new("x", "1"), needed("y")],
        labels: args.group.iter().cloned().collect(),
        ..Request::default()
    };
    Ok(ingest::read(&Source::named(&args.data), &request.read_as(&reading(args)))?)
}

/// Reads the curves, forecasts each, prints and draws.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let rows = read(args)?;
    let header = |symbol: &str, typed: &str| {
        let used = rows.provenance.columns.iter().find(|column| column.symbol == symbol);
        used.and_then(|column| column.header.clone()).unwrap_or_else(|| typed.to_owned())
    };
    let mut names = Names { x: header("x", &args.x), y: header("y", &args.y) };
    let measure = args.measure.unwrap_or_else(|| Measure::of_header(&names.y));
    if measure == Measure::Accuracy {
        names.y = format!("error (1 - {})", names.y);
    }
    let curves = runs(&rows, args.group.as_deref());
    let few = curves.len() <= FEW;
    let beside = args.beside.clone().unwrap_or_else(|| {
        let all = BASELINES.iter().filter(|rule| few || rule.name == "last-value");
        all.map(|rule| rule.name.to_owned()).collect()
    });
    let target = args.target.as_ref().map(|target| target.in_unit(None)).transpose().map_err(Failure::request)?;
    let wish = Wish {
        to: args.to.clone(),
        measure,
        settings: Settings { target, ..Settings::default() },
        beside,
        cuts: if args.out.is_some() || few { vec![2.0, 4.0, 8.0] } else { Vec::new() },
    };
    let said = study(curves, &wish)?;
    let plan = args.schedule.as_deref().map(planned).transpose()?;
    let own = args.finished.as_deref().map(finished).transpose()?;
    let held = own.as_ref().map_or(args.constants, |own| own.constants);
    let finals = match &plan {
        Some(plan) => said.iter().map(|said| at_the_end(plan, said, &held)).collect::<Result<Vec<_>, _>>()?,
        None => Vec::new(),
    };
    let ends_json = finals.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>().map_err(Failure::work)?;
    let answer = contract(&said, &ends_json, &rows.provenance.warnings);
    if let Some(folder) = &args.out {
        write(&said, &answer, &names, folder)?;
    }
    if args.json {
        return print_json(out, &answer);
    }
    show(out, &said, &names)?;
    ends(out, &said, &finals, own.as_ref())?;
    print::warnings(out, &rows.provenance.warnings)?;
    match &args.out {
        Some(folder) => Ok(writeln!(out, "\nfigures: {}", folder.display())?),
        None => Ok(()),
    }
}

/// The loss at the end of a run's schedule.
fn at_the_end(plan: &Schedule, said: &Said, held: &Constants) -> Result<Estimate, Failure> {
    let (steps, loss): (Vec<f64>, Vec<f64>) = said.points.iter().copied().unzip();
    estimate_final(plan, &steps, &loss, held).map_err(|error| Failure::work(format!("{}: {error}", name(said))))
}

fn ends(out: &mut dyn Write, said: &[Said], finals: &[Estimate], own: Option<&Refit>) -> Outcome {
    if let Some(own) = own {
        let c = own.constants;
        writeln!(
            out,
            "\nmulti-power law fitted to {} points of {} finished runs (error of ln L {:.4}): L_0 {:.4}, A {:.4}, alpha {:.4}, B {:.4}, C {:.4}, beta {:.4}, gamma {:.4}",
            own.points, own.runs, own.rmse_log, c.l_0, c.a, c.alpha, c.b, c.c, c.beta, c.gamma
        )?;
        if !own.converged {
            writeln!(out, "warning: schedule-constants: the finished runs do not determine all seven constants")?;
        }
    }
    let whose = if own.is_some() { "the constants of the finished runs" } else { "the published constants" };
    for (said, end) in said.iter().zip(finals) {
        writeln!(
            out,
            "\n{}: estimated final loss {:.4} at step {} by the planned schedule (90 %: {:.4} … {:.4})",
            name(said),
            end.estimate,
            print::number(end.step),
            end.lower,
            end.upper
        )?;
        writeln!(
            out,
            "multi-power law: L_0 {:.4} and A {:.4} from {} points of this run (error of ln L {:.4}); what decay brings is held at {whose}, and its error is not in the interval",
            end.constants.l_0, end.constants.a, end.points, end.rmse_log
        )?;
    }
    Ok(())
}

fn write(said: &[Said], answer: &Value, names: &Names, folder: &Path) -> Outcome {
    let mut bytes = serde_json::to_vec_pretty(answer).map_err(Failure::work)?;
    bytes.push(b'\n');
    write_whole(&folder.join("extrapolate.json"), &bytes)?;
    for chart in charts(said, names) {
        let svg = figure::svg(&figure::chart(&chart)).map_err(Failure::work)?;
        write_whole(&folder.join(format!("{}.svg", chart.name)), svg.as_bytes())?;
        let png = figure::png(&svg).map_err(Failure::work)?;
        write_whole(&folder.join(format!("{}.png", chart.name)), &png)?;
    }
    Ok(())
}

fn name(said: &Said) -> String {
    said.group.clone().unwrap_or_else(|| "curve".to_owned())
}

fn show(out: &mut dyn Write, said: &[Said], names: &Names) -> Outcome {
    let mut table = print::table(&[
        "curve",
        "stage",
        "last",
        &format!("at {}", names.x),
        "forecast",
        "50 %",
        "80 %",
        "90 %",
        "95 %",
    ]);
    for said in said {
        let Some(outcome) = &said.outcome else {
            table.add_row([name(said), "—".to_owned()]);
            continue;
        };
        for (k, forecast) in outcome.forecasts.iter().enumerate() {
            let first = |text: String| if k == 0 { text } else { String::new() };
            let mut row = vec![
                first(name(said)),
                first(outcome.stage.word.to_string()),
                first(print::number(outcome.last_y)),
                print::number(forecast.x),
                print::number(forecast.estimate),
            ];
            let ends = |i: &crate::methods::extrapolate::Interval| {
                format!("{} … {}", print::number(i.lower), print::number(i.upper))
            };
            row.extend(forecast.intervals.iter().map(ends));
            table.add_row(row);
        }
    }
    writeln!(out, "{table}")?;
    beside(out, said)?;
    targets(out, said)?;
    past(out, said)?;
    writeln!(out, "\nassuming that {ASSUMES}")?;
    for said in said {
        for warning in &said.warnings {
            writeln!(out, "warning [{}] {}: {}", warning.kind, name(said), warning.message)?;
        }
    }
    Ok(())
}

/// What other rules say.
fn beside(out: &mut dyn Write, said: &[Said]) -> Outcome {
    let Some(rules) = said.iter().map(|said| &said.baselines).find(|rules| !rules.is_empty()) else { return Ok(()) };
    let heads: Vec<&str> = ["curve", "at"].into_iter().chain(rules.iter().map(|rule| rule.rule.as_str())).collect();
    let mut table = print::table(&heads);
    for said in said {
        for (k, forecast) in said.outcome.iter().flat_map(|outcome| outcome.forecasts.iter().enumerate()) {
            let mut row = vec![if k == 0 { name(said) } else { String::new() }, print::number(forecast.x)];
            row.extend(said.baselines.iter().map(|b| b.estimates[k].map_or_else(|| "—".to_owned(), print::number)));
            table.add_row(row);
        }
    }
    Ok(writeln!(out, "\nother rules\n{table}")?)
}

/// What training longer buys.
fn targets(out: &mut dyn Write, said: &[Said]) -> Outcome {
    for said in said {
        let Some(target) = said.outcome.as_ref().and_then(|outcome| outcome.target.as_ref()) else { continue };
        let reach = target.reach.iter().map(|reach| match (reach.times, reach.x) {
            (Some(times), Some(x)) => {
                format!("{:.0} % at {} ({times:.2} times as long)", 100.0 * reach.odds, print::number(x))
            }
            _ => format!("{:.0} % not within 66 times as long", 100.0 * reach.odds),
        });
        let reach: Vec<String> = reach.collect();
        let before = if target.reached { "; it has been there already" } else { "" };
        writeln!(out, "\n{}: odds of reaching {}: {}{before}", name(said), print::number(target.y), reach.join(", "))?;
    }
    Ok(())
}

/// How forecasts from earlier would have done.
fn past(out: &mut dyn Write, said: &[Said]) -> Outcome {
    if said.iter().all(|said| said.cuts.is_empty()) {
        return Ok(());
    }
    let mut table = print::table(&["curve", "cut at", "points", "tested", "error of ln y", "last value's", "in 90 %"]);
    for said in said {
        for (k, cut) in said.cuts.iter().enumerate() {
            table.add_row([
                if k == 0 { name(said) } else { String::new() },
                print::number(cut.last_x),
                cut.seen.to_string(),
                cut.x.len().to_string(),
                format!("{:.4}", cut.rmse_log),
                format!("{:.4}", cut.last_rmse_log),
                format!("{:.0} %", 100.0 * cut.coverage),
            ]);
        }
    }
    Ok(writeln!(out, "\nforecasts from earlier cuts, over the doubling that followed\n{table}")?)
}
