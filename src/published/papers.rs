//! The papers that the program answers to, and what answers each: `datasets/catalogue.toml`.

use crate::data::ingest;
use crate::laws;
use crate::methods::registry;
use serde::{Deserialize, Serialize};

/// What a paper has to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A law to fit or evaluate.
    Law,
    /// A table that trades cost for quality.
    Tradeoff,
    /// A closed-form cost.
    Cost,
    /// A procedure.
    Method,
    /// Nothing.
    None,
}

/// How far a paper is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its items work, and printed numbers are held against them.
    Checked,
    /// Its items work; no number of it could be held to print.
    Works,
    /// Not answered, for the reason given.
    Open,
    /// There is nothing to compute.
    NothingToCompute,
}

/// One paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Its place in the list.
    pub row: u32,
    /// Title, or a short form of it.
    pub title: String,
    /// arXiv number; empty where it is not known for sure.
    pub arxiv: String,
    /// What it has to compute.
    pub class: Class,
    /// Ids of the laws, costs, methods and data sets that answer it.
    pub items: Vec<String>,
    /// Keys of its references.
    pub references: Vec<String>,
    /// What was never published of it, where the items stand without a number of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
}

impl Paper {
    /// How far it is answered.
    pub fn state(&self) -> State {
        match (self.class, self.items.is_empty(), self.references.is_empty()) {
            (Class::None, ..) => State::NothingToCompute,
            (_, true, _) => State::Open,
            (_, false, true) => State::Works,
            (_, false, false) => State::Checked,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    paper: Vec<Paper>,
}

/// All papers, in the order of the list.
///
/// # Errors
/// One sentence if the embedded list is not one.
pub fn papers() -> Result<Vec<Paper>, String> {
    let bytes = ingest::embedded("catalogue.toml").ok_or("datasets/catalogue.toml is missing")?;
    let wire: Wire = toml::from_str(&String::from_utf8_lossy(bytes)).map_err(|error| error.message().to_owned())?;
    Ok(wire.paper)
}

/// Whether an item is a law, a cost, a method or a data set here.
pub fn exists(item: &str) -> bool {
    laws::find(item).is_some()
        || laws::find_cost(item).is_some()
        || registry::find(item).is_ok()
        || ingest::card(item).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::reference;

    #[test]
    fn every_paper_is_answered_or_says_why_not() {
        let papers = papers().expect("the list is one");
        let keys: Vec<String> =
            reference::all().expect("references are read").into_iter().map(|reference| reference.key).collect();
        assert_eq!(papers.iter().map(|paper| paper.row).collect::<Vec<_>>(), (1..=80).collect::<Vec<_>>());
        for paper in &papers {
            for item in &paper.items {
                assert!(exists(item), "{}: there is no {item}", paper.title);
            }
            for key in &paper.references {
                assert!(keys.contains(key), "{}: there is no reference {key}", paper.title);
            }
            assert_eq!(paper.open.is_some(), paper.state() == State::Open, "{}", paper.title);
        }
    }
}
