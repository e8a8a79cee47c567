//! `scaling predict`.

use super::{Failure, Outcome, assignment, print, print_json, saved};
use crate::engine::analysis::{conditional, predict, unmet};
use crate::engine::optimum::admissible;
use crate::record::Prediction;
use crate::work::given::Given;
use serde_json::{Map, json};
use std::io::Write;

/// Where to predict.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling predict besiroglu2024/main --at N=70B,D=1.4T")]
pub struct Args {
    /// A saved fit, or published constants as besiroglu2024/main
    fit: String,
    /// Inputs, or the conditions of derived quantities: N=70B,D=1.4T
    #[arg(long, value_name = "SYMBOL=VALUE,...", value_delimiter = ',', value_parser = assignment, required = true)]
    at: Vec<Given>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Predicts the law's output where all inputs are given, and every derived quantity whose
/// conditions are.
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let saved = saved::open(&args.fit)?;
    let card = saved.known.law.card();
    let at = saved.values(&args.at)?;
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
    let quoted: Vec<_> = prediction.iter().flat_map(Prediction::quoted).chain(derived.iter().cloned()).collect();
    let new_run = prediction.as_ref().and_then(|p| p.new_run.clone());
    let quantities: Vec<_> = prediction.iter().map(|p| p.output.clone()).chain(derived).collect();
    let mut warnings = prediction.as_ref().map(|p| p.warnings.clone()).unwrap_or_default();
    warnings.extend(unmet);
    let ratios = prediction.map(|p| p.extrapolation).unwrap_or_default();
    if args.json {
        let mut value = print::by_symbol(&quantities);
        value.insert("new_run".to_owned(), json!(new_run.as_ref().map(print::estimate_json)));
        value.insert("fit".to_owned(), json!(saved.name));
        value.insert("law".to_owned(), json!(card.id));
        value.insert("at".to_owned(), json!(at.iter().cloned().collect::<std::collections::BTreeMap<_, _>>()));
        let ratios: Map<String, serde_json::Value> = ratios.into_iter().map(|(s, r)| (s, json!(r))).collect();
        value.insert("extrapolation".to_owned(), json!(ratios));
        value.insert("warnings".to_owned(), super::warnings_json(&warnings));
        return print_json(out, &serde_json::Value::Object(value));
    }
    let place = at.iter().map(|(s, v)| format!("{s} = {}", print::number(*v))).collect::<Vec<_>>().join(", ");
    writeln!(out, "{} at {place} ({})\n", saved.name, card.title)?;
    writeln!(out, "{}", print::estimates(&quoted, saved.known.level))?;
    print::warnings(out, &warnings)?;
    Ok(())
}
