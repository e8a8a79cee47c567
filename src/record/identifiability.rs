//! What the rows of a fit determine and what they do not. It travels with the record: whatever
//! depends on a flat direction has no interval, wherever it is asked for.

use super::diagnostics::Finding;
use super::nullable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How well the rows determine a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Parameters may be quoted.
    WellDetermined,
    /// Predictions may be quoted, parameters not.
    Ridge,
    /// Some parameters may be anything.
    NotIdentified,
}

impl Verdict {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::WellDetermined => "well determined",
            Self::Ridge => "a ridge",
            Self::NotIdentified => "not identified",
        }
    }
}

/// What the rows determine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Identifiability {
    /// Judgement; none without a degree of freedom to judge by.
    pub verdict: Option<Verdict>,
    /// Largest over smallest singular value of the predictions' derivatives on the rows, columns of
    /// unit length, inputs in the unit of their geometric mean.
    #[serde(deserialize_with = "nullable")]
    pub condition: f64,
    /// The parameters that one variable of the solver stands for: one each, or several tied ones.
    pub variables: Vec<Vec<String>>,
    /// Variables that ended on a bound, by their first parameter.
    pub on_bound: Vec<String>,
    /// Directions that the rows do not determine.
    pub flat: Vec<FlatDirection>,
    /// The line that all rows lie on, where the inputs do not vary independently: nothing off it is
    /// determined, whatever form is fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Line>,
    /// Quantities with the factor that their interval spans.
    pub widths: Vec<Width>,
}

/// A line in the logarithms of the inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Inputs, card order.
    pub inputs: Vec<String>,
    /// A point on it.
    pub through: Vec<f64>,
    /// Its direction, of length one.
    pub along: Vec<f64>,
}

impl Line {
    /// Whether a point lies on it, as nearly as the rows do.
    pub fn holds(&self, x: &[f64]) -> bool {
        let from: Vec<f64> = x.iter().zip(&self.through).map(|(x, c)| x.ln() - c).collect();
        let along: f64 = from.iter().zip(&self.along).map(|(f, a)| f * a).sum();
        let off: f64 = from.iter().zip(&self.along).map(|(f, a)| (f - along * a).powi(2)).sum();
        off.sqrt() <= NARROW * (1.0 + along.abs())
    }
}

/// Rows within this share of their spread of a line lie on it.
pub const NARROW: f64 = 0.01;

/// A direction that the rows do not determine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlatDirection {
    /// Change of each variable (of its logarithm if it is positive), the largest by one.
    #[serde(deserialize_with = "nullable")]
    pub step: Vec<f64>,
    /// The parameters that change most: "A and B".
    pub words: String,
    /// Standard deviation along it, in steps; none if the rows say nothing at all.
    pub deviation: Option<f64>,
}

/// The factor between the ends of a quantity's interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Width {
    /// Which quantity: "alpha", "N at 10 times the largest budget".
    pub quantity: String,
    /// Upper over lower end; none if an end is missing.
    pub factor: Option<f64>,
    /// The factor beyond which parameters should not be quoted.
    pub most: f64,
}

impl Identifiability {
    /// What speaks against the fit.
    pub fn finding(&self) -> Option<Finding> {
        match self.verdict? {
            Verdict::WellDetermined => None,
            Verdict::NotIdentified => {
                let free: Vec<&str> = self.flat.iter().map(|flat| flat.words.as_str()).collect();
                let what = match (free.is_empty(), &self.line) {
                    (_, Some(line)) => format!(
                        "{} vary together only, so that nothing is known of any other way to vary them",
                        line.inputs.join(" and ")
                    ),
                    (false, _) => {
                        format!("{} can change together without changing a prediction on the rows", free.join("; "))
                    }
                    (true, _) => format!("{} may be anything", self.wide().join(", ")),
                };
                let message = format!(
                    "The rows do not determine the law: {what} (condition {}). What depends on it has no interval; `scaling design FIT --for identifiability` says which runs would tell.",
                    magnitude(self.condition)
                );
                Some(Finding::grave("not-identified", message))
            }
            Verdict::Ridge => {
                let message = format!(
                    "The rows leave a ridge: {} (condition {}). Quote predictions near the rows, not single parameters. `scaling design FIT --for identifiability` says which runs would get off it.",
                    self.wide().join(", "),
                    magnitude(self.condition)
                );
                Some(Finding::care("ridge", message))
            }
        }
    }

    /// What cannot be told, in words: "A and B can change together".
    pub fn words(&self) -> String {
        let flat: Vec<&str> = self.flat.iter().map(|flat| flat.words.as_str()).collect();
        match &self.line {
            Some(line) => format!("{} vary together only", line.inputs.join(" and ")),
            None => format!("{} can change together without changing a prediction on them", flat.join("; ")),
        }
    }

    fn wide(&self) -> Vec<String> {
        let wide = self.widths.iter().filter(|w| w.factor.is_none_or(|f| f > w.most));
        wide.map(|w| match w.factor {
            Some(factor) => format!("{} is known within a factor of {} only", w.quantity, magnitude(factor)),
            None => format!("{} is not known", w.quantity),
        })
        .collect()
    }
}

fn magnitude(value: f64) -> String {
    match value {
        v if !v.is_finite() => "infinite".to_owned(),
        v if v >= 1e4 => format!("{v:.1e}"),
        v if v >= 10.0 => format!("{v:.0}"),
        v => format!("{v:.1}"),
    }
}
