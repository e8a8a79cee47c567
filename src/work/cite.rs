//! What a result is to be cited with: the works behind its law, its data and its method, and the
//! program that made it.

use crate::data::ingest::{card, embedded};
use crate::data::measurements::Provenance;
use crate::methods::registry;
use crate::published::reference;
use crate::record::Record;
use crate::record::method::MethodRecord;

/// Works to cite, each with what it is cited for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Works {
    /// Key of `datasets/references.bib`, and what for.
    pub keys: Vec<(String, String)>,
    /// Data that no work is known for: a line each.
    pub uncited: Vec<String>,
}

impl Works {
    fn add(&mut self, key: &str, what: String) {
        match self.keys.iter_mut().find(|(known, _)| known == key) {
            Some((_, said)) if said.split("; ").any(|part| part == what) => {}
            Some((_, said)) => said.push_str(&format!("; {what}")),
            None => self.keys.push((key.to_owned(), what)),
        }
    }

    fn data(&mut self, data: &Provenance) {
        data.cite.iter().for_each(|key| self.add(key, format!("data {}", data.source)));
        if data.cite.is_empty() {
            let hash = data.sha256.as_ref().map_or_else(String::new, |hash| format!(", SHA-256 {hash}"));
            let line = format!("data {}: your own to cite{hash}", data.source);
            if !self.uncited.contains(&line) {
                self.uncited.push(line);
            }
        }
    }

    /// The works behind a fit.
    pub fn of_fit(&mut self, record: &Record) {
        record.law.cite.iter().for_each(|key| self.add(key, format!("law {}", record.law.id)));
        if record.law.cite.is_empty() {
            self.uncited.push(format!("law {}: written down by its user", record.law.id));
        }
        self.data(&record.provenance);
        if record.objective == crate::base::objective::Objective::HOFFMANN {
            self.add("hoffmann2022", "objective: Huber's loss on log residuals, delta 1e-3".to_owned());
        }
    }

    /// The works behind a run of a method.
    pub fn of_method(&mut self, record: &MethodRecord) {
        if let Ok(method) = registry::find(&record.method) {
            method.card().cite.iter().for_each(|key| self.add(key, format!("method {}", record.method)));
        }
        record.provenance.iter().for_each(|data| self.data(data));
    }

    /// The works behind what a name stands for: a law, a method, a built-in data set, a published fit;
    /// `false` if it stands for none.
    pub fn of_name(&mut self, name: &str) -> bool {
        let mut known = false;
        if let Some(law) = crate::laws::find(name) {
            known = true;
            law.card().cite.iter().for_each(|key| self.add(key, format!("law {name}")));
        }
        if let Some(cost) = crate::laws::find_cost(name) {
            known = true;
            cost.cite.iter().for_each(|key| self.add(key, format!("cost {name}")));
        }
        if let Ok(method) = registry::find(name) {
            known = true;
            method.card().cite.iter().for_each(|key| self.add(key, format!("method {name}")));
        }
        if let Some(card) = card(name) {
            known = true;
            card.cite.iter().for_each(|key| self.add(key, format!("data {name}")));
        }
        if let Ok(published) = reference::find(name) {
            known = true;
            let key = name.split('/').next().unwrap_or(name);
            self.add(key, format!("constants {name}"));
            let law = published.law.card();
            law.cite.iter().for_each(|key| self.add(key, format!("law {}", law.id)));
        }
        known
    }

    /// The works as BibTeX, the program last. What each is cited for stands above it.
    pub fn bibtex(&self) -> String {
        let mut out = String::new();
        for (key, what) in &self.keys {
            match entry(key) {
                Some(entry) => out.push_str(&format!("% {what}\n{entry}\n\n")),
                None => out.push_str(&format!("% {what}: {key} is in no bibliography of this program\n\n")),
            }
        }
        self.uncited.iter().for_each(|line| out.push_str(&format!("% {line}\n\n")));
        out.push_str(&format!("% program\n{}\n", program()));
        out
    }
}

/// An entry of the bibliography, as it stands there.
fn entry(key: &str) -> Option<String> {
    let text = std::str::from_utf8(embedded("references.bib")?).ok()?;
    let head = format!("{{{key},");
    let start = text.match_indices('@').map(|(at, _)| at).find(|at| {
        let rest = &text[*at..];
        rest.find('{')
            .is_some_and(|open| rest[open..].starts_with(&head) && rest[1..open].chars().all(char::is_alphabetic))
    })?;
    let mut depth = 0_usize;
    for (at, c) in text[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(text[start..=start + at].to_owned()),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The program's own entry.
fn program() -> String {
    let (version, sources) = (env!("CARGO_PKG_VERSION"), env!("SCALING_SOURCES"));
    format!(
        "@software{{scaling,\n  title   = {{scaling: {}}},\n  version = {{{version}}},\n  note    = {{Digest of its sources: {sources}}}\n}}",
        env!("CARGO_PKG_DESCRIPTION")
    )
}
