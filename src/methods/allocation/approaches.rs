//! Hoffmann's three approaches on the same rows, as a method.

use super::envelope::{self, Envelope, envelope};
use super::isoflop::{self, Bias, IsoFlops, isoflops};
use super::porian::{self, Porian, porian};
use super::{Error, PowerLaw};
use crate::base::objective::Objective;
use crate::data::ingest;
use crate::data::measurements::{Measurements, Warning};
use crate::engine::fit::{Spec, fit};
use crate::engine::uncertainty::Uncertainty;
use crate::engine::uncertainty::bootstrap::bootstrap;
use crate::engine::uncertainty::subsample::Subsample;
use crate::law::{Family, Input};
use crate::methods::method::{Author, Card, Given, Gives, MethodError, Setting, Table};
use crate::record::Estimate;
use crate::record::chart::{Section, Sheet};
use serde::{Deserialize, Serialize};

/// The rows that every approach needs.
const RUNS: Table = Table {
    name: "runs",
    rows: "training runs",
    optional: false,
    columns: &[
        Input::new("N", "model size", "parameters"),
        Input::new("D", "training data", "tokens"),
        // A column of budgets counts as it stands; without one C is 6ND.
        Input::new("C", "training compute", "FLOP"),
        Input::new("L", "loss", "nat/token"),
    ],
};

/// What an approach came to, or why to nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Tried<T> {
    /// Refused.
    Refused {
        /// Why.
        refused: String,
    },
    /// Read off.
    Found(T),
}

impl<T> Tried<T> {
    fn of(result: Result<T, Error>) -> Self {
        result.map_or_else(|error| Self::Refused { refused: error.to_string() }, Self::Found)
    }
    /// What was read off.
    ///
    /// # Errors
    /// Why nothing was.
    pub fn found(&self) -> Result<&T, &str> {
        match self {
            Self::Found(found) => Ok(found),
            Self::Refused { refused } => Err(refused),
        }
    }
}

/// Approaches 1, 2 and 3 on the same rows.
pub struct Approaches;

/// How intervals are made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Bootstrap replicates of approach 3, or subsamples of all three.
    pub bootstrap: usize,
    /// Share of the rows in a subsample; none for a bootstrap.
    pub subsample: Option<f64>,
    /// The budgets that were planned, FLOP; none for those of the column C or of a built-in set's card.
    pub budgets: Vec<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bootstrap: 400, subsample: None, budgets: Vec::new() }
    }
}

/// The three approaches, and what parabolas would find on the surface of the third.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Approach 1.
    pub envelope: Tried<Envelope>,
    /// Approach 2.
    pub isoflop: Tried<IsoFlops>,
    /// Approach 3: its derived quantities.
    pub parametric: Vec<Estimate>,
    /// The bias of approach 2 on the surface of approach 3.
    pub isoflop_bias: Tried<Bias>,
    /// Rows.
    pub rows: usize,
}

/// Both lines with the intervals of their subsamples.
fn subsampled((n, d): (PowerLaw, PowerLaw), exponents: Vec<(f64, f64)>) -> (PowerLaw, PowerLaw) {
    let (of_n, of_d) = exponents.into_iter().unzip();
    (n.with_replicates(of_n, "subsamples"), d.with_replicates(of_d, "subsamples"))
}

fn estimate(symbol: &str, meaning: &str, line: &PowerLaw) -> Estimate {
    Estimate { lower: line.lower, upper: line.upper, ..Estimate::point(symbol, meaning, "1", line.exponent) }
}

const NOTES: &str = "\
## Statement
How compute-optimal model size and data grow with compute, read off the same runs in three ways: the lower envelope of training curves (1), a parabola in ln N at each budget (2), and a fit of E + A/N^alpha + B/D^beta (3), whose optimum under C = 6ND has exponents beta/(alpha + beta) and alpha/(alpha + beta). Parabolas bend the exponent where the surface is not symmetric: what they would find on the surface of approach 3 is given beside what is true of it.

## Origin
Hoffmann et al. (2022), §3; the bias of parabolas as in later replications.

## Assumptions
Runs span several budgets, each with models on both sides of its optimum. Compute is 6ND. Approach 3 minimises Hoffmann's objective.

## Where it fails
Budgets whose minimum is not bracketed or whose parabola is concave have no optimum and are refused by name. Learning-rate schedules that do not match the length of a run shift the optima.

## References
hoffmann2022, besiroglu2024";

impl Author for Approaches {
    const CARD: Card = Card {
        id: "approaches",
        topic: Family::Compute,
        title: "Compute-optimal allocation by Hoffmann's three approaches on the same runs",
        formula: r"N_\mathrm{opt} \propto C^a, \quad D_\mathrm{opt} \propto C^b",
        cite: &["hoffmann2022", "besiroglu2024"],
        tables: &[RUNS],
        settings: &[
            Setting {
                name: "bootstrap",
                meaning: "bootstrap replicates of approach 3, or subsamples of all three; 400 if not said",
            },
            Setting {
                name: "subsample",
                meaning: "share of the rows in a subsample, from which all intervals are made; none for a bootstrap",
            },
            Setting {
                name: "budgets",
                meaning: "the budgets that were planned, in FLOP; else those of the column C, or of a built-in set's card",
            },
        ],
        gives: &[
            Gives {
                symbol: "a_*",
                meaning: "exponent of model size by the envelope (1), by parabolas (2), by the fit (3)",
                unit: "1",
            },
            Gives { symbol: "b_*", meaning: "exponent of data", unit: "1" },
            Gives {
                symbol: "a_parabola",
                meaning: "what parabolas would find on the surface of approach 3",
                unit: "1",
            },
            Gives { symbol: "a_true", meaning: "what is true of that surface", unit: "1" },
        ],
        example: "data = \"hoffmann2022-figure4\"\nwhere = \"L < 3.4469\"\nbootstrap = 30\n",
        notes: NOTES,
        ..Card::DEFAULT
    };
    type Settings = Settings;
    type Outcome = Outcome;

    fn run(given: &Given, settings: &Settings) -> Result<Outcome, MethodError> {
        if let Some(share) = settings.subsample.filter(|share| !(*share > 0.0 && *share < 1.0)) {
            let detail = format!("subsample = {share} must lie between 0 and 1");
            return Err(MethodError::Settings { method: Self::CARD.id, detail });
        }
        let data = given.read(&Self::CARD, RUNS.name)?;
        let surface =
            crate::laws::find("chinchilla").ok_or_else(|| MethodError::refused("the law `chinchilla` is missing"))?;
        let (level, seed) = (given.level, given.seed);
        let by_envelope = envelope::Options { level, seed, ..Default::default() };
        let source = data.provenance.source.split('/').next().unwrap_or_default();
        let nominal = match settings.budgets.is_empty() {
            true => ingest::card(source).map(|card| card.budgets).unwrap_or_default(),
            false => settings.budgets.clone(),
        };
        let by_parabola = isoflop::Options { level, seed, nominal, ..Default::default() };
        let mut first = envelope(&data, &by_envelope);
        let mut second = isoflops(&data, &by_parabola);
        let third = fit(&Spec::new(surface, Objective::HOFFMANN), &data)?;
        let draws = match settings.subsample.map(|share| Subsample { share, count: settings.bootstrap, seed }) {
            None => bootstrap(&third, settings.bootstrap, seed, None, &|| {}),
            Some(draws) => {
                let unresampled = envelope::Options { replicates: 0, ..by_envelope };
                first = first.map(|mut e| {
                    let again =
                        |part: &Measurements| envelope(part, &unresampled).ok().map(|e| (e.n.exponent, e.d.exponent));
                    (e.n, e.d) = subsampled((e.n, e.d), draws.of_rows(&data, again));
                    e
                });
                second = second.map(|mut e| {
                    let again =
                        |part: &Measurements| isoflops(part, &by_parabola).ok().map(|e| (e.n.exponent, e.d.exponent));
                    (e.n, e.d) = subsampled((e.n, e.d), draws.of_rows(&data, again));
                    e
                });
                draws.of_fit(&third)
            }
        };
        let known = Uncertainty::of_fit(&third, level, Some(&draws), None);
        third.warnings.iter().for_each(|warning| given.warn(warning.clone()));
        Ok(Outcome {
            isoflop_bias: Tried::of(isoflop::bias(&data, &by_parabola, surface, &third.theta)),
            envelope: Tried::of(first),
            isoflop: Tried::of(second),
            parametric: crate::engine::analysis::derived(&known),
            rows: third.setup.rows.len(),
        })
    }

    fn quantities(outcome: &Outcome) -> Vec<Estimate> {
        let mut out = Vec::new();
        let lines = [
            ("1", outcome.envelope.found().ok().map(|e| (&e.n, &e.d))),
            ("2", outcome.isoflop.found().ok().map(|e| (&e.n, &e.d))),
        ];
        for (number, line) in lines {
            let Some((n, d)) = line else { continue };
            out.push(estimate(&format!("a_{number}"), &format!("exponent of model size, approach {number}"), n));
            out.push(estimate(&format!("b_{number}"), &format!("exponent of data, approach {number}"), d));
        }
        for e in outcome.parametric.iter().filter(|e| e.symbol == "a" || e.symbol == "b") {
            out.push(Estimate { symbol: format!("{}_3", e.symbol), ..e.clone() });
        }
        if let Ok(bias) = outcome.isoflop_bias.found() {
            let plain = |symbol: &str, meaning: &str, value| Estimate::point(symbol, meaning, "1", value);
            out.push(plain(
                "a_parabola",
                "exponent that parabolas would find on the surface of 3",
                bias.exponent_parabola,
            ));
            out.push(plain("a_true", "exponent of that surface on the same budgets", bias.exponent_true));
        }
        out
    }

    fn show(outcome: &Outcome) -> Section {
        let mut sheet = Sheet::new(
            "Exponents of compute-optimal model size and data",
            &["Approach", "#a (N ∝ C^a)", "#Interval", "#b (D ∝ C^b)"],
        );
        let quantities = Self::quantities(outcome);
        let of = |symbol: &str| quantities.iter().find(|e| e.symbol == symbol);
        for (number, name) in [("1", "1 envelope"), ("2", "2 IsoFLOP"), ("3", "3 parametric")] {
            let (Some(a), Some(b)) = (of(&format!("a_{number}")), of(&format!("b_{number}"))) else { continue };
            let interval = match (a.lower, a.upper) {
                (Some(low), Some(high)) => format!("{low:.3} … {high:.3}"),
                _ => "—".to_owned(),
            };
            sheet.rows.push(vec![
                name.to_owned(),
                format!("{:.4}", a.estimate),
                interval,
                format!("{:.4}", b.estimate),
            ]);
        }
        let mut text = vec![format!("Three readings of the same {} runs.", outcome.rows)];
        for (number, why) in [("1", outcome.envelope.found().err()), ("2", outcome.isoflop.found().err())] {
            text.extend(why.map(|why| format!("Approach {number} is refused: {why}.")));
        }
        if let (Some(found), Some(truth)) = (of("a_parabola"), of("a_true")) {
            text.push(format!(
                "On the fitted surface of approach 3, parabolas on the same grids would find a = {:.4} where the truth is {:.4}.",
                found.estimate, truth.estimate
            ));
        }
        Section { text, tables: vec![sheet], ..Section::default() }
    }
}

/// Porian et al.'s recipe: interpolated optima under noise.
pub struct Recipe;

/// How it is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecipeSettings {
    /// Width of a budget in compute, as a share of it.
    pub tolerance: f64,
    /// The budgets that were planned; empty to find them.
    pub budgets: Vec<crate::methods::method::Amount>,
    /// Noise replicates.
    pub replicates: usize,
}

impl Default for RecipeSettings {
    fn default() -> Self {
        let porian::Options { tolerance, replicates, .. } = porian::Options::default();
        Self { tolerance, budgets: Vec::new(), replicates }
    }
}

impl Author for Recipe {
    const CARD: Card = Card {
        id: "porian",
        topic: Family::Compute,
        title: "Compute-optimal allocation by interpolation between sizes under seed noise",
        formula: r"N_\mathrm{opt}(C) = \arg\min_N \mathrm{Akima}\left(\ln N \mapsto L(N, C/6N) + \varepsilon\right)",
        cite: &["porian2024"],
        tables: &[RUNS],
        settings: &[
            Setting { name: "tolerance", meaning: "width of a budget in compute, as a share of it" },
            Setting { name: "budgets", meaning: "the budgets that were planned, in FLOP; found if not said" },
            Setting { name: "replicates", meaning: "noise replicates" },
        ],
        gives: &[
            Gives { symbol: "a", meaning: "exponent of model size", unit: "1" },
            Gives { symbol: "b", meaning: "exponent of data", unit: "1" },
        ],
        example: "data = \"hoffmann2022-figure4\"\nwhere = \"L < 3.4469\"\ntolerance = 0.3\nreplicates = 50\n",
        notes: "\
## Statement
At each budget the losses of all model sizes, with noise of the size that seeds make, are interpolated by Akima's spline in ln N; the minimum on a fine grid is one draw of the optimum. The median of the draws and their spread give a weighted line in ln C.

## Origin
Porian et al. (2024), appendix, and the released code with its noise levels.

## Assumptions
Several model sizes at each budget, on both sides of the optimum. Noise is log-normal of the stated size.

## Where it fails
Budgets whose draws pile up at the smallest or largest model are refused by name. The noise of another setup is not that of the paper.

## References
porian2024",
        ..Card::DEFAULT
    };
    type Settings = RecipeSettings;
    type Outcome = Porian;

    fn run(given: &Given, settings: &RecipeSettings) -> Result<Porian, MethodError> {
        if !(settings.tolerance > 0.0 && settings.tolerance.is_finite()) {
            let detail = format!("tolerance = {} must be a positive number", settings.tolerance);
            return Err(MethodError::Settings { method: Self::CARD.id, detail });
        }
        let data = given.read(&Self::CARD, RUNS.name)?;
        let options = porian::Options {
            tolerance: settings.tolerance,
            nominal: settings.budgets.iter().map(|budget| budget.0).collect(),
            replicates: settings.replicates,
            level: given.level,
            seed: given.seed,
            ..porian::Options::default()
        };
        let found = porian(&data, &options).map_err(MethodError::refused)?;
        found.warnings.iter().for_each(|warning: &Warning| given.warn(warning.clone()));
        Ok(found)
    }

    fn quantities(outcome: &Porian) -> Vec<Estimate> {
        vec![estimate("a", "exponent of model size", &outcome.n), estimate("b", "exponent of data", &outcome.d)]
    }

    fn show(outcome: &Porian) -> Section {
        let mut sheet = Sheet::new("Exponents", &["", "#Exponent", "#Interval"]);
        for e in Self::quantities(outcome) {
            let interval = match (e.lower, e.upper) {
                (Some(low), Some(high)) => format!("{low:.3} … {high:.3}"),
                _ => "—".to_owned(),
            };
            sheet.rows.push(vec![e.meaning, format!("{:.4}", e.estimate), interval]);
        }
        let text = format!("Interpolated optima at {} budgets.", outcome.budgets.len());
        Section { text: vec![text], tables: vec![sheet], ..Section::default() }
    }
}
