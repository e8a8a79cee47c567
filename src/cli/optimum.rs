//! `scaling optimum`.

use super::answer::{Optima, Spent, by_symbol};
use super::{Failure, Outcome, amount, assignment, print, print_json, saved};
use crate::engine::analysis::{conditional, spend};
use crate::engine::optimum::Spending;
use crate::engine::uncertainty::Uncertainty;
use crate::law::Cost;
use crate::laws::{costs, find_cost};
use crate::record::{Estimate, Optimum};
use crate::work::given::{Amount, Given};
use serde_json::{Map, json};
use std::io::Write;

/// What to spend.
#[derive(clap::Args)]
#[command(after_help = "Example: scaling optimum besiroglu2024/main --compute 5.76e23,1e25")]
pub struct Args {
    /// A saved fit, or published constants as besiroglu2024/main
    fit: String,
    /// Budgets, in the unit of the law's cost: 5.76e23, 6ZFLOP
    #[arg(long, allow_negative_numbers = true, value_name = "BUDGET,...", value_delimiter = ',', value_parser = amount)]
    compute: Vec<Amount>,
    /// What a budget buys under another cost than the law's own: trained-and-served (`scaling laws` lists them)
    #[arg(long, value_name = "COST")]
    cost: Option<String>,
    /// Inputs held fixed, or conditions: N=70B
    #[arg(long, value_name = "SYMBOL=VALUE,...", value_delimiter = ',', value_parser = assignment)]
    at: Vec<Given>,
    /// Coverage of intervals [default: the fit's]
    #[arg(long, value_name = "P", value_parser = super::predict::level)]
    level: Option<f64>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Finds optima. With `--at` and no budget, prints the optima that the law itself defines there
/// (the best vocabulary of a model, the best precision at a data size).
pub fn run(args: &Args, out: &mut dyn Write) -> Outcome {
    let mut saved = saved::open(&args.fit)?;
    saved.known.level = args.level.unwrap_or(saved.known.level);
    let card = saved.known.law.card();
    if args.compute.is_empty() && args.at.is_empty() {
        return Err(Failure::request("give a budget with --compute, or conditions with --at"));
    }
    let at = saved.values(&args.at)?;
    let cost = args.cost.as_deref().map(|id| cost(id, &args.compute)).transpose()?;
    let unit = Spending::of(card, cost).map_or("FLOP", |spending| spending.cost.unit);
    let budgets = args.compute.iter().map(|budget| budget.in_unit(Some(unit)).map_err(Failure::request));
    let budgets = budgets.collect::<Result<Vec<f64>, _>>()?;
    let is_condition = |symbol: &str| card.derived.iter().any(|d| d.needs.contains(&symbol));
    let is_cost = |symbol: &str| cost.is_some_and(|cost| cost.inputs.iter().any(|input| input.symbol == symbol));
    if let Some((symbol, _)) = at.iter().find(|(s, _)| card.input(s).is_none() && !is_condition(s) && !is_cost(s)) {
        return Err(Failure::request(format!("`{symbol}` is neither an input nor a condition of `{}`", card.id)));
    }
    let fixed: Vec<(String, f64)> = at.iter().filter(|(s, _)| card.input(s).is_some() || is_cost(s)).cloned().collect();
    let optima = budgets
        .iter()
        .map(|&budget| spend(&saved.known, &saved.ranges, cost, budget, &fixed).map_err(Failure::request))
        .collect::<Result<Vec<_>, _>>()?;
    let derived = conditional(&saved.known, &at);
    if optima.is_empty() && derived.is_empty() {
        let needs: Vec<String> = card
            .derived
            .iter()
            .filter(|d| !d.needs.is_empty())
            .map(|d| format!("{} (--at {}=…)", d.symbol, d.needs.join("=…,")))
            .collect();
        return Err(Failure::request(format!("`{}` defines no optimum there; it has {}", card.id, needs.join(", "))));
    }
    if args.json {
        let list: Vec<Spent> = optima.iter().map(|o| Spent::of(o, &follows(&saved.known, o))).collect();
        // One budget: its quantities stand at the top, too.
        let mut top = match list.as_slice() {
            [only] => json!(only).as_object().cloned().unwrap_or_default(),
            _ => Map::new(),
        };
        top.remove("warnings");
        top.extend(by_symbol(&derived).into_iter().map(|(symbol, quantity)| (symbol, json!(quantity))));
        let warnings = optima.iter().flat_map(|o| o.warnings.clone()).collect();
        let answer = Optima { fit: saved.name.clone(), law: card.id.to_owned(), optima: list, warnings, top };
        return print_json(out, &json!(answer));
    }
    writeln!(out, "{} ({})", saved.name, card.title)?;
    for o in &optima {
        writeln!(
            out,
            "\nbudget {} ({})\n{}",
            print::number(o.budget),
            o.cost,
            print::estimates(&o.quantities, saved.known.level)
        )?;
        let follows = follows(&saved.known, o);
        if !follows.is_empty() {
            writeln!(out, "there\n{}", print::estimates(&follows, saved.known.level))?;
        }
        if let Some(gap) = o.closed_form_gap {
            writeln!(out, "closed form and numeric minimum differ by {gap:.1e}")?;
        }
        print::warnings(out, &o.warnings)?;
    }
    if !derived.is_empty() {
        writeln!(out, "\n{}", print::estimates(&derived, saved.known.level))?;
    }
    if saved.known.method != "none" {
        writeln!(out, "intervals: {}", saved.known.method)?;
    }
    Ok(())
}

/// A cost by id, for a budget.
fn cost(id: &str, budgets: &[Amount]) -> Result<&'static Cost, Failure> {
    if budgets.is_empty() {
        return Err(Failure::request("--cost says what a budget buys; give the budget with --compute"));
    }
    find_cost(id).ok_or_else(|| {
        let known = costs().iter().map(|cost| cost.id).collect::<Vec<_>>().join(", ");
        Failure::request(format!("there is no cost `{id}`; there are {known}"))
    })
}

/// What follows from the inputs chosen and held: critical sizes, bits in all.
fn follows(known: &Uncertainty, optimum: &Optimum) -> Vec<Estimate> {
    let card = known.law.card();
    let chosen = optimum.quantities.iter().filter(|q| card.input(&q.symbol).is_some());
    let chosen = chosen.map(|q| (q.symbol.clone(), q.estimate));
    conditional(known, &chosen.chain(optimum.fixed.iter().cloned()).collect::<Vec<_>>())
}
