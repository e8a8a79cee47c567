//! How intervals are made, what their ends are, and what it takes to make more of them later.

use super::Estimate;
use crate::base::word::Word;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How intervals are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// All values for which the objective, minimised over the rest, rises no more than noise explains.
    #[default]
    Profile,
    /// Percentiles of refits on rows drawn with replacement.
    Pairs,
    /// Percentiles of refits on residuals with signs drawn anew, by run where there are labels.
    Wild,
    /// Percentiles of refits on whole runs drawn with replacement.
    Cluster,
    /// A covariance and the delta method.
    Sandwich,
    /// None.
    None,
}

impl Estimator {
    /// Every one, the default first.
    pub const ALL: [Self; 6] = [Self::Profile, Self::Pairs, Self::Wild, Self::Cluster, Self::Sandwich, Self::None];

    /// Name as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Pairs => "pairs",
            Self::Wild => "wild",
            Self::Cluster => "cluster",
            Self::Sandwich => "sandwich",
            Self::None => "none",
        }
    }

    /// Whether it draws replicates.
    pub fn draws(self) -> bool {
        matches!(self, Self::Pairs | Self::Wild | Self::Cluster)
    }
}

impl Word for Estimator {
    const WHAT: &'static str = "interval";
    const ALL: &'static [Self] = &Self::ALL;
    fn name(self) -> &'static str {
        self.name()
    }
}

impl std::str::FromStr for Estimator {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::read(text)
    }
}

/// How unlikely residuals are, were they alike and independent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gates {
    /// p of one size whatever the inputs.
    pub variance: Option<f64>,
    /// p of independence within groups of one model size, ordered by data; absent where no rows form
    /// such groups.
    pub runs: Option<f64>,
}

impl Gates {
    /// Below this the variance gate opens, and below this the run gate.
    const VARIANCE: f64 = 0.05;
    const RUNS: f64 = 0.01;

    /// Whether the residuals' size depends on the inputs.
    pub fn unequal(&self) -> bool {
        self.variance.is_some_and(|p| p < Self::VARIANCE)
    }
    /// Whether neighbours go together.
    pub fn correlated(&self) -> bool {
        self.runs.is_some_and(|p| p < Self::RUNS)
    }
}

/// What the user holds still or believes beforehand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Constraints {
    /// Parameter = value.
    pub fix: Vec<(String, f64)>,
    /// Two parameters that are one: the second takes the first's value.
    pub tie: Vec<(String, String)>,
    /// Parameter between low and high, natural scale.
    pub bounds: Vec<(String, f64, f64)>,
    /// Parameter ~ Gaussian(mean, sd), natural scale (on the log scale: sd/mean).
    pub priors: Vec<(String, f64, f64)>,
}

/// What poses a fit again on the points of its record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Posed {
    /// What was held or believed.
    pub constraints: Constraints,
    /// Weights of the rows; empty if all are one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weight: Vec<f64>,
    /// The run that each row belongs to, by number; empty without labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<usize>,
    /// What one unit of log-likelihood was worth in the objective, for priors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<f64>,
}

/// How large the residuals are, whatever a few failed runs did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Noise {
    /// Standard deviation on the residual scale, by Huber's Proposal 2 with n − p.
    pub scale: f64,
    /// Half-width of the quadratic zone, where the objective leaves it to the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<f64>,
}

/// What stands at an end of an interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum End {
    /// The number that `lower` or `upper` is; or nothing is known.
    #[default]
    Closed,
    /// No end: the data allow any value to that side.
    Open,
    /// Where the quantity itself ends: a positive number at zero, a parameter at its bound.
    Bound {
        /// There.
        at: f64,
    },
}

impl End {
    /// Whether it is a number, or nothing is known.
    pub fn is_closed(&self) -> bool {
        *self == Self::Closed
    }
}

impl Estimate {
    /// A point without uncertainty.
    pub fn point(symbol: &str, meaning: &str, unit: &str, estimate: f64) -> Self {
        Self {
            symbol: symbol.to_owned(),
            meaning: meaning.to_owned(),
            unit: unit.to_owned(),
            estimate,
            standard_error: None,
            lower: None,
            upper: None,
            lower_end: End::Closed,
            upper_end: End::Closed,
        }
    }

    /// An interval with an end that is no number, in words: "E ≥ 0, at most 1.9". `None` if both ends
    /// are numbers or unknown.
    pub fn interval_in_words(&self, write: &dyn Fn(f64) -> String) -> Option<String> {
        if self.lower_end.is_closed() && self.upper_end.is_closed() {
            return None;
        }
        let symbol = &self.symbol;
        let lower = match (self.lower_end, self.lower) {
            (End::Open, _) => "unbounded below".to_owned(),
            (End::Bound { at }, _) => format!("{symbol} ≥ {}", write(at)),
            (End::Closed, Some(lower)) => format!("at least {}", write(lower)),
            (End::Closed, None) => String::new(),
        };
        let upper = match (self.upper_end, self.upper) {
            (End::Open, _) => "unbounded above".to_owned(),
            (End::Bound { at }, _) => format!("{symbol} ≤ {}", write(at)),
            (End::Closed, Some(upper)) => format!("at most {}", write(upper)),
            (End::Closed, None) => String::new(),
        };
        Some(match (self.lower_end, self.upper_end) {
            (End::Open, End::Open) => "unbounded".to_owned(),
            _ => [lower, upper].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        })
    }
}
