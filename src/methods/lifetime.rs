//! The cheapest model to train and serve at a given loss.

use crate::costs::lifetime::{Device, Fleet, Plan, lifetime_optimum, training_optimal_data};
use crate::costs::six_n_d;
use crate::engine::uncertainty::Quantity;
use crate::law::Family;
use crate::methods::method::{Amount, Author, Card, Given, Gives, MethodError, Setting};
use crate::record::Estimate;
use crate::record::chart::{Section, Sheet};
use serde::{Deserialize, Serialize};

/// Price per FLOP of one: cost is counted in FLOP.
const COMPUTE: Device = Device { per_hour: 3600.0, peak: 1.0, utilisation: 1.0 };
/// What the fit must be a function of, and its parameters.
const SURFACE: ([&str; 2], [&str; 5]) = (["N", "D"], ["E", "A", "B", "alpha", "beta"]);

/// The model that reaches a loss at the least cost of training and serving, in FLOP or in money.
pub struct Lifetime;

/// What will be served.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Model whose loss is to be reached.
    #[serde(rename = "N")]
    pub n: Amount,
    /// Tokens that model is trained on; compute-optimal if not said.
    #[serde(rename = "D", default)]
    pub d: Option<Amount>,
    /// Tokens read over the model's life.
    #[serde(default)]
    pub prompts: Amount,
    /// Tokens written over the model's life.
    #[serde(default)]
    pub answers: Amount,
    /// Device that trains; costs are FLOP if not said.
    #[serde(default)]
    pub train: Option<Machine>,
    /// Device that reads; the one that trains if not said.
    #[serde(default)]
    pub read: Option<Machine>,
    /// Device that writes; the one that reads if not said.
    #[serde(default)]
    pub write: Option<Machine>,
}

/// A device and how well it is used.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Price of an hour.
    pub price: Amount,
    /// Peak FLOP a second.
    pub peak: Amount,
    /// Share of the peak that is reached.
    pub share: f64,
}

impl Machine {
    fn device(self, key: &str) -> Result<Device, MethodError> {
        let Self { price: Amount(per_hour), peak: Amount(peak), share: utilisation } = self;
        if per_hour > 0.0 && peak > 0.0 && utilisation > 0.0 && utilisation <= 1.0 {
            return Ok(Device { per_hour, peak, utilisation });
        }
        let detail = format!("{key}: price and peak must be positive, the share above 0 and at most 1");
        Err(MethodError::Settings { method: Lifetime::CARD.id, detail })
    }
}

/// The best plan beside the one whose loss it reaches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The fit, as named.
    pub fit: String,
    /// Its law.
    pub law: String,
    /// Coverage of the intervals.
    pub level: f64,
    /// The settings.
    pub settings: Settings,
    /// N, D, cost, D_base, cost_base, saving.
    pub quantities: Vec<Estimate>,
}

impl Author for Lifetime {
    const CARD: Card = Card {
        id: "lifetime",
        topic: Family::Inference,
        title: "Cheapest model to train and serve at a given loss",
        formula: r"(N^*, D^*) = \arg\min_{L(N, D) = \ell} 6 N D + 2 N D_\mathrm{inf}",
        cite: &["sardana2024"],
        fits: (1, 1),
        settings: &[
            Setting { name: "N", meaning: "model whose loss is to be reached, parameters" },
            Setting { name: "D", meaning: "tokens that model is trained on; compute-optimal if not said" },
            Setting { name: "prompts", meaning: "tokens read over the model's life; 0 if not said" },
            Setting { name: "answers", meaning: "tokens written over the model's life; 0 if not said" },
            Setting { name: "train", meaning: "device that trains: price of an hour, peak FLOP/s, share reached" },
            Setting { name: "read", meaning: "device that reads prompts; the one that trains if not said" },
            Setting { name: "write", meaning: "device that writes answers; the one that reads if not said" },
        ],
        gives: &[
            Gives { symbol: "N", meaning: "model to train", unit: "parameters" },
            Gives { symbol: "D", meaning: "tokens to train it on", unit: "tokens" },
            Gives { symbol: "cost", meaning: "of training and serving it", unit: "FLOP" },
            Gives { symbol: "D_base", meaning: "tokens of the model whose loss is to be reached", unit: "tokens" },
            Gives { symbol: "cost_base", meaning: "of training and serving that one", unit: "FLOP" },
            Gives { symbol: "saving", meaning: "per cent of that", unit: "1" },
        ],
        example: r#"fit = "sardana2024/constants"
N = "30B"
prompts = "105B"
answers = "322.5B"
train = { price = 1.50, peak = 312e12, share = 0.5 }
write = { price = 1.10, peak = 624e12, share = 0.01 }
"#,
        notes: "\
## Statement
Training N parameters on D tokens costs 6ND FLOP and each token served costs 2N. Among all models that reach the loss of a given one, a smaller model trained on more tokens is dearer to train and cheaper to serve; the optimum lies where the ratio of elasticities of size and data is 1 + D_inf/(3D).

With devices of different price and use, tokens read and written count by what a FLOP of theirs costs beside a FLOP of training.

## Origin
Sardana, Portes, Doubov and Frankle (2024), equations 1 to 5 and their tables of real-world costs.

## Assumptions
The loss is Hoffmann's form E + A/N^alpha + B/D^beta, and holds far beyond 20 tokens per parameter. Demand is known and does not depend on the model. Attention's cost in context length and memory traffic are in the shares, not in the counts.

## Where it fails
Ratios of tokens to parameters that the fit has not seen: the optimum extrapolates in D. Demand that grows when the model gets cheaper. Latency limits, which no price expresses.

## References
sardana2024",
        ..Card::DEFAULT
    };
    type Settings = Settings;
    type Outcome = Outcome;

    fn run(given: &Given, settings: &Settings) -> Result<Outcome, MethodError> {
        let fit = &given.fits[0]; // the card asks for exactly one
        let card = fit.known.law.card();
        let surface =
            card.inputs.iter().map(|i| i.symbol).eq(SURFACE.0) && card.params.iter().map(|p| p.symbol).eq(SURFACE.1);
        if !surface {
            return Err(MethodError::Unsuited(format!(
                "`{}` is not Hoffmann's form: fit the law `chinchilla`",
                card.id
            )));
        }
        let Settings { n: Amount(n), d, prompts: Amount(prompts), answers: Amount(answers), .. } = *settings;
        let refuse = |detail: String| Err(MethodError::Settings { method: Self::CARD.id, detail });
        for (key, value) in [("N", n), ("D", d.map_or(1.0, |d| d.0))] {
            if value <= 0.0 {
                return refuse(format!("{key} = {value} must be a positive number"));
            }
        }
        if let Some(d) = d.map(|d| d.0).filter(|d| six_n_d(n, *d) < 1.0) {
            return refuse(format!("N = {n:e} with D = {d:e} is no run: training it takes less than one FLOP"));
        }
        for (key, value) in [("prompts", prompts), ("answers", answers)] {
            if value < 0.0 {
                return refuse(format!("{key} = {value} must not be negative"));
            }
        }
        let device = |machine: Option<Machine>, key, or| machine.map_or(Ok(or), |machine| machine.device(key));
        let training = device(settings.train, "train", COMPUTE)?;
        let reading = device(settings.read, "read", training)?;
        let fleet = Fleet { training, prompts: reading, answers: device(settings.write, "write", reading)? };
        if settings.train.is_none() && (settings.read.is_some() || settings.write.is_some()) {
            return refuse("a device that serves has a price only beside one that trains: add train".to_owned());
        }
        let demand = fleet.demand(prompts, answers);
        let target = |t: &[f64]| Plan { n, d: d.map_or_else(|| training_optimal_data(t, n), |d| d.0) };
        let best = |t: &[f64]| lifetime_optimum(t, target(t), demand).unwrap_or(Plan { n: f64::NAN, d: f64::NAN });
        let price = |plan: Plan| fleet.price(plan, prompts, answers);
        if !price(best(&fit.known.theta)).is_finite() {
            return Err(MethodError::refused(format!("`{}` has no optimum at that loss and demand", fit.name)));
        }
        let unit = if settings.train.is_some() { "money" } else { "FLOP" };
        let estimate = |symbol, meaning, unit, f: &(dyn Fn(&[f64]) -> f64 + Sync)| {
            fit.known.estimate(Quantity { symbol, meaning, unit }, f)
        };
        let quantities = vec![
            estimate("N", "model to train", "parameters", &|t| best(t).n),
            estimate("D", "tokens to train it on", "tokens", &|t| best(t).d),
            estimate("cost", "of training and serving it", unit, &|t| price(best(t))),
            estimate("D_base", "tokens of the model whose loss is to be reached", "tokens", &|t| target(t).d),
            estimate("cost_base", "of training and serving that one", unit, &|t| price(target(t))),
            estimate("saving", "per cent of that", "1", &|t| 100.0 * (1.0 - price(best(t)) / price(target(t)))),
        ];
        Ok(Outcome {
            fit: fit.name.clone(),
            law: card.id.to_owned(),
            level: fit.known.level,
            settings: *settings,
            quantities,
        })
    }

    fn quantities(outcome: &Outcome) -> Vec<Estimate> {
        outcome.quantities.clone()
    }

    fn show(outcome: &Outcome) -> Section {
        let served = outcome.settings.prompts.0 + outcome.settings.answers.0;
        let [n, served] = [outcome.settings.n.0, served].map(crate::base::units::si);
        let mut sheet = Sheet::new("The cheapest plan, and the one whose loss it reaches", &["", "#plan", "#base"]);
        let value =
            |symbol: &str| outcome.quantities.iter().find(|q| q.symbol == symbol).map_or(f64::NAN, |q| q.estimate);
        let row = |name: &str, plan: f64, base: f64| {
            [name.to_owned(), crate::base::units::si(plan), crate::base::units::si(base)]
        };
        sheet.rows.push(row("parameters", value("N"), outcome.settings.n.0).to_vec());
        sheet.rows.push(row("tokens", value("D"), value("D_base")).to_vec());
        sheet.rows.push(row("cost", value("cost"), value("cost_base")).to_vec());
        let text = format!(
            "The loss of {n} parameters by {}, with {served} tokens served over the model's life; saving {:.2} per cent.",
            outcome.fit,
            value("saving")
        );
        Section { text: vec![text], tables: vec![sheet], ..Section::default() }
    }
}
