//! A new run's value beyond the rows: the law's, with what the law leaves out beside it. Built from
//! a record, so that a saved fit says what the fit said.

use crate::engine::uncertainty::Uncertainty;
use crate::engine::uncertainty::discrepancy::{Discrepancy, MANY, NewRun, fallback};
use crate::engine::uncertainty::identifiability::Variables;
use crate::law::Law;
use crate::record::identifiability::Identifiability;
use crate::record::{Estimate, Record};

/// What a law leaves out, as far as its rows tell.
#[derive(Clone)]
pub struct Beside {
    process: Option<Discrepancy>,
    /// Largest cost of the rows, for the fallback.
    costliest: Option<f64>,
    /// Scale of the residuals.
    noise: f64,
}

impl Beside {
    /// Of a record. `None` if its law is not registered, or its rows were not examined.
    pub fn of_record(record: &Record) -> Option<Self> {
        let law = crate::laws::find(&record.law.id)?;
        let seen = record.diagnostics.as_ref().filter(|seen| !seen.exact)?;
        let theta: Vec<f64> = record.parameters.iter().map(|p| p.estimate).collect();
        Some(Self {
            process: process(law, record, &theta),
            costliest: record.curves.covered.map(|(_, high)| high).filter(|_| seen.rows > MANY),
            noise: seen.scale,
        })
    }

    /// Size of what the law leaves out, on the logarithm of the output.
    pub fn eta(&self) -> Option<f64> {
        self.process.as_ref().map(Discrepancy::eta)
    }

    /// A new run at a point outside the rows: its median and interval. `None` within the rows, where
    /// the law's own misfit is seen, and where nothing can be said.
    pub(super) fn new_run(
        &self,
        known: &Uncertainty,
        x: &[f64],
        output: &Estimate,
        extrapolation: &[(String, f64)],
    ) -> Option<Estimate> {
        if extrapolation.iter().all(|(_, ratio)| *ratio <= 1.0) {
            return None;
        }
        let run = match &self.process {
            Some(process) => process.new_run(x, known.level)?,
            None => self.grown(known.law, x, output, known.level)?,
        };
        let meaning = format!("{} of a new run, the law allowed to be wrong", output.meaning);
        let median = Estimate::point(&output.symbol, &meaning, &output.unit, run.median);
        Some(Estimate { lower: Some(run.lower), upper: Some(run.upper), ..median })
    }

    fn grown(&self, law: &dyn Law, x: &[f64], output: &Estimate, level: f64) -> Option<NewRun> {
        let cost = (law.card().allocation.as_ref()?.cost.of)(x);
        let beyond = (cost / self.costliest?).ln();
        let ends = output.lower.zip(output.upper)?;
        beyond.is_finite().then(|| fallback(output.estimate, ends, self.noise, beyond, level)).flatten()
    }
}

fn process(law: &'static dyn Law, record: &Record, theta: &[f64]) -> Option<Discrepancy> {
    let points = &record.points;
    let column = |symbol: &str| points.inputs.iter().find(|(axis, _)| axis.symbol == symbol).map(|(_, v)| v.clone());
    let inputs = law.card().inputs.iter().map(|input| column(input.symbol)).collect::<Option<Vec<_>>>()?;
    around(law, record.identifiability.as_ref()?, theta, &inputs, &points.measured)
}

/// The process around a fit's answer, from what is known of its variables and from its rows.
pub(super) fn around(
    law: &'static dyn Law,
    known: &Identifiability,
    theta: &[f64],
    inputs: &[Vec<f64>],
    measured: &[f64],
) -> Option<Discrepancy> {
    let moving = |group: &&Vec<String>| group.iter().all(|symbol| !known.on_bound.contains(symbol));
    let symbols: Vec<Vec<String>> = known.variables.iter().filter(moving).cloned().collect();
    Discrepancy::new(law, theta, &Variables::of_symbols(law.card(), &symbols), inputs, measured)
}
