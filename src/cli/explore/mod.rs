//! `scaling explore`: a page on this machine that fits while one looks.

mod server;

use super::table::Reading;
use super::{Failure, Outcome, saved};
use crate::data::ingest;
use crate::work::explore::{OBJECTIVES, Screen};
use serde_json::{Value, json};
use server::{Reply, Server};
use std::io::Write;
use std::path::Path;

/// What to look at first.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling explore runs.csv --law chinchilla")]
pub struct Args {
    /// A table, a built-in data set's id, or a saved fit [default: hoffmann2022-figure4]
    data: Option<String>,
    /// The law to begin with
    #[arg(long, value_name = "ID")]
    law: Option<String>,
    #[command(flatten)]
    reading: Reading,
    /// Port on this machine; any free one if not said
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
}

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

/// Serves the page until it is interrupted.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let first = first(args)?;
    let server = Server::bind(args.port).map_err(|error| {
        Failure::work(format!("cannot listen on 127.0.0.1:{}: {error}; choose another --port", args.port))
    })?;
    writeln!(out, "{}", server.address())?;
    writeln!(out, "open it in a browser on this machine; Ctrl-C ends it")?;
    out.flush()?;
    let page = PAGE.replace("/* style */", STYLE).replace("TOKEN", server.token());
    let script = format!("const TOKEN = {};\nconst FIRST = {};\n{SCRIPT}", json!(server.token()), opening(&first));
    server.serve(&|path, body| match path {
        "/" => Reply::Page(page.clone()),
        "/page.js" => Reply::Script(script.clone()),
        "/api/columns" => reply(columns(body)),
        "/api/fit" => reply(asked(body).and_then(|screen| json_of(&screen.answer()?))),
        "/api/report" => reply(asked(body).and_then(|screen| Ok(json!({ "html": screen.report()? })))),
        _ => Reply::Missing,
    });
    Ok(())
}

/// What the page shows first: the fit or table that was named.
fn first(args: &Args) -> Result<Screen, Failure> {
    let data = args.data.clone().unwrap_or_else(|| "hoffmann2022-figure4".to_owned());
    let mut screen = Screen::new(&data, args.law.as_deref().unwrap_or("chinchilla"));
    let is_fit = Path::new(&data).is_dir() && Path::new(&data).join("record.json").exists()
        || data.ends_with(".json") && saved::record(&data).is_ok();
    if is_fit {
        let (record, _) = saved::record(&data)?;
        screen.data.clone_from(&record.provenance.source);
        screen.law.clone_from(&record.law.id);
        screen.map = record
            .provenance
            .columns
            .iter()
            .filter_map(|column| Some((column.symbol.clone(), column.header.clone()?)))
            .collect();
    } else if args.data.is_none() && args.law.is_none() {
        "L < 3.4469".clone_into(&mut screen.filter);
    }
    let ingest::Reading { map, filter, set, stack, decimal_comma } = args.reading.said();
    screen.map.retain(|(role, _)| map.iter().all(|(mapped, _)| mapped != role));
    screen.map.extend(map);
    screen.filter = filter.unwrap_or(screen.filter);
    (screen.set, screen.stack, screen.decimal_comma) = (set, stack, decimal_comma);
    Ok(screen)
}

/// All that the page needs to know before its first request.
fn opening(first: &Screen) -> Value {
    let laws: Vec<Value> = crate::laws::LAWS
        .iter()
        .map(|law| {
            let card = law.card();
            let inputs: Vec<Value> =
                card.inputs.iter().map(|i| json!({ "symbol": i.symbol, "name": i.name, "unit": i.unit })).collect();
            json!({
                "id": card.id, "title": card.title, "inputs": inputs, "output": card.output.symbol,
                "cost": card.allocation.as_ref().map(|allocation| allocation.cost.unit),
            })
        })
        .collect();
    let objectives: Vec<&str> = OBJECTIVES.iter().map(|(name, _)| *name).collect();
    let sets: Vec<String> = ingest::built_in().into_iter().map(|card| card.id).collect();
    json!({ "screen": first, "laws": laws, "objectives": objectives, "sets": sets })
}

fn asked(body: &[u8]) -> Result<Screen, String> {
    serde_json::from_slice(body).map_err(|error| format!("the request is not understood: {error}"))
}

fn columns(body: &[u8]) -> Result<Value, String> {
    let data: String =
        serde_json::from_slice(body).map_err(|error| format!("the request is not understood: {error}"))?;
    json_of(&crate::work::explore::columns(&data)?)
}

fn json_of(value: &impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

fn reply(answer: Result<Value, String>) -> Reply {
    Reply::Json(match answer {
        Ok(value) => value,
        Err(message) => json!({ "error": { "message": message } }),
    })
}
