//! What a method came to, as plain data.

use super::Estimate;
use crate::data::measurements::{Provenance, Warning};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Version of this layout.
pub const FORMAT: u32 = 1;

/// One run of a method, complete: its section is drawn from this alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MethodRecord {
    /// Version of this layout.
    pub format: u32,
    /// Name of the run within its study, or the method's id.
    pub name: String,
    /// The method's id.
    pub method: String,
    /// Its settings, defaults filled in.
    pub settings: Value,
    /// Fits that it started from.
    pub fits: Vec<String>,
    /// Every table that it read, and what was done to it.
    pub provenance: Vec<Provenance>,
    /// The numbers that matter.
    pub quantities: Vec<Estimate>,
    /// All that came out, in the method's own layout.
    pub outcome: Value,
    /// Everything the reader must know.
    pub warnings: Vec<Warning>,
    /// Seed of every draw.
    pub seed: u64,
    /// Coverage of intervals.
    pub level: f64,
    /// The command that remakes this record.
    pub command: String,
    /// Version of the program.
    pub program: String,
}
