//! From what an author writes to what the program sees.

use super::{Author, Card, Given, Method, MethodError};
use crate::record::Estimate;
use crate::record::chart::Section;
use serde_json::Value;
use std::marker::PhantomData;

/// An author's method as a [`Method`].
pub struct Of<A>(PhantomData<A>);

impl<A: Author> Of<A> {
    const CARD: &'static Card = &A::CARD;

    /// The method.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<A: Author> Default for Of<A> {
    fn default() -> Self {
        Self::new()
    }
}

fn settings<A: Author>(settings: &Value) -> Result<A::Settings, MethodError> {
    serde_json::from_value(settings.clone())
        .map_err(|error| MethodError::Settings { method: A::CARD.id, detail: error.to_string() })
}

fn outcome<A: Author>(outcome: &Value) -> Result<A::Outcome, MethodError> {
    serde_json::from_value(outcome.clone()).map_err(|error| strange::<A>(&error))
}

fn strange<A: Author>(error: &serde_json::Error) -> MethodError {
    MethodError::Outcome { method: A::CARD.id, detail: error.to_string() }
}

impl<A: Author> Method for Of<A> {
    fn card(&self) -> &'static Card {
        Self::CARD
    }

    fn settings(&self, given: &Value) -> Result<Value, MethodError> {
        serde_json::to_value(settings::<A>(given)?)
            .map_err(|error| MethodError::Settings { method: A::CARD.id, detail: error.to_string() })
    }

    fn run(&self, given: &Given, given_settings: &Value) -> Result<Value, MethodError> {
        given.check(Self::CARD)?;
        let outcome = A::run(given, &settings::<A>(given_settings)?)?;
        serde_json::to_value(outcome).map_err(|error| strange::<A>(&error))
    }

    fn quantities(&self, stored: &Value) -> Result<Vec<Estimate>, MethodError> {
        Ok(A::quantities(&outcome::<A>(stored)?))
    }

    fn show(&self, stored: &Value) -> Result<Section, MethodError> {
        let mut section = A::show(&outcome::<A>(stored)?);
        if section.id.is_empty() {
            A::CARD.id.clone_into(&mut section.id);
        }
        if section.title.is_empty() {
            A::CARD.title.clone_into(&mut section.title);
        }
        Ok(section)
    }
}
