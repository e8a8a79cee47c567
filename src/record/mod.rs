//! Results as plain serialisable data. Everything on screen, in a table, a figure or a report is
//! a view of a [`Record`]; nothing downstream of it computes a statistic.

pub mod chart;
mod interval;

pub use interval::{Constraints, End, Estimator, Gates, Noise, Posed};
pub mod diagnostics;
pub mod identifiability;
pub mod method;

use crate::base::objective::Objective;
use crate::data::measurements::{Provenance, Warning};
use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};

/// What may hold a number that is not finite. JSON has no such numbers: they are written as null,
/// and null is read as NaN, so that whatever was written can be read.
trait Nullable: Sized {
    type Wire: DeserializeOwned;
    fn of(wire: Self::Wire) -> Self;
}

impl Nullable for f64 {
    type Wire = Option<f64>;
    fn of(wire: Self::Wire) -> Self {
        wire.unwrap_or(f64::NAN)
    }
}

impl<T: Nullable> Nullable for Vec<T> {
    type Wire = Vec<T::Wire>;
    fn of(wire: Self::Wire) -> Self {
        wire.into_iter().map(T::of).collect()
    }
}

impl<T: Nullable> Nullable for Option<T> {
    type Wire = Option<T::Wire>;
    fn of(wire: Self::Wire) -> Self {
        wire.map(T::of)
    }
}

impl<A: Nullable, B: Nullable> Nullable for (A, B) {
    type Wire = (A::Wire, B::Wire);
    fn of((a, b): Self::Wire) -> Self {
        (A::of(a), B::of(b))
    }
}

macro_rules! never_null {
    ($($kind:ty)*) => {$(
        impl Nullable for $kind {
            type Wire = Self;
            fn of(wire: Self) -> Self {
                wire
            }
        }
    )*};
}
never_null!(usize String Axis);

fn nullable<'de, D: Deserializer<'de>, T: Nullable>(input: D) -> Result<T, D::Error> {
    T::Wire::deserialize(input).map(T::of)
}

/// A number with its uncertainty. Fields are absent where the number means nothing (a flat
/// direction, a bound hit, no bootstrap asked for); a warning then says why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// Symbol: `alpha`, `N_opt`.
    pub symbol: String,
    /// What it is.
    pub meaning: String,
    /// Unit, "1" for a pure number.
    pub unit: String,
    /// Point estimate.
    #[serde(deserialize_with = "nullable")]
    pub estimate: f64,
    /// Standard error.
    pub standard_error: Option<f64>,
    /// Lower end of the interval.
    pub lower: Option<f64>,
    /// Upper end of the interval.
    pub upper: Option<f64>,
    /// What the lower end is, where it is no number.
    #[serde(default, skip_serializing_if = "End::is_closed")]
    pub lower_end: End,
    /// What the upper end is, where it is no number.
    #[serde(default, skip_serializing_if = "End::is_closed")]
    pub upper_end: End,
}

/// One fit, complete: enough to print, plot and report it without the data or the law.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Version of this layout.
    pub format: u32,
    /// Name of the fit within its study, or the law's id.
    pub name: String,
    /// The law.
    pub law: LawRecord,
    /// Where the rows came from.
    pub provenance: Provenance,
    /// What was minimised.
    pub objective: Objective,
    /// Σ w ρ(r) at the answer.
    #[serde(deserialize_with = "nullable")]
    pub objective_value: f64,
    /// The scale found with the parameters, where the objective leaves it free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<FreeScale>,
    /// The noise that the residuals show, and the delta found from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<Noise>,
    /// The solver's name.
    #[serde(default)]
    pub solver: String,
    /// How rows were weighted, if they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// The objective under every other standard loss, at this answer (not refitted).
    pub other_objectives: Vec<OtherObjective>,
    /// Parameters, in card order.
    pub parameters: Vec<Estimate>,
    /// Derived quantities that need no condition.
    pub derived: Vec<Estimate>,
    /// How intervals were made: level, method, replicates.
    pub interval: IntervalMethod,
    /// Correlation of the parameters (bootstrap if there is one, else the covariance's).
    #[serde(deserialize_with = "nullable")]
    pub correlation: Option<Vec<Vec<f64>>>,
    /// Why to believe that this is the minimum.
    pub certificate: Certificate,
    /// Where the rows lie, all of them: smallest and largest value of each input and of the cost.
    pub ranges: Vec<Span>,
    /// Akaike's and Schwarz's criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria: Option<Criteria>,
    /// The answer under the other customary objective, where the two are far apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rival: Option<Rival>,
    /// What poses the fit again on the points below, so that whatever is asked of this record later is
    /// answered by the estimator that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posed: Option<Posed>,
    /// Rows with predictions and residuals.
    pub points: Points,
    /// Predictions asked for.
    pub predictions: Vec<Prediction>,
    /// Optima asked for.
    pub optima: Vec<Optimum>,
    /// Curves and surfaces for figures.
    pub curves: Curves,
    /// How it did on rows it never saw, if any were held out.
    #[serde(default)]
    pub validation: Option<Validation>,
    /// What its residuals look like; absent from records that were not examined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<diagnostics::Diagnostics>,
    /// What its rows determine; absent from records of constants, and where it could not be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifiability: Option<identifiability::Identifiability>,
    /// Everything the reader must know.
    pub warnings: Vec<Warning>,
    /// The command that remakes this record.
    pub command: String,
    /// Seed of every draw.
    pub seed: u64,
    /// Version of the program.
    pub program: String,
}

impl Record {
    /// Where the quadratic zone of the loss ends, be it given or found from the data.
    pub fn delta(&self) -> Option<f64> {
        self.objective.loss.delta().or_else(|| self.noise.as_ref()?.delta)
    }
}

/// The scale of a likelihood, found with the parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FreeScale {
    /// Where the quadratic zone ends, in units of the scale.
    pub delta: f64,
    /// The scale.
    pub scale: f64,
    /// Where the quadratic zone ends, on the residual scale.
    pub effective_delta: f64,
    /// The logarithm of the likelihood there.
    pub log_likelihood: f64,
    /// Hardly a residual is left in the quadratic zone: the density is Laplace's.
    pub collapsed: bool,
}

impl FreeScale {
    /// The warning that a collapsed scale deserves.
    pub fn warning(&self) -> Option<Warning> {
        self.collapsed.then(|| {
            Warning::new(
                "scale-collapse",
                format!(
                    "The free scale fell to {:.3e}, so that the loss is quadratic only within {:.1e}: this is the fit of least absolute residuals under another name; raise delta, or say `--loss absolute`.",
                    self.scale, self.effective_delta
                ),
            )
        })
    }
}

/// What a record says of its law.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LawRecord {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Formula, LaTeX.
    pub formula: String,
    /// Citation keys.
    pub cite: Vec<String>,
    /// Inputs: symbol, name, unit.
    pub inputs: Vec<Axis>,
    /// Output.
    pub output: Axis,
}

/// A labelled quantity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Axis {
    /// Symbol.
    pub symbol: String,
    /// Name in words.
    pub name: String,
    /// Unit.
    pub unit: String,
}

/// Akaike's and Schwarz's criteria. They assume independent rows, and noise of one size with Huber's
/// density of the same delta (a normal density for squared loss), whose scale counts as a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Criteria {
    /// −2 ln likelihood + 2 k.
    #[serde(deserialize_with = "nullable")]
    pub aic: f64,
    /// −2 ln likelihood + k ln n.
    #[serde(deserialize_with = "nullable")]
    pub bic: f64,
    /// k: free parameters and the scale.
    pub parameters: usize,
}

impl Criteria {
    /// What they assume, for people.
    pub const ASSUMES: &str = "independent rows, noise of one size with the density that belongs to the loss (its scale counts as a parameter), and a law that can be right; compare them between laws on the same rows and the same residual scale only";
}

/// The answer under another objective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rival {
    /// The objective.
    pub objective: Objective,
    /// Parameters and derived quantities by symbol: ours, the other's, and whether they are more than
    /// half an interval apart.
    pub values: Vec<RivalValue>,
}

/// One quantity under two objectives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RivalValue {
    /// Symbol.
    pub symbol: String,
    /// Under the record's objective.
    #[serde(deserialize_with = "nullable")]
    pub ours: f64,
    /// Under the other.
    #[serde(deserialize_with = "nullable")]
    pub other: f64,
    /// They are more than half an interval apart.
    pub far: bool,
}

/// An objective evaluated at the answer but not minimised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OtherObjective {
    /// The objective.
    pub objective: Objective,
    /// Its value, a sum over rows.
    #[serde(deserialize_with = "nullable")]
    pub value: f64,
}

/// How intervals were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IntervalMethod {
    /// Coverage aimed at: 0.95.
    pub level: f64,
    /// "pairs bootstrap, percentile" or "sandwich covariance, delta method".
    pub method: String,
    /// Replicates drawn.
    pub replicates: usize,
    /// Replicates that did not converge, left out and counted.
    pub failed: usize,
    /// Thinned replicates of the parameters, in card order: the ridge figure, and the intervals of
    /// predictions asked for later.
    #[serde(deserialize_with = "nullable")]
    pub sample: Vec<Vec<f64>>,
    /// Covariance of the parameters, natural scale.
    #[serde(deserialize_with = "nullable")]
    pub covariance: Option<Vec<Vec<f64>>>,
    /// How they were made; absent in records of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimator: Option<Estimator>,
    /// What the residuals say against errors that are independent and of one size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gates: Option<Gates>,
    /// Parameters without a meaningful variance.
    pub undetermined: Vec<String>,
    /// Number of free parameters.
    pub free: usize,
}

/// Why to believe that the answer is the minimum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Certificate {
    /// Which criterion ended the solve.
    pub termination: String,
    /// Whether that criterion is one of convergence.
    pub converged: bool,
    /// Scale-free gradient: the fraction of the objective that one more Newton step would remove.
    #[serde(deserialize_with = "nullable")]
    pub gradient: f64,
    /// Whether the Hessian is positive definite.
    pub positive_definite: bool,
    /// Condition number of the Hessian scaled to unit diagonal.
    #[serde(deserialize_with = "nullable")]
    pub condition: f64,
    /// Starts tried.
    pub starts_tried: usize,
    /// Starts that reached the best basin.
    pub best_basin: usize,
    /// Distinct minima found, best first; the first is the answer.
    pub basins: Vec<Basin>,
    /// Evaluations of objective and derivatives, all starts together.
    pub evaluations: usize,
    /// Share of rows where the loss is quadratic.
    #[serde(deserialize_with = "nullable")]
    pub quadratic_share: f64,
    /// The bound nearest to the answer, if any parameter has one.
    pub nearest_bound: Option<String>,
    /// Proof of the global minimum, where there is one.
    pub proof: Option<String>,
}

/// One local minimum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Basin {
    /// Objective there.
    #[serde(deserialize_with = "nullable")]
    pub objective: f64,
    /// Parameters, card order.
    #[serde(deserialize_with = "nullable")]
    pub theta: Vec<f64>,
    /// Starts that ended there.
    pub starts: usize,
    /// Largest relative difference of its predictions on the rows from the best basin's.
    #[serde(deserialize_with = "nullable")]
    pub prediction_gap: f64,
}

/// Rows with predictions and residuals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Points {
    /// Source row numbers.
    pub rows: Vec<usize>,
    /// Inputs by symbol (and C where it is known), same order as `rows`.
    #[serde(deserialize_with = "nullable")]
    pub inputs: Vec<(Axis, Vec<f64>)>,
    /// Measured.
    #[serde(deserialize_with = "nullable")]
    pub measured: Vec<f64>,
    /// Predicted.
    #[serde(deserialize_with = "nullable")]
    pub predicted: Vec<f64>,
    /// Residual on the objective's scale.
    #[serde(deserialize_with = "nullable")]
    pub residual: Vec<f64>,
    /// Rows whose removal moves the answer most: source row, and the relative change of the
    /// objective's answer (largest relative change of a derived quantity or parameter).
    #[serde(deserialize_with = "nullable")]
    pub influence: Vec<(usize, f64)>,
}

/// From where to where the rows of a fit lie along one input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// The input, or `C`.
    pub symbol: String,
    /// Smallest value.
    #[serde(deserialize_with = "nullable")]
    pub low: f64,
    /// Largest value.
    #[serde(deserialize_with = "nullable")]
    pub high: f64,
}

/// The law at one point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Prediction {
    /// Inputs: symbol, value.
    #[serde(deserialize_with = "nullable")]
    pub at: Vec<(String, f64)>,
    /// What is predicted: the law's value.
    pub output: Estimate,
    /// Per input, how far outside the data: 1 inside, 10 for ten times beyond the nearest row.
    #[serde(deserialize_with = "nullable")]
    pub extrapolation: Vec<(String, f64)>,
    /// What one new run may measure there: among the rows the law's value with the noise of a single
    /// row, beyond them allowing for what the law leaves out too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_run: Option<Estimate>,
    /// What to know about it.
    pub warnings: Vec<Warning>,
}

impl Prediction {
    /// What to quote, the first first: among the rows the law and a new run, beyond them a new run and
    /// the law as if it were right.
    pub fn quoted(&self) -> Vec<Estimate> {
        let Some(new_run) = &self.new_run else { return vec![self.output.clone()] };
        if self.extrapolation.iter().all(|(_, ratio)| *ratio <= 1.0) {
            return vec![self.output.clone(), new_run.clone()];
        }
        let meaning = format!("{}, if the law is exactly right", self.output.meaning);
        vec![new_run.clone(), Estimate { meaning, ..self.output.clone() }]
    }
}

/// The best way to spend one budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Optimum {
    /// The budget.
    #[serde(deserialize_with = "nullable")]
    pub budget: f64,
    /// Cost model: "6ND", in FLOP.
    pub cost: String,
    /// Inputs held fixed.
    #[serde(deserialize_with = "nullable")]
    pub fixed: Vec<(String, f64)>,
    /// The chosen inputs, the output, and ratios such as tokens per parameter.
    pub quantities: Vec<Estimate>,
    /// Largest relative difference between the closed form and the numeric minimum.
    pub closed_form_gap: Option<f64>,
    /// Per input, how far outside the data.
    #[serde(deserialize_with = "nullable")]
    pub extrapolation: Vec<(String, f64)>,
    /// What to know about it.
    pub warnings: Vec<Warning>,
}

/// What a fit said about rows that were held out of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Validation {
    /// Which rows were held out.
    pub condition: String,
    /// Their numbers in the source.
    pub rows: Vec<usize>,
    /// Mean of |predicted/measured − 1|.
    pub mean_absolute_relative_error: f64,
    /// Mean of predicted/measured − 1: the bias.
    pub mean_relative_error: f64,
    /// The largest of them, with its sign.
    pub worst_relative_error: f64,
    /// Root mean square of ln(predicted/measured), where that exists.
    pub root_mean_square_log_error: Option<f64>,
    /// Mean absolute relative error of taking the nearest fitted row instead of the law.
    pub nearest_row_error: f64,
    /// Share of the rows inside their prediction interval.
    pub coverage: Option<f64>,
    /// Coverage aimed at.
    pub level: f64,
    /// Measured.
    pub measured: Vec<f64>,
    /// Predicted.
    pub predicted: Vec<f64>,
}

/// Curves and surfaces of the fitted law, evaluated once so that figures only draw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Curves {
    /// The law along one input (laws of one input): x, y, lower, upper.
    pub line: Option<Band>,
    /// The optimum along the budget: loss.
    pub frontier: Option<Band>,
    /// The optimal inputs along the budget, one band per input.
    pub allocation: Vec<(Axis, Band)>,
    /// Loss along N at fixed budgets.
    pub isoflops: Vec<IsoFlop>,
    /// Loss over N and D.
    pub surface: Option<Surface>,
    /// Range of budgets that the data cover.
    #[serde(deserialize_with = "nullable")]
    pub covered: Option<(f64, f64)>,
    /// Inputs that no budget chooses, each with the value at which these curves hold it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<(String, f64)>,
}

/// A curve with its interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Band {
    /// Abscissa.
    #[serde(deserialize_with = "nullable")]
    pub x: Vec<f64>,
    /// Ordinate.
    #[serde(deserialize_with = "nullable")]
    pub y: Vec<f64>,
    /// Lower end of the interval (empty without a bootstrap).
    #[serde(deserialize_with = "nullable")]
    pub lower: Vec<f64>,
    /// Upper end.
    #[serde(deserialize_with = "nullable")]
    pub upper: Vec<f64>,
}

/// Loss along model size at one budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IsoFlop {
    /// The budget.
    #[serde(deserialize_with = "nullable")]
    pub budget: f64,
    /// Model sizes.
    #[serde(deserialize_with = "nullable")]
    pub n: Vec<f64>,
    /// Predicted loss.
    #[serde(deserialize_with = "nullable")]
    pub loss: Vec<f64>,
    /// Model size and loss at the minimum.
    #[serde(deserialize_with = "nullable")]
    pub minimum: (f64, f64),
    /// Rows that lie at this budget: positions into [`Points`].
    pub points: Vec<usize>,
}

/// Loss over a grid of N and D.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Surface {
    /// Abscissae.
    #[serde(deserialize_with = "nullable")]
    pub n: Vec<f64>,
    /// Ordinates.
    #[serde(deserialize_with = "nullable")]
    pub d: Vec<f64>,
    /// Loss, row by row: `loss[j][i]` at `n[i]`, `d[j]`.
    #[serde(deserialize_with = "nullable")]
    pub loss: Vec<Vec<f64>>,
}

/// A published number beside ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Where it was printed: `besiroglu2024/main`.
    pub reference: String,
    /// Symbol of the quantity, with its conditions if any.
    pub quantity: String,
    /// Exactly as printed.
    pub printed: String,
    /// The printed number.
    #[serde(deserialize_with = "nullable")]
    pub value: f64,
    /// Ours.
    #[serde(deserialize_with = "nullable")]
    pub ours: f64,
    /// Lower end of our interval, where there is one.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Whether ours agrees within the printed precision or the stated tolerance.
    pub agrees: bool,
    /// Whether it was expected to agree.
    pub expected: bool,
    /// Why it does not, where it is known not to.
    pub why: String,
}

/// A quantity that follows from several laws, each along one condition, and single cases beside
/// them: optimal vocabularies along model size, with the models that exist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DerivedCurves {
    /// The condition.
    pub x: Axis,
    /// The quantity.
    pub y: Axis,
    /// One named curve per law or parameter set.
    pub curves: Vec<(String, Band)>,
    /// Single cases.
    pub cases: Vec<DerivedCase>,
}

/// A single case beside [`DerivedCurves`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DerivedCase {
    /// Name.
    pub name: String,
    /// The condition.
    pub x: f64,
    /// The quantity as it is.
    pub actual: f64,
    /// The quantity as it should be by the source's own reckoning, if it says so.
    pub advised: Option<f64>,
}
