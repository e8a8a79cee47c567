//! What a density study is asked to do.

use crate::methods::density::{
    Aggregate, Benchmark, Ceiling, Data, Error, LossLaw, Model, QUARTER, Rule, Size, day_number,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that decides the answer. [`Settings::default`] is the shipped choice; it was settled
/// after seeing results, so its agreement with a published doubling time is no evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Name of the step-1 law, as printed.
    pub law_name: String,
    /// Step 1.
    pub law: LossLaw,
    /// Draws of step 1 from its own bootstrap; empty leaves its uncertainty out of the intervals.
    #[serde(skip)]
    pub law_draws: Vec<LossLaw>,
    /// Measured losses by model, used for reference models in place of the law's prediction. The
    /// inversion still goes through the law, which should be fitted to the same kind of loss.
    pub measured_losses: BTreeMap<String, f64>,
    /// The reference models.
    pub reference: Reference,
    /// Models whose density is asked for.
    pub targets: Targets,
    /// Which parameters of a mixture of experts count.
    pub size: Size,
    /// The choices of D0, the main one first.
    pub data: Vec<Data>,
    /// Benchmarks.
    pub benchmarks: Vec<Benchmark>,
    /// Benchmarks whose mean the composite is.
    pub composite: Vec<String>,
    /// What is made of the benchmarks together.
    pub aggregates: Vec<Aggregate>,
    /// The sigmoid's ceiling.
    pub ceiling: Ceiling,
    /// Factor beyond the reference sizes up to which effective sizes are believed; none: all are.
    pub range_guard: Option<f64>,
    /// Standard errors above the floor that a score must reach to be inverted: 2 keeps models at
    /// chance off the early end of records and maxima. Quantile regression does not need it.
    pub floor_errors: f64,
    /// Envelope rules, the main one first.
    pub rules: Vec<Rule>,
    /// Thresholds of the matched frontier: benchmark (or "composite"), score.
    pub thresholds: Vec<(String, f64)>,
    /// Day (since 1 January 1970) to split the time law at.
    pub split: Option<i64>,
    /// Families whose scores are suspect.
    pub suspects: Vec<Suspect>,
    /// Days in which the compute that a fixed price buys doubles.
    pub chip_days: f64,
    /// Bootstrap replicates; 0: no intervals.
    pub replicates: usize,
    /// Shuffles of the release dates; 0: no null.
    pub permutations: usize,
    /// Coverage of the intervals.
    pub level: f64,
    /// Seed of every draw.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let threshold = |name: &str, score| (name.to_owned(), score);
        Self {
            law_name: "besiroglu2024/main".to_owned(),
            law: LossLaw::BESIROGLU,
            law_draws: Vec::new(),
            measured_losses: BTreeMap::new(),
            reference: Reference { families: vec!["Qwen1.5".to_owned()], models: Vec::new() },
            targets: Targets::default(),
            size: Size::Total,
            data: vec![Data::Fixed { tokens: 1e12 }, Data::Fixed { tokens: 5e12 }, Data::PerParameter { ratio: 20.0 }],
            benchmarks: Benchmark::standard(),
            composite: ["mmlu", "arc_c", "hellaswag", "winogrande", "gsm8k"].map(str::to_owned).to_vec(),
            aggregates: vec![Aggregate::Composite, Aggregate::Median, Aggregate::Geomean],
            ceiling: Ceiling::Perfect,
            range_guard: Some(10.0),
            floor_errors: 0.0,
            rules: vec![Rule::Quantile { q: 0.9 }, Rule::BlockMaxima { days: QUARTER }],
            thresholds: vec![
                threshold("mmlu", 0.4),
                threshold("mmlu", 0.5),
                threshold("gsm8k", 0.2),
                threshold("gsm8k", 0.3),
                threshold("arc_c", 0.45),
                threshold("hellaswag", 0.7),
                threshold("winogrande", 0.65),
                threshold("composite", 0.4),
            ],
            split: None,
            suspects: Suspect::standard(),
            // 2.1 years (Hobbhahn 2023, as cited by Xiao et al. 2024).
            chip_days: 2.1 * 365.25,
            replicates: 120,
            permutations: 80,
            level: 0.9,
            seed: 1,
        }
    }
}

impl Settings {
    /// Whether a model is a reference model. A family's mixtures of experts are not, unless mixtures
    /// count among the targets too; a model that is named always is.
    pub fn is_reference(&self, model: &Model) -> bool {
        let family = self.reference.families.contains(&model.family);
        self.reference.models.contains(&model.name) || family && (self.targets.mixtures || model.is_dense())
    }
}

/// Who the reference models are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Whole families.
    pub families: Vec<String>,
    /// Single models.
    pub models: Vec<String>,
}

impl Reference {
    /// Families and single models by name, looked up in a table of models.
    ///
    /// # Errors
    /// [`Error::Unknown`] for the first name that is neither.
    pub fn named(names: &[String], models: &[Model]) -> Result<Self, Error> {
        let mut reference = Self { families: Vec::new(), models: Vec::new() };
        for name in names {
            if models.iter().any(|model| model.family == *name) {
                reference.families.push(name.clone());
            } else if models.iter().any(|model| model.name == *name) {
                reference.models.push(name.clone());
            } else {
                return Err(Error::Unknown { name: name.clone() });
            }
        }
        Ok(reference)
    }
    /// As printed.
    pub fn label(&self) -> String {
        let names: Vec<&str> = self.families.iter().chain(&self.models).map(String::as_str).collect();
        names.join(" + ")
    }
}

/// Which models are targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Targets {
    /// First day of release, since 1 January 1970.
    pub from: i64,
    /// Kinds of family; empty: all.
    pub kinds: Vec<String>,
    /// Whether mixtures of experts count among them.
    pub mixtures: bool,
    /// Families left out.
    pub without: Vec<String>,
}

impl Default for Targets {
    fn default() -> Self {
        Self {
            from: day_number(2023, 2, 1),
            kinds: vec!["general".to_owned()],
            mixtures: false,
            without: vec!["Phi".to_owned()],
        }
    }
}

impl Targets {
    /// Whether a model is one, but for being a mixture.
    pub fn holds_if_dense(&self, model: &Model) -> bool {
        model.released >= self.from
            && (self.kinds.is_empty() || self.kinds.contains(&model.kind))
            && !self.without.contains(&model.family)
    }
    /// Whether a model is one.
    pub fn holds(&self, model: &Model) -> bool {
        self.holds_if_dense(model) && (self.mixtures || model.is_dense())
    }
}

/// A family whose scores may come from the test set or from synthetic data like it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    /// The family.
    pub family: String,
    /// The benchmark; none: all.
    pub benchmark: Option<String>,
}

impl Suspect {
    /// Phi everywhere, the Qwen families on GSM8K.
    pub fn standard() -> Vec<Self> {
        let gsm8k = |family: &str| Self { family: family.to_owned(), benchmark: Some("gsm8k".to_owned()) };
        vec![Self { family: "Phi".to_owned(), benchmark: None }, gsm8k("Qwen"), gsm8k("Qwen1.5"), gsm8k("Qwen2")]
    }
    /// Whether it speaks of a family's score.
    pub fn names(&self, family: &str, benchmark: &str) -> bool {
        self.family == family && self.benchmark.as_deref().is_none_or(|name| name == benchmark)
    }
}
