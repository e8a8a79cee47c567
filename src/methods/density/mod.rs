//! Capacity density: how large a model of a reference recipe would have to be to score what a
//! model scores, divided by how large the model is; and how fast the best of it grows.
//!
//! The estimate has two steps, and each is usable alone: a loss law of the reference models
//! ([`LossLaw`], any published or fitted constants, or losses of one's own), and a sigmoid from loss
//! to score ([`fit_sigmoid`]). [`invert()`] turns a score into an effective size with a [`Status`],
//! [`envelope()`] draws the time law, and [`study()`] does it all for a table of models, with
//! intervals, the shuffled-date null, the reference-free checks and every warning.

mod aggregate;
mod corollary;
mod date;
mod envelope;
mod estimate;
mod invert;
mod model;
mod null;
mod record;
mod reference_free;
mod settings;
mod sigmoid;
mod study;
mod time_law;
pub mod warnings;

pub use crate::base::date::{day_number, write_date};
pub use aggregate::Aggregate;
pub use corollary::{BeforeAfter, before_and_after, fixed_price_chip_doubling, price_halving};
pub use date::{LLAMA_1, read_date};
pub use envelope::{Line, QUARTER, Rule, envelope};
pub use invert::{Data, Guard, Inverted, LossLaw, Status, highest_invertible, invert};
pub use model::{Benchmark, Model, Size, models, models_from_text, table_columns};
pub use null::{Null, shuffled_dates};
pub use record::{DensityStudy, Doubling, ModelDensity, ReferencePoint, Row, StatusCount};
pub use reference_free::{JointLogit, MatchedFrontier, Scored, joint_logit, matched_frontier};
pub use settings::{Reference, Settings, Suspect, Targets};
pub use sigmoid::{Ceiling, Sigmoid, fit_sigmoid};
pub use study::study;
pub use time_law::{Frontier, Interval, TimeLaw};

use thiserror::Error;

/// Why densities could not be asked for. What goes wrong with one benchmark or one model is a
/// status or a warning of the study instead.
#[derive(Debug, Error, PartialEq)]
pub enum Error {
    /// A column is missing.
    #[error("no column `{header}` in the table of models")]
    Column {
        /// Header.
        header: String,
    },
    /// Not a number.
    #[error("row {row}, column `{header}`: `{text}` is not a finite number")]
    Number {
        /// Header.
        header: String,
        /// Data row, from 1.
        row: usize,
        /// What stands there.
        text: String,
    },
    /// Not a date.
    #[error("`{text}` is not a release date: write 2023-07 or 2023-07-18")]
    Date {
        /// What stands there.
        text: String,
    },
    /// A row whose release date is none.
    #[error("data row {row}, column `released`, model `{model}`: {}", match text.trim() {
        "" => "it is empty where a release date must stand, as 2023-07 or 2023-07-18; fill it in or leave the row out".to_owned(),
        _ => Self::Date { text: text.clone() }.to_string(),
    })]
    ReleasedAt {
        /// Data row, from 1.
        row: usize,
        /// Its model.
        model: String,
        /// What stands there.
        text: String,
    },
    /// No size.
    #[error("model `{model}` has no positive number of parameters")]
    Size {
        /// Its name.
        model: String,
    },
    /// A score outside 0 to 1.
    #[error("model `{model}` scores {score} on {benchmark}: scores are fractions from 0 to 1")]
    Score {
        /// Its name.
        model: String,
        /// The benchmark.
        benchmark: String,
        /// The score.
        score: f64,
    },
    /// A reference that is not in the table.
    #[error("the table of models has neither a family nor a model `{name}`")]
    Unknown {
        /// As asked for.
        name: String,
    },
    /// A measured loss of a model that is not in the table.
    #[error("a loss is given for `{name}`, which the table of models does not have")]
    Loss {
        /// The model.
        name: String,
    },
    /// Too few reference models.
    #[error("the reference `{reference}` has {found} models with a known loss; at least 3 are needed")]
    Reference {
        /// The reference as asked for.
        reference: String,
        /// Models found.
        found: usize,
    },
    /// No targets.
    #[error("no model is left after the choice of targets")]
    Targets,
    /// An aggregate names a benchmark that is not in the study.
    #[error("the composite asks for `{benchmark}`, which is not among the benchmarks of the study")]
    Composite {
        /// The benchmark.
        benchmark: String,
    },
}
