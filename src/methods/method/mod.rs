//! What a method is: a [`Card`] that says everything about it that is data, and an [`Author`]'s
//! settings, outcome, procedure and account of it. Everything else ([`Method`]) follows: a page, a
//! stanza in a study, a cache, a check against print, the tests over the registry.

mod amount;
mod card;
mod error;
mod given;
mod of;

pub use amount::Amount;
pub use card::{Card, Gives, Setting, Table};
pub use error::MethodError;
pub use given::{Asked, Given, GivenFit};
pub use of::Of;

use crate::record::Estimate;
use crate::record::chart::Section;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What the author of a method writes.
pub trait Author: Sync + Send + 'static {
    /// Everything but the procedure.
    const CARD: Card;
    /// What the user may choose: a struct with `#[serde(deny_unknown_fields)]`, and
    /// `#[serde(default)]` where a default is honest. Numbers that people write as `70B` are
    /// [`Amount`]s. No name may be one of [`RESERVED`].
    type Settings: Serialize + DeserializeOwned;
    /// All that came out, from which everything is shown. It must survive JSON: what may be missing
    /// or infinite is an `Option`.
    type Outcome: Serialize + DeserializeOwned;
    /// The procedure. Rows are read through `given`, draws start from its seed, and what a reader
    /// must know is said by [`Given::warn`].
    ///
    /// # Errors
    /// [`MethodError`] when it cannot be done.
    fn run(given: &Given, settings: &Self::Settings) -> Result<Self::Outcome, MethodError>;
    /// The numbers that matter, by symbol: on screen, in tables, against print.
    fn quantities(outcome: &Self::Outcome) -> Vec<Estimate>;
    /// Prose, tables and charts, from the outcome alone.
    fn show(outcome: &Self::Outcome) -> Section;
}

/// Keys of a stanza that are not settings.
pub const RESERVED: &[&str] =
    &["name", "about", "method", "data", "datasets", "map", "where", "fit", "fits", "seed", "level"];

/// What the rest of the program sees of a method. Settings and outcomes are JSON.
pub trait Method: Sync + Send {
    /// Everything but the procedure.
    fn card(&self) -> &'static Card;
    /// The settings with all defaults filled in.
    ///
    /// # Errors
    /// [`MethodError::Settings`] names the key at fault.
    fn settings(&self, settings: &Value) -> Result<Value, MethodError>;
    /// Runs it.
    ///
    /// # Errors
    /// [`MethodError`].
    fn run(&self, given: &Given, settings: &Value) -> Result<Value, MethodError>;
    /// The numbers that matter of a stored outcome.
    ///
    /// # Errors
    /// [`MethodError::Outcome`] if it is not one of this method's.
    fn quantities(&self, outcome: &Value) -> Result<Vec<Estimate>, MethodError>;
    /// The account of a stored outcome.
    ///
    /// # Errors
    /// [`MethodError::Outcome`] if it is not one of this method's.
    fn show(&self, outcome: &Value) -> Result<Section, MethodError>;
}
