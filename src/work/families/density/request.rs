//! What is asked of a density study, step by step: the loss law of step 1, published or fitted, losses
//! of the user's own, any reference, any benchmark.

use crate::base::objective::Objective;
use crate::data::ingest::{self, Reading, Source};
use crate::engine::fit::{Spec, fit};
use crate::engine::uncertainty::Uncertainty;
use crate::engine::uncertainty::bootstrap::bootstrap;
use crate::law::Law;
use crate::methods::density::{
    Aggregate, Benchmark, Ceiling, Data, DensityStudy, LossLaw, Model, Reference, Rule, Settings, Size, models, study,
    table_columns,
};
use crate::published::reference;
use crate::work::families::FamilyError;
use std::collections::BTreeMap;

/// Step 1 by the name of a published fit: its constants, and draws from a bootstrap of it on its own
/// rows where they are built in. Rows whose published objective has kinks are redrawn under
/// Hoffmann's, which bends near zero only.
///
/// # Errors
/// [`FamilyError`] if there is no such fit, or its law is not a loss in N and D.
pub fn step_one(name: &str, replicates: usize, seed: u64) -> Result<(LossLaw, Vec<LossLaw>), FamilyError> {
    let published = reference::find(name)?;
    let law = |theta: &[f64]| loss_law(published.law, theta);
    let main = published.theta().as_deref().and_then(law).ok_or_else(|| no_loss_law(name))?;
    let (Some(_), Some(objective)) = (&published.data, published.objective) else { return Ok((main, Vec::new())) };
    if replicates == 0 {
        return Ok((main, Vec::new()));
    }
    let data = crate::published::scoreboard::load(&published).map_err(FamilyError::Missing)?;
    let objective = if objective.loss.is_kinked() { Objective::HOFFMANN } else { objective };
    let fitted = fit(&Spec::new(published.law, objective), &data)?;
    let draws = bootstrap(&fitted, replicates, seed, None, &|| {});
    Ok((main, draws.thetas.iter().filter_map(|theta| law(theta)).collect()))
}

/// Step 1 from a fit of the user's own, by name: its parameters, and its replicates for draws.
///
/// # Errors
/// [`FamilyError`] if its law is not a loss in N and D.
pub fn fitted_step_one(name: &str, known: &Uncertainty) -> Result<StepOne, FamilyError> {
    let law = loss_law(known.law, &known.theta).ok_or_else(|| no_loss_law(name))?;
    let draws = known.replicates.iter().filter_map(|theta| loss_law(known.law, theta)).collect();
    Ok(StepOne::Fitted { name: name.to_owned(), law, draws })
}

fn no_loss_law(name: &str) -> FamilyError {
    FamilyError::Missing(format!("{name} is no loss law E + A/N^alpha + B/D^beta with all its constants"))
}

/// Any registered law at some parameters as a loss law, if that is what it is.
fn loss_law(law: &dyn Law, theta: &[f64]) -> Option<LossLaw> {
    let card = law.card();
    let found = LossLaw::from_parameters(|symbol| card.param(symbol).map(|i| theta[i]))?;
    let alike = [(1e8, 1e10), (7e9, 1e12), (3e11, 2e13)].into_iter().all(|(n, d)| {
        let at = |symbol: &str| match symbol {
            "N" => Some(n),
            "D" => Some(d),
            _ => None,
        };
        let inputs: Option<Vec<f64>> = card.inputs.iter().map(|input| at(input.symbol)).collect();
        inputs.is_some_and(|x| (law.predict(&x, theta) / found.loss(n, d) - 1.0).abs() < 1e-9)
    });
    alike.then_some(found)
}

/// Where step 1 comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum StepOne {
    /// A published fit by name: `besiroglu2024/main`.
    Published(String),
    /// A fit of the user's own.
    Fitted {
        /// Its name, as printed.
        name: String,
        /// The law.
        law: LossLaw,
        /// Draws of it.
        draws: Vec<LossLaw>,
    },
}

/// Measured losses from a table with the columns `model` and `loss`.
///
/// # Errors
/// [`FamilyError`].
pub fn read_losses(source: &Source) -> Result<BTreeMap<String, f64>, FamilyError> {
    let labels = ["model", "loss"].map(str::to_owned).to_vec();
    let table = ingest::read(source, &ingest::Request { labels, ..ingest::Request::default() })?;
    let column = |name: &str| {
        table.label(name).ok_or_else(|| FamilyError::Missing(format!("{}: no column `{name}`", source.name())))
    };
    let (names, losses) = (column("model")?, column("loss")?);
    let pair = |(row, (name, text)): (usize, (&String, &String))| match text.trim().parse::<f64>() {
        Ok(loss) if loss.is_finite() && loss > 0.0 => Ok((name.clone(), loss)),
        _ => Err(FamilyError::Missing(format!(
            "{}, row {}: the loss `{text}` is no positive number",
            source.name(),
            row + 1
        ))),
    };
    names.iter().zip(losses).enumerate().map(pair).collect()
}

/// What a user may ask for; what is left open is [`Settings::default`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// Benchmarks by column, with the score of guessing where the column is not a known one.
    pub benchmarks: Vec<(String, Option<f64>)>,
    /// Reference families or models.
    pub reference: Vec<String>,
    /// Choices of D0, the main one first.
    pub data: Vec<Data>,
    /// The loss law.
    pub law: Option<StepOne>,
    /// Measured losses of reference models, by model, in place of the law's.
    pub losses: BTreeMap<String, f64>,
    /// Envelope rules, the main one first.
    pub rules: Vec<Rule>,
    /// Day (since 1 January 1970) to split the time law at.
    pub split: Option<i64>,
    /// Factor beyond the reference sizes up to which effective sizes are believed; infinite for no guard.
    pub range_guard: Option<f64>,
    /// Standard errors above guessing that a score must reach.
    pub floor_errors: Option<f64>,
    /// Fit the ceiling of the sigmoid too.
    pub free_ceiling: bool,
    /// Kinds of family that are targets.
    pub kinds: Vec<String>,
    /// Mixtures of experts are targets and reference too, counted so.
    pub mixtures: Option<Size>,
    /// Bootstrap replicates; none for the default.
    pub replicates: Option<usize>,
    /// Seed of every draw; none for the default.
    pub seed: Option<u64>,
}

impl Wish {
    /// The settings of a study.
    ///
    /// # Errors
    /// [`FamilyError`] for a benchmark whose score of guessing is not known, or a law that cannot be
    /// step 1.
    pub fn settings(&self) -> Result<Settings, FamilyError> {
        let mut settings = Settings::default();
        if !self.benchmarks.is_empty() {
            let standard = Benchmark::standard();
            let chosen = self.benchmarks.iter().map(|(name, floor)| {
                let known = standard.iter().find(|benchmark| benchmark.name == *name);
                match (known, floor) {
                    (Some(known), None) => Ok(known.clone()),
                    (known, Some(floor)) if (0.0..1.0).contains(floor) => {
                        Ok(Benchmark { name: name.clone(), floor: *floor, items: known.and_then(|known| known.items) })
                    }
                    (_, Some(floor)) => {
                        Err(FamilyError::Missing(format!("guessing on {name} cannot score {floor}: say 0 to 1")))
                    }
                    (None, None) => Err(FamilyError::Missing(format!(
                        "what guessing scores on `{name}` is not known: write {name}=0.25"
                    ))),
                }
            });
            settings.benchmarks = chosen.collect::<Result<_, _>>()?;
            settings.composite.retain(|name| settings.benchmarks.iter().any(|b| b.name == *name));
            let others = settings.benchmarks.iter().filter(|b| !standard.iter().any(|s| s.name == b.name));
            settings.composite.extend(others.map(|b| b.name.clone()));
            if settings.composite.len() < 2 {
                settings.aggregates.retain(|aggregate| *aggregate != Aggregate::Composite);
            }
            if settings.benchmarks.len() < 2 {
                settings.aggregates.clear();
            }
            let scores = |name: &String| settings.benchmarks.iter().any(|b| b.name == *name);
            let composite = settings.aggregates.contains(&Aggregate::Composite);
            settings.thresholds.retain(|(name, _)| scores(name) || (name == "composite" && composite));
        }
        if !self.reference.is_empty() {
            settings.reference = Reference { families: self.reference.clone(), models: Vec::new() };
        }
        settings.measured_losses.clone_from(&self.losses);
        if !self.rules.is_empty() {
            settings.rules.clone_from(&self.rules);
        }
        settings.split = self.split;
        if let Some(factor) = self.range_guard {
            settings.range_guard = Some(factor).filter(|factor| factor.is_finite());
        }
        settings.floor_errors = self.floor_errors.unwrap_or(settings.floor_errors);
        if self.free_ceiling {
            settings.ceiling = Ceiling::Free;
        }
        if !self.kinds.is_empty() {
            settings.targets.kinds.clone_from(&self.kinds);
            settings.targets.without.clear();
        }
        if let Some(size) = self.mixtures {
            settings.size = size;
            settings.targets.mixtures = true;
        }
        if !self.data.is_empty() {
            settings.data.clone_from(&self.data);
        }
        settings.replicates = self.replicates.unwrap_or(settings.replicates);
        if settings.replicates == 0 {
            settings.permutations = 0;
        }
        settings.seed = self.seed.unwrap_or(settings.seed);
        (settings.law, settings.law_draws) = match &self.law {
            Some(StepOne::Fitted { name, law, draws }) => {
                settings.law_name.clone_from(name);
                (*law, draws.clone())
            }
            published => {
                if let Some(StepOne::Published(name)) = published {
                    settings.law_name.clone_from(name);
                }
                step_one(&settings.law_name, settings.replicates, settings.seed)?
            }
        };
        Ok(settings)
    }

    /// The study of a table of models.
    ///
    /// # Errors
    /// [`FamilyError`] of [`Wish::settings`] and [`read`], and for a reference that is neither a
    /// family nor a model of the table.
    pub fn study(&self, table: &Source, reading: &Reading) -> Result<DensityStudy, FamilyError> {
        let mut settings = self.settings()?;
        let models = read(table, reading, &settings.benchmarks)?;
        if !self.reference.is_empty() {
            settings.reference = Reference::named(&self.reference, &models)?;
        }
        Ok(study(&models, &settings)?)
    }
}

/// The models of a table with the columns of the built-in one.
///
/// # Errors
/// [`FamilyError`].
pub fn read(source: &Source, reading: &Reading, benchmarks: &[Benchmark]) -> Result<Vec<Model>, FamilyError> {
    let names: Vec<&str> = benchmarks.iter().map(|benchmark| benchmark.name.as_str()).collect();
    let mut labels = table_columns(&names);
    // A table of dense models need not have it.
    let headers = ingest::headers_as(source, reading)?;
    let has = |label: &String| headers.contains(label) || reading.map.iter().any(|(role, _)| role == label);
    labels.retain(|label| label != "active_params_b" || has(label));
    let request = ingest::Request { labels, ..ingest::Request::default() };
    Ok(models(&ingest::read(source, &request.read_as(reading))?, &names)?)
}
