//! A law fitted to rows in memory, step by step: what a Rust program that has arrays begins with.
//! A [`Job`](crate::work::job::Job) does the same for a file.

use crate::base::objective::Objective;
use crate::data::measurements::{Measurements, Warning};
use crate::engine::analysis::{Analysis, Beside, Ranges, Request, analyse, predict, spend};
use crate::engine::fit::{self, Constraints, Fit, FitError, Spec, Weights};
use crate::engine::optimum::OptimumError;
use crate::engine::uncertainty::Uncertainty;
use crate::law::{Cost, Law};
use crate::record::{Estimate, Estimator, Record};
use crate::show::report::number::phrase;
use std::fmt;
use std::ops::{Deref, Index};

/// Any law can be fitted to a table: `law.fit(&table).bootstrap(100).run()?`.
pub trait FitTo {
    /// Begins a fit under the default objective, with nothing held and no bootstrap.
    fn fit<'a>(&'static self, table: &'a Measurements) -> Fitting<'a>;
}

impl<L: Law> FitTo for L {
    fn fit<'a>(&'static self, table: &'a Measurements) -> Fitting<'a> {
        Fitting::new(self, table)
    }
}

impl FitTo for dyn Law {
    fn fit<'a>(&'static self, table: &'a Measurements) -> Fitting<'a> {
        Fitting::new(self, table)
    }
}

/// A fit that is being described.
#[derive(Clone)]
#[must_use = "nothing is fitted before `run`"]
pub struct Fitting<'a> {
    table: &'a Measurements,
    spec: Spec,
    request: Request,
}

/// Why rows in memory could not be fitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FittingError {
    /// Columns of different lengths are no table.
    #[error("column {symbol} has {found} values where the first column has {expected}")]
    Ragged {
        /// Column.
        symbol: String,
        /// Its length.
        found: usize,
        /// That of the first column.
        expected: usize,
    },
    /// A value that is no finite number.
    #[error("row {row} of column {symbol} is {value}, which is no finite number; leave the row out")]
    NotFinite {
        /// Column.
        symbol: String,
        /// Row, from 1.
        row: usize,
        /// Value.
        value: f64,
    },
    /// The coverage of intervals is a share.
    #[error("the level of intervals is {0}; it must lie between 0 and 1")]
    Level(f64),
    /// The problem could not be posed.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// What was asked of the fit does not exist.
    #[error(transparent)]
    Optimum(#[from] OptimumError),
}

impl<'a> Fitting<'a> {
    fn new(law: &'static dyn Law, table: &'a Measurements) -> Self {
        Self { table, spec: Spec::new(law, Objective::DEFAULT), request: Request::default() }
    }
    /// What is minimised.
    pub fn objective(mut self, objective: Objective) -> Self {
        self.spec.objective = objective;
        self
    }
    /// Holds a parameter at a value.
    pub fn fix(mut self, parameter: &str, value: f64) -> Self {
        self.spec.constraints.fix.push((parameter.to_owned(), value));
        self
    }
    /// Keeps a parameter between two values.
    pub fn bound(mut self, parameter: &str, low: f64, high: f64) -> Self {
        self.spec.constraints.bounds.push((parameter.to_owned(), low, high));
        self
    }
    /// Every constraint at once, ties and priors included.
    pub fn constraints(mut self, constraints: Constraints) -> Self {
        self.spec.constraints = constraints;
        self
    }
    /// How rows are weighted.
    pub fn weights(mut self, weights: Weights) -> Self {
        self.spec.weights = Some(weights);
        self
    }
    /// Bootstrap replicates, for intervals that trust no curvature.
    pub fn bootstrap(mut self, replicates: usize) -> Self {
        self.request.bootstrap = replicates;
        self.request.interval = if replicates > 0 { Estimator::Pairs } else { Estimator::default() };
        self
    }
    /// Seed of every draw.
    pub fn seed(mut self, seed: u64) -> Self {
        self.request.seed = seed;
        self
    }
    /// Coverage of intervals, 0.95 if not said.
    pub fn level(mut self, level: f64) -> Self {
        self.request.level = level;
        self
    }

    /// Fits.
    ///
    /// # Errors
    /// [`FittingError`] if the table is none, or the problem cannot be posed.
    pub fn run(self) -> Result<Fitted, FittingError> {
        if !(self.request.level > 0.0 && self.request.level < 1.0) {
            return Err(FittingError::Level(self.request.level));
        }
        let expected = self.table.len();
        for column in &self.table.columns {
            let symbol = column.symbol.clone();
            if column.values.len() != expected {
                return Err(FittingError::Ragged { symbol, found: column.values.len(), expected });
            }
            if let Some((row, &value)) = column.values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
                return Err(FittingError::NotFinite { symbol, row: row + 1, value });
            }
        }
        let fit = fit::fit(&self.spec, self.table)?;
        let Analysis { record, replicates } = analyse(&fit, self.table, &self.request, None, None, &|| {})?;
        let known = Uncertainty { replicates, ..Uncertainty::of_record_of(fit.setup.law, &record) };
        let values = record.parameters.iter().chain(&record.derived).cloned().map(Value).collect();
        let beside = Beside::of_record(&record);
        Ok(Fitted { ranges: Ranges::of_fit(&fit), beside, known, record, fit, values })
    }
}

/// A law fitted to rows: `fit["alpha"]` is a parameter or a derived quantity with its interval.
#[derive(Clone)]
pub struct Fitted {
    /// The fit.
    pub fit: Fit,
    /// All that is known of it, as it would be saved.
    pub record: Record,
    known: Uncertainty,
    ranges: Ranges,
    beside: Option<Beside>,
    values: Vec<Value>,
}

impl Fitted {
    /// A parameter, or a quantity that follows from the parameters alone.
    pub fn get(&self, symbol: &str) -> Option<&Value> {
        self.values.iter().find(|value| value.symbol == symbol)
    }
    /// The best way to spend a budget under the law's own cost.
    ///
    /// # Errors
    /// [`OptimumError`] if the law has no cost, or the budget buys nothing.
    pub fn optimum(&self, budget: f64) -> Result<Answer, OptimumError> {
        self.optimum_under(None, budget, &[])
    }
    /// The same under another cost, or with inputs held.
    ///
    /// # Errors
    /// [`OptimumError`], also where an input of the cost is not given.
    pub fn optimum_under(
        &self,
        cost: Option<&'static Cost>,
        budget: f64,
        at: &[(&str, f64)],
    ) -> Result<Answer, OptimumError> {
        let best = spend(&self.known, &self.ranges, cost, budget, &owned(at))?;
        Ok(Answer { values: best.quantities.into_iter().map(Value).collect(), warnings: best.warnings })
    }
    /// The prediction at one point, with its interval.
    ///
    /// # Errors
    /// [`OptimumError`] if an input is missing, unknown or outside the law's domain.
    pub fn predict(&self, at: &[(&str, f64)]) -> Result<Answer, OptimumError> {
        let there = predict(&self.known, &self.ranges, self.beside.as_ref(), &owned(at))?;
        Ok(Answer { values: vec![Value(there.output)], warnings: there.warnings })
    }
}

fn owned(at: &[(&str, f64)]) -> Vec<(String, f64)> {
    at.iter().map(|(symbol, value)| ((*symbol).to_owned(), *value)).collect()
}

/// An estimate that prints with its interval: `0.3478 (0.33 to 0.36)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Value(Estimate);

impl Deref for Value {
    type Target = Estimate;
    fn deref(&self) -> &Estimate {
        &self.0
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&phrase(&self.0))
    }
}

/// An optimum or a prediction: its quantities by symbol, and what to know about them.
#[derive(Clone, Debug)]
pub struct Answer {
    /// In the order of the law's card.
    pub values: Vec<Value>,
    /// What to know.
    pub warnings: Vec<Warning>,
}

impl Index<&str> for Answer {
    type Output = Value;
    /// # Panics
    /// If there is no such quantity.
    fn index(&self, symbol: &str) -> &Value {
        by_symbol(&self.values, symbol)
    }
}

impl Index<&str> for Fitted {
    type Output = Value;
    /// # Panics
    /// If there is no such quantity; [`Fitted::get`] does not.
    fn index(&self, symbol: &str) -> &Value {
        by_symbol(&self.values, symbol)
    }
}

fn by_symbol<'a>(values: &'a [Value], symbol: &str) -> &'a Value {
    values.iter().find(|value| value.symbol == symbol).unwrap_or_else(|| {
        let known = values.iter().map(|value| value.symbol.as_str()).collect::<Vec<_>>().join(", ");
        panic!("there is no {symbol}; there are {known}")
    })
}
