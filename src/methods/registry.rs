//! Every method, by topic: a method is one file or folder, and one line here.

use crate::data::ingest::suggestion;
use crate::methods::allocation::approaches::{Approaches, Recipe};
use crate::methods::calibration::Calibration;
use crate::methods::compare::{laws, recipes, transfer};
use crate::methods::design::Design;
use crate::methods::frontier::Frontier;
use crate::methods::lifetime::Lifetime;
use crate::methods::method::{Method, MethodError, Of};
use crate::methods::recommend::Recommend;

/// Every method.
pub static METHODS: &[&dyn Method] = &[
    // Compute.
    &Of::<Approaches>::new(),
    &Of::<Recipe>::new(),
    &Of::<laws::Compare>::new(),
    &Of::<recipes::Compare>::new(),
    &Of::<transfer::Borrow>::new(),
    &Of::<Design>::new(),
    // Hyper-parameters.
    &Of::<Recommend>::new(),
    // Tables.
    &Of::<Frontier>::new(),
    // Tasks.
    &Of::<Calibration>::new(),
    // Inference.
    &Of::<Lifetime>::new(),
];

/// A method by id, or an error that names similar ones.
///
/// # Errors
/// [`MethodError::Unknown`].
pub fn find(id: &str) -> Result<&'static dyn Method, MethodError> {
    METHODS.iter().copied().find(|method| method.card().id == id).ok_or_else(|| {
        let near = suggestion(id, METHODS.iter().map(|method| method.card().id));
        MethodError::Unknown { id: id.to_owned(), near }
    })
}
