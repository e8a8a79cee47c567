//! The advice on learning rate and batch as a method: in studies, on a page, drawn from its outcome.

use super::sweep::{BatchUnit, Reading, Sweep};
use super::{Recommendation, Run, published, recommend};
use crate::base::units::si;
use crate::law::Family;
use crate::methods::method::{Amount, Asked, Author, Card, Given, Gives, MethodError, Setting, Table};
use crate::published::reference::Recommends;
use crate::record::Estimate;
use crate::record::chart::{Section, Sheet};
use serde::{Deserialize, Serialize};

/// Every published rule for one run, and what following each would have cost on a sweep.
pub struct Recommend;

/// The run to advise on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Parameters.
    #[serde(rename = "N")]
    pub n: Amount,
    /// Tokens.
    #[serde(rename = "D")]
    pub d: Amount,
    /// Tokens per sequence.
    #[serde(default = "customary")]
    pub sequence: Amount,
    /// Loss expected at the end.
    #[serde(rename = "L", default)]
    pub loss: Option<Amount>,
    /// What a batch of the sweep counts, where its header does not say.
    #[serde(default)]
    pub batch: Option<BatchUnit>,
}

fn customary() -> Amount {
    Amount(2048.0)
}

/// The rules' answers, and the sweep if there is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// One answer a rule.
    pub answer: Recommendation,
    /// Finished runs, and what each advice would have cost there.
    pub sweep: Option<Sweep>,
}

/// The one table.
const RUNS: &str = "runs";

impl Author for Recommend {
    const CARD: Card = Card {
        id: "recommend",
        topic: Family::Hyperparameter,
        title: "Learning rate and batch size by every published rule",
        formula: r"\eta^* = f_r(N, D, C, L), \quad B^* = g_r(N, D, C, L) \quad \text{for each published rule } r",
        cite: &["steplaw2025", "kaplan2020", "deepseek2024", "porian2024"],
        tables: &[Table { name: RUNS, rows: "finished runs over learning rate and batch", optional: true, columns: &[] }],
        settings: &[
            Setting { name: "N", meaning: "parameters of the run" },
            Setting { name: "D", meaning: "its tokens" },
            Setting { name: "sequence", meaning: "tokens per sequence; 2048 if not said" },
            Setting { name: "L", meaning: "loss expected at the end, for rules that ask for it; the sweep's best if not said" },
            Setting { name: "batch", meaning: "what a batch of the sweep counts, tokens or sequences, where its header does not say" },
        ],
        gives: &[
            Gives { symbol: "lr_min", meaning: "lowest learning rate advised", unit: "1" },
            Gives { symbol: "lr_max", meaning: "highest learning rate advised", unit: "1" },
            Gives { symbol: "batch_min", meaning: "smallest batch advised", unit: "tokens" },
            Gives { symbol: "batch_max", meaning: "largest batch advised", unit: "tokens" },
            Gives { symbol: "L_best", meaning: "lowest loss of the sweep", unit: "nat/token" },
            Gives { symbol: "excess.*", meaning: "loss of following a paper's rules above the sweep's best, relative", unit: "1" },
        ],
        example: "N = \"1B\"\nD = \"100B\"\nL = 2.4\n",
        notes: "\
## Statement
Every published rule is evaluated for one run and its answers stand side by side; none is averaged. On a sweep of finished runs, the loss of following each is interpolated between runs in the logarithms of learning rate and batch, never beyond them.

## Origin
The rules of Kaplan et al. (2020), DeepSeek (2024), Porian et al. (2024), the Step Law (2025) and others, each with the constants that its paper prints.

## Assumptions
Each rule counts its inputs in its own way (with or without embeddings, FLOP or PF-days, sequences or tokens); answers are converted to tokens. Schedules, warm-up and optimiser are those of the papers.

## Where it fails
Models, data and schedules far from a paper's own. Rules disagree by more than their stated errors: the spread between them is the honest uncertainty.

## References
steplaw2025, kaplan2020, deepseek2024, porian2024",
        ..Card::DEFAULT
    };
    type Settings = Settings;
    type Outcome = Outcome;

    fn run(given: &Given, settings: &Settings) -> Result<Outcome, MethodError> {
        let Settings { n: Amount(n), d: Amount(d), sequence: Amount(sequence), loss, batch } = *settings;
        for (key, value) in [("N", n), ("D", d), ("sequence", sequence), ("L", loss.map_or(1.0, |loss| loss.0))] {
            if value <= 0.0 {
                let detail = format!("{key} = {value} must be a positive number");
                return Err(MethodError::Settings { method: Self::CARD.id, detail });
            }
        }
        let mut run = Run { n, d, sequence, loss: loss.map(|loss| loss.0) };
        let mut sweep = match given.reading(RUNS) {
            Some(Asked { source, reading }) => {
                let reading = Reading { table: reading.clone(), batch };
                Some(Sweep::read(source, run, &reading).map_err(MethodError::refused)?)
            }
            None if given.has(RUNS) => {
                return Err(MethodError::refused("a sweep is read from a file, not from memory"));
            }
            None => None,
        };
        run.loss = run.loss.or_else(|| sweep.as_ref().map(|sweep| sweep.best.loss));
        let answer = recommend(&published().map_err(MethodError::refused)?, run);
        if let Some(sweep) = &mut sweep {
            sweep.run = run;
            sweep.judge(&answer);
        }
        Ok(Outcome { answer, sweep })
    }

    fn quantities(outcome: &Outcome) -> Vec<Estimate> {
        let mut out = Vec::new();
        let mut push = |symbol: String, meaning: &str, unit: &str, value: Option<f64>| {
            let Some(estimate) = value else { return };
            out.push(Estimate::point(&symbol, meaning, unit, estimate));
        };
        let rates = outcome.answer.range(Recommends::LearningRate);
        let batches = outcome.answer.range(Recommends::BatchTokens);
        push("lr_min".to_owned(), "lowest learning rate advised", "1", rates.map(|r| r.0));
        push("lr_max".to_owned(), "highest learning rate advised", "1", rates.map(|r| r.1));
        push("batch_min".to_owned(), "smallest batch advised", "tokens", batches.map(|b| b.0));
        push("batch_max".to_owned(), "largest batch advised", "tokens", batches.map(|b| b.1));
        if let Some(sweep) = &outcome.sweep {
            push("L_best".to_owned(), "lowest loss of the sweep", "nat/token", Some(sweep.best.loss));
            for advice in &sweep.advice {
                let rules = advice.point.rules.join("+");
                push(format!("excess.{rules}"), "loss of following it above the sweep's best", "1", advice.excess);
            }
        }
        out
    }

    fn show(outcome: &Outcome) -> Section {
        let run = outcome.answer.run;
        let number = |value: Option<f64>| {
            value.map_or_else(
                || "—".to_owned(),
                |value| match value >= 1e4 {
                    true => si(value),
                    false => format!("{value:.3e}"),
                },
            )
        };
        let mut sheet = Sheet::new("What each rule advises", &["Rule", "#Learning rate", "#Batch, tokens", "Notes"]);
        for row in &outcome.answer.rows {
            let of = |what| number(row.value.filter(|_| row.what == what));
            let notes = [row.units.as_str()].into_iter().chain(row.notes.iter().map(String::as_str));
            let notes = notes.filter(|note| !note.is_empty()).collect::<Vec<_>>().join("; ");
            sheet.rows.push(vec![row.source.clone(), of(Recommends::LearningRate), of(Recommends::BatchTokens), notes]);
        }
        let text = format!("Advice for {} parameters on {} tokens, rule by rule.", si(run.n), si(run.d));
        let mut section = Section { text: vec![text], tables: vec![sheet], ..Section::default() };
        if let Some(sweep) = &outcome.sweep {
            let mut costs = Sheet::new(
                format!("What following each would have cost on {}", sweep.source),
                &["Rules", "#Loss", "#Above the best", "Note"],
            );
            for advice in &sweep.advice {
                costs.rows.push(vec![
                    advice.point.rules.join(", "),
                    advice.loss.map_or_else(|| "—".to_owned(), |loss| format!("{loss:.4}")),
                    advice.excess.map_or_else(|| "—".to_owned(), |excess| format!("{:.2} %", 100.0 * excess)),
                    advice.note.clone(),
                ]);
            }
            section.tables.push(costs);
        }
        section
    }
}
