//! Why a method gave nothing.

use crate::data::ingest::IngestError;
use crate::engine::fit::FitError;

/// Why a method gave nothing, in one sentence that ends with what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MethodError {
    /// No such method.
    #[error("there is no method `{id}`{near}; `scaling laws` lists them")]
    Unknown {
        /// The id.
        id: String,
        /// Similar ids.
        near: String,
    },
    /// A key of the settings is unknown, missing or of another kind.
    #[error("settings of `{method}`: {detail}")]
    Settings {
        /// The method.
        method: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// A table that it needs was not given.
    #[error("`{method}` needs a table of {rows}: name it as `{table}`")]
    NoTable {
        /// The method.
        method: &'static str,
        /// The table's name.
        table: String,
        /// What its rows are.
        rows: String,
    },
    /// A table was given that it does not read.
    #[error("`{method}` reads no table `{table}`; it reads {known}")]
    UnknownTable {
        /// The method.
        method: &'static str,
        /// The name given.
        table: String,
        /// Those it reads.
        known: String,
    },
    /// Too few or too many fits.
    #[error("`{method}` starts from {wanted}, and {given} are given")]
    Fits {
        /// The method.
        method: &'static str,
        /// How many it takes, in words.
        wanted: String,
        /// How many there are.
        given: usize,
    },
    /// A table cannot be read.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A fit within it cannot be posed.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// A fit that it cannot start from.
    #[error("{0}")]
    Unsuited(String),
    /// The rows or the settings do not allow it.
    #[error("{0}")]
    Refused(String),
    /// A stored outcome is not one of this method.
    #[error("not an outcome of `{method}`: {detail}")]
    Outcome {
        /// The method.
        method: &'static str,
        /// Why.
        detail: String,
    },
}

impl MethodError {
    /// One sentence about the rows or settings.
    pub fn refused(why: impl std::fmt::Display) -> Self {
        Self::Refused(why.to_string())
    }

    /// Whether the request is at fault, not the rows.
    pub fn is_request(&self) -> bool {
        match self {
            Self::Ingest(error) => error.is_request(),
            Self::Fit(_) | Self::Refused(_) | Self::Outcome { .. } => false,
            _ => true,
        }
    }
}
