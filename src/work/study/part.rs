//! Part of a study: a share of its fits for one of several workers, or those that are named; and
//! what a run would do, without doing it. Which fit is whose depends on the file alone, so that
//! workers need not talk; results lie under their names with the hash of what determined them, so
//! that it does not matter who made them or how often.

use super::{Outcome, Study, found, method};
use crate::base::text::is_like;
use crate::data::ingest::{clear_unfinished, suggestion};
use crate::methods::job::MethodJob;
use crate::work::job::Job;
use crate::work::store::StoreError;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// One of several equal shares: `3/16` is the third of sixteen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    of: usize,
}

impl Shard {
    /// Whether what stands at a place, counted from zero, belongs to it. Neighbours go to different
    /// workers, since they are often alike in what they cost.
    pub fn holds(self, place: usize) -> bool {
        place % self.of == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(i, n)| Some((i.trim().parse().ok()?, n.trim().parse().ok()?)));
        let (index, of) = parts.ok_or_else(|| format!("`{text}` is not i/n, as in 3/16, the third of sixteen"))?;
        if !(1..=of).contains(&index) {
            return Err(format!("shard {index} of {of}: shards are counted from 1 to {of}"));
        }
        Ok(Self { index, of })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl Study {
    /// The part of a shard: its fits, and of the methods those that start from no fit of the study.
    /// The others need fits that another worker may be making, and wait for the merge.
    pub fn shard(&self, shard: Shard) -> Self {
        let own = |name: &String| self.jobs.iter().any(|job| job.name == *name);
        let jobs = self.jobs.iter().enumerate().filter(|(place, _)| shard.holds(*place));
        let free = self.methods.iter().filter(|method| !method.fits.iter().any(own)).enumerate();
        let methods = free.filter(|(place, _)| shard.holds(self.jobs.len() + place));
        let (jobs, methods) = (jobs.map(|(_, job)| job.clone()).collect(), methods.map(|(_, m)| m.clone()).collect());
        Self { jobs, methods, ..self.clone() }
    }

    /// The fits and methods of these names or patterns (`group-*`), and the fits that the methods
    /// start from.
    ///
    /// # Errors
    /// A name that nothing has.
    pub fn only(&self, names: &[String]) -> Result<Self, String> {
        let known = || self.jobs.iter().map(|job| &job.name).chain(self.methods.iter().map(|method| &method.name));
        if let Some(name) = names.iter().find(|name| !known().any(|known| is_like(name, known))) {
            let near = suggestion(name, known().map(String::as_str));
            return Err(format!("no fit or method of the study is named `{name}`{near}"));
        }
        let asked = |known: &str| names.iter().any(|name| is_like(name, known));
        let methods: Vec<MethodJob> = self.methods.iter().filter(|method| asked(&method.name)).cloned().collect();
        let needed = |name: &String| methods.iter().any(|method| method.fits.contains(name));
        let jobs = self.jobs.iter().filter(|job| asked(&job.name) || needed(&job.name)).cloned().collect();
        Ok(Self { jobs, methods, ..self.clone() })
    }
}

/// What a run would do about one fit or method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// Its law, or the method's id.
    pub what: String,
    /// Its table, or tables.
    pub data: String,
    /// Whether its result is there; or why it cannot be made.
    pub cached: Result<bool, String>,
}

/// What a run would do: of the fits, then of the methods. Nothing is written.
pub fn plan(study: &Study, out: &Path) -> (Vec<Planned>, Vec<Planned>) {
    let mut outcomes = Vec::new();
    let fit = |job: &Job| {
        let record = found(job, out);
        let cached = record.as_ref().map(Option::is_some).map_err(Clone::clone);
        if let Ok(Some(record)) = record {
            outcomes.push(Outcome { job: job.clone(), result: Ok(record), cached: true });
        }
        Planned { name: job.name.clone(), what: job.law.clone(), data: job.data.clone(), cached }
    };
    let fits: Vec<Planned> = study.jobs.iter().map(fit).collect();
    // A method whose fits are still to be made is to be run itself.
    let waits = |job: &MethodJob| fits.iter().any(|fit| job.fits.contains(&fit.name) && fit.cached != Ok(true));
    let one = |job: &MethodJob| Planned {
        name: job.name.clone(),
        what: job.method.clone(),
        data: job.tables.iter().map(|table| table.data.as_str()).collect::<Vec<_>>().join(", "),
        cached: if waits(job) { Ok(false) } else { method::is_done(job, &outcomes, out) },
    };
    let methods = study.methods.iter().map(one).collect();
    (fits, methods)
}

/// Removes what workers that died left half written. One that lives writes its file once more.
///
/// # Errors
/// [`StoreError::Unwritable`].
pub fn clear(out: &Path) -> Result<(), StoreError> {
    ["fits", "replicates", "methods"]
        .into_iter()
        .map(|name| out.join(name))
        .try_for_each(|folder| clear_unfinished(&folder).map_err(|error| StoreError::unwritable(&folder, &error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_counted_from_one_and_share_everything_once() {
        for wrong in ["0/4", "5/4", "3", "a/b", "1/0", "-1/4"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
        for of in 1..=7_usize {
            let shards: Vec<Shard> = (1..=of).map(|i| format!("{i}/{of}").parse().unwrap()).collect();
            for place in 0..50 {
                assert_eq!(shards.iter().filter(|shard| shard.holds(place)).count(), 1);
            }
        }
    }
}
