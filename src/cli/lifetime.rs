//! `scaling lifetime`, also `scaling serve`.

use super::{Failure, Outcome, amount, parameters, print, print_json, saved, tokens};
use crate::methods::job::MethodJob;
use crate::methods::method::GivenFit;
use serde_json::{Value, json};
use std::io::Write;

/// What will be served.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling lifetime sardana2024/constants --N 30B --prompts 105B --answers 322.5B \
                        --train-on 1.50,312e12,0.5 --answer-on 1.10,624e12,0.01")]
pub struct Args {
    /// A saved fit of Hoffmann's form, or published constants as besiroglu2024/main
    fit: String,
    /// Model whose loss is to be reached
    #[arg(long = "N", value_name = "N", value_parser = parameters)]
    n: f64,
    /// Tokens that model is trained on [default: compute-optimal]
    #[arg(long = "D", value_name = "D", value_parser = tokens)]
    d: Option<f64>,
    /// Tokens read over the model's life
    #[arg(long, value_name = "TOKENS", default_value = "0", value_parser = tokens)]
    prompts: f64,
    /// Tokens written over the model's life
    #[arg(long, value_name = "TOKENS", default_value = "0", value_parser = tokens)]
    answers: f64,
    /// Device that trains: price of an hour, peak FLOP a second, share of it reached
    #[arg(long, value_name = "PRICE,PEAK,SHARE", value_parser = device)]
    train_on: Option<Device>,
    /// Device that reads [default: the one that trains]
    #[arg(long, value_name = "PRICE,PEAK,SHARE", value_parser = device, requires = "train_on")]
    prompt_on: Option<Device>,
    /// Device that writes [default: the one that reads]
    #[arg(long, value_name = "PRICE,PEAK,SHARE", value_parser = device, requires = "train_on")]
    answer_on: Option<Device>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Price of an hour, peak FLOP a second, share of it reached.
#[derive(Clone, Copy)]
struct Device([f64; 3]);

fn device(text: &str) -> Result<Device, String> {
    let units = ["USD", "FLOP/s", "1"].map(Some).into_iter().chain(std::iter::repeat(None));
    let part = |(part, unit)| amount(part)?.in_unit(unit);
    let parts = text.split(',').zip(units).map(part).collect::<Result<Vec<f64>, _>>()?;
    match parts[..] {
        [price, peak, share] if price > 0.0 && peak > 0.0 && share > 0.0 && share <= 1.0 => {
            Ok(Device([price, peak, share]))
        }
        [_, _, _] => Err("price and peak must be positive, the share above 0 and at most 1".to_owned()),
        _ => Err(format!("`{text}` is not PRICE,PEAK,SHARE, as in 1.50,312e12,0.5")),
    }
}

/// The model that reaches a loss at the least cost of training and serving, in FLOP or in money.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let saved = saved::open(&args.fit)?;
    let positive = [("--N", args.n), ("--D", args.d.unwrap_or(1.0))];
    if let Some((name, value)) = positive.into_iter().find(|(_, value)| !(*value > 0.0 && value.is_finite())) {
        return Err(Failure::request(format!("{name} {value} must be a positive number")));
    }
    let machine = |device: Option<Device>| {
        device.map(|Device([price, peak, share])| json!({ "price": price, "peak": peak, "share": share }))
    };
    let mut job = MethodJob::new("lifetime");
    job.fits = vec![saved.name.clone()];
    job.settings = json!({
        "N": args.n, "D": args.d, "prompts": args.prompts, "answers": args.answers,
        "train": machine(args.train_on), "read": machine(args.prompt_on), "write": machine(args.answer_on),
    });
    let (law, level) = (saved.known.law.card().id, saved.known.level);
    let record = job.run(vec![GivenFit {
        name: saved.name.clone(),
        known: saved.known,
        ranges: saved.ranges,
        fitted: saved.fitted,
    }])?;
    if args.json {
        let mut value = print::by_symbol(&record.quantities);
        value.insert("fit".to_owned(), json!(saved.name));
        value.insert("law".to_owned(), json!(law));
        value.insert("prompts".to_owned(), json!(args.prompts));
        value.insert("answers".to_owned(), json!(args.answers));
        return print_json(out, &Value::Object(value));
    }
    let served = print::number(args.prompts + args.answers);
    writeln!(out, "{}: the loss of {} parameters, {served} tokens served\n", saved.name, print::number(args.n))?;
    writeln!(out, "{}", print::estimates(&record.quantities, level))?;
    Ok(())
}
