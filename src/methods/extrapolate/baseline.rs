//! What other rules say of the same curve: laws fitted by the engine, and the last value.

use crate::base::objective::{Loss, Objective, Residual};
use crate::data::measurements::Measurements;
use crate::engine::fit::{Spec, minimum};
use crate::laws;
use serde::{Deserialize, Serialize};

/// A rule: its name, the law it fits (none: the last value stands), and to how many of the last
/// points (none: all).
pub struct Rule {
    /// Name, as on the command line.
    pub name: &'static str,
    law: Option<&'static str>,
    last: Option<usize>,
}

/// Every rule, in the order of tables.
pub const BASELINES: &[Rule] = &[
    Rule { name: "last-value", law: None, last: None },
    Rule { name: "pow3-last-8", law: Some("power-offset"), last: Some(8) },
    Rule { name: "m2", law: Some("m2"), last: None },
    Rule { name: "m3", law: Some("m3"), last: None },
    Rule { name: "m4", law: Some("m4"), last: None },
    Rule { name: "bnsl-1", law: Some("bnsl-1"), last: None },
];

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Its name.
    pub rule: String,
    /// At the places asked for; none where it cannot be fitted.
    pub estimates: Vec<Option<f64>>,
    /// What the law's parameters are, in card order; none for the last value.
    pub theta: Vec<f64>,
}

/// What the named rules say of a curve, its points by x.
pub fn baselines(points: &[(f64, f64)], to: &[f64], names: &[String]) -> Vec<Baseline> {
    let wanted = BASELINES.iter().filter(|rule| names.iter().any(|name| name == rule.name));
    wanted.map(|rule| rule.at(points, to)).collect()
}

/// What every rule says of a curve, its points by x.
pub fn rivals(points: &[(f64, f64)], to: &[f64]) -> Vec<Baseline> {
    BASELINES.iter().map(|rule| rule.at(points, to)).collect()
}

impl Rule {
    /// What it says of a curve, its points by x.
    pub fn at(&self, points: &[(f64, f64)], to: &[f64]) -> Baseline {
        let (estimates, theta) = match self.law {
            None => (vec![points.last().map(|point| point.1); to.len()], Vec::new()),
            Some(law) => self.fitted(law, points, to).unwrap_or_else(|| (vec![None; to.len()], Vec::new())),
        };
        Baseline { rule: self.name.to_owned(), estimates, theta }
    }

    /// Least squares on ln y, x in units of its last value: no law of the list knows units.
    fn fitted(&self, law: &str, points: &[(f64, f64)], to: &[f64]) -> Option<(Vec<Option<f64>>, Vec<f64>)> {
        let law = laws::find(law)?;
        let points = &points[points.len().saturating_sub(self.last.unwrap_or(points.len()))..];
        let unit = points.last()?.0;
        let (x, y) = points.iter().map(|(x, y)| (x / unit, *y)).unzip();
        let card = law.card();
        let rows = Measurements::from_columns("curve", vec![(card.inputs[0].symbol, x), (card.output.symbol, y)]);
        let objective = Objective { residual: Residual::Log, loss: Loss::Squared };
        let (theta, _) = minimum(&Spec::new(law, objective), &rows).ok()?;
        let at = |x: &f64| Some(law.predict(&[x / unit], &theta)).filter(|y| y.is_finite() && *y > 0.0);
        Some((to.iter().map(at).collect(), theta.clone()))
    }
}
