//! Why a fit could not be posed.

/// Why a fit could not be posed.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum FitError {
    /// The measurements lack a role.
    #[error(
        "{source_name}: the law `{law}` needs a column for `{symbol}`, and there is none; name it with `--map {symbol}=COLUMN`"
    )]
    MissingRole {
        /// Where the rows came from.
        source_name: String,
        /// Law.
        law: String,
        /// Role.
        symbol: String,
    },
    /// Too few rows.
    #[error(
        "{source_name}: {rows} row(s) cannot determine the {free} free parameter(s) of `{law}`; add rows, or hold parameters with `--fix`"
    )]
    TooFewRows {
        /// Where the rows came from.
        source_name: String,
        /// Law.
        law: String,
        /// Rows.
        rows: usize,
        /// Free parameters.
        free: usize,
    },
    /// All rows are alike.
    #[error(
        "{source_name}: all {rows} rows have the same inputs, so nothing can be said about how `{law}` depends on them"
    )]
    RowsAlike {
        /// Where the rows came from.
        source_name: String,
        /// Law.
        law: String,
        /// Rows.
        rows: usize,
    },
    /// A measured value has no place on the residual scale.
    #[error(
        "{source_name}: row {row}: {symbol} = {value} has no {scale} residual; use `--residual raw`, or leave the row out with `--where`"
    )]
    OffScale {
        /// Where the rows came from.
        source_name: String,
        /// Row in the source.
        row: usize,
        /// Output symbol.
        symbol: String,
        /// The value.
        value: f64,
        /// Scale.
        scale: String,
    },
    /// A weight, or a standard error to weight by, that is none.
    #[error(
        "{source_name}: row {row}: {column} = {value} is nothing to weight by: a weight must be a number not below zero, a standard error positive"
    )]
    BadWeight {
        /// Where the rows came from.
        source_name: String,
        /// Row in the source.
        row: usize,
        /// Column.
        column: String,
        /// The value.
        value: f64,
    },
    /// A solver that cannot be used on the problem.
    #[error("solver `{solver}` does not apply to this fit of `{law}`: {why}; use `--solver newton`")]
    SolverDoesNotApply {
        /// Solver.
        solver: &'static str,
        /// Law.
        law: String,
        /// Why not.
        why: String,
    },
    /// A symbol that is no parameter of the law.
    #[error("`{symbol}` is not a parameter of `{law}`, which has {known}")]
    UnknownParameter {
        /// The symbol.
        symbol: String,
        /// Law.
        law: String,
        /// What there is.
        known: String,
    },
    /// A constraint that contradicts the law's bounds or another constraint.
    #[error("{0}")]
    BadConstraint(String),
    /// No start can be evaluated.
    #[error(
        "{source_name}: `{law}` is not finite at any of {starts} starting points on these rows; check the units of the columns"
    )]
    NoStart {
        /// Where the rows came from.
        source_name: String,
        /// Law.
        law: String,
        /// Starts tried.
        starts: usize,
    },
    /// Every parameter is fixed.
    #[error("every parameter of `{0}` is fixed: there is nothing to fit; use `scaling predict`")]
    NothingFree(String),
}
