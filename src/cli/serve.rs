//! `scaling serve`.

use super::{Failure, Outcome, amount, parameters, print, print_json, saved, tokens};
use crate::costs::lifetime::{Device, Fleet, Plan, lifetime_optimum, training_optimal_data};
use crate::engine::uncertainty::Quantity;
use serde_json::{Value, json};
use std::io::Write;

/// Price per FLOP of one: cost is counted in FLOP.
const COMPUTE: Device = Device { per_hour: 3600.0, peak: 1.0, utilisation: 1.0 };
/// What the fit must be a function of, and its parameters.
const SURFACE: ([&str; 2], [&str; 5]) = (["N", "D"], ["E", "A", "B", "alpha", "beta"]);

/// What will be served.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling serve sardana2024/constants --N 30B --prompts 105B --answers 322.5B \
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

fn device(text: &str) -> Result<Device, String> {
    let units = ["USD", "FLOP/s", "1"].map(Some).into_iter().chain(std::iter::repeat(None));
    let part = |(part, unit)| amount(part)?.in_unit(unit);
    let parts = text.split(',').zip(units).map(part).collect::<Result<Vec<f64>, _>>()?;
    match parts[..] {
        [per_hour, peak, utilisation] if per_hour > 0.0 && peak > 0.0 && utilisation > 0.0 && utilisation <= 1.0 => {
            Ok(Device { per_hour, peak, utilisation })
        }
        [_, _, _] => Err("price and peak must be positive, the share above 0 and at most 1".to_owned()),
        _ => Err(format!("`{text}` is not PRICE,PEAK,SHARE, as in 1.50,312e12,0.5")),
    }
}

/// The model that reaches a loss at the least cost of training and serving, in FLOP or in money.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let saved = saved::open(&args.fit)?;
    let card = saved.known.law.card();
    let fits = card.inputs.iter().map(|i| i.symbol).eq(SURFACE.0) && card.params.iter().map(|p| p.symbol).eq(SURFACE.1);
    if !fits {
        return Err(Failure::request(format!("`{}` is not Hoffmann's form: fit the law `chinchilla`", card.id)));
    }
    let positive = [("--N", args.n), ("--D", args.d.unwrap_or(1.0))];
    if let Some((name, value)) = positive.into_iter().find(|(_, value)| !(*value > 0.0 && value.is_finite())) {
        return Err(Failure::request(format!("{name} {value} must be a positive number")));
    }
    let training = args.train_on.unwrap_or(COMPUTE);
    let prompts = args.prompt_on.unwrap_or(training);
    let fleet = Fleet { training, prompts, answers: args.answer_on.unwrap_or(prompts) };
    let demand = fleet.demand(args.prompts, args.answers);
    let target = |t: &[f64]| Plan { n: args.n, d: args.d.unwrap_or_else(|| training_optimal_data(t, args.n)) };
    let best = |t: &[f64]| lifetime_optimum(t, target(t), demand).unwrap_or(Plan { n: f64::NAN, d: f64::NAN });
    let price = |plan: Plan| fleet.price(plan, args.prompts, args.answers);
    if !price(best(&saved.known.theta)).is_finite() {
        return Err(Failure::work(format!("`{}` has no optimum at that loss and demand", saved.name)));
    }
    let unit = if args.train_on.is_some() { "money" } else { "FLOP" };
    let estimate = |symbol, meaning, unit, f: &(dyn Fn(&[f64]) -> f64 + Sync)| {
        saved.known.estimate(Quantity { symbol, meaning, unit }, f)
    };
    let quantities = [
        estimate("N", "model to train", "parameters", &|t| best(t).n),
        estimate("D", "tokens to train it on", "tokens", &|t| best(t).d),
        estimate("cost", "of training and serving it", unit, &|t| price(best(t))),
        estimate("D_base", "tokens of the model whose loss is to be reached", "tokens", &|t| target(t).d),
        estimate("cost_base", "of training and serving that one", unit, &|t| price(target(t))),
        estimate("saving", "per cent of that", "1", &|t| 100.0 * (1.0 - price(best(t)) / price(target(t)))),
    ];
    if args.json {
        let mut value = print::by_symbol(&quantities);
        value.insert("fit".to_owned(), json!(saved.name));
        value.insert("law".to_owned(), json!(card.id));
        value.insert("prompts".to_owned(), json!(args.prompts));
        value.insert("answers".to_owned(), json!(args.answers));
        return print_json(out, &Value::Object(value));
    }
    let served = print::number(args.prompts + args.answers);
    writeln!(out, "{}: the loss of {} parameters, {served} tokens served\n", saved.name, print::number(args.n))?;
    writeln!(out, "{}", print::estimates(&quantities, saved.known.level))?;
    Ok(())
}
